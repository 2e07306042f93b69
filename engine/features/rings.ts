/**
 * Rings: of every symbol the last 128 grid slots (384 tsec; no window is longer than 300) of running sums. Laid out slot by slot, so that the
 * rows of one batch lie beside each other; a symbol's slot is two cache lines.
 *
 * Slot       floor(tsec / 3). A slot holds the state after the last quote accepted in it
 * Sums       run since the symbol's first slot; a window's sum over (k − w, k] is sum[k] − sum[k − w]
 * Carry      a slot without a quote repeats the one before, its book counted only while the symbol is not stale
 * Own        mid, amount and net a second time, symbol by symbol: what looks back through one symbol's whole window
 * Hot        lnMid, amount and net a second time, close together: what the cross-section and the wake predicates read of all symbols at one moment
 */

import { slotSec } from '../../contracts/session.ts';
import { neverSlot } from '../clean/accepted.ts';
import { type Columns, ColumnsAsOf } from '../clean/columns.ts';

/** Layers of `values`. */
export const ringSlots = 128;
/**
 * Fields of a slot in their order: as of the last quote (`now`), a sum over quotes (`sum`), a sum over slots, each slot's own share the last
 * quote's (`share`). Prices in Milli, money yuan.
 */
const fields = [
  ['lnMid', 'now'],
  ['mid', 'now'],
  ['last', 'now'],
  ['volume', 'sum'],
  ['amount', 'sum'],
  ['net', 'sum'],
  ['bigNet', 'sum'],
  ['bigAmount', 'sum'],
  ['bigCount', 'sum'],
  ['ofi', 'sum'],
  ['depth1', 'share'],
  ['depth1N', 'share'],
  ['obi', 'share'],
  ['obiN', 'share'],
  ['covered', 'share'],
  ['acceptedSlot', 'now'],
] as const;
export const ringStride = fields.length;
/** Offsets inside a slot. */
export const at = Object.fromEntries(fields.map(([name], offset) => [name, offset])) as Readonly<
  Record<(typeof fields)[number][0], number>
