import { describe, expect, test } from 'vitest';
import { quoteFlag } from '../../../contracts/quote.ts';
import { clockOf, tradeDateOf } from '../../../contracts/session.ts';
import { instrumentNo } from '../../../contracts/units.ts';
import { fixture, fixtureText, hasFixtures, noFixtures } from '../../../scenarios/support/fixtures.ts';
import { comparableName } from '../../wire/text.ts';
import { tencentBoards, tencentMembers } from './boards.ts';
import { tencentFlow } from './flow.ts';
import { tencentFiveDays, tencentMinutes } from './minutes.ts';
import { parseTencentRow, tencentQuotes } from './quotes.ts';

const no = instrumentNo;
const recorded = (name: string, ...ids: string[]) =>
  tencentQuotes.parse(fixture(`tencent/${name}.gb18030.bin`), { instruments: ids.map(no) });
const bytes = (text: string) => new TextEncoder().encode(text);

describe('a suspended symbol', () => {
  const zeros = Array.from({ length: 88 }, (_, i) => (i > 2 && i < 29 ? '0.00' : ''));
  const row = (more: Readonly<Record<number, string>>): string => {
    const at: Readonly<Record<number, string>> = {
      0: '51',
      1: 'x',
      2: '001246',
      6: '0',
      30: '20260914100000',
      35: '0.00/0/0',
      36: '0',
      ...more,
    };
    return `v_sz001246="${zeros.map((part, i) => at[i] ?? part).join('~')}";\n`;
  };
  const parse = (text: string) => tencentQuotes.parse(bytes(text), { instruments: [no('001246.SZ')] });

  test('told as zeros is counted and is neither a row nor an unsound one', () => {
    expect(parse(row({ 33: '0.00', 34: '0.00', 41: '0.00', 42: '0.00' }))).toEqual({
      rows: [],
      rejected: [],
      anomalies: { badName: 0, unrequested: 0, unknownField: 0, noTrade: 1 },
    });
  });

  test('with volume, or with its fields out of place, it is unsound', () => {
    expect(parse(row({ 6: '5', 36: '5', 35: '0.00/5/0' })).rejected).toEqual([
      { key: 'sz001246', reason: 'INVARIANT', no: no('001246.SZ') },
    ]);
    expect(parse(row({ 36: '7' })).rejected).toEqual([{ key: 'sz001246', reason: 'INVARIANT', no: no('001246.SZ') }]);
  });
});

