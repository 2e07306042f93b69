/**
 * The whole FeatureSnapshot of one symbol at its head slot (quant.md §2.2), NaN for null.
 *
 * Null     fewer than the warm-up's seconds since 09:30 or since the first quote; dqW(W) < 0.6; a volume gap in the window
 * Grid     x = 3 · slot is the snapshot's tsec; W seconds back is slot − W/3, as last accepted there, within tolerance
 */
import { featureAt, featureCount } from '../../contracts/features.ts';
import { clamp, log, tanh } from '../../contracts/math.ts';
import { absentMilli, bookLevels } from '../../contracts/quote.ts';
import { slotSec } from '../../contracts/session.ts';
import { barsPerDay } from './bars.ts';
import { depth5Of, obi1Of, obi5Of } from './book.ts';
import { benchmarkOf } from './cross-section.ts';
import { amountC, type FeatureEngine } from './engine.ts';
import { flowPersistence, flowRatio } from './flow-windows.ts';
import { at } from './rings.ts';
import { bigThreshold, bucketOf } from './thresholds.ts';
import { priceVolumeDivergence } from './zigzag.ts';

export type Snapshot = { readonly values: Float64Array; benchmark: string };
export const emptySnapshot = (): Snapshot => ({ values: new Float64Array(featureCount), benchmark: 'none' });

const dqMin = 0.6;
const nan = Number.NaN;

/** Fills `out` for symbol `s`. `nowMs` is the entry's tape time. */
export function takeSnapshot(engine: FeatureEngine, s: number, nowMs: number, out: Snapshot): void {
  out.values.fill(nan);
  const view = new SymbolView(engine, s);
  const { values } = out;
  setPrices(view, values, out);
  setVolumes(view, values);
  setBook(view, values);
  setFlows(view, values);
  setLimits(view, values);
  setMarket(view, values, nowMs);
}

/** Positions by name. Plain assignments below: closures on the hot path cost more than the arithmetic. */
const F = featureAt;

/** Look-backs and window sums of one symbol at its head slot. */
export class SymbolView {
  readonly engine: FeatureEngine;
  readonly s: number;
  readonly head: number;
  readonly tsec: number;
  readonly last: number;
  readonly lnMid: number;
  readonly mid: number;
  /** A borrowed profile is not trusted past four sigma, in either direction and for every z. */
  readonly zMax: number;
  readonly #now: number;
  readonly #v: Float64Array;

  constructor(engine: FeatureEngine, s: number) {
    this.engine = engine;
    this.s = s;
    this.head = engine.rings.head[s]!;
    this.tsec = this.head * slotSec;
    this.zMax = engine.universe.instruments[s]!.profileSource === 'own' ? Number.POSITIVE_INFINITY : 4;
    this.#v = engine.rings.values;
    this.#now = engine.rings.base(s, this.head);
    this.last = this.#v[this.#now + at.last]!;
    this.lnMid = this.#v[this.#now + at.lnMid]!;
    this.mid = this.#v[this.#now + at.mid]!;
  }

  /** A field `slots` ago, NaN before the first slot. */
  ago(slots: number, field: number): number {
    const base = this.engine.rings.lookBack(this.s, this.head - slots);
    return base < 0 ? nan : this.#v[base + field]!;
  }

  /** Window sum of a running field over the last `slots` slots. */
  sum(slots: number, field: number): number {
    return this.#v[this.#now + field]! - this.ago(slots, field);
  }

  /** dqW: share of the window's slots covered by accepted data. */
  quality(slots: number): number {
    return this.sum(slots, at.covered) / slots;
  }

  /** A sum, null when the window is thinly covered. */
  checked(slots: number, field: number): number {
    return this.quality(slots) >= dqMin ? this.sum(slots, field) : nan;
  }

