/**
 * One judge for rows of files, by the rules the vendors' parsers hold: units proven by money, prices on their lattice and in order, a
 * session's labels, a followed instrument. A row is taken or refused with its reason, never repaired; what is absent stays null.
 */
import { tickMilli } from '../../contracts/instruments.ts';
import type { Quote } from '../../contracts/quote.ts';
import { phaseCode, quoteFlag } from '../../contracts/quote.ts';
import { midnightOf } from '../../contracts/session.ts';
import type { TradeDate } from '../../contracts/units.ts';
import { lot } from '../feeds/wire/numbers.ts';
import { type CountUnit, indexUnitOf, isPriced, unitOf } from '../feeds/wire/units.ts';
import { dayKind, isWeekend } from '../reference/calendar.ts';
import type { BarShape } from './bar-shape.ts';
import type { Placed, SheetLayout } from './layout.ts';
import { listIn, numberIn } from './numbers.ts';
import type { RefusalReason } from './refusals.ts';
import { anonymousNo, type InstrumentKind, kindOfInstrument, symbolOf } from './symbols.ts';
import { clockOn, dayIn, type Stamp, stampOf } from './times.ts';

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
export type TickFileRow = { readonly date: TradeDate; readonly quote: Quote };
export type Judged<R> = R | RefusalReason | 'afterHours';

const largest = 2_147_483_647;
/** The first rows of a day are told from 08:15 on, empty ones (recorded: 000333 on 2023-02-01). */
const callMs = 8 * 3_600_000;
/** A bar's high and low may be those of its snapshots: trades between two of them lie outside. */
export const unseenSlack = 0.05;
/** Of a row with a close only, and of a day's totals against its last price. */
const coarseSlack = 9;
const amountUnits = { yuan: 1, thousand: 1000, tenThousand: 10_000 } as const;

export type JudgeOptions = {
  readonly layout: SheetLayout;
  readonly at: Placed;
  /** The instrument the file is named after, for layouts without a column. */
  readonly symbolInName: number | null;
  readonly adjustedAt: number;
};

export class Judge {
  readonly #options: JudgeOptions;
  readonly #usual: CountUnit;
  readonly #days = new Map<TradeDate, boolean>();
  /** Instruments that were refused for their kind. */
  readonly kinds = new Map<InstrumentKind, number>();

  constructor(options: JudgeOptions) {
    this.#options = options;
    this.#usual = options.layout.units.volume === 'lots' ? lot : 1;
  }

