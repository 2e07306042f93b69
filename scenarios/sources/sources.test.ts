import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { batchOf, type Quote, rowOf } from '../../contracts/quote.ts';
import { midnightOf } from '../../contracts/session.ts';
import { instrumentNo } from '../../contracts/units.ts';
import type { Endpoint, Parsed, SourceQuote } from '../../engine/feeds/adapter.ts';
import { emBoards, emChanges, emMembers, emPool } from '../../engine/feeds/eastmoney/lists.ts';
import { emFlowPage, emQuote, emQuotePage, emQuotes } from '../../engine/feeds/eastmoney/quotes.ts';
import { emFlow, emMinutes } from '../../engine/feeds/eastmoney/series.ts';
import { EventSplitter, emStreamPath, ListStream } from '../../engine/feeds/eastmoney/sse.ts';
import { sinaQuotes } from '../../engine/feeds/sina/quotes.ts';
import { parseSinaFrame, sinaSocketHeaders, sinaSocketPath } from '../../engine/feeds/sina/socket.ts';
import { tencentBoards, tencentMembers } from '../../engine/feeds/tencent/boards.ts';
import { tencentFlow } from '../../engine/feeds/tencent/flow.ts';
import { tencentFiveDays, tencentMinutes } from '../../engine/feeds/tencent/minutes.ts';
import { tencentQuotes } from '../../engine/feeds/tencent/quotes.ts';
import { tushareApis } from '../../engine/feeds/tushare/apis.ts';
import { marketUntil } from '../support/emulated.ts';
import { fixture, hasFixtures, noFixtures } from '../support/fixtures.ts';
import { type Emulators, emulatedToken, startEmulators } from './emulators.ts';
import { type FaultKind, faultPath, type Vendor } from './faults.ts';
import { line as sinaFields } from './sina.ts';
import { MarketTable } from './table.ts';
import { quoteFields } from './tencent.ts';

const date = '20261123';
const { market, table } = marketUntil('10:05', { count: 60 });
const instruments = market.issues.map(({ no }) => no);
let emulators: Emulators;

beforeAll(async () => {
  emulators = await startEmulators(table, { calendar: [{ date, isOpen: true, previous: '20261120' }] });
});
afterAll(() => emulators.close());
beforeEach(() => emulators.faults.plan([]));

async function ask<P, R>(endpoint: Endpoint<P, R>, params: P): Promise<Parsed<R>> {
  const { path, headers, body } = endpoint.request(params);
  const response = await fetch(emulators.urls[endpoint.source as Vendor] + path, {
    headers: headers ?? {},
    ...(body === undefined ? {} : { method: 'POST', body }),
    signal: AbortSignal.timeout(2000),
  });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return endpoint.parse(new Uint8Array(await response.arrayBuffer()), params);
}

/** The table's own row of a symbol, as far as a vendor's precision goes. */
function truth(no: number): Quote {
  return rowOf(table.columns, table.indexOf(no));
}
const inLots = (shares: number | null): number | null => (shares === null ? null : Math.floor(shares / 100) * 100);

