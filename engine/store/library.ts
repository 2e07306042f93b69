/** The library: imported and backfilled data that belongs to no run, in `.fenshi/data/store`, opened by the command that needs it. */
import { join } from 'node:path';
import { dataDir } from '../cli/root.ts';
import { startChdb } from './chdb-process.ts';
import { Store } from './client.ts';
import { migrate } from './schema.ts';

export const libraryDir = join(dataDir, 'data', 'store');

/** @throws FenshiError STORE_UNAVAILABLE while another command holds it */
export async function withLibrary<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const chdb = await startChdb(libraryDir);
  const store = new Store(chdb);
  try {
    await migrate(store);
    return await work(store);
  } finally {
    await store.close();
    await chdb.stop();
  }
}
