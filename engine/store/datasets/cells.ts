/** Cells of a row by column name, and how kinds of file read them. */
import { tickMilli } from '../../../contracts/instruments.ts';
import { milliOfYuan } from '../../../contracts/units.ts';
import { numberIn } from '../../files/numbers.ts';
import type { RefusalReason } from '../../files/refusals.ts';
import { kindOfInstrument, symbolOf } from '../../files/symbols.ts';
import { dayIn, stampOf as stampIn } from '../../files/times.ts';
import { dayKind } from '../../reference/calendar.ts';
import type { RowBinary } from '../row-binary.ts';

/** Reads cells by column name; `count` notes what is odd about the row under a fixed word. */
export type Cells = {
  readonly get: (name: string) => string;
  readonly has: (name: string) => boolean;
  readonly all: () => Record<string, string>;
};
export type Row = {
  readonly cells: Cells;
  readonly seq: number;
  readonly dataset: string;
  /** Day of a list whose rows carry none: as asked, as in the file's name, or the day it is read. */
  readonly asOf: string;
  /** Whether somebody told that day. */
  readonly isAsOfTold: boolean;
  readonly count: (what: string) => void;
};
/** Costs its row, not its file. */
export class RowRefused extends Error {
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, what: string) {
    super(what);
    this.reason = reason;
  }
}
export type Written = { readonly date: string; readonly instrument: number };
export type Kind = {
  readonly name: string;
  readonly table: string;
  readonly columns: readonly string[];
  /** What a label means, for `data ls`. */
  readonly label: string;
  readonly write: (out: RowBinary, row: Row) => Written;
};

export const unlimited = 90_000;
export const number = (cells: Cells, name: string): number | null => {
  const value = numberIn(cells.get(name));
  if (value === undefined) throw new RowRefused('NUMBER', `${name} is "${cells.get(name)}"`);
  return value;
};
/** What there cannot be less of than nothing. */
export const amount = (cells: Cells, name: string): number | null => {
  const value = number(cells, name);
  if (value !== null && value < 0) throw new RowRefused('NUMBER', `${name} is ${value}`);
  return value;
};
export const milli = (cells: Cells, name: string): number | null => {
  const yuan = amount(cells, name);
  if (yuan !== null && yuan > 2_000_000) throw new RowRefused('PRICE', `${name} is ${yuan}`);
  return yuan === null || yuan === 0 ? null : milliOfYuan(yuan);
};
/** `1`, `True`, `否`: undefined text is no answer. */
export function yesNo(cells: Cells, name: string): boolean {
  const text = cells.get(name).toLowerCase();
  if (['1', '1.0', 'true', 'yes', 'y', '是'].includes(text)) return true;
  if (['0', '0.0', 'false', 'no', 'n', '否'].includes(text)) return false;
  throw new RowRefused('NUMBER', `${name} is "${cells.get(name)}"`);
}

/** An instant in any of the spellings that files of bars and ticks have. */
export function stampOf(text: string): { readonly date: string; readonly ms: number } {
  const found = stampIn(text);
  if (found === undefined) throw new RowRefused('TIME', `"${text}" is no instant`);
  return found;
}

export const dayOf = (text: string): string => {
  const date = dayIn(text);
  if (date === undefined) throw new RowRefused('TIME', `"${text}" is no day`);
  return date;
};
export function idOf(cells: Cells, name = 'symbol'): number {
  const no = symbolOf(cells.get(name));
  if (no === null) throw new RowRefused('SYMBOL', `${name} is "${cells.get(name)}"`);
  return no;
}
/** A stock, where a list is of stocks only. */
export function stockOf(cells: Cells, name: string): number {
  const no = idOf(cells, name);
  if (kindOfInstrument(no) !== 'stock') throw new RowRefused('KIND', `${name} is "${cells.get(name)}"`);
  return no;
}

/** An instrument, day and prices that can be: what every row about a market has to hold. */
export function assertMarket(no: number, date: string, milli: readonly (number | null)[]): void {
  const kind = kindOfInstrument(no);
  if (kind !== 'stock' && kind !== 'index') throw new RowRefused('KIND', `${no} is of a kind that is not followed`);
  if (dayKind(date) === 'CLOSED') throw new RowRefused('CLOSED_DAY', `the exchanges were closed on ${date}`);
  if (kind === 'stock' && milli.some((price) => price !== null && price % tickMilli !== 0))
    throw new RowRefused('LATTICE', `${milli.join(' ')} milli-yuan`);
}
