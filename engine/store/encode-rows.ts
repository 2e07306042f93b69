/** Tape and journal rows in the order of the columns of migration 0001. */
import type { Instrument } from '../../contracts/bundle.ts';
import { type Flow, type FlowBatch, flowsOf } from '../../contracts/flow.ts';
import type { JournalStep } from '../../contracts/journal.ts';
import { absentMilli, bookLevels, type QuoteBatch } from '../../contracts/quote.ts';
import type { TradeDate } from '../../contracts/units.ts';
import type { RowBinary } from './row-binary.ts';

export function quoteRows(out: RowBinary, date: TradeDate, n: number, batch: QuoteBatch): void {
  const price = (column: Int32Array | null, i: number): number | null => (column === null || column[i] === absentMilli ? null : column[i]!);
  const double = (column: Float64Array | null, i: number): number | null => (column === null ? null : column[i]!);
  for (let i = 0; i < batch.count; i++) {
    out.date(date).u32(n).u16(i).u32(batch.instrumentNo[i]!).string(batch.source).i64(batch.tsExchangeMs[i]!).i64(batch.tsMs);
    out.u8(batch.phaseCode[i]!).u8(batch.flags[i]!);
    for (const column of [
      batch.lastMilli,
      batch.preCloseMilli,
      batch.openMilli,
      batch.highMilli,
      batch.lowMilli,
      batch.limitUpMilli,
      batch.limitDownMilli,
    ])
      out.milli(price(column, i));
    for (const column of [batch.volumeShares, batch.amountYuan, batch.outerShares, batch.innerShares]) out.double(double(column, i));
    for (const [prices, shares] of [
      [batch.bidMilli, batch.bidShares],
      [batch.askMilli, batch.askShares],
    ] as const) {
      out.varint(bookLevels);
      for (let level = 0; level < bookLevels; level++) out.milli(price(prices, i * bookLevels + level));
      out.varint(bookLevels);
      for (let level = 0; level < bookLevels; level++) out.double(shares[i * bookLevels + level]!);
    }
    out.endRow();
  }
}

export function flowRows(out: RowBinary, date: TradeDate, n: number, batch: FlowBatch): void {
  for (const [i, flow] of flowsOf(batch).entries()) {
    const { instrumentNo, tsExchangeMs, mainYuan, superYuan, largeYuan, mediumYuan, smallYuan }: Flow = flow;
    out.date(date).u32(n).u16(i).u32(instrumentNo).string(batch.source).i64(tsExchangeMs).f64(mainYuan);
    for (const part of [superYuan, largeYuan, mediumYuan, smallYuan]) out.double(part);
    out.endRow();
  }
}

/** A bar stamped at its close. Prices Milli, shares, yuan; null where unknown. */
export type StoredBar = {
  readonly date: TradeDate;
  readonly periodSec: number;
  readonly instrumentNo: number;
  readonly tsMs: number;
  readonly source: string;
  readonly kind: 'live' | 'backfilled' | 'imported';
  readonly knownMs: number;
  readonly openMilli: number | null;
  readonly highMilli: number | null;
  readonly lowMilli: number | null;
  readonly closeMilli: number | null;
  readonly volumeShares: number | null;
  readonly amountYuan: number | null;
  /** Yuan bought less yuan sold actively; null where nobody has seen the book. */
  readonly netYuan: number | null;
};

export function barRow(out: RowBinary, bar: StoredBar): void {
  out.date(bar.date).u32(bar.periodSec).u32(bar.instrumentNo).i64(bar.tsMs).string(bar.source).string(bar.kind).i64(bar.knownMs);
  out
    .milli(bar.openMilli)
    .milli(bar.highMilli)
    .milli(bar.lowMilli)
    .milli(bar.closeMilli)
    .double(bar.volumeShares)
    .double(bar.amountYuan)
    .double(bar.netYuan)
    .endRow();
}

export function journalRow(out: RowBinary, date: TradeDate, step: JournalStep, body: Uint8Array): void {
  out.date(date).u32(step.step).u32(step.n);
  for (const c of step.hash) out.u8(c.charCodeAt(0));
  out.string(body).endRow();
}

export function entryRows(transitions: RowBinary, signals: RowBinary, date: TradeDate, { step, entries }: JournalStep): void {
  for (const [idx, entry] of entries.entries()) {
    if (entry.kind === 'transition') {
      transitions
        .date(date)
        .u32(step)
        .u16(idx)
        .i64(entry.tsMs)
        .string(entry.actorId)
        .u32(entry.actorSeq)
        .string(entry.machine)
        .string(entry.region);
      transitions
        .string(entry.from ?? '')
        .string(entry.to)
        .string(entry.event)
        .string(JSON.stringify(entry.data))
        .endRow();
    } else if (entry.kind === 'signal') {
      const { strategy, phase, score } = entry.signal;
      signals
        .date(date)
        .u32(step)
        .u16(idx)
        .i64(entry.tsMs)
        .string(entry.actorId)
        .string(strategy.id)
        .string(phase)
        .f64(score ?? Number.NaN)
        .string(JSON.stringify(entry.signal))
        .endRow();
    }
  }
}

export function referenceRow(out: RowBinary, date: TradeDate, each: Instrument): void {
  out
    .date(date)
    .u32(each.no)
    .string(each.name)
    .string(each.board)
    .u8(each.riskWarning ? 1 : 0)
    .u8(each.suspended ? 1 : 0);
  out
    .milli(each.preCloseMilli)
    .milli(each.limitUpMilli)
    .milli(each.limitDownMilli)
    .double(each.floatShares)
    .double(each.adv20Yuan)
    .endRow();
}