describe.skipIf(!hasFixtures)(`tencent quotes as recorded (${noFixtures})`, () => {
  test('four stocks of one batch, every unit ended', () => {
    const { rows, rejected } = recorded('quotes-4stocks-20260910-1055', '600519.SH', '300750.SZ', '600036.SH', '002594.SZ');
    expect(rejected).toEqual([]);
    expect(rows.map(({ name }) => name)).toEqual(['贵州茅台', '宁德时代', '招商银行', '比亚迪']);
    const [maotai] = rows;
    expect(maotai!.quote).toEqual({
      instrumentNo: no('600519.SH'),
      tsExchangeMs: Date.UTC(2026, 8, 10, 2, 55, 12),
      phaseCode: 0,
      flags: quoteFlag.lotVolume,
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
    expect(maotai).toMatchObject({ floatShares: 1_250_081_601, totalShares: 1_250_081_601, afterHours: { shares: 0, yuan: 0 } });
  });

  test('the closing auction: one virtual price on both sides, the rest unmatched without a price', () => {
    const { rows } = recorded('quotes-closing-auction-20260902-1457', '000858.SZ', '513500.SH');
    expect(rows[0]!.name).toBe('五 粮 液');
    expect(comparableName(rows[0]!.name!)).toBe('五粮液');
    expect(rows[0]!.quote).toMatchObject({
      lastMilli: 70_830,
      bids: [[70_820, 400], [null, 13_800], null, null, null],
      asks: [[70_820, 400], null, null, null, null],
    });
    expect(rows[1]!.quote).toMatchObject({ lastMilli: 2_644, limitUpMilli: 2_988, limitDownMilli: 2_444, volumeShares: 222_776_700 });
  });

  test('sealed at the limit: asks absent, the seal on the first bid, in a row cut after f49', () => {
    const { rows } = recorded('quote-limit-up-sz300893-20260930-truncated50', '300893.SZ');
    expect(rows[0]!.quote).toMatchObject({ lastMilli: 15_130, limitUpMilli: 15_130, asks: [null, null, null, null, null] });
    expect(rows[0]!.quote.bids[0]).toEqual([15_130, 1_533_500]);
  });

  test('indices: no limits, no depth, and no average price asked of them', () => {
    const { rows, rejected } = recorded('quotes-indices-20260910-lunch', '000001.SH', '399001.SZ', '399006.SZ');
    expect(rejected).toEqual([]);
    expect(rows[0]!.quote).toMatchObject({
      instrumentNo: no('000001.SH'),
      lastMilli: 3_937_780,
      limitUpMilli: null,
      limitDownMilli: null,
      volumeShares: 32_044_379_400,
      amountYuan: 518_005_110_019,
    });
    expect(rows[0]!.quote.bids).toEqual([null, null, null, null, null]);
  });

  test('funds keep three decimals; after-hours trading stays apart', () => {
    const { rows } = recorded('quotes-etf-lof-20260807-after-hours', '510300.SH', '161725.SZ');
    expect(rows[0]!.quote).toMatchObject({ lastMilli: 4_751, limitUpMilli: 5_180, limitDownMilli: 4_238, amountYuan: 4_474_693_309 });
    expect(rows[0]!.afterHours).toEqual({ shares: 362_800, yuan: 1_723_881 });
    const { rows: stock } = recorded('quote-600519-after-hours-20260914-1614', '600519.SH');
    expect(stock[0]!.afterHours).toEqual({ shares: 200, yuan: 255_592 });
  });

  test('Beijing, from a minute answer: 87 parts, exact yuan, limits rounded inwards', () => {
    const { rows } = recorded('quote-bj920002-20260910-lunch-from-embedded-qt', '920002.BJ');
    expect(rows[0]!.quote).toMatchObject({ lastMilli: 50_430, limitUpMilli: 67_620, limitDownMilli: 36_420, amountYuan: 21_958_959 });
  });

  test('one field too many shifts all: refused', () => {
    const { rows, rejected } = recorded('MALFORMED-sz000400-89fields-hand-edited', '000400.SZ');
    expect(rows).toEqual([]);
    expect(rejected).toEqual([{ key: 'sz000400', reason: 'TIME', no: no('000400.SZ') }]);
  });

  test('unknown symbols are missing, not broken; old prefixes are not asked for', () => {
    expect(tencentQuotes.parse(fixture('tencent/quote-none-match.txt'), { instruments: [no('600849.SH')] }).rows).toEqual([]);
    for (const name of ['legacy-ff-sz000858-20160808', 'legacy-s_pk-and-s_-sz000858-2012'])
      expect(recorded(name, '000858.SZ')).toMatchObject({ rows: [], rejected: [] });
  });

  test('a row of 2018 with its recent trades is read as far as it goes', () => {
    const { rows } = recorded('legacy-quote-with-ticks-sz000858-20180615', '000858.SZ');
    expect(rows[0]!.quote).toMatchObject({ lastMilli: 83_250, limitUpMilli: 92_850, limitDownMilli: 75_970, volumeShares: 24_069_600 });
    expect(rows[0]!.floatShares).toBeNull();
  });

  test('a name that is no GB18030 loses itself and no number', () => {
    const body = fixture('tencent/quote-600519-intraday-20260806-104333.gb18030.bin').slice();
    const at = body.indexOf('~'.charCodeAt(0)) + 8; // second byte of the fourth character: the first would swallow the separator
    body[at - 1] = 0xff;
    const { rows, anomalies } = tencentQuotes.parse(body, { instruments: [no('600519.SH')] });
    expect(anomalies).toMatchObject({ badName: 1 });
    expect(rows[0]).toMatchObject({ name: null, quote: { lastMilli: 1_301_500, volumeShares: 1_113_100, amountYuan: 1_451_334_748 } });
  });

  test('a body cut in the middle keeps the whole rows and tells of the rest', () => {
    const body = fixture('tencent/quotes-4stocks-20260910-1055.gb18030.bin');
    const cut = tencentQuotes.parse(body.slice(0, body.length - 100), {
      instruments: ['600519.SH', '300750.SZ', '600036.SH', '002594.SZ'].map(no),
    });
    expect(cut.rows).toHaveLength(3);
    expect(cut.rejected).toEqual([{ key: '', reason: 'TRUNCATED' }]);
  });

  test.each([
    ['a number that is none', 3, '12x4', 'NUMBER'],
    ['a negative price', 9, '-1285.56', 'NUMBER'],
    ['a stamp of 13 digits', 30, '2026091010551', 'TIME'],
    ['the 30th of February', 30, '20260230105512', 'TIME'],
    ['volume told twice and differently', 36, '8979', 'INVARIANT'],
    ['another market', 0, '51', 'CODE'],
    ['yuan ten thousand times too many', 35, '1285.57/8978/11545816800000', 'INVARIANT'],
    ['money of another unit', 35, '1285.57/8978/1154', 'INVARIANT'],
    ['a last outside the day', 3, '1300.00', 'INVARIANT'],
  ])('%s is refused', (_, field, value, reason) => {
    const [text] = fixtureText('tencent/quotes-4stocks-20260910-1055.utf8.txt').split('\n');
    const parts = /"(.*)"/.exec(text!)![1]!.split('~');
    parts[field as number] = value as string;
    expect(parseTencentRow(no('600519.SH'), parts.join('~'))).toBe(reason);
  });
});

describe.skipIf(!hasFixtures)('tencent minutes, flow, boards as recorded', () => {
  test('cumulative lots and yuan become minutes; 09:30 is the opening match', () => {
    const { rows, rejected } = tencentMinutes.parse(fixture('tencent/minute-query-sh600519-20260910-partial.json'), {
      instrument: no('600519.SH'),
      date: '20260910',
    });
    expect(rejected).toEqual([]);
    expect(rows).toHaveLength(87);
    expect(rows[0]).toMatchObject({ closeMilli: 1_291_000, volumeShares: 9_000, amountYuan: 11_619_000, openMilli: null });
    expect(rows[1]).toMatchObject({ closeMilli: 1_293_600, volumeShares: 33_700, amountYuan: 43_592_205 });
    expect(clockOf(rows[86]!.tsMs)).toBe('10:56:00');
  });

  test('Beijing has no yuan column: null, not 0', () => {
    const { rows, rejected } = tencentMinutes.parse(fixture('tencent/minute-query-bj920002-20260910-lunch.json'), {
      instrument: no('920002.BJ'),
      date: '20260910',
    });
    expect(rejected).toEqual([]);
    expect(rows).toHaveLength(121);
    expect(rows[1]).toMatchObject({ volumeShares: 13_500, amountYuan: null });
  });

  test("yesterday's line, as served before the open, is refused by its date", () => {
    const parsed = tencentMinutes.parse(fixture('tencent/minute-query-sh600519-20260910-partial.json'), {
      instrument: no('600519.SH'),
      date: '20260911',
    });
    expect(parsed).toEqual({ rows: [], rejected: [{ key: '20260910', reason: 'DATE' }] });
  });

  test('five days: the asked one, 13:00 folded into 13:01, after-hours apart', () => {
    const parsed = tencentFiveDays.parse(fixture('tencent/day-query-sh603738-excerpt.json'), {
      instrument: no('603738.SH'),
      date: '20260805',
    });
    expect(parsed.anomalies).toEqual({ afterHours: 2 });
    expect(parsed.rows.map(({ tsMs }) => clockOf(tsMs))).toEqual(['09:30:00', '11:30:00', '13:01:00', '15:00:00']);
    expect(parsed.rows.reduce((sum, { volumeShares }) => sum + volumeShares, 0)).toBe(48_728_000);
  });

  test('money flow in yuan, sorted by its own times; the classes are null where they were trimmed', () => {
    const { rows, rejected } = tencentFlow.parse(fixture('tencent/hsfundtab-sh600519-20260929-1129.json'), {
      instrument: no('600519.SH'),
      date: '20260929',
    });
    expect(rejected).toEqual([]);
    expect(rows.map(({ tsMs, mainYuan }) => [clockOf(tsMs), mainYuan])).toEqual([
      ['09:30:00', 18_315_130],
      ['09:31:00', 23_408_549],
      ['10:00:00', 68_822_117],
      ['11:29:00', 248_174_709],
    ]);
    expect(rows[0]!.superYuan).toBeNull();
    expect(tradeDateOf(rows[0]!.tsMs)).toBe('20260929');
  });

  test('a fund without a trend has no rows; an error is an error', () => {
    expect(
      tencentFlow.parse(fixture('tencent/hsfundtab-etf-sh510300-20260929.json'), { instrument: no('510300.SH'), date: '20260929' }).rows,
    ).toEqual([]);
    const [empty, error] = fixtureText('tencent/hsfundtab-empty-and-error.jsonl').trim().split('\n');
    expect(tencentFlow.parse(bytes(empty!), { instrument: no('600519.SH'), date: '20260929' }).rows).toEqual([]);
    expect(() => tencentFlow.parse(bytes(error!), { instrument: no('600519.SH'), date: '20260929' })).toThrow(/SOURCE_REFUSED/);
  });

  test('members of a board; boards (synthesised from the table of contracts/spec/sources.md#tencent)', () => {
    const members = tencentMembers.parse(fixture('tencent/getBoardRankList-2rows-trimmed.json'), { board: 'aStock', offset: 0, count: 2 });
    expect(members.rows).toEqual([
      { board: 'aStock', instrumentNo: no('300308.SZ'), name: '中际旭创' },
      { board: 'aStock', instrumentNo: no('600519.SH'), name: '贵州茅台' },
    ]);
    const synthetic = {
      code: 0,
      msg: 'ok',
      data: {
        rank_list: [
          { code: 'pt01801016', name: '种植业', zdf: '5.15', zljlr: '-123.4' },
          { code: 'x', name: '?' },
        ],
      },
    };
    const boards = tencentBoards.parse(bytes(JSON.stringify(synthetic)), { kind: 'industry', offset: 0, count: 2 });
    expect(boards.rows[0]).toMatchObject({ code: 'pt01801016', name: '种植业', mainYuan: -1_234_000 });
    expect(boards.rows[0]!.change).toBeCloseTo(0.0515, 12);
    expect(boards.rejected).toEqual([{ key: 'x', reason: 'CODE' }]);
  });
});

describe('tencent without recordings', () => {
  test.each(['<html><body>502</body></html>', '', '{"code":0}'])('%j is no answer, never an empty market', (body) => {
    expect(() => tencentQuotes.parse(bytes(body), { instruments: [no('600519.SH')] })).toThrow(/SOURCE_BODY/);
  });

  test('the request names each instrument in the vendor’s spelling', () => {
    expect(tencentQuotes.request({ instruments: ['600519.SH', '000858.SZ', '920002.BJ'].map(no) }).path).toBe(
      '/q=sh600519,sz000858,bj920002',
    );
  });
});
