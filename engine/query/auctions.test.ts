/**
 * Witness: rows of 600519 and 000333 of 2023-02-01 and of 600107 of 2021-12-01 as a level-1 recording has them (re-created): one price on both
 * sides with what matches, the rest on the second level without a price, the first row after it with what was traded.
 */
import { describe, expect, test } from 'vitest';
import { batchOf, type Level, type Quote } from '../../contracts/quote.ts';
import { instrumentNo } from '../../contracts/units.ts';
import { Auctions, auctionOf } from './auctions.ts';

const [moutai, midea, laoFeng] = ['600519.SH', '000333.SZ', '600107.SH'].map((id) => instrumentNo(id as never)) as [number, number, number];
const at = (clock: string): number => Date.parse(`2023-02-01T${clock}+08:00`);
type Told = {
  readonly last?: number;
  readonly volume?: number;
  readonly yuan?: number;
  readonly bids?: readonly Level[];
  readonly asks?: readonly Level[];
};
const quote = (no: number, clock: string, { last, volume, yuan, bids = [], asks = [] }: Told): Quote => ({
  instrumentNo: no,
  tsExchangeMs: at(clock),
  phaseCode: 0,
  flags: 0,
  lastMilli: last ?? null,
  preCloseMilli: null,
  openMilli: null,
  highMilli: null,
  lowMilli: null,
  limitUpMilli: null,
  limitDownMilli: null,
  volumeShares: volume ?? null,
  amountYuan: yuan ?? null,
  outerShares: null,
  innerShares: null,
  bids,
  asks,
});
/** One price on both sides; `rest` above 0: buyers that are left. */
const virtual = (no: number, clock: string, price: number, shares: number, rest: number, told: Told = {}): Quote =>
  quote(no, clock, {
    ...told,
    bids: [[price, shares], rest > 0 ? [null, rest] : null],
    asks: [[price, shares], rest < 0 ? [null, -rest] : null],
  });

const sourceOf = new Map<Quote, string>();
/** The same row as another source tells it. */
function by(source: string, each: Quote): Quote {
  const own = { ...each };
  sourceOf.set(own, source);
  return own;
}

function rowsAfter(which: 'open' | 'close', ...quotes: readonly Quote[]) {
  const auctions = new Auctions(3);
  const at3 = [moutai, midea, laoFeng];
  for (const each of quotes)
    auctions.take(batchOf(sourceOf.get(each) ?? 'x', each.tsExchangeMs, [each]), 0, at3.indexOf(each.instrumentNo));
  return [0, 1, 2].map((i) => auctions.of(which, i));
}

