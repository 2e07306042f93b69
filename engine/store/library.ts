/** The library: imported and backfilled data that belongs to no run, in `.fenshi/data/store`, opened by the command that needs it first. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { FenshiError } from '../../contracts/errors.ts';
import { isSame, startOf } from '../log/processes.ts';
import { dataDir } from '../runtime/paths.ts';
import { type ChdbProcess, type StoreAddress, startChdb } from './chdb-process.ts';
import { Store } from './client.ts';
import { recoverSwaps } from './datasets/landing.ts';
import { storeAddress, writeStoreAddress } from './locate.ts';
import { migrate } from './schema.ts';

export const libraryDir = join(dataDir, 'data', 'store');

/** One process owns the library, whoever came first; it stays while it is asked, and everybody asks it. */
const [lookMs, askMs] = [100, 2000];
/** For another command that is just opening it. A day that is to be opened does without it sooner. */
const [patienceMs, shortMs] = [20_000, 3000];

/** null where chDB is not installed, or another program holds the folder. */
export async function withLibraryOrNone<T>(work: (store: Store | null) => Promise<T>): Promise<T> {
  const address = await libraryAddress(shortMs).catch((error: unknown) => {
    if (error instanceof FenshiError && error.code === 'STORE_UNAVAILABLE') return null;
    throw error;
  });
  return address === null ? work(null) : asked(address, work);
}

/** @throws FenshiError STORE_UNAVAILABLE where chDB is not installed, or another program holds the folder */
export async function withLibrary<T>(work: (store: Store) => Promise<T>): Promise<T> {
  return asked(await libraryAddress(patienceMs), work);
}

async function libraryAddress(waitMs: number): Promise<StoreAddress> {
  for (const untilMs = Date.now() + waitMs; ; ) {
    const found = storeAddress(libraryDir);
    if (found?.pid !== undefined && isSame({ ...found, pid: found.pid }) && (await answers(found))) return found;
    try {
      return await begin();
    } catch (error) {
      // another command is about to say where it answers
      if (!(error instanceof FenshiError) || error.code !== 'STORE_UNAVAILABLE' || Date.now() > untilMs) throw error;
      await pause(lookMs);
    }
  }
}

async function begin(): Promise<StoreAddress> {
  const chdb = await startChdb(libraryDir, { detached: true });
  const store = new Store(chdb);
  try {
    await migrate(store);
    await recoverSwaps(store).catch((error: unknown) =>
      process.stderr.write(`fenshi: an import that was cut short waits: ${String(error)}\n`),
    );
  } catch (error) {
    await chdb.stop();
    throw error;
  } finally {
    await store.close();
  }
  writeStoreAddress(libraryDir, { ...chdb, pidStart: startOf(chdb.pid) });
  chdb.release();
  return chdb;
}

async function answers(address: StoreAddress): Promise<boolean> {
  const store = new Store(address);
  const isUp = await store.rows('SELECT 1').then(
    () => true,
    () => false,
  );
  await store.close();
  return isUp;
}

/** Asks now and then, so that it stays while we work. */
async function asked<T>(address: StoreAddress, work: (store: Store) => Promise<T>): Promise<T> {
  const store = new Store(address);
  const asking = setInterval(() => void store.rows('SELECT 1').catch(() => undefined), askMs);
  try {
    return await work(store);
  } finally {
    clearInterval(asking);
    await store.close();
  }
}

/** The store of a run's store role; null while that is not up. */
export async function withRunningStore<T>(dir: string, work: (store: Store | null) => Promise<T>): Promise<T> {
  const address = storeAddress(dir);
  const store = address === null ? null : new Store(address);
  const isUp = address !== null && (await answers(address));
  try {
    return await work(isUp ? store : null);
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
    await recoverSwaps(store).catch((error: unknown) =>
      process.stderr.write(`fenshi: an import that was cut short waits: ${String(error)}\n`),
    );
    return await work(store);
  } finally {
    await store.close();
    await chdb.stop();
  }
}
