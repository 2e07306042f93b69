/** The library: imported and backfilled data that belongs to no run, in `.fenshi/data/store`, opened by the command that needs it. */
import { join } from 'node:path';
import { FenshiError } from '../../contracts/errors.ts';
import { dataDir } from '../cli/root.ts';
import { type ChdbProcess, startChdb } from './chdb-process.ts';
import { Store } from './client.ts';
import { migrate } from './schema.ts';

export const libraryDir = join(dataDir, 'data', 'store');

/** With null in its place while another command holds it, or where chDB is not installed. */
export async function withLibraryOrNone<T>(work: (store: Store | null) => Promise<T>): Promise<T> {
  const chdb = await startChdb(libraryDir).catch((error: unknown) => {
    if (error instanceof FenshiError && error.code === 'STORE_UNAVAILABLE') return null;
    throw error;
  });
  return chdb === null ? work(null) : opened(chdb, work);
}

/** @throws FenshiError STORE_UNAVAILABLE while another command holds it */
export async function withLibrary<T>(work: (store: Store) => Promise<T>): Promise<T> {
  return opened(await startChdb(libraryDir), work);
}

async function opened<T>(chdb: ChdbProcess, work: (store: Store) => Promise<T>): Promise<T> {
  const store = new Store(chdb);
  try {
    await migrate(store);
    return await work(store);
  } finally {
    await store.close();
    await chdb.stop();
  }
}
