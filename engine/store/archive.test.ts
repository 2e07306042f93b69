import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from 'nats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { streams } from '../../contracts/subjects.ts';
import { type FoldedDay, foldedDay } from '../../scenarios/support/days.ts';
import { RoleProcess, roleStart } from '../../scenarios/support/role-process.ts';
import { startTestBroker, type TestBroker } from '../../scenarios/support/test-broker.ts';
import { archiveUnderFire } from '../../scenarios/torture/archive.ts';
import { saveBundle } from '../log/bundle-store.ts';
import { connectBroker } from '../log/connect.ts';
import { JetStreamTapeWriter } from '../log/jetstream-tape.ts';
import { BarBuilder } from './bar-builder.ts';
import { Store } from './client.ts';
import { dayRecord, purgeDays, verifyDay } from './day-archive.ts';
import { levelOf } from './disk.ts';
import { chainInStore } from './journal-archive.ts';
import { storeAddress } from './locate.ts';

let day: FoldedDay;
beforeAll(() => {
  day = foldedDay({ count: 20, seed: 2 });
});

describe('bars of a day', () => {
  test('hold what was traded, minute by minute, and no bad tick', () => {
    const clean = foldedDay({ count: 12, seed: 3, faulty: false });
    const builder = new BarBuilder(clean.bundle);
    const bars = [];
    for (const [n, entry] of clean.entries.entries()) {
      if (entry.type === 'quotes') builder.batch(entry.batch, n);
      if (entry.type === 'clock') bars.push(...builder.take(entry.tsMs));
    }
    bars.push(...builder.take(Number.POSITIVE_INFINITY));
    for (const issue of clean.market.days) {
      const own = bars.filter(({ instrumentNo }) => instrumentNo === issue.issue.no);
      // the closing call's rows are auction rows: its cross is the last total
      const shares = own.reduce((sum, bar) => sum + (bar.volumeShares ?? 0), 0);
      expect(shares).toBeLessThanOrEqual(issue.shares);
      expect(shares).toBeGreaterThan(issue.shares * 0.95);
      expect(own.length).toBeGreaterThan(200);
      expect(own.every((bar) => bar.lowMilli! <= bar.openMilli! && bar.closeMilli! <= bar.highMilli!)).toBe(true);
      expect(Math.max(...own.map((bar) => bar.highMilli!))).toBeLessThanOrEqual(issue.limits.upMilli);
      expect(new Set(own.map(({ tsMs }) => tsMs)).size).toBe(own.length);
    }
  });
});

describe('the archive', () => {
  test('killed six times inside an insert of 5,000 rows: each row of the tape once, the chain of the journal whole', async () => {
    const result = await archiveUnderFire({ day, kills: 6, seed: 1, rowsAtOnce: 5000 });

    expect(result).toMatchObject({
      kills: 6,
      rows: result.expected,
      distinct: result.expected,
      steps: day.steps.length,
      hash: day.steps.at(-1)!.hash,
    });
    expect(result.smallestInsert).toBeGreaterThanOrEqual(5000);
    expect(result.distinctBars).toBe(result.bars);
  });

  test('disk levels at 70, 85 and 95 %', () => {
    expect([0.69, 0.7, 0.85, 0.95].map(levelOf)).toEqual(['ok', 'warn', 'alarm', 'full']);
  });
});

describe('the store role over a whole day', () => {
  let broker: TestBroker;
  let bundles: string;
  let store: RoleProcess;
  let engine: RoleProcess;
  let nc: NatsConnection;
  let jsm: JetStreamManager;

  beforeAll(async () => {
    broker = await startTestBroker();
    bundles = mkdtempSync(join(tmpdir(), 'fenshi-bundles-'));
    saveBundle(bundles, day.bundle);
    engine = new RoleProcess('engine', await roleStart(broker, 'engine', bundles));
    store = new RoleProcess('store', await roleStart(broker, 'store', bundles));
    engine.start();
    nc = await connectBroker(broker.access('engine'), 'test');
    jsm = await jetstreamManager(nc);
    const js = jetstream(nc);
    while ((await jsm.streams.info(streams(broker.run).tape).catch(() => null)) === null)
      await new Promise((resolve) => setTimeout(resolve, 50));
    const writer = new JetStreamTapeWriter(js, jsm, broker.run, day.bundle.tradeDate);
    for (const [n, entry] of day.entries.entries()) await writer.append(n, entry);
    await writer.close();
    store.start();
  });
  afterAll(async () => {
    await store.stop();
    await engine.stop();
    await nc.close();
    await broker.stop();
    rmSync(bundles, { recursive: true });
  });

  test('stores it, survives being killed, writes and verifies day files; the day replays to the same hash after the streams are purged', async () => {
    const days = join(broker.dir, 'days');
    const until = async (done: () => Promise<boolean> | boolean) => {
      while (!(await done())) await new Promise((resolve) => setTimeout(resolve, 100));
    };
    await until(() => storeAddress(broker.dir) !== null);
    await store.kill();
    store.start();
    await until(() => dayRecord(days, day.bundle.tradeDate) !== null);
    const last = day.steps.at(-1)!;
    expect(dayRecord(days, day.bundle.tradeDate)).toMatchObject({
      entries: day.entries.length,
      steps: day.steps.length,
      hash: last.hash,
      bundle: day.sha,
    });

    const inStore = new Store(storeAddress(broker.dir)!);
    expect(await chainInStore(inStore, day.bundle.tradeDate, day.sha)).toEqual({ steps: day.steps.length, hash: last.hash });
    const [counts] = await inStore.rows<{ rows: number; distinct: number }>(
      'SELECT count() AS rows, uniqExact(n, row) AS distinct FROM fenshi.quotes',
    );
    const rows = day.entries.reduce((sum, entry) => sum + (entry.type === 'quotes' ? entry.batch.count : 0), 0);
    expect(counts).toEqual({ rows, distinct: rows });
    const [transitions] = await inStore.rows<{ rows: number }>('SELECT count() AS rows FROM fenshi.transitions FINAL');
    expect(transitions!.rows).toBe(day.steps.flatMap(({ entries }) => entries).filter(({ kind }) => kind === 'transition').length);
    await inStore.close();

    await jsm.streams.purge(streams(broker.run).tape);
    await jsm.streams.purge(streams(broker.run).journal);
    expect((await verifyDay(days, bundles, day.bundle.tradeDate)).hash).toBe(last.hash);
    expect(await purgeDays(jsm, broker.run, days, { tapeDays: 5, journalDays: 60 })).toEqual({ tape: [], journal: [] });
  });
});
