/**
 * An import is whole or nothing: rows go to a landing table of their own, and only once all of them are there do they take the place of what
 * the dataset had. The change of place is written down first, so that one that is cut short is finished when the store is next opened.
 */
import type { Store } from '../client.ts';
import type { RowBinary } from '../row-binary.ts';
import { database } from '../schema.ts';
import { type Imported, keepDataset } from './listing.ts';

/** Column that names the dataset, and what makes a row the same row, by table. */
const tables: Readonly<Record<string, { readonly owner: string; readonly key: string; readonly told: string }>> = {
  bars: {
    owner: 'source',
    key: 'period_sec, instrument, ts_ms',
    told: 'open_milli, high_milli, low_milli, close_milli, volume_shares, amount_yuan',
  },
  daily: {
    owner: 'dataset',
    key: 'instrument, trade_date',
    told: 'open_milli, high_milli, low_milli, close_milli, volume_shares, amount_yuan',
  },
  calendar: { owner: 'dataset', key: 'date', told: 'is_open' },
};
const ownerOf = (table: string): string => tables[table]?.owner ?? (table === 'ticks' ? 'source' : 'dataset');

export type Repeats = { readonly duplicate: number; readonly conflict: number };

export class Landing {
  readonly #store: Store;
  readonly #table: string;
  readonly #name: string;
  readonly #landing: string;
  #isRecorded = false;

  private constructor(store: Store, table: string, name: string) {
    this.#store = store;
    this.#table = table;
    this.#name = name;
    this.#landing = `${database}.landing_${table}_${process.pid}`;
  }

  static async open(store: Store, table: string, name: string): Promise<Landing> {
    const landing = new Landing(store, table, name);
    await store.command(`DROP TABLE IF EXISTS ${landing.#landing}`);
    await store.command(
      `CREATE TABLE ${landing.#landing} ENGINE = MergeTree ORDER BY tuple() AS SELECT * FROM ${database}.${table} LIMIT 0`,
    );
    return landing;
  }

  add(rows: RowBinary): Promise<void> {
    return this.#store.insert(this.#landing, rows);
  }

  /**
   * Rows told twice: the same thing once more counts once; two that contradict each other are both left out, since nothing says which holds.
   */
  async settle(): Promise<Repeats> {
    if (this.#table === 'ticks') return { duplicate: await this.#dropTwins(), conflict: 0 };
    const judged = tables[this.#table];
    if (judged === undefined) return { duplicate: 0, conflict: 0 };
    const twice = `SELECT ${judged.key}, count() AS n, uniqExact(tuple(${judged.told})) AS told FROM ${this.#landing} GROUP BY ${judged.key} HAVING n > 1`;
    const [found] = await this.#store.rows<{ duplicate: number; conflict: number }>(
      `SELECT toUInt32(sumIf(n - 1, told = 1)) AS duplicate, toUInt32(sumIf(n, told > 1)) AS conflict FROM (${twice})`,
    );
    if ((found?.conflict ?? 0) > 0)
      await this.#store.command(
        `ALTER TABLE ${this.#landing} DELETE WHERE (${judged.key}) IN (SELECT ${judged.key} FROM (${twice}) WHERE told > 1) SETTINGS mutations_sync = 1`,
      );
    return found ?? { duplicate: 0, conflict: 0 };
  }

