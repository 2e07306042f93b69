/**
 * A file as a sheet: its layout found under its header, its rows as cells by field. A title or an advertisement before the header is passed
 * over and kept, for what it may say; the rows may be cut by another separator than the header.
 */
import { FenshiError } from '../../contracts/errors.ts';
import { cellsOf, type Separator, separatorOf } from './cells.ts';
import type { Input } from './inputs.ts';
import { bestFit, comparable, type Fit, fitOf, nearest, type Placed, type SheetLayout } from './layout.ts';
import { type Encoding, linesOf } from './text.ts';

/** Lines before which a header must come. */
const headerWithin = 8;
/** `#数据来源:通达信` and the like. */
const footer = /^#|^数据来源/;

export type SheetRow = { readonly line: number; readonly cells: readonly string[] };
export type Sheet = {
  readonly layout: SheetLayout;
  readonly at: Placed;
  readonly header: readonly string[];
  readonly encoding: Encoding;
  /** What stood before the header. */
  readonly title: string;
  readonly rows: AsyncGenerator<SheetRow, void>;
};

/** Opens a file under one of the layouts. Null for an empty one. @throws FenshiError IMPORT_INVALID naming what is missing */
export async function openSheet(input: Input, layouts: readonly SheetLayout[]): Promise<Sheet | null> {
  const own = layouts.length === 1 ? layouts[0]! : null;
  const { encoding, lines } = await linesOf(await input.open(), own?.encoding ?? null);
  const before: string[] = [];
  /** Lines that were looked at ahead. */
  const held: string[] = [];
  let seen = 0;
  let first: { readonly header: readonly string[]; readonly found: Fit } | null = null;
  let firstRow: string | null = null;
  if (own?.header !== undefined) first = { header: own.header, found: fitOf(own, own.header) };
  while (first === null && before.length < headerWithin) {
    const next = held.length > 0 ? { done: false as const, value: held.shift()! } : await lines.next();
    if (next.done === true) break;
    seen += 1;
    if (next.value.trim() === '') continue;
    const list = before.length > 0 ? undefined : layouts.find((layout) => layout.bare?.test(next.value.trim()) === true);
    if (list?.header !== undefined && !(await isTitle(lines, list, held))) {
      firstRow = next.value;
      first = { header: list.header, found: fitOf(list, list.header) };
      break;
    }
    const found = headerIn(next.value, layouts);
    if (found === null) before.push(next.value);
    else first = found;
  }
  if (first === null) {
    if (before.length === 0) return null;
    throw unknownLayout(input, layouts, before);
  }
  const { header, found } = first;
  refuseTwice(input, header, found);
  const separator = { of: null as Separator | null };
  const names = header.map(comparable);
  async function* rows(): AsyncGenerator<SheetRow, void> {
    let line = seen;
    if (firstRow !== null) yield { line, cells: cellsOf(firstRow.trim(), separatorOf(firstRow)) };
    for await (const text of chained(held, lines)) {
      line += 1;
      const bare = text.trim();
      if (bare === '' || footer.test(bare)) continue;
      // the header's separator need not be the rows': a 通达信 header is cut by tabs over rows cut by commas
      separator.of ??= separatorOf(bare);
      const cells = cellsOf(separator.of === '\t' ? text : bare, separator.of);
      // the header again; of nearly all rows the first letter says that they are none
      const isHeader =
        cells.length === header.length && isAlike(cells[0]!, names[0]!) && cells.every((cell, i) => comparable(cell) === names[i]);
      if (isHeader) continue;
      yield { line, cells };
    }
  }
  return { layout: found.layout, at: found.at, header, encoding, title: before.join(' '), rows: rows() };
}

/** False only where `comparable` of the cell cannot be the name. */
const isAlike = (cell: string, name: string): boolean => !/^[\d.+-]/.test(cell) || /^[\d.+-]/.test(name);

/** Whether a line that looks like the first of a bare list is a title over something else: the line behind it decides. */
async function isTitle(lines: AsyncGenerator<string, void>, { bare }: SheetLayout, held: string[]): Promise<boolean> {
  const next = await lines.next();
  if (next.done === true) return false;
  held.push(next.value);
  return next.value.trim() !== '' && bare?.test(next.value.trim()) !== true;
}

async function* chained(held: string[], lines: AsyncGenerator<string, void>): AsyncGenerator<string, void> {
  yield* held.splice(0);
  yield* lines;
}

/** A column that is there twice would have to be guessed. */
function refuseTwice(input: Input, header: readonly string[], { at }: Fit): void {
  const names = header.map(comparable);
  for (const i of at.values())
    if (names.indexOf(names[i]!) !== names.lastIndexOf(names[i]!))
      throw new FenshiError('IMPORT_INVALID', `${input.path}: the column ${header[i]} occurs twice`);
}

function headerIn(line: string, layouts: readonly SheetLayout[]): { readonly header: readonly string[]; readonly found: Fit } | null {
  for (const separator of [separatorOf(line), 'blank'] as const) {
    const header = cellsOf(separator === '\t' ? line : line.trimEnd(), separator);
    const found = bestFit(layouts, header);
    if (found !== null) return { header, found };
  }
  return null;
}

function unknownLayout(input: Input, layouts: readonly SheetLayout[], before: readonly string[]): FenshiError {
  const header = before
    .map((line) => cellsOf(line, separatorOf(line)))
    .reduce((widest, cells) => (cells.length > widest.length ? cells : widest), []);
  const near = nearest(layouts, header);
  const columns = header.slice(0, 10).join(', ');
  const hint = near.at.size === 0 ? '' : ` The nearest is ${near.layout.name}, which lacks ${near.missing.join(', ')}.`;
  const names = layouts.map(({ name }) => name).join(', ');
  return new FenshiError(
    'IMPORT_INVALID',
    `${input.path}: no layout we know has the columns ${columns}.${hint} Known: ${names}. Describe your own with --map my.yaml`,
  );
}
