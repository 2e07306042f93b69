import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FenshiError } from '../../../contracts/errors.ts';
import { instrumentNo } from '../../../contracts/units.ts';
import { type Emulators, startEmulators } from '../../../scenarios/sources/emulators.ts';
import { marketUntil } from '../../../scenarios/support/emulated.ts';
import { startTestStore, type TestStore } from '../../../scenarios/support/test-store.ts';
import type { Store } from '../../store/client.ts';
import type { SourceMinute } from '../adapter.ts';
import { backfill, labelsOf, type MinuteSource } from './backfill.ts';
import { mergeMinutes } from './merge.ts';
import { minuteSource } from './minute-sources.ts';

const date = '20261123';
const no = instrumentNo('600519.SH');
const labels = labelsOf(date);
const minute = (k: number, close: number, more: Partial<SourceMinute> = {}): SourceMinute => ({
  instrumentNo: no,
  tsMs: labels[k]!,
  openMilli: null,
  highMilli: null,
  lowMilli: null,
  closeMilli: close,
  volumeShares: 1000,
  amountYuan: null,
  ...more,
});

describe('merging', () => {
  test('for each minute the first source that has it wins; what another tells differently is kept', () => {
    const merged = mergeMinutes(
      [
        { source: 'a', minutes: [minute(0, 10_000), minute(2, 10_020)] },
        { source: 'b', minutes: [minute(0, 10_010), minute(1, 10_010), minute(2, 10_020, { volumeShares: 1200 }), minute(3, 10_030)] },
      ],
      labels,
    );
    expect(merged.minutes.map(({ closeMilli }) => closeMilli)).toEqual([10_000, 10_010, 10_020, 10_030]);
    expect(merged.otherwise).toEqual([{ source: 'b', minute: minute(0, 10_010) }]);
    expect(merged.holes).toBe(0);
  });

  test('a hole is a label nobody has between the first and the last; open, high, low come from who has them', () => {
    const whole = { openMilli: 9_990, highMilli: 10_000, lowMilli: 9_980, amountYuan: 10_000 };
    const merged = mergeMinutes(
      [
        { source: 'a', minutes: [minute(1, 10_000), minute(4, 10_000)] },
        { source: 'b', minutes: [minute(1, 10_000, whole)] },
      ],
      labels,
    );
    expect(merged.holes).toBe(2);
    expect(merged.minutes[0]).toMatchObject(whole);
  });

  test('a session has 241 labels', () => expect([labels.length, new Set(labels).size]).toEqual([241, 241]));
});

