/** Rows of a series by day: a date, then cells; in order, none twice. `width`: cells that are known, more cost themselves. */
import type { TradeDate } from '../../../contracts/units.ts';
import { countOf, dateOf, milliOf } from '../../wire/numbers.ts';
import { isIndex } from '../../wire/symbols.ts';
import { type CountUnit, indexUnitOf, unitOf } from '../../wire/units.ts';
import type { Parsed, Rejected, RejectReason, SourceDay } from '../adapter.ts';
import { isOrdered, levelOneOf } from './level-one.ts';

export function readDays<R>(
  list: readonly unknown[],
  cellsOf: (item: unknown) => readonly string[] | null,
  width: number,
  read: (date: TradeDate, cells: readonly string[]) => R | RejectReason,
): Parsed<R> {
  const rows: R[] = [];
  const rejected: Rejected[] = [];
  let before = '';
  for (const item of list) {
    const cells = cellsOf(item);
    const key = cells?.[0] ?? '';
    const date = /^\d{4}-\d\d-\d\d$/.test(key) ? key.replaceAll('-', '') : '';
    const outcome =
      cells === null
        ? 'SHAPE'
        : dateOf(date) === undefined
          ? 'TIME'
          : cells.length < width
            ? 'FIELDS'
            : date <= before
              ? 'INVARIANT'
              : read(date, cells);
    if (typeof outcome === 'string') rejected.push({ key, reason: outcome as RejectReason });
    else {
      before = date;
      rows.push(outcome);
    }
  }
  return { rows, rejected };
}

/**
 * `yuan`: the vendor tells them. `adjusted`: prices are, and yuan and shares are not, so their average lies elsewhere.
 * `usual`: the unit of its volume where the line proves none.
 */
export type DayLine = { readonly yuan: boolean; readonly adjusted: boolean; readonly usual: CountUnit };

/** date, open, close, high, low, volume, yuan. */
export function dayOf(
  instrumentNo: number,
  date: TradeDate,
  cells: readonly string[],
  { yuan, adjusted, usual }: DayLine,
): SourceDay | RejectReason {
  const [open, last, high, low] = [1, 2, 3, 4].map((i) => milliOf(cells[i]));
  const one = levelOneOf({ open, last, high, low, volume: countOf(cells[5]), amount: yuan ? countOf(cells[6]) : null });
  if (one === null || one.last === null || one.volume === null) return 'NUMBER';
  if (!isOrdered(one)) return 'INVARIANT';
  const { volume: count, amount, low: lowMilli, high: highMilli } = one;
  const unit = adjusted
    ? usual
    : isIndex(instrumentNo)
      ? indexUnitOf(count, amount, usual)
      : unitOf({ count, yuan: amount, lowMilli, highMilli }, usual);
  if (unit === null) return 'INVARIANT';
  return {
    instrumentNo,
    date,
    openMilli: one.open,
    highMilli: one.high,
    lowMilli: one.low,
    closeMilli: one.last,
    volumeShares: one.volume * unit,
    amountYuan: one.amount,
  };
}
