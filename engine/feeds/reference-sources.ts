/** The parts of a pre-open bundle out of Tencent, Tushare and the library (engine/reference/pre-open.ts). */
import { existsSync, readFileSync } from 'node:fs';
import type { Sector } from '../../contracts/bundle.ts';
import { FenshiError } from '../../contracts/errors.ts';
import { minuteOf, tradeDateOf, tsecOf } from '../../contracts/session.ts';
import { instrumentNo, type TradeDate } from '../../contracts/units.ts';
import type { DayRecord } from '../reference/history.ts';
import type { DayClose, Listed, PreOpenSources, Reference } from '../reference/pre-open.ts';
import type { Store } from '../store/client.ts';
import { database } from '../store/schema.ts';
import { dashed } from '../store/tape-archive.ts';
import type { SourceClient } from './collector/client.ts';
import { tencentMembers } from './tencent/boards.ts';
import { tencentQuotes } from './tencent/quotes.ts';
import { tushareApis } from './tushare/apis.ts';

export type ReferenceFrom = {
  readonly tencent: SourceClient | null;
  readonly tushare: { readonly client: SourceClient; readonly token: string } | null;
  readonly library: Store | null;
  /** One instrument id a line. */
  readonly monitoredFile: string | null;
};
const rankRows = 200;
const historyDays = 20;

export function referenceSources({ tencent, tushare, library, monitoredFile }: ReferenceFrom): PreOpenSources {
  const api = tushare === null ? null : tushareApis(tushare.token);
  const remarks: string[] =
    library === null ? ['The library is held by another command or cannot be opened: nothing of earlier days is known.'] : [];
  /** Empty where a source refuses or fails: another one, or the rule, stands in. */
  const orNone = async <T>(what: string, asking: () => Promise<readonly T[]>): Promise<readonly T[]> =>
    asking().catch((error: unknown) => {
      if (!(error instanceof FenshiError)) throw error;
      remarks.push(`${what} could not be had (${error.code}).`);
      return [];
    });
  let industries: readonly Listed[] = [];
  return {
    remarks: () => remarks,
    listed: async () => {
      if (api !== null) {
        const rows = await orNone(
          'Tushare stock_basic',
          async () => (await tushare!.client.persist(api.stockBasic, { list_status: 'L' })).rows,
        );
        industries = rows.map(({ instrumentNo: no, name, industry, listDate }) => ({
          no,
          name: name ?? '',
          industry,
          listDate,
          floatShares: null,
        }));
        if (rows.length > 0) return industries;
      }
      const known = library === null ? [] : await libraryNames(library);
      if (known.length > 0) return known;
      return tencent === null ? [] : rankedNames(tencent);
    },
    references: async (instruments, date) => {
      const quoted = tencent === null ? new Map<number, Reference>() : await quotedReferences(tencent, instruments, date);
      if (api === null) return quoted;
      const rows = await orNone('Tushare stk_limit', async () => (await tushare!.client.persist(api.stkLimit, { trade_date: date })).rows);
      for (const row of rows) {
        const { instrumentNo: no, preCloseMilli, limitUpMilli, limitDownMilli } = row;
        const floatShares = quoted.get(no)?.floatShares ?? null;
        quoted.set(no, {
          preCloseMilli: preCloseMilli ?? quoted.get(no)?.preCloseMilli ?? null,
          limitUpMilli,
          limitDownMilli,
          floatShares,
          date,
        });
      }
      return quoted;
    },
    history: (instruments, date) => (library === null ? Promise.resolve(new Map()) : libraryHistory(library, new Set(instruments), date)),
    closes: (instruments, date) => (library === null ? Promise.resolve(new Map()) : libraryCloses(library, new Set(instruments), date)),
    sectors: async (date) => {
      const own = industrySectors(industries, date);
      const known = library === null ? [] : await librarySectors(library, date);
      return own.length === 0 ? known : [...own, ...known.filter(({ kind }) => kind !== 'industry')];
    },
    monitored: async () =>
      monitoredFile !== null && existsSync(monitoredFile)
        ? readFileSync(monitoredFile, 'utf8')
            .split('\n')
            .map((line) => line.trim())
            .filter((line) => line !== '' && !line.startsWith('#'))
            .map(instrumentNo)
        : [],
  };
}

/** All A-shares by Tencent's rank list: 28 pages of 200. */
async function rankedNames(tencent: SourceClient): Promise<Listed[]> {
  const all = new Map<number, Listed>();
  for (let offset = 0; ; offset += rankRows) {
    const { rows } = await tencent.persist(tencentMembers, { board: 'aStock', offset, count: rankRows });
    for (const { instrumentNo: no, name } of rows) all.set(no, { no, name, industry: null, listDate: null, floatShares: null });
    if (rows.length < rankRows) return [...all.values()];
  }
}

