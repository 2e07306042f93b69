import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ChdbProcess, startChdb } from './chdb-process.ts';
import { askedLimits, Store } from './client.ts';
import { RowBinary } from './row-binary.ts';
import { migrate } from './schema.ts';

let dir: string;
let chdb: ChdbProcess;
let store: Store;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fenshi-store-'));
  chdb = await startChdb(dir);
  store = new Store(chdb);
});
afterAll(async () => {
  await store.close();
  await chdb.stop();
  rmSync(dir, { recursive: true, force: true });
});

describe('chDB behind the ClickHouse protocol', () => {
  test('migrations run once, in order', async () => {
    expect(await migrate(store)).toEqual(['0001', '0002', '0003', '0004', '0005']);
    expect(await migrate(store)).toEqual([]);
    const tables = await store.rows<{ name: string }>("SELECT name FROM system.tables WHERE database = 'fenshi' ORDER BY name");
    expect(tables.map(({ name }) => name)).toEqual([
      'bars',
      'calendar',
      'daily',
      'datasets',
      'documents',
      'flow',
      'journal',
      'limit_pool',
      'members',
      'migrations',
      'names',
      'quality',
      'quotes',
      'reference',
      'repairs',
      'signals',
      'swaps',
      'ticks',
      'trades',
      'transitions',
    ]);
  });

  test('parameters are bound, refusals carry the engine’s code', async () => {
    expect(await store.rows('SELECT {a:UInt32} + 1 AS a, {b:String} AS b', { a: 41, b: "it's {x}; DROP" })).toEqual([
      { a: 42, b: "it's {x}; DROP" },
    ]);
    expect(await store.rows('SELECT arraySum({xs:Array(UInt32)}) AS sum', { xs: [1, 2, 39] })).toEqual([{ sum: 42 }]);
    await expect(store.rows('SELECT nothing')).rejects.toThrow(/STORE_REFUSED/);
    await expect(new Store({ ...chdb, password: 'other' }).rows('SELECT 1')).rejects.toThrow(/516|Authentication/);
  });

  test('binary rows: nulls, bytes, large counts; a second insert of a bar is the same bar, a later version stands beside it', async () => {
    const bars = (known: number, close: number) => {
      const rows = new RowBinary(8);
      for (let i = 0; i < 5000; i++) {
        rows
          .date('20261123')
          .u32(60)
          .u32(1_600_000)
          .i64(1_795_395_600_000 + i * 60_000)
          .string('tencent')
          .string('live')
          .i64(known);
        rows.milli(null).milli(2_000_000_000).milli(1).milli(close).double(9_007_199_254_740_991).double(null).double(null);
        rows.endRow();
      }
      return rows;
    };
    await store.insert('fenshi.bars', bars(1, 10_000));
    await store.insert('fenshi.bars', bars(1, 10_000));
    await store.insert('fenshi.bars', bars(2, 10_010));
    const [row] = await store.rows(
      'SELECT count() AS n, max(close_milli) AS c, any(open_milli) AS o, max(volume_shares) AS v FROM fenshi.bars FINAL',
    );
    expect(row).toEqual({ n: 10_000, c: 10_010, o: null, v: 9_007_199_254_740_991 });
  });

  test('a question of others may not cost what it likes: beyond its limits it is refused, ours is not', async () => {
    const asked = new Store(chdb, { ...askedLimits, max_result_rows: 1000 });
    expect(await asked.rows('SELECT number FROM numbers({count:UInt32}) LIMIT 1000', { count: 5000 })).toHaveLength(1000);
    await expect(asked.rows('SELECT number FROM numbers(5000)')).rejects.toMatchObject({ code: 'STORE_REFUSED' });
    expect(await store.rows('SELECT number FROM numbers(5000)')).toHaveLength(5000);
    await asked.close();
  });

  test('one process a folder', async () => {
    await expect(startChdb(dir)).rejects.toThrow(/STORE_UNAVAILABLE/);
  });
});
