/** The small pure parts of the cockpit. */
import { describe, expect, test } from 'vitest';
import { csvOf } from '../pieces/csv.ts';
import { direction, gainOf, money, percent, price, share, signed } from '../pieces/numbers.ts';
import { daySeries, placeAt, places, placeText } from './day-series.ts';
import { lookBackOf } from './look-back-of.ts';
import { percentile } from './paint-clock.ts';
import { quantileOf, samplesOf } from './prometheus.ts';
import { columnAt, columnOf, columnText, signalHeat } from './signal-heat.ts';
import { squarify } from './squarify.ts';
import { exchangeOf, symbolsOf } from './symbol-list.ts';

const at = (clock: string): number => Date.parse(`2026-11-23T${clock}+08:00`);

describe('numbers as they are printed', () => {
  test('what is unknown is two dashes, a minus is a minus sign, and zero has no sign', () => {
    expect([price(null), percent(null), percent(Number.NaN), share(undefined), signed(null), money(null, 'zh')]).toEqual(
      new Array(6).fill('--'),
    );
    expect([percent(0.0123), percent(-0.0123), percent(0), percent(-0.000001), signed(-1.5), signed(0)]).toEqual([
      '+1.23%',
      '−1.23%',
      '0.00%',
      '0.00%',
      '−1.50',
      '0.00',
    ]);
  });
  test('money is in 万 and 亿, or in thousands and millions, with three digits or more', () => {
    expect([money(9999, 'zh'), money(12_345, 'zh'), money(123_456_789, 'zh'), money(-5e8, 'zh')]).toEqual([
      '9999',
      '1.23万',
      '1.23亿',
      '−5.00亿',
    ]);
    expect([money(999, 'en'), money(12_345, 'en'), money(3.2e9, 'en')]).toEqual(['999', '12.3K', '3.20B']);
  });
  test('a direction is that of the number; unknown and zero have none', () => {
    expect([direction(1), direction(-1), direction(0), direction(null)]).toEqual(['up', 'dn', 'fl', 'fl']);
    expect([gainOf(11_000, 10_000), gainOf(null, 10_000), gainOf(1, 0)]).toEqual([expect.closeTo(0.1, 12), null, null]);
  });
});

describe('the day chart', () => {
  const minute = (clock: string, close: number, more = {}) => ({
    tsMs: at(clock),
    openMilli: close,
    highMilli: close,
    lowMilli: close,
    closeMilli: close,
    volumeShares: 1000,
    amountYuan: close,
    ...more,
  });
  test('has 241 places, and lunch is none of them', () => {
    expect([
      placeAt(at('09:30:00')),
      placeAt(at('11:30:00')),
      placeAt(at('13:00:00')),
      placeAt(at('13:01:00')),
      placeAt(at('15:00:00')),
    ]).toEqual([0, 120, 120, 121, 240]);
    expect([placeText(0), placeText(120), placeText(121), placeText(240)]).toEqual(['09:30', '11:30', '13:01', '15:00']);
  });
  test('is symmetric about the reference by the farthest of it, and the average is amount over shares', () => {
    const series = daySeries([minute('09:31:00', 10_100), minute('09:32:00', 9700)], 10_000, 11_000, 9000);
    expect(series.half).toBeCloseTo(0.3 * 1.05, 9);
    expect([series.price[1], series.price[2], series.price[3], series.last]).toEqual([10.1, 9.7, null, 2]);
    expect(series.average[2]).toBeCloseTo((10_100 + 9700) / 2000, 9);
    expect([series.rose[1], series.rose[2], series.lots[1]]).toEqual([true, false, 10]);
    expect(series.price.length).toBe(places);
  });
  test('ends at a limit that is near, and draws no hole as zero', () => {
    expect(daySeries([minute('09:31:00', 10_900)], 10_000, 11_000, 9000).half).toBeCloseTo(1, 9);
    expect(daySeries([minute('09:31:00', 10_000, { closeMilli: null })], 10_000, null, null).price.every((each) => each === null)).toBe(
      true,
    );
  });
});

describe('signals by five minutes', () => {
  test('columns begin on whole fives, and the seam is between morning and afternoon', () => {
    expect([
      columnOf(at('09:30:00')),
      columnOf(at('09:34:59')),
      columnOf(at('11:29:59')),
      columnOf(at('13:00:00')),
      columnOf(at('15:00:00')),
    ]).toEqual([0, 0, 23, 24, 47]);
    expect([columnText(0), columnText(24), columnText(48), columnAt('13:05'), columnAt('13:06'), columnAt(undefined)]).toEqual([
      '09:30',
      '13:00',
      '15:00',
      25,
      null,
      null,
    ]);
  });
  test('an opportunity counts for each strategy that stands by it', () => {
    const rows = signalHeat([
      { strategies: ['rally', 'moneyflow'], openedMs: at('09:31:00') },
      { strategies: ['rally'], openedMs: at('09:33:00') },
    ] as never);
    expect(rows.map(({ strategy, total, counts }) => [strategy, total, counts[0]])).toEqual([
      ['moneyflow', 1, 1],
      ['rally', 2, 2],
    ]);
  });
});

