/** Series by day and the market's counts, as recorded. Cut recordings (kind T) get back what they lack: the code they are about. */
import { describe, expect, test } from 'vitest';
import { instrumentNo } from '../../contracts/units.ts';
import { fixtureText, hasFixtures, noFixtures } from '../../scenarios/support/fixtures.ts';
import { emDayFlow, emDays } from './eastmoney/days.ts';
import { emBreadth, emMoves } from './eastmoney/market.ts';
import { tencentBoardMoves, tencentMembers } from './tencent/boards.ts';
import { tencentDays } from './tencent/days.ts';

const no = instrumentNo;
const bytes = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const line = (date: string, ...cells: readonly (string | number)[]) => [date, ...cells].join(',');
const klines = (...lines: readonly string[]) => bytes({ rc: 0, data: { code: '601872', klines: lines } });

describe.skipIf(!hasFixtures)(`by day, as recorded (${noFixtures})`, () => {
  test('eastmoney K lines, adjusted: open, close, high, low; lots and yuan. As traded they would not fit their average price', () => {
    const body = bytes(fixtureText('eastmoney/kline-601872-day-trimmed.json'));
    const { rows, rejected } = emDays.parse(body, { instrument: no('601872.SH'), count: 4, isAdjusted: true });
    expect([rows.map(({ date }) => date), rejected]).toEqual([['20241218', '20241219', '20241220', '20241231'], []]);
    expect(rows[0]).toEqual({
      instrumentNo: no('601872.SH'),
      date: '20241218',
      openMilli: 6110,
      closeMilli: 6180,
      highMilli: 6280,
      lowMilli: 6100,
      volumeShares: 84_274_300,
      amountYuan: 542_829_495,
    });
    const traded = emDays.parse(body, { instrument: no('601872.SH'), count: 4, isAdjusted: false });
    expect(traded.rejected.map(({ reason }) => reason)).toEqual(['INVARIANT', 'INVARIANT', 'INVARIANT', 'INVARIANT']);
    expect(() => emDays.parse(body, { instrument: no('600519.SH'), count: 4, isAdjusted: true })).toThrow('SOURCE_BODY');
  });

  test('eastmoney flow by day: six columns, or fifteen', () => {
    const of = (code: string, lines: readonly string[]) => bytes({ rc: 0, data: { code, klines: lines } });
    const { klines: six } = (JSON.parse(fixtureText('eastmoney/fflow-kline-day-600519-20260901.json')) as { data: { klines: string[] } })
      .data;
    const fifteen = fixtureText('eastmoney/fflow-daykline-row-000001-20260731.txt').trim();
    const maotai = emDayFlow.parse(of('600519', six), { instrument: no('600519.SH'), count: 1 });
    const pingan = emDayFlow.parse(of('000001', [fifteen]), { instrument: no('000001.SZ'), count: 1 });
    expect(maotai.rows).toEqual([
      {
        entity: '600519.SH',
        tsMs: Date.UTC(2026, 8, 1, 7),
        mainYuan: 220_531_760,
        superYuan: 168_048_960,
        largeYuan: 52_482_800,
        mediumYuan: -220_434_016,
        smallYuan: -97_733,
      },
    ]);
    expect(pingan.rows.map(({ tsMs, mainYuan, superYuan }) => [tsMs, mainYuan, superYuan])).toEqual([
      [Date.UTC(2026, 6, 31, 7), -242_207_872, -142_321_296],
    ]);
  });

  test('eastmoney breadth and moves', () => {
    const breadth = JSON.parse(fixtureText('eastmoney/ulist-np-index-breadth.json')) as { data: { diff: Record<string, unknown>[] } };
    const indices = ['000001.SH', '399001.SZ', '399006.SZ'].map(no);
    for (const [i, row] of breadth.data.diff.entries())
      Object.assign(row, { f12: String(indices[i]! % 1_000_000).padStart(6, '0'), f13: i === 0 ? 1 : 0 });
    expect(emBreadth.parse(bytes(breadth), { instruments: indices }).rows).toEqual([
      { instrumentNo: indices[0], up: 550, down: 1757, flat: 42 },
      { instrumentNo: indices[1], up: 564, down: 2337, flat: 32 },
      { instrumentNo: indices[2], up: 72, down: 266, flat: 5 },
    ]);
    const moves = bytes(fixtureText('eastmoney/getTopicZDFenBu-20260701.json'));
    const { rows, rejected } = emMoves.parse(moves, { date: '20260701' });
    expect([rows.length, rejected]).toEqual([23, []]);
    expect(rows.filter(({ percent }) => Math.abs(percent) === 11)).toEqual([
      { percent: -11, stocks: 1 },
      { percent: 11, stocks: 134 },
    ]);
    expect(emMoves.parse(moves, { date: '20260702' })).toEqual({ rows: [], rejected: [{ key: '20260701', reason: 'DATE' }] });
  });

  test('tencent K lines, adjusted; a board’s rank; a row of the market’s list', () => {
    const instrument = no('600519.SH');
    const body = bytes(fixtureText('tencent/fqkline-sh600519-qfqday-trimmed.json'));
    const { rows, rejected } = tencentDays.parse(body, { instrument, count: 2, isAdjusted: true });
    expect(rejected).toEqual([]);
    expect(rows[1]).toEqual({
      instrumentNo: instrument,
      date: '20260604',
      openMilli: 1_278_990,
      closeMilli: 1_277_750,
      highMilli: 1_288_990,
      lowMilli: 1_276_000,
      volumeShares: 1_363_200,
      amountYuan: null,
    });
    expect(() => tencentDays.parse(body, { instrument, count: 2, isAdjusted: false })).toThrow('SOURCE_BODY');
    expect(tencentBoardMoves.parse(bytes(fixtureText('tencent/mktHs-rank-trimmed.json')), { kind: 'industry', count: 1 }).rows).toEqual([
      { code: 'pt01801016', name: '种植业', change: 5.15 / 100, change5: 7.05 / 100, change20: 32.97 / 100 },
    ]);
    const rank_list = [JSON.parse(fixtureText('tencent/getBoardRankList-row-600519.json')) as unknown];
    expect(tencentMembers.parse(bytes({ code: 0, data: { rank_list } }), { board: 'aStock', offset: 0, count: 1 }).rows).toEqual([
      { board: 'aStock', instrumentNo: instrument, name: '贵州茅台' },
    ]);
  });
});

