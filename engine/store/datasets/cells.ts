/** Cells of a row by column name, and how kinds of file read them. */
import { instrumentNo, milliOfYuan } from '../../../contracts/units.ts';
import { dateOf, instant } from '../../feeds/wire/numbers.ts';
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
  /** Day of a list whose rows carry none. */
  readonly asOf: string;
  readonly count: (what: string) => void;
};
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
  const text = cells.get(name);
  if (text === '') return null;
  const value = Number(text);
  if (!Number.isFinite(value)) throw new RangeError(`${name} is "${text}"`);
  return value;
};
export const milli = (cells: Cells, name: string): number | null => {
  const yuan = number(cells, name);
  return yuan === null || yuan <= 0 ? null : milliOfYuan(yuan);
};

/** `2026-06-16 09:30:00`, with or without milliseconds. */
export function stampOf(text: string): { readonly date: string; readonly ms: number } {
  const found = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,3}))?$/.exec(text);
  const date = found === null ? '' : `${found[1]}${found[2]}${found[3]}`;
  const at = found === null ? undefined : instant(date, Number(found[4]), Number(found[5]), Number(found[6]));
  if (at === undefined) throw new RangeError(`"${text}" is no instant`);
  return { date, ms: at + Number((found![7] ?? '0').padEnd(3, '0')) };
}

export const dayOf = (text: string): string => {
  const date = text.replaceAll(/[-.]/g, '').slice(0, 8);
  if (dateOf(date) === undefined) throw new RangeError(`"${text}" is no day`);
  return date;
};
/** Published without a name: `SYM2`. Kept under a number of no exchange. */
export const anonymousNo = 9_000_000;
export function idOf(cells: Cells, name = 'symbol'): number {
  const id = cells.get(name);
  const anonymous = /^SYM(\d{1,3})$/.exec(id);
  return anonymous === null ? instrumentNo(id) : anonymousNo + Number(anonymous[1]);
}

/** `000001.SH`: its volume comes in lots. */
export const isIndex = (no: number): boolean => no < 1_001_000;
