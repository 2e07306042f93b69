import { describe, expect, test } from 'vitest';
import { clockOf, tradeDateOf } from '../../../contracts/session.ts';
import { instrumentNo } from '../../../contracts/units.ts';
import { fixture, fixtureText, hasFixtures, noFixtures } from '../../../scenarios/support/fixtures.ts';
import { emBoards, emChanges, emMembers, emPool } from './lists.ts';
import { emFlowPage, emQuote, emQuotePage, emQuotes, parseQuote, parseQuoteRows } from './quotes.ts';
import { emFlow, emMinutes } from './series.ts';
import { EventSplitter, ListStream } from './sse.ts';

const no = instrumentNo;
const json = (path: string): Record<string, unknown> => JSON.parse(fixtureText(`eastmoney/${path}`)) as Record<string, unknown>;
const bytes = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));

describe.skipIf(!hasFixtures)(`eastmoney quotes as recorded (${noFixtures})`, () => {
  test('a row with decimals; the book is not in the list, so it is absent', () => {
    const { rows } = emQuotes.parse(fixture('eastmoney/ulist-np-600519-fltt2-20260910.json'), { instruments: [no('600519.SH')] });
    expect(rows[0]!.quote).toMatchObject({
      tsExchangeMs: 1_789_011_078_000,
      lastMilli: 1_283_980,
      openMilli: 1_291_000,
      highMilli: 1_294_990,
      lowMilli: 1_283_010,
      preCloseMilli: 1_290_880,
      volumeShares: 1_070_100,
      amountYuan: 1_375_928_521,
      limitUpMilli: null,
      bids: [null, null, null, null, null],
    });
  });

  test('integers ×100 by the row’s own decimals, from a stream’s first frame; a name with wide letters', () => {
    const [event] = new EventSplitter().push(fixture('eastmoney/ulist-sse-full-4stocks.event.txt'));
    const stamped = JSON.parse(event!) as { data: { diff: Record<string, Record<string, unknown>> } };
    expect(new ListStream('integer').event(event!).rejected.map(({ reason }) => reason)).toEqual(['TIME', 'TIME', 'TIME', 'TIME']); // no f124 was asked for
    for (const row of Object.values(stamped.data.diff)) row.f124 = 1_600_000_000;
    const { rows } = new ListStream('integer').event(JSON.stringify(stamped));
    expect(rows.map(({ quote }) => [quote.instrumentNo, quote.lastMilli, quote.preCloseMilli])).toEqual([
      [no('000882.SZ'), 1_870, 1_900],
      [no('002336.SZ'), 15_020, 15_370],
      [no('002176.SZ'), 9_200, 9_580],
      [no('300059.SZ'), 15_340, 15_660],
    ]);
    const integers = json('ulist-np-2stocks-fltt1.json') as { data: { diff: Record<string, unknown>[] } };
    for (const row of integers.data.diff) row.f124 = 1_600_000_000;
    expect(parseQuoteRows(bytes(integers), 'integer').rows.map(({ name, quote }) => [name, quote.lastMilli])).toEqual([
      ['东方财富', 15_290],
      ['万  科Ａ', 11_800],
    ]);
  });

  test('a suspended row has no number: null, never 0', () => {
    const parsed = emFlowPage.parse(fixture('eastmoney/clist-suspended-2rows-20260904.json'), { page: 1 });
    expect(parsed.total).toBe(5909);
    expect(parsed).toMatchObject({ rows: [], rejected: [], anomalies: { noTrade: 2 } });
    const dashes = json('clist-suspended-2rows-20260904.json') as { data: { diff: Record<string, unknown>[] } };
    for (const row of dashes.data.diff) row.f13 = 0;
    expect(parseQuoteRows(bytes(dashes)).rows[0]!.quote).toMatchObject({ lastMilli: null, volumeShares: null, amountYuan: null });
    expect(clockOf(parseQuoteRows(bytes(dashes)).rows[0]!.quote.tsExchangeMs)).toBe('08:00:00');
  });

  test('before the open: dashes', () => {
    const { rows } = emQuotes.parse(fixture('eastmoney/ulist-preopen-dash-510300.json'), { instruments: [no('510300.SH')] });
    expect(rows[0]!.quote.lastMilli).toBeNull();
    expect(clockOf(rows[0]!.quote.tsExchangeMs)).toBe('08:30:06');
  });

  test('past the last page is the end; a wrong prefix is refused; HTML and a cut body are errors', () => {
    expect(emQuotePage.parse(fixture('eastmoney/clist-past-last-page.json'), { page: 61 })).toEqual({ rows: [], rejected: [] });
    expect(() => emQuote.parse(fixture('eastmoney/secid-wrong-market.json'), { instrument: no('600519.SH') })).toThrow(/SOURCE_REFUSED/);
    expect(() => emQuotePage.parse(bytes('<html>502</html>'), { page: 1 })).toThrow(/SOURCE_BODY/);
    const whole = fixture('eastmoney/clist-gainers-5-fltt2.json');
    expect(() => emQuotePage.parse(whole.slice(0, whole.length - 9), { page: 1 })).toThrow(/SOURCE_BODY/);
    expect(emQuotePage.parse(whole, { page: 1 }).rejected).toHaveLength(5); // the recording asked for no f13 and no f124
  });

  test('one instrument in integers; the narrow recording carries no depth', () => {
    const recorded = json('stock-get-600519-fltt-default.json') as { data: Record<string, unknown> };
    Object.assign(recorded.data, { f59: 2, f107: 1 });
    expect(parseQuote(bytes(recorded), 'integer').rows[0]).toMatchObject({
      name: '贵州茅台',
      quote: { lastMilli: 1_277_960, preCloseMilli: 1_275_160, tsExchangeMs: 1_789_373_510_000 },
    });
  });

  test('flow rows balance: main = super + large', () => {
    const { rows } = emFlowPage.parse(fixture('eastmoney/clist-flow-000006-20260904-settled.json'), { page: 1 });
    expect(rows).toEqual([
      {
        entity: '000006.SZ',
        tsMs: 1_788_507_240_000,
        mainYuan: -878_110,
        superYuan: -2_844_000,
        largeYuan: 1_965_890,
        mediumYuan: -5_148_156,
        smallYuan: 6_026_266,
      },
    ]);
    const raw = json('ulist-np-flow-600519-raw-scale-20260901.json') as { data: { diff: Record<string, unknown>[] } };
    const whole = { rc: 0, data: { diff: [{ ...raw.data.diff[0], f124: 1_788_507_240 }] } };
    expect(emFlowPage.parse(bytes(whole), { page: 1 }).rows[0]).toMatchObject({ entity: '600519.SH', mainYuan: 220_531_760 });
  });
});

