/**
 * What a sector's members trade and do beside the market's, asked for only of sectors that stir.
 *
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

export class SectorHeat {
  readonly #engine: FeatureEngine;
  readonly #sectors: Sectors;
  /** Trading second the sums are of. */
  #tsec = -1;
  /** By symbol: the minute whose sums are final, as it has quotes of that minute or a later one. */
  readonly #final: Int32Array;
  readonly #amount: Float64Array;
  readonly #usual: Float64Array;
  #marketRatio = Number.NaN;
  #marketBreadth = Number.NaN;
  #breadthTsec = -1;

  constructor(engine: FeatureEngine, sectors: Sectors) {
    [this.#engine, this.#sectors] = [engine, sectors];
    const { count } = engine.universe;
    this.#amount = new Float64Array(count);
    this.#usual = new Float64Array(count);
    this.#final = new Int32Array(count).fill(-1);
  }

  /** NaN before 09:45 and where no member's turnover is known. */
  heat(k: number, tsec: number): number {
    this.#turnTo(tsec);
    const { members, from } = this.#sectors;
    let [amount, usual] = [0, 0];
    for (let m = from[k]!; m < from[k + 1]!; m++) {
      amount += this.#amount[members[m]!]!;
      usual += this.#usual[members[m]!]!;
    }
    return log(amount / usual / this.#marketRatio) / spread;
  }

  /** NaN under five live members. */
  breadth(k: number): number {
    const { members, from } = this.#sectors;
    let [live, broad] = [0, 0];
    for (let m = from[k]!; m < from[k + 1]!; m++) {
      const rose = this.#rose(members[m]!);
      if (rose === null) continue;
      live += 1;
      if (rose) broad += 1;
    }
    return live < 5 ? Number.NaN : broad / live;
  }

  /** The same of the whole market, once a clock. NaN under five. */
  marketBreadth(tsec: number): number {
    if (this.#breadthTsec === tsec) return this.#marketBreadth;
    const { count } = this.#engine.universe;
    let [live, broad] = [0, 0];
    for (let s = 0; s < count; s++) {
      const rose = this.#rose(s);
      if (rose === null) continue;
      live += 1;
      if (rose) broad += 1;
    }
    this.#breadthTsec = tsec;
    this.#marketBreadth = live < 5 ? Number.NaN : broad / live;
    return this.#marketBreadth;
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

  /** Sums of the fifteen completed minutes, of every symbol; once a clock, whoever asks. */
  #turnTo(tsec: number): void {
    if (tsec === this.#tsec) return;
    this.#tsec = tsec;
    const minute = Math.floor(tsec / 60);
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
