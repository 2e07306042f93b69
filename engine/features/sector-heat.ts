/**
 * What a sector's members trade and do beside the market's, asked for only of sectors that stir; computed once for each state of the market,
 * whoever asks.
 *
 * Return    median of the live members' five-minute returns
 * Heat      ln of (members' amount of fifteen minutes over what is usual of them) over the same of all, in units of its real spread;
 *           of symbols whose turnover is known, by completed minutes
 * Breadth   share of live members that rose in five minutes by more than half a sigma of five minutes
 */
import { log } from '../../contracts/math.ts';
import { slotSec } from '../../contracts/session.ts';
import type { Universe } from '../clean/universe.ts';
import type { Bars } from './bars.ts';
import type { FeatureEngine } from './engine.ts';
import { at } from './rings.ts';
import type { Sectors } from './sectors.ts';

const windowMinutes = 15;
/** Minutes a symbol may not have traded before its last running sum counts no more. */
const reachMinutes = 5;
/** MAD of the surprise, × 1.4826: 134 groups of 120 names, quarter hours of 178 days of 2025 (scenarios/calibrate/sector-heat.ts). */
const spread = 0.311;
const breadthSigmas = 0.5;

/** A value of each sector, kept for as long as the market stands as it was computed of. */
class PerSector {
  readonly #compute: (k: number) => number;
  readonly #values: Float64Array;
  readonly #known: Uint8Array;

  constructor(count: number, compute: (k: number) => number) {
    this.#compute = compute;
    this.#values = new Float64Array(count);
    this.#known = new Uint8Array(count);
  }

  forget(): void {
    this.#known.fill(0);
  }

  of(k: number): number {
    if (this.#known[k] === 0) {
      this.#values[k] = this.#compute(k);
      this.#known[k] = 1;
    }
    return this.#values[k]!;
  }
}

export class SectorHeat {
  readonly #engine: FeatureEngine;
  readonly #sectors: Sectors;
  readonly #serial: () => number;
  /** State of the market, and trading second, that what is kept is of. */
  #keptSerial = -1;
  #tsec = -1;
  readonly #ret5m: PerSector;
  readonly #heat: PerSector;
  readonly #breadth: PerSector;
  /** By symbol: the minute whose sums are final, as it has quotes of that minute or a later one. */
  readonly #final: Int32Array;
  readonly #amount: Float64Array;
  readonly #usual: Float64Array;
  #marketRatio = Number.NaN;
  #marketBreadth: number | null = null;
  #isSummed = false;

