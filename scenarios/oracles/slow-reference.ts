/**
 * The features again, slowly, from their formulas (contracts/spec/features.md#features): lists and loops, no rings, no running sums.
 * Imports only types. Tests compare it with the fast engine on random and on real quotes; nothing else uses it.
 */
import type { Instrument } from '../../contracts/bundle.ts';

export type RefQuote = {
  readonly slot: number;
  readonly last: number;
  readonly bids: readonly (readonly [number, number] | null)[];
  readonly asks: readonly (readonly [number, number] | null)[];
  readonly bookOk: boolean;
  /** Interval since the quote before; null where unknown. */
  readonly dv: number | null;
  readonly da: number | null;
  readonly derivedVolume: boolean;
  /** The vendor's own 外盘 and 内盘 of the interval, shares; null where it does not tell, or where the totals began anew. */
  readonly outer: number | null;
  readonly inner: number | null;
  /** Last price of the quote before, auctions included; null at the day's first. */
  readonly lastBefore: number | null;
  readonly stalled: boolean;
  /** Slot of the exchange's last stall end as known at this quote. */
  readonly stallEndSlot: number;
  /** Slot at which its source last came back from more than 15 s without a batch. */
  readonly returnSlot: number;
  readonly dayVolume: number;
  readonly dayAmount: number;
  readonly dayHigh: number;
  readonly dayLow: number;
  readonly dayOpen: number | null;
};
export type RefProfile = {
  readonly amountShare: ArrayLike<number>;
  readonly lnMad: ArrayLike<number>;
  readonly varShare: ArrayLike<number>;
  readonly narMean: readonly number[] | null;
  readonly narSd: readonly number[] | null;
};
export type RefDay = { readonly instrument: Instrument; readonly profile: RefProfile; readonly adv20: number; readonly staleSec: number };
type Result = Record<string, number | null>;

const clip = (x: number, lo: number, hi: number) => Math.max(lo, Math.min(hi, x));
const num = (x: number | null): number => (x === null ? Number.NaN : x);
const C = 20_000;

