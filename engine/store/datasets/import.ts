/**
 * One file into the store, whole or not at all. What it is is found from its content, each row is judged singly, and the same file once more,
 * or a corrected one in its place, takes the place of what it had.
 */
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { FenshiError } from '../../../contracts/errors.ts';
import { tradeDateOf } from '../../../contracts/session.ts';
import type { TradeDate } from '../../../contracts/units.ts';
import { type Input, shaOfInput } from '../../files/inputs.ts';
import { type Layout, shippedLayouts } from '../../files/layout.ts';
import { type Asked, asFound, FileRows } from '../../files/reader.ts';
import { dateOf } from '../../wire/numbers.ts';
import type { Store } from '../client.ts';
import { RowBinary } from '../row-binary.ts';
import { database } from '../schema.ts';
import { kinds, listLayouts } from './kinds.ts';
import { Landing, removeRows } from './landing.ts';
import type { Imported } from './listing.ts';
import { type Writer, writerOf } from './writers.ts';

export type ImportOptions = {
  readonly licence: string;
  readonly asOf?: TradeDate;
  readonly map?: Layout;
  readonly asked?: Asked;
  /** The dataset whose place it takes. */
  readonly name?: string;
};
const rowsAtOnce = 50_000;
const never = '19700101';

/** Null for an empty file. @throws FenshiError IMPORT_INVALID when no layout fits or no row counts */
export async function openForImport(input: Input, { map, asked }: Pick<ImportOptions, 'map' | 'asked'>): Promise<FileRows> {
  const file = await FileRows.open(input, map === undefined ? [...shippedLayouts(), ...listLayouts] : [map], asked ?? asFound);
  if (file === null) throw new FenshiError('IMPORT_INVALID', `${input.path}: an empty file`);
  return file;
}

/** @throws FenshiError IMPORT_INVALID when no layout fits, no row counts, or most rows are refused */
export async function importFile(store: Store, input: Input, options: ImportOptions): Promise<Imported> {
  const file = await openForImport(input, options);
  const [sha, path] = [await shaOfInput(input), resolve(input.path)];
  const { name, had, elsewhere } = await identity(store, options.name ?? null, input.name, path, sha);
  const writer = writerOf(file, { dataset: name, ...asOfIn(input.name, options.asOf) });
  const landing = await Landing.open(store, writer.table, name);
  try {
    const sums = new Sums();
    await fill(landing, writer, sums);
    const repeats = await landing.settle();
    const rows = sums.rows - repeats.duplicate - repeats.conflict;
    if (rows === 0) throw nothingCounts(file, repeats.conflict);
    const imported: Imported = {
      name,
      kind: writer.kind,
      ...sums.told(),
      rows,
      label: writer.label,
      licence: options.licence,
      sha,
      // where the content was found first stays its place
      path: elsewhere ?? path,
      counters: { ...writer.counters, ...(file.afterHours === 0 ? {} : { afterHours: file.afterHours }) },
      refused: refusedIn(file, repeats),
      notes: [...(elsewhere === null ? [] : [`the same content as ${elsewhere}: one dataset`]), ...notesOf(file)],
    };
    await landing.swap(imported, writer.select);
    for (const table of had) if (table !== writer.table) await removeRows(store, table, name);
    return imported;
  } finally {
    await landing.drop();
  }
}

async function fill(landing: Landing, writer: Writer, sums: Sums): Promise<void> {
  const out = new RowBinary(1 << 22);
  for await (const { date, instrument } of writer.write(out)) {
    sums.add(date, instrument);
    if (out.rows < rowsAtOnce) continue;
    await landing.add(out);
    out.clear();
  }
  await landing.add(out);
}

class Sums {
  rows = 0;
  readonly #days = new Set<string>();
  readonly #symbols = new Set<number>();

  add(date: string, instrument: number): void {
    this.rows += 1;
    this.#days.add(date);
    if (instrument !== 0) this.#symbols.add(instrument);
  }

