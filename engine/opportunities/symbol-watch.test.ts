import { describe, expect, test } from 'vitest';
import { newSymbolWatch, type SymbolNumbers, type SymbolWatch, watchedSymbol } from './symbol-watch.ts';

/** Behind five levels of another symbol, as in the columns of a market. */
const from = 5;
const book = (best: number, step: number, shares: readonly number[]) => ({
  milli: Int32Array.from([1, 2, 3, 4, 5, ...shares.map((each, i) => (each < 0 ? 0 : best + i * step))]),
  shares: Float64Array.from([1e9, 1, 1, 1e9, 1, ...shares.map((each) => Math.max(0, each))]),
});
/** Five levels a side around 10.00; −1 is an absent level. */
function numbers(
  tsec: number,
  {
    bids = [100, 100, 100, 100, 100],
    asks = [100, 100, 100, 100, 100],
    ...rest
  }: Partial<SymbolNumbers> & { bids?: number[]; asks?: number[] } = {},
): SymbolNumbers {
  const [bid, ask] = [book(10_000, -10, bids), book(10_010, 10, asks)];
  const sides = { bidMilli: bid.milli, bidShares: bid.shares, askMilli: ask.milli, askShares: ask.shares, from };
  return { tsec, locked: false, lastMilli: 10_010, depth1m: 1000, depth5m: 1000, sealYuan: Number.NaN, ...sides, ...rest };
}
const fold = (all: readonly SymbolNumbers[], before: SymbolWatch = newSymbolWatch): SymbolWatch => all.reduce(watchedSymbol, before);
const levels = ({ states: { K7, K8, K9 } }: SymbolWatch) => [K7.level, K8.level, K9.level];

describe('K7, liquidity', () => {
  const base = numbers(1000);
  test.each([
    ['a quarter of what stood there', { depth1m: 250 }, 0],
    ['less than a quarter', { depth1m: 249 }, 2],
    ['unknown', { depth1m: Number.NaN }, 0],
    ['locked, with one side', { depth1m: 10, locked: true }, 0],
  ] as const)('%s', (_what, change, level) => expect(levels(fold([base, numbers(1003, change)]))[0]).toBe(level));

  test('the size it began with is the measure, not a later one; unknown at first, it is taken when known', () => {
    expect(levels(fold([base, numbers(1003, { depth5m: 100, depth1m: 240 })]))[0]).toBe(2);
    expect(levels(fold([numbers(1000, { depth5m: Number.NaN, depth1m: 1 }), numbers(1003), numbers(1006, { depth1m: 200 })]))[0]).toBe(2);
  });

  test('five minutes without a lock are in the mean before it is a measure', () => {
    const locked = numbers(1000, { locked: true, depth5m: 90_000 });
    const still = numbers(1299, { depth5m: 90_000 });
    expect(levels(fold([locked, still, numbers(1300), numbers(1303, { depth1m: 300 })]))[0]).toBe(0);
    expect(levels(fold([locked, still, numbers(1300), numbers(1303, { depth1m: 200, depth5m: 100 })]))[0]).toBe(2);
  });

  test('is let go of 120 s after more than .35 of it is back, and an unknown size lets go of nothing', () => {
    const raised = fold([base, numbers(1003, { depth1m: 200 })]);
    expect(levels(fold([numbers(1100, { depth1m: 340 }), numbers(1230, { depth1m: 340 })], raised))[0]).toBe(2);
    expect(levels(fold([numbers(1100, { depth1m: 360 }), numbers(1219, { depth1m: 360 })], raised))[0]).toBe(2);
    expect(levels(fold([numbers(1100, { depth1m: 360 }), numbers(1220, { depth1m: 360 })], raised))[0]).toBe(0);
    expect(levels(fold([numbers(1100, { depth1m: Number.NaN }), numbers(1400, { depth1m: Number.NaN })], raised))[0]).toBe(2);
  });
});

