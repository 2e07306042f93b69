/**
 * Isotonic regression by pooling adjacent violators (Ayer and others, 1955), as a map's knots: log-odds of the score → log-odds over the base rate. Where there is
 * too little for it, or scores do not rise with what came, Platt; where there is too little for that, nothing (contracts/spec/detectors.md#calibration).
 */
import { addedOdds, type ForecastMap } from '../../contracts/forecast.ts';
import { clamp, logit, sigmoid } from '../../contracts/math.ts';
import { scoreOdds } from '../opportunities/confidence.ts';
import { fitPlatt } from './platt.ts';

export type Scored = { readonly score: number; readonly came: boolean };
type Block = { n: number; came: number; lo: number; hi: number };

/** Fewer cases or fewer that came, and steps would be chance. */
const isotonicMin = { n: 500, came: 100 } as const;
const plattMin = 100;
/** A step of fewer, or of less than a twentieth, is chance: it joins the neighbour whose rate is nearer. */
const [blockMin, blockShare] = [20, 0.05];
/** Of the scores that were seen, what a line is held between. */
const seen = { from: 0.01, to: 0.99 } as const;
/** No step says never or always. */
const [least, most] = [0.02, 0.98];

/** A step: from the log-odds of which score to which, its rate, and how many cases. */
export type Step = { readonly lo: number; readonly hi: number; readonly p: number; readonly n: number };

/** Steps of equal rate by rising score, none of fewer than `least` cases unless all are. */
export function pooled(cases: readonly Scored[], least = blockMin): readonly Step[] {
  const byScore = new Map<number, Block>();
  for (const { score, came } of cases) {
    const block = byScore.get(score) ?? { n: 0, came: 0, lo: scoreOdds(score), hi: scoreOdds(score) };
    byScore.set(score, block);
    block.n += 1;
    block.came += came ? 1 : 0;
  }
  const blocks: Block[] = [];
  for (const [, block] of [...byScore].sort(([a], [b]) => a - b)) {
    blocks.push(block);
    while (blocks.length > 1 && rateOf(blocks.at(-2)!) >= rateOf(blocks.at(-1)!)) merge(blocks, blocks.length - 2);
  }
  for (let small = smallest(blocks, least); small >= 0 && blocks.length > 1; small = smallest(blocks, least)) {
    const [below, above] = [gap(blocks, small - 1), gap(blocks, small)];
    merge(blocks, below <= above ? small - 1 : small);
  }
  return blocks.map((block) => ({ lo: block.lo, hi: block.hi, p: rateOf(block), n: block.n }));
}

const smallest = (blocks: readonly Block[], least: number): number => blocks.findIndex(({ n }) => n < least);
/** How far apart the rates of a block and the next one are; Infinity where there is none. */
const gap = (blocks: readonly Block[], at: number): number =>
  blocks[at] === undefined || blocks[at + 1] === undefined ? Number.POSITIVE_INFINITY : rateOf(blocks[at + 1]!) - rateOf(blocks[at]!);

const rateOf = ({ came, n }: Block): number => came / n;
/** Joins the block behind `at` to it. */
function merge(blocks: Block[], at: number): void {
  const [right] = blocks.splice(at + 1, 1);
  const left = blocks[at]!;
  left.hi = right!.hi;
  left.n += right!.n;
  left.came += right!.came;
}

/** What maps a score here: knots, a line, or null: the base rate and nothing more. */
export function fitMap(cases: readonly Scored[], p0: number): Pick<ForecastMap, 'a' | 'b' | 'knots'> | null {
  const came = cases.filter(({ came: yes }) => yes).length;
  if (cases.length < plattMin || came === 0 || came === cases.length) return null;
  const { a, b } = fitPlatt(
    cases.map(({ score }) => score),
    cases.map(({ came: yes }) => (yes ? 1 : 0)),
  );
  const line = heldTo({ a, b: b - logit(p0) }, cases);
  if (cases.length < isotonicMin.n || came < isotonicMin.came) return line;
  const knots = knotsOf(pooled(cases, Math.max(blockMin, blockShare * cases.length)), p0);
  return knots.length > 1 && brierOf(cases, { ...line, knots }, p0) < brierOf(cases, line, p0) ? { ...line, knots } : line;
}

/** Beyond the scores it was fitted on a line says no more than at their ends: a track that weakens has scores that no opening had. */
function heldTo({ a, b }: Pick<ForecastMap, 'a' | 'b'>, cases: readonly Scored[]): Pick<ForecastMap, 'a' | 'b' | 'knots'> {
  const xs = cases.map(({ score }) => scoreOdds(score)).sort((x, y) => x - y);
  const [from, to] = [xs[Math.floor(seen.from * (xs.length - 1))]!, xs[Math.ceil(seen.to * (xs.length - 1))]!];
  if (to === from) return { a: 0, b: a * to + b };
  return { a, b, knots: [from, to].map((x): [number, number] => [x, a * x + b]) };
}

/** A step has a knot at both of its ends: between them it is flat, and what rises rises between two steps. */
const knotsOf = (steps: readonly Step[], p0: number): [number, number][] =>
  steps.flatMap(({ lo, hi, p }): [number, number][] => {
    const odds = logit(clamp(p, least, most)) - logit(p0);
    return hi > lo
      ? [
          [lo, odds],
          [hi, odds],
        ]
      : [[lo, odds]];
  });

const brierOf = (cases: readonly Scored[], map: Pick<ForecastMap, 'a' | 'b' | 'knots'>, p0: number): number =>
  cases.reduce((sum, { score, came }) => {
    const missed = sigmoid(logit(p0) + addedOdds(map, scoreOdds(score))) - (came ? 1 : 0);
    return sum + missed * missed;
  }, 0);

/** A rate of `k` in `n` drawn in by a parent's, of whose weight `kappa` cases are. */
export const shrunk = (k: number, n: number, parent: number, kappa: number): number => (k + kappa * parent) / (n + kappa);

/** What a stratum adds to a map's log-odds: its rate, drawn in by the whole's by 30 cases, against the whole's. */
export const stratumOffset = (cases: readonly Scored[], whole: number): number =>
  logit(clamp(shrunk(cases.filter(({ came }) => came).length, cases.length, whole, stratumKappa), least, most)) -
  logit(clamp(whole, least, most));
const stratumKappa = 30;
