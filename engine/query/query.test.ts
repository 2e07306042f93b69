import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from 'nats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { columnOf } from '../../contracts/codec.ts';
import { flowBatchOf } from '../../contracts/flow.ts';
import { askService } from '../../contracts/process/ask-service.ts';
import { absentMilli } from '../../contracts/quote.ts';
import { clockOf, midnightOf } from '../../contracts/session.ts';
import { streams } from '../../contracts/subjects.ts';
import type { TapeEntry } from '../../contracts/tape.ts';
import { instrumentId } from '../../contracts/units.ts';
import { type GeneratedDay, generatedDay } from '../../scenarios/support/days.ts';
import { RoleProcess, roleStart } from '../../scenarios/support/role-process.ts';
import { startTestBroker, type TestBroker } from '../../scenarios/support/test-broker.ts';
import { TapeAppender } from '../feeds/tape-appender.ts';
import { saveBundle } from '../log/bundle-store.ts';
import { connectBroker } from '../log/connect.ts';
import { JetStreamTapeWriter } from '../log/jetstream-tape.ts';

const until1005 = 10 * 3_600_000 + 5 * 60_000 + 10_000;
let broker: TestBroker;
let bundles: string;
let day: GeneratedDay;
let written: TapeEntry[];
let roles: RoleProcess[];
let nc: NatsConnection;
let subscriber: NatsConnection;

beforeAll(async () => {
  day = generatedDay({ count: 30 });
  broker = await startTestBroker();
  bundles = mkdtempSync(join(tmpdir(), 'fenshi-bundles-'));
  saveBundle(bundles, day.bundle);
  roles = await Promise.all(
    (['engine', 'store', 'query'] as const).map(async (role) => new RoleProcess(role, await roleStart(broker, role, bundles))),
  );
  roles[0]!.start();
  nc = await connectBroker(broker.access('engine'), 'test');
  subscriber = await connectBroker(broker.access('subscriber'), 'test');
  const [js, jsm] = [jetstream(nc), await jetstreamManager(nc)];
  while ((await jsm.streams.info(streams(broker.run).tape).catch(() => null)) === null) await sleep(50);
  const writer = new JetStreamTapeWriter(js, jsm, broker.run, day.bundle.tradeDate);
  written = day.entries.filter(({ tsMs }) => tsMs <= midnightOf(day.bundle.tradeDate) + until1005);
  for (const [n, entry] of written.entries()) await writer.append(n, entry);
  await writer.close();
  const flows = [1, 2].map((k) => ({
    instrumentNo: day.market.issues[0]!.no,
    tsExchangeMs: written.at(-1)!.tsMs + k,
    mainYuan: 10 * k,
    superYuan: null,
    largeYuan: null,
    mediumYuan: null,
    smallYuan: null,
  }));
  const appender = new TapeAppender(js, broker.run, day.bundle.tradeDate, 'test');
  for (const flow of flows) await appender.append(flowBatchOf('tencent', flow.tsExchangeMs, [flow]), true);
  roles[1]!.start();
  roles[2]!.start();
  for (let n = -1; n < written.length + 1; )
    n = await ask('quotes', { limit: 1 }).then(
      ({ asOf }) => asOf.n,
      () => -1,
    );
});
afterAll(async () => {
  for (const role of roles) await role.stop();
  await nc.close();
  await subscriber.close();
  await broker.stop();
  rmSync(bundles, { recursive: true });
});

/** As anybody may: the subscriber's rights are enough. */
const ask: <N extends Parameters<typeof askService>[2]>(
  name: N,
  request: Parameters<typeof askService<N>>[3],
) => ReturnType<typeof askService<N>> = (name, request) => askService(subscriber, broker.run, name, request);
/** Once the store is up. */
async function stored<T>(question: () => Promise<T>): Promise<T> {
  for (;;) {
    const answer = await question().catch((error: Error) => (/STORE_UNAVAILABLE/.test(error.message) ? null : Promise.reject(error)));
    if (answer !== null) return answer;
    await sleep(100);
  }
}
const doubles = (column: unknown) => [...columnOf(Float64Array, column as Uint8Array)];