describe('K8, walls', () => {
  const wall = [100, 601, 100, 100, 100];
  const thick = [100, 603, 100, 100, 100];
  test.each([
    ['over six times the others for 15 s', wall, 15, 1],
    ['for 12 s', wall, 12, 0],
    ['six times and no more', [100, 600, 100, 100, 100], 15, 0],
    ['more than three ticks off', [100, 100, 100, 100, 900], 15, 0],
    ['three ticks off', [100, 100, 100, 900, 100], 15, 1],
    ['no other level', [900, -1, -1, -1, -1], 15, 0],
    ['levels that hold nothing', [900, 0, 0, 0, 0], 15, 0],
    ['absent levels are no part of a mean', [100, 500, 100, -1, -1], 15, 0],
    ['on the best level, over all there are', [601, 100, -1, -1, -1], 15, 1],
  ] as const)('asks: %s', (_what, asks, sec, level) => {
    const all = Array.from({ length: sec / 3 + 1 }, (_, i) => numbers(1000 + 3 * i, { asks: [...asks] }));
    expect(levels(fold(all))[1]).toBe(level);
  });

  test('one that is gone for a quote begins anew', () => {
    const all = [0, 3, 6, 9, 12, 15].map((sec) => numbers(1000 + sec, sec === 6 ? {} : { asks: wall }));
    expect(levels(fold(all))[1]).toBe(0);
  });

  const raised = fold(Array.from({ length: 6 }, (_, i) => numbers(1000 + 3 * i, { asks: wall })));
  test.each([
    ['stands while it is over 4.2 times the others', 421, 1],
    ['is over at 4.2 times', 420, 0],
  ] as const)('one that was said %s', (_what, shares, level) =>
    expect(
      levels(
        fold([numbers(1018, { asks: [100, shares, 100, 100, 100] }), numbers(1138, { asks: [100, shares, 100, 100, 100] })], raised),
      )[1],
    ).toBe(level),
  );

  test('one that was said and comes back is there at once', () =>
    expect(levels(fold([numbers(1018), numbers(1100, { asks: wall }), numbers(1103), numbers(1150)], raised))[1]).toBe(1));

  /** Bid walls on the second level, gone a quote later, `times` in a row, `apart` seconds. */
  const vanishing = (times: number, apart: number, after: Partial<SymbolNumbers> & { bids?: number[] } = {}) =>
    Array.from({ length: times }, (_, i) => [numbers(1000 + i * apart, { bids: thick }), numbers(1003 + i * apart, after)]).flat();
  const shown = (...milli: readonly number[]) => Int32Array.from([1, 2, 3, 4, 5, ...milli]);
  test.each([
    ['three bid walls vanished in five minutes', 3, 60, {}, 1],
    ['two', 2, 60, {}, 0],
    ['three in five minutes to the second', 3, 150, {}, 1],
    ['three in more than five minutes', 3, 151, {}, 0],
    ['with all that stood under the best', 3, 60, { bids: [100, -1, -1, -1, -1] }, 1],
    ['with its price', 3, 60, { bidMilli: shown(10_000, 9980, 9970, 9960, 9950) }, 1],
    ['and are the lowest shown', 3, 60, { bidMilli: shown(10_030, 10_020, 10_010, 10_000, 9990) }, 1],
    ['the price came down to them', 3, 60, { lastMilli: 9990 }, 0],
    ['more than a third of them is left', 3, 60, { bids: [100, 202, 100, 100, 100] }, 0],
    ['a third is left', 3, 60, { bids: [100, 201, 100, 100, 100] }, 1],
    ['it locked', 3, 60, { locked: true }, 0],
  ] as const)('bids: %s', (_what, times, apart, after, level) =>
    expect(levels(fold(vanishing(times, apart, after as object)))[1]).toBe(level),
  );

  test('a wall that sank under the levels shown has not vanished', () => {
    const higher = (tsec: number): SymbolNumbers => ({
      ...numbers(tsec),
      bidMilli: shown(10_100, 10_090, 10_080, 10_070, 10_060),
    });
    const all = [0, 60, 120].flatMap((sec) => [numbers(1000 + sec, { bids: thick }), higher(1003 + sec)]);
    expect(levels(fold(all))[1]).toBe(0);
  });
});

