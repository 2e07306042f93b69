import { describe, expect, test } from 'vitest';
import { absentMilli, batchOf, type Quote, quoteFlag } from '../../contracts/quote.ts';
import { type Accepted, acceptedColumns, commit } from './accepted.ts';
import {
  checkPrice,
  checkTime,
  checkTotals,
  checkUnits,
  hasReturned,
  intervalAcross,
  isBookSound,
  isDuplicate,
  isSameLevel,
  mustHold,
} from './checks.ts';

const t0 = 1_764_034_200_000;
/** 10.00, a million shares and ten million yuan so far, a tick wide. */
const quote = (more: Partial<Quote> = {}): Quote => ({
  instrumentNo: 1_600_001,
  tsExchangeMs: t0,
  phaseCode: 4,
  flags: 0,
  lastMilli: 10_000,
  preCloseMilli: 10_000,
  openMilli: null,
  highMilli: null,
  lowMilli: null,
  limitUpMilli: null,
  limitDownMilli: null,
  volumeShares: 1_000_000,
  amountYuan: 10_000_000,
  outerShares: null,
  innerShares: null,
  bids: [
    [9990, 5],
    [9980, 5],
    [9970, 5],
    [9960, 5],
    [9950, 5],
  ],
  asks: [
    [10_010, 5],
    [10_020, 5],
    [10_030, 5],
    [10_040, 5],
    [10_050, 5],
  ],
  ...more,
});
const row = (more: Partial<Quote> = {}, tsMs = t0) => batchOf('a', tsMs, [quote(more)]);
const ints = (value: number) => new Int32Array(1).fill(value);
/** The columns after the quotes given, all of source 0. */
function columnsAfter(...quotes: readonly Partial<Quote>[]): Accepted {
  const accepted = acceptedColumns({
    count: 1,
    preClose: ints(10_000),
    limitUp: ints(absentMilli),
    limitDown: ints(absentMilli),
    limitTold: new Uint8Array(1),
  });
  quotes.forEach((more, i) => commit(accepted, 0, row(more), 0, 0, true, i));
  return accepted;
}

describe('a row against the one before', () => {
  test('a duplicate says all the same, of the same source', () => {
    const seen = columnsAfter({});
    expect(isDuplicate(seen, 0, row(), 0, 0)).toBe(true);
    expect(isDuplicate(columnsAfter(), 0, row(), 0, 0)).toBe(false);
    expect(isDuplicate(seen, 0, row(), 0, 1)).toBe(false);
    for (const other of [
      { tsExchangeMs: t0 + 1 },
      { volumeShares: 1_000_001 },
      { amountYuan: 10_000_001 },
      { bids: [[9980, 5], null, null, null, null] },
    ] as const)
      expect(isDuplicate(seen, 0, row(other as Partial<Quote>), 0, 0), JSON.stringify(other)).toBe(false);
  });

  test('Q2: no more than 5 s ahead of our clock and the source’s lead, and never behind the last', () => {
    const seen = columnsAfter({});
    const time = (ms: number, lead = 0, of = seen) => checkTime(of, 0, row({ tsExchangeMs: t0 + ms }), 0, lead);
    expect([time(5000), time(5001), time(5400, 400), time(5401, 400)]).toEqual([null, 'Q2_TIME_FUTURE', null, 'Q2_TIME_FUTURE']);
    expect([time(0), time(-1), time(-1, 0, columnsAfter())]).toEqual([null, 'Q2_TIME_BACKWARDS', null]);
  });

  test('Q1: either total that falls, of the same source; the third in a row has started over', () => {
    const totals = (seen: Accepted, more: Partial<Quote>, source = 0) => checkTotals(seen, 0, row(more), 0, source);
    expect(totals(columnsAfter({}), { volumeShares: 999_999 })).toBe('Q1_TOTAL_DECREASED');
    expect(totals(columnsAfter({}), { amountYuan: 9_999_999 })).toBe('Q1_TOTAL_DECREASED');
    expect(totals(columnsAfter({}), {})).toBeNull();
    expect(totals(columnsAfter({}), { volumeShares: 1 }, 1)).toBeNull();
    expect(totals(columnsAfter(), { volumeShares: 1 })).toBeNull();
    const seen = columnsAfter({});
    const less = { volumeShares: 1, amountYuan: 10 };
    expect([totals(seen, less), totals(seen, less), totals(seen, less)]).toEqual(['Q1_TOTAL_DECREASED', 'Q1_TOTAL_DECREASED', null]);
    const again = columnsAfter({});
    expect([totals(again, less), totals(again, {}), totals(again, less), totals(again, less)].filter((each) => each === null)).toHaveLength(
      1,
    );
  });
});