describe('emulated vendors, read by the real adapters', () => {
  test.each([
    ['tencent', tencentQuotes],
    ['sina', sinaQuotes],
  ] as const)('%s: every field of every row is the market’s', async (_name, endpoint) => {
    const { rows, rejected } = await ask<{ instruments: readonly number[] }, SourceQuote>(endpoint, { instruments });
    expect([rows.length, rejected]).toEqual([instruments.length, []]);
    for (const { quote, name } of rows) {
      const [lots, depthInLots] = [endpoint === tencentQuotes && !/^168[89]/.test(String(quote.instrumentNo)), endpoint === tencentQuotes];
      const want = truth(quote.instrumentNo);
      expect(name).toBe(table.listings[table.indexOf(quote.instrumentNo)]!.name);
      expect(quote).toMatchObject({
        tsExchangeMs: want.tsExchangeMs,
        lastMilli: want.lastMilli,
        openMilli: want.openMilli,
        highMilli: want.highMilli,
        lowMilli: want.lowMilli,
        preCloseMilli: want.preCloseMilli,
        volumeShares: lots ? inLots(want.volumeShares) : want.volumeShares,
        amountYuan: depthInLots ? Math.round(want.amountYuan!) : want.amountYuan,
      });
      expect(quote.bids.map((level) => level?.[0] ?? null)).toEqual(want.bids.map((level) => level?.[0] ?? null));
      expect(quote.asks.map((level) => level?.[1])).toEqual(want.asks.map((level) => level && (depthInLots ? inLots(level[1]) : level[1])));
    }
  });

  test('eastmoney: an explicit list, whole market by pages, one with depth', async () => {
    const { rows } = await ask(emQuotes, { instruments });
    expect(rows).toHaveLength(instruments.length);
    for (const { quote } of rows)
      expect(quote).toMatchObject({
        lastMilli: truth(quote.instrumentNo).lastMilli,
        volumeShares: inLots(truth(quote.instrumentNo).volumeShares),
      });
    const first = await ask(emQuotePage, { page: 1 });
    expect([first.rows.length, first.total]).toEqual([instruments.length, instruments.length]);
    expect(await ask(emQuotePage, { page: 2 })).toEqual({ rows: [], rejected: [] });
    const [no = 0] = instruments;
    const { rows: one } = await ask(emQuote, { instrument: no });
    expect(one[0]!.quote.bids.map((level) => level?.[0])).toEqual(truth(no).bids.map((level) => level?.[0]));
  });

  test('minutes of three vendors agree, each within its own precision', async () => {
    const no = instruments[3]!;
    const [ten, five, east] = await Promise.all([
      ask(tencentMinutes, { instrument: no, date }),
      ask(tencentFiveDays, { instrument: no, date }),
      ask(emMinutes, { instrument: no, date }),
    ]);
    expect(ten.rejected.concat(east.rejected)).toEqual([]);
    expect(ten.rows.length).toBeGreaterThan(30);
    expect(five.rows).toEqual(ten.rows);
    expect(ten.rows.map(({ tsMs, closeMilli }) => [tsMs, closeMilli])).toEqual(east.rows.map(({ tsMs, closeMilli }) => [tsMs, closeMilli]));
    expect(ten.rows.map(({ volumeShares }) => volumeShares)).toEqual(east.rows.map(({ volumeShares }) => volumeShares));
    const api = tushareApis(emulatedToken);
    const id = `${String(no % 1_000_000).padStart(6, '0')}.SH`;
    const { rows: exact } = await ask(api.stkMins, { ts_code: id, freq: '1min' });
    expect(exact.map(({ closeMilli }) => closeMilli).reverse()).toEqual(
      ten.rows
        .filter(({ volumeShares }, i) => i === 0 || volumeShares >= 0)
        .map(({ closeMilli }) => closeMilli)
        .slice(0, exact.length),
    );
  });

  test('flow, boards, members, pools, 盘口异动', async () => {
    const no = instruments[3]!;
    expect((await ask(tencentFlow, { instrument: no, date })).rejected).toEqual([]);
    expect((await ask(emFlow, { entity: no, date })).rows.length).toBeGreaterThan(30);
    expect((await ask(emFlowPage, { page: 1 })).rows.length).toBe(instruments.length);
    const boards = await ask(tencentBoards, { kind: 'industry', offset: 0, count: 200 });
    const same = await ask(emBoards, { kind: 'industry', page: 1 });
    expect(boards.rows.map(({ name }) => name)).toEqual(same.rows.map(({ name }) => name));
    const byTencent = await ask(tencentMembers, { board: boards.rows[0]!.code, offset: 0, count: 100 });
    const byEastmoney = await ask(emMembers, { board: same.rows[0]!.code, page: 1 });
    expect(byTencent.rows.map((each) => each.instrumentNo)).toEqual(byEastmoney.rows.map((each) => each.instrumentNo));
    for (const pool of ['limitUp', 'broken', 'limitDown'] as const) expect((await ask(emPool, { pool, date })).rejected).toEqual([]);
    expect((await ask(emChanges, { date, page: 0 })).rejected).toEqual([]);
  });

  test('tushare: calendar, names, limits, bars so far; a wrong token is refused', async () => {
    const api = tushareApis(emulatedToken);
    expect((await ask(api.tradeCal, { start_date: date })).rows).toEqual([{ date, isOpen: true, previous: '20261120' }]);
    expect((await ask(api.stkLimit, { trade_date: date })).rows).toHaveLength(instruments.length);
    expect((await ask(api.stockBasic, {})).rows[0]!.name).toBe(table.listings[0]!.name);
    const { rows } = await ask(api.rtK, { ts_code: '6*.SH' });
    expect(rows.length).toBe(instruments.filter((no) => no < 2_000_000).length);
    await expect(ask(tushareApis('other').stkLimit, {})).rejects.toThrow(/SOURCE_DENIED/);
  });

  test('tushare: the day’s bars, flow, limit-ups and members are the market’s', async () => {
    const api = tushareApis(emulatedToken);
    const params = { trade_date: date };
    const [bars, flows, limits] = [await ask(api.daily, params), await ask(api.moneyflow, params), await ask(api.limitList, params)];
    expect([bars, flows, limits].flatMap(({ rejected }) => rejected)).toEqual([]);
    for (const bar of bars.rows) {
      const want = truth(bar.instrumentNo);
      expect([bar.closeMilli, bar.highMilli, bar.volumeShares]).toEqual([want.lastMilli, want.highMilli, want.volumeShares]);
      expect(Math.abs(bar.amountYuan! - want.amountYuan!)).toBeLessThan(1);
    }
    for (const flow of flows.rows) {
      const main = flow.lgBuyYuan! - flow.lgSellYuan! + flow.elgBuyYuan! - flow.elgSellYuan!;
      expect(Math.abs(flow.netYuan! - main)).toBeLessThanOrEqual(300); // each of five figures is told in 0.01 万元
    }
    const locked = instruments.filter((no) => truth(no).lastMilli === truth(no).limitUpMilli);
    expect(limits.rows.map(({ instrumentNo }) => instrumentNo)).toEqual(locked);
    expect([bars.rows.length, flows.rows.length]).toEqual([instruments.length, instruments.length]);
    expect((await ask(api.daily, { trade_date: '20261120' })).rows).toEqual([]);

    const boards = (await ask(api.thsIndex, {})).rows;
    const listed = await Promise.all(boards.map(({ board }) => ask(api.thsMember, { ts_code: board! })));
    const all = (of: readonly { readonly instrumentNo: number | null }[]) => of.map(({ instrumentNo }) => instrumentNo).sort();
    expect(all(listed.flatMap(({ rows }) => rows))).toEqual([...instruments].sort());
    expect(all((await ask(api.dcMember, params)).rows)).toEqual([...instruments].sort());
    expect(all((await ask(api.indexMember, {})).rows)).toEqual([...instruments].sort());
  });

  test('the stream: whole once, then what changed', async () => {
    const asked = instruments.slice(0, 5);
    const response = await fetch(emulators.urls.eastmoney + emStreamPath({ instruments: asked }));
    const reader = response.body!.getReader();
    const [splitter, list] = [new EventSplitter(), new ListStream()];
    const events: Parsed<SourceQuote>[] = [];
    while (events.length < 1) for (const event of splitter.push((await reader.read()).value!)) events.push(list.event(event));
    await reader.cancel();
    expect(events[0]!.rows.map(({ quote }) => quote.lastMilli)).toEqual(asked.map((no) => truth(no).lastMilli));
  });

  test('the socket: control lines, whole rows, what it does not carry', async () => {
    const asked = [...instruments.slice(0, 4), instrumentNo('399001.SZ')];
    const ws = new WebSocket(emulators.urls.sina.replace('http', 'ws') + sinaSocketPath({ instruments: asked }), {
      headers: sinaSocketHeaders,
    });
    const frames: string[] = [];
    await new Promise<void>((resolve) => {
      ws.on('message', (data: Buffer) => {
        frames.push(data.toString('utf8'));
        if (frames.length === 2) resolve();
      });
    });
    ws.terminate();
    expect(parseSinaFrame(frames[0]!).unsupported).toEqual([instrumentNo('399001.SZ')]);
    expect(parseSinaFrame(frames[1]!).rows.map(({ quote }) => quote.volumeShares)).toEqual(
      instruments.slice(0, 4).map((no) => truth(no).volumeShares),
    );
  });
});

