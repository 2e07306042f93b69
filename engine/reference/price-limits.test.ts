import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { boardOf } from '../../contracts/instruments.ts';
import { instrumentNo, milliOfYuan } from '../../contracts/units.ts';
import { isNoLimitDay, limitPrices, limitRate } from './price-limits.ts';

const up = (board: Parameters<typeof limitPrices>[0], yuan: number, rate: number) =>
  limitPrices(board, milliOfYuan(yuan), rate).upMilli / 1000;

describe('price limits', () => {
  test.each([
    [84.63, 110.01],
    [17.09, 22.21],
    [31.46, 40.89],
    [2.85, 3.7],
    [0.7, 0.91],
    [43, 55.9],
  ])('BSE truncates: %d → %d', (reference, limit) => {
    expect(up('BSE', reference, 30)).toBe(limit);
  });

  // 14.18: 9.926 → 9.93; 84.63: 59.241 → 59.25; what divides evenly stays
  test.each([
    [14.18, 9.93],
    [84.63, 59.25],
    [2.85, 2],
    [43, 30.1],
    [0.7, 0.49],
  ])('BSE truncates inward below, too: %d → %d', (reference, limit) => {
    expect(limitPrices('BSE', milliOfYuan(reference), 30).downMilli / 1000).toBe(limit);
  });

  test.each([
    [10.05, 10, 11.06],
    [4.35, 10, 4.79],
    [10.05, 20, 12.06],
  ])('SSE and SZSE round half up: %d at %d %% → %d', (reference, rate, limit) => {
    expect(up('MAIN', reference, rate)).toBe(limit);
  });

  test('10.03 down 10 % is 9.03; a band under one tick is one tick', () => {
    expect(limitPrices('MAIN', 10_030, 10).downMilli).toBe(9030);
    expect(limitPrices('MAIN', 50, 5)).toEqual({ upMilli: 60, downMilli: 40 });
    expect(limitPrices('MAIN', 10, 5)).toEqual({ upMilli: 20, downMilli: 10 });
  });

  test('the half-up form equals exact decimal arithmetic for 1..60000 fen', () => {
    let wrong = 0;
    for (let p = 1; p <= 60_000; p++)
      for (const rate of [5, 10, 20, 30]) {
        const exact = BigInt(p) * BigInt(100 + rate);
        const half = exact % 100n >= 50n ? exact / 100n + 1n : exact / 100n;
        const want = Number(half) - p < 1 ? p + 1 : Number(half);
        if (limitPrices('MAIN', p * 10, rate).upMilli !== want * 10) wrong++;
      }
    expect(wrong).toBe(0);
  });

  test('rates follow the date: risk warning 5 % until 2026-07-05, ChiNext 20 % since 2020-08-24', () => {
    expect(limitRate('MAIN', 'riskWarning', '20260703')).toBe(5);
    expect(limitRate('MAIN', 'riskWarning', '20260706')).toBe(10);
    expect(limitRate('MAIN', 'sShare', '20260706')).toBe(5);
    expect(limitRate('CHINEXT', 'normal', '20200821')).toBe(10);
    expect(limitRate('CHINEXT', 'riskWarning', '20260101')).toBe(20);
    expect(() => limitRate('BSE', 'normal', '20211112')).toThrow('RULE_UNCOVERED');
  });

  test('listing days 1–5 are free of limits, on BSE only the first', () => {
    expect(isNoLimitDay('MAIN', 5, '20260601')).toBe(true);
    expect(isNoLimitDay('MAIN', 6, '20260601')).toBe(false);
    expect(isNoLimitDay('MAIN', 2, '20230407')).toBe(false);
    expect(isNoLimitDay('BSE', 2, '20260601')).toBe(false);
  });

  test.each([
    ['600519.SH', 'MAIN'],
    ['688981.SH', 'STAR'],
    ['689009.SH', 'STAR'],
    ['900901.SH', null],
    ['000001.SH', null],
    ['000001.SZ', 'MAIN'],
    ['001001.SZ', null],
    ['001286.SZ', 'MAIN'],
    ['302132.SZ', 'CHINEXT'],
    ['200012.SZ', null],
    ['920002.BJ', 'BSE'],
  ] as const)('%s is on %s', (id, board) => {
    expect(boardOf(instrumentNo(id))).toBe(board);
  });

  const daily = '../shared/data/daily_all_a_2026_dev.csv.gz';
  test.skipIf(!existsSync(daily))('explains every limit of the recorded market, 2026-05-12 to 07-30 (needs ../shared)', () => {
    const tally = { rows: 0, byBoard: 0, riskWarning: 0, unlimited: 0, unexplained: 0 };
    const atFive = new Set<string>();
    const atFiveLate = new Set<string>();
    for (const line of gunzipSync(readFileSync(daily)).toString().trim().split('\n').slice(1)) {
      const cells = line.split(',');
      const [id = '', date = ''] = cells;
      const [pre, upper, lower] = [6, 7, 8].map((at) => milliOfYuan(Number(cells[at]))) as [number, number, number];
      const board = boardOf(instrumentNo(id));
      tally.rows++;
      if (upper >= 99_999_000) tally.unlimited++;
      else if (board !== null && matches(limitPrices(board, pre, limitRate(board, 'normal', date)), upper, lower)) tally.byBoard++;
      else if (board === 'MAIN' && matches(limitPrices(board, pre, 5), upper, lower)) {
        tally.riskWarning++;
        atFive.add(id);
        if (date >= '20260706') atFiveLate.add(id);
      } else tally.unexplained++;
    }

    expect(tally).toEqual({ rows: 314_204, byBoard: 307_689, riskWarning: 6415, unlimited: 100, unexplained: 0 });
    expect(atFive.size).toBe(186);
    expect([...atFiveLate]).toEqual(['600182.SH']);
  });
});

const matches = (limits: { upMilli: number; downMilli: number }, upper: number, lower: number): boolean =>
  limits.upMilli === upper && limits.downMilli === lower;
