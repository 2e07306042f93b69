/**
 * Gap repair 补数: days × symbols asked of at least two sources in turn, merged, and stored as backfilled bars.
 *
 * Turns      symbol i begins with source i mod k, so that each bears its share; a symbol's newest day first
 * Idempotent a bar that is known with the same values is not written again; a corrected one stands beside the earlier, known later
 * Resumable  a (day, symbol) that two sources have told, or the tape whole, is not asked for again; nor one that both say did not trade
 */

import { FenshiError } from '../../../contracts/errors.ts';
import { dashed } from '../../../contracts/session.ts';
import { codeOf, type TradeDate } from '../../../contracts/units.ts';
import type { Store } from '../../store/client.ts';
import { barRow } from '../../store/encode-rows.ts';
import { RowBinary } from '../../store/row-binary.ts';
import { database } from '../../store/schema.ts';
import { instant } from '../../wire/numbers.ts';
import type { SourceMinute } from '../adapter.ts';
import { type Merged, mergeMinutes, type Told } from './merge.ts';

export type MinuteSource = {
  readonly name: string;
  readonly minutes: (instrument: number, date: TradeDate) => Promise<readonly SourceMinute[]>;
};
export type BackfillPlan = { readonly days: readonly TradeDate[]; readonly instruments: readonly number[] };
export type BackfillReport = {
  asked: number;
  whole: number;
  written: number;
  otherwise: number;
  holes: number;
  skipped: number;
  readonly failed: { readonly what: string; readonly why: string }[];
};
export type BackfillOptions = {
  readonly store: Store;
  /** The store of the run that is up, if one is: what is repaired is told there too, so that its services answer with it. */
  readonly run?: Store | null;
  /** The run's store went away: the library's repair goes on without it. */
  readonly onRunLost?: (error: FenshiError) => void;
  readonly sources: readonly MinuteSource[];
  readonly now?: () => number;
  readonly onDone?: (report: BackfillReport) => void;
  readonly signal?: AbortSignal;
};

/** Closes of a session's minutes. */
export function labelsOf(date: TradeDate): number[] {
  const minute = (m: number) => instant(date, Math.floor(m / 60), m % 60, 0)!;
  return [...Array.from({ length: 121 }, (_, i) => minute(570 + i)), ...Array.from({ length: 120 }, (_, i) => minute(781 + i))];
}
/** A day counts as whole with this many minutes: the closing call may print none. */
const wholeMinutes = 236;
const fewestSources = 2;

export async function backfill({ days, instruments }: BackfillPlan, options: BackfillOptions): Promise<BackfillReport> {
  const { store, sources, now = Date.now, onDone, signal } = options;
  const stores = { library: store, run: options.run ?? null, onRunLost: options.onRunLost };
  if (sources.length < fewestSources) throw new FenshiError('CONFIG_INVALID', 'minutes are merged from at least two sources');
  const report: BackfillReport = { asked: 0, whole: 0, written: 0, otherwise: 0, holes: 0, skipped: 0, failed: [] };
  const newestFirst = [...days].sort().reverse();
  const whole = new Map(await Promise.all(newestFirst.map(async (date) => [date, await wholeOn(store, date)] as const)));
  // a source tells several days in one answer: all days of a symbol together
  for (const [i, instrument] of instruments.entries()) {
    const turn = sources.map((_, k) => sources[(i + k) % sources.length]!);
    for (const date of newestFirst) {
      if (signal?.aborted === true) return report;
      if (whole.get(date)!.has(instrument)) report.skipped += 1;
      else {
        await repair(stores, turn, instrument, date, now(), report, signal);
        onDone?.(report);
      }
    }
  }
  return report;
}

type Stores = { readonly library: Store; run: Store | null; readonly onRunLost: BackfillOptions['onRunLost'] };

