/** A real chDB for one test file, in a folder of its own, with the present schema. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChdb } from '../../engine/store/chdb-process.ts';
import { Store } from '../../engine/store/client.ts';
import { migrate } from '../../engine/store/schema.ts';

export type TestStore = {
  readonly store: Store;
  /** For files beside it. */
  readonly dir: string;
  /** Ends the engine; the store's client stays, and finds nobody. */
  readonly end: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

export async function startTestStore(): Promise<TestStore> {
  const dir = mkdtempSync(join(tmpdir(), 'fenshi-store-'));
  const chdb = await startChdb(join(dir, 'store'));
  const store = new Store(chdb);
  await migrate(store);
  return {
    store,
    dir,
    end: () => chdb.stop(),
    stop: async () => {
      await store.close();
      await chdb.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
