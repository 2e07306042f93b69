/**
 * The calendar beyond the shipped years, from whoever has it: the user's file, the library's imported calendar, Tushare's trade_cal. What
 * was learnt is kept in `.fenshi/calendar.json`, so that every command knows it.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FenshiError } from '../../../contracts/errors.ts';
import { midnightOf, tradeDateOf } from '../../../contracts/session.ts';
import type { TradeDate } from '../../../contracts/units.ts';
import { dayKind, isWeekend, learnDays } from '../../reference/calendar.ts';
import type { Store } from '../../store/client.ts';
import { database } from '../../store/schema.ts';
import { dateOf } from '../../wire/numbers.ts';
import type { SourceClient } from '../collector/client.ts';
import { tushareApis } from '../tushare/apis.ts';

export type Days = readonly (readonly [date: TradeDate, isOpen: boolean])[];
const dayMs = 86_400_000;
const keptIn = (dataDir: string): string => join(dataDir, 'calendar.json');

/** What an earlier process has learnt; nothing where the file is missing or cut. */
export function recallDays(dataDir: string): number {
  return learnDays(Object.entries(keptDays(keptIn(dataDir))));
}

/** Nothing where the file is missing or cut. */
function keptDays(file: string): Record<string, boolean> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, boolean>;
  } catch {
    return {};
  }
}

export function keepDays(dataDir: string, days: Days): void {
  const file = keptIn(dataDir);
  const known = keptDays(file);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.tmp`, JSON.stringify({ ...known, ...Object.fromEntries(days) }));
  renameSync(`${file}.tmp`, file);
}

/**
 * A user's file: `cal_date,is_open` a line, dates as 20270104 or 2027-01-04, open as 1/0; a header and further columns are passed over.
 * @throws FenshiError CONFIG_INVALID with the line, or with the weekday that is missing in between
 */
export function daysInFile(path: string): Days {
  if (!existsSync(path)) throw new FenshiError('CONFIG_INVALID', `reference.calendar: ${path} does not exist`);
  const days = new Map<TradeDate, boolean>();
  for (const [i, line] of readFileSync(path, 'utf8')
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const cells = line.split(/[,;\t]/).map((cell) => cell.trim().replaceAll('"', ''));
    const date = cells.map((cell) => cell.replaceAll('-', '')).find((cell) => dateOf(cell) !== undefined);
    const open = cells.find((cell) => cell === '0' || cell === '1');
    if (date === undefined && i === 0) continue; // its header
    if (date === undefined || open === undefined)
      throw new FenshiError('CONFIG_INVALID', `${path}:${i + 1}: expected a date and 1 or 0, as in 20270104,1`);
    days.set(date, open === '1');
  }
  const dates = [...days.keys()].sort();
  for (let at = midnightOf(dates[0] ?? '20270101'); at < midnightOf(dates.at(-1) ?? '20270101'); at += dayMs) {
    const date = tradeDateOf(at);
    if (!isWeekend(date) && !days.has(date))
      throw new FenshiError('CONFIG_INVALID', `${path}: ${date} is missing between its first and last day`);
  }
  return [...days];
}

export async function daysInLibrary(library: Store): Promise<Days> {
  const rows = await library.rows<{ day: string; open: number }>(
    `SELECT formatDateTime(date, '%Y%m%d') AS day, argMax(is_open, dataset) AS open FROM ${database}.calendar FINAL GROUP BY date`,
  );
  return rows.map(({ day, open }) => [day, open === 1] as const);
}

/** A year and the next from Tushare. @throws FenshiError SOURCE_* */
export async function daysAtTushare(client: SourceClient, token: string, year: number, signal?: AbortSignal): Promise<Days> {
  const params = { exchange: 'SSE', start_date: `${year}0101`, end_date: `${year + 1}1231` };
  const { rows } = await client.persist(tushareApis(token).tradeCal, params, {
    maxWaitMs: 20_000,
    ...(signal === undefined ? {} : { signal }),
  });
  return rows.map(({ date, isOpen }) => [date, isOpen] as const);
}

export type CalendarFrom = {
  readonly file: string | null;
  readonly library: (<T>(work: (store: Store | null) => Promise<T>) => Promise<T>) | null;
  readonly tushare: { readonly client: SourceClient; readonly token: string } | null;
  readonly dataDir: string;
  readonly signal?: AbortSignal;
};

/** Asks in turn until `date` is known. Returns who told it, or why nobody does, in their words. */
export async function learnAbout(date: TradeDate, from: CalendarFrom): Promise<{ readonly told: string | null; readonly why: string[] }> {
  const why: string[] = [];
  const year = Number(date.slice(0, 4));
  const ways: readonly (readonly [name: string, ask: () => Promise<Days>])[] = [
    ...(from.file === null ? [] : [[from.file, () => Promise.resolve(daysInFile(from.file!))] as const]),
    ...(from.library === null
      ? []
      : [['the library', () => from.library!(async (store) => (store === null ? [] : await daysInLibrary(store)))] as const]),
    ...(from.tushare === null
      ? []
      : [['Tushare trade_cal', () => daysAtTushare(from.tushare!.client, from.tushare!.token, year, from.signal)] as const]),
  ];
  for (const [name, ask] of ways) {
    try {
      const days = await ask();
      learnDays(days);
      if (dayKind(date) !== 'UNKNOWN') {
        keepDays(from.dataDir, days);
        return { told: name, why };
      }
      why.push(`${name} does not reach ${date}`);
    } catch (error) {
      why.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { told: null, why };
}
