/**
 * Gain board 涨速榜: the symbols that gained most over each span, to the second, in order.
 *
 * Gain    last / (price of its latest quote at or before `spanSec` before its own last one) − 1; without such a quote it is not on the board
 * Order   by gain, equal gains by row, lower first
 * Cost    the last list is put in order again and the rest compared with its end: it changes little from one moment to the next
 */
import { LookBack, type PriceTrail } from './price-trail.ts';

const none = Number.NEGATIVE_INFINITY;

export class GainBoard {
  readonly leaders: readonly Leaders[];
  readonly #trail: PriceTrail;

  constructor(trail: PriceTrail, spansSec: readonly number[], size: number) {
    this.#trail = trail;
    this.leaders = spansSec.map((spanSec) => new Leaders(trail.count, new LookBack(trail, spanSec), size));
  }

  /** Anew as of now. What was last quoted before `sinceSec` is not on the board. */
  update(sinceSec: number): void {
    for (const leaders of this.leaders) leaders.update(this.#trail, sinceSec);
  }
}

export class Leaders {
  readonly spanSec: number;
  readonly #lookBack: LookBack;
  readonly #size: number;
  /** −Infinity where it is not on the board. */
  readonly gains: Float64Array;
  /** Rows in order; the first `length` count. */
  readonly rows: Int32Array;
  length = 0;
  readonly #listed: Uint8Array;

  constructor(count: number, lookBack: LookBack, size: number) {
    this.spanSec = lookBack.spanSec;
    this.#lookBack = lookBack;
    this.#size = size;
    this.gains = new Float64Array(count).fill(none);
    this.rows = new Int32Array(size);
    this.#listed = new Uint8Array(count);
  }

  update(trail: PriceTrail, sinceSec: number): void {
    this.#measure(trail, sinceSec);
    this.#reorder();
    this.#admit();
  }

  #measure(trail: PriceTrail, sinceSec: number): void {
    const { gains } = this;
    const lookBack = this.#lookBack;
    const { made, sec, milli, count } = trail;
    for (let s = 0; s < count; s++) {
      const last = trail.at(s, made[s]! - 1);
      const ago = lookBack.milliOf(s);
      gains[s] = ago === 0 || sec[last]! < sinceSec ? none : milli[last]! / ago - 1;
    }
  }

  /** The list as it was, in the order of now, without those that have left. */
  #reorder(): void {
    const { rows, gains } = this;
    let kept = 0;
    for (let i = 0; i < this.length; i++) {
      const s = rows[i]!;
      if (gains[s] === none) this.#listed[s] = 0;
      else this.#place(s, kept++);
    }
    this.length = kept;
  }

  /** Whoever is ahead of the list's end, or while it has room. */
  #admit(): void {
    const { rows, gains } = this;
    const size = this.#size;
    for (let s = 0; s < gains.length; s++) {
      const gain = gains[s]!;
      if (gain === none || this.#listed[s] === 1) continue;
      if (this.length === size) {
        const end = rows[size - 1]!;
        const floor = gains[end]!;
        if (gain < floor || (gain === floor && s > end)) continue;
        this.#listed[end] = 0;
        this.length -= 1;
      }
      this.#place(s, this.length++);
      this.#listed[s] = 1;
    }
  }

  /** Into the first `n` rows, which are in order. */
  #place(s: number, n: number): void {
    const { rows, gains } = this;
    const gain = gains[s]!;
    let j = n - 1;
    for (; j >= 0; j--) {
      const other = rows[j]!;
      const ahead = gains[other]!;
      if (ahead > gain || (ahead === gain && other < s)) break;
      rows[j + 1] = other;
    }
    rows[j + 1] = s;
  }
}