>;
/** Offsets inside a slot of the hot ring. */
export const hot = { lnMid: 0, amount: 1, net: 2 } as const;
const hotStride = 3;
/** Offsets inside a slot of a symbol's own ring. */
export const own = { mid: 0, amount: 1, net: 2 } as const;
const ownStride = 3;
/** Fields that average over slots rather than sum over quotes; they stand together. */
const firstAveraged = fields.findIndex(([, kind]) => kind === 'share');
const lastAveraged = fields.findLastIndex(([, kind]) => kind === 'share');

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
  /** By slot, then symbol, then field (`hot`); the same numbers as in `values`. */
  readonly hot: Float64Array;
  /** By symbol, then slot, then field (`own`). */
  readonly own: Float64Array;
  readonly #count: number;
  readonly head: Int32Array;
  readonly first: Int32Array;
  readonly #staleSec: Int32Array;
  /** An image being read: a slot is kept for it before it changes. */
  #asOf: ColumnsAsOf | null = null;

  constructor(count: number, staleSec: Int32Array) {
    this.values = new Float64Array(count * ringSlots * ringStride);
    this.hot = new Float64Array(count * ringSlots * hotStride);
    this.own = new Float64Array(count * ringSlots * ownStride);
    this.#count = count;
    this.head = new Int32Array(count).fill(neverSlot);
    this.first = new Int32Array(count).fill(neverSlot);
    this.#staleSec = staleSec;
  }

  /** Base of the slot's values. The caller has checked that the slot is held. */
  base(s: number, slot: number): number {
    return ((slot & (ringSlots - 1)) * this.#count + s) * ringStride;
  }

  /** Base of an earlier slot, or −1 when it lies before the first or has been overwritten. */
  lookBack(s: number, slot: number): number {
    return slot < this.first[s]! || slot <= this.head[s]! - ringSlots ? -1 : this.base(s, slot);
  }

  /** Base of a symbol's slot in the hot ring. */
  hotAt(s: number, slot: number): number {
    return ((slot & (ringSlots - 1)) * this.#count + s) * hotStride;
  }

  /** Base of a symbol's slot in its own ring. */
  ownAt(s: number, slot: number): number {
    return (s * ringSlots + (slot & (ringSlots - 1))) * ownStride;
  }

  /** Whether an earlier slot is still held. */
  holds(s: number, slot: number): boolean {
    return slot >= this.first[s]! && slot > this.head[s]! - ringSlots;
  }

  /** Adds a quote at `slot` ≥ head; returns the base of its slot. */
  add(s: number, slot: number, input: SlotInput): number {
    const head = this.head[s]!;
    if (this.#asOf !== null) keepSlots(this.#asOf, s, head, slot);
    if (head === slot) return this.#again(s, slot, input);
    const b = this.base(s, slot);
    if (head === neverSlot) {
      this.first[s] = slot;
      this.values.fill(0, b, b + ringStride);
      this.head[s] = slot;
      return this.#again(s, slot, input, true);
    }
    for (let j = head + 1; j < slot; j++) this.#carry(s, j);
    this.head[s] = slot;
    this.#next(this.base(s, slot - 1), b, slot, input);
    this.#copy(s, slot, b);
    return b;
  }

  /** A new slot from the one before it, in one pass: the sums go on, the quote's own share is added. */
  #next(p: number, b: number, slot: number, input: SlotInput): void {
    const v = this.values;
    v[b] = input.lnMid;
    v[b + at.mid] = input.mid;
    v[b + at.last] = input.last;
    v[b + at.volume] = v[p + at.volume]! + input.dv;
    v[b + at.amount] = v[p + at.amount]! + input.da;
    v[b + at.net] = v[p + at.net]! + input.net;
    v[b + at.bigNet] = v[p + at.bigNet]! + input.bigNet;
    v[b + at.bigAmount] = v[p + at.bigAmount]! + input.bigAmount;
    v[b + at.bigCount] = v[p + at.bigCount]! + input.bigCount;
    v[b + at.ofi] = v[p + at.ofi]! + input.ofi;
    const hasBook = !Number.isNaN(input.obi);
    v[b + at.depth1] = v[p + at.depth1]! + (hasBook ? input.depth1 : 0);
    v[b + at.depth1N] = v[p + at.depth1N]! + (hasBook ? 1 : 0);
    v[b + at.obi] = v[p + at.obi]! + (hasBook ? input.obi : 0);
    v[b + at.obiN] = v[p + at.obiN]! + (hasBook ? 1 : 0);
    v[b + at.covered] = v[p + at.covered]! + (input.covers ? 1 : 0);
    v[b + at.acceptedSlot] = slot;
  }

  /** Another quote in the head slot, or the symbol's first (`fresh`). */
  #again(s: number, slot: number, input: SlotInput, fresh = false): number {
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
    this.#copy(s, slot, b);
    return b;
  }

  #copy(s: number, slot: number, b: number): void {
    const h = this.hotAt(s, slot);
    this.hot[h + hot.lnMid] = this.values[b + at.lnMid]!;
    this.hot[h + hot.amount] = this.values[b + at.amount]!;
    this.hot[h + hot.net] = this.values[b + at.net]!;
    const o = this.ownAt(s, slot);
    this.own[o + own.mid] = this.values[b + at.mid]!;
    this.own[o + own.amount] = this.values[b + at.amount]!;
    this.own[o + own.net] = this.values[b + at.net]!;
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

  /** A slot without a quote repeats the one before; the standing book and coverage count for it. */
  #carry(s: number, slot: number): void {
    const v = this.values;
    const from = this.base(s, slot - 1);
    const to = this.base(s, slot);
    for (let field = 0; field < ringStride; field++) v[to + field] = v[from + field]!;
    this.#copy(s, slot, to);
    if ((slot - v[from + at.acceptedSlot]!) * slotSec > this.#staleSec[s]!) return;
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

  /** The hot and own rings anew from the values, after these were restored. */
  restoreCopies(): void {
    for (let s = 0; s < this.#count; s++) {
      const head = this.head[s]!;
      if (head === neverSlot) continue;
      for (let slot = Math.max(this.first[s]!, head - ringSlots + 1); slot <= head; slot++) {
        this.#copy(s, slot, this.base(s, slot));
      }
    }
  }

  columns(): Columns {
    return { values: this.values, head: this.head, first: this.first };
  }

  /** The columns as of now, read out while quotes go on, until `endImage`. */
  imageAsOf(): ColumnsAsOf {
    this.#asOf = new ColumnsAsOf(this.columns(), ['values'], ringSlots, this.#count);
    return this.#asOf;
  }

  endImage(): void {
    this.#asOf = null;
  }
}

/** The slots that a quote writes: its own, and before it those without one. */
function keepSlots(asOf: ColumnsAsOf, s: number, head: number, slot: number): void {
  const from = head === neverSlot ? slot : Math.max(Math.min(head + 1, slot), slot - ringSlots + 1);
  for (let j = from; j <= slot; j++) asOf.keep(j & (ringSlots - 1), s);
}
