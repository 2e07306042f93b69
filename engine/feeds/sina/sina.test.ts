import { describe, expect, test } from 'vitest';
import { clockOf } from '../../../contracts/session.ts';
import { instrumentNo } from '../../../contracts/units.ts';
import { fixture, fixtureText, hasFixtures, noFixtures } from '../../../scenarios/support/fixtures.ts';
import { sinaQuotes } from './quotes.ts';
import { parseSinaFrame, sinaSocketPath } from './socket.ts';

const no = instrumentNo;
const recorded = (name: string, ...ids: string[]) => sinaQuotes.parse(fixture(`sina/${name}.gb18030.bin`), { instruments: ids.map(no) });
const bytes = (text: string) => new TextEncoder().encode(text);

describe.skipIf(!hasFixtures)(`sina as recorded (${noFixtures})`, () => {
  test('shares are shares; the after-hours tail stays apart; an unknown symbol is missing', () => {
    const { rows, rejected } = recorded('list-mixed-20260914', '600519.SH', '399001.SZ');
    expect(rejected).toEqual([]);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      name: '贵州茅台',
      afterHours: { shares: 200, yuan: 255_592 },
      quote: {
        flags: 0,
        lastMilli: 1_277_960,
        preCloseMilli: 1_275_160,
        volumeShares: 1_657_146,
        amountYuan: 2_116_621_850,
        limitUpMilli: null,
      },
    });
    expect(rows[0]!.quote.bids[0]).toEqual([1_277_950, 100]);
    expect(clockOf(rows[0]!.quote.tsExchangeMs)).toBe('15:34:59');
  });

  test('not traded yet: no last, open, high or low, but a book', () => {
    const { rows } = recorded('list-not-traded-yet-and-unknown-20190408', '160922.SZ', '160923.SZ', '160924.SZ');
    expect(rows.map(({ quote }) => quote.instrumentNo)).toEqual([no('160922.SZ'), no('160924.SZ')]);
    expect(rows[0]!.quote).toMatchObject({ lastMilli: null, openMilli: null, highMilli: null, lowMilli: null, volumeShares: 0 });
    expect(rows[0]!.quote.bids.slice(0, 3)).toEqual([[1_053, 42_000], [1_050, 7_500], null]);
  });

  test('after the opening match, at the close, a fund with three decimals', () => {
    expect(recorded('list-sh600278-between-auction-and-open-20200309-092935', '600278.SH').rows[0]!.quote).toMatchObject({
      lastMilli: 11_680,
      openMilli: 11_680,
      volumeShares: 1_740_300,
    });
    expect(recorded('list-sh600000-20221111-close', '600000.SH').rows[0]!.quote.amountYuan).toBe(277_525_770);
    expect(recorded('list-sz162411-20190312-close', '162411.SZ').rows[0]!.quote).toMatchObject({ lastMilli: 491, lowMilli: 488 });
  });

  test('a frame of the socket: sealed asks absent, and what it does not carry', () => {
    const { rows, rejected, unsupported } = parseSinaFrame(fixtureText('sina/ws-frames-20240930.utf8.txt'));
    expect(rejected).toEqual([]);
    expect(rows.map(({ quote }) => quote.lastMilli)).toEqual([37_610, 119_620]);
    expect(rows[1]!.quote.asks).toEqual([null, null, null, null, null]);
    expect(unsupported).toEqual([no('688047.SH'), no('002475.SZ')]);
    expect(parseSinaFrame(fixtureText('sina/ws-frames-20260918-after-hours.utf8.txt')).rows[0]!.afterHours).toEqual({
      shares: 4_200,
      yuan: 5_279_904,
    });
  });
});

const row =
  '模拟,10.00,9.90,10.10,10.20,9.95,10.09,10.10,10000,100500.000,100,10.09,200,10.08,0,0.000,0,0.000,0,0.000,300,10.10,400,10.11,0,0.000,0,0.000,0,0.000,2026-11-23,10:00:03,00';
const withField = (i: number, value: string): string => row.split(',').with(i, value).join(',');

describe('sina without recordings (synthesised)', () => {
  test.each([
    [8, '1000000', 'INVARIANT'],
    [6, '10.08', 'INVARIANT'],
    [3, '10.30', 'INVARIANT'],
    [3, '1e1', 'NUMBER'],
    [30, '2026-11-31', 'TIME'],
  ])('field %i as %s is refused: %s', (i, value, reason) => {
    const cells = `${row},`.split(',').with(i, value).join(',');
    expect(parseSinaFrame(`sh600000=${cells}`)).toMatchObject({ rows: [], rejected: [{ key: 'sh600000', reason }] });
    expect(parseSinaFrame(`sh600000=${row}`).rows).toHaveLength(1);
  });

  test.each(['D|x|1', 'D|200|1', 'x,y,z', '21.07,0.0000,0,8300000,B,T'])('what follows the quote costs itself: %s', (tail) => {
    const { rows, rejected } = parseSinaFrame(`sh600000=${row},${tail}`);
    expect([rows.length, rows[0]?.afterHours, rejected]).toEqual([1, null, []]);
  });

  test('refusals: no Referer, a lost right, an empty key', () => {
    expect(() => sinaQuotes.parse(bytes('Kinsoku jikou desu!'), { instruments: [] })).toThrow(/SOURCE_DENIED/);
    expect(() => parseSinaFrame('sys_auth=FAILED')).toThrow(/SOURCE_DENIED/);
    expect(parseSinaFrame('sys_time=1\nsz399001=\n').unsupported).toEqual([no('399001.SZ')]);
    expect(sinaQuotes.request({ instruments: [no('600519.SH')] })).toEqual({
      path: '/list=sh600519',
      headers: { Referer: 'https://finance.sina.com.cn/' },
    });
    expect(sinaSocketPath({ instruments: [no('600519.SH'), no('000858.SZ')] })).toBe('/wskt?list=sh600519,sz000858');
  });

  test('a row too short is refused, and a body cut inside it told of', () => {
    const body = bytes(`var hq_str_sh600000="${withField(0, 'A')}";\nvar hq_str_sh600004="B,1`);
    expect(sinaQuotes.parse(body, { instruments: [no('600000.SH'), no('600004.SH')] })).toMatchObject({
      rows: [{ name: 'A' }],
      rejected: [{ key: '', reason: 'TRUNCATED' }],
    });
    expect(parseSinaFrame('sh600000=A,1,2').rejected).toEqual([{ key: 'sh600000', reason: 'FIELDS' }]);
  });
});
