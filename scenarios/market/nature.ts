/**
 * How the invented market behaves where nothing is planted, by preset (contracts/spec/invented-market.md#presets).
 *
 * planted  what detection is judged on: clear shapes, flow that says little, a book that leans with the price
 * real     what recorded days show: flow that leads by a minute, a book that leans against the price, real shapes of volume and volatility
 */

import { exp, log } from '../../contracts/math.ts';
import shape from '../../engine/reference/minute-shape.json' with { type: 'json' };
import { minutes, volatilityByMinute, volumeByMinute } from './seasonality.ts';
import type { Issue } from './universe.ts';

export const presets = ['planted', 'real'] as const;
export type Preset = (typeof presets)[number];

export type Nature = {
  readonly name: Preset;
  /** An issue's daily deviation. */
  readonly sigmaOf: (issue: Issue) => number;
  /** Prices, times those of the whole market. */
  readonly dearer: number;
  /** Deviation of the gap overnight, a share of a day's. */
  readonly gap: number;
  /** Between the quotes, a share of the price; at least a tick. */
  readonly spread: number;
  /** Deviations of the log volatility's two factors, ten minutes and an hour long, and of the market's. */
  readonly volFast: number;
  readonly volSlow: number;
  readonly volMarket: number;
  /** Half of what the exponent of those factors adds to the mean square. */
  readonly volBias: number;
  /** Share of the day's volatility that is no flow's doing. */
  readonly noise: number;
  /** Who buys: deviation and memory of the buyers' share; what a step's flow moves the price at once, and what over the next minute, in units of the step's volatility. */
  readonly flow: { readonly sd: number; readonly memorySec: number; readonly push: number; readonly carry: number };
  /** What a step gives back of the last minutes' return, in the same units. */
  readonly revert: number;
  /** Times that after a fall of more than two deviations. */
  readonly rebound: number;
  /** What leans in the book: the flow's share, a mood of its own, and against the last minutes' return in their own deviations; how long its depth lasts, and the width of a level's own chance. */
  readonly book: {
    readonly depthSec: number;
    readonly jitter: number;
    readonly follow: number;
    readonly sd: number;
    readonly memorySec: number;
    readonly against: number;
  };
  /** By trading minute: mean 1, root mean square 1. */
  readonly volume: Float64Array;
  readonly volatility: Float64Array;
  /** Deviation of nar3m by half hour: what twenty days of this market would have told. */
  readonly narSd: readonly number[];
};

const planted: Nature = {
  name: 'planted',
  sigmaOf: ({ sigmaDay }) => sigmaDay,
  dearer: 1,
  gap: 0.35,
  spread: 7.5e-4,
  volFast: 0.35,
  volSlow: 0.45,
  volMarket: 0.25,
  volBias: 0.387,
  noise: 0.85,
  flow: { sd: 0.16, memorySec: 45, push: 0.45, carry: 0 },
  revert: 0,
  rebound: 1,
  book: { depthSec: 30, jitter: 1, follow: 1, sd: 0, memorySec: 60, against: 0 },
  volume: volumeByMinute,
  volatility: volatilityByMinute,
  narSd: [0.285, 0.359, 0.388, 0.392, 0.367, 0.401, 0.4, 0.33],
};

const real: Nature = {
  name: 'real',
  // recorded names differ less than the universe's do
  sigmaOf: ({ sigmaDay }) => 0.0345 * exp(0.1 * log(sigmaDay / 0.024)),
  // the recorded names are dearer than the market: a tick is 2 to 20 bp of them
  dearer: 1.8,
  gap: 0.8,
  spread: 3e-4,
  volFast: 0.25,
  volSlow: 0.35,
  volMarket: 0.15,
  volBias: 0.208,
  noise: 0.65,
  flow: { sd: 0.16, memorySec: 60, push: 1, carry: 0.09 },
  revert: 0.165,
  rebound: 2.5,
  book: { depthSec: 300, jitter: 0.1, follow: 1, sd: 0.3, memorySec: 120, against: 0.15 },
  volume: shapeOf(shape.amountShare, mean),
  volatility: shapeOf(
    shape.varShare.map((share) => share ** 0.12),
    (values) => Math.sqrt(mean(values.map((x) => x * x))),
  ),
  narSd: [0.307, 0.341, 0.362, 0.382, 0.372, 0.383, 0.389, 0.352],
};

export const natures: Readonly<Record<Preset, Nature>> = { planted, real };

function shapeOf(shares: readonly number[], scaleOf: (values: Float64Array) => number): Float64Array {
  const values = Float64Array.from(shares.slice(0, minutes));
  const scale = scaleOf(values);
  return values.map((value) => value / scale);
}

function mean(values: Float64Array): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}
