/**
 * What a probability is about, what it was fitted on, and what it is worth without choosing. Every probability names its event and horizon.
 */
import { z } from 'zod';
import { clamp, log, logit, sigmoid } from './math.ts';

/**
 * moves-1pct       touches 1 % above or below within the horizon
 * net-gain         y_tb (contracts/spec/evaluation.md#label): more than its cost, before it loses as much as one sigma
 * sealed-at-close  closes at its upper limit; said of what has touched it
 * next-open-gain   opens the next session above the close by more than its cost; said of what is sealed
 * heat-lasts       half an hour on, a sector's share of the market's amount is still as far above what is usual
 */
export const forecastEvents = ['moves-1pct', 'net-gain', 'sealed-at-close', 'next-open-gain', 'heat-lasts'] as const;
export type ForecastEvent = (typeof forecastEvents)[number];

/** What a probability was fitted on: the invented market, bars of real days, a paper account, or matured live signals. */
export const confidenceSources = ['synthetic', 'real-bars', 'paper', 'live'] as const;
export type ConfidenceSource = (typeof confidenceSources)[number];

const about = { event: z.enum(forecastEvents), horizonSec: z.int().positive() };
const fitted = { source: z.enum(confidenceSources), data: z.string(), days: z.int().nonnegative(), n: z.int().nonnegative() };
/** 95 % interval, over days drawn anew, of the AUC with which this tells what came from the base rate; null: never measured. */
const auc95 = z.tuple([z.number(), z.number()]).nullable();

const range = z.tuple([z.number(), z.number()]);

/**
 * How often an event comes at a moment that no signal chose: sigmoid(b + w · (lt, ls, tod, tod²)), lt = ln(tick over price in bp), ls = ln σ(600 s),
 * tod = minute / 237.
 */
export const BaseRate = z.object({
  ...about,
  b: z.number(),
  w: z.object({ lt: z.number(), ls: z.number(), tod: z.number(), tod2: z.number() }),
  /** Between which values lt and ls lay where it was fitted: beyond them it is taken as at the nearer end. */
  clip: z.object({ lt: range, ls: range }).nullable(),
  ...fitted,
});
export type BaseRate = z.infer<typeof BaseRate>;

/** What a strategy's score adds to the base rate's log-odds: a · logit(score) + b, or between `knots` [logit(score), odds] where there are some. */
export const ForecastMap = z.object({
  ...about,
  a: z.number(),
  b: z.number(),
  knots: z
    .array(z.tuple([z.number(), z.number()]))
    .min(2)
    .optional(),
  auc95,
  ...fitted,
});
export type ForecastMap = z.infer<typeof ForecastMap>;

/** A probability as it is shown: `lo` and `hi` are the 80 % interval that `n` cases allow; null while no strategy that speaks of it stands by it. */
export const Forecast = z.object({
  ...about,
  p: z.number().nullable(),
  p0: z.number(),
  lo: z.number().nullable(),
  hi: z.number().nullable(),
  ...fitted,
  auc95,
});
export type Forecast = z.infer<typeof Forecast>;

/** Of a score's log-odds. Between knots on a line, beyond them as at the nearer end. */
export function addedOdds({ a, b, knots }: Pick<ForecastMap, 'a' | 'b' | 'knots'>, x: number): number {
  if (knots === undefined) return a * x + b;
  const after = knots.findIndex(([at]) => at > x);
  if (after === 0) return knots[0]![1];
  if (after < 0) return knots.at(-1)![1];
  const [[x0, y0], [x1, y1]] = [knots[after - 1]!, knots[after]!];
  return y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
}

/** A map whose interval reaches one half has no edge measured: it shows the base rate. */
export const speaks = ({ auc95: interval }: Pick<ForecastMap, 'auc95'>): boolean => interval !== null && interval[0] > 0.5;

/** By how much the chance of a net gain must exceed its base rate. */
const edgeMin = 0.1;

/** An edge is one that was measured, and is large enough. */
export const hasEdge = (forecasts: readonly Forecast[]): boolean =>
  forecasts.some((each) => each.event === 'net-gain' && speaks(each) && each.p !== null && each.p >= each.p0 + edgeMin);

/** What is known of a moment that a base rate depends on. */
export type Moment = { readonly tickBp: number; readonly sigma600: number; readonly tsec: number };
const minutes = 237;

/** null where it depends on a price or a σ that is unknown; `clip` null: it depends on neither. */
export function baseRateAt({ b, w, clip }: Pick<BaseRate, 'b' | 'w' | 'clip'>, { tickBp, sigma600, tsec }: Moment): number | null {
  const time = clamp(tsec / 60 / minutes, 0, 1);
  const ofTime = b + w.tod * time + w.tod2 * time * time;
  if (clip === null) return sigmoid(ofTime);
  if (!(tickBp > 0) || !(sigma600 > 0)) return null;
  return sigmoid(ofTime + w.lt * clamp(log(tickBp), ...clip.lt) + w.ls * clamp(log(sigma600), ...clip.ls));
}

const z80 = 1.2816;
/** Cases of the base rate that stand behind every probability. */
const priorCases = 50;

/** The 80 % interval that `n` cases allow around `p`. */
export function intervalOf(p: number, n: number): readonly [lo: number, hi: number] {
  const half = z80 / Math.sqrt((n + priorCases) * p * (1 - p));
  return [sigmoid(logit(p) - half), sigmoid(logit(p) + half)];
}