describe('the opening auction', () => {
  const early = virtual(moutai, '09:20:21', 1_850_710, 6050, 150);
  const late = virtual(moutai, '09:24:48', 1_850_880, 20_400, -50);

  test('shows the newest virtual match, and who is left over', () => {
    expect(rowsAfter('open', early)[0]).toEqual({
      state: 'virtual',
      priceMilli: 1_850_710,
      shares: 6050,
      unmatchedShares: 150,
      yuan: 1850.71 * 6050,
    });
    expect(rowsAfter('open', early, late)[0]).toMatchObject({ priceMilli: 1_850_880, shares: 20_400, unmatchedShares: -50 });
  });
  test('a virtual row on the very second of the match is still one', () => {
    const last = virtual(moutai, '09:25:00', 1_854_980, 32_800, -250);
    expect(rowsAfter('open', late, last)[0]).toMatchObject({ state: 'virtual', shares: 32_800 });
  });
  test('what was matched is the first row’s total before continuous trading; who was left over stays told', () => {
    const crossed = quote(moutai, '09:25:01', {
      last: 1_854_980,
      volume: 32_800,
      yuan: 60_843_344,
      bids: [[1_854_000, 100]],
      asks: [[1_854_980, 250]],
    });
    const traded = quote(moutai, '09:30:00', {
      last: 1_855_000,
      volume: 34_600,
      yuan: 64_182_337,
      bids: [[1_854_000, 100]],
      asks: [[1_855_000, 5050]],
    });
    const matched = { state: 'matched', priceMilli: 1_854_980, shares: 32_800, unmatchedShares: -50, yuan: 60_843_344 };
    expect(rowsAfter('open', late, crossed)[0]).toEqual(matched);
    expect(rowsAfter('open', late, crossed, traded)[0]).toEqual(matched);
  });
  test('a row of continuous trading says nothing of it: what was last shown stays, and is not called matched', () => {
    const traded = quote(moutai, '09:30:00', {
      last: 1_855_000,
      volume: 34_600,
      yuan: 64_182_337,
      bids: [[1_854_000, 100]],
      asks: [[1_855_000, 5050]],
    });
    expect(rowsAfter('open', late, traded)[0]).toMatchObject({ state: 'virtual', shares: 20_400 });
    expect(rowsAfter('open', traded)[0]).toBeNull();
  });
  test('without a cross nothing is shown, and where nothing was traded it is said', () => {
    const apart = quote(laoFeng, '09:17:01', { bids: [[6_390, 100]], asks: [[6_400, 100]] });
    const none = quote(laoFeng, '09:25:03', { volume: 0, yuan: 0 });
    expect(rowsAfter('open', apart)[2]).toBeNull();
    expect(rowsAfter('open', apart, none)[2]).toEqual({ state: 'none', priceMilli: null, shares: 0, unmatchedShares: null, yuan: 0 });
    // a row that does not say its volume says nothing of it
    expect(rowsAfter('open', quote(laoFeng, '09:25:03', {}))[2]).toBeNull();
  });
  test('a match that is withdrawn is shown no more', () => {
    const gone = quote(moutai, '09:19:00', {});
    expect(rowsAfter('open', virtual(moutai, '09:18:57', 1_900_000, 5000, 0), gone)[0]).toBeNull();
  });
  test('another source without a book takes back nothing', () => {
    expect(rowsAfter('open', late, by('y', quote(moutai, '09:24:51', {})))[0]).toMatchObject({ shares: 20_400 });
  });
  test('a row behind the match that does not have it yet ends nothing; one that has it comes late', () => {
    const blank = quote(moutai, '09:25:00', { volume: 0, yuan: 0 });
    const crossed = quote(moutai, '09:25:03', { last: 1_854_980, volume: 32_800, yuan: 60_843_344 });
    expect(rowsAfter('open', late, blank)[0]).toMatchObject({ state: 'virtual', shares: 20_400 });
    expect(rowsAfter('open', late, blank, crossed)[0]).toMatchObject({ state: 'matched', shares: 32_800 });
    expect(rowsAfter('open', blank, crossed)[0]).toMatchObject({ state: 'matched', shares: 32_800 });
  });
  test('who is left over is unknown where no second level is told', () => {
    expect(rowsAfter('open', virtual(midea, '09:24:57', 55_250, 35_300, 0))[1]).toMatchObject({ unmatchedShares: null });
  });
});