describe.skipIf(!hasFixtures)('eastmoney series, streams, pools as recorded', () => {
  test('minutes are not cumulative; what an extended row has behind the eighth cell costs nothing', () => {
    const params = { instrument: no('600519.SH'), date: '20260910' };
    const { rows, rejected } = emMinutes.parse(fixture('eastmoney/trends2-600519-20260910-trimmed.json'), params);
    expect(rejected).toEqual([]);
    expect(rows[1]).toMatchObject({
      openMilli: 1_292_000,
      closeMilli: 1_293_600,
      highMilli: 1_294_990,
      lowMilli: 1_291_990,
      volumeShares: 33_700,
      amountYuan: 43_592_205,
    });
    const [fund, extended] = fixtureText('eastmoney/trends2-rows-misc.txt').trim().split('\n');
    const of = (line: string) => bytes({ rc: 0, data: { code: '510300', trends: [line] } });
    expect(emMinutes.parse(of(fund!), { instrument: no('510300.SH'), date: '20260618' }).rows[0]).toMatchObject({
      closeMilli: 1_684,
      volumeShares: 34_030_700,
    });
    expect(emMinutes.parse(of(extended!), { instrument: no('510300.SH'), date: '20260107' }).rows[0]).toMatchObject({
      closeMilli: 88_630,
      volumeShares: 263_800,
      amountYuan: 23_380_594,
    });
  });

  test('board flow by minute: another column order than the lists', () => {
    const { rows } = emFlow.parse(fixture('eastmoney/fflow-kline-minute-BK0464-20220527.json'), { entity: 'BK0464', date: '20220527' });
    expect(rows[0]).toMatchObject({
      entity: 'BK0464',
      mainYuan: 9_706_708,
      smallYuan: -4_195_368,
      mediumYuan: -5_511_340,
      largeYuan: 6_747_405,
      superYuan: 2_959_303,
    });
    expect(() =>
      emFlow.parse(fixture('eastmoney/fflow-kline-minute-BK0464-20220527.json'), { entity: 'BK0001', date: '20220527' }),
    ).toThrow(/SOURCE_BODY/);
    const [market] = fixtureText('eastmoney/fflow-kline-market-row-20260701.txt').trim().split('\n');
    const minute = market!.replace('2026-07-01', '2026-07-01 10:00');
    const whole = bytes({ rc: 0, data: { code: '000001', klines: [minute] } });
    expect(emFlow.parse(whole, { entity: no('000001.SH'), date: '20260701' }).rows[0]!.mainYuan).toBe(-27_360_034_816);
  });

  test('a stream: a whole list, then changed fields only, then nothing new', () => {
    const stream = new ListStream();
    const row = { f12: '600519', f13: 1, f2: 1283.98, f5: 100, f6: 12_850_000, f15: 1290, f16: 1280, f124: 1_789_011_078 };
    const frame = (full: number, diff: unknown) => JSON.stringify({ rc: 0, full, data: diff === null ? null : { total: 1, diff } });
    expect(() => stream.event(frame(0, { 0: { f2: 1284 } }))).toThrow(/SOURCE_BODY/);
    expect(stream.event(frame(1, { 0: row })).rows[0]!.quote.lastMilli).toBe(1_283_980);
    expect(stream.event(frame(0, { 0: { f2: 1284.5, f124: 1_789_011_081 } })).rows[0]!.quote).toMatchObject({
      lastMilli: 1_284_500,
      volumeShares: 10_000,
      highMilli: 1_290_000,
    });
    expect(stream.event(frame(0, null)).rows).toEqual([]);
  });

  test('events are found in any cutting of the bytes', () => {
    const body = fixture('eastmoney/sse-details-full-empty-then-heartbeat.event.txt');
    for (let cut = 1; cut < body.length; cut += 7) {
      const splitter = new EventSplitter();
      const events = [...splitter.push(body.slice(0, cut)), ...splitter.push(body.slice(cut))];
      expect(events.map((event) => (JSON.parse(event) as { data: unknown }).data === null)).toEqual([false, true]);
    }
    for (const name of ['sse-details-delta', 'sse-stock-index-full'])
      expect(new EventSplitter().push(fixture(`eastmoney/${name}.event.txt`))).toHaveLength(1);
  });

  test('the limit-up pool: thousandths of a yuan, clocks without leading zeros, JSONP or not', () => {
    const params = { pool: 'limitUp', date: '20240923' } as const;
    const { rows, rejected } = emPool.parse(fixture('eastmoney/getTopicZTPool-20240923-11rows.json'), params);
    expect([rows.length, rejected]).toEqual([11, []]);
    expect(rows[3]).toMatchObject({
      instrumentNo: no('600225.SH'),
      name: '卓朗科技',
      lastMilli: 1_970,
      boards: 3,
      sealYuan: 25_876_344,
      opened: 2,
      industry: '软件开发',
    });
    expect([clockOf(rows[3]!.firstSealMs!), clockOf(rows[3]!.lastSealMs!)]).toEqual(['09:25:01', '09:31:55']);
    expect(emPool.parse(fixture('eastmoney/getTopicZTPool-20240923-11rows.jsonp.txt'), params).rows).toEqual(rows);
    expect(emPool.parse(fixture('eastmoney/getTopicZTPool-20240923-11rows.json'), { ...params, date: '20240922' })).toMatchObject({
      rows: [],
      rejected: [{ reason: 'DATE' }],
    });
  });

  test('other pools, an empty one, and yesterday’s', () => {
    expect(emPool.parse(fixture('eastmoney/getTopicXXPool-empty.json'), { pool: 'limitDown', date: '20260708' }).rows).toEqual([]);
    const broken = emPool.parse(fixture('eastmoney/getTopicZBPool-20260708-trimmed.json'), { pool: 'broken', date: '20260708' });
    expect(broken.rows[0]).toMatchObject({ instrumentNo: no('000938.SZ'), opened: 2, boards: null, lastMilli: 33_620 });
    const yesterday = json('getYesterdayZTPool-20260708-trimmed.json') as { data: Record<string, unknown> };
    yesterday.data.qdate = 20_260_708; // trimmed away in the recording
    expect(emPool.parse(bytes(yesterday), { pool: 'yesterday', date: '20260708' }).rows.map(({ boards }) => boards)).toEqual([1, 1]);
  });

  test('盘口异动: type in words, time on the day asked for', () => {
    const { rows, total } = emChanges.parse(fixture('eastmoney/getAllStockChanges-2rows.json'), { date: '20260302', page: 0 });
    expect(total).toBe(368);
    expect(rows[0]).toMatchObject({ instrumentNo: no('688047.SH'), type: 8209, word: '高开5日线', values: [0.025624, 92.46, 0.025624] });
    expect([tradeDateOf(rows[0]!.tsMs), clockOf(rows[0]!.tsMs)]).toEqual(['20260302', '09:25:04']);
  });

  test('a board’s row has its leader’s name before the code', () => {
    const row = json('clist-board-flow-BK0428-5d-20221102.json');
    const { rows } = emBoards.parse(bytes({ rc: 0, data: { total: 1, diff: [row] } }), { kind: 'industry', page: 1 });
    expect(rows[0]).toMatchObject({ code: 'BK0428', name: '电力行业', mainYuan: null });
  });
});

