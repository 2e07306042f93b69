/**
 * Sectors at one moment, from the cell's own rings, at every third clock: medians of live members' returns, breadth, limit-ups.
 * Members are ranges of one array of rows; a sector with fewer than five live ones has no median.
 */
import type { Bundle } from '../../contracts/bundle.ts';
import { absentMilli } from '../../contracts/quote.ts';
import { slotSec } from '../../contracts/session.ts';
import type { Accepted } from '../clean/accepted.ts';
import type { Universe } from '../clean/universe.ts';
import { select } from './cross-section.ts';
import { at, type Rings } from './rings.ts';

const liveMin = 5;
/** As the cross-section: two slots past a symbol's stale allowance. */
const graceSec = 2 * slotSec;

export class Sectors {
  readonly codes: readonly string[];
  readonly names: readonly string[];
  /** Rows of sector k: members[from[k] .. from[k + 1]). */
  readonly from: Int32Array;
  readonly members: Int32Array;
  /** First industry of each row, −1 for none: what diversity counts by. */
  readonly industryOf: Int32Array;
  /** Every sector of each row. */
  readonly ofRow: readonly (readonly number[])[];
  readonly columns: ReturnType<typeof sectorColumns>;
  readonly #universe: Universe;
  readonly #rings: Rings;
  readonly #accepted: Accepted;
  readonly #scratch: Float64Array;

  constructor({ sectors }: Pick<Bundle, 'sectors'>, universe: Universe, rings: Rings, accepted: Accepted) {
    const rows = sectors.map(({ members }) => members.map(universe.rowOf).filter((row) => row >= 0));
    this.codes = sectors.map(({ code }) => code);
    this.names = sectors.map(({ name }) => name);
    this.from = new Int32Array(rows.length + 1);
    for (const [k, each] of rows.entries()) this.from[k + 1] = this.from[k]! + each.length;
    this.members = Int32Array.from(rows.flat());
    const ofRow = Array.from({ length: universe.count }, (): number[] => []);
    for (const [k, each] of rows.entries()) for (const row of each) ofRow[row]!.push(k);
    this.ofRow = ofRow;
    this.industryOf = Int32Array.from(ofRow, (each) => each.find((k) => sectors[k]!.kind === 'industry') ?? -1);
    this.columns = sectorColumns(sectors.length);
    this.#scratch = new Float64Array(Math.max(0, ...rows.map(({ length }) => length)));
    [this.#universe, this.#rings, this.#accepted] = [universe, rings, accepted];
  }

  get count(): number {
    return this.codes.length;
  }

  update(slot: number): void {
    const { columns } = this;
    for (let k = 0; k < this.count; k++) {
      this.#breadth(k);
      columns.ret1m[k] = this.#median(k, slot, 20);
      columns.ret3m[k] = this.#median(k, slot, 60);
      columns.ret5m[k] = this.#median(k, slot, 100);
    }
  }

  #breadth(k: number): void {
    const { last, preClose, seen, limitUp } = this.#accepted;
    let traded = 0;
    let rising = 0;
    let up = 0;
    for (let m = this.from[k]!; m < this.from[k + 1]!; m++) {
      const s = this.members[m]!;
      const price = last[s]!;
      if (seen[s] === 0 || price === absentMilli || preClose[s] === absentMilli) continue;
      traded += 1;
      if (price > preClose[s]!) rising += 1;
      if (price === limitUp[s]) up += 1;
    }
    this.columns.advShare[k] = traded < liveMin ? Number.NaN : rising / traded;
    this.columns.limitUps[k] = up;
  }

  #median(k: number, slot: number, window: number): number {
    const scratch = this.#scratch;
    const { values, head } = this.#rings;
    let n = 0;
    for (let m = this.from[k]!; m < this.from[k + 1]!; m++) {
      const s = this.members[m]!;
      if (this.#universe.noLimit[s] === 1 || (slot - head[s]!) * slotSec > this.#universe.staleSec[s]! + graceSec) continue;
      const then = this.#rings.lookBack(s, head[s]! - window);
      if (then >= 0) scratch[n++] = values[this.#rings.base(s, head[s]!) + at.lnMid]! - values[then + at.lnMid]!;
    }
    this.columns.live[k] = n;
    if (n < liveMin) return Number.NaN;
    const upper = select(scratch, n, n >> 1);
    if (n % 2 === 1) return upper;
    let lower = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < n >> 1; i++) if (scratch[i]! > lower) lower = scratch[i]!;
    return (lower + upper) / 2;
  }
}

const sectorColumns = (count: number) => {
  const unknown = () => new Float64Array(count).fill(Number.NaN);
  return {
    ret1m: unknown(),
    ret3m: unknown(),
    ret5m: unknown(),
    advShare: unknown(),
    limitUps: new Int32Array(count),
    live: new Int32Array(count),
  };
};
