import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { boardOf } from '../../../contracts/instruments.ts';
import { quoteFlag, rowOf } from '../../../contracts/quote.ts';
import type { QuotesEntry } from '../../../contracts/tape.ts';
import { type Emulators, startEmulators } from '../../../scenarios/sources/emulators.ts';
import type { FaultKind, Vendor } from '../../../scenarios/sources/faults.ts';
import { advance, marketUntil } from '../../../scenarios/support/emulated.ts';
import type { SourceName } from '../adapter.ts';
import { SourceHttp } from '../http.ts';
import { sina } from '../sina/adapter.ts';
import { tencent } from '../tencent/adapter.ts';
import { banRule, usualRule } from './breaker.ts';
import { inRunTime, SourceClient } from './client.ts';
import { Collector, type CollectorSource, type Fact } from './collector.ts';
import { Heartbeat } from './heartbeat.ts';
import { SweepPlanner } from './planner.ts';

const plenty = { quotes: { perSec: 1e6, burst: 1e6 } };
const forever = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };

let world: Awaited<ReturnType<typeof start>>;
beforeEach(async () => {
  world = await start();
});
afterEach(async () => {
  vi.useRealTimers();
  await world.close();
});

async function start() {
  const { market, table } = marketUntil('10:00', { count: 60 });
  const emulators: Emulators = await startEmulators(table);
  const instruments = market.issues.map(({ no }) => no);
  const [entries, facts, states, polled]: [QuotesEntry[], Fact[], string[], number[]] = [[], [], [], []];
  const boardFaults: unknown[] = [];
  const https: SourceHttp[] = [];
  const source = (adapter: CollectorSource['adapter']): CollectorSource => {
    const url = emulators.urls[adapter.name as Vendor];
    const http = new SourceHttp(Object.fromEntries(Object.keys(adapter.hosts).map((host) => [host, url])));
    https.push(http);
    const heartbeat = new Heartbeat(instruments);
    const onState = (endpoint: string, state: number) => states.push(`${adapter.name}.${endpoint}=${state}`);
    return {
      adapter,
      heartbeat,
      client: new SourceClient({
        name: adapter.name,
        http,
        rates: plenty,
        breaker: usualRule,
        heartbeat,
        onState,
        onAnswer: () => undefined,
      }),
    };
  };
  const sources = [source(tencent), source(sina)];
  const planner = new SweepPlanner(instruments);
  const indices: number[] = [];
  const collector = new Collector({
    sources,
    planner,
    indices,
    now: () => table.nowMs,
    entry: (entry) => Promise.resolve(entries.push(entry) > 0),
    fact: (fact) => Promise.resolve(void facts.push(fact)),
    rejected: () => undefined,
    polled: (_source, ms) => polled.push(ms),
    boardFaults: (of, faults) => boardFaults.push([of, faults]),
  });
  await collector.open();
  return {
    market,
    table,
    emulators,
    instruments,
    entries,
    facts,
    states,
    polled,
    boardFaults,
    sources,
    planner,
    indices,
    collector,
    later: (ms: number) => advance(market, table, table.nowMs + ms),
    fault: (vendor: Vendor, kind: FaultKind) => emulators.faults.plan([{ vendor, kind, ...forever }]),
    well: () => emulators.faults.plan([]),
    close: async () => {
      await Promise.all([emulators.close(), ...https.map((http) => http.close())]);
    },
  };
}
const told = (facts: readonly Fact[]): string[] => facts.map(({ source, event }) => `${source} ${event}`);

