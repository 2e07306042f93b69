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
import { preOpenBundle, readName } from '../reference/pre-open.ts';
import { startChdb } from '../store/chdb-process.ts';
import { libraryDir } from '../store/library.ts';
import { storeAddress } from '../store/locate.ts';
import { closeLeftOpen, dayUnderWay, openLiveDay, referenceClients } from './live-open.ts';
import type { MarketSource } from './market-sources.ts';
import { referenceSources } from './reference/sources.ts';
import { TapeAppender } from './tape-appender.ts';

const date = '20261123';
const nothing = {
  listed: () => Promise.resolve([]),
  references: () => Promise.resolve(new Map()),
  history: () => Promise.resolve(new Map()),
  closes: () => Promise.resolve(new Map()),
  sectors: () => Promise.resolve([]),
  monitored: () => Promise.resolve([]),
  remarks: () => [],
};

describe('a pre-open bundle', () => {
  const listed = [
    { no: instrumentNo('600519.SH'), name: '贵州茅台', industry: '白酒', listDate: '20010827', floatShares: 1_250_081_601 },
    { no: instrumentNo('600001.SH'), name: '*ST某某', industry: null, listDate: null, floatShares: null },
    { no: instrumentNo('301999.SZ'), name: 'N新股', industry: null, listDate: date, floatShares: null },
    { no: instrumentNo('510300.SH'), name: '沪深300ETF', industry: null, listDate: null, floatShares: null },
  ];
  const references = () =>
    Promise.resolve(
      new Map([
        [
          instrumentNo('600519.SH'),
          { preCloseMilli: 1_290_880, limitUpMilli: 1_419_970, limitDownMilli: 1_161_790, floatShares: null, date },
        ],
        [
          instrumentNo('600001.SH'),
          { preCloseMilli: 10_000, limitUpMilli: null, limitDownMilli: null, floatShares: 5e8, date: '20261120' },
        ],
      ]),
    );

  test('the source’s limits hold; a risk warning from the name is for today only; a first day has none; what is assumed is said', async () => {
    const bundle = await preOpenBundle(date, defaultConfig, { ...nothing, listed: () => Promise.resolve(listed), references });
    const of = (id: string) => bundle.instruments.find(({ no }) => no === instrumentNo(id))!;
    expect(bundle.instruments).toHaveLength(3); // no fund
    expect(of('600519.SH')).toMatchObject({
      limitUpMilli: 1_419_970,
      limitDownMilli: 1_161_790,
      limitRate: 0.1,
      floatShares: 1_250_081_601,
      noLimit: false,
    });
    expect(of('600001.SH')).toMatchObject({ riskWarning: true, limitUpMilli: 11_000, limitRate: 0.1 }); // 10 % since 2026-07-06
    expect(of('301999.SZ')).toMatchObject({ listingDayN: 1, noLimit: true, limitUpMilli: null, limitRate: null });
    expect(bundle.assumed.join('\n')).toMatch(/600001.SH is read from today's name/);
    expect(bundle.assumed.join('\n')).toMatch(
      /No reference price of today for 301999.SZ, 600001.SH|No reference price of today for 600001.SH, 301999.SZ/,
    );
    expect(bundle.assumed.join('\n')).toMatch(/No sector membership/);
  });

  test('N and C, −1 and 99,999.99, a rule and nothing: none is not unknown', async () => {
    const bare = (id: string, name: string, seasoned = false) => ({
      no: instrumentNo(id),
      name,
      industry: null,
      listDate: null,
      floatShares: null,
      seasoned,
    });
    const told = (more: object) => ({ preCloseMilli: 30_000, limitUpMilli: null, limitDownMilli: null, floatShares: null, date, ...more });
    const bundle = await preOpenBundle(date, defaultConfig, {
      ...nothing,
      listed: () =>
        Promise.resolve([
          bare('301999.SZ', 'N样本'),
          bare('688999.SH', 'C样本科创'),
          bare('920999.BJ', 'C样本北交'),
          bare('600519.SH', '样本主板'),
          bare('600520.SH', '样本老股', true),
          bare('600521.SH', '样本无限'),
        ]),
      references: () =>
        Promise.resolve(
          new Map<number, ReturnType<typeof told>>([
            ...['301999.SZ', '688999.SH', '920999.BJ', '600519.SH', '600520.SH'].map((id) => [instrumentNo(id), told({})] as const),
            [instrumentNo('600521.SH'), told({ noLimit: true })],
          ]),
        ),
    });
    const of = (id: string) => {
      const { listing, listingDayN, noLimit, limitSource, limitUpMilli } = bundle.instruments.find((each) => each.no === instrumentNo(id))!;
      return [listing, listingDayN, noLimit, limitSource, limitUpMilli];
    };
    expect(of('301999.SZ')).toEqual(['new', 1, true, 'none', null]);
    expect(of('688999.SH')).toEqual(['new', null, true, 'none', null]); // days 2 to 5
    expect(of('920999.BJ')).toEqual(['new', null, false, 'rule', 39_000]); // Beijing: the first day alone
    expect(of('600519.SH')).toEqual(['unknown', null, false, 'rule', 33_000]);
    expect(of('600520.SH')).toEqual(['seasoned', null, false, 'rule', 33_000]);
    expect(of('600521.SH')).toEqual(['unknown', null, true, 'none', null]);
    expect(bundle.assumed.join('\n')).toMatch(/No source says since when 600519.SH, 600521.SH are listed/);
    expect(bundle.openedWith).toMatchObject({ limits: 'rule 3, none 3' });
  });

  test('boards, highs and volumes are yesterday’s or unknown; an ex-date without its reference price has none', async () => {
    const [no, ex] = [instrumentNo('600001.SH'), instrumentNo('600002.SH')];
    const minutes = (day: string) => ({
      amounts: new Float64Array(240).fill(1e6),
      closes: new Float64Array(240).fill(10_000),
      volume: 7000,
      highMilli: 10_500,
      date: day,
    });
    const bundleOf = (days: readonly string[]) =>
      preOpenBundle(date, defaultConfig, {
        ...nothing,
        listed: () =>
          Promise.resolve(
            [
              [no, '某某'],
              [ex, 'XD某某'],
            ].map(([each, name]) => ({ no: each as number, name: name as string, industry: null, listDate: null, floatShares: null })),
          ),
        references: () =>
          Promise.resolve(
            new Map(
              [no, ex].map((each) => [
                each,
                { preCloseMilli: 12_100, limitUpMilli: null, limitDownMilli: null, floatShares: 5e8, date: '20261120' },
              ]),
            ),
          ),
        history: () => Promise.resolve(new Map([[no, days.map(minutes)]])),
        closes: () =>
          Promise.resolve(
            new Map([
              [no, [...days].reverse().map((day, i) => ({ date: day, closeMilli: [12_100, 11_000, 10_000][i]!, preCloseMilli: null }))],
            ]),
          ),
      });
    const fresh = await bundleOf(['20261118', '20261119', '20261120']);
    expect(fresh.instruments[0]).toMatchObject({
      boards: 2,
      recentCloses: [12_100, 11_000, 10_000],
      prevHighMilli: 10_500,
      prevVolumes: [7000, 7000, 7000],
      floatShares: 5e8,
    });
    expect(fresh.instruments[1]).toMatchObject({ exDate: true, preCloseMilli: null, limitUpMilli: null });
    expect(fresh.assumed.join('\n')).toMatch(/600002.SH trade ex rights today/);
    const stale = await bundleOf(['20261028', '20261029', '20261030']);
    expect(stale.instruments[0]).toMatchObject({ boards: 0, prevHighMilli: null, prevVolumes: [], recentCloses: [] });
    expect(stale.assumed.join('\n')).toMatch(/known up to 20261030 only, missing since 20261102/);
  });

  test('what is usual of active buying is a symbol’s own from three days of which the book was seen, its shape the shipped one until ten', async () => {
    const [own, other] = [instrumentNo('600001.SH'), instrumentNo('600002.SH')];
    const seen = (n: number) =>
      Array.from({ length: n }, (_, i) => ({
        amounts: new Float64Array(240).fill(1e6),
        closes: new Float64Array(240).fill(10_000),
        nets: new Float64Array(240).fill(2e5),
        volume: 7000,
        highMilli: 10_500,
        date: `202611${10 + i}`,
      }));
    const listed = [own, other].map((no) => ({ no, name: '某某', industry: null, listDate: null, floatShares: null }));
    const bundleOf = (days: number) =>
      preOpenBundle(date, defaultConfig, {
        ...nothing,
        listed: () => Promise.resolve(listed),
        history: () => Promise.resolve(new Map([[own, seen(days)]])),
      });
    const three = await bundleOf(3);
    const [first, second] = three.instruments;
    expect(three.profiles[first!.profile]).toMatchObject({ id: 'flow-600001.SH', narMean: new Array(8).fill(expect.closeTo(0.2, 12)) });
    expect(three.profiles[first!.profile]!.amountShare).toEqual(three.profiles[0]!.amountShare);
    expect([first!.profileSource, second!.profile]).toEqual(['xs', 0]);
    expect(three.openedWith).toMatchObject({ profiles: 'own 0 of 2', flow: 'own 1 of 2' });
    expect(three.assumed.join('\n')).toMatch(/Fewer than 3 days with the book for 600002.SH: what is usual of active buying/);
    const two = await bundleOf(2);
    expect([two.instruments[0]!.profile, two.assumed.some((line) => line.includes('recorded ticks of other symbols'))]).toEqual([0, true]);
    const ten = await bundleOf(10);
    expect(ten.profiles[ten.instruments[0]!.profile]).toMatchObject({
      id: 'own-600001.SH',
      narMean: new Array(8).fill(expect.closeTo(0.2, 12)),
    });
    expect(ten.openedWith).toMatchObject({ profiles: 'own 1 of 2', flow: 'own 1 of 2' });
  });

  test('nobody knows what is listed: no day', async () => {
    await expect(preOpenBundle(date, defaultConfig, nothing)).rejects.toThrow(/REFERENCE_MISSING/);
  });

  test.each([
    ['*ST 某某', { riskWarning: true, status: 'riskWarning' }],
    ['XDST某某', { riskWarning: true, exDate: true }],
    ['某某退', { delisting: true, status: 'delisting' }],
    ['S佳通', { riskWarning: false, status: 'sShare' }],
    ['五 粮 液', { riskWarning: false, status: 'normal' }],
    ['STAR科技', { riskWarning: true }], // only a dated record can tell it from a risk warning
  ])('%s', (name, want) => expect(readName(name)).toMatchObject(want));

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
