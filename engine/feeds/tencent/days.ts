/** Tencent by day: K lines (sources.md §1.5), as traded or adjusted to the newest day; volume in 手, no money. */
import { FenshiError } from '../../../contracts/errors.ts';
import type { Endpoint, InstrumentParams, SourceDay } from '../adapter.ts';
import { dayOf, readDays } from '../wire/days.ts';
import { isObject } from '../wire/rows.ts';
import { prefixed } from '../wire/symbols.ts';
import { jsonOf } from '../wire/text.ts';

export type TencentDaysParams = InstrumentParams & { readonly count: number; readonly isAdjusted: boolean };
/** The seventh cell, where there is one, tells a dividend. */
const width = 6;

export const tencentDays: Endpoint<TencentDaysParams, SourceDay> = {
  source: 'tencent',
  name: 'days',
  host: 'minutes',
  request: ({ instrument, count, isAdjusted }) => ({
    path: `/appstock/app/fqkline/get?param=${prefixed(instrument)},day,,,${count},${isAdjusted ? 'qfq' : ''}`,
  }),
  parse: (body, { instrument, isAdjusted }) => {
    const answer = jsonOf(body);
    if (answer.code !== 0) throw new FenshiError('SOURCE_REFUSED', `code ${String(answer.code)}: ${String(answer.msg)}`);
    const of = isObject(answer.data) ? answer.data[prefixed(instrument)] : null;
    if (!isObject(of)) throw new FenshiError('SOURCE_BODY', `nothing about ${prefixed(instrument)}`);
    // what never paid a dividend has no adjusted line
    const list = (isAdjusted ? of.qfqday : undefined) ?? of.day;
    if (!Array.isArray(list)) throw new FenshiError('SOURCE_BODY', 'no day');
    return readDays(list, cellsOf, [width], (date, cells) => dayOf(instrument, date, cells, { yuan: false, adjusted: isAdjusted }));
  },
};

function cellsOf(row: unknown): readonly string[] | null {
  if (!Array.isArray(row)) return null;
  const cells = row.length === width + 1 && isObject(row[width]) ? row.slice(0, width) : row;
  return cells.every((cell) => typeof cell === 'string') ? (cells as string[]) : null;
}