describe('the collector against emulated vendors', () => {
  test('a sweep has the whole market; the next only what changed, and nothing that lies behind', async () => {
    const first = await world.collector.sweep();
    expect(first).toMatchObject({ source: 'tencent', asked: 60, received: 60, fresh: 60, good: true, missing: [] });
    expect(await world.collector.sweep()).toMatchObject({ received: 60, fresh: 0, older: 0 });
    world.later(3000);
    const third = await world.collector.sweep();
    expect(third.fresh).toBeGreaterThan(10);
    expect(third.fresh).toBeLessThan(60);
    for (const { batch } of world.entries) for (let i = 0; i < batch.count; i++) expect(rowOf(batch, i).lastMilli).toBeGreaterThan(0);
    expect(told(world.facts)).toEqual(['tencent connected', 'sina standby']);
  });

  test('the index is asked for beside the market and is no part of its count', async () => {
    world.indices.push(1_000_001);
    expect(await world.collector.sweep()).toMatchObject({ asked: 60, received: 60, missing: [], good: true });
  });

  test('of a new row’s age, polling is at most the time since the symbol was last looked at', async () => {
    await world.collector.sweep();
    expect(world.polled).toEqual([]);
    world.later(3000);
    await world.collector.sweep();
    const ages = world.entries.slice(1).flatMap(({ batch }) => [...batch.tsExchangeMs].map((ms) => batch.tsMs - ms));
    expect(world.polled).toEqual(ages.map((age) => Math.min(age, 3000)));
    world.later(60_000);
    await world.collector.sweep();
    expect(Math.max(...world.polled)).toBeGreaterThan(3000); // long unasked, and it may have waited all the time
  });

  test('pushed rows: compared while their source stands by, to the tape while it is the active one', async () => {
    await world.collector.sweep();
    const [, standby] = world.sources;
    world.later(3000);
    const rowsNow = async (i: number) => {
      const { adapter, client } = world.sources[i]!;
      return client.ask(adapter.quotes, { instruments: world.instruments });
    };
    const before = world.entries.length;
    expect(await world.collector.pushed(standby!.adapter.name, await rowsNow(1))).toBe(0);
    expect(world.entries.length).toBe(before);
    expect(await world.collector.pushed('tencent', await rowsNow(0))).toBeGreaterThan(10);
    expect(world.entries.at(-1)!.batch.source).toBe('tencent');
    expect(await world.collector.sweep()).toMatchObject({ fresh: 0, older: 0 });
  });

  test('a board that the parser refuses whole is its fault: the source stays, and another tells that board', async () => {
    const star = world.instruments.filter((no) => boardOf(no) === 'STAR');
    expect(star.length).toBeGreaterThanOrEqual(5);
    world.fault('tencent', 'board');
    const faults = [{ board: 'STAR', reason: 'INVARIANT', refused: star.length, asked: star.length }];
    for (let cycle = 0; cycle < 5; cycle++) {
      expect(await world.collector.sweep()).toMatchObject({ source: 'tencent', good: true, switchedTo: null, faults, missing: [] });
      world.later(3000);
    }
    expect(world.boardFaults).toEqual([['tencent', faults]]); // said once
    const sources = new Map(
      world.entries.flatMap(({ batch }) => Array.from({ length: batch.count }, (_, i) => [batch.instrumentNo[i]!, batch.source] as const)),
    );
    expect(new Set(star.map((no) => sources.get(no)))).toEqual(new Set(['sina']));
    world.well();
    expect(await world.collector.sweep()).toMatchObject({ faults: [], missing: [] });
    expect(world.boardFaults.at(-1)).toEqual(['tencent', []]);
  });

  test('a cut body: what is missing is asked for once more', async () => {
    world.fault('tencent', 'truncated');
    const before = world.emulators.faults.requests.tencent;
    const report = await world.collector.sweep();
    expect(report.received).toBeGreaterThan(30);
    expect(report.missing.length).toBeGreaterThan(0);
    expect(world.emulators.faults.requests.tencent - before).toBe(2);
  });

  test('a source that goes down: three bad cycles, then the independent one; back after sixty good seconds; no price is ever 0', async () => {
    await world.collector.sweep();
    world.fault('tencent', 'ban');
    const reports = [];
    for (let i = 0; i < 4; i++) {
      world.later(3000);
      reports.push(await world.collector.sweep());
    }
    expect(reports.map(({ source, received }) => [source, received])).toEqual([
      ['tencent', 0],
      ['tencent', 0],
      ['tencent', 0],
      ['sina', 60],
    ]);
    expect(told(world.facts).slice(2)).toEqual(['tencent standby', 'sina active', 'sina connected']);
    world.well();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 600_000 }); // the breaker's pause
    let [cycles, back] = [0, false];
    while (!back && cycles < 40) {
      world.later(3000);
      back = (await world.collector.sweep()).source === 'tencent';
      cycles += 1;
    }
    expect(cycles * 3).toBeGreaterThanOrEqual(60);
    expect(cycles * 3).toBeLessThanOrEqual(75);
    for (const { batch } of world.entries) for (let i = 0; i < batch.count; i++) expect(rowOf(batch, i).lastMilli ?? 1).toBeGreaterThan(0);
  });

  test.each(['frozen', 'stale', 'html', 'drift', 'unit', 'tooMany', 'serverError'] as const)(
    '%s: the market goes on from elsewhere',
    async (kind) => {
      await world.collector.sweep();
      world.fault('tencent', kind);
      let source: SourceName = 'tencent';
      for (let i = 0; i < 12 && source === 'tencent'; i++) {
        world.later(3000);
        source = (await world.collector.sweep()).source;
      }
      expect(source).toBe('sina');
    },
  );

  test('a quote that two sources tell differently is flagged until they agree', async () => {
    const [no = 0] = world.instruments;
    const { sources, collector } = world;
    const honest = sources[1]!.client.ask.bind(sources[1]!.client);
    let lie = true;
    sources[1]!.client.ask = (async (...args: Parameters<typeof honest>) => {
      const answer = await honest(...args);
      const rows = (answer.rows as never as { quote: { instrumentNo: number; lastMilli: number } }[]).map((row) =>
        lie && row.quote.instrumentNo === no ? { ...row, quote: { ...row.quote, lastMilli: row.quote.lastMilli * 1.02 } } : row,
      );
      return { ...answer, rows };
    }) as never;
    const flagsOf = () =>
      world.entries
        .flatMap(({ batch }) => Array.from({ length: batch.count }, (_, i) => rowOf(batch, i)))
        .filter((q) => q.instrumentNo === no && (q.flags & quoteFlag.disputed) !== 0).length;
    for (let i = 0; i < 30; i++) {
      world.later(3000);
      await collector.sweep();
    }
    expect(collector.comparison.disputed).toEqual([no]);
    expect(flagsOf()).toBeGreaterThan(0);
    lie = false;
    for (let i = 0; i < 30; i++) {
      world.later(3000);
      await collector.sweep();
    }
    expect(collector.comparison.disputed).toEqual([]);
  });

  test('active symbols are asked for between two sweeps, in the first batch of each', async () => {
    const active = world.instruments.slice(-3);
    expect(await world.collector.between()).toBe(0);
    world.planner.markActive(active);
    expect(world.planner.sweep(10).batches[0]!.slice(0, 3)).toEqual(active);
    expect(await world.collector.between()).toBe(3);
  });
});

