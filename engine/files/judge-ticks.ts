/** Level-1 rows by the rules the vendors' parsers hold. */
import { type Level, phaseCode, type Quote, quoteFlag } from '../../contracts/quote.ts';
import { midnightOf } from '../../contracts/session.ts';
import type { TradeDate } from '../../contracts/units.ts';
import { lot } from '../wire/numbers.ts';
import { type CountUnit, unitOf } from '../wire/units.ts';
import { coarseSlack } from './judge-bars.ts';
import { listIn, numberIn } from './numbers.ts';
import type { RefusalReason } from './refusals.ts';
import type { Judged, RowReader } from './row-reader.ts';

export type TickFileRow = { readonly date: TradeDate; readonly quote: Quote };
type Prices = Pick<Quote, 'lastMilli' | 'preCloseMilli' | 'limitUpMilli' | 'limitDownMilli'>;
type Side = Level[];

/** The first rows of a day are told from 08:15 on, empty ones (recorded: 000333 on 2023-02-01). */
const callMs = 8 * 3_600_000;

/** Of a delta layout, money is what was traded since the row before, and there is no volume. */
export function judgeTick(reader: RowReader, cells: readonly string[]): Judged<TickFileRow> {
  const place = reader.place(cells);
  if (typeof place === 'string') return place;
  const { no, stamp } = place;
  if (stamp.ms - midnightOf(stamp.date) < callMs) return 'SESSION';
  const prices = pricesOf(reader, cells);
  if (typeof prices === 'string') return prices;
  const [count, yuan] = [reader.count(cells, 'volume'), reader.yuan(cells)];
  if (count === undefined || yuan === undefined) return 'NUMBER';
  const [bids, asks] = [sideOf(reader, cells, 'bid'), sideOf(reader, cells, 'ask')];
  if (typeof bids === 'string') return bids;
  if (typeof asks === 'string') return asks;
  const isDelta = reader.layout.totals === 'delta';
  const unit = isDelta ? 1 : totalsUnit(reader, count, yuan, prices);
  if (unit === null) return 'UNIT';
  const quote: Quote = {
    instrumentNo: no,
    tsExchangeMs: stamp.ms,
    phaseCode: phaseOfStatus[reader.text(cells, 'status') ?? ''] ?? phaseCode.unknown,
    flags: (isDelta ? quoteFlag.derivedVolume : 0) | (unit === lot ? quoteFlag.lotVolume : 0),
    ...prices,
    openMilli: null,
    highMilli: null,
    lowMilli: null,
    volumeShares: count === null ? null : count * unit,
    amountYuan: yuan,
    outerShares: null,
    innerShares: null,
    bids: scaled(bids, unit),
    asks: scaled(asks, unit),
  };
  return { date: stamp.date, quote };
}

function pricesOf(reader: RowReader, cells: readonly string[]): Prices | RefusalReason {
  const read = ['last', 'preClose', 'limitUp', 'limitDown'].map((field) => reader.price(cells, field));
  const wrong = read.find((price): price is RefusalReason => typeof price === 'string');
  if (wrong !== undefined) return wrong;
  const [lastMilli, preCloseMilli, limitUpMilli, limitDownMilli] = read as [number | null, number | null, number | null, number | null];
  return { lastMilli, preCloseMilli, limitUpMilli, limitDownMilli };
}

function totalsUnit(reader: RowReader, count: number | null, yuan: number | null, { lastMilli, preCloseMilli }: Prices): CountUnit | null {
  if (count === 0 && (yuan ?? 0) > 0) return null;
  const price = lastMilli ?? preCloseMilli;
  return unitOf({ count, yuan, lowMilli: price, highMilli: price }, reader.usual, coarseSlack);
}

/** Levels from columns or from two lists; 0 and absent are an empty level, but for shares that an auction cannot match. */
function sideOf(reader: RowReader, cells: readonly string[], of: 'bid' | 'ask'): Side | RefusalReason {
  const lists = reader.text(cells, `${of}s`);
  const [prices, sizes] = lists === undefined ? [null, null] : [listIn(lists), listIn(reader.text(cells, `${of}Volumes`))];
  if (prices === undefined || sizes === undefined) return 'NUMBER';
  const side: Side = [];
  for (let i = 1; i <= 5; i++) {
    const price = reader.milli(prices === null ? numberIn(reader.text(cells, `${of}${i}`)) : listed(prices, i));
    const size = sizes === null ? numberIn(reader.text(cells, `${of}Volume${i}`)) : listed(sizes, i);
    if (typeof price === 'string') return price;
    if ((size === undefined && price !== null) || (typeof size === 'number' && size < 0)) return 'NUMBER';
    side.push(price === null && !size ? null : [price, size ?? 0]);
  }
  return side;
}

/** A list that ends early has no more levels. */
const listed = (list: readonly (number | null | undefined)[], i: number): number | null | undefined =>
  i > list.length ? null : list[i - 1];

const scaled = (side: Side, unit: CountUnit): Quote['bids'] =>
  unit === 1 ? side : side.map((level) => (level === null ? null : [level[0], level[1] * unit]));

/** What recorded level-1 files call the phases. */
const phaseOfStatus: Readonly<Record<string, number>> = {
  START: phaseCode.start,
  S0: phaseCode.start,
  OCALL: phaseCode.openCall,
  O0: phaseCode.openCall,
  TRADE: phaseCode.continuous,
  T0: phaseCode.continuous,
  B0: phaseCode.lunch,
  CCALL: phaseCode.closeCall,
  C0: phaseCode.closeCall,
  CLOSE: phaseCode.closed,
  ENDTR: phaseCode.closed,
  E0: phaseCode.closed,
  H0: phaseCode.halted,
  SUSP: phaseCode.halted,
};