test('Q3: a price where anything traded, and within the limits, both ends in', () => {
  const price = (more: Partial<Quote>, up = 11_000, down = 9000) => checkPrice(row(more), 0, up, down);
  expect([price({ lastMilli: 11_000 }), price({ lastMilli: 11_010 }), price({ lastMilli: 9000 }), price({ lastMilli: 8990 })]).toEqual([
    null,
    'Q3_OUTSIDE_LIMITS',
    null,
    'Q3_OUTSIDE_LIMITS',
  ]);
  expect([price({ lastMilli: 99_000 }, absentMilli), price({ lastMilli: 10 }, 11_000, absentMilli)]).toEqual([null, null]);
  expect([price({ lastMilli: null }), price({ lastMilli: null, volumeShares: 0 }), price({ lastMilli: 0, volumeShares: 0 })]).toEqual([
    'Q3_NO_PRICE',
    null,
    'Q3_NO_PRICE',
  ]);
});

describe('Q6: an interval’s average lies among its prices', () => {
  /** Between two quotes at 10.00, a tick wide to either side; known high and low leave no unseen trades. */
  const seen = columnsAfter({ highMilli: 10_050, lowMilli: 9950 });
  const units = (dv: number, da: number, more: Partial<Quote> = { highMilli: 10_050, lowMilli: 9950 }) =>
    checkUnits(seen, 0, row(more), 0, dv, da);

  test.each([
    // 1,000 shares; the low is 9.95 and the high 10.05, two ticks and .50 yuan a thousand shares further
    ['in the middle', 1000, 10_000, null],
    ['at the lowest', 1000, 9929.5, null],
    ['a hair lower', 1000, 9929.49, 'Q6_UNIT'],
    ['at the highest', 1000, 10_070.5, null],
    ['a hair higher', 1000, 10_070.51, 'Q6_UNIT'],
    ['lots for shares', 10, 10_000, 'Q6_UNIT'],
    ['nothing traded', 0, 0, null],
    ['a yuan of rounding where nothing traded', 0, 1, null],
    ['money for no shares', 0, 1.01, 'Q6_UNIT'],
    ['ten thousand times the day where nothing traded', 0, 882e9, 'Q6_UNIT'],
    ['an amount nobody knows', 1000, Number.NaN, null],
    ['a volume nobody knows', Number.NaN, 500, null],
  ])('%s', (_what, dv, da, verdict) => {
    expect(units(dv, da)).toBe(verdict);
  });

  test('without the feed’s own high or low, 2 % more on either side', () => {
    // 9.99 − .02 · 10 − 2 ticks − .50 yuan a thousand
    expect([units(1000, 9769.5, {}), units(1000, 9769.49, {})]).toEqual([null, 'Q6_UNIT']);
    expect([units(1000, 9729.5, { lowMilli: 9950 }), units(1000, 9729.49, { lowMilli: 9950 })]).toEqual([null, 'Q6_UNIT']);
    expect([units(1000, 10_270.5, { highMilli: 10_050 }), units(1000, 10_270.51, { highMilli: 10_050 })]).toEqual([null, 'Q6_UNIT']);
  });

  test('a feed that counts lots may be a lot off; a volume that was derived says nothing', () => {
    const lots = { highMilli: 10_050, lowMilli: 9950, flags: quoteFlag.lotVolume };
    expect([units(200, 2990, lots), units(200, 2990)]).toEqual([null, 'Q6_UNIT']);
    expect(units(10, 10_000, { flags: quoteFlag.derivedVolume })).toBeNull();
    // less than a lot, up to 2 % over the last price, and a yuan
    expect([units(0, 1021, lots), units(0, 1021.01, lots)]).toEqual([null, 'Q6_UNIT']);
    expect(units(0, 10_000, { flags: quoteFlag.derivedVolume })).toBeNull();
    // nothing was traded yet today: no price, and no fault
    expect(units(0, 0, { ...lots, lastMilli: null })).toBeNull();
  });
});

