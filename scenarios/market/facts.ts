/**
 * Stylised facts of a generated day, as contracts/spec/invented-market.md#facts lists them, measured on what the market delivers: rows on the 3-second grid.
 * Medians are over symbols.
 */
import { log } from '../../contracts/math.ts';
import { absentMilli, type QuoteBatch } from '../../contracts/quote.ts';
import { midnightOf, phaseOf, slotsPerDay, tsecOf } from '../../contracts/session.ts';
import type { MarketDay } from './market-day.ts';

export type Facts = {
  readonly firstHalfHour: number;
  readonly lastHalfHour: number;
  readonly kurtosis1m: number;
  readonly acf3s: number;
  readonly acf1m: number;
  readonly absAcf1: number;
  readonly absAcf5: number;
  readonly absAcf20: number;
  readonly zero3s: number;
  readonly zero1m: number;
  readonly spreadBp: number;
  readonly oneTick: number;
  readonly empty3s: number;
  readonly ofiCorr: number;
  readonly dailySd: number;
  /** Symbols that closed or touched the upper limit, per 5,500. */
  readonly limitUps: number;
  readonly rows: number;
  /** Rows off the tick, outside the band, with falling or odd volume, or with an average price outside the day's range. */
  readonly offTick: number;
  readonly offLot: number;
  readonly offSum: number;
};

type Track = {
  last: Float64Array;
  mid: Float64Array;
  shares: Float64Array;
  ofi: Float64Array;
  touched: boolean;
  spread: number[];
  ticks: number;
  books: number;
  before: { bid: number; ask: number; bidShares: number; askShares: number } | null;
};
const amSlots = 2400;
const continuousSlots = 4740;

export function factsOf(market: MarketDay): Facts {
  const tracks = new Map<number, Track>(
    market.issues.map(({ no }) => [
      no,
      {
        last: nan(),
        mid: nan(),
        shares: nan(),
        ofi: new Float64Array(slotsPerDay),
        touched: false,
        spread: [],
        ticks: 0,
        books: 0,
        before: null,
      },
    ]),
  );
  const bad = { tick: 0, lot: 0, sum: 0, rows: 0 };
  const midnight = midnightOf(market.date);
  for (let ms = midnight + 8.5 * 3_600_000; ms <= midnight + 15.5 * 3_600_000; ms += 1000)
    for (const entry of market.take(ms))
      if (entry.type === 'quotes')
        for (let i = 0; i < entry.batch.count; i++) note(tracks.get(entry.batch.instrumentNo[i]!)!, entry.batch, i, bad);
  return summarise(market, [...tracks.values()], bad);
}

const nan = (): Float64Array => new Float64Array(slotsPerDay).fill(Number.NaN);
type Batch = QuoteBatch;

function note(track: Track, batch: Batch, i: number, bad: { tick: number; lot: number; sum: number; rows: number }): void {
  const at = batch.tsExchangeMs[i]!;
  const phase = phaseOf(at);
  if (phase !== 'CONT_AM' && phase !== 'CONT_PM') return;
  bad.rows += 1;
  const slot = Math.floor(tsecOf(at) / 3);
  const last = batch.lastMilli[i]!;
  const [bid, ask] = [batch.bidMilli[i * 5]!, batch.askMilli[i * 5]!];
  const [up, down] = [batch.limitUpMilli![i]!, batch.limitDownMilli![i]!];
  if (last % 10 !== 0 || (up !== absentMilli && (last > up || last < down))) bad.tick += 1;
  const shares = batch.volumeShares[i]!;
  if (shares % 100 !== 0 && !/^(688|689|92)/.test(String(batch.instrumentNo[i]! % 1_000_000).padStart(6, '0'))) bad.lot += 1;
  const vwap = (batch.amountYuan[i]! * 1000) / shares;
  if (shares > 0 && (vwap < batch.lowMilli![i]! - 1 || vwap > batch.highMilli![i]! + 1)) bad.sum += 1;
  track.last[slot] = last;
  track.shares[slot] = shares;
  if (last === up) track.touched = true;
  if (bid === absentMilli || ask === absentMilli) {
    track.mid[slot] = last;
    track.before = null;
    return;
  }
  track.mid[slot] = (bid + ask) / 2;
  track.spread.push((ask - bid) / track.mid[slot]!);
  track.books += 1;
  if (ask - bid === 10) track.ticks += 1;
  const now = { bid, ask, bidShares: batch.bidShares[i * 5]!, askShares: batch.askShares[i * 5]! };
  const was = track.before;
  if (was !== null) {
    const b = bid > was.bid ? now.bidShares : bid < was.bid ? -was.bidShares : now.bidShares - was.bidShares;
    const a = ask < was.ask ? now.askShares : ask > was.ask ? -was.askShares : now.askShares - was.askShares;
    track.ofi[slot]! += b - a;
  }
  track.before = now;
}

