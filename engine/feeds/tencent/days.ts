/**
 * Tencent by day: K lines (contracts/spec/sources.md#tencent), as traded or adjusted to the newest day. No money, so no line proves its unit: lots, but
 * shares on STAR (daily_stock_analysis #2350, akshare PR #7328).
 */
import { FenshiError } from '../../../contracts/errors.ts';
import { prefixed } from '../../wire/symbols.ts';
import { jsonOf } from '../../wire/text.ts';
import { tencentUnit } from '../../wire/units.ts';
import type { Endpoint, InstrumentParams, SourceDay } from '../adapter.ts';
import { dayOf, readDays } from '../rows/days.ts';
import { isObject } from '../rows/rows.ts';

export type TencentDaysParams = InstrumentParams & { readonly count: number; readonly isAdjusted: boolean };
/** Behind it a dividend, turnover and more, by year: recorded rows have 6, 10 or 11 cells. What is not known costs itself. */
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
    return readDays(list, cellsOf, width, (date, cells) =>
      dayOf(instrument, date, cells, { yuan: false, adjusted: isAdjusted, usual: tencentUnit(instrument) }),
    );
  },
};

function cellsOf(row: unknown): readonly string[] | null {
  if (!Array.isArray(row)) return null;
  const cells = row.slice(0, width);
  return cells.every((cell) => typeof cell === 'string') ? (cells as string[]) : null;
}