export function slowSnapshot(history: readonly RefQuote[], day: RefDay, benchmark: number): Result {
  const now = history[history.length - 1] as RefQuote;
  const first = (history[0] as RefQuote).slot;
  const k = now.slot;
  const x = 3 * k;
  const { instrument, profile } = day;
  const upTo = (j: number): RefQuote | null => {
    let found: RefQuote | null = null;
    for (const quote of history) if (quote.slot <= j) found = quote;
    return j < first ? null : found;
  };
  const mid = (q: RefQuote) => (q.bookOk && q.bids[0] && q.asks[0] ? (q.bids[0][0] + q.asks[0][0]) / 2 : q.last);
  const ln = (q: RefQuote) => Math.log(mid(q));
  const covered = (j: number): boolean => {
    const q = upTo(j);
    return q !== null && !q.stalled && (j - q.slot) * 3 <= day.staleSec;
  };
  const dq = (w: number): number => {
    if (k - w < first) return Number.NaN;
    let n = 0;
    for (let j = k - w + 1; j <= k; j++) if (covered(j)) n += 1;
    return n / w;
  };
  const ok = (w: number) => dq(w) >= 0.6;
  const hidden = history.filter((q, i) => {
    const was = history[i - 1];
    if (was === undefined) return false;
    const silentSec = (q.slot - was.slot) * 3;
    // what was silent while its source spoke had nothing to say; beyond five minutes it was lost all the same
    const isGap = silentSec > 300 || (silentSec > day.staleSec && q.returnSlot > was.slot);
    return q.da === null || isGap || was.slot < q.stallEndSlot;
  });
  const lastUnknown = Math.max(-1, ...hidden.map((q) => q.slot));
  const sum = (w: number, of: (q: RefQuote, before: RefQuote | null) => number): number => {
    let total = 0;
    for (const [i, q] of history.entries()) if (q.slot > k - w && q.slot <= k) total += of(q, history[i - 1] ?? null);
    return total;
  };
  const flow = (w: number, of: (q: RefQuote, before: RefQuote | null) => number): number =>
    ok(w) && k - w >= lastUnknown ? sum(w, of) : Number.NaN;
  const da = (q: RefQuote) => q.da ?? 0;
  const ret = (w: number): number => {
    const then = upTo(k - w);
    if (then === null || !ok(w)) return Number.NaN;
    return (k - w - then.slot) * 3 <= Math.max(6, 0.6 * w) ? ln(now) - ln(then) : Number.NaN;
  };

  const integral = (shares: ArrayLike<number>, until: number): number => {
    let total = 0;
    for (let m = 0; m < 240; m++) total += (shares[m] as number) * clip(until / 60 - m, 0, 1);
    return total;
  };
  const minutes = minuteBars(history, mid);
  const done = minutes.slice(0, -1);
  const volMult = volatilityMultiplier(done, instrument.sigmaDay, profile.varShare);
  const sigma = (from: number, sec: number): number => {
    const variance =
      instrument.sigmaDay * instrument.sigmaDay * (integral(profile.varShare, from + sec) - integral(profile.varShare, from));
    const halfTick = 5 / now.last;
    return Math.sqrt(volMult * Math.max(variance, (halfTick * halfTick * sec) / 60));
  };
  const [r15, r1, r3, r5] = [ret(5), ret(20), ret(60), ret(100)] as [number, number, number, number];
  const zMax = instrument.profileSource === 'own' ? 1e9 : 4;
  const z = (r: number, sec: number) => clip(r / sigma(x - sec, sec), -zMax, zMax);
  const out: Result = {
    ret_15s: r15,
    ret_1m: r1,
    ret_3m: r3,
    ret_5m: r5,
    speed: r3 * 100,
    accel: r1 - (r3 - r1) / 2,
    ret_z15s: z(r15, 15),
    ret_z1m: z(r1, 60),
    ret_z3m: z(r3, 180),
    ret_z5m: z(r5, 300),
    exRet3m: r3 - benchmark,
  };

  const pre = num(instrument.preCloseMilli);
  out.dayRet = now.last / pre - 1;
  out.gapOpen = now.dayOpen === null ? null : now.dayOpen / pre - 1;
  out.rangePos = x < 300 ? null : now.dayHigh === now.dayLow ? 0.5 : (now.last - now.dayLow) / (now.dayHigh - now.dayLow);
  out.distHigh = x < 300 ? null : now.last / now.dayHigh - 1;
  const minute = Math.floor(x / 60);
  const highs = minutes.filter((bar) => bar.m >= minute - 60 && bar.m <= minute - 2).map((bar) => bar.high);
  if (instrument.prevHighMilli !== null) highs.push(instrument.prevHighMilli);
  out.brk60 = x < 600 || highs.length === 0 ? null : now.last / Math.max(...highs) - 1;
  out.vwapDev = now.dayVolume > 0 ? now.last / ((now.dayAmount / now.dayVolume) * 1000) - 1 : null;
  const reach = Math.min(100, k - first);
  let top = mid(now);
  for (let j = k - reach + 1; j <= k; j++) top = Math.max(top, mid(upTo(j) as RefQuote));
  out.pull5 = reach >= 20 && ok(reach) ? mid(now) / top - 1 : null;
  let squares = 0;
  for (let i = 0; i < 20 && ok(100); i++) squares += (ln(upTo(k - 5 * i) as RefQuote) - ln(upTo(k - 5 * i - 5) as RefQuote)) ** 2;
  out.rv5 = ok(100) ? Math.sqrt(squares) : null;
  out.rvRatio = ok(100) ? Math.sqrt(squares) / (sigma(x - 300, 300) / Math.sqrt(volMult)) : null;
  out.atr1m = done.length >= 14 ? averageTrueRange(done) : null;

  const amt1 = flow(20, da);
  const amt5 = reach >= 40 ? flow(reach, da) : Number.NaN;
  const ratio = todayRatio(day, done, first, integral);
  const expected = (sec: number) =>
    Math.max(day.adv20 * (integral(profile.amountShare, x) - integral(profile.amountShare, x - sec)) * ratio, (1000 * sec) / 60);
  const surprise = (amount: number, sec: number) =>
    clip(
      Math.log((amount + C) / (expected(sec) + C)) / (profile.lnMad[Math.min(minute, 239)] as number),
      -4,
      instrument.profileSource === 'own' ? 8 : 4,
    );
  out.amt1m = amt1;
  out.amt5m = amt5;
  out.amtZ1m = surprise(amt1, 60);
  out.amtZ5m = surprise(amt5, reach * 3);
  out.amtAccel = reach === 100 ? Math.log((amt1 + C) / ((amt5 - amt1) / 4 + C)) : null;
  const before = instrument.prevVolumes;
  out.lb = before.length === 0 ? null : now.dayVolume / Math.max(1, x / 60) / (before.reduce((a, b) => a + b, 0) / (before.length * 240));
  const float = num(instrument.floatShares);
  out.turn = now.dayVolume / float;
  out.turn5 = flow(100, (q) => q.dv ?? 0) / float;
  const slotAmount = (j: number) => sum(1e9, (q) => (q.slot === j ? da(q) : 0));
  const largestOf = (w: number): number => {
    let largest = 0;
    for (let j = Math.max(first, k - w) + 1; j <= k; j++) largest = Math.max(largest, slotAmount(j));
    return largest;
  };
  out.burst = amt1 > 0 ? largestOf(20) / amt1 : null;
  out.burst5 = amt5 > 0 ? largestOf(reach) / amt5 : null;
  out.pvd = Math.tanh((z(r5, 300) - num(out.amtZ5m ?? null)) / 2);

  const sizes = (side: RefQuote['bids']) => side.map((level) => (level === null ? 0 : level[1]));
  const weights = [1, 0.8, 0.6, 0.4, 0.2];
  const obi5 = (q: RefQuote): number => {
    const [b, a] = [sizes(q.bids), sizes(q.asks)];
    const total = weights.reduce((s, w, i) => s + w * ((b[i] ?? 0) + (a[i] ?? 0)), 0);
    return weights.reduce((s, w, i) => s + w * ((b[i] ?? 0) - (a[i] ?? 0)), 0) / total;
  };
  const [b0, a0] = [now.bids[0], now.asks[0]];
  if (now.bookOk) {
    out.spreadTk = b0 && a0 ? (a0[0] - b0[0]) / 10 : null;
    out.relSpr = b0 && a0 ? ((a0[0] - b0[0]) / ((a0[0] + b0[0]) / 2)) * 1e4 : null;
    out.obi1 = ((b0?.[1] ?? 0) - (a0?.[1] ?? 0)) / ((b0?.[1] ?? 0) + (a0?.[1] ?? 0));
    out.obi5 = obi5(now);
    out.depth5 = [...now.bids, ...now.asks].reduce((s, level) => s + (level === null ? 0 : (level[0] / 1000) * level[1]), 0);
  }
  const standing: RefQuote[] = [];
  for (let j = k - 19; j <= k; j++) {
    const q = upTo(j);
    if (q?.bookOk && (j - q.slot) * 3 <= day.staleSec) standing.push(q);
  }
  const mean = (of: (q: RefQuote) => number) => standing.reduce((s, q) => s + of(q), 0) / standing.length;
  out.obi5m1 = ok(20) ? mean(obi5) : null;
  const ofi = ok(20) ? sum(20, orderFlow) : Number.NaN;
  out.ofi1m = ofi;
  out.ofiN = clip(ofi / (0.5 * mean((q) => (q.bids[0]?.[1] ?? 0) + (q.asks[0]?.[1] ?? 0))), -30, 30);

  const limit = instrument.limitUpMilli;
  const isLocked = (q: RefQuote) => limit !== null && q.last === limit && q.bids[0]?.[0] === limit && q.asks[0] === null;
  const net = (q: RefQuote, was: RefQuote | null) =>
    isLocked(q) || !((q.dv ?? 0) > 0) || !(da(q) > 0) ? 0 : (2 * boughtShare(q, was) - 1) * da(q);
  const nar = (n: number, amount: number) => (amount >= 50_000 ? n / amount : Number.NaN);
  const bucket = Math.min(Math.floor(x / 1800), 7);
  const theta = clip(2e-5 * float * (pre / 1000), 200_000, 5_000_000);
  out.bigThr = theta;
  if (!isLocked(now)) {
    out.net1m = flow(20, net);
    out.net3m = flow(60, net);
    out.netDay = sum(1e9, net);
    out.nar1m = nar(flow(20, net), amt1);
    out.nar3m = nar(flow(60, net), flow(60, da));
    out.netZ =
      profile.narSd === null
        ? null
        : (num(out.nar3m) - num(profile.narMean?.[bucket] ?? null)) / Math.max(profile.narSd[bucket] as number, 0.15);
    let weighted = 0;
    let weight = 0;
    for (let i = 0; i < 20; i++) {
      const block = history.reduce(
        (s, q, at) => (q.slot > k - 5 * (i + 1) && q.slot <= k - 5 * i ? s + net(q, history[at - 1] ?? null) : s),
        0,
      );
      weighted += 0.5 ** ((15 * i) / 90) * Math.sign(block);
      weight += 0.5 ** ((15 * i) / 90);
    }
    out.flowPers = ok(100) && k - 100 >= lastUnknown ? weighted / weight : null;
    const isBig = (q: RefQuote) => !isLocked(q) && (q.dv ?? 0) > 0 && da(q) >= theta;
    if (instrument.floatShares !== null) {
      out.bigNet5 = flow(100, (q, was) => (isBig(q) ? Math.sign(2 * boughtShare(q, was) - 1) * da(q) : 0));
      out.bigDens = flow(100, (q, was) => (!isBig(q) ? 0 : boughtShare(q, was) >= 0.7 ? 1 : boughtShare(q, was) <= 0.3 ? -1 : 0)) / 5;
      out.bigShare = flow(100, da) > 0 ? flow(100, (q) => (isBig(q) ? da(q) : 0)) / flow(100, da) : null;
    }
  }
  if (limit !== null && instrument.limitDownMilli !== null) {
    out.distUp = (limit - now.last) / pre;
    out.distDn = (now.last - instrument.limitDownMilli) / pre;
    out.lockUp = isLocked(now) ? 1 : 0;
  }
  out.dqW180 = dq(60);
  let active = 0;
  for (let j = k - 6; j <= k; j++) if (j > first && slotAmount(j) > 0) active += 1;
  out.active20 = active;
  out.sigma900 = sigma(x, 900);
  return Object.fromEntries(Object.entries(out).map(([id, value]) => [id, value === null || Number.isNaN(value) ? null : value]));
}

