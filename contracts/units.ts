/**
 * Units and identities. A vendor's unit ends in its adapter; inside, only these exist.
 *
 * Milli     integer thousandths of a yuan: 10.05 yuan = 10050
 * shares    volume in single shares, never lots (手 = 100 shares)
 * yuan      money as a double; ratios are fractions, never per cent
 * EpochMs   UTC milliseconds; the exchange's day is UTC+8, no daylight saving
 */
import { z } from 'zod';

export const exchanges = ['SH', 'SZ', 'BJ'] as const;
export type Exchange = (typeof exchanges)[number];

/** `600519.SH`. The bare code is ambiguous: SH 000001 is an index, SZ 000001 a stock. */
export const InstrumentId = z.string().regex(/^\d{6}\.(SH|SZ|BJ)$/);
export type InstrumentId = string;

export const EpochMs = z.int().nonnegative();
export const Milli = z.int().nonnegative();
/** `20261123`: the trading day in Shanghai, also the token in subjects and ids. */
export const TradeDate = z.string().regex(/^\d{8}$/);
export type TradeDate = string;

/** An instrument as one integer for columns: SH 1, SZ 2, BJ 3, then six digits. 600519.SH = 1600519. */
export function instrumentNo(id: InstrumentId): number {
  const exchange = exchanges.indexOf(id.slice(7) as Exchange);
  const code = Number(id.slice(0, 6));
  if (id.length !== 9 || exchange < 0 || !Number.isInteger(code)) {
    throw new RangeError(`not an instrument id: ${id}`);
  }
  return (exchange + 1) * 1_000_000 + code;
}

export function instrumentId(no: number): InstrumentId {
  return `${codeOf(no)}.${exchangeOf(no)}`;
}

export const codeOf = (no: number): string => String(no % 1_000_000).padStart(6, '0');

export function exchangeOf(no: number): Exchange {
  const exchange = exchanges[Math.floor(no / 1_000_000) - 1];
  if (exchange === undefined) throw new RangeError(`not an instrument number: ${no}`);
  return exchange;
}

/** `SH.600519`: market first, so that one subject wildcard takes one exchange. */
export const subjectToken = (no: number): string => `${exchangeOf(no)}.${codeOf(no)}`;

export const yuanOfMilli = (milli: number): number => milli / 1000;
/** Nearest Milli of a price in yuan: 10.05 → 10050. */
export const milliOfYuan = (yuan: number): number => Math.round(yuan * 1000);