  /** Two rows of one instant may be two snapshots; the same row twice is one: a delta would be summed twice. */
  async #dropTwins(): Promise<number> {
    const same =
      'cityHash64(toString(tuple(instrument, ts_exchange_ms, last_milli, volume_shares, amount_yuan, bid_milli, bid_shares, ask_milli, ask_shares)))';
    const [found] = await this.#store.rows<{ twins: number }>(
      `SELECT toUInt32(count() - uniqExact(${same})) AS twins FROM ${this.#landing}`,
    );
    if ((found?.twins ?? 0) > 0)
      await this.#store.command(
        `ALTER TABLE ${this.#landing} DELETE WHERE n NOT IN (SELECT min(n) FROM ${this.#landing} GROUP BY ${same}) SETTINGS mutations_sync = 1`,
      );
    return found?.twins ?? 0;
  }

  /** Puts the rows in their place, and the file into the list. `select` is what is read of the landing table. */
  async swap(imported: Imported, select = '*'): Promise<void> {
    const statement = `INSERT INTO ${database}.${this.#table} SELECT ${select} FROM ${this.#landing} SETTINGS max_partitions_per_insert_block = 0`;
    const listing = JSON.stringify(imported);
    const swap = { name: this.#name, target: this.#table, landing: this.#landing, statement, listing, at: Date.now() };
    await this.#store.command(
      `INSERT INTO ${database}.swaps VALUES ({name:String}, {target:String}, {landing:String}, {statement:String}, {listing:String}, {at:Int64})`,
      swap,
    );
    this.#isRecorded = true;
    await finish(this.#store, swap);
  }

  /** Nothing once the swap is written down: then its rows are what the next opening finishes with. */
  async drop(): Promise<void> {
    if (this.#isRecorded) return;
    await this.#store.command(`DROP TABLE IF EXISTS ${this.#landing}`);
  }
}

type Swap = {
  readonly name: string;
  readonly target: string;
  readonly landing: string;
  readonly statement: string;
  readonly listing: string;
};

/** Doing it twice is doing it once: what the dataset had goes first. */
async function finish(store: Store, { name, target, landing, statement, listing }: Swap): Promise<void> {
  await removeRows(store, target, name);
  await store.command(statement);
  await keepDataset(store, JSON.parse(listing) as Imported);
  await store.command(`DROP TABLE IF EXISTS ${landing}`);
  await forget(store, name);
}

const forget = (store: Store, name: string): Promise<void> =>
  store.command(`ALTER TABLE ${database}.swaps DELETE WHERE name = {name:String} SETTINGS mutations_sync = 1`, { name });

/** What a dataset has in a table, taken out. */
export async function removeRows(store: Store, table: string, name: string): Promise<void> {
  const owner = ownerOf(table);
  const [had] = await store.rows<{ n: number }>(
    `SELECT toUInt32(count()) AS n FROM ${database}.${table} WHERE ${owner} = {name:String} LIMIT 1`,
    { name },
  );
  if ((had?.n ?? 0) > 0)
    await store.command(`ALTER TABLE ${database}.${table} DELETE WHERE ${owner} = {name:String} SETTINGS mutations_sync = 1`, { name });
}

/** Rows that an earlier version landed lack the columns that a migration has added since; they were added last. */
async function addColumnsOfTarget(store: Store, { target, landing }: Swap): Promise<void> {
  const columnsOf = (table: string) =>
    store.rows<{ name: string; type: string }>(
      'SELECT name, type FROM system.columns WHERE database = {database:String} AND table = {table:String} ORDER BY position',
      { database, table },
    );
  const had = new Set((await columnsOf(landing.split('.')[1]!)).map(({ name }) => name));
  for (const { name, type } of await columnsOf(target))
    if (!had.has(name)) await store.command(`ALTER TABLE ${landing} ADD COLUMN ${name} ${type}`);
}

/** Finishes what was cut short, and clears away what never was whole; how many were finished. */
export async function recoverSwaps(store: Store): Promise<number> {
  const swaps = await store.rows<Swap>(`SELECT name, target, landing, statement, listing FROM ${database}.swaps ORDER BY at_ms`);
  let done = 0;
  for (const swap of swaps) {
    const there = await store.rows('SELECT 1 FROM system.tables WHERE database = {database:String} AND name = {name:String}', {
      database,
      name: swap.landing.split('.')[1],
    });
    // without its landing table it had got as far as clearing that away
    if (there.length > 0) {
      await addColumnsOfTarget(store, swap);
      await finish(store, swap);
    } else await forget(store, swap.name);
    done += there.length;
  }
  const left = await store.rows<{ name: string }>(`SELECT name FROM system.tables WHERE database = '${database}' AND name LIKE 'landing%'`);
  for (const { name } of left) await store.command(`DROP TABLE IF EXISTS ${database}.${name}`);
  return done;
}