  /** `serial`: changes whenever the market does. */
  constructor(engine: FeatureEngine, sectors: Sectors, serial: () => number) {
    [this.#engine, this.#sectors, this.#serial] = [engine, sectors, serial];
    this.#ret5m = new PerSector(sectors.count, (k) => sectors.medianOf(k, engine.sectioner.returns.ret5m));
    this.#heat = new PerSector(sectors.count, (k) => this.#heatOf(k));
    this.#breadth = new PerSector(sectors.count, (k) => this.#breadthOf(k));
    const { count } = engine.universe;
    this.#amount = new Float64Array(count);
    this.#usual = new Float64Array(count);
    this.#final = new Int32Array(count).fill(-1);
  }

  /** Turns to the market as it stands now, at trading second `tsec`. */
  look(tsec: number): void {
    const serial = this.#serial();
    if (serial === this.#keptSerial && tsec === this.#tsec) return;
    [this.#keptSerial, this.#tsec, this.#isSummed, this.#marketBreadth] = [serial, tsec, false, null];
    for (const kept of [this.#ret5m, this.#heat, this.#breadth]) kept.forget();
  }

  /** NaN under five live members. */
  ret5m = (k: number): number => this.#ret5m.of(k);
  /** NaN before 09:45 and where no member's turnover is known. */
  heat = (k: number): number => this.#heat.of(k);
  /** NaN under five live members. */
  breadth = (k: number): number => this.#breadth.of(k);

  #heatOf(k: number): number {
    this.#sumAll();
    const { members, from } = this.#sectors;
    let [amount, usual] = [0, 0];
    for (let m = from[k]!; m < from[k + 1]!; m++) {
      amount += this.#amount[members[m]!]!;
      usual += this.#usual[members[m]!]!;
    }
    return log(amount / usual / this.#marketRatio) / spread;
  }

  #breadthOf(k: number): number {
    const { members, from } = this.#sectors;
    return this.#risingShare(from[k + 1]! - from[k]!, (i) => members[from[k]! + i]!);
  }

  /** Breadth of the whole market. NaN under five. */
  get marketBreadth(): number {
    this.#marketBreadth ??= this.#risingShare(this.#engine.universe.count, (s) => s);
    return this.#marketBreadth;
  }

  #risingShare(count: number, rowOf: (i: number) => number): number {
    let [live, broad] = [0, 0];
    for (let i = 0; i < count; i++) {
      const rose = this.#rose(rowOf(i));
      if (rose === null) continue;
      live += 1;
      if (rose) broad += 1;
    }
    return live < 5 ? Number.NaN : broad / live;
  }

  /** Whether a symbol rose by more than half a sigma in five minutes; null where it is not live. */
  #rose(s: number): boolean | null {
    const { rings, sectioner } = this.#engine;
    const ret = sectioner.returns.ret5m[s]!;
    if (Number.isNaN(ret)) return null;
    const head = rings.head[s]!;
    const last = rings.values[rings.base(s, head) + at.last]!;
    return ret > breadthSigmas * this.#engine.sigma(s, head * slotSec - 300, 300, last);
  }

  /** Live members' five-minute returns: how many, mean and deviation. */
  spread(k: number): { readonly live: number; readonly mean: number; readonly sd: number } {
    const { members, from } = this.#sectors;
    const { ret5m } = this.#engine.sectioner.returns;
    let [live, sum, squares] = [0, 0, 0];
    for (let m = from[k]!; m < from[k + 1]!; m++) {
      const ret = ret5m[members[m]!]!;
      if (Number.isNaN(ret)) continue;
      live += 1;
      sum += ret;
      squares += ret * ret;
    }
    const mean = sum / live;
    return { live, mean, sd: live < 2 ? Number.NaN : Math.sqrt(Math.max(0, (squares - live * mean * mean) / (live - 1))) };
  }

  /** Rows of live members by what they did in five minutes, best first. */
  ranked(k: number): readonly { readonly row: number; readonly ret5m: number }[] {
    const { members, from } = this.#sectors;
    const { ret5m } = this.#engine.sectioner.returns;
    return [...members.subarray(from[k]!, from[k + 1]!)]
      .flatMap((row) => (Number.isNaN(ret5m[row]!) ? [] : [{ row, ret5m: ret5m[row]! }]))
      .sort((a, b) => b.ret5m - a.ret5m || a.row - b.row);
  }

  /** Sums of the fifteen completed minutes, of every symbol. */
  #sumAll(): void {
    if (this.#isSummed) return;
    this.#isSummed = true;
    const minute = Math.floor(this.#tsec / 60);
    const { universe, bars } = this.#engine;
    let [amount, usual] = [0, 0];
    for (let s = 0; s < universe.count; s++) {
      if (this.#final[s] !== minute) this.#sum(universe, bars, s, minute);
      amount += this.#amount[s]!;
      usual += this.#usual[s]!;
    }
    this.#marketRatio = minute < windowMinutes ? Number.NaN : amount / usual;
  }

  #sum(universe: Universe, bars: Bars, s: number, minute: number): void {
    const expected = usualOf(universe, s, minute);
    const traded = tradedIn(bars, s, minute);
    const known = !Number.isNaN(traded) && !Number.isNaN(expected);
    this.#amount[s] = known ? traded : 0;
    this.#usual[s] = known ? expected : 0;
    if (bars.state.minute[s]! >= minute) this.#final[s] = minute;
  }
}

function usualOf({ instruments, profiles }: Universe, s: number, minute: number): number {
  const { adv20Yuan, suspended } = instruments[s]!;
  if (adv20Yuan === null || suspended) return Number.NaN;
  return adv20Yuan * profiles.amountShare(s, (minute - windowMinutes) * 60, minute * 60);
}

/** Yuan of the last fifteen completed minutes; NaN where it is not known to five minutes. */
function tradedIn(bars: Bars, s: number, minute: number): number {
  const ended = sumBefore(bars, s, minute);
  return minute === windowMinutes ? ended : ended - sumBefore(bars, s, minute - windowMinutes);
}

/** The running sum at the end of the last traded minute before `minute`. */
function sumBefore(bars: Bars, s: number, minute: number): number {
  for (let m = minute - 1; m >= Math.max(0, minute - reachMinutes); m--) {
    const sum = bars.amount[bars.at(s, m)]!;
    if (!Number.isNaN(sum)) return sum;
  }
  return Number.NaN;
}
