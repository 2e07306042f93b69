/**
 * The market at one moment, from the cell's own rings, at every third clock entry; decisions use it from the next entry on.
 *
 * Benchmark  leave-one-out median of ≥ 500 live symbols; else the index; else the median of ≥ 30; else none (design §6)
 * Live       seen today, not suspended, free of a no-limit day, and no staler than its own allowance
 */
import type { Benchmark } from '../../contracts/features.ts';
import { absentMilli } from '../../contracts/quote.ts';
import { slotSec } from '../../contracts/session.ts';
import type { Accepted } from '../clean/accepted.ts';
import type { Universe } from '../clean/universe.ts';
import { at, type Rings } from './rings.ts';

/** Values at rest between two computations; all NaN before the first. Plain data, saved in the checkpoint. */
export type CrossSection = {
  mktMed1m: number;
  mktMed3m: number;
  mktMed5m: number;
  advShare: number;
  nUp: number;
  nDn: number;
  feedHealth: number;
  idxRet3m: number;
  /** Live symbols behind mktMed3m, and the three middle values that give a leave-one-out median in O(1). */
  live: number;
  below: number;
  middle: number;
  above: number;
};

export const emptyCrossSection = (): CrossSection => ({
  mktMed1m: Number.NaN,
  mktMed3m: Number.NaN,
  mktMed5m: Number.NaN,
  advShare: Number.NaN,
  nUp: Number.NaN,
  nDn: Number.NaN,
  feedHealth: Number.NaN,
  idxRet3m: Number.NaN,
  live: 0,
  below: Number.NaN,
  middle: Number.NaN,
  above: Number.NaN,
});

const marketMin = 500;
const medianMin = 30;
/** Grace past a symbol's stale allowance before it counts against the feed: two slots of delivery. */
const graceSec = 2 * slotSec;

export class CrossSectioner {
  readonly #universe: Universe;
  readonly #rings: Rings;
  readonly #accepted: Accepted;
  readonly #scratch: Float64Array;

  constructor(universe: Universe, rings: Rings, accepted: Accepted) {
    this.#universe = universe;
    this.#rings = rings;
    this.#accepted = accepted;
    this.#scratch = new Float64Array(universe.count);
  }

  /** Recomputes all of `xs` but the index at grid slot `slot`. */
  update(xs: CrossSection, slot: number): void {
    this.#counts(xs, slot);
    xs.mktMed1m = this.#median(xs, slot, 20, false);
    xs.mktMed5m = this.#median(xs, slot, 100, false);
    xs.mktMed3m = this.#median(xs, slot, 60, true);
  }

  #counts(xs: CrossSection, slot: number): void {
    const { last, seen, preClose, limitUp, limitDown } = this.#accepted;
    const { suspended, riskWarning, staleSec } = this.#universe;
    let traded = 0;
    let rising = 0;
    let up = 0;
    let down = 0;
    let expected = 0;
    let healthy = 0;
    for (let s = 0; s < this.#universe.count; s++) {
      if (seen[s] === 0 || suspended[s] === 1) continue;
      if (this.#accepted.halted[s] === 0) {
        expected += 1;
        if ((slot - this.#accepted.slot[s]!) * slotSec <= staleSec[s]! + graceSec) healthy += 1;
      }
      const price = last[s]!;
      if (price === absentMilli || preClose[s] === absentMilli) continue;
      traded += 1;
      if (price > preClose[s]!) rising += 1;
      if (riskWarning[s] === 1) continue;
      if (price === limitUp[s]) up += 1;
      if (price === limitDown[s]) down += 1;
    }
    xs.advShare = traded === 0 ? Number.NaN : rising / traded;
    xs.nUp = up;
    xs.nDn = down;
    xs.feedHealth = expected === 0 ? Number.NaN : healthy / expected;
  }

  #median(xs: CrossSection, slot: number, window: number, keepMiddle: boolean): number {
    const scratch = this.#scratch;
    let n = 0;
    for (let s = 0; s < this.#universe.count; s++) {
      const r = this.#liveReturn(s, slot, window);
      if (!Number.isNaN(r)) scratch[n++] = r;
    }
    if (n === 0) {
      if (keepMiddle) Object.assign(xs, { live: 0, below: Number.NaN, middle: Number.NaN, above: Number.NaN });
      return Number.NaN;
    }
    const k = n >> 1;
    const upper = select(scratch, n, k);
    let lower = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < k; i++) if (scratch[i]! > lower) lower = scratch[i]!;
    if (keepMiddle) {
      let above = upper;
      if (k + 1 < n) {
        above = Number.POSITIVE_INFINITY;
        for (let i = k + 1; i < n; i++) if (scratch[i]! < above) above = scratch[i]!;
      }
      Object.assign(xs, { live: n, middle: upper, below: n < 2 ? Number.NaN : lower, above: n < 2 ? Number.NaN : above });
    }
    return n % 2 === 1 ? upper : (lower + upper) / 2;
  }

  #liveReturn(s: number, slot: number, window: number): number {
    const head = this.#rings.head[s]!;
    if (this.#universe.noLimit[s] === 1 || (slot - head) * slotSec > this.#universe.staleSec[s]! + graceSec) return Number.NaN;
    const then = this.#rings.lookBack(s, head - window);
    return then < 0 ? Number.NaN : this.#rings.values[this.#rings.base(s, head) + at.lnMid]! - this.#rings.values[then + at.lnMid]!;
  }
}

/** The benchmark return for a symbol whose own 3-minute return is `own`, and which rung of the ladder it stands on. */
export function benchmarkOf(xs: CrossSection, own: number): { readonly kind: Benchmark; readonly ret3m: number } {
  if (xs.live >= marketMin) return { kind: 'market', ret3m: leaveOneOut(xs, own) };
  if (!Number.isNaN(xs.idxRet3m)) return { kind: 'index', ret3m: xs.idxRet3m };
  if (xs.live >= medianMin) return { kind: 'median30', ret3m: leaveOneOut(xs, own) };
  return { kind: 'none', ret3m: 0 };
}

/** Median of the others. Odd count n = 2m + 1: mean of the two middles left; even: the upper or lower middle. */
function leaveOneOut(xs: CrossSection, own: number): number {
  if (xs.live % 2 === 1) {
    if (own > xs.middle) return (xs.below + xs.middle) / 2;
    return own < xs.middle ? (xs.middle + xs.above) / 2 : (xs.below + xs.above) / 2;
  }
  return own >= xs.middle ? xs.below : xs.middle;
}

/** The k-th smallest of the first `n` values (Hoare's selection, median of three); what lies before k is not greater. */
export function select(values: Float64Array, n: number, k: number): number {
  let left = 0;
  let right = n - 1;
  while (left < right) {
    const pivot = medianOfThree(values[left]!, values[(left + right) >> 1]!, values[right]!);
    let i = left;
    let j = right;
    while (i <= j) {
      while (values[i]! < pivot) i += 1;
      while (values[j]! > pivot) j -= 1;
      if (i > j) break;
      const swap = values[i]!;
      values[i] = values[j]!;
      values[j] = swap;
      i += 1;
      j -= 1;
    }
    if (k <= j) right = j;
    else if (k >= i) left = i;
    else break;
  }
  return values[k]!;
}

const medianOfThree = (a: number, b: number, c: number): number => Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