/** Values carried forward over slots without a row. */
function carried(values: Float64Array): Float64Array {
  const out = values.slice();
  for (let i = 1; i < out.length; i++) if (Number.isNaN(out[i]!)) out[i] = out[i - 1]!;
  return out;
}

const median = (values: readonly number[]): number => {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};
const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

function acf(values: readonly number[], lag: number): number {
  const m = mean(values);
  let [top, bottom] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    bottom += (values[i]! - m) ** 2;
    if (i >= lag) top += (values[i]! - m) * (values[i - lag]! - m);
  }
  return bottom === 0 ? Number.NaN : top / bottom;
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += (a[i]! - ma) * (b[i]! - mb);
    aa += (a[i]! - ma) ** 2;
    bb += (b[i]! - mb) ** 2;
  }
  return aa === 0 || bb === 0 ? Number.NaN : ab / Math.sqrt(aa * bb);
}

function kurtosis(values: readonly number[]): number {
  const m = mean(values);
  const [two, four] = [mean(values.map((x) => (x - m) ** 2)), mean(values.map((x) => (x - m) ** 4))];
  return two === 0 ? Number.NaN : four / (two * two);
}

/** Log returns over `step` slots within a session half. */
function returns(values: Float64Array, step: number): number[] {
  const out: number[] = [];
  for (let i = step; i < continuousSlots; i += step)
    if (!(i - step < amSlots && i >= amSlots)) out.push(log(values[i]! / values[i - step]!));
  return out.filter((value) => !Number.isNaN(value));
}

function summarise(market: MarketDay, tracks: readonly Track[], bad: { tick: number; lot: number; sum: number; rows: number }): Facts {
  const perSymbol = tracks.map((track) => {
    const [last, mid, shares] = [carried(track.last), carried(track.mid), carried(track.shares)];
    const [r3, r1, m1] = [returns(last, 1), returns(last, 20), returns(mid, 20)];
    const total = shares[continuousSlots - 1]! - shares[0]!;
    let empty = 0;
    for (let i = 1; i < continuousSlots; i++) if (i !== amSlots && shares[i] === shares[i - 1]) empty += 1;
    const ofi = Array.from({ length: Math.floor(continuousSlots / 20) - 1 }, (_, m) => mean(track.ofi.slice(m * 20 + 1, m * 20 + 21)));
    return {
      track,
      r3,
      r1,
      m1,
      first: (shares[600]! - shares[0]!) / total,
      end: (shares[continuousSlots - 1]! - shares[continuousSlots - 1 - 600]!) / total,
      empty: empty / continuousSlots,
      ofi: ofi.slice(0, m1.length),
      day: log(last[continuousSlots - 1]! / 1),
    };
  });
  const minutes = perSymbol[0]!.r1.length;
  const season = Array.from({ length: minutes }, (_, m) => mean(perSymbol.map(({ m1 }) => Math.abs(m1[m] ?? 0))) || 1);
  const abs = (m1: readonly number[]) => m1.map((r, m) => Math.abs(r) / (season[m] ?? 1));
  const dayReturns = market.days.map((day) => log(day.lastMilli / day.preCloseMilli));
  const dayMean = mean(dayReturns);
  const share = (of: readonly number[]) => of.filter((value) => value === 0).length / of.length;
  return {
    firstHalfHour: median(perSymbol.map(({ first }) => first)),
    lastHalfHour: median(perSymbol.map(({ end }) => end)),
    kurtosis1m: median(perSymbol.map(({ m1 }) => kurtosis(m1))),
    acf3s: median(perSymbol.map(({ r3 }) => acf(r3, 1))),
    acf1m: median(perSymbol.map(({ m1 }) => acf(m1, 1))),
    absAcf1: median(perSymbol.map(({ m1 }) => acf(abs(m1), 1))),
    absAcf5: median(perSymbol.map(({ m1 }) => acf(abs(m1), 5))),
    absAcf20: median(perSymbol.map(({ m1 }) => acf(abs(m1), 20))),
    zero3s: median(perSymbol.map(({ r3 }) => share(r3))),
    zero1m: median(perSymbol.map(({ r1 }) => share(r1))),
    spreadBp: median(perSymbol.map(({ track }) => 1e4 * median(track.spread))),
    oneTick: median(perSymbol.map(({ track }) => track.ticks / Math.max(1, track.books))),
    empty3s: median(perSymbol.map(({ empty }) => empty)),
    ofiCorr: median(perSymbol.map(({ ofi, m1 }) => correlation(ofi, m1.slice(0, ofi.length)))),
    dailySd: Math.sqrt(mean(dayReturns.map((r) => (r - dayMean) * (r - dayMean)))),
    limitUps: (5500 * tracks.filter(({ touched }) => touched).length) / tracks.length,
    rows: bad.rows,
    offTick: bad.tick,
    offLot: bad.lot,
    offSum: bad.sum,
  };
}