  /** Volume sum: also null over a slot whose interval was unknown. */
  volume(slots: number, field: number): number {
    return this.head - slots < this.engine.cleaner.accepted.volumeGapSlot[this.s]! ? nan : this.checked(slots, field);
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
}

function setPrices(view: SymbolView, out: Float64Array, snapshot: Snapshot): void {
  const { engine, s, tsec, last } = view;
  const { accepted } = engine.cleaner;
  const [r15s, r1m, r3m, r5m] = [view.ret(5), view.ret(20), view.ret(60), view.ret(100)];
  out[F.ret_15s] = r15s;
  out[F.ret_1m] = r1m;
  out[F.ret_3m] = r3m;
  out[F.ret_5m] = r5m;
  out[F.speed] = r3m * 100;
  out[F.accel] = r1m - (r3m - r1m) / 2;
  out[F.ret_z15s] = view.z(r15s, 15);
  out[F.ret_z1m] = view.z(r1m, 60);
  out[F.ret_z3m] = view.z(r3m, 180);
  out[F.ret_z5m] = view.z(r5m, 300);
  const preClose = engine.universe.preClose[s]!;
  out[F.dayRet] = preClose === absentMilli ? nan : last / preClose - 1;
  out[F.gapOpen] = preClose === absentMilli || accepted.open[s] === absentMilli ? nan : accepted.open[s]! / preClose - 1;
  const [high, low] = [accepted.high[s]!, accepted.low[s]!];
  if (tsec >= 300) {
    out[F.rangePos] = high === low ? 0.5 : (last - low) / (high - low);
    out[F.distHigh] = last / high - 1;
  }
  out[F.brk60] = tsec >= 600 ? breakOf60(view) : nan;
  const dayVwap = (accepted.amount[s]! / accepted.volume[s]!) * 1000;
  out[F.vwapDev] = accepted.volume[s]! > 0 ? last / dayVwap - 1 : nan;
  out[F.pull5] = pull5(view);
  const rv5 = realised5(view);
  out[F.rv5] = rv5;
  out[F.rvRatio] = rv5 / baseSigma5(view);
  out[F.atr1m] = engine.bars.state.barsDone[s]! >= 14 ? engine.bars.state.atr[s]! : nan;
  const benchmark = benchmarkOf(engine.crossSection, r3m);
  snapshot.benchmark = benchmark.kind;
  out[F.exRet3m] = r3m - benchmark.ret3m;
}

/** 12: against the highest of the previous day and of the last 60 minutes without the last two. */
function breakOf60({ engine, s, tsec, last }: SymbolView): number {
  const minute = Math.floor(tsec / 60);
  let high = engine.universe.instruments[s]!.prevHighMilli ?? absentMilli;
  for (let m = Math.max(0, minute - 60); m <= minute - 2; m++) high = Math.max(high, engine.bars.high[s * barsPerDay + m]!);
  return high === absentMilli ? nan : last / high - 1;
}

function pull5(view: SymbolView): number {
  const reach = view.reach(100);
  if (reach < 20 || !(view.quality(reach) >= dqMin)) return nan;
  let high = view.mid;
  for (let back = 1; back < reach; back++) high = Math.max(high, view.ago(back, at.mid));
  return view.mid / high - 1;
}

/** 15: root of the sum of twenty squared 15-second returns. */
function realised5(view: SymbolView): number {
  if (!(view.quality(100) >= dqMin)) return nan;
  let sum = 0;
  let later = view.lnMid;
  for (let back = 5; back <= 100; back += 5) {
    const earlier = view.ago(back, at.lnMid);
    sum += (later - earlier) * (later - earlier);
    later = earlier;
  }
  return Math.sqrt(sum);
}

/** √Σ varProf over 5 minutes: σ without the day's multiplier. */
function baseSigma5({ engine, s, tsec, last }: SymbolView): number {
  return engine.sigma(s, tsec - 300, 300, last) / Math.sqrt(engine.bars.volMult(s));
}

function setVolumes(view: SymbolView, out: Float64Array): void {
  const { engine, s, tsec } = view;
  const { accepted } = engine.cleaner;
  const instrument = engine.universe.instruments[s]!;
  const amt1m = view.volume(20, at.amount);
  const reach5 = view.reach(100);
  const amt5m = reach5 >= 40 ? view.volume(reach5, at.amount) : nan;
  out[F.amt1m] = amt1m;
  out[F.amt5m] = amt5m;
  const amtZ5m = surprise(view, amt5m, reach5 * slotSec);
  out[F.amtZ1m] = surprise(view, amt1m, 60);
  out[F.amtZ5m] = amtZ5m;
  out[F.amtAccel] = reach5 === 100 ? log((amt1m + amountC) / ((amt5m - amt1m) / 4 + amountC)) : nan;
  const previous = instrument.prevVolumes;
  const perMinute = previous.reduce((sum, volume) => sum + volume, 0) / (previous.length * 240);
  out[F.lb] = previous.length === 0 ? nan : accepted.volume[s]! / Math.max(1, tsec / 60) / perMinute;
  const float = instrument.floatShares ?? nan;
  out[F.turn] = accepted.volume[s]! / float;
  out[F.turn5] = view.volume(100, at.volume) / float;
  out[F.burst] = burst(view, 20, amt1m);
  out[F.burst5] = burst(view, reach5, amt5m);
  const ret5 = view.z(view.ret(100), 300);
  out[F.pvd] = tanh((ret5 - amtZ5m) / 2);
  out[F.pvDivTop] = tsec >= 1200 ? priceVolumeDivergence(engine, s, tsec) : nan;
}

/** 21, 22: ln of the amount over its expectation, in the profile's deviations. */
function surprise({ engine, s, tsec, zMax }: SymbolView, amount: number, sec: number): number {
  const { instruments, profiles } = engine.universe;
  const lnMad = profiles[instruments[s]!.profile]!.lnMad[Math.min(Math.floor(tsec / 60), 239)]!;
  return clamp(log((amount + amountC) / (engine.expectedAmount(s, tsec, sec) + amountC)) / lnMad, -4, Math.min(8, zMax));
}

/** 26: the largest slot's amount over the window's; 1 when a single print made it. */
function burst(view: SymbolView, slots: number, amount: number): number {
  if (!(amount > 0)) return nan;
  let largest = 0;
  for (let back = 0; back < slots; back++) largest = Math.max(largest, view.ago(back, at.amount) - view.ago(back + 1, at.amount));
  return largest / amount;
}

function setBook({ engine, s }: SymbolView, out: Float64Array): void {
  const { accepted } = engine.cleaner;
  if (accepted.bookOk[s] === 0) return;
  const from = s * bookLevels;
  const book = { bidMilli: accepted.bid, bidShares: accepted.bidShares, askMilli: accepted.ask, askShares: accepted.askShares };
  const [bid, ask] = [accepted.bid[from]!, accepted.ask[from]!];
  const twoSided = bid !== absentMilli && ask !== absentMilli;
  out[F.spreadTk] = twoSided ? (ask - bid) / 10 : nan;
  out[F.relSpr] = twoSided ? ((ask - bid) / ((ask + bid) / 2)) * 10_000 : nan;
  out[F.obi1] = obi1Of(book, from);
  out[F.obi5] = obi5Of(book, from);
  out[F.depth5] = depth5Of(book, from);
}

function setFlows(view: SymbolView, out: Float64Array): void {
  const { engine, s, head } = view;
  const obi = view.checked(20, at.obi) / view.checked(20, at.obiN);
  out[F.obi5m1] = obi;
  const ofi = view.checked(20, at.ofi);
  out[F.ofi1m] = ofi;
  out[F.ofiN] = clamp(ofi / ((0.5 * view.checked(20, at.depth1)) / view.checked(20, at.depth1N)), -10, 10);
  out[F.bigThr] = bigThreshold(engine.universe, s, head);
  if (isLocked(view)) return; // every print is a sell into the queue: net flow means nothing
  const net1m = view.volume(20, at.net);
  const net3m = view.volume(60, at.net);
  const nar3m = flowRatio(net3m, view.volume(60, at.amount));
  out[F.net1m] = net1m;
  out[F.net3m] = net3m;
  out[F.netDay] = view.ago(0, at.net);
  out[F.nar1m] = flowRatio(net1m, view.volume(20, at.amount));
  out[F.nar3m] = nar3m;
  const { profile, floatShares } = engine.universe.instruments[s]!;
  const mean = engine.universe.narMean[profile]?.[bucketOf(head)] ?? nan;
  const deviation = engine.universe.narSd[profile]?.[bucketOf(head)] ?? nan;
  out[F.netZ] = (nar3m - mean) / Math.max(deviation, 0.15);
  out[F.flowPers] = flowPersistence(view);
  if (floatShares === null) return;
  out[F.bigNet5] = view.volume(100, at.bigNet);
  out[F.bigDens] = view.volume(100, at.bigCount) / 5;
  const amt5m = view.volume(100, at.amount);
  out[F.bigShare] = amt5m > 0 ? view.volume(100, at.bigAmount) / amt5m : nan;
}

const isLocked = ({ engine, s }: SymbolView): boolean => {
  const { accepted } = engine.cleaner;
  const limit = accepted.limitUp[s]!;
  return (
    limit !== absentMilli &&
    accepted.last[s] === limit &&
    accepted.bid[s * bookLevels] === limit &&
    accepted.ask[s * bookLevels] === absentMilli
  );
};

function setLimits(view: SymbolView, out: Float64Array): void {
  const { engine, s, last } = view;
  const { preClose } = engine.universe;
  const { accepted } = engine.cleaner;
  const { limitUp, limitDown } = accepted;
  if (limitUp[s] === absentMilli || limitDown[s] === absentMilli || preClose[s] === absentMilli) return;
  out[F.distUp] = (limitUp[s]! - last) / preClose[s]!;
  out[F.distDn] = (last - limitDown[s]!) / preClose[s]!;
  const locked = isLocked(view);
  out[F.lockUp] = locked ? 1 : 0;
  out[F.sealAmt] = locked ? (limitUp[s]! / 1000) * accepted.bidShares[s * bookLevels]! : nan;
}

const marketIds = ['mktMed1m', 'mktMed3m', 'mktMed5m', 'advShare', 'nUp', 'nDn', 'idxRet3m', 'feedHealth'] as const;

function setMarket(view: SymbolView, out: Float64Array, nowMs: number): void {
  const { engine, s, tsec, last } = view;
  const xs = engine.crossSection;
  for (const id of marketIds) out[F[id]] = xs[id];
  out[F.dqW180] = view.quality(60);
  out[F.age] = Math.max(0, nowMs - engine.cleaner.accepted.tsExchangeMs[s]!) / 1000;
  let active = 0;
  for (let back = 0; back < 7; back++) if (view.ago(back, at.amount) - view.ago(back + 1, at.amount) > 0) active += 1;
  out[F.active20] = active;
  out[F.sigma900] = engine.sigma(s, tsec, 900, last);
}