describe('scripted faults, as an adapter meets them', () => {
  const on = (vendor: Vendor, kind: FaultKind) => emulators.faults.plan([{ vendor, kind, fromMs: 0, toMs: Number.MAX_SAFE_INTEGER }]);
  const tencentRows = () => ask<{ instruments: readonly number[] }, SourceQuote>(tencentQuotes, { instruments });

  test('ban: the connection ends without a byte', async () => {
    on('eastmoney', 'ban');
    await expect(ask(emQuotes, { instruments })).rejects.toThrow(/fetch failed/);
    expect(emulators.faults.requests.eastmoney).toBeGreaterThan(0);
  });

  test.each([
    ['tooMany', /HTTP 429/],
    ['denied', /HTTP 403/],
    ['serverError', /HTTP 502/],
    ['html', /SOURCE_BODY/],
    ['drip', /timeout|aborted/],
  ] as const)('%s', async (kind, message) => {
    on('tencent', kind);
    await expect(tencentRows()).rejects.toThrow(message);
  });

  test('tooMany: a host says how long to wait in its header, Tushare in its words', async () => {
    on('tencent', 'tooMany');
    const { status, headers } = await fetch(emulators.urls.tencent + tencentQuotes.request({ instruments }).path);
    expect([status, headers.get('Retry-After')]).toEqual([429, '20']);
    on('tushare', 'tooMany');
    await expect(ask(tushareApis(emulatedToken).stockBasic, {})).rejects.toMatchObject({ code: 'SOURCE_LIMITED', retryAfterMs: 60_000 });
    on('tushare', 'denied');
    await expect(ask(tushareApis(emulatedToken).stockBasic, {})).rejects.toThrow(/SOURCE_DENIED/);
  });

  test('truncated: the whole rows stand, the rest is told', async () => {
    on('tencent', 'truncated');
    const { rows, rejected } = await tencentRows();
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.length).toBeLessThan(instruments.length);
    expect(rejected).toEqual([{ key: '', reason: 'TRUNCATED' }]);
  });

  test.each([
    ['drift', 'INVARIANT'],
    ['unit', 'INVARIANT'],
  ] as const)('%s: no row passes', async (kind, reason) => {
    on('tencent', kind);
    const { rows, rejected } = await tencentRows();
    expect(rows).toEqual([]);
    expect(new Set(rejected.map((each) => each.reason))).toEqual(new Set([reason]));
  });

  test('a fault can be ordered while it runs, and ended; an unknown one is refused', async () => {
    const order = async (body: object) => {
      const response = await fetch(emulators.urls.tencent + faultPath, { method: 'PUT', body: JSON.stringify(body) });
      return [response.status, await response.text()];
    };
    const asked = emulators.faults.requests.tencent;
    expect(await order({ kind: 'serverError', seconds: 60 })).toEqual([200, 'ok']);
    await expect(tencentRows()).rejects.toThrow(/HTTP 502/);
    expect(await order({ kind: 'earthquake' })).toEqual([400, expect.stringContaining('serverError')]);
    expect(await order({ kind: null })).toEqual([200, 'ok']);
    expect((await tencentRows()).rows).toHaveLength(instruments.length);
    expect(emulators.faults.requests.tencent).toBe(asked + 2);
  });

  test('badGbk: names are lost, numbers are not', async () => {
    on('tencent', 'badGbk');
    const { rows, anomalies } = await tencentRows();
    expect([rows.length, anomalies?.badName]).toEqual([instruments.length, instruments.length]);
  });

  test('wsDrop: the socket ends after its first rows', async () => {
    on('sina', 'wsDrop');
    const ws = new WebSocket(emulators.urls.sina.replace('http', 'ws') + sinaSocketPath({ instruments }), { headers: sinaSocketHeaders });
    ws.on('error', () => undefined);
    await new Promise((resolve) => ws.on('close', resolve));
  });
});