describe('an interval across two sources', () => {
  const seen = columnsAfter({ highMilli: 10_050, lowMilli: 9950 });
  const across = (dv: number, da: number, flags = 0) =>
    intervalAcross(seen, 0, row({ highMilli: 10_050, lowMilli: 9950, flags }), 0, dv, da);
  const unknown = [Number.NaN, Number.NaN];

  test.each([
    ['as it is', 1000, 10_000, [1000, 10_000]],
    ['up to a lot behind is none', -99, 500, [0, 500]],
    ['a whole lot behind', -100, 500, unknown],
    ['nothing, to a yuan and under a lot', 99, 1, [0, 0]],
    ['a lot for a yuan', 100, 1, unknown],
    ['a yuan less is nothing', 0, -1, [0, 0]],
    ['more than a yuan less', 0, -1.01, unknown],
    ['money without shares, within a lot', 0, 900, [0, 900]],
    ['an average out of all prices', 1000, 30_000, unknown],
    ['nobody knows', Number.NaN, 10_000, unknown],
  ])('%s', (_what, dv, da, expected) => {
    expect(across(dv, da)).toEqual(expected);
  });

  test('a volume that was derived is unknown', () => {
    expect(across(1000, 10_000, quoteFlag.derivedVolume)).toEqual(unknown);
  });
});

describe('Q7: a jump', () => {
  const steady = columnsAfter(...Array.from({ length: 5 }, () => ({ lastMilli: 20_000 })));
  test('of more than 3 %, to either side, on under 10,000 shares', () => {
    const held = (last: number, dv = 0) => mustHold(steady, 0, last, dv);
    expect([held(20_600), held(20_610), held(19_400), held(19_390)]).toEqual([false, true, false, true]);
    expect([held(22_000, 9999), held(22_000, 10_000), held(22_000, Number.NaN)]).toEqual([true, false, false]);
  });

  test('has come back, or is confirmed, within 1 %', () => {
    expect([
      hasReturned(steady, 0, 20_190),
      hasReturned(steady, 0, 20_210),
      hasReturned(steady, 0, 19_810),
      hasReturned(steady, 0, 19_790),
    ]).toEqual([true, false, true, false]);
    expect([isSameLevel(20_000, 20_190), isSameLevel(20_000, 20_210), isSameLevel(20_000, 19_790)]).toEqual([true, false, false]);
  });
});

describe('Q4, Q5: a book that contradicts itself', () => {
  const sound = (bids: Quote['bids'], asks: Quote['asks']) => isBookSound(row({ bids, asks }), 0);
  const none: Quote['bids'] = [null, null, null, null, null];
  const bids: Quote['bids'] = [[9990, 5], [9980, 5], null, null, null];
  const asks: Quote['asks'] = [[10_010, 5], [10_020, 5], null, null, null];

  test.each<[what: string, bids: Quote['bids'], asks: Quote['asks'], sound: boolean]>([
    ['two sides', bids, asks, true],
    ['bids alone: locked up', bids, none, true],
    ['asks alone: locked down', none, asks, true],
    ['neither', none, none, false],
    ['crossed', [[10_020, 5], null, null, null, null], asks, false],
    ['touching', [[10_010, 5], null, null, null, null], asks, false],
    ['two bids alike', [[9990, 5], [9990, 5], null, null, null], asks, false],
    ['bids that rise', [[9980, 5], [9990, 5], null, null, null], asks, false],
    ['asks that fall', bids, [[10_020, 5], [10_010, 5], null, null, null], false],
    ['a level left out', bids, [[10_010, 5], null, [10_030, 5], null, null], false],
    [
      'the fifth level out of order',
      [
        [9990, 5],
        [9980, 5],
        [9970, 5],
        [9960, 5],
        [9965, 5],
      ],
      asks,
      false,
    ],
  ])('%s', (_what, own, other, expected) => {
    expect(sound(own, other)).toBe(expected);
  });
});