  get fieldsNeeded(): number {
    return Math.max(...this.#options.at.values()) + 1;
  }

  text(cells: readonly string[], field: string): string | undefined {
    const i = this.#options.at.get(field);
    return i === undefined ? undefined : cells[i];
  }

  /** Instrument of a row, or why it has none that counts. */
  instrument(cells: readonly string[]): number | RefusalReason {
    const own = this.text(cells, 'symbol');
    const no = own === undefined ? this.#options.symbolInName : symbolOf(own, this.text(cells, 'exchange') ?? '');
    if (no === null) return 'SYMBOL';
    if (no > anonymousNo) return no;
    const kind = kindOfInstrument(no);
    if (kind === 'stock' || (kind === 'index' && this.#options.layout.what !== 'ticks')) return no;
    this.kinds.set(kind, (this.kinds.get(kind) ?? 0) + 1);
    return 'KIND';
  }

  /** When, or undefined. */
  stamp(cells: readonly string[]): Stamp | undefined {
    const time = this.text(cells, 'time');
    if (time !== undefined) return stampOf(time);
    const date = dayIn(this.text(cells, 'date') ?? '');
    if (date === undefined) return undefined;
    const clock = this.text(cells, 'clock');
    if (clock === undefined) return { date, ms: midnightOf(date) };
    const ms = clockOn(date, clock);
    return ms === undefined ? undefined : { date, ms };
  }

  /** One bar, its label as it stands in the file. */
  bar(cells: readonly string[], shape: BarShape | null, isNoonAfternoon: boolean): Judged<BarRow> {
    if (cells.length < this.fieldsNeeded) return 'SHAPE';
    const stamp = this.stamp(cells);
    if (stamp === undefined) return 'TIME';
    const no = this.instrument(cells);
    if (typeof no === 'string') return no;
    if (!this.isOpenDay(stamp.date)) return 'CLOSED_DAY';
    const label = shape === null ? midnightOf(stamp.date) : labelOf(stamp, shape, isNoonAfternoon);
    if (typeof label === 'string') return label;
    if (this.#isAdjusted(cells)) return 'ADJUSTED';
    const isIndex = kindOfInstrument(no) === 'index';
    const [open, high, low, close, preClose] = ['open', 'high', 'low', 'close', 'preClose'].map((field) =>
      this.#price(cells, field, isIndex),
    );
    const prices = [open, high, low, close, preClose];
    const wrong = prices.find((price): price is RefusalReason => typeof price === 'string');
    if (wrong !== undefined) return wrong;
    const [count, yuan] = [this.#count(cells, 'volume'), this.#count(cells, 'amount')];
    if (count === undefined || yuan === undefined) return 'NUMBER';
    const row = {
      openMilli: open as number | null,
      highMilli: high as number | null,
      lowMilli: low as number | null,
      closeMilli: close as number | null,
    };
    if (!inOrder(row)) return 'RANGE';
    if (row.closeMilli === null && (count ?? 0) > 0) return 'PRICE';
    const money = yuan === 0 && (count ?? 0) > 0 ? null : yuan === null ? null : yuan * amountUnits[this.#options.layout.units.amount];
    const isBelowALot = count === 0 && (money ?? 0) > 0;
    if (isBelowALot && money! * 1000 > lot * (row.highMilli ?? row.closeMilli ?? 0)) return 'UNIT';
    const unit = this.#unit(no, count, money, row);
    if (unit === null) return 'UNIT';
    // traded, and rounded to no lot at all: how much is unknown, not 0
    const shares = row.closeMilli === null || count === null || isBelowALot ? null : count * unit;
    return {
      no,
      date: stamp.date,
      tsMs: label,
      ...row,
      preCloseMilli: preClose as number | null,
      shares,
      yuan: row.closeMilli === null ? null : money,
    };
  }

  #unit(
    no: number,
    count: number | null,
    yuan: number | null,
    { lowMilli, highMilli, closeMilli }: Pick<BarRow, 'lowMilli' | 'highMilli' | 'closeMilli'>,
  ): CountUnit | null {
    if (kindOfInstrument(no) === 'index') return indexUnitOf(count, yuan, this.#options.layout.units.volume === 'shares' ? 1 : lot);
    const evidence = { count, yuan, lowMilli: lowMilli ?? closeMilli, highMilli: highMilli ?? closeMilli };
    const slack = lowMilli === null ? coarseSlack : unseenSlack;
    // what a row proves holds over the map
    const unit = unitOf(evidence, this.#usual, slack);
    if (unit !== null || count === null || count % lot !== 0 || yuan === null) return unit;
    // shares that were rounded to lots are known to a lot
    return isPriced(count / lot, lot, yuan, evidence.lowMilli ?? 0, evidence.highMilli ?? 0, slack) ? 1 : null;
  }

  /** One level-1 row. `amountYuan` and `volumeShares` of a delta layout are what was traded since the row before. */
  tick(cells: readonly string[]): Judged<TickFileRow> {
    if (cells.length < this.fieldsNeeded) return 'SHAPE';
    const stamp = this.stamp(cells);
    if (stamp === undefined) return 'TIME';
    const no = this.instrument(cells);
    if (typeof no === 'string') return no;
    if (!this.isOpenDay(stamp.date)) return 'CLOSED_DAY';
    if (stamp.ms - midnightOf(stamp.date) < callMs) return 'SESSION';
    const [last, preClose, limitUp, limitDown] = ['last', 'preClose', 'limitUp', 'limitDown'].map((field) =>
      this.#price(cells, field, false),
    );
    for (const price of [last, preClose, limitUp, limitDown]) if (typeof price === 'string') return price;
    const isDelta = this.#options.layout.totals === 'delta';
    const [count, yuan] = [this.#count(cells, 'volume'), this.#count(cells, 'amount')];
    if (count === undefined || yuan === undefined) return 'NUMBER';
    const [bids, asks] = [this.#side(cells, 'bid'), this.#side(cells, 'ask')];
    if (typeof bids === 'string') return bids;
    if (typeof asks === 'string') return asks;
    const price = (last ?? preClose) as number | null;
    const money = yuan === null ? null : yuan * amountUnits[this.#options.layout.units.amount];
    if (count === 0 && (money ?? 0) > 0) return 'UNIT';
    const unit = isDelta ? 1 : unitOf({ count, yuan: money, lowMilli: price, highMilli: price }, this.#usual, coarseSlack);
    if (unit === null) return 'UNIT';
    const quote: Quote = {
      instrumentNo: no,
      tsExchangeMs: stamp.ms,
      phaseCode: phaseOfStatus[this.text(cells, 'status') ?? ''] ?? phaseCode.unknown,
      flags: (isDelta ? quoteFlag.derivedVolume : 0) | (unit === lot ? quoteFlag.lotVolume : 0),
      lastMilli: last as number | null,
      preCloseMilli: preClose as number | null,
      openMilli: null,
      highMilli: null,
      lowMilli: null,
      limitUpMilli: (limitUp ?? null) as number | null,
      limitDownMilli: (limitDown ?? null) as number | null,
      volumeShares: count === null ? null : count * unit,
      amountYuan: money,
      outerShares: null,
      innerShares: null,
      bids: scaled(bids, unit),
      asks: scaled(asks, unit),
    };
    return { date: stamp.date, quote };
  }

  /** Levels from columns or from two lists; 0 and absent are an empty level. */
  #side(cells: readonly string[], of: 'bid' | 'ask'): (readonly [number, number] | null)[] | RefusalReason {
    const lists = this.text(cells, `${of}s`);
    const [prices, sizes] = lists === undefined ? [null, null] : [listIn(lists), listIn(this.text(cells, `${of}Volumes`))];
    if (lists !== undefined && (prices === undefined || sizes === undefined)) return 'NUMBER';
    const side: (readonly [number, number] | null)[] = [];
    for (let i = 1; i <= 5; i++) {
      const price = this.#milli(
        prices === null || prices === undefined ? numberIn(this.text(cells, `${of}${i}`)) : listed(prices, i),
        false,
      );
      const size = sizes === null || sizes === undefined ? numberIn(this.text(cells, `${of}Volume${i}`)) : listed(sizes, i);
      if (typeof price === 'string') return price;
      if (size === undefined && price !== null) return 'NUMBER';
      if (typeof size === 'number' && size < 0) return 'NUMBER';
      side.push(price === null ? null : [price, size ?? 0]);
    }
    return side;
  }

  #price(cells: readonly string[], field: string, isIndex: boolean): number | null | RefusalReason {
    return this.#milli(numberIn(this.text(cells, field)), isIndex);
  }

  /** Milli on the lattice; 0 and absent are null. */
  #milli(value: number | null | undefined, isIndex: boolean): number | null | RefusalReason {
    if (value === undefined) return 'NUMBER';
    if (value === null || value === 0) return null;
    const exact = value * this.#options.layout.units.price * 1000;
    if (exact < 0 || exact > largest) return 'PRICE';
    const milli = isIndex ? Math.round(exact) : Math.round(exact / tickMilli) * tickMilli;
    if (milli === 0) return 'PRICE'; // 5.9e-39 is no price and no absence
    // a binary fraction's tail is noise, a thousandth of a yuan is not
    return isIndex || Math.abs(exact - milli) <= 1e-6 * Math.max(1000, exact) ? milli : 'LATTICE';
  }

  #count(cells: readonly string[], field: string): number | null | undefined {
    const value = numberIn(this.text(cells, field));
    return typeof value === 'number' && (value < 0 || (value > 0 && value < 0.01)) ? undefined : value;
  }

  #isAdjusted(cells: readonly string[]): boolean {
    const { adjusted } = this.#options.layout;
    if (adjusted === undefined || this.#options.adjustedAt < 0) return false;
    return !adjusted.none.includes(cells[this.#options.adjustedAt] ?? '');
  }

  /** Before and after the calendar's years a weekday may have been open. */
  isOpenDay(date: TradeDate): boolean {
    let open = this.#days.get(date);
    if (open === undefined) {
      const kind = dayKind(date);
      open = kind === 'UNKNOWN' ? !isWeekend(date) : kind === 'TRADING';
      this.#days.set(date, open);
    }
    return open;
  }
}

/** A list that ends early has no more levels. */
const listed = (list: readonly (number | null | undefined)[], i: number): number | null | undefined =>
  i > list.length ? null : list[i - 1];

const scaled = (side: readonly (readonly [number, number] | null)[], unit: CountUnit): Quote['bids'] =>
  unit === 1 ? side : side.map((level) => (level === null ? null : [level[0], level[1] * unit]));

export function inOrder({
  openMilli,
  highMilli,
  lowMilli,
  closeMilli,
}: Pick<BarRow, 'openMilli' | 'highMilli' | 'lowMilli' | 'closeMilli'>): boolean {
  const [low, high] = [lowMilli ?? Number.NEGATIVE_INFINITY, highMilli ?? Number.POSITIVE_INFINITY];
  return low <= high && [openMilli, closeMilli].every((price) => price === null || (price >= low && price <= high));
}

const minuteMs = 60_000;
/** The bar's close, or why it is none of the session. */
function labelOf({ date, ms }: Stamp, { periodSec, labels }: BarShape, isNoonAfternoon: boolean): number | RefusalReason | 'afterHours' {
  const midnight = midnightOf(date);
  let at = ms - midnight;
  if (labels === 'start') at += periodSec * 1000;
  if (isNoonAfternoon && at === 780 * minuteMs) at = 690 * minuteMs;
  if (at % minuteMs !== 0) return 'TIME';
  const minute = at / minuteMs;
  if (minute > 900 && minute <= 930) return 'afterHours';
  if (((minute < 780 ? minute - 570 : minute - 780) * 60) % periodSec !== 0) return 'TIME';
  return (minute >= 570 && minute <= 690) || (minute > 780 && minute <= 900) ? midnight + at : 'SESSION';
}

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
