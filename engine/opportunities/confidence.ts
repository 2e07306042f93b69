/** Probability of a signal's label from its score by Platt's map (contracts/spec/detectors.md#calibration). Without a map there is none. */
import type { Regime } from '../../actors/market/regime.ts';
import type { Calibration } from '../../contracts/bundle.ts';
import { clamp, logit, sigmoid } from '../../contracts/math.ts';

/** A score as the map takes it: 0 and 1 are no certainty. */
export const scoreOdds = (score: number): number => logit(clamp(score, 0.001, 0.999));

export const probabilityOf = (score: number, { a, b }: Calibration): number => sigmoid(a * scoreOdds(score) + b);

/** The narrowest map there is for a strategy's path in a regime; null: it was never fitted, and cannot confirm. */
export const calibrationOf = (
  maps: Readonly<Record<string, Calibration>>,
  strategy: string,
  path: string,
  regime: Regime,
): Calibration | null => maps[`${strategy}.${path}@${regime}`] ?? maps[`${strategy}.${path}`] ?? maps[strategy] ?? null;
