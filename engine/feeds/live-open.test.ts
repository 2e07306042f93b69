import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Bundle } from '../../contracts/bundle.ts';
import { defaultConfig } from '../../contracts/config.ts';
import { feedBucket } from '../../contracts/feed.ts';
import { midnightOf } from '../../contracts/session.ts';
import { instrumentNo } from '../../contracts/units.ts';
import { type Emulators, emulatedToken, startEmulators } from '../../scenarios/sources/emulators.ts';
import type { FaultKind, Vendor } from '../../scenarios/sources/faults.ts';
import { marketUntil } from '../../scenarios/support/emulated.ts';
import { startTestBroker, type TestBroker } from '../../scenarios/support/test-broker.ts';
import { probe } from '../cli/commands/source.ts';
import { loadBundle } from '../log/bundle-store.ts';
import { connectBroker } from '../log/connect.ts';
import { ensureFeedBucket, handOverOf } from '../log/feed-bucket.ts';
import { firstUnfinishedDay, newestDay } from '../log/jetstream-tape.ts';
import { isAlive } from '../log/processes.ts';
import { ensureStreams } from '../log/streams.ts';
import { preOpenBundle } from '../reference/pre-open.ts';
import { startChdb } from '../store/chdb-process.ts';
import { libraryDir } from '../store/library.ts';
import { storeAddress } from '../store/locate.ts';
import { closeLeftOpen, dayUnderWay, openLiveDay, referenceClients } from './live-open.ts';
import type { MarketSource } from './market-sources.ts';
import { referenceSources } from './reference/sources.ts';
import { TapeAppender } from './tape-appender.ts';

const date = '20261123';

test('a trading day is under way from 08:50 to 15:30, on trading days', () => {
  const at = (day: string, h: number, m: number) => dayUnderWay(midnightOf(day) + (h * 60 + m) * 60_000);
  expect([at(date, 8, 49), at(date, 8, 50), at(date, 15, 29), at(date, 15, 30), at('20261121', 10, 0)]).toEqual([
    null,
    date,
    date,
    null,
    null,
  ]);
});

/** The library's owner stays a while for whoever comes next: until it has gone. */
async function libraryLeft(): Promise<void> {
  const pid = storeAddress(libraryDir)?.pid;
  if (pid === undefined || !isAlive(pid)) return;
  process.kill(pid, 'SIGTERM');
  await expect.poll(() => isAlive(pid), { timeout: 300_000 }).toBe(false);
}