describe('open streams', () => {
  test('end when their vendor bans us or goes down', async () => {
    emulators.faults.plan([]);
    const ws = new WebSocket(emulators.urls.sina.replace('http', 'ws') + sinaSocketPath({ instruments }), { headers: sinaSocketHeaders });
    const closed = new Promise((resolve) => ws.on('close', resolve));
    await new Promise((resolve) => ws.once('message', resolve));
    const { body } = await fetch(emulators.urls.eastmoney + emStreamPath({ instruments }));
    const reader = body!.getReader();
    await reader.read();
    const whole = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
    emulators.faults.plan([
      { vendor: 'sina', kind: 'down', ...whole },
      { vendor: 'eastmoney', kind: 'ban', ...whole },
    ]);
    await closed;
    const drained = (async () => {
      while (!(await reader.read()).done);
    })();
    await expect(drained).rejects.toThrow();
  });
});

describe.skipIf(!hasFixtures)(`emulated bodies against recordings (${noFixtures})`, () => {
  const recordedRow = (name: string): string[] => /="(.*?)";/s.exec(Buffer.from(fixture(name)).toString('latin1'))![1]!.split('~');

  test('tencent: every part that is emulated is byte for byte the recorded one', () => {
    const f = recordedRow('tencent/quotes-4stocks-20260910-1055.gb18030.bin');
    const no = instrumentNo('600519.SH');
    const own = new MarketTable('20260910', [{ no, name: '贵州茅台', floatShares: 1_250_081_601, totalShares: 1_250_081_601, sector: 0 }]);
    own.apply(batchOf('recorded', 0, [maotai(no)]));
    const emulated = quoteFields(own, 0);
    expect(emulated).toHaveLength(f.length);
    for (const [i, part] of emulated.entries()) if (part !== '') expect(`${i} ${part}`).toBe(`${i} ${f[i]}`);
    expect(emulated.filter((part) => part !== '').length).toBe(52);
  });

  test('sina: the recorded line', () => {
    const no = instrumentNo('600000.SH');
    const own = new MarketTable('20221111', [{ no, name: '浦发银行', floatShares: 1, totalShares: 1, sector: 0 }]);
    const side = (levels: readonly (readonly [number, number])[]) => levels;
    own.apply(
      batchOf('recorded', 0, [
        {
          ...maotai(no),
          tsExchangeMs: midnightOf('20221111') + 15 * 3_600_000,
          ...{
            lastMilli: 6_940,
            preCloseMilli: 6_780,
            openMilli: 6_830,
            highMilli: 6_980,
            lowMilli: 6_830,
            volumeShares: 40_237_053,
            amountYuan: 277_525_770,
          },
          bids: side([
            [6_940, 71_208],
            [6_930, 278_600],
            [6_920, 136_200],
            [6_910, 133_700],
            [6_900, 261_400],
          ]),
          asks: side([
            [6_950, 283_009],
            [6_960, 781_217],
            [6_970, 817_835],
            [6_980, 902_872],
            [6_990, 1_002_106],
          ]),
        },
      ]),
    );
    const recorded = /="(.*?)";/s.exec(Buffer.from(fixture('sina/list-sh600000-20221111-close.gb18030.bin')).toString('latin1'))![1];
    expect(sinaFields(own, { of: () => null } as never, 'sh600000', true)).toBe(recorded);
  });

  test('eastmoney: the recorded keys and types of a list row', () => {
    const recorded = (
      JSON.parse(Buffer.from(fixture('eastmoney/ulist-np-600519-fltt2-20260910.json')).toString('utf8')) as {
        data: { diff: Record<string, unknown>[] };
      }
    ).data.diff[0]!;
    const parsed = fetch(emulators.urls.eastmoney + emQuotes.request({ instruments: [instruments[0]!] }).path).then(
      async (r) => (await r.json()) as { rc: number; data: { diff: Record<string, unknown>[] } },
    );
    return parsed.then(({ rc, data }) => {
      expect(rc).toBe(0);
      for (const key of Object.keys(recorded)) expect(`${key} ${typeof data.diff[0]![key]}`).toBe(`${key} ${typeof recorded[key]}`);
    });
  });
});

const maotai = (no: number): Quote => ({
  instrumentNo: no,
  tsExchangeMs: midnightOf('20260910') + ((10 * 60 + 55) * 60 + 12) * 1000,
  phaseCode: 0,
  flags: 0,
  lastMilli: 1_285_570,
  preCloseMilli: 1_290_880,
  openMilli: 1_291_000,
  highMilli: 1_294_990,
  lowMilli: 1_283_010,
  limitUpMilli: 1_419_970,
  limitDownMilli: 1_161_790,
  volumeShares: 897_800,
  amountYuan: 1_154_581_680,
  outerShares: 358_300,
  innerShares: 539_500,
  bids: [
    [1_285_560, 200],
    [1_285_500, 200],
    [1_285_470, 100],
    [1_285_460, 200],
    [1_285_400, 100],
  ],
  asks: [
    [1_285_580, 100],
    [1_285_650, 300],
    [1_285_710, 100],
    [1_285_800, 100],
    [1_286_000, 400],
  ],
});
