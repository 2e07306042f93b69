/**
 * Structural top divergence (量价顶背离), contracts/spec/features.md#top-divergence: the current up-leg makes a higher high than the one before on
 * less money a second and less active buying. Legs are zig-zags on one-minute closes of the last 60 minutes.
 */
import { absentMilli } from '../../contracts/quote.ts';
import type { FeatureEngine } from './engine.ts';

type Leg = { readonly up: boolean; readonly from: number; to: number };
const window = 60;
/** Reversal threshold floor: 0.4 %. */
const thetaMin = 0.004;
const higherHigh = 1.001;
const fadedPace = 0.7;

/** 1, 0, or NaN when there are not two up-legs. */
export function priceVolumeDivergence(engine: FeatureEngine, s: number, tsec: number): number {
  const until = Math.floor(tsec / 60) - 1; // the last completed minute
  const { bars } = engine;
  const { close } = bars;
  const cell = (m: number): number => bars.at(s, m);
  const minutes: number[] = [];
  for (let m = Math.max(0, until - window + 1); m <= until; m++) if (close[cell(m)] !== absentMilli) minutes.push(m);
  if (minutes.length < 3) return Number.NaN;
  const theta = Math.max(thetaMin, engine.sigma(s, tsec - 300, 300, close[cell(minutes.at(-1)!)]!));
  const legs = legsOf(minutes, (m) => close[cell(m)]!, theta);
  const ups = legs.filter((leg) => leg.up);
  const current = ups.at(-1);
  const previous = ups.at(-2);
  if (current === undefined || previous === undefined || legs.at(-1) !== current) return Number.NaN;
  const pace = (leg: Leg) => (bars.amount[cell(leg.to)]! - bars.amount[cell(leg.from)]!) / (leg.to - leg.from);
  const ratio = (leg: Leg) =>
    (bars.net[cell(leg.to)]! - bars.net[cell(leg.from)]!) / (bars.amount[cell(leg.to)]! - bars.amount[cell(leg.from)]!);
  const diverges =
    close[cell(current.to)]! > close[cell(previous.to)]! * higherHigh &&
    pace(current) < fadedPace * pace(previous) &&
    ratio(current) < ratio(previous);
  return diverges ? 1 : 0;
}

/**
 * Alternating legs between pivots that are at least `theta` apart. The first begins at the lowest or highest point seen before
 * the first such move; the last may still grow.
 */
export function legsOf(minutes: readonly number[], price: (m: number) => number, theta: number): Leg[] {
  const legs: Leg[] = [];
  let [low, high] = [minutes[0]!, minutes[0]!];
  for (const m of minutes.slice(1)) {
    const open = legs.at(-1);
    if (open === undefined) {
      if (price(m) / price(low) - 1 >= theta) legs.push({ up: true, from: low, to: m });
      else if (1 - price(m) / price(high) >= theta) legs.push({ up: false, from: high, to: m });
      if (price(m) < price(low)) low = m;
      if (price(m) > price(high)) high = m;
      continue;
    }
    if (open.up ? price(m) > price(open.to) : price(m) < price(open.to)) open.to = m;
    else if (Math.abs(price(m) / price(open.to) - 1) >= theta) legs.push({ up: !open.up, from: open.to, to: m });
  }
  return legs;
}
