/** What the library knows before a day: names, minutes, closes and sectors of earlier days. */
import type { Sector } from '../../../contracts/bundle.ts';
import { dashed, minuteOf, tsecOf } from '../../../contracts/session.ts';
import type { TradeDate } from '../../../contracts/units.ts';
import type { DayClose } from '../../reference/boards.ts';
import type { DayRecord } from '../../reference/history.ts';
import type { Listed } from '../../reference/pre-open.ts';
import type { Store } from '../../store/client.ts';
import { database } from '../../store/schema.ts';

const historyDays = 20;
/** Bars that count: our own, of several sources' backfilled ones the merged, and imported ones that tell the money they traded. */
const counted = "(kind = 'live' OR source = 'merged' OR (kind = 'imported' AND (amount_yuan IS NOT NULL OR ifNull(volume_shares, 0) = 0)))";
/** Of one minute told by several, what was recorded comes first, then what was asked for, then what was brought. */
const nearest = "indexOf(['live', 'backfilled', 'imported'], kind)";

/** The newest of each instrument's names, with the day it was told. */
export const libraryNames = async (library: Store): Promise<(Listed & { readonly asOf: TradeDate })[]> =>
  (
    await library.rows<{ no: number; name: string; industry: string; listDate: string | null; asOf: string }>(
      `SELECT instrument AS no, name, industry, if(list_date IS NULL, NULL, formatDateTime(list_date, '%Y%m%d')) AS listDate, formatDateTime(as_of, '%Y%m%d') AS asOf FROM ${database}.names FINAL ORDER BY as_of DESC LIMIT 1 BY instrument`,
    )
  ).map((row) => ({ ...row, floatShares: null }));

/** Minutes of the newest 20 days within 60 before `date`, as profiles want them. */
export async function libraryHistory(library: Store, wanted: ReadonlySet<number>, date: TradeDate): Promise<Map<number, DayRecord[]>> {
  const days = (
    await library.rows<{ day: string }>(
      `SELECT DISTINCT toString(trade_date) AS day FROM ${database}.bars WHERE period_sec = 60 AND trade_date < {date:Date} AND trade_date >= {date:Date} - 60 ORDER BY day DESC LIMIT {n:UInt32}`,
      { date: dashed(date), n: historyDays },
    )
  ).map(({ day }) => day);
  const found = new Map<number, DayRecord[]>();
  for (const day of days.reverse()) {
    const rows = await library.rows<{
      no: number;
      tsMs: number;
      close: number | null;
      high: number | null;
      shares: number | null;
      yuan: number | null;
      net: number | null;
    }>(
      `SELECT instrument AS no, toFloat64(ts_ms) AS tsMs, close_milli AS close, high_milli AS high, volume_shares AS shares, amount_yuan AS yuan, net_yuan AS net FROM ${database}.bars FINAL
       WHERE period_sec = 60 AND trade_date = {day:Date} AND ${counted} ORDER BY instrument, ts_ms, ${nearest}, known_ms DESC LIMIT 1 BY instrument, ts_ms`,
      { day },
    );
    for (const { no, tsMs, close, high, shares, yuan, net } of rows) {
      if (!wanted.has(no)) continue;
      const records = found.get(no) ?? [];
      found.set(no, records);
      let record = records.at(-1) as (DayRecord & { volume: number; highMilli: number }) | undefined;
      const tradeDate = day.replaceAll('-', '');
      if (record === undefined || record.date !== tradeDate) {
        record = {
          amounts: new Float64Array(240),
          closes: new Float64Array(240).fill(Number.NaN),
          nets: new Float64Array(240).fill(Number.NaN),
          volume: 0,
          highMilli: 0,
          date: tradeDate,
        };
        records.push(record);
      }
      const m = Math.max(0, minuteOf(tsecOf(tsMs - 1)));
      record.amounts[m]! += yuan ?? 0;
      if (close !== null) record.closes[m] = close;
      if (net !== null) record.nets![m] = net;
      record.volume += shares ?? 0;
      record.highMilli = Math.max(record.highMilli, high ?? close ?? 0);
    }
  }
  return found;
}

/** Newest first: the record of days where there is one, with the reference price it tells; else the last minute's close. */
export async function libraryCloses(library: Store, wanted: ReadonlySet<number>, date: TradeDate): Promise<Map<number, DayClose[]>> {
  // tuples, because aggregate functions skip nulls
  const rows = await library.rows<{ no: number; days: [day: string, closeMilli: number, preCloseMilli: number | null][] }>(
    `SELECT instrument AS no, groupArray(tuple(formatDateTime(trade_date, '%Y%m%d'), told.1, told.2)) AS days FROM (
       SELECT instrument, trade_date, argMin(tuple(c, r), turn) AS told FROM (
         SELECT instrument, trade_date, any(close_milli) AS c, any(pre_close_milli) AS r, 0 AS turn FROM ${database}.daily FINAL WHERE trade_date < {date:Date} AND trade_date >= {date:Date} - 60 GROUP BY instrument, trade_date
         UNION ALL
         SELECT instrument, trade_date, argMax(close_milli, (ts_ms, known_ms)) AS c, NULL AS r, 1 AS turn FROM ${database}.bars
         WHERE period_sec = 60 AND ${counted} AND trade_date < {date:Date} AND trade_date >= {date:Date} - 60 GROUP BY instrument, trade_date
       ) WHERE c IS NOT NULL GROUP BY instrument, trade_date ORDER BY instrument, trade_date DESC
     ) GROUP BY instrument`,
    { date: dashed(date) },
  );
  return new Map(
    rows
      .filter(({ no }) => wanted.has(no))
      .map(({ no, days }) => [no, days.slice(0, 30).map(([day, closeMilli, preCloseMilli]) => ({ date: day, closeMilli, preCloseMilli }))]),
  );
}

/** Concepts and industries of the newest snapshot on or before the day: who left since is in none. */
export async function librarySectors(library: Store, date: TradeDate): Promise<Sector[]> {
  const concepts = await library.rows<Omit<Sector, 'kind'>>(
    `SELECT board AS code, any(board_name) AS name, formatDateTime(max(as_of), '%Y%m%d') AS asOf, groupUniqArray(instrument) AS members FROM ${database}.members FINAL WHERE as_of = (SELECT max(as_of) FROM ${database}.members WHERE as_of <= {date:Date}) GROUP BY board ORDER BY board`,
    { date: dashed(date) },
  );
  const industries = await library.rows<Omit<Sector, 'kind'>>(
    `SELECT concat('I-', industry) AS code, industry AS name, formatDateTime(max(as_of), '%Y%m%d') AS asOf, groupUniqArray(instrument) AS members FROM ${database}.names FINAL WHERE as_of = (SELECT max(as_of) FROM ${database}.names WHERE as_of <= {date:Date}) AND industry != '' GROUP BY industry ORDER BY industry`,
    { date: dashed(date) },
  );
  return [
    ...industries.map((each) => ({ ...each, kind: 'industry' as const })),
    ...concepts.map((each) => ({ ...each, kind: 'concept' as const })),
  ];
}
