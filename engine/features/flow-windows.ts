/** Windowed active flow (contracts/spec/features.md#active-flow). */
import { pow2 } from '../../contracts/math.ts';
import type { Universe } from '../clean/universe.ts';
import { at, own } from './rings.ts';
import type { SymbolView } from './symbol-view.ts';
import { bucketOf } from './thresholds.ts';

/** Under this much traded, a ratio says nothing: null. Yuan. */
const amountMin = 50_000;
/** Least spread of nar3m: a quiet profile must not make every print a surprise. */
const deviationMin = 0.15;
const blockSlots = 5;
const blocks = 20;
/** Half-life 90 s in blocks of 15 s. */
const weights = Array.from({ length: blocks }, (_, i) => pow2((-i * 15) / 90));
const weightSum = weights.reduce((sum, weight) => sum + weight, 0);

export const flowRatio = (net: number, amount: number): number => (amount >= amountMin ? net / amount : Number.NaN);

/** nar3m in standard deviations from what is usual of the symbol in the half hour of slot `head`. */
export function flowSurprise(universe: Universe, s: number, head: number, nar3m: number): number {
  const bucket = bucketOf(head);
  const mean = universe.profiles.narMean(s, bucket);
  const deviation = universe.profiles.narSd(s, bucket);
  return (nar3m - mean) / Math.max(deviation, deviationMin);
}

/** 50: weighted mean sign of net flow over twenty 15-second blocks, the newest first. */
export function flowPersistence(view: SymbolView): number {
  if (Number.isNaN(view.volume(blocks * blockSlots, at.net))) return Number.NaN;
  const {
    s,
    head,
    engine: { rings },
  } = view;
  let sum = 0;
  let later = rings.own[rings.ownAt(s, head) + own.net]!;
  for (let i = 0; i < blocks; i++) {
    const earlier = rings.own[rings.ownAt(s, head - (i + 1) * blockSlots) + own.net]!;
    sum += weights[i]! * Math.sign(later - earlier);
    later = earlier;
  }
  return sum / weightSum;
}