describe('a live day against emulated vendors', () => {
  const { market, table } = marketUntil('09:16', { count: 30 });
  let emulators: Emulators;
  let dir: string;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'fenshi-live-'));
    process.env.FENSHI_DATA = dir;
    emulators = await startEmulators(table, { calendar: [{ date, isOpen: true, previous: '20261120' }], tusharePageRows: 11 });
  });
  afterAll(async () => {
    await emulators.close();
    rmSync(dir, { recursive: true, force: true });
  });

  test.each([
    ['tencent alone', null],
    ['with tushare', emulatedToken],
  ])('%s: the bundle has every instrument at its reference price, the day is open and handed over', async (_, token) => {
    const broker: TestBroker = await startTestBroker();
    const nc = await connectBroker(broker.access('engine'), 'test');
    const [js, jsm] = [jetstream(nc), await jetstreamManager(nc)];
    const { run } = broker;
    await ensureStreams(jsm, run);
    await ensureFeedBucket(js, run);
    const kv = await new Kvm(js).open(feedBucket(run));
    const monitoredFile = join(dir, 'monitored.txt');
    writeFileSync(monitoredFile, '# closely watched\n600519.SH\n');
    await openLiveDay(date, new TapeAppender(js, run, date, 'test'), {
      config: defaultConfig,
      order: ['tencent', 'sina', 'eastmoney'],
      previous: null,
      hosts: emulators.urls,
      token,
      dir,
      bundles: join(dir, 'bundles'),
      monitoredFile,
      kv,
      log: pino({ level: 'silent' }),
    });
    const newest = await newestDay(jsm, run);
    const bundle = loadBundle(join(dir, 'bundles'), newest!.open.bundle);
    expect([newest!.open.tradeDate, newest!.closed, bundle.origin]).toEqual([date, false, 'live']);
    expect(bundle.monitored).toEqual([instrumentNo('600519.SH')]);
    expect(bundle.instruments.map(({ no }) => no)).toEqual([...market.issues].map(({ no }) => no).sort((a, b) => a - b));
    for (const each of bundle.instruments) {
      const truth = market.days.find(({ issue }) => issue.no === each.no)!;
      expect(each.name).toBe(truth.issue.name);
      if (table.isSeen(table.indexOf(each.no))) expect(each.preCloseMilli).toBe(truth.preCloseMilli);
      if (!truth.unlimited && each.preCloseMilli !== null)
        expect([each.limitUpMilli, each.limitDownMilli]).toEqual([truth.limits.upMilli, truth.limits.downMilli]);
    }
    expect(await handOverOf(kv)).toMatchObject({ tradeDate: date });
    await nc.close();
    await broker.stop();
  });

  describe('what a day is opened with when sources fail', () => {
    const bundleFrom = async (
      order: readonly MarketSource[],
      token: string | null,
      previous: Bundle | null = null,
      signal?: AbortSignal,
    ) => {
      const clients = referenceClients(order, emulators.urls, token);
      try {
        const from = { ...clients, library: null, previous, monitoredFile: null, ...(signal === undefined ? {} : { signal }) };
        return await preOpenBundle(date, defaultConfig, referenceSources(from));
      } finally {
        clients.close();
      }
    };
    const all = ['tencent', 'sina', 'eastmoney'] as const;
    const fault = (vendor: Vendor, kind: FaultKind) => emulators.faults.plan([{ vendor, kind, fromMs: 0, toMs: Number.MAX_SAFE_INTEGER }]);
    afterEach(() => emulators.faults.plan([]));

    test('Tencent is down from before the open: list and prices come from the others, and the bundle says so', async () => {
      fault('tencent', 'ban');
      const bundle = await bundleFrom(all, null);
      expect(bundle.instruments).toHaveLength(market.issues.length);
      expect(bundle.openedWith).toMatchObject({ instruments: 'eastmoney', references: expect.stringMatching(/^sina \d+/) as string });
      expect(bundle.assumed.join('\n')).toMatch(/list of instruments unavailable from tencent \(SOURCE_UNREACHABLE/);
      for (const each of bundle.instruments)
        if (table.isSeen(table.indexOf(each.no)))
          expect(each.preCloseMilli).toBe(market.days.find(({ issue }) => issue.no === each.no)!.preCloseMilli);
    });

    test('nobody lists: the bundle of the day before stands in; without one there is no day', async () => {
      const previous = { ...(await bundleFrom(all, null)), tradeDate: '20261120' };
      const bundle = await bundleFrom(['sina'], null, previous);
      expect(bundle.openedWith).toMatchObject({ instruments: 'the bundle of 20261120' });
      expect(bundle.instruments.map(({ name }) => name)).toEqual(previous.instruments.map(({ name }) => name));
      await expect(bundleFrom(['sina'], null)).rejects.toThrow(/REFERENCE_MISSING/);
    });

    test('a limit on one API of Tushare costs that API alone; its tables are read to their last page', async () => {
      fault('tushare', 'oneApi');
      const bundle = await bundleFrom(all, emulatedToken);
      expect(bundle.assumed.join('\n')).toMatch(/stock_basic unavailable .*频率超限\(1次\/小时\)/);
      expect(bundle.openedWith).toMatchObject({
        instruments: 'tencent',
        references: expect.stringContaining(`tushare ${market.issues.length}`) as string,
      });
      const wanted = market.days.filter(({ unlimited }) => !unlimited).map(({ issue }) => issue.no);
      expect(bundle.instruments.filter(({ no, limitSource }) => wanted.includes(no) && limitSource !== 'told')).toEqual([]);
    });

    test('an opening ends when it is told to', async () => {
      await expect(bundleFrom(all, null, null, AbortSignal.abort())).rejects.toThrow(/abort/i);
    });
  });

  test('a day left open is closed before the next one opens; a library that is held costs the history, not the day', async () => {
    const broker: TestBroker = await startTestBroker();
    const nc = await connectBroker(broker.access('engine'), 'test');
    const [js, jsm] = [jetstream(nc), await jetstreamManager(nc)];
    const { run } = broker;
    await ensureStreams(jsm, run);
    await ensureFeedBucket(js, run);
    const kv = await new Kvm(js).open(feedBucket(run));
    const log = pino({ level: 'silent' });
    const left = new TapeAppender(js, run, '20261120', 'test');
    const opened = {
      type: 'day.open',
      v: 1,
      tsMs: midnightOf('20261120') + 9 * 3_600_000,
      tradeDate: '20261120',
      codeVersion: 'x',
      origin: 'live',
    } as const;
    await left.append({ ...opened, bundle: 'a'.repeat(64) }, true);
    await left.append({ type: 'clock', v: 1, tsMs: opened.tsMs + 1000 }, true);
    await closeLeftOpen(left, '20261120', log);
    await libraryLeft();
    const held = await startChdb(libraryDir); // by a program that tells nobody where it answers
    await openLiveDay(date, new TapeAppender(js, run, date, 'test'), {
      config: defaultConfig,
      order: ['tencent', 'sina', 'eastmoney'],
      previous: null,
      hosts: emulators.urls,
      token: null,
      dir,
      bundles: join(dir, 'bundles'),
      monitoredFile: null,
      kv,
      log,
    });
    await held.stop();
    expect(await firstUnfinishedDay(jsm, run, 1, () => Promise.resolve(false))).toMatchObject({
      open: { tradeDate: '20261120' },
      closed: true,
    });
    const next = await firstUnfinishedDay(jsm, run, 1, (day) => Promise.resolve(day === '20261120'));
    expect(next).toMatchObject({ open: { tradeDate: date }, closed: false });
    expect(loadBundle(join(dir, 'bundles'), next!.open.bundle).assumed.join('\n')).toMatch(/library is held by another command/);
    await nc.close();
    await broker.stop();
  });

  test('probing tells of each source what it said, or why not', async () => {
    const config = { feed: { ...defaultConfig.feed, hosts: emulators.urls }, tushare: { token: emulatedToken } };
    expect(await probe('tushare', { ...config, tushare: { token: null } })).toMatchObject({
      ok: false,
      said: expect.stringContaining('no token') as string,
    });
    expect(await probe('tushare', config)).toMatchObject({ source: 'tushare', ok: true });
    emulators.faults.plan([{ vendor: 'eastmoney', kind: 'ban', fromMs: 0, toMs: Number.MAX_SAFE_INTEGER }]);
    expect(await probe('eastmoney', config)).toMatchObject({ ok: false, said: expect.stringContaining('SOURCE_UNREACHABLE') as string });
  });
});
