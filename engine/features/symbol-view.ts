/**
 * Look-backs and window sums of one symbol at its head slot: what every feature is computed from.
 *
 * Null   fewer than the warm-up's seconds since 09:30 or since the first quote; dqW(W) < 0.6; a volume gap in the window
 * Grid   x = 3 · slot is the moment's tsec; W seconds back is slot − W/3, as last accepted there, within tolerance
 */
import { clamp, log } from '../../contracts/math.ts';
import { slotSec } from '../../contracts/session.ts';
import { amountC, type FeatureEngine } from './engine.ts';
import { at, ringSlots } from './rings.ts';

const dqMin = 0.6;
const nan = Number.NaN;

/** One symbol at its head slot. One object for all of them: `look` turns it to another. */
export class SymbolView {
  readonly engine: FeatureEngine;
  s = 0;
  /** Tape time of the moment. */
  nowMs = 0;
  head = 0;
  tsec = 0;
  last = nan;
  lnMid = nan;
  mid = nan;
  /** A borrowed profile is not trusted past four sigma, in either direction and for every z. */
  zMax = 4;
  #now = 0;
  readonly #v: Float64Array;
  /** By slots back: where they stand in the ring, and how well the window is covered, as of the moment that is noted beside. */
  readonly #backs = new Int32Array(ringSlots);
  readonly #qualities = new Float64Array(ringSlots);
  readonly #noted = new Int32Array(ringSlots).fill(-1);
  #moment = 0;

  constructor(engine: FeatureEngine) {
    this.engine = engine;
    this.#v = engine.rings.values;
  }

  look(s: number, nowMs: number): void {
    const { rings, universe } = this.engine;
    this.s = s;
    this.nowMs = nowMs;
    this.#moment += 1;
    this.head = rings.head[s]!;
    this.tsec = this.head * slotSec;
    this.zMax = universe.zMax[s]!;
    this.#now = rings.base(s, this.head);
    this.last = this.#v[this.#now + at.last]!;
    this.lnMid = this.#v[this.#now + at.lnMid]!;
    this.mid = this.#v[this.#now + at.mid]!;
  }

  /** Base of what stood `slots` ago, under `ringSlots`; −1 before the first slot. Found once a moment. */
  #back(slots: number): number {
    if (this.#noted[slots] === this.#moment) return this.#backs[slots]!;
    const base = this.engine.rings.lookBack(this.s, this.head - slots);
    this.#noted[slots] = this.#moment;
    this.#backs[slots] = base;
    this.#qualities[slots] = base < 0 ? nan : (this.#v[this.#now + at.covered]! - this.#v[base + at.covered]!) / slots;
    return base;
  }

  /** A field `slots` ago, NaN before the first slot. */
  ago(slots: number, field: number): number {
    const base = this.#back(slots);
    return base < 0 ? nan : this.#v[base + field]!;
  }

  /** Window sum of a running field over the last `slots` slots. */
  sum(slots: number, field: number): number {
    return this.#v[this.#now + field]! - this.ago(slots, field);
  }

  /** dqW: share of the window's slots covered by accepted data. */
  quality(slots: number): number {
    return this.#back(slots) < 0 ? nan : this.#qualities[slots]!;
  }

  /** A sum, null when the window is thinly covered. */
  checked(slots: number, field: number): number {
    return this.quality(slots) >= dqMin ? this.sum(slots, field) : nan;
  }

  /** Volume sum: also null over a slot whose interval was unknown. */
  volume(slots: number, field: number): number {
    return this.head - slots < this.engine.accepted.volumeGapSlot[this.s]! ? nan : this.checked(slots, field);
  }

  /** ln mid now − ln mid W ago; null when what stood there was older than max(6 s, 0.2 W). */
  ret(slots: number): number {
    if (!(this.quality(slots) >= dqMin)) return nan;
    const age = this.head - slots - this.ago(slots, at.acceptedSlot);
    return age * slotSec <= Math.max(6, 0.2 * slots * slotSec) ? this.lnMid - this.ago(slots, at.lnMid) : nan;
  }

  /** A return over the last `sec` seconds in sigmas of them. */
  z(r: number, sec: number): number {
    return clamp(r / this.engine.sigma(this.s, this.tsec - sec, sec, this.last), -this.zMax, this.zMax);
  }

  /** Slots since the first quote, at most `slots`. */
  reach(slots: number): number {
    return Math.min(slots, this.head - this.engine.rings.first[this.s]!);
  }

  /** 21, 22: ln of an amount over its expectation for the last `sec` seconds, in the profile's deviations. */
  surprise(amount: number, sec: number): number {
    const { engine, s, tsec, zMax } = this;
    const { universe } = engine;
    const lnMad = universe.profiles.lnMad(s, tsec);
    return clamp(log((amount + amountC) / (engine.expectedAmount(s, tsec, sec) + amountC)) / lnMad, -4, Math.min(8, zMax));
  }

  /** The amount over the last five minutes, or since the first quote where that is less, from two minutes on. */
  amount5m(): number {
    const reach = this.reach(100);
    return reach >= 40 ? this.volume(reach, at.amount) : nan;
  }
}