describe('eastmoney without recordings (synthesised from contracts/spec/sources.md)', () => {
  const depth = {
    f43: 10.01,
    f44: 10.2,
    f45: 9.9,
    f46: 10,
    f47: 1000,
    f48: 1_001_000,
    f49: 600,
    f161: 400,
    f51: 11,
    f52: 9,
    f57: '000858',
    f58: '五 粮 液',
    f59: 2,
    f60: 10,
    f84: 5e9,
    f85: 4e9,
    f86: 1_789_011_078,
    f107: 0,
  };
  const bids = { f19: 10, f20: 1, f17: 9.99, f18: 2, f15: 9.98, f16: 3, f13: 9.97, f14: 4, f11: 9.96, f12: 5 };
  const asks = { f39: 10.01, f40: 6, f37: 10.02, f38: 7, f35: 10.03, f36: 8, f33: 10.04, f34: 9, f31: 10.05, f32: 10 };

  test('five levels: asks run from f31 (fifth) to f39 (first), bids from f19 (first) to f11 (fifth)', () => {
    const { rows } = emQuote.parse(bytes({ rc: 0, data: { ...depth, ...bids, ...asks } }), { instrument: no('000858.SZ') });
    expect(rows[0]!.quote.bids.map((level) => level![0])).toEqual([10_000, 9_990, 9_980, 9_970, 9_960]);
    expect(rows[0]!.quote.asks.map((level) => level![1])).toEqual([600, 700, 800, 900, 1_000]);
    expect(rows[0]!.quote).toMatchObject({ limitUpMilli: 11_000, limitDownMilli: 9_000, outerShares: 60_000, innerShares: 40_000 });
  });

  test('members of a board; a code as a number keeps its zeros; Beijing is market 0', () => {
    const diff = [
      { f12: 858, f13: 0, f14: '五 粮 液' },
      { f12: '920002', f13: 0, f14: '万达轴承' },
      { f12: '600519', f13: 2, f14: '?' },
    ];
    const parsed = emMembers.parse(bytes({ rc: 0, data: { total: 3, diff } }), { board: 'BK0896', page: 1 });
    expect(parsed.rows.map(({ instrumentNo: each }) => each)).toEqual([no('000858.SZ'), no('920002.BJ')]);
    expect(parsed.rejected).toEqual([{ key: '600519', reason: 'CODE' }]);
  });

  test('a list keyed by row number is read in that order', () => {
    const row = (code: string) => ({ f12: code, f13: 1, f2: 10, f124: 1_789_011_078 });
    const diff = Object.fromEntries(Array.from({ length: 11 }, (_, i) => [String(10 - i), row(`6000${String(10 - i).padStart(2, '0')}`)]));
    expect(parseQuoteRows(bytes({ rc: 0, data: { diff } })).rows.map(({ quote }) => quote.instrumentNo)).toEqual(
      Array.from({ length: 11 }, (_, i) => 1_600_000 + i),
    );
  });

  test('raw commas and a browser’s headers', () => {
    expect(emChanges.request({ date: '20260302', page: 0 }).path).toContain('type=4,8,16,32');
    expect(emQuotes.request({ instruments: [no('600519.SH'), no('920002.BJ')] })).toMatchObject({
      headers: { Referer: 'https://quote.eastmoney.com/' },
    });
    expect(emQuotes.request({ instruments: [no('600519.SH'), no('920002.BJ')] }).path).toContain('secids=1.600519,0.920002');
  });
});