/** From rows as they stand: today's carry today's reference and limits, yesterday's only a close. */
async function quotedReferences(tencent: SourceClient, instruments: readonly number[], date: TradeDate): Promise<Map<number, Reference>> {
  const found = new Map<number, Reference>();
  for (let from = 0; from < instruments.length; from += tencentQuotes.batch) {
    const { rows } = await tencent.persist(tencentQuotes, { instruments: instruments.slice(from, from + tencentQuotes.batch) });
    for (const { quote, floatShares } of rows) {
      const day = tradeDateOf(quote.tsExchangeMs);
      const isToday = day === date;
      found.set(quote.instrumentNo, {
        preCloseMilli: isToday ? quote.preCloseMilli : (quote.lastMilli ?? quote.preCloseMilli),
        limitUpMilli: isToday ? quote.limitUpMilli : null,
        limitDownMilli: isToday ? quote.limitDownMilli : null,
        floatShares,
        date: day,
      });
    }
  }
  return found;
}

const libraryNames = async (library: Store): Promise<Listed[]> =>
  (
    await library.rows<{ no: number; name: string; industry: string; listDate: string | null }>(
      `SELECT instrument AS no, name, industry, if(list_date IS NULL, NULL, formatDateTime(list_date, '%Y%m%d')) AS listDate FROM ${database}.names FINAL ORDER BY as_of DESC LIMIT 1 BY instrument`,
    )
  ).map((row) => ({ ...row, floatShares: null }));

/** Today's list by industry: nothing is nearer to the point in time. */
function industrySectors(listed: readonly Listed[], asOf: TradeDate): Sector[] {
  const members = new Map<string, number[]>();
  for (const { no, industry } of listed)
    if (industry !== null && industry !== '') members.set(industry, [...(members.get(industry) ?? []), no]);
  return [...members]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, of]) => ({ code: `I-${name}`, name, kind: 'industry', asOf, members: of }));
}

/** Minutes of the newest 20 days within 60 before `date`, as profiles want them. */
async function libraryHistory(library: Store, wanted: ReadonlySet<number>, date: TradeDate): Promise<Map<number, DayRecord[]>> {
  const days = (
    await library.rows<{ day: string }>(
      `SELECT DISTINCT toString(trade_date) AS day FROM ${database}.bars WHERE period_sec = 60 AND kind != 'imported' AND trade_date < {date:Date} AND trade_date >= {date:Date} - 60 ORDER BY day DESC LIMIT {n:UInt32}`,
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
    }>(
      `SELECT instrument AS no, toFloat64(ts_ms) AS tsMs, close_milli AS close, high_milli AS high, volume_shares AS shares, amount_yuan AS yuan FROM ${database}.bars FINAL
       WHERE period_sec = 60 AND trade_date = {day:Date} AND (kind = 'live' OR source = 'merged') ORDER BY instrument, ts_ms, kind DESC, known_ms DESC LIMIT 1 BY instrument, ts_ms`,
      { day },
    );
    for (const { no, tsMs, close, high, shares, yuan } of rows) {
      if (!wanted.has(no)) continue;
      const records = found.get(no) ?? [];
      found.set(no, records);
      let record = records.at(-1) as (DayRecord & { volume: number; highMilli: number }) | undefined;
      const tradeDate = day.replaceAll('-', '');
      if (record === undefined || record.date !== tradeDate) {
        record = {
          amounts: new Float64Array(240),
          closes: new Float64Array(240).fill(Number.NaN),
          volume: 0,
          highMilli: 0,
          date: tradeDate,
        };
        records.push(record);
      }
      const m = Math.max(0, minuteOf(tsecOf(tsMs - 1)));
      record.amounts[m]! += yuan ?? 0;
      if (close !== null) record.closes[m] = close;
      record.volume += shares ?? 0;
      record.highMilli = Math.max(record.highMilli, high ?? close ?? 0);
    }
  }
  return found;
}

/** Newest first: the record of days where there is one, else the last minute's close. */
async function libraryCloses(library: Store, wanted: ReadonlySet<number>, date: TradeDate): Promise<Map<number, DayClose[]>> {
  const rows = await library.rows<{ no: number; days: string[]; closes: (number | null)[] }>(
    `SELECT instrument AS no, groupArray(formatDateTime(trade_date, '%Y%m%d')) AS days, groupArray(close) AS closes FROM (
       SELECT instrument, trade_date, argMin(c, turn) AS close FROM (
         SELECT instrument, trade_date, any(close_milli) AS c, 0 AS turn FROM ${database}.daily FINAL WHERE trade_date < {date:Date} AND trade_date >= {date:Date} - 60 GROUP BY instrument, trade_date
         UNION ALL
         SELECT instrument, trade_date, argMax(close_milli, (ts_ms, known_ms)) AS c, 1 AS turn FROM ${database}.bars
         WHERE period_sec = 60 AND (kind = 'live' OR source = 'merged') AND trade_date < {date:Date} AND trade_date >= {date:Date} - 60 GROUP BY instrument, trade_date
       ) WHERE c IS NOT NULL GROUP BY instrument, trade_date ORDER BY instrument, trade_date DESC
     ) GROUP BY instrument`,
    { date: dashed(date) },
  );
  return new Map(
    rows
      .filter(({ no }) => wanted.has(no))
      .map(({ no, days, closes }) => [
        no,
        days.flatMap((day, i) => (closes[i] === null ? [] : [{ date: day, closeMilli: closes[i]! }])).slice(0, 30),
      ]),
  );
}

/** Concepts and industries of the newest snapshot on or before the day: who left since is in none. */
async function librarySectors(library: Store, date: TradeDate): Promise<Sector[]> {
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