  told(): { readonly days: number; readonly symbols: number; readonly from: string; readonly to: string } {
    const days = [...this.#days].sort();
    return { days: days.length, symbols: this.#symbols.size, from: days[0] ?? never, to: days.at(-1) ?? never };
  }
}

function nothingCounts(file: FileRows, conflict: number): FenshiError {
  const { input, refusals, read } = file;
  const why = [
    file.unfollowed(),
    refusals.total === 0 ? null : refusals.sentence(),
    conflict > 0 ? 'its rows contradict each other' : null,
  ];
  return new FenshiError(
    'IMPORT_INVALID',
    `${input.path}: none of ${read} rows counts: ${why.filter((each) => each !== null).join('; ') || 'it has none'}`,
  );
}

const refusedIn = (file: FileRows, { duplicate, conflict }: { readonly duplicate: number; readonly conflict: number }) => ({
  ...file.refusals.counts,
  ...(duplicate === 0 ? {} : { DUPLICATE: duplicate }),
  ...(conflict === 0 ? {} : { CONFLICT: conflict }),
});

function notesOf(file: FileRows): string[] {
  const { shape, refusals } = file;
  const unfollowed = file.unfollowed();
  return [
    ...(shape === null ? [] : [shape.how]),
    ...(unfollowed === null ? [] : [unfollowed]),
    ...(refusals.total === 0 ? [] : [`refused: ${refusals.sentence()}`]),
  ];
}

/** A list's day: as asked, or eight digits in its name. */
export function asOfIn(name: string, asked: TradeDate | undefined): { readonly asOf: TradeDate; readonly isAsOfTold: boolean } {
  const found = /(?<!\d)(20\d{6})(?!\d)/.exec(name)?.[1];
  const told = asked ?? (found !== undefined && dateOf(found) !== undefined ? found : undefined);
  return { asOf: told ?? tradeDateOf(Date.now()), isAsOfTold: told !== undefined };
}

/** `bars_1m_thu2019` of `bars_1m_thu2019_dev.csv.gz`. */
const stemOf = (name: string): string => name.replace(/(_dev)?(\.(csv|txt|tsv|dat))?(\.(gz|zip))?$/i, '') || name;

type Identity = { readonly name: string; readonly had: readonly string[]; readonly elsewhere: string | null };
/**
 * A file is the dataset of its place, or of its content where it lies elsewhere; two files of one name are two datasets. `had`: the tables
 * in which the dataset may have rows so far.
 */
async function identity(store: Store, asked: string | null, fileName: string, path: string, sha: string): Promise<Identity> {
  const stem = asked ?? stemOf(fileName);
  const known = await store.rows<{ name: string; kind: string; path: string; sha: string }>(
    `SELECT name, kind, path, sha FROM ${database}.datasets FINAL WHERE path = {path:String} OR sha = {sha:String} OR name = {stem:String}`,
    { path, sha, stem },
  );
  if (asked !== null) return { name: asked, had: tablesOf(known.find((each) => each.name === asked)?.kind), elsewhere: null };
  const found =
    known.find((each) => each.path === path) ??
    known.find((each) => each.sha === sha) ??
    known.find((each) => each.name === stem && each.path === '');
  if (found !== undefined) {
    const elsewhere = found.path === path || found.path === '' ? null : found.path;
    return { name: found.name, had: tablesOf(found.kind), elsewhere };
  }
  const isTaken = known.some((each) => each.name === stem);
  return { name: isTaken ? `${stem}-${createHash('sha256').update(path).digest('hex').slice(0, 6)}` : stem, had: [], elsewhere: null };
}

/** Tables that may hold a dataset of a kind; of a user's own layout, any that judged rows go to. */
function tablesOf(kind: string | undefined): readonly string[] {
  if (kind === undefined) return [];
  const table = kinds.find(({ name }) => name === kind)?.table ?? shippedLayouts().find(({ name }) => name === kind)?.what;
  return table === undefined ? ['bars', 'daily', 'ticks'] : [table];
}
