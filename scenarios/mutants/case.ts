/** What a subject is, and rows as the plain lists that the oracle makes. */
import type { Parsed, SourceFlow, SourceMinute, SourceQuote } from '../../engine/feeds/adapter.ts';
import { type Dice, universe, utf8 } from './bodies.ts';
import type { Oracle, Verdict } from './oracle.ts';

/** One body, and how it is to be read. */
export type Case = { readonly body: Uint8Array; readonly oracle: Oracle; readonly parse: (body: Uint8Array) => Verdict };
export type Subject = { readonly name: string; readonly deal: (dice: Dice) => Case };

export const read = <R>(parsed: Parsed<R>, row: (each: R) => unknown[]): Verdict => ({
  rows: parsed.rows.map(row),
  unsound: parsed.rejected.length > 0,
});
export const quoteRow = ({ quote: q, name, floatShares, totalShares, afterHours }: SourceQuote): unknown[] => [
  q.instrumentNo,
  q.tsExchangeMs,
  q.flags,
  q.lastMilli,
  q.preCloseMilli,
  q.openMilli,
  q.highMilli,
  q.lowMilli,
  q.limitUpMilli,
  q.limitDownMilli,
  q.volumeShares,
  q.amountYuan,
  q.outerShares,
  q.innerShares,
  q.bids,
  q.asks,
  name,
  floatShares,
  totalShares,
  afterHours === null ? null : [afterHours.shares, afterHours.yuan],
];
export const minuteRow = (m: SourceMinute): unknown[] => [
  m.instrumentNo,
  m.tsMs,
  m.openMilli,
  m.highMilli,
  m.lowMilli,
  m.closeMilli,
  m.volumeShares,
  m.amountYuan,
];
export const flowRow = (f: SourceFlow): unknown[] => [f.entity, f.tsMs, f.mainYuan, f.superYuan, f.largeYuan, f.mediumYuan, f.smallYuan];
export const json = (value: unknown): Uint8Array => utf8(JSON.stringify(value));
export const envelope = (data: unknown): unknown => ({ rc: 0, rt: 11, svr: 1, lt: 1, full: 1, dlmkts: '', data });
export const oneOf = (dice: Dice, values: readonly number[] = universe): number => values[dice(values.length)]!;
