/**
 * One file read as rows of what it holds: opened under a layout, its bars' period and labels found, each row judged singly. What a file
 * says of itself is kept beside its rows, so that it can be shown before anything is stored.
 */
import { type ErrorCode, FenshiError } from '../../contracts/errors.ts';
import { type BarShape, LabelSample, type Labels, shapeOf } from './bar-shape.ts';
import type { Input } from './inputs.ts';
import { type BarRow, judgeBar } from './judge-bars.ts';
import { judgeTick, type TickFileRow } from './judge-ticks.ts';
import { comparable, type SheetLayout } from './layout.ts';
import { type RefusalReason, Refusals } from './refusals.ts';
import { RowReader } from './row-reader.ts';
import { openSheet, type Sheet, type SheetRow } from './sheet.ts';
import { kindWords, symbolInName } from './symbols.ts';
import { sinceMidnight } from './times.ts';

export type Asked = { readonly periodSec: number | null; readonly labels: Labels | null };
export const asFound: Asked = { periodSec: null, labels: null };

const adjustedWords = /前复权|后复权|等比复权|(?<![a-z])(?:qfq|hfq)(?![a-z])/i;
const minuteMs = 60_000;
const isSession = (minute: number): boolean => (minute >= 570 && minute <= 690) || (minute >= 780 && minute <= 900);

export class FileRows {
  readonly input: Input;
  readonly sheet: Sheet;
  /** Of bars; null for days, ticks and lists. */
  readonly shape: BarShape | null;
  readonly refusals = new Refusals();
  /** Rows read, refused ones among them. */
  read = 0;
  afterHours = 0;
  readonly #reader: RowReader;
  readonly #isNoonAfternoon: boolean;
  readonly #code: ErrorCode;

  private constructor(input: Input, sheet: Sheet, found: Found, code: ErrorCode) {
    this.input = input;
    this.sheet = sheet;
    this.shape = found.shape;
    this.#isNoonAfternoon = found.isNoonAfternoon;
    this.#reader = readerOf(input, sheet);
    this.#code = code;
  }

  /** Null for an empty file. @throws FenshiError IMPORT_INVALID when no layout fits, or nothing decides what its bars are */
  static async open(
    input: Input,
    layouts: readonly SheetLayout[],
    asked: Asked = asFound,
    code: ErrorCode = 'IMPORT_INVALID',
  ): Promise<FileRows | null> {
    const sheet = await openSheet(input, layouts);
    if (sheet === null) return null;
    const found = sheet.layout.what === 'bars' ? await shapeIn(input, layouts, asked) : { shape: null, isNoonAfternoon: false };
    if (['bars', 'daily'].includes(sheet.layout.what) && adjustedWords.test(`${sheet.title} ${input.name}`))
      throw new FenshiError(
        'IMPORT_INVALID',
        `${input.path}: its title or name says that the prices are adjusted (复权); only prices as they were traded are taken`,
      );
    return new FileRows(input, sheet, found, code);
  }

  /** Bars and days that hold; `line` is the row's in the file. */
  bars(): AsyncGenerator<BarRow & { readonly line: number }, void> {
    return this.#taken((cells) => judgeBar(this.#reader, cells, this.shape, this.#isNoonAfternoon));
  }

  ticks(): AsyncGenerator<TickFileRow & { readonly line: number }, void> {
    return this.#taken((cells) => judgeTick(this.#reader, cells));
  }

  /** Rows of lists, unjudged. */
  async *rows(): AsyncGenerator<SheetRow, void> {
    for await (const row of this.sheet.rows) {
      this.read += 1;
      yield row;
    }
  }

  refuse(reason: RefusalReason, line: number, what: string): void {
    this.refusals.add(reason, line, what);
    this.refusals.check(this.read, this.input.path, this.#code);
  }

  /** What a user should know of it besides rows and refusals, or null. */
  unfollowed(): string | null {
    const kinds = [...this.#reader.kinds].filter(([kind]) => kind !== 'stock');
    if (kinds.length === 0) return null;
    const words = kinds.map(([kind, n]) => `${kindWords[kind as keyof typeof kindWords]} (${n} rows)`).join(', ');
    return `${words} are not followed: only stocks are, and the rows are left out`;
  }

  async *#taken<R extends object>(judge: (cells: readonly string[]) => R | string): AsyncGenerator<R & { readonly line: number }, void> {
    for await (const { line, cells } of this.sheet.rows) {
      this.read += 1;
      const row = cells.slice(this.sheet.header.length).some((cell) => cell !== '') ? 'SHAPE' : judge(cells);
      if (row === 'afterHours') this.afterHours += 1;
      else if (typeof row === 'string') this.refuse(row as RefusalReason, line, cells.join(' '));
      else yield { ...row, line };
    }
  }
}

function readerOf({ name }: Input, sheet: Sheet): RowReader {
  const { layout, at, title, header } = sheet;
  const column = layout.adjusted?.column;
  return new RowReader({
    layout,
    at,
    symbolInName: symbolInName(name) ?? symbolInName(title),
    adjustedAt: column === undefined ? -1 : header.findIndex((each) => comparable(each) === comparable(column)),
  });
}

type Found = { readonly shape: BarShape | null; readonly isNoonAfternoon: boolean };

/** A first reading, of labels only, and of all of them: what tells ends from starts may stand at the end of a day. */
async function shapeIn(input: Input, layouts: readonly SheetLayout[], asked: Asked): Promise<Found> {
  const sheet = (await openSheet(input, layouts))!;
  const reader = readerOf(input, sheet);
  const sample = new LabelSample();
  for await (const { cells } of sheet.rows) {
    const stamp = reader.stamp(cells);
    if (stamp === undefined || !reader.isOpenDay(stamp.date)) continue;
    const minute = sinceMidnight(stamp) / minuteMs;
    if (Number.isInteger(minute) && isSession(minute)) sample.add(`${reader.text(cells, 'symbol') ?? ''}|${stamp.date}`, minute);
  }
  if (sample.isEmpty) return { shape: { periodSec: 60, labels: 'end', how: 'no row with a time' }, isNoonAfternoon: false };
  const shape = shapeOf(sample, { ...sheet.layout, name: input.name, title: sheet.title }, asked);
  return { shape, isNoonAfternoon: sample.noonAsAfternoon(shape.labels) };
}
