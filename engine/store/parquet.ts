/** Tables out as Parquet files and back in; the engine writes and reads the format. */

import { createReadStream, createWriteStream, renameSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FenshiError } from '../../contracts/errors.ts';
import { dashed } from '../../contracts/session.ts';
import type { Store } from './client.ts';
import { database } from './schema.ts';

export const exportable = [
  'quotes',
  'ticks',
  'bars',
  'flow',
  'daily',
  'trades',
  'limit_pool',
  'transitions',
  'signals',
  'reference',
  'members',
  'names',
  'calendar',
] as const;
export type Exportable = (typeof exportable)[number];
const undated: readonly Exportable[] = ['members', 'names', 'calendar'];
const dayColumn: Readonly<Partial<Record<Exportable, string>>> = { members: 'as_of', names: 'as_of', calendar: 'date' };
const symbolColumn: Readonly<Partial<Record<Exportable, string>>> = { transitions: 'actor', signals: 'actor', calendar: 'dataset' };

export type ExportRange = { readonly from?: string; readonly to?: string };

/** Writes the table's rows of the days to one file; resolves with how many. */
export async function exportParquet(
  store: Store,
  table: Exportable,
  file: string,
  { from = '19900101', to = '21001231' }: ExportRange,
): Promise<number> {
  const where = undated.includes(table) ? '' : ' WHERE trade_date >= {from:Date} AND trade_date <= {to:Date}';
  const days = { from: dashed(from), to: dashed(to) };
  const [row] = await store.rows<{ rows: number }>(`SELECT count() AS rows FROM ${database}.${table} FINAL${where}`, days);
  const stream = await store.stream(`SELECT * FROM ${database}.${table} FINAL${where}`, 'Parquet', days);
  await pipeline(stream, createWriteStream(`${file}.partial`));
  renameSync(`${file}.partial`, file);
  return row?.rows ?? 0;
}

export type ParquetImport = {
  readonly rows: number;
  /** Rows that were not there before. */
  readonly fresh: number;
  readonly days: number;
  readonly symbols: number;
  readonly from: string;
  readonly to: string;
};

/** Reads a file that export wrote, whole or not at all. Rows that are there already stay one. @throws FenshiError IMPORT_INVALID */
export async function importParquet(store: Store, table: Exportable, file: string): Promise<ParquetImport> {
  const [target, landing] = [`${database}.${table}`, `${database}.landing_${table}_${process.pid}`];
  const count = async () => (await store.rows<{ rows: number }>(`SELECT count() AS rows FROM ${target} FINAL`))[0]?.rows ?? 0;
  const before = await count();
  await store.command(`DROP TABLE IF EXISTS ${landing}`);
  await store.command(`CREATE TABLE ${landing} AS ${target}`);
  try {
    await store.load(landing, 'Parquet', createReadStream(file) as Readable);
    const [day, symbol] = [dayColumn[table] ?? 'trade_date', symbolColumn[table] ?? 'instrument'];
    const [told] = await store.rows<Omit<ParquetImport, 'fresh'>>(
      `SELECT toUInt32(count()) AS rows, toUInt32(uniqExact(${day})) AS days, toUInt32(uniqExact(${symbol})) AS symbols,
              formatDateTime(min(${day}), '%Y%m%d') AS from, formatDateTime(max(${day}), '%Y%m%d') AS to FROM ${landing}`,
    );
    await store.command(`INSERT INTO ${target} SELECT * FROM ${landing} SETTINGS max_partitions_per_insert_block = 0`);
    return { ...told!, fresh: (await count()) - before };
  } catch (error) {
    throw new FenshiError('IMPORT_INVALID', `${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  } finally {
    await store.command(`DROP TABLE IF EXISTS ${landing}`);
  }
}
