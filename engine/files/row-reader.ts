/**
 * Cells of a file's rows by field, as values that can be: what bars and ticks have in common. A value is taken or refused with its reason,
 * never repaired; what is absent stays null.
 */
import { tickMilli } from '../../contracts/instruments.ts';
import { midnightOf } from '../../contracts/session.ts';
import type { TradeDate } from '../../contracts/units.ts';
import { dayKind, isWeekend } from '../reference/calendar.ts';
import { lot } from '../wire/numbers.ts';
import type { CountUnit } from '../wire/units.ts';
import type { Placed, SheetLayout } from './layout.ts';
import { numberIn } from './numbers.ts';
import type { RefusalReason } from './refusals.ts';
import { anonymousNo, type InstrumentKind, kindOfInstrument, symbolOf } from './symbols.ts';
import { clockOn, dayIn, type Stamp, stampOf } from './times.ts';

export type Judged<R> = R | RefusalReason | 'afterHours';
export type Place = { readonly no: number; readonly stamp: Stamp };

const largest = 2_147_483_647;
const amountUnits = { yuan: 1, thousand: 1000, tenThousand: 10_000 } as const;

export type ReaderOptions = {
  readonly layout: SheetLayout;
  readonly at: Placed;
  /** The instrument the file is named after, for layouts without a column. */
  readonly symbolInName: number | null;
  readonly adjustedAt: number;
};

export class RowReader {
  readonly layout: SheetLayout;
  /** What a count is where its row proves nothing. */
  readonly usual: CountUnit;
  /** Instruments that were refused for their kind. */
  readonly kinds = new Map<InstrumentKind, number>();
  readonly #options: ReaderOptions;
  readonly #width: number;
  readonly #days = new Map<TradeDate, boolean>();

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.layout = options.layout;
    this.usual = options.layout.units.volume === 'lots' ? lot : 1;
    this.#width = Math.max(...options.at.values()) + 1;
  }

  text(cells: readonly string[], field: string): string | undefined {
    const i = this.#options.at.get(field);
    return i === undefined ? undefined : cells[i];
  }

  /** Of what and when a row tells, or why it tells nothing that counts. */
  place(cells: readonly string[]): Place | RefusalReason {
    if (cells.length < this.#width) return 'SHAPE';
    const stamp = this.stamp(cells);
    if (stamp === undefined) return 'TIME';
    const no = this.#instrument(cells);
    if (typeof no === 'string') return no;
    return this.isOpenDay(stamp.date) ? { no, stamp } : 'CLOSED_DAY';
  }

  #instrument(cells: readonly string[]): number | RefusalReason {
    const own = this.text(cells, 'symbol');
    const no = own === undefined ? this.#options.symbolInName : symbolOf(own, this.text(cells, 'exchange') ?? '');
    if (no === null) return 'SYMBOL';
    if (no > anonymousNo) return no;
    const kind = kindOfInstrument(no);
    if (kind === 'stock' || (kind === 'index' && this.layout.what !== 'ticks')) return no;
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

  /** Milli of a column; 0 and absent are null. */
  price(cells: readonly string[], field: string, isIndex = false): number | null | RefusalReason {
    return this.milli(numberIn(this.text(cells, field)), isIndex);
  }

  /** Milli on the lattice; 0 and absent are null. */
  milli(value: number | null | undefined, isIndex = false): number | null | RefusalReason {
    if (value === undefined) return 'NUMBER';
    if (value === null || value === 0) return null;
    const exact = value * this.layout.units.price * 1000;
    if (exact < 0 || exact > largest) return 'PRICE';
    const milli = isIndex ? Math.round(exact) : Math.round(exact / tickMilli) * tickMilli;
    if (milli === 0) return 'PRICE'; // 5.9e-39 is no price and no absence
    // a binary fraction's tail is noise, a thousandth of a yuan is not
    return isIndex || Math.abs(exact - milli) <= 1e-6 * Math.max(1000, exact) ? milli : 'LATTICE';
  }

  /** Shares or lots, or undefined for what is no count. */
  count(cells: readonly string[], field: string): number | null | undefined {
    const value = numberIn(this.text(cells, field));
    return typeof value === 'number' && (value < 0 || (value > 0 && value < 0.01)) ? undefined : value;
  }

  /** Yuan, or undefined for what is no amount. */
  yuan(cells: readonly string[]): number | null | undefined {
    const value = this.count(cells, 'amount');
    return typeof value === 'number' ? value * amountUnits[this.layout.units.amount] : value;
  }

  isAdjusted(cells: readonly string[]): boolean {
    const { adjusted } = this.layout;
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