describe('svc.v1', () => {
  test('last quotes of all, as the tape last told them, with source and time; in pages', async () => {
    const { count, columns, next, asOf } = await ask('quotes', {});
    expect([count, next, asOf.tradeDate]).toEqual([30, null, day.bundle.tradeDate]);
    const last = columnOf(Int32Array, columns.lastMilli as Uint8Array);
    const truth = new Map<number, number>();
    for (const entry of written)
      if (entry.type === 'quotes')
        for (let i = 0; i < entry.batch.count; i++) truth.set(entry.batch.instrumentNo[i]!, entry.batch.lastMilli[i]!);
    expect(day.bundle.instruments.map((each, i) => last[i] === truth.get(each.no))).toEqual(day.bundle.instruments.map(() => true));
    expect(new Set(columns.source as string[])).toEqual(new Set(['generator']));
    const first = await ask('quotes', { limit: 20 });
    const rest = await ask('quotes', { limit: 20, after: first.next! });
    expect([first.count, first.next, rest.count, rest.next]).toEqual([20, 20, 10, null]);
    const some = await ask('quotes', { instruments: [instrumentId(day.market.issues[3]!.no)] });
    expect(columnOf(Int32Array, some.columns.lastMilli as Uint8Array)[0]).toBe(
      last[day.bundle.instruments.findIndex(({ no }) => no === day.market.issues[3]!.no)],
    );
    expect(last.includes(absentMilli)).toBe(false);
  });

  test('minutes of the day at hand, the last one growing, and the same ones as bars once they are stored', async () => {
    const instrument = instrumentId(day.market.issues[0]!.no);
    const { columns, count } = await ask('minutes', { instrument });
    const labels = doubles(columns.tsMs).map(clockOf);
    expect([labels[0], labels.at(-1)]).toEqual(['09:30:00', '10:06:00']);
    expect(count).toBeGreaterThan(30);
    const range = { fromMs: midnightOf(day.bundle.tradeDate), toMs: midnightOf(day.bundle.tradeDate) + 86_400_000 };
    let bars = await stored(() => ask('bars', { instrument, ...range }));
    while (bars.count < count - 1) bars = await ask('bars', { instrument, ...range });
    expect(doubles(bars.columns.closeMilli)).toEqual(doubles(columns.closeMilli).slice(0, bars.count));
    const page = await ask('bars', { instrument, ...range, limit: 10 });
    expect([page.count, clockOf(page.next!)]).toEqual([10, labels[10]]);
  });

  test('the path of a symbol: its last price in each three seconds, as the tape told it', async () => {
    const { no } = day.market.issues[0]!;
    const [fromMs, toMs] = [9 * 3_600_000 + 31 * 60_000, 9 * 3_600_000 + 36 * 60_000].map(
      (ms) => midnightOf(day.bundle.tradeDate) + ms,
    ) as [number, number];
    const last = new Map<number, readonly [tsMs: number, milli: number]>();
    for (const entry of written)
      if (entry.type === 'quotes')
        for (let i = 0; i < entry.batch.count; i++) {
          const [tsMs, milli] = [entry.batch.tsExchangeMs[i]!, entry.batch.lastMilli[i]!];
          const at = Math.floor(tsMs / 3000) * 3000;
          if (
            entry.batch.instrumentNo[i] === no &&
            tsMs >= fromMs &&
            tsMs <= toMs &&
            milli !== absentMilli &&
            tsMs >= (last.get(at)?.[0] ?? 0)
          )
            last.set(at, [tsMs, milli]);
        }
    const told = [...last].sort(([a], [b]) => a - b).map(([at, [, milli]]) => [at, milli]);
    expect(told.length).toBeGreaterThan(60);
    const path = () => stored(() => ask('path', { instrument: instrumentId(no), fromMs, toMs }));
    let got = await path();
    while (got.count < told.length) got = await path();
    expect(doubles(got.columns.tsMs).map((at, i) => [at, doubles(got.columns.lastMilli)[i]])).toEqual(told);
    await expect(ask('path', { instrument: instrumentId(no), fromMs, toMs: fromMs + 7 * 3_600_000 })).rejects.toThrow(/QUERY_INVALID/);
  });

  test('flow of one source; states at an instant', async () => {
    const instrument = instrumentId(day.market.issues[0]!.no);
    const flow = await ask('flow', { instrument });
    expect([flow.source, doubles(flow.columns.mainYuan)]).toEqual(['tencent', [10, 20]]);
    const at = (h: number, m: number) => midnightOf(day.bundle.tradeDate) + (h * 60 + m) * 60_000;
    let states = await stored(() => ask('state', { tsMs: at(9, 40), actor: 'market' }));
    while (!states.states.some(({ region, state }) => region === 'phase' && state === 'CONT_AM'))
      states = await ask('state', { tsMs: at(9, 40), actor: 'market' });
    const before = await ask('state', { tsMs: at(9, 21), actor: 'market' });
    expect(before.states.find(({ region }) => region === 'phase')).toMatchObject({ actor: 'market', state: 'OPEN_CALL_2' });
  });

  test('the opening auction: its stage, and what each symbol matched, most yuan first', async () => {
    const { which, stage, rows } = await ask('auction', { limit: 5 });
    expect([which, stage, rows.length]).toEqual(['open', 'over', 5]);
    expect(rows.map(({ yuan }) => yuan)).toEqual(rows.map(({ yuan }) => yuan!).sort((a, b) => b - a));
    for (const { state, priceMilli, gain, shares, yuan, ofUsual, symbol } of rows) {
      const { preCloseMilli, adv20Yuan } = day.bundle.instruments.find(({ no }) => instrumentId(no) === symbol)!;
      expect([state, gain, ofUsual]).toEqual(['matched', priceMilli! / preCloseMilli! - 1, yuan! / adv20Yuan!]);
      expect(shares).toBeGreaterThan(0);
    }
    const close = await ask('auction', { which: 'close' });
    expect([close.which, close.stage, close.rows]).toEqual(['close', 'before', []]);
  });

  test('what cannot be answered has a code', async () => {
    await expect(ask('minutes', { instrument: '999999.SH' })).rejects.toThrow(/NOT_FOUND/);
    await expect(ask('minutes', { instrument: 'x' })).rejects.toThrow(/QUERY_INVALID/);
    await expect(ask('bars', { instrument: '600000.SH', fromMs: 2, toMs: 1 })).rejects.toThrow(/QUERY_INVALID/);
    await expect(ask('quotes', { limit: 1_000_000 })).rejects.toThrow(/QUERY_INVALID/);
    await expect(askService(subscriber, 'test-2', 'quotes', {}, 300)).rejects.toThrow(/SERVICE_UNAVAILABLE/);
  });
});
