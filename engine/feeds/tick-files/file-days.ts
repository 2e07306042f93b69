/** The days of tick files, in date order, each with what came before it. */
import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FenshiError } from '../../../contracts/errors.ts';
import type { Quote } from '../../../contracts/quote.ts';
import { midnightOf } from '../../../contracts/session.ts';
import type { TradeDate } from '../../../contracts/units.ts';
import { type Input, inputsOf } from '../../files/inputs.ts';
import { type Layout, shippedLayouts } from '../../files/layout.ts';
import { FileRows } from '../../files/reader.ts';
import type { DayRecord } from '../../reference/history.ts';
import { DayRows, RowMemory, recordBytes } from './day-rows.ts';
import { type DayFacts, Facts, recordsOf } from './file-bundle.ts';

const dayEndMs = 15.5 * 3_600_000;
/** Bytes of a row as text, and how far gzip packs one. */
const [rowText, packed] = [170, 8];

export type FileSelection = {
  readonly date?: TradeDate;
  readonly instrument?: number;
  readonly map?: Layout;
  /** Where rows go that do not fit in memory. */
  readonly scratch?: string;
  readonly memoryBytes?: number;
  /** Told of each file once it is read. */
  readonly onFile?: (file: FileTold) => void;
};
export type FileTold = {
  readonly path: string;
  readonly layout: string;
  readonly rows: number;
  readonly refused: number;
  readonly notes: string[];
};
export type FileDay = DayFacts & {
  /** Rows of the day, in order; every call from the start. */
  readonly quotes: () => Iterable<Quote>;
  readonly rows: number;
  /** Rows stamped after 15:30: no part of the day's tape, counted as out of session. */
  readonly afterHours: number;
};
type Reading = { readonly rows: DayRows; readonly facts: Facts; afterHours: number };

/** @throws FenshiError REPLAY_INPUT when nothing can be used, DISK_FULL when it would not fit */
export async function* fileDays(path: string, selection: FileSelection = {}): AsyncGenerator<FileDay, void> {
  const inputs = await inputsOf(path);
  const dir = mkdtempSync(join(selection.scratch ?? tmpdir(), 'fenshi-rows-'));
  try {
    roomFor(inputs, dir);
    yield* daysOf(await read(inputs, path, selection, dir), selection.date);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** @throws FenshiError DISK_FULL before anything is read */
function roomFor(inputs: readonly Input[], dir: string): void {
  const text = inputs.reduce((sum, { bytes, name }) => sum + bytes * (/\.gz$/i.test(name) ? packed : 1), 0);
  const [needed, { bavail, bsize }] = [(text / rowText) * recordBytes, statfsSync(dir)];
  if (needed > bavail * bsize)
    throw new FenshiError(
      'DISK_FULL',
      `about ${gigabytes(needed)} of rows would be laid aside in ${dir}, which has ${gigabytes(bavail * bsize)} left`,
    );
}
const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

async function read(inputs: readonly Input[], path: string, selection: FileSelection, dir: string): Promise<Map<TradeDate, Reading>> {
  const memory = new RowMemory(dir, selection.memoryBytes);
  const days = new Map<TradeDate, Reading>();
  const notes: string[] = [];
  for (const input of inputs) {
    const file = await openTicks(input, selection.map, inputs.length > 1);
    if (typeof file === 'string') {
      notes.push(file);
      continue;
    }
    await takeRows(file, selection, days, memory).catch(asReplayInput);
    const told = toldOf(file);
    notes.push(...told.notes);
    selection.onFile?.(told);
  }
  if (![...days.keys()].some((day) => selection.date === undefined || day === selection.date)) throw nothingUsable(path, selection, notes);
  return days;
}

function nothingUsable(path: string, { date, instrument }: FileSelection, notes: readonly string[]): FenshiError {
  const which = `${date === undefined ? '' : ` on ${date}`}${instrument === undefined ? '' : ' of that symbol'}`;
  const why = notes.length === 0 ? '' : `: ${notes.slice(0, 3).join('; ')}`;
  return new FenshiError('REPLAY_INPUT', `${path}: no row${which} that counts${why}`);
}

/** An unknown file in a folder is skipped with a message; one that was named is refused. */
async function openTicks(input: Input, map: Layout | undefined, isOneOfMany: boolean): Promise<FileRows | string> {
  try {
    const file = await FileRows.open(input, map === undefined ? shippedLayouts() : [map], undefined, 'REPLAY_INPUT');
    if (file === null) return `${input.name} is empty`;
    if (file.sheet.layout.what === 'ticks') return file;
    throw new FenshiError(
      'IMPORT_INVALID',
      `${input.path}: ${file.sheet.layout.what === 'daily' ? 'days' : 'bars'} (${file.sheet.layout.name}), and a replay needs ticks; \`fenshi data import\` takes them`,
    );
  } catch (error) {
    if (!(error instanceof FenshiError) || error.code !== 'IMPORT_INVALID') throw error;
    if (isOneOfMany) return saidOf(error);
    return asReplayInput(error);
  }
}

const saidOf = (error: FenshiError): string => error.message.replace(/^IMPORT_INVALID: /, '');
/** The reader's own code is of imports. */
function asReplayInput(error: unknown): never {
  if (!(error instanceof FenshiError) || error.code !== 'IMPORT_INVALID') throw error;
  throw new FenshiError('REPLAY_INPUT', saidOf(error), { cause: error });
}

async function takeRows(
  file: FileRows,
  { date: only, instrument }: FileSelection,
  days: Map<TradeDate, Reading>,
  memory: RowMemory,
): Promise<void> {
  for await (const { date, quote } of file.ticks()) {
    if (instrument !== undefined && quote.instrumentNo !== instrument) continue;
    if (only !== undefined && date > only) continue;
    let day = days.get(date);
    if (day === undefined) {
      day = { rows: new DayRows(date, memory), facts: new Facts(), afterHours: 0 };
      days.set(date, day);
    }
    if (quote.tsExchangeMs > midnightOf(date) + dayEndMs) {
      day.afterHours += 1;
      continue;
    }
    day.facts.add(quote);
    day.rows.add(quote);
  }
}

function toldOf(file: FileRows): FileTold {
  const { input, sheet, read: rows, refusals } = file;
  const unfollowed = file.unfollowed();
  const notes = [...(unfollowed === null ? [] : [unfollowed]), ...(refusals.total === 0 ? [] : [`refused ${refusals.sentence()}`])];
  return { path: input.path, layout: sheet.layout.name, rows, refused: refusals.total, notes };
}

async function* daysOf(days: ReadonlyMap<TradeDate, Reading>, only: TradeDate | undefined): AsyncGenerator<FileDay, void> {
  const earlier = new Map<number, DayRecord[]>();
  for (const date of [...days.keys()].sort()) {
    const { rows, facts, afterHours } = days.get(date)!;
    const known = new Map([...earlier].map(([no, records]) => [no, [...records]]));
    if (only === undefined || date === only)
      yield { date, preClose: facts.preClose, earlier: known, quotes: () => rows.inOrder(), rows: rows.rows, afterHours };
    for (const [no, record] of recordsOf(rows.inOrder())) earlier.set(no, [...(earlier.get(no) ?? []), record]);
  }
}
