/** Probability of a signal's label from its score: Platt's map, pooled against the base rate, less what risk takes (quant.md §3.0, 4.3). */
import type { Calibration } from '../../contracts/bundle.ts';
import { clamp, logit, sigmoid } from '../../contracts/math.ts';

/** Log-odds taken by risk level 1, 2, 3. */
const penalties = [0, 0.35, 0.9, 0.9] as const;
const shown = { min: 0.05, max: 0.95 } as const;

/** A score as the map takes it: 0 and 1 are no certainty. */
export const scoreOdds = (score: number): number => logit(clamp(score, 0.001, 0.999));

/** p in [0.05, 0.95]. With one detector the pool of quant.md §4.3 is the calibrated p itself. */
export function confidenceOf(score: number, { a, b }: Calibration, riskLevel: number): number {
  const odds = a * scoreOdds(score) + b - (penalties[riskLevel] ?? penalties[3]);
  return clamp(sigmoid(odds), shown.min, shown.max);
}
