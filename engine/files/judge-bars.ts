/**
 * Bars and days by the rules the vendors' parsers hold: a label of the session on the grid of its period, prices on their lattice and in
 * order, a unit proven by money.
 */
import { midnightOf } from '../../contracts/session.ts';
import type { TradeDate } from '../../contracts/units.ts';
import { lot } from '../wire/numbers.ts';
import { type CountUnit, indexUnitOf, isPriced, unitOf } from '../wire/units.ts';
import type { BarShape } from './bar-shape.ts';
import type { RefusalReason } from './refusals.ts';
import type { Judged, RowReader } from './row-reader.ts';
import { kindOfInstrument } from './symbols.ts';
import type { Stamp } from './times.ts';

export type BarRow = {
  readonly no: number;
  readonly date: TradeDate;
  /** Label, at the bar's close. Of a day: its midnight. */
  readonly tsMs: number;
  readonly openMilli: number | null;
  readonly highMilli: number | null;
  readonly lowMilli: number | null;
  readonly closeMilli: number | null;
  readonly preCloseMilli: number | null;
  readonly shares: number | null;
  readonly yuan: number | null;
};
type Prices = Pick<BarRow, 'openMilli' | 'highMilli' | 'lowMilli' | 'closeMilli' | 'preCloseMilli'>;

/** A bar's high and low may be those of its snapshots: trades between two of them lie outside. */
export const unseenSlack = 0.05;
/** Of a row with a close only, and of a day's totals against its last price. */
export const coarseSlack = 9;

/** One bar, its label as it stands in the file; `shape` null for a day. */
export function judgeBar(reader: RowReader, cells: readonly string[], shape: BarShape | null, isNoonAfternoon: boolean): Judged<BarRow> {
  const place = reader.place(cells);
  if (typeof place === 'string') return place;
  const { no, stamp } = place;
  const tsMs = shape === null ? midnightOf(stamp.date) : labelOf(stamp, shape, isNoonAfternoon);
  if (typeof tsMs === 'string') return tsMs;
  if (reader.isAdjusted(cells)) return 'ADJUSTED';
  const prices = pricesOf(reader, cells, kindOfInstrument(no) === 'index');
  if (typeof prices === 'string') return prices;
  const traded = tradedOf(reader, cells, no, prices);
  return typeof traded === 'string' ? traded : { no, date: stamp.date, tsMs, ...prices, ...traded };
}

function pricesOf(reader: RowReader, cells: readonly string[], isIndex: boolean): Prices | RefusalReason {
  const read = ['open', 'high', 'low', 'close', 'preClose'].map((field) => reader.price(cells, field, isIndex));
  const wrong = read.find((price): price is RefusalReason => typeof price === 'string');
  if (wrong !== undefined) return wrong;
  const [openMilli, highMilli, lowMilli, closeMilli, preCloseMilli] = read as [
    number | null,
    number | null,
    number | null,
    number | null,
    number | null,
  ];
  const prices = { openMilli, highMilli, lowMilli, closeMilli, preCloseMilli };
  return inOrder(prices) ? prices : 'RANGE';
}

/** Each known price within each known bound. */
export function inOrder({ openMilli, highMilli, lowMilli, closeMilli }: Omit<Prices, 'preCloseMilli'>): boolean {
  const [low, high] = [lowMilli ?? Number.NEGATIVE_INFINITY, highMilli ?? Number.POSITIVE_INFINITY];
  return low <= high && [openMilli, closeMilli].every((price) => price === null || (price >= low && price <= high));
}

/** A bar without a close is a suspended one: it has prices no more than a volume. */
function tradedOf(
  reader: RowReader,
  cells: readonly string[],
  no: number,
  prices: Prices,
): Pick<BarRow, 'shares' | 'yuan'> | RefusalReason {
  const [count, told] = [reader.count(cells, 'volume'), reader.yuan(cells)];
  if (count === undefined || told === undefined) return 'NUMBER';
  if (prices.closeMilli === null) return (count ?? 0) > 0 ? 'PRICE' : { shares: null, yuan: null };
  // some exports write 0 for money they do not have
  const yuan = told === 0 && (count ?? 0) > 0 ? null : told;
  if (count === 0 && yuan !== null && yuan > 0)
    // traded, and rounded to no lot at all: how much is unknown, not 0
    return yuan * 1000 > lot * (prices.highMilli ?? prices.closeMilli) ? 'UNIT' : { shares: null, yuan };
  const unit = barUnit(reader, no, count, yuan, prices);
  if (unit === null) return 'UNIT';
  return { shares: count === null ? null : count * unit, yuan };
}

/** What a row proves holds over its layout. */
function barUnit(reader: RowReader, no: number, count: number | null, yuan: number | null, prices: Prices): CountUnit | null {
  if (kindOfInstrument(no) === 'index') return indexUnitOf(count, yuan, reader.layout.units.volume === 'shares' ? 1 : lot);
  const [lowMilli, highMilli] = [prices.lowMilli ?? prices.closeMilli!, prices.highMilli ?? prices.closeMilli!];
  const slack = prices.lowMilli === null ? coarseSlack : unseenSlack;
  const unit = unitOf({ count, yuan, lowMilli, highMilli }, reader.usual, slack);
  if (unit !== null || count === null || yuan === null || count % lot !== 0) return unit;
  // shares that were rounded to lots are known to a lot
  return isPriced(count / lot, lot, yuan, lowMilli, highMilli, slack) ? 1 : null;
}

const minuteMs = 60_000;
/** The bar's close, or why it is none of the session. */
function labelOf({ date, ms }: Stamp, { periodSec, labels }: BarShape, isNoonAfternoon: boolean): number | RefusalReason | 'afterHours' {
  const midnight = midnightOf(date);
  let at = ms - midnight;
  if (labels === 'start') at += periodSec * 1000;
  if (isNoonAfternoon && at === 780 * minuteMs) at = 690 * minuteMs;
  const minute = at / minuteMs;
  if (minute > 900 && minute <= 930) return 'afterHours';
  if (((minute < 780 ? minute - 570 : minute - 780) * 60) % periodSec !== 0) return 'TIME';
  return (minute >= 570 && minute <= 690) || (minute > 780 && minute <= 900) ? midnight + at : 'SESSION';
}
