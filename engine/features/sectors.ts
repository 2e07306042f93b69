/**
 * Sectors at one moment, from the cell's own rings, at every third clock: medians of live members' returns, breadth, limit-ups.
 * Members are ranges of one array of rows; a sector with fewer than five live ones has no median.
 */
import type { Bundle } from '../../contracts/bundle.ts';
import { absentMilli } from '../../contracts/quote.ts';
import { type Accepted, neverSlot } from '../clean/accepted.ts';
import type { Universe } from '../clean/universe.ts';
import { type CrossSectioner, medianOf, type SymbolStanding } from './cross-section.ts';

const liveMin = 5;

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
  readonly #scratch: Float64Array;

  constructor({ sectors }: Pick<Bundle, 'sectors'>, universe: Universe) {
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
  }

  /** Members that two sectors share, of those that either has. */
  overlap(a: number, b: number): number {
    const own = new Set(this.members.subarray(this.from[a]!, this.from[a + 1]!));
    const other = this.members.subarray(this.from[b]!, this.from[b + 1]!);
    const shared = other.reduce((many, row) => many + (own.has(row) ? 1 : 0), 0);
    const either = own.size + other.length - shared;
    return either === 0 ? 0 : shared / either;
  }

  get count(): number {
    return this.codes.length;
  }

  /** After the cross-section: from the returns and standings it left. */
  update({ returns, standing }: Pick<CrossSectioner, 'returns' | 'standing'>): void {
    for (let k = 0; k < this.count; k++) this.#measure(k, returns.ret3m, standing);
  }

  /** All of a sector in one pass over its members. */
  #measure(k: number, returns: Float64Array, { against, atLimit }: SymbolStanding): void {
    const { columns, members } = this;
    const scratch = this.#scratch;
    let live = 0;
    let traded = 0;
    let rising = 0;
    let up = 0;
    for (let m = this.from[k]!, end = this.from[k + 1]!; m < end; m++) {
      const s = members[m]!;
      const r = returns[s]!;
      if (!Number.isNaN(r)) scratch[live++] = r;
      if (against[s] === 0) continue;
      traded += 1;
      if (against[s] === 2) rising += 1;
      up += atLimit[s]!;
    }
    columns.advShare[k] = traded < liveMin ? Number.NaN : rising / traded;
    columns.limitUps[k] = up;
    columns.live[k] = live;
    columns.ret3m[k] = live < liveMin ? Number.NaN : medianOf(scratch, live);
  }

  /** Slot of the newest quote of any member; none yet: far in the past. */
  newestSlot(k: number, { slot }: Pick<Accepted, 'slot'>): number {
    let newest = neverSlot;
    for (let m = this.from[k]!; m < this.from[k + 1]!; m++) newest = Math.max(newest, slot[this.members[m]!]!);
    return newest;
  }

  /** Median of what members with a quote since `fromSlot` are worth of their previous close, 10,000 for all of it; NaN under five. */
  levelOf(k: number, { last, seen, preClose, slot }: Pick<Accepted, 'last' | 'seen' | 'preClose' | 'slot'>, fromSlot: number): number {
    let n = 0;
    for (let m = this.from[k]!; m < this.from[k + 1]!; m++) {
      const s = this.members[m]!;
      if (seen[s] === 1 && slot[s]! >= fromSlot && last[s] !== absentMilli && preClose[s] !== absentMilli)
        this.#scratch[n++] = last[s]! / preClose[s]!;
    }
    return n < liveMin ? Number.NaN : Math.round(10_000 * medianOf(this.#scratch, n));
  }

  /** Median of the live members' returns; NaN under five. */
  medianOf(k: number, returns: Float64Array): number {
    const scratch = this.#scratch;
    let n = 0;
    for (let m = this.from[k]!; m < this.from[k + 1]!; m++) {
      const r = returns[this.members[m]!]!;
      if (!Number.isNaN(r)) scratch[n++] = r;
    }
    return n < liveMin ? Number.NaN : medianOf(scratch, n);
  }
}

const sectorColumns = (count: number) => {
  const unknown = () => new Float64Array(count).fill(Number.NaN);
  return {
    ret3m: unknown(),
    advShare: unknown(),
    limitUps: new Int32Array(count),
    live: new Int32Array(count),
  };
};
