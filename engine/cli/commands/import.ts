/** `fenshi data import`: files of anybody's layout into the library, each whole or not at all. */
import { basename, resolve } from 'node:path';
import { FenshiError } from '../../../contracts/errors.ts';
import { clockOf } from '../../../contracts/session.ts';
import { instrumentId, yuanOfMilli } from '../../../contracts/units.ts';
import { type Labels, periods } from '../../files/bar-shape.ts';
import { type Input, inputsOf } from '../../files/inputs.ts';
import { readLayout } from '../../files/layout.ts';
import type { FileRows } from '../../files/reader.ts';
import { dayIn } from '../../files/times.ts';
import type { Store } from '../../store/client.ts';
import { asOfIn, type ImportOptions, importFile, openForImport } from '../../store/datasets/import.ts';
import { type Imported, keepDataset } from '../../store/datasets/listing.ts';
import { writerOf } from '../../store/datasets/writers.ts';
import { shaOf } from '../../store/day-archive.ts';
import { withLibrary } from '../../store/library.ts';
import { type Exportable, exportable, importParquet } from '../../store/parquet.ts';
import { RowBinary } from '../../store/row-binary.ts';

export type ImportFlags = {
  readonly licence: string;
  readonly asOf?: string;
  readonly map?: string;
  readonly name?: string;
  readonly period?: string;
  readonly labels?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
};
const shownRows = 5;

/** Sets exit code 1 when a file was refused; the others are taken all the same. */
export async function importAll(paths: readonly string[], flags: ImportFlags): Promise<void> {
  const options = optionsOf(flags);
  const inputs = (await Promise.all(paths.map(inputsOf))).flat();
  if (flags.name !== undefined && inputs.length > 1)
    throw new FenshiError('USAGE', `--name ${flags.name}: ${inputs.length} files are not one dataset`);
  if (inputs.length === 0) throw new FenshiError('IMPORT_INVALID', `${paths.join(', ')}: no file in it`);
  const each = async (work: (input: Input) => Promise<void>): Promise<void> => {
    for (const input of inputs) await orRefused(inputs.length > 1, () => work(input));
  };
  if (flags.dryRun === true) return each((input) => dryRun(input, options));
  await withLibrary((store) => each((input) => importOne(store, input, options, flags.json === true)));
}

function optionsOf({ licence, asOf, map, name, period, labels }: ImportFlags): ImportOptions {
  const day = asOf === undefined ? undefined : dayIn(asOf);
  if (asOf !== undefined && day === undefined) throw new FenshiError('USAGE', `--as-of ${asOf}: expected a day such as 20260227`);
  if (period !== undefined && !(periods as readonly number[]).includes(Number(period)))
    throw new FenshiError('USAGE', `--period ${period}: seconds, one of ${periods.join(', ')}`);
  if (labels !== undefined && !['start', 'end'].includes(labels)) throw new FenshiError('USAGE', `--labels ${labels}: start or end`);
  return {
    licence,
    ...(day === undefined ? {} : { asOf: day }),
    ...(map === undefined ? {} : { map: readLayout(map) }),
    ...(name === undefined ? {} : { name }),
    asked: { periodSec: period === undefined ? null : Number(period), labels: (labels ?? null) as Labels | null },
  };
}

/** One file of several costs itself; one alone ends the command. */
async function orRefused(isOneOfMany: boolean, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isOneOfMany || !(error instanceof FenshiError) || error.code !== 'IMPORT_INVALID') throw error;
    console.error(`${error.message.startsWith(error.code) ? '' : `${error.code}: `}${error.message}`);
    process.exitCode = 1;
  }
}

async function importOne(store: Store, input: Input, options: ImportOptions, json: boolean): Promise<void> {
  const startedMs = Date.now();
  const imported = input.name.endsWith('.parquet') ? await parquet(store, input, options.licence) : await importFile(store, input, options);
  if (json) return console.log(JSON.stringify(imported));
  console.log(lineOf(imported, Date.now() - startedMs));
  for (const note of imported.notes) console.log(`  ${note}`);
}