describe('tiles', () => {
  const box = { x: 0, y: 0, width: 600, height: 400 };
  test('cover the box by weight and do not overlap', () => {
    const tiles = squarify([6, 6, 4, 3, 2, 2, 1], (weight) => weight, box);
    for (const { item, width, height } of tiles) expect(width * height).toBeCloseTo((item / 24) * 240_000, 6);
    for (const [i, a] of tiles.entries())
      for (const b of tiles.slice(i + 1))
        expect(
          a.x + a.width <= b.x + 1e-9 || b.x + b.width <= a.x + 1e-9 || a.y + a.height <= b.y + 1e-9 || b.y + b.height <= a.y + 1e-9,
        ).toBe(true);
  });
  test('are those of the paper: 6 6 4 3 2 2 1 in 6 by 4', () => {
    const [first, second] = squarify([6, 6, 4, 3, 2, 2, 1], (weight) => weight, { x: 0, y: 0, width: 6, height: 4 });
    expect(first).toMatchObject({ x: 0, y: 0, width: 3, height: 2 });
    expect(second).toMatchObject({ x: 0, y: 2, width: 3, height: 2 });
  });
  test('of no weight, or in no room, are none', () => {
    expect([squarify([0, -1], (each) => each, box), squarify([1], (each) => each, { ...box, width: 0 })]).toEqual([[], []]);
  });
});

describe('codes that people paste', () => {
  test.each<[string, string, string[], string[]]>([
    ['plain', '600519 000001\n300750', ['600519.SH', '000001.SZ', '300750.SZ'], []],
    [
      'with their exchange before or behind',
      'SH600519,sz000001;688981.SH 920002.BJ',
      ['600519.SH', '000001.SZ', '688981.SH', '920002.BJ'],
      [],
    ],
    ['Beijing by 92, a B share of Shanghai by 900', '920819 900901', ['920819.BJ', '900901.SH'], []],
    ['a .blk of 通达信', '1600519\r\n0000001\r\n2920819\r\n', ['600519.SH', '000001.SZ', '920819.BJ'], []],
    [
      'what a broker’s client wrote (rainx/pytdx#79)',
      '1600516\n0300678\n0300675\n1600230\n0002497',
      ['600516.SH', '300678.SZ', '300675.SZ', '600230.SH', '002497.SZ'],
      [],
    ],
    ['同花顺 with its own numbers', '0=17:600519,33:000001', ['600519.SH', '000001.SZ'], []],
    ['a .blk whose market is not that of the code', '1000001', [], ['1000001']],
    [
      'CSV with names, quotes and a byte-order mark',
      '\uFEFF代码,名称\n"600519","贵州茅台"\n\'000001,平安银行',
      ['600519.SH', '000001.SZ'],
      [],
    ],
    ['each once, and what is none is told', '600519 600519 123456 12345678', ['600519.SH'], ['123456', '12345678']],
    ['words alone', '贵州茅台 PE 12.5', [], []],
  ])('%s', (_name, text, symbols, bad) => {
    expect(symbolsOf(text)).toEqual({ symbols, bad });
  });
  test('no exchange for digits that none has given out', () => {
    expect([exchangeOf('159915'), exchangeOf('999999')]).toEqual([null, null]);
  });
});

describe('files', () => {
  test('CSV begins with a byte-order mark, quotes what has to be, and no cell is a formula', () => {
    expect(
      csvOf([
        ['a', 1, null],
        ['x,"y"', '=SUM(A1)', -1.5],
      ]),
    ).toBe('\uFEFFa,1,\r\n"x,""y""",\'=SUM(A1),-1.5\r\n');
  });
});

describe('metrics', () => {
  const text =
    'a_bucket{le="0.1",stage="d"} 50\na_bucket{le="1",stage="d"} 90\na_bucket{le="+Inf",stage="d"} 100\na_bucket{le="0.1",stage="x"} 7\n# HELP a\na_count{stage="d"} 100\n';
  test('a quantile lies straight between the edges of its bucket, and beyond the last edge is that edge', () => {
    const samples = samplesOf(text);
    expect([
      quantileOf(samples, 'a', { stage: 'd' }, 0.5),
      quantileOf(samples, 'a', { stage: 'd' }, 0.7),
      quantileOf(samples, 'a', { stage: 'd' }, 0.99),
    ]).toEqual([0.1, expect.closeTo(0.55, 9), 1]);
    expect(quantileOf(samples, 'b', {}, 0.5)).toBeNull();
  });
  test('a quantile over several label sets is that of all of them together', () => {
    const two =
      'r_bucket{le="0.005",route="a"} 1\nr_bucket{le="5",route="a"} 1\nr_bucket{le="+Inf",route="a"} 1\nr_bucket{le="0.005",route="b"} 0\nr_bucket{le="5",route="b"} 1000\nr_bucket{le="+Inf",route="b"} 1000\n';
    expect(quantileOf(samplesOf(two), 'r', {}, 0.5)).toBeGreaterThan(1);
  });
  test('a percentile is one of what was measured', () => {
    expect([percentile([], 0.95), percentile([5], 0.95), percentile([1, 2, 3, 4], 0.5)]).toEqual([0, 5, 2]);
  });
});

describe('the instant that is looked back at', () => {
  test('is the end of its second; an address that cannot be read is none', () => {
    expect(lookBackOf({ day: '2026-11-23', t: '10:07:31' })).toEqual({ date: '20261123', at: at('10:07:31') + 999 });
    for (const query of [{}, { day: '2026-11-23' }, { day: '20261123', t: '10:07:31' }, { day: '2026-11-23', t: '25:00:00' }])
      expect(lookBackOf(query)).toEqual({ date: null, at: null });
  });
});
