/**
 * What is asked when. The whole market once a cadence in batches of the source's size, the symbols that stir first; between two
 * sweeps the active ones once more, as far as they fit into one request.
 */
export type Sweep = { readonly batches: readonly (readonly number[])[] };

export class SweepPlanner {
  #all: readonly number[];
  #active: ReadonlySet<number> = new Set();
  #watched: ReadonlySet<number>;

  /** `watched`: the user's list, always among the first. */
  constructor(all: readonly number[], watched: readonly number[] = []) {
    this.#all = all;
    const known = new Set(all);
    this.#watched = new Set(watched.filter((no) => known.has(no)));
  }

  markActive(instruments: Iterable<number>): void {
    const known = new Set(this.#all);
    this.#active = new Set([...instruments].filter((no) => known.has(no)));
  }

  get first(): readonly number[] {
    return [...new Set([...this.#active, ...this.#watched])];
  }

  /** The last sweep came as far as `count` instruments: the next one begins behind them. */
  goOn(count: number): void {
    const rest = Math.max(0, count - this.first.length) % Math.max(1, this.#all.length);
    this.#all = [...this.#all.slice(rest), ...this.#all.slice(0, rest)];
  }

  /** Every instrument exactly once. */
  sweep(batch: number): Sweep {
    const first = new Set(this.first);
    const ordered = [...first, ...this.#all.filter((no) => !first.has(no))];
    return { batches: Array.from({ length: Math.ceil(ordered.length / batch) }, (_, i) => ordered.slice(i * batch, (i + 1) * batch)) };
  }

  /** Half a cadence later: the first ones again, at most one request; none when nothing is active. */
  between(batch: number): readonly number[] {
    return this.#active.size === 0 ? [] : this.first.slice(0, batch);
  }
}