async function parquet(store: Store, { path }: Input, licence: string): Promise<Imported> {
  const table = tableOf(basename(path));
  const { fresh, ...read } = await importParquet(store, table, path);
  const imported: Imported = {
    name: basename(path).replace(/\.parquet$/, ''),
    kind: table,
    ...read,
    label: 'as exported',
    licence,
    sha: await shaOf(path),
    path: resolve(path),
    counters: { fresh },
    refused: {},
    notes: [],
  };
  await keepDataset(store, imported);
  return imported;
}

/** @throws FenshiError IMPORT_INVALID */
function tableOf(name: string): Exportable {
  const found = exportable.find((table) => name === `${table}.parquet` || name.startsWith(`${table}-`));
  if (found === undefined)
    throw new FenshiError(
      'IMPORT_INVALID',
      `${name}: a Parquet file is named <table>.parquet or <table>-….parquet, tables: ${exportable.join(', ')}`,
    );
  return found;
}

function lineOf({ name, kind, rows, days, symbols, from, to, counters, refused }: Imported, ms: number): string {
  const odd = Object.entries({ ...counters, ...refused }).map(([what, n]) => `${what} ${n}`);
  return `${name.padEnd(38)} ${kind.padEnd(20)} ${String(rows).padStart(8)} rows  ${symbols} symbols x ${days} days ${from}–${to}  ${(ms / 1000).toFixed(1)} s${odd.length > 0 ? `  (${odd.join(', ')})` : ''}`;
}

/** What a file is taken for, its first rows as understood, and what would be refused of it. */
async function dryRun(input: Input, options: ImportOptions): Promise<void> {
  if (input.name.endsWith('.parquet')) return console.log(`${input.path}: rows of the table ${tableOf(input.name)}, as exported`);
  const file = await openForImport(input, options);
  const { layout, encoding, title } = file.sheet;
  console.log(`${input.path}: ${layout.name} (${layout.what}), ${encoding}${title === '' ? '' : `, title “${title.trim()}”`}`);
  if (file.shape !== null) console.log(`  ${file.shape.how}`);
  let taken = 0;
  for await (const line of understood(file, asOfIn(input.name, options.asOf))) {
    if (taken < shownRows) console.log(`  ${line}`);
    taken += 1;
  }
  const unfollowed = file.unfollowed();
  if (unfollowed !== null) console.log(`  ${unfollowed}`);
  console.log(`  ${taken} of ${file.read} rows would be taken${file.refusals.total === 0 ? '' : `; refused: ${file.refusals.sentence()}`}`);
  if (taken === 0) process.exitCode = 1;
}

async function* understood(file: FileRows, asOf: ReturnType<typeof asOfIn>): AsyncGenerator<string, void> {
  const yuan = (milli: number | null): string => (milli === null ? '–' : String(yuanOfMilli(milli)));
  const { what } = file.sheet.layout;
  if (what === 'ticks')
    for await (const { line, date, quote: q } of file.ticks())
      yield `line ${line}: ${instrumentId(q.instrumentNo)} ${date} ${clockOf(q.tsExchangeMs)} last ${yuan(q.lastMilli)}, ${q.volumeShares ?? '–'} shares, ${q.amountYuan ?? '–'} yuan, bid ${yuan(q.bids[0]?.[0] ?? null)}, ask ${yuan(q.asks[0]?.[0] ?? null)}`;
  else if (what === 'list') {
    const out = new RowBinary();
    for await (const { date, instrument } of writerOf(file, { dataset: '', ...asOf }).write(out)) {
      out.clear();
      yield `${date}${instrument === 0 ? '' : ` ${instrumentId(instrument)}`}`;
    }
  } else
    for await (const { line, ...bar } of file.bars())
      yield `line ${line}: ${instrumentId(bar.no)} ${bar.date}${what === 'bars' ? ` closes ${clockOf(bar.tsMs)}` : ''} open ${yuan(bar.openMilli)} high ${yuan(bar.highMilli)} low ${yuan(bar.lowMilli)} close ${yuan(bar.closeMilli)}, ${bar.shares ?? '–'} shares, ${bar.yuan ?? '–'} yuan`;
}