describe('the closing auction', () => {
  const day = { last: 1_843_100, volume: 3_351_477, yuan: 6_159_972_661.97 };
  const shown = virtual(moutai, '14:57:09', 1_843_000, 3600, 100, day);
  const end = quote(moutai, '15:00:02', {
    last: 1_844_970,
    volume: 3_397_389,
    yuan: 6_244_678_924.61,
    bids: [[1_844_970, 88]],
    asks: [[1_844_980, 800]],
  });

  test('is apart from the opening', () => {
    expect(rowsAfter('close', shown)[0]).toMatchObject({ state: 'virtual', priceMilli: 1_843_000, shares: 3600, unmatchedShares: 100 });
    expect(rowsAfter('open', shown)[0]).toBeNull();
  });
  test('what was matched is what the day’s totals grew by', () => {
    expect(rowsAfter('close', shown, end)[0]).toMatchObject({ state: 'matched', priceMilli: 1_844_970, shares: 45_912 });
    expect(rowsAfter('close', shown, end)[0]!.yuan).toBeCloseTo(84_706_262.64, 2);
  });
  test('from totals of before the auction nothing is concluded', () => {
    const before = quote(moutai, '14:56:57', { last: 1_843_060, volume: 3_350_977, yuan: 6_159_051_138.97, bids: [[1, 1]] });
    expect(rowsAfter('close', before, end)[0]).toBeNull();
  });
  test('totals of two sources are not taken from each other', () => {
    expect(rowsAfter('close', shown, by('y', end))[0]).toMatchObject({ state: 'virtual' });
    expect(rowsAfter('close', shown, by('y', end), { ...end, tsExchangeMs: at('15:00:05') })[0]).toMatchObject({
      state: 'matched',
      shares: 45_912,
    });
  });
  test('a session after hours adds nothing to it', () => {
    const later = { ...end, tsExchangeMs: at('15:05:03'), volumeShares: 3_400_000 };
    expect(rowsAfter('close', shown, end, later)[0]).toMatchObject({ shares: 45_912 });
    expect(rowsAfter('close', shown, later)[0]).toMatchObject({ state: 'virtual' });
  });
});

describe('the list', () => {
  const auctions = new Auctions(3);
  const told = [
    virtual(moutai, '09:20:21', 1_850_710, 6050, 150),
    virtual(midea, '09:24:57', 57_960, 35_300, 1100),
    virtual(laoFeng, '09:24:52', 6_400, 2500, -28_000),
  ];
  for (const [row, each] of told.entries()) auctions.take(batchOf('x', each.tsExchangeMs, [each]), 0, row);
  const instruments = [
    { no: moutai, name: '茅台', boards: 0, adv20Yuan: 1e9, limitUpMilli: 2_030_340 },
    { no: midea, name: '美的', boards: 1, adv20Yuan: null, limitUpMilli: 60_720 },
    { no: laoFeng, name: '美尔雅', boards: 0, adv20Yuan: 1e8, limitUpMilli: null },
  ];
  const references = [1_845_760, 55_200, 6_430];
  const list = (order: 'yuan' | 'limit', clock = '09:24:58', which?: 'open' | 'close') =>
    auctionOf({ instruments } as never, auctions, (row) => references[row]!, at(clock), { order, which });

  test('has the most yuan first, or who is nearest to the limit; who has none comes last', () => {
    expect(list('yuan').rows.map(({ symbol }) => symbol)).toEqual(['600519.SH', '000333.SZ', '600107.SH']);
    expect(list('limit').rows.map(({ symbol, ofLimit }) => [symbol, ofLimit === null ? null : Number(ofLimit.toFixed(3))])).toEqual([
      ['000333.SZ', 0.5],
      ['600519.SH', 0.027],
      ['600107.SH', null],
    ]);
  });
  test('says what part of a usual day it is, where a usual day is known', () => {
    expect(list('yuan').rows.map(({ ofUsual }) => (ofUsual === null ? null : Number(ofUsual.toFixed(6))))).toEqual([
      0.011197,
      null,
      0.00016,
    ]);
  });
  test.each([
    ['09:14:59', 'open', 'before'],
    ['09:15:00', 'open', 'cancelable'],
    ['09:20:00', 'open', 'locked'],
    ['09:25:00', 'open', 'over'],
    ['09:30:00', 'open', 'over'],
    ['14:56:59', 'open', 'over'],
    ['14:57:00', 'close', 'locked'],
    ['15:00:00', 'close', 'over'],
  ])('at %s is of the auction to %s, %s', (clock, which, stage) => {
    expect(list('yuan', clock)).toMatchObject({ which, stage });
  });
  test('of the closing auction before it has begun', () => {
    expect(list('yuan', '10:00:00', 'close')).toEqual({ which: 'close', stage: 'before', rows: [] });
  });
});