describe('K8, what it remembers', () => {
  test('a wall on the best level that halved is there', () => {
    const all = [0, 60, 120].flatMap((sec) => [
      numbers(1000 + sec, { bids: [603, 100, 100, 100, 100] }),
      numbers(1003 + sec, { bids: [300, 100, 100, 100, 100] }),
    ]);
    expect(levels(fold(all))[1]).toBe(0);
  });

  test('the last three that vanished, and no more', () => {
    const all = [0, 6, 12, 18, 24].flatMap((sec) => [numbers(1000 + sec, { bids: [100, 603, 100, 100, 100] }), numbers(1003 + sec)]);
    expect(fold(all).vanished).toEqual([1015, 1021, 1027]);
  });
});

describe('K9, a melting seal', () => {
  const seal = (tsec: number, sealYuan: number) => numbers(tsec, { locked: true, sealYuan });
  test.each([
    [
      'halved within 30 s',
      [
        [0, 20e6],
        [27, 10e6],
      ],
      2,
    ],
    [
      'a little more than half is left',
      [
        [0, 20e6],
        [27, 10.1e6],
      ],
      0,
    ],
    [
      'under half within a minute',
      [
        [0, 20e6],
        [40, 12e6],
        [57, 9.9e6],
      ],
      2,
    ],
    [
      'half within a minute, and not within 30 s',
      [
        [0, 20e6],
        [40, 12e6],
        [57, 10e6],
      ],
      0,
    ],
    [
      'halved in more than a minute',
      [
        [0, 20e6],
        [35, 15e6],
        [66, 9.9e6],
      ],
      0,
    ],
    ['one known seal', [[0, 20e6]], 0],
    [
      'halved in 30 s to the second',
      [
        [0, 20e6],
        [30, 10e6],
      ],
      2,
    ],
    [
      'under half in a minute to the second',
      [
        [0, 20e6],
        [60, 9.9e6],
      ],
      2,
    ],
    [
      'over an unknown one',
      [
        [0, 20e6],
        [12, Number.NaN],
        [27, 10e6],
      ],
      2,
    ],
  ] as const)('%s', (_what, seals, level) => expect(levels(fold(seals.map(([at, yuan]) => seal(1000 + at, yuan))))[2]).toBe(level));

  test('one that opens is no melting seal, and what was raised lasts its 120 s', () => {
    const raised = fold([seal(1000, 20e6), seal(1027, 1e6)]);
    expect(levels(raised)[2]).toBe(2);
    expect(levels(fold([numbers(1030), numbers(1149)], raised))[2]).toBe(2);
    expect(levels(fold([numbers(1030), numbers(1150)], raised))[2]).toBe(0);
  });

  test('what opened begins anew', () => expect(levels(fold([seal(1000, 20e6), numbers(1003), seal(1006, 5e6)]))[2]).toBe(0));

  test('a seal that nobody knows asks for nothing and lets go of nothing', () => {
    expect(levels(fold([seal(1000, 20e6), seal(1027, Number.NaN)]))[2]).toBe(0);
    const raised = fold([seal(1000, 20e6), seal(1027, 1e6)]);
    expect(levels(fold([seal(1030, Number.NaN), seal(1200, Number.NaN)], raised))[2]).toBe(2);
  });

  test('a minute of them is remembered', () =>
    expect(fold([0, 30, 60, 91].map((sec) => seal(1000 + sec, 20e6))).seals.map(([at]) => at)).toEqual([1060, 1091]));
});