/** Cont, Kukanov and Stoikov with non-strict inequalities; a side absent before or after drops out. */
function orderFlow(q: RefQuote, was: RefQuote | null): number {
  if (was === null || !q.bookOk || !was.bookOk) return 0;
  const [b, bw, a, aw] = [q.bids[0], was.bids[0], q.asks[0], was.asks[0]];
  let e = 0;
  if (b && bw) e += (b[0] >= bw[0] ? b[1] : 0) - (b[0] <= bw[0] ? bw[1] : 0);
  if (a && aw) e += -(a[0] <= aw[0] ? a[1] : 0) + (a[0] >= aw[0] ? aw[1] : 0);
  return e;
}

function boughtShare(q: RefQuote, was: RefQuote | null): number {
  const [outer, inner, dv] = [num(q.outer), num(q.inner), q.dv as number];
  if (outer >= 0 && inner >= 0 && outer + inner > 0 && Math.abs(outer + inner - dv) <= 0.02 * dv) return outer / (outer + inner);
  const bid = was?.bookOk ? was.bids[0]?.[0] : undefined;
  const ask = was?.bookOk ? was.asks[0]?.[0] : undefined;
  const quoted = bid !== undefined && ask !== undefined && ask > bid;
  if (quoted && !q.derivedVolume && q.da !== null) {
    const [b, a] = [q.bids[0]?.[0], q.asks[0]?.[0]];
    const moved = b !== undefined && a !== undefined && ((b - bid >= 10 && a - ask >= 10) || (bid - b >= 10 && ask - a >= 10));
    const lower = moved ? (bid + b) / 2 : bid;
    const upper = moved ? (ask + a) / 2 : ask;
    return clip(((q.da / (q.dv as number)) * 1000 - lower) / (upper - lower), 0, 1);
  }
  const mid = quoted ? (bid + ask) / 2 : Number.NaN;
  if (q.last > mid) return 1;
  if (q.last < mid) return 0;
  if (q.lastBefore === null || q.last === q.lastBefore) return 0.5;
  return q.last > q.lastBefore ? 1 : 0;
}