describe('a client', () => {
  test('a ban opens the breaker after two empty closes, and then costs no request', async () => {
    world.fault('eastmoney', 'ban');
    const { emQuotes } = await import('../eastmoney/quotes.ts');
    const http = new SourceHttp({ push2: world.emulators.urls.eastmoney });
    const states: number[] = [];
    const client = new SourceClient({
      name: 'eastmoney',
      http,
      rates: { push2: plenty.quotes },
      breaker: banRule,
      heartbeat: new Heartbeat([]),
      onState: (_, state) => states.push(state),
      onAnswer: () => undefined,
    });
    for (let i = 0; i < 9; i++)
      await expect(client.ask(emQuotes, { instruments: world.instruments })).rejects.toThrow(/SOURCE_UNREACHABLE/);
    expect([client.requests, states.length, client.isOpen('quotes')]).toEqual([2, 1, true]);
    await http.close();
  });

  test('our own rate keeps us from asking; what persists waits and tries again within its budget', async () => {
    const http = new SourceHttp({ quotes: world.emulators.urls.tencent });
    const client = new SourceClient({
      name: 'tencent',
      http,
      rates: { quotes: { perSec: 2, burst: 1 } },
      breaker: { ...usualRule, consecutive: 100 },
      heartbeat: new Heartbeat([]),
      onState: () => undefined,
      onAnswer: () => undefined,
    });
    const params = { instruments: world.instruments };
    expect((await client.ask(tencent.quotes, params)).rows).toHaveLength(60);
    await expect(client.ask(tencent.quotes, params)).rejects.toThrow(/SOURCE_LIMITED/);
    expect((await client.persist(tencent.quotes, params)).rows).toHaveLength(60);
    world.fault('tencent', 'serverError');
    vi.useFakeTimers({ shouldAdvanceTime: true, advanceTimeDelta: 200 });
    const before = client.requests;
    await expect(client.persist(tencent.quotes, params)).rejects.toThrow(/SOURCE_STATUS/);
    expect(client.requests - before).toBe(6); // one and five retries
    await http.close();
  });

  test('it says how it may be asked, and what it last failed with; its own rate is no failure', async () => {
    const http = new SourceHttp({ quotes: world.emulators.urls.tencent });
    const client = new SourceClient({
      name: 'tencent',
      http,
      rates: { quotes: { perSec: 2, burst: 3 } },
      breaker: { ...usualRule, consecutive: 2 },
      heartbeat: new Heartbeat([]),
      onState: () => undefined,
      onAnswer: () => undefined,
    });
    const ask = () => client.ask(tencent.quotes, { instruments: world.instruments });
    const well = { hosts: [{ host: 'quotes', perSec: 2, share: 1, closedUntilMs: null }], open: [], waiting: [], lastFailure: null };
    expect(client.standing(Date.now())).toEqual(well);
    world.fault('tencent', 'serverError');
    await expect(ask()).rejects.toThrow(/SOURCE_STATUS/);
    expect(client.standing(Date.now())).toMatchObject({ ...well, lastFailure: { endpoint: 'quotes', code: 'SOURCE_STATUS' } });
    world.fault('tencent', 'tooMany');
    await expect(ask()).rejects.toThrow(/SOURCE_LIMITED/);
    const limited = client.standing(Date.now());
    expect(limited.hosts[0]).toMatchObject({ share: 0.5, closedUntilMs: expect.any(Number) });
    expect(limited.hosts[0]!.perSec).toBeCloseTo(1, 1);
    expect(limited.lastFailure).toMatchObject({ endpoint: 'quotes', code: 'SOURCE_LIMITED' });
    expect(limited.open, 'the second failure in a row').toEqual(['quotes']);
    await expect(ask(), 'our own rate').rejects.toThrow(/SOURCE_LIMITED: own rate/);
    expect(client.standing(Date.now()).lastFailure).toEqual(limited.lastFailure);

    const later = inRunTime(limited, 5000);
    expect(later.hosts[0]!.closedUntilMs).toBe(limited.hosts[0]!.closedUntilMs! + 5000);
    expect(later.lastFailure).toEqual({ ...limited.lastFailure, atMs: undefined, tsMs: limited.lastFailure!.atMs + 5000 });
    await http.close();
  });
});
