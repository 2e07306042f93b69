/**
 * Rings: per symbol the last 128 grid slots (384 tsec; no window is longer than 300) of running sums, interleaved so that one slot is two cache lines.
 *
 * Slot       floor(tsec / 3). A slot holds the state after the last quote accepted in it
 * Sums       run since the symbol's first slot; a window's sum over (k − w, k] is sum[k] − sum[k − w]
 * Carry      a slot without a quote repeats the one before, its book counted only while the symbol is not stale
 */

import { slotSec } from '../../contracts/session.ts';
import { neverSlot } from '../clean/accepted.ts';
import type { Columns } from '../clean/columns.ts';

const ringSlots = 128;
export const ringStride = 16;
/** Offsets inside a slot. Prices in Milli, money yuan. */
export const at = {
  lnMid: 0,
  mid: 1,
  last: 2,
  volume: 3,
  amount: 4,
  net: 5,
  bigNet: 6,
  bigAmount: 7,
  bigCount: 8,
  ofi: 9,
  depth1: 10,
  depth1N: 11,
  obi: 12,
  obiN: 13,
  covered: 14,
  acceptedSlot: 15,
} as const;

/** Fields that average over slots rather than sum over quotes: depth1 to covered. */
const firstAveraged = at.depth1;
const lastAveraged = at.covered;

/** One accepted quote's contribution. Flows are 0 where the interval is unknown. */
export type SlotInput = {
  lnMid: number;
  mid: number;
  last: number;
  dv: number;
  da: number;
  net: number;
  bigNet: number;
  bigAmount: number;
  bigCount: number;
  ofi: number;
  depth1: number;
  obi: number;
  covers: boolean;
};

export class Rings {
  readonly values: Float64Array;
  readonly head: Int32Array;
  readonly first: Int32Array;
  readonly #staleSec: Int32Array;

  constructor(count: number, staleSec: Int32Array) {
    this.values = new Float64Array(count * ringSlots * ringStride);
    this.head = new Int32Array(count).fill(neverSlot);
    this.first = new Int32Array(count).fill(neverSlot);
    this.#staleSec = staleSec;
  }

  /** Base of the slot's values. The caller has checked that the slot is held. */
  base(s: number, slot: number): number {
    return (s * ringSlots + (slot & (ringSlots - 1))) * ringStride;
  }

  /** Base of an earlier slot, or −1 when it lies before the first or has been overwritten. */
  lookBack(s: number, slot: number): number {
    return slot < this.first[s]! || slot <= this.head[s]! - ringSlots ? -1 : this.base(s, slot);
  }

  /** Adds a quote at `slot` ≥ head. */
  add(s: number, slot: number, input: SlotInput): number {
    const head = this.head[s]!;
    const fresh = head !== slot;
    if (head === neverSlot) {
      this.first[s] = slot;
      this.values.fill(0, this.base(s, slot), this.base(s, slot) + ringStride);
    } else {
      for (let j = head + 1; j <= slot; j++) this.#carry(s, j, j < slot);
    }
    this.head[s] = slot;
    const b = this.base(s, slot);
    const v = this.values;
    v[b + at.lnMid] = input.lnMid;
    v[b + at.mid] = input.mid;
    v[b + at.last] = input.last;
    v[b + at.volume]! += input.dv;
    v[b + at.amount]! += input.da;
    v[b + at.net]! += input.net;
    v[b + at.bigNet]! += input.bigNet;
    v[b + at.bigAmount]! += input.bigAmount;
    v[b + at.bigCount]! += input.bigCount;
    v[b + at.ofi]! += input.ofi;
    v[b + at.acceptedSlot] = slot;
    this.#book(s, slot, b, input, fresh);
    return b;
  }

  /** The slot's own share of the averaged sums: the last quote in a slot replaces an earlier one's. */
  #book(s: number, slot: number, b: number, input: SlotInput, fresh: boolean): void {
    const v = this.values;
    if (!fresh) {
      const before = this.lookBack(s, slot - 1);
      for (let field = firstAveraged; field <= lastAveraged; field++) v[b + field] = before < 0 ? 0 : v[before + field]!;
    }
    if (!Number.isNaN(input.obi)) {
      v[b + at.obi]! += input.obi;
      v[b + at.obiN]! += 1;
      v[b + at.depth1]! += input.depth1;
      v[b + at.depth1N]! += 1;
    }
    if (input.covers) v[b + at.covered]! += 1;
  }

  /** Repeats the slot before. `whole`: the slot stays without a quote, so the standing book and coverage count for it. */
  #carry(s: number, slot: number, whole: boolean): void {
    const v = this.values;
    const from = this.base(s, slot - 1);
    const to = this.base(s, slot);
    for (let field = 0; field < ringStride; field++) v[to + field] = v[from + field]!;
    if (!whole || (slot - v[from + at.acceptedSlot]!) * slotSec > this.#staleSec[s]!) return;
    const accepted = this.lookBack(s, v[from + at.acceptedSlot]!);
    if (accepted < 0) return;
    const before = this.lookBack(s, v[from + at.acceptedSlot]! - 1);
    for (let field = firstAveraged; field <= lastAveraged; field++) {
      v[to + field]! += v[accepted + field]! - (before < 0 ? 0 : v[before + field]!);
    }
  }

  /** mid at the head slot; null before the first quote. */
  midOf(s: number): number | null {
    return this.head[s] === neverSlot ? null : this.values[this.base(s, this.head[s]!) + at.mid]!;
  }

  columns(): Columns {
    return { values: this.values, head: this.head, first: this.first };
  }
}
