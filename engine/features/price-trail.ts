/**
 * Price trail: of every symbol the last 256 seconds it was quoted in, each with its last price: what stood W seconds ago, to the second.
 *
 * Grid     the rings look back by slots of three seconds; this one by the quote's own second, for boards and patterns that say so
 * Reach    twelve minutes of quotes that come every three seconds; what is no longer held is unknown
 * Laid out entry by entry, then symbol: rows of one batch lie beside each other
 */
import { type Columns, ColumnsAsOf } from '../clean/columns.ts';

export const trailEntries = 256;
const mask = trailEntries - 1;

export class PriceTrail {
  readonly count: number;
  /** Entries ever made of a symbol; the last is `made − 1`. */
  readonly made: Int32Array;
  /** Whole trading seconds. */
  readonly sec: Int32Array;
  /** Of each symbol's last entry, a second time: its entries lie far apart. */
  readonly #lastSec: Int32Array;
  readonly milli: Int32Array;
  /** An image being read: an entry is kept for it before it changes. */
  #asOf: ColumnsAsOf | null = null;

  constructor(count: number) {
    this.count = count;
    this.made = new Int32Array(count);
    this.sec = new Int32Array(count * trailEntries);
    this.milli = new Int32Array(count * trailEntries);
    this.#lastSec = new Int32Array(count).fill(-1);
  }

  /** Where entry `e` of a symbol stands, if it is still held. */
  at(s: number, e: number): number {
    return (e & mask) * this.count + s;
  }

  /** A later price in the same second takes its place. `sec` never falls. */
  add(s: number, sec: number, milli: number): void {
    let e = this.made[s]!;
    if (this.#lastSec[s] !== sec) this.made[s] = e + 1;
    else e -= 1;
    this.#lastSec[s] = sec;
    this.#asOf?.keep(e & mask, s);
    const at = this.at(s, e);
    this.sec[at] = sec;
    this.milli[at] = milli;
  }

  /** The copies anew, after the columns were restored. */
  restoreCopies(): void {
    for (let s = 0; s < this.count; s++) this.#lastSec[s] = this.made[s] === 0 ? -1 : this.sec[this.at(s, this.made[s]! - 1)]!;
  }

  columns(): Columns {
    return { made: this.made, sec: this.sec, milli: this.milli };
  }

  /** The columns as of now, read out while quotes go on, until `endImage`. */
  imageAsOf(): ColumnsAsOf {
    this.#asOf = new ColumnsAsOf(this.columns(), ['sec', 'milli'], trailEntries, this.count);
    return this.#asOf;
  }

  endImage(): void {
    this.#asOf = null;
  }
}

/** Looks back by one span, a little further each time: what it has passed it does not read again. */
export class LookBack {
  readonly #trail: PriceTrail;
  readonly spanSec: number;
  /** By symbol: the entry found last. */
  readonly #entry: Int32Array;

  constructor(trail: PriceTrail, spanSec: number) {
    this.#trail = trail;
    this.spanSec = spanSec;
    this.#entry = new Int32Array(trail.count).fill(-1);
  }

  /** Price of the latest entry at or before `spanSec` before the symbol's last one; 0 where there is none, or it is no longer held. */
  milliOf(s: number): number {
    const { sec, milli, made, count } = this.#trail;
    const last = made[s]! - 1;
    if (last < 0) return 0;
    const until = sec[(last & mask) * count + s]! - this.spanSec;
    let e = this.#entry[s]!;
    if (e < last - mask) e = last - trailEntries;
    while (e < last && sec[((e + 1) & mask) * count + s]! <= until) e += 1;
    this.#entry[s] = e;
    return e < 0 || e < last - mask ? 0 : milli[(e & mask) * count + s]!;
  }
}
