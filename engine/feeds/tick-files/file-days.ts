/** The days of one or several tick files, in date order, each with what came before it. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FenshiError } from '../../../contracts/errors.ts';
import type { Quote } from '../../../contracts/quote.ts';
import { midnightOf } from '../../../contracts/session.ts';
import type { InstrumentId, TradeDate } from '../../../contracts/units.ts';
import type { DayRecord } from '../../reference/history.ts';
import { type FileDay, recordsOf } from './file-bundle.ts';
import { readTicks } from './parse.ts';

const dayEndMs = 15.5 * 3_600_000;

export type FileSelection = { readonly date?: TradeDate; readonly symbol?: InstrumentId };

export const tickFilesIn = (path: string): string[] =>
  statSync(path).isDirectory()
    ? readdirSync(path)
        .filter((name) => /^ticks_.*_dev\.csv(\.gz)?$/.test(name))
        .sort()
        .map((name) => join(path, name))
    : [path];

/** @throws FenshiError REPLAY_INPUT when nothing matches */
export async function fileDays(path: string, { date, symbol }: FileSelection): Promise<FileDay[]> {
  const byDate = new Map<TradeDate, Quote[]>();
  for (const file of tickFilesIn(path)) {
    for await (const row of readTicks(file, (id, day) => (symbol === undefined || id === symbol) && (date === undefined || day <= date))) {
      const quotes = byDate.get(row.date);
      if (quotes === undefined) byDate.set(row.date, [row.quote]);
      else quotes.push(row.quote);
    }
  }
  const earlier = new Map<number, DayRecord[]>();
  const days: FileDay[] = [];
  for (const day of [...byDate.keys()].sort()) {
    const all = byDate.get(day)!;
    const quotes = all.filter(({ tsExchangeMs }) => tsExchangeMs <= midnightOf(day) + dayEndMs);
    const known = new Map([...earlier].map(([no, records]) => [no, [...records]]));
    if (date === undefined || day === date) days.push({ date: day, quotes, earlier: known, afterHours: all.length - quotes.length });
    for (const [no, record] of recordsOf(quotes)) earlier.set(no, [...(earlier.get(no) ?? []), record]);
  }
  if (days.length === 0)
    throw new FenshiError(
      'REPLAY_INPUT',
      `${path}: no rows${date === undefined ? '' : ` on ${date}`}${symbol === undefined ? '' : ` of ${symbol}`}`,
    );
  return days;
}
