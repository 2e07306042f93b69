/**
 * The market at one moment, from the cell's own rings, at every third clock entry; decisions use it from the next entry on.
 *
 * Benchmark  leave-one-out median of ≥ 500 live symbols; else the index; else the median of ≥ 30; else none (contracts/spec/features.md#benchmarks)
 * Live       seen today, not suspended, free of a no-limit day, and no staler than its own allowance
 */
import type { Benchmark } from '../../contracts/features.ts';
import { absentMilli } from '../../contracts/quote.ts';
import { slotSec } from '../../contracts/session.ts';
import type { Accepted } from '../clean/accepted.ts';
import type { Universe } from '../clean/universe.ts';
import { hot, type Rings } from './rings.ts';

/** Values at rest between two computations; all NaN before the first. Plain data, saved in the checkpoint. */
export type CrossSection = {
  mktMed1m: number;
  mktMed3m: number;
  mktMed5m: number;
  /** Symbols whose price and previous close are known, and the share of them that rose. */
  nPriced: number;
  advShare: number;
  nUp: number;
  nDn: number;
  /** Symbols without risk warning that were at their upper limit today, and the share of them that are not now; NaN of none. */
  nTouched: number;
  brokenRate: number;
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
  nPriced: 0,
  advShare: Number.NaN,
  nUp: Number.NaN,
  nDn: Number.NaN,
  nTouched: Number.NaN,
  brokenRate: Number.NaN,
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

/** What a symbol shows at the last computation: over its own three windows, NaN where it is not live. */
export type SymbolReturns = { readonly ret1m: Float64Array; readonly ret3m: Float64Array; readonly ret5m: Float64Array };
/** Of a symbol's price at the last computation: 0 unknown, 1 not above its previous close, 2 above; and 1 at its upper limit. */
export type SymbolStanding = { readonly against: Uint8Array; readonly atLimit: Uint8Array };

export class CrossSectioner {
  readonly returns: SymbolReturns;
  readonly standing: SymbolStanding;
  readonly #universe: Universe;
  readonly #rings: Rings;
  readonly #accepted: Accepted;
  readonly #scratch: Float64Array;

  constructor(universe: Universe, rings: Rings, accepted: Accepted) {
    this.#universe = universe;
    this.#rings = rings;
    this.#accepted = accepted;
    const unknown = () => new Float64Array(universe.count).fill(Number.NaN);
    this.returns = { ret1m: unknown(), ret3m: unknown(), ret5m: unknown() };
    this.standing = { against: new Uint8Array(universe.count), atLimit: new Uint8Array(universe.count) };
    this.#scratch = new Float64Array(universe.count);
  }

  /** Recomputes all of `xs` but the index at grid slot `slot`. */
  update(xs: CrossSection, slot: number): void {
    this.#counts(xs, slot);
    this.#returns(slot);
    xs.mktMed1m = this.#median(xs, this.returns.ret1m, false);
    xs.mktMed5m = this.#median(xs, this.returns.ret5m, false);
    xs.mktMed3m = this.#median(xs, this.returns.ret3m, true);
  }

  #counts(xs: CrossSection, slot: number): void {
    const { last, high, seen, preClose, limitUp, limitDown, halted, slot: lastSlot } = this.#accepted;
    const { suspended, riskWarning, staleSec } = this.#universe;
    const { against, atLimit } = this.standing;
    let traded = 0;
    let rising = 0;
    let up = 0;
    let down = 0;
    let touched = 0;
    let expected = 0;
    let healthy = 0;
    for (let s = 0; s < this.#universe.count; s++) {
      const price = last[s]!;
      const known = seen[s] === 1 && price !== absentMilli && preClose[s] !== absentMilli;
      against[s] = known ? (price > preClose[s]! ? 2 : 1) : 0;
      atLimit[s] = known && price === limitUp[s] ? 1 : 0;
      if (seen[s] === 0 || suspended[s] === 1) continue;
      if (halted[s] === 0) {
        expected += 1;
        if ((slot - lastSlot[s]!) * slotSec <= staleSec[s]! + graceSec) healthy += 1;
      }
      if (!known) continue;
      traded += 1;
      if (price > preClose[s]!) rising += 1;
      if (riskWarning[s] === 1) continue;
      if (price === limitUp[s]) up += 1;
      if (limitUp[s] !== absentMilli && high[s]! >= limitUp[s]!) touched += 1;
      if (price === limitDown[s]) down += 1;
    }
    xs.nPriced = traded;
    xs.advShare = traded === 0 ? Number.NaN : rising / traded;
    xs.nUp = up;
    xs.nDn = down;
    xs.nTouched = touched;
    xs.brokenRate = touched === 0 ? Number.NaN : (touched - up) / touched;
    xs.feedHealth = expected === 0 ? Number.NaN : healthy / expected;
  }

  /** Returns of live symbols to their own head slot, in one pass: neighbours in a slot are neighbours in memory. */
  #returns(slot: number): void {
    const rings = this.#rings;
    const { hot: values, head } = rings;
    const { noLimit, staleSec, count } = this.#universe;
    const { ret1m, ret3m, ret5m } = this.returns;
    for (let s = 0; s < count; s++) {
      const at = head[s]!;
      const live = noLimit[s] === 0 && (slot - at) * slotSec <= staleSec[s]! + graceSec;
      const now = live ? values[rings.hotAt(s, at) + hot.lnMid]! : Number.NaN;
      ret1m[s] = rings.holds(s, at - 20) ? now - values[rings.hotAt(s, at - 20) + hot.lnMid]! : Number.NaN;
      ret3m[s] = rings.holds(s, at - 60) ? now - values[rings.hotAt(s, at - 60) + hot.lnMid]! : Number.NaN;
      ret5m[s] = rings.holds(s, at - 100) ? now - values[rings.hotAt(s, at - 100) + hot.lnMid]! : Number.NaN;
    }
  }

  #median(xs: CrossSection, returns: Float64Array, keepMiddle: boolean): number {
    const scratch = this.#scratch;
    let n = 0;
    for (let s = 0; s < returns.length; s++) {
      const r = returns[s]!;
      if (!Number.isNaN(r)) scratch[n++] = r;
    }
    if (n === 0) {
      if (keepMiddle) Object.assign(xs, { live: 0, below: Number.NaN, middle: Number.NaN, above: Number.NaN });
      return Number.NaN;
    }
    const k = n >> 1;
    const upper = select(scratch, n, k);
    const lower = largest(scratch, 0, k);
    if (keepMiddle) {
      const above = k + 1 < n ? smallest(scratch, k + 1, n) : upper;
      Object.assign(xs, { live: n, middle: upper, below: n < 2 ? Number.NaN : lower, above: n < 2 ? Number.NaN : above });
    }
    return n % 2 === 1 ? upper : (lower + upper) / 2;
  }
}

function largest(values: Float64Array, from: number, to: number): number {
  let found = Number.NEGATIVE_INFINITY;
  for (let i = from; i < to; i++) if (values[i]! > found) found = values[i]!;
  return found;
}
function smallest(values: Float64Array, from: number, to: number): number {
  let found = Number.POSITIVE_INFINITY;
  for (let i = from; i < to; i++) if (values[i]! < found) found = values[i]!;
  return found;
}

/** Median of the first `n` values, which are reordered. */
export function medianOf(values: Float64Array, n: number): number {
  const upper = select(values, n, n >> 1);
  return n % 2 === 1 ? upper : (largest(values, 0, n >> 1) + upper) / 2;
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
