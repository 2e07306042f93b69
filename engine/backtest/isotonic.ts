/**
 * Isotonic regression by pooling adjacent violators (Ayer and others, 1955), as a map's knots: log-odds of the score → log-odds over the base rate. Where there is
 * too little for it, Platt; where there is too little for that, nothing (contracts/spec/detectors.md#calibration).
 */
import type { ForecastMap } from '../../contracts/forecast.ts';
import { clamp, logit } from '../../contracts/math.ts';
import { scoreOdds } from '../opportunities/confidence.ts';
import { fitPlatt } from './platt.ts';

export type Scored = { readonly score: number; readonly came: boolean };
type Block = { n: number; came: number; x: number };

/** Fewer cases or fewer that came, and steps would be chance. */
const isotonicMin = { n: 500, came: 100 } as const;
const plattMin = 100;
/** No step says never or always. */
const [least, most] = [0.02, 0.98];

/** Blocks of equal rate, by rising score: their mean score's log-odds, their rate, and how many cases. */
export function pooled(cases: readonly Scored[]): readonly { readonly x: number; readonly p: number; readonly n: number }[] {
  const byScore = new Map<number, Block>();
  for (const { score, came } of cases) {
    const block = byScore.get(score) ?? { n: 0, came: 0, x: scoreOdds(score) };
    byScore.set(score, block);
    block.n += 1;
    block.came += came ? 1 : 0;
  }
  const blocks: Block[] = [];
  for (const [, block] of [...byScore].sort(([a], [b]) => a - b)) {
    blocks.push(block);
    while (blocks.length > 1 && rateOf(blocks.at(-2)!) >= rateOf(blocks.at(-1)!)) merge(blocks);
  }
  return blocks.map((block) => ({ x: block.x, p: rateOf(block), n: block.n }));
}

const rateOf = ({ came, n }: Block): number => came / n;
function merge(blocks: Block[]): void {
  const [left, right] = [blocks.at(-2)!, blocks.pop()!];
  left.x = (left.x * left.n + right.x * right.n) / (left.n + right.n);
  left.n += right.n;
  left.came += right.came;
}

/** What maps a score here: knots, a line, or null: the base rate and nothing more. */
export function fitMap(cases: readonly Scored[], p0: number): Pick<ForecastMap, 'a' | 'b' | 'knots'> | null {
  const came = cases.filter(({ came: yes }) => yes).length;
  if (cases.length < plattMin || came === 0 || came === cases.length) return null;
  const { a, b } = fitPlatt(
    cases.map(({ score }) => score),
    cases.map(({ came: yes }) => (yes ? 1 : 0)),
  );
  const line = { a, b: b - logit(p0) };
  if (cases.length < isotonicMin.n || came < isotonicMin.came) return line;
  const knots = pooled(cases).map(({ x, p }): [number, number] => [x, logit(clamp(p, least, most)) - logit(p0)]);
  return knots.length < 2 ? line : { ...line, knots };
}

/** A rate of `k` in `n` drawn in by a parent's, of whose weight `kappa` cases are. */
export const shrunk = (k: number, n: number, parent: number, kappa: number): number => (k + kappa * parent) / (n + kappa);

/** What a stratum adds to a map's log-odds: its rate, drawn in by the whole's by 30 cases, against the whole's. */
export const stratumOffset = (cases: readonly Scored[], whole: number): number =>
  logit(clamp(shrunk(cases.filter(({ came }) => came).length, cases.length, whole, stratumKappa), least, most)) -
  logit(clamp(whole, least, most));
const stratumKappa = 30;