describe('by day, unsound', () => {
  const ask = { instrument: no('601872.SH'), count: 9, isAdjusted: false };
  const rest = ['2.96', '1.64', '0.10', '1.03'];
  test.each([
    ['a day twice', [line('2024-12-18', 6, 6, 6, 6, 10, 6000, ...rest), line('2024-12-18', 6, 6, 6, 6, 10, 6000, ...rest)], 'INVARIANT'],
    ['no such day', [line('2024-12-32', 6, 6, 6, 6, 10, 6000, ...rest)], 'TIME'],
    ['a column too few', [line('2024-12-18', 6, 6, 6, 6, 10, 6000)], 'FIELDS'],
    ['a close above its high', [line('2024-12-18', 6, 7, 6, 6, 10, 6000, ...rest)], 'INVARIANT'],
    ['a volume that is none in shares or lots', [line('2024-12-18', 6, 6, 6, 6, 10_000_000, 600_000, ...rest)], 'INVARIANT'],
    ['no number', [line('2024-12-18', 6, 'x', 6, 6, 10, 6000, ...rest)], 'NUMBER'],
  ] as const)('%s is rejected', (_what, lines, reason) => {
    expect(emDays.parse(klines(...lines), ask).rejected.map((each) => each.reason)).toEqual([reason]);
  });
});
