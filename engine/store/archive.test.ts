import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from 'nats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { batchOf, type Quote } from '../../contracts/quote.ts';
import { clockOf, midnightOf, tsecOf } from '../../contracts/session.ts';
import { streams } from '../../contracts/subjects.ts';
import { type FoldedDay, foldedDay } from '../../scenarios/support/days.ts';
import { RoleProcess, roleStart } from '../../scenarios/support/role-process.ts';
import { startTestBroker, type TestBroker } from '../../scenarios/support/test-broker.ts';
import { archiveUnderFire } from '../../scenarios/torture/archive.ts';
import { Cell } from '../cell/cell.ts';
import { saveBundle } from '../log/bundle-store.ts';
import { connectBroker } from '../log/connect.ts';
import { JetStreamTapeWriter } from '../log/jetstream-tape.ts';
import { BarBuilder } from './bar-builder.ts';
import { Store } from './client.ts';
import { dayRecord, purgeDays, verifyDay } from './day-archive.ts';
import type { StoredBar } from './encode-rows.ts';
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
      const latest = new Map(own.map((bar) => [bar.tsMs, bar]));
      expect([...latest.values()].reduce((sum, bar) => sum + (bar.volumeShares ?? 0), 0)).toBe(issue.shares);
      expect(clockOf(own.at(-1)!.tsMs)).toBe('15:00:00');
      expect(own.at(-1)!.closeMilli).toBe(issue.lastMilli);
      expect(own.length).toBeGreaterThan(200);
      expect(own.every((bar) => bar.lowMilli! <= bar.openMilli! && bar.closeMilli! <= bar.highMilli!)).toBe(true);
      expect(Math.max(...own.map((bar) => bar.highMilli!))).toBeLessThanOrEqual(issue.limits.upMilli);
      expect(new Set(own.map(({ tsMs }) => tsMs)).size).toBe(own.length);
    }
  });

  test('who bought actively is split as features split it: the sums of a day agree, minute by minute, and of a match nobody knows', () => {
    const clean = foldedDay({ count: 12, seed: 3, faulty: false });
    const builder = new BarBuilder(clean.bundle);
    const cell = new Cell(clean.bundle);
    const bars = new Map<string, StoredBar>();
    for (const [n, entry] of clean.entries.entries()) {
      cell.apply(entry);
      if (entry.type === 'quotes') builder.batch(entry.batch, n);
      for (const bar of entry.type === 'clock' ? builder.take(entry.tsMs) : []) bars.set(`${bar.instrumentNo} ${bar.tsMs}`, bar);
    }
    for (const bar of builder.take(Number.POSITIVE_INFINITY)) bars.set(`${bar.instrumentNo} ${bar.tsMs}`, bar);
    const { net, at } = cell.market.features.bars;
    for (const [s, { no }] of clean.bundle.instruments.entries()) {
      const own = [...bars.values()].filter(({ instrumentNo }) => instrumentNo === no);
      const matches = own.filter(({ tsMs }) => ['09:30:00', '15:00:00'].includes(clockOf(tsMs)));
      expect(matches.map(({ netYuan }) => netYuan)).toEqual(matches.map(() => null));
      for (const minute of [30, 90, 200]) {
        const until = own.filter(({ tsMs }) => tsecOf(tsMs) <= 60 * (minute + 1));
        const sum = until.reduce((total, { netYuan }) => total + (netYuan ?? 0), 0);
        const running = Array.from({ length: minute + 1 }, (_, m) => net[at.call(cell.market.features.bars, s, m)]!);
        expect(sum).toBeCloseTo(running.findLast((each) => !Number.isNaN(each)) ?? 0, 2);
      }
      expect(own.some(({ netYuan }) => netYuan !== null && netYuan !== 0)).toBe(true);
      for (const { netYuan, amountYuan } of own) if (netYuan !== null) expect(Math.abs(netYuan)).toBeLessThanOrEqual(amountYuan! + 0.01);
    }
  });

  test('a row of a minute that was told tells it again, known later; the closing match is the bar of 15:00', () => {
    const [issue] = day.bundle.instruments;
    const midnight = midnightOf(day.bundle.tradeDate);
    const builder = new BarBuilder(day.bundle);
    const pre = issue!.preCloseMilli!;
    let n = 0;
    const quote = (clock: string, last: number, lots: number, receivedSec = 1, unit = 1) => {
      const [h = 0, m = 0, s = 0] = clock.split(':').map(Number);
      const tsExchangeMs = midnight + ((h * 60 + m) * 60 + s) * 1000;
      const volumeShares = lots * 100;
      const row: Quote = {
        phaseCode: 0,
        flags: 0,
        openMilli: null,
        highMilli: null,
        lowMilli: null,
        limitUpMilli: null,
        limitDownMilli: null,
        outerShares: null,
        innerShares: null,
        instrumentNo: issue!.no,
        tsExchangeMs,
        lastMilli: last,
        preCloseMilli: pre,
        volumeShares,
        amountYuan: ((volumeShares * pre) / 1000) * unit,
        bids: [[pre - 10, 100], null, null, null, null],
        asks: [[pre + 10, 100], null, null, null, null],
      };
      builder.batch(batchOf('test', tsExchangeMs + receivedSec * 1000, [row]), n++);
    };
    const told = (clock: string) => {
      const [h = 0, m = 0, s = 0] = clock.split(':').map(Number);
      return builder
        .take(midnight + ((h * 60 + m) * 60 + s) * 1000)
        .map(({ tsMs, highMilli, closeMilli, volumeShares, knownMs }) => [
          clockOf(tsMs),
          highMilli! - pre,
          closeMilli! - pre,
          volumeShares,
          clockOf(knownMs),
        ]);
    };
    quote('10:00:03', pre, 10);
    quote('10:00:30', pre + 10, 20);
    expect(told('10:01:05')).toEqual([['10:01:00', 10, 10, 2000, '10:01:05']]);
    quote('10:00:57', pre, 25, 18);
    expect(told('10:01:20')).toEqual([['10:01:00', 10, 0, 2500, '10:01:15']]);
    quote('10:01:30', pre, 30);
    expect(told('10:02:05')).toEqual([['10:02:00', 0, 0, 500, '10:02:05']]);
    quote('14:56:58', pre, 40);
    quote('14:57:00', pre, 41);
    quote('14:58:00', pre + 10, 41); // the call's virtual price is no trade
    expect(told('14:57:30')).toEqual([['14:57:00', 0, 0, 1100, '14:57:05']]);
    quote('14:59:57', pre + 10, 91, 1, 100); // money of another unit is no match
    quote('15:00:00', pre + 10, 90, 4);
    quote('15:00:03', pre + 10, 90, 4);
    quote('15:06:00', pre + 10, 95); // after hours, apart from the day
    expect(told('15:07:00')).toEqual([['15:00:00', 10, 10, 4900, '15:00:05']]);
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
    while ((await jsm.streams.info(streams(broker.run).tape).catch(() => null)) === null) await sleep(50);
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
      while (!(await done())) await sleep(100);
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
