/** The library: imported and backfilled data that belongs to no run, in `.fenshi/data/store`, opened by the command that needs it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FenshiError } from '../../contracts/errors.ts';
import { dataDir } from '../cli/root.ts';
import { type ChdbProcess, startChdb } from './chdb-process.ts';
import { Store } from './client.ts';
import { recoverSwaps } from './datasets/landing.ts';
import { storeAddress } from './locate.ts';
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

/** The store of a run's store role; null while that is not up. */
export async function withRunningStore<T>(dir: string, work: (store: Store | null) => Promise<T>): Promise<T> {
  const address = storeAddress(dir);
  const store = address === null ? null : new Store(address);
  const isUp = await store?.rows('SELECT 1').then(
    () => true,
    () => false,
  );
  try {
    return await work(isUp === true ? store : null);
  } finally {
    await store?.close();
  }
}

/** The store of a run: of its store role while that is up, else opened from the run's folder. @throws FenshiError NOT_FOUND, STORE_UNAVAILABLE */
export async function withRunStore<T>(dir: string, work: (store: Store) => Promise<T>): Promise<T> {
  if (!existsSync(join(dir, 'store'))) throw new FenshiError('NOT_FOUND', `${dir} has no store`);
  return withRunningStore(dir, async (store) => (store === null ? opened(await startChdb(join(dir, 'store')), work) : work(store)));
}

async function opened<T>(chdb: ChdbProcess, work: (store: Store) => Promise<T>): Promise<T> {
  const store = new Store(chdb);
  try {
    await migrate(store);
    await recoverSwaps(store);
    return await work(store);
  } finally {
    await store.close();
    await chdb.stop();
  }
}
