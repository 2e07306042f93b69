/** One file into the store. The same file twice is the same rows: keys hold the dataset and the row's place in it. */
import { basename } from 'node:path';
import { FenshiError } from '../../../contracts/errors.ts';
import { tradeDateOf } from '../../../contracts/session.ts';
import type { TradeDate } from '../../../contracts/units.ts';
import { dateOf } from '../../feeds/wire/numbers.ts';
import type { Store } from '../client.ts';
import { RowBinary } from '../row-binary.ts';
import { database } from '../schema.ts';
import type { Cells, Kind } from './cells.ts';
import { openCsv } from './csv.ts';
import { kindOf } from './kinds.ts';

export type Imported = {
  readonly name: string;
  readonly kind: string;
  readonly rows: number;
  readonly days: number;
  readonly symbols: number;
  readonly from: string;
  readonly to: string;
  readonly label: string;
  readonly licence: string;
  readonly sha: string;
  readonly counters: Readonly<Record<string, number>>;
};
const rowsAtOnce = 50_000;
/** Files of bare dates have no header. */
const bareDates = 'holidayDate';

/** `bars_1m_thu2019` of `bars_1m_thu2019_dev.csv.gz`. */
export const datasetName = (path: string): string => basename(path).replace(/(_dev)?\.(csv|txt)(\.gz)?$/, '');

/** @throws FenshiError IMPORT_INVALID with the line */
export async function importFile(store: Store, path: string, licence: string, asOf?: TradeDate): Promise<Imported> {
  const csv = await openCsv(path);
  const isBare = csv.header.length === 1 && /^\d{8}$/.test(csv.header[0]!);
  const header = isBare ? [bareDates] : csv.header;
  const kind = kindOf(header, basename(path));
  if (kind === null)
    throw new FenshiError('IMPORT_INVALID', `${path}: no kind of file we know has the columns ${header.slice(0, 8).join(', ')}`);
  const sheet = new Sheet(store, kind, datasetName(path), header, asOf ?? dayInName(path));
  let line = 1;
  try {
    if (isBare) await sheet.row(csv.header);
    for await (const row of csv.rows) {
      line = row.line;
      await sheet.row(row.cells);
    }
  } catch (error) {
    if (error instanceof FenshiError) throw error;
    throw new FenshiError('IMPORT_INVALID', `${path}:${line}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  return sheet.end(csv.sha(), licence);
}

/** A list's day: eight digits in its name, else the day it is read. */
function dayInName(path: string): TradeDate {
  const found = /(?<!\d)(20\d{6})(?!\d)/.exec(basename(path))?.[1];
  return found !== undefined && dateOf(found) !== undefined ? found : tradeDateOf(Date.now());
}

/** What `data ls` and `data verify` know of a file. */
export async function keepDataset(store: Store, imported: Imported): Promise<void> {
  const row = new RowBinary();
  row.string(imported.name).string(imported.kind).i64(imported.rows).u32(imported.days).u32(imported.symbols);
  row.date(imported.from).date(imported.to).string(imported.label).string(imported.licence).string(imported.sha);
  row.i64(Date.now()).string(JSON.stringify(imported.counters)).endRow();
  await store.insert(`${database}.datasets`, row);
}

class Sheet {
  readonly #store: Store;
  readonly #kind: Kind;
  readonly #name: string;
  readonly #asOf: TradeDate;
  readonly #at: ReadonlyMap<string, number>;
  readonly #out = new RowBinary(1 << 22);
  readonly #counters: Record<string, number> = {};
  readonly #days = new Set<string>();
  readonly #symbols = new Set<number>();
  #cells: readonly string[] = [];
  #rows = 0;
  #last = '';
  readonly #reader: Cells = {
    get: (name) => {
      const at = this.#at.get(name);
      return at === undefined ? '' : (this.#cells[at] ?? '');
    },
    has: (name) => this.#at.has(name),
    all: () => Object.fromEntries([...this.#at.keys()].map((name) => [name, this.#reader.get(name)])),
  };

  constructor(store: Store, kind: Kind, name: string, header: readonly string[], asOf: TradeDate) {
    this.#store = store;
    this.#asOf = asOf;
    this.#kind = kind;
    this.#name = name;
    this.#at = new Map(header.map((column, i) => [column, i]));
  }

  async row(cells: readonly string[]): Promise<void> {
    if (cells.length !== this.#at.size) throw new RangeError(`${cells.length} cells under ${this.#at.size} columns`);
    this.#cells = cells;
    const { date, instrument } = this.#kind.write(this.#out, {
      cells: this.#reader,
      seq: this.#rows,
      dataset: this.#name,
      asOf: this.#asOf,
      count: (what) => this.#count(what),
    });
    this.#rows += 1;
    this.#days.add(date);
    if (instrument !== 0) this.#symbols.add(instrument);
    const order = `${this.#reader.get('datetime')}`;
    if (order !== '' && order < this.#last && date === this.#lastDate && instrument === this.#lastInstrument) this.#count('unordered');
    [this.#last, this.#lastDate, this.#lastInstrument] = [order, date, instrument];
    if (this.#out.rows >= rowsAtOnce) await this.#flush();
  }

  #lastDate = '';
  #lastInstrument = 0;

  async end(sha: string, licence: string): Promise<Imported> {
    await this.#flush();
    const days = [...this.#days].sort();
    const imported: Imported = {
      name: this.#name,
      kind: this.#kind.name,
      rows: this.#rows,
      days: days.length,
      symbols: this.#symbols.size,
      from: days[0] ?? '19700101',
      to: days.at(-1) ?? '19700101',
      label: this.#kind.label.replace('{asOf}', this.#asOf),
      licence,
      sha,
      counters: this.#counters,
    };
    await keepDataset(this.#store, imported);
    return imported;
  }

  #count(what: string): void {
    this.#counters[what] = (this.#counters[what] ?? 0) + 1;
  }

  async #flush(): Promise<void> {
    await this.#store.insert(`${database}.${this.#kind.table}`, this.#out);
    this.#out.clear();
  }
}