async function repair(
  stores: Stores,
  sources: readonly MinuteSource[],
  instrument: number,
  date: TradeDate,
  knownMs: number,
  report: BackfillReport,
  signal: AbortSignal | undefined,
): Promise<void> {
  const told: Told[] = [];
  const heard: string[] = [];
  for (const source of sources) {
    report.asked += 1;
    try {
      const minutes = await source.minutes(instrument, date);
      heard.push(source.name);
      if (minutes.length > 0) told.push({ source: source.name, minutes });
    } catch (error) {
      if (signal?.aborted === true) return; // asked again next time
      if (!(error instanceof FenshiError)) throw error;
      report.failed.push({ what: `${source.name} ${codeOf(instrument)} ${date}`, why: error.code });
    }
  }
  const merged = mergeMinutes(told, labelsOf(date));
  if (stores.run !== null)
    await tell(stores.run, merged, instrument, date, knownMs).catch((error: unknown) => {
      if (!(error instanceof FenshiError)) throw error;
      stores.run = null;
      stores.onRunLost?.(error);
    });
  report.written += await tell(stores.library, merged, instrument, date, knownMs);
  report.otherwise += merged.otherwise.length;
  report.holes += merged.holes;
  if (merged.minutes.length >= wholeMinutes) report.whole += 1;
  const done = new RowBinary();
  done.date(date).u32(instrument).varint(heard.length);
  for (const name of heard) done.string(name);
  done.u16(merged.minutes.length).i64(knownMs).endRow();
  await stores.library.insert(`${database}.repairs`, done);
}

/** Bars that a store does not know with these values. Returns how many. */
async function tell(store: Store, merged: Merged, instrument: number, date: TradeDate, knownMs: number): Promise<number> {
  const known = await knownBars(store, instrument, date);
  const rows = new RowBinary();
  const put = (source: string, minute: SourceMinute): void => {
    const before = known.get(`${source}|${minute.tsMs}`);
    if (before !== undefined && sameBar(before, minute)) return;
    const { tsMs, openMilli, highMilli, lowMilli, closeMilli, volumeShares, amountYuan } = minute;
    const prices = { openMilli, highMilli, lowMilli, closeMilli, volumeShares, amountYuan, netYuan: null };
    barRow(rows, { date, periodSec: 60, instrumentNo: instrument, tsMs, source, kind: 'backfilled', knownMs, ...prices });
  };
  for (const minute of merged.minutes) put('merged', minute);
  for (const { source, minute } of merged.otherwise) put(source, minute);
  await store.insert(`${database}.bars`, rows);
  return rows.rows;
}

type Known = {
  readonly source: string;
  readonly tsMs: number;
  readonly closeMilli: number | null;
  readonly openMilli: number | null;
  readonly highMilli: number | null;
  readonly lowMilli: number | null;
  readonly volumeShares: number | null;
  readonly amountYuan: number | null;
};

async function knownBars(store: Store, instrument: number, date: TradeDate): Promise<Map<string, Known>> {
  const rows = await store.rows<Known>(
    `SELECT source, toFloat64(ts_ms) AS tsMs, close_milli AS closeMilli, open_milli AS openMilli, high_milli AS highMilli, low_milli AS lowMilli, volume_shares AS volumeShares, amount_yuan AS amountYuan FROM ${database}.bars FINAL
     WHERE kind = 'backfilled' AND instrument = {no:UInt32} AND trade_date = {date:Date} ORDER BY known_ms DESC LIMIT 1 BY source, ts_ms`,
    { no: instrument, date: dashed(date) },
  );
  return new Map(rows.map((row) => [`${row.source}|${row.tsMs}`, row]));
}

const sameBar = (a: Known, b: SourceMinute): boolean =>
  a.closeMilli === b.closeMilli &&
  a.openMilli === b.openMilli &&
  a.highMilli === b.highMilli &&
  a.lowMilli === b.lowMilli &&
  a.volumeShares === b.volumeShares &&
  a.amountYuan === b.amountYuan;

/** Instruments whose day needs no question: whole from the tape, or told by two sources, whole or as not traded. */
async function wholeOn(store: Store, date: TradeDate): Promise<Set<number>> {
  const rows = await store.rows<{ instrument: number }>(
    `SELECT instrument FROM ${database}.bars FINAL WHERE period_sec = 60 AND trade_date = {date:Date} AND kind = 'live'
     GROUP BY instrument HAVING uniqExact(ts_ms) >= {least:UInt32}
     UNION DISTINCT SELECT instrument FROM ${database}.repairs FINAL
     WHERE trade_date = {date:Date} AND length(sources) >= {sources:UInt8} AND (minutes >= {least:UInt32} OR minutes = 0)`,
    { date: dashed(date), least: wholeMinutes, sources: fewestSources },
  );
  return new Set(rows.map(({ instrument }) => instrument));
}