describe('gap repair against emulated vendors', () => {
  const { market, table } = marketUntil('15:01', { count: 6 });
  const instruments = market.issues.map((issue) => issue.no);
  let kept: TestStore;
  let store: Store;
  let emulators: Emulators;
  let sources: ReturnType<typeof minuteSource>[];

  beforeAll(async () => {
    kept = await startTestStore();
    store = kept.store;
    emulators = await startEmulators(table);
    sources = (['tencent', 'eastmoney'] as const).map((name) => minuteSource(name, { hosts: emulators.urls }));
  });
  afterAll(async () => {
    await Promise.all([...sources.map((each) => each.close()), emulators.close()]);
    await kept.stop();
  });
  const bars = () =>
    store.rows<{ instrument: number; tsMs: number; close: number; kind: string }>(
      "SELECT instrument, toFloat64(ts_ms) AS tsMs, close_milli AS close, kind FROM fenshi.bars FINAL WHERE source = 'merged' ORDER BY instrument, ts_ms",
    );

  test('every minute is the market’s, marked backfilled; a second run asks nobody and writes nothing', async () => {
    const report = await backfill({ days: [date], instruments }, { store, sources });
    expect(report.failed).toEqual([]);
    expect([report.asked, report.otherwise]).toEqual([2 * instruments.length, 0]);
    const stored = await bars();
    expect(new Set(stored.map(({ kind }) => kind))).toEqual(new Set(['backfilled']));
    for (const instrument of instruments) {
      const truth = [...table.minutes(table.indexOf(instrument)).close]
        .map((close, m) => [labels[m], close] as const)
        .filter(([, close]) => close > 0);
      const own = new Map(stored.filter((bar) => bar.instrument === instrument).map((bar) => [bar.tsMs, bar.close]));
      expect(truth.map(([ts]) => own.get(ts!))).toEqual(truth.map(([, close]) => close));
    }
    const again = await backfill({ days: [date], instruments }, { store, sources });
    expect([again.written, again.skipped + again.whole]).toEqual([0, report.whole + again.whole]);
  });

  test('one source away: the other alone repairs, and the day is asked for again; a correction stands beside the earlier version', async () => {
    const [instrument = 0] = instruments;
    const told = (close: number, minutes: number): MinuteSource => ({
      name: 'tencent',
      minutes: () =>
        Promise.resolve(
          labelsOf('20261120')
            .slice(0, minutes)
            .map((tsMs) => ({ ...minute(5, close), tsMs, instrumentNo: instrument })),
        ),
    });
    const away: MinuteSource = { name: 'eastmoney', minutes: () => Promise.reject(new FenshiError('SOURCE_UNREACHABLE', 'closed')) };
    const broken: MinuteSource = { name: 'eastmoney', minutes: () => Promise.reject(new RangeError('x')) };
    const plan = { days: ['20261120'], instruments: [instrument] };
    await expect(backfill(plan, { store, sources: [told(1, 1)] })).rejects.toThrow(/CONFIG_INVALID/);
    await expect(backfill(plan, { store, sources: [told(1, 1), broken] })).rejects.toThrow('x'); // a bug is no failed question
    const first = await backfill(plan, { store, sources: [told(10_000, 241), away], now: () => 1 });
    const second = await backfill(plan, { store, sources: [told(10_000, 1), away], now: () => 2 });
    expect([first.written, first.whole, first.failed.length, second.skipped, second.written]).toEqual([241, 1, 1, 0, 0]);
    const third = await backfill(plan, { store, sources: [told(10_010, 1), away], now: () => 3 });
    expect(third.written).toBe(1);
    const versions = await store.rows(
      "SELECT toFloat64(known_ms) AS known, close_milli AS close FROM fenshi.bars FINAL WHERE trade_date = '2026-11-20' AND ts_ms = {ts:Int64} ORDER BY known_ms",
      { ts: labelsOf('20261120')[0]! },
    );
    expect(versions).toEqual([
      { known: 1, close: 10_000 },
      { known: 3, close: 10_010 },
    ]);
  });

  test('what is repaired is told to a run that is up as well; one that goes away stops nothing', async () => {
    const [instrument = 0, other = 0] = instruments;
    const ofRun = await startTestStore();
    const run = ofRun.store;
    const day = '20261118';
    const told = (name: string): MinuteSource => ({
      name,
      minutes: (of) => Promise.resolve(labelsOf(day).map((tsMs) => ({ ...minute(0, 10_000), tsMs, instrumentNo: of }))),
    });
    const sources = [told('tencent'), told('eastmoney')];
    const lost: string[] = [];
    const onRunLost = ({ code }: FenshiError): void => void lost.push(code);

    const first = await backfill({ days: [day], instruments: [instrument] }, { store, run, onRunLost, sources });
    const inRun = await run.rows("SELECT instrument, count() AS n FROM fenshi.bars FINAL WHERE kind = 'backfilled' GROUP BY instrument");
    await ofRun.end();
    const second = await backfill({ days: [day], instruments: [other] }, { store, run, onRunLost, sources });
    await ofRun.stop();

    expect([first.written, inRun]).toEqual([241, [{ instrument, n: 241 }]]);
    expect([second.written, second.whole, lost]).toEqual([241, 1, ['STORE_UNAVAILABLE']]);
  });

  test('what two sources say did not trade is not asked for again', async () => {
    const [instrument = 0] = instruments;
    const silent = (name: string): MinuteSource => ({ name, minutes: () => Promise.resolve([]) });
    const plan = { days: ['20261119'], instruments: [instrument] };
    await backfill(plan, { store, sources: [silent('tencent'), silent('eastmoney')] });
    expect(await backfill(plan, { store, sources: [silent('tencent'), silent('eastmoney')] })).toMatchObject({ asked: 0, skipped: 1 });
  });

  test('rows that are all refused, or a day the answers do not reach, are no day without trades: they are asked for again', async () => {
    const rows = Array.from({ length: 240 }, (_, i) => `${String(930 + i)} ten 100 1000`);
    const [code, day] = ['sh600519', { date, data: rows }];
    const server = createServer((_, response) => response.end(JSON.stringify({ code: 0, msg: '', data: { [code]: { data: [day] } } })));
    await new Promise<void>((up) => server.listen(0, '127.0.0.1', up));
    const drifted = minuteSource('tencent', { hosts: { tencent: `http://127.0.0.1:${(server.address() as AddressInfo).port}` } });
    const silent: MinuteSource = { name: 'eastmoney', minutes: () => Promise.resolve([]) };
    const plan = { days: [date], instruments: [no] };
    const report = await backfill(plan, { store, sources: [drifted, silent] });
    expect(report.failed).toEqual([{ what: expect.stringContaining('tencent') as string, why: 'SOURCE_BODY' }]);
    expect(await backfill(plan, { store, sources: [silent, { ...silent, name: 'tushare' }] })).toMatchObject({ asked: 2, skipped: 0 });
    await drifted.close();
    server.close();

    const early = await backfill({ days: ['20260105'], instruments: [instruments[0]!] }, { store, sources });
    expect(early.failed.map(({ why }) => why)).toEqual(['SOURCE_BODY', 'SOURCE_BODY']);
  });

  test('one that is ended gives up what is under way and notes nothing of it', async () => {
    const stop = new AbortController();
    const never = (name: string): MinuteSource => ({
      name,
      minutes: () =>
        new Promise((_, reject) => {
          stop.signal.addEventListener('abort', () => reject(new DOMException('ended', 'AbortError')));
          queueMicrotask(() => stop.abort());
        }),
    });
    const plan = { days: ['20261117'], instruments: [no] };
    const report = await backfill(plan, { store, sources: [never('tencent'), never('eastmoney')], signal: stop.signal });
    expect([report.failed, report.asked]).toEqual([[], 1]);
    expect(await store.rows("SELECT 1 FROM fenshi.repairs WHERE trade_date = '2026-11-17'")).toEqual([]);
  });
});
