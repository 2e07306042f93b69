/** The archive under fire: chDB is killed while it takes rows, again and again; in the end each row of the tape is there once. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from '../../contracts/codec.ts';
import { type ChdbProcess, startChdb } from '../../engine/store/chdb-process.ts';
import { Store } from '../../engine/store/client.ts';
import { chainInStore, JournalArchive } from '../../engine/store/journal-archive.ts';
import type { RowBinary } from '../../engine/store/row-binary.ts';
import { migrate } from '../../engine/store/schema.ts';
import { TapeArchive } from '../../engine/store/tape-archive.ts';
import { type FoldedDay, lcg } from '../support/days.ts';

export type ArchiveFire = { readonly day: FoldedDay; readonly kills: number; readonly seed: number; readonly rowsAtOnce: number };
export type ArchiveResult = {
  readonly kills: number;
  /** Kills after which the insert turned out to be stored although nobody was told so. */
  readonly storedUnsaid: number;
  readonly inserts: number;
  readonly smallestInsert: number;
  readonly rows: number;
  readonly distinct: number;
  readonly expected: number;
  readonly steps: number;
  readonly hash: string;
  readonly bars: number;
  readonly distinctBars: number;
};

const within = 60;

export async function archiveUnderFire({ day, kills, seed, rowsAtOnce }: ArchiveFire): Promise<ArchiveResult> {
  const dir = mkdtempSync(join(tmpdir(), 'fenshi-archive-'));
  const dice = lcg(seed);
  let chdb: ChdbProcess = await startChdb(dir);
  let store = new Store(chdb);
  let [killed, inserts, smallest, storedUnsaid] = [0, 0, Number.POSITIVE_INFINITY, 0];
  await migrate(store);
  const armed: Pick<Store, 'rows' | 'insert'> = {
    rows: (query, params) => store.rows(query, params),
    insert: async (table: string, rows: RowBinary) => {
      const isQuotes = table.endsWith('.quotes') && rows.rows >= rowsAtOnce;
      if (isQuotes) {
        inserts += 1;
        smallest = Math.min(smallest, rows.rows);
      }
      if (isQuotes && killed < kills) {
        killed += 1;
        const timer = setTimeout(() => chdb.kill(), dice(within));
        try {
          await store.insert(table, rows);
        } finally {
          await chdb.exited;
          clearTimeout(timer);
        }
        throw new Error('killed after the answer');
      }
      await store.insert(table, rows);
    },
  };
  for (;;) {
    const tape = new TapeArchive(armed, day.bundle, rowsAtOnce);
    const before = await stored();
    try {
      await tape.open();
      for (const [n, entry] of day.entries.entries()) await tape.entry(n, entry);
      break;
    } catch {
      await store.close();
      chdb = await startChdb(dir);
      store = new Store(chdb);
      if ((await stored()) > before) storedUnsaid += 1;
    }
  }
  const journal = new JournalArchive(armed, day.bundle.tradeDate);
  await journal.open();
  for (const step of day.steps) await journal.append(encode(step));
  await journal.flush();
  const chain = await chainInStore(store, day.bundle.tradeDate, day.sha);
  const [counts] = await store.rows<{ rows: number; distinct: number }>(
    'SELECT count() AS rows, uniqExact(n, row) AS distinct FROM fenshi.quotes',
  );
  const [bars] = await store.rows<{ rows: number; distinct: number }>(
    'SELECT count() AS rows, uniqExact(instrument, ts_ms, known_ms) AS distinct FROM fenshi.bars FINAL',
  );
  await store.close();
  await chdb.stop();
  rmSync(dir, { recursive: true, force: true });
  const expected = day.entries.reduce((sum, entry) => sum + (entry.type === 'quotes' ? entry.batch.count : 0), 0);
  return {
    kills: killed,
    storedUnsaid,
    inserts,
    smallestInsert: smallest,
    ...counts!,
    expected,
    ...chain,
    bars: bars!.rows,
    distinctBars: bars!.distinct,
  };

  async function stored(): Promise<number> {
    const [row] = await store.rows<{ rows: number }>('SELECT count() AS rows FROM fenshi.quotes');
    return row?.rows ?? 0;
  }
}