type Bar = { m: number; high: number; low: number; close: number; ln: number; amount: number };

function minuteBars(history: readonly RefQuote[], mid: (q: RefQuote) => number): Bar[] {
  const bars: Bar[] = [];
  let amount = 0;
  for (const [i, q] of history.entries()) {
    amount += i === 0 ? 0 : (q.da ?? 0);
    const m = Math.min(Math.floor((q.slot * 3) / 60), 239);
    const bar = bars[bars.length - 1];
    if (bar?.m !== m) bars.push({ m, high: q.last, low: q.last, close: q.last, ln: Math.log(mid(q)), amount });
    else
      Object.assign(bar, { high: Math.max(bar.high, q.last), low: Math.min(bar.low, q.last), close: q.last, ln: Math.log(mid(q)), amount });
  }
  return bars;
}

function volatilityMultiplier(done: readonly Bar[], sigmaDay: number, varShare: ArrayLike<number>): number {
  let ewma = 0;
  let n = 0;
  for (const [i, bar] of done.entries()) {
    const before = done[i - 1];
    if (before?.m !== bar.m - 1) continue;
    const floor = (5 / bar.close) ** 2;
    const value = (bar.ln - before.ln) ** 2 / Math.max(sigmaDay * sigmaDay * (varShare[bar.m] as number), floor);
    ewma = n === 0 ? value : ewma + (1 - 0.5 ** (1 / 20)) * (value - ewma);
    n += 1;
  }
  return clip((n * ewma + 10) / (n + 10), 0.25, 6);
}

function averageTrueRange(done: readonly Bar[]): number {
  let atr = Number.NaN;
  for (const [i, bar] of done.entries()) {
    const close = done[i - 1]?.m === bar.m - 1 ? (done[i - 1] as Bar).close : null;
    const range =
      (close === null ? bar.high - bar.low : Math.max(bar.high - bar.low, Math.abs(bar.high - close), Math.abs(bar.low - close))) / 1000;
    atr = Number.isNaN(atr) ? range : atr + (2 / 15) * (range - atr);
  }
  return atr;
}

function todayRatio(
  day: RefDay,
  done: readonly Bar[],
  first: number,
  integral: (shares: ArrayLike<number>, until: number) => number,
): number {
  if (day.instrument.profileSource === 'own') return 1;
  const last = done[done.length - 1];
  if (done.length < 5 || last === undefined) return Number.NaN;
  return last.amount / (day.adv20 * (integral(day.profile.amountShare, (last.m + 1) * 60) - integral(day.profile.amountShare, 3 * first)));
}
