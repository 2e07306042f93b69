/**
 * What earlier days of an input say about a symbol: turnover, volume, minute profile. At least ten days, never today.
 * With fewer, the shipped board profile stands in and the turnover is unknown; both are recorded in `bundle.assumed`.
 */
import { type MinuteProfile, minutesPerDay } from '../../contracts/bundle.ts';
import { bytesOf } from '../../contracts/codec.ts';
import { log, medianInPlace } from '../../contracts/math.ts';
import type { TradeDate } from '../../contracts/units.ts';
import { flowNorm } from './shipped.ts';

/** One symbol's earlier day: amount by trading minute in yuan, closing mid by minute (NaN where none), shares traded. */
export type DayRecord = {
  readonly amounts: Float64Array;
  readonly closes: Float64Array;
  readonly volume: number;
  readonly highMilli: number;
  /** Its day, where what is known of it must be yesterday's. */
  readonly date?: TradeDate;
  /** Yuan bought less yuan sold actively by trading minute, NaN where nobody saw the book. */
  readonly nets?: Float64Array;
};
export type History = { readonly adv20: number; readonly profile: MinuteProfile };

const daysMin = 10;
const flowDaysMin = 3;
/** Minutes of a half hour that must be known, over all days: else what is usual of others stands there. */
const flowMinutesMin = 60;
const flowSdMin = 0.05;
const halfHour = 30;
/** Weight of the board's deviation, in days, against a symbol's own few. */
const sigmaPriorDays = 5;

/** Daily deviation from however many earlier days there are, shrunk to the board's: variance (n·own + 5·board) / (n + 5). */
export function sigmaOf(days: readonly DayRecord[], boardSigma: number): number {
  const recent = days.slice(-20);
  const own = recent.map(dayVariance).filter((variance) => !Number.isNaN(variance));
  const sum = own.reduce((total, variance) => total + variance, 0);
  return Math.sqrt((sum + sigmaPriorDays * boardSigma * boardSigma) / (own.length + sigmaPriorDays));
}

/** Sum of squared one-minute returns, scaled from the minutes seen to the whole day. */
function dayVariance({ closes }: DayRecord): number {
  let sum = 0;
  let seen = 0;
  for (let m = 1; m < closes.length; m++) {
    const r = log(closes[m]! / closes[m - 1]!);
    if (Number.isNaN(r)) continue;
    sum += r * r;
    seen += 1;
  }
  return (sum * minutesPerDay) / seen;
}
const lnC = 20_000;

export type FlowNorm = Pick<MinuteProfile, 'narMean' | 'narSd'>;

/**
 * What is usual of a symbol's active buying: mean and deviation of its share of three minutes' amount (nar3m), by half hour, over at least three days
 * of which the book was seen; a half hour of too few minutes is as others'. Null: there are no three such days.
 */
export function flowNormOf(days: readonly DayRecord[]): FlowNorm | null {
  const seen = days.slice(-20).filter(({ nets }) => nets?.some((net) => !Number.isNaN(net)) === true);
  if (seen.length < flowDaysMin) return null;
  const byHalf = Array.from({ length: minutesPerDay / halfHour }, (): number[] => []);
  for (const { nets, amounts } of seen)
    for (let m = 2; m < minutesPerDay; m++) {
      const amount = amounts[m]! + amounts[m - 1]! + amounts[m - 2]!;
      const share = (nets![m]! + nets![m - 1]! + nets![m - 2]!) / amount;
      if (amount > 0 && !Number.isNaN(share)) byHalf[Math.floor(m / halfHour)]!.push(share);
    }
  const norms = byHalf.map((shares, half) => {
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    const variance = shares.reduce((sum, share) => sum + (share - mean) * (share - mean), 0) / shares.length;
    const isOwn = shares.length >= flowMinutesMin;
    return isOwn ? { mean, sd: Math.max(flowSdMin, Math.sqrt(variance)) } : { mean: flowNorm.narMean![half]!, sd: flowNorm.narSd![half]! };
  });
  return { narMean: norms.map(({ mean }) => mean), narSd: norms.map(({ sd }) => sd) };
}

export function historyOf(id: string, days: readonly DayRecord[]): History | null {
  if (days.length < daysMin) return null;
  const recent = days.slice(-20);
  const totals = recent.map(({ amounts }) => amounts.reduce((sum, yuan) => sum + yuan, 0));
  const adv20 = totals.reduce((sum, yuan) => sum + yuan, 0) / recent.length;
  const medians = byMinute((m) => medianInPlace(Float64Array.from(recent, ({ amounts }) => amounts[m]!)));
  const lnMad = byMinute((m) => {
    const logs = Float64Array.from(recent, ({ amounts }) => log(amounts[m]! + lnC));
    const middle = medianInPlace(logs.slice());
    return Math.max(0.35, 1.4826 * medianInPlace(logs.map((x) => Math.abs(x - middle))));
  });
  const squares = byMinute((m) => {
    const each = recent.map(({ closes }) => (m === 0 ? Number.NaN : log(closes[m]! / closes[m - 1]!))).filter((r) => !Number.isNaN(r));
    return each.length === 0 ? 0 : each.reduce((sum, r) => sum + r * r, 0) / each.length;
  });
  const variance = squares.reduce((sum, x) => sum + x, 0);
  return {
    adv20,
    profile: {
      id: `own-${id}`,
      amountShare: bytesOf(smooth(medians, 1).map((yuan) => Math.max(yuan, 1000) / adv20)).slice(),
      lnMad: bytesOf(smooth(lnMad, 5)).slice(),
      varShare: bytesOf(smooth(squares, 2).map((x) => x / variance)).slice(),
      // bars alone do not tell who was active
      ...(flowNormOf(days) ?? flowNorm),
      amountQ99: null,
    },
  };
}

const byMinute = (value: (m: number) => number): Float64Array => Float64Array.from({ length: minutesPerDay }, (_, m) => value(m));

/** Centred mean over 2·reach + 1 minutes. */
export function smooth(values: Float64Array, reach: number): Float64Array {
  return values.map((_, m) => {
    const window = values.subarray(Math.max(0, m - reach), Math.min(values.length, m + reach + 1));
    return window.reduce((sum, x) => sum + x, 0) / window.length;
  });
}
