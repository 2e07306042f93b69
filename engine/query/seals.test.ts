/** Expected by hand. Limit 11 yuan; a locked row bids at it and nothing is asked. */
import { describe, expect, test } from 'vitest';
import { batchOf, type Level, type Quote } from '../../contracts/quote.ts';
import { Seals } from './seals.ts';

const limit = 11_000;
const at = (clock: string): number => Date.parse(`2026-11-23T${clock}+08:00`);
type Side = readonly Level[];
const row = (clock: string, last: number | null, bids: Side, asks: Side): Quote => ({
  instrumentNo: 1_600_001,
  tsExchangeMs: at(clock),
  phaseCode: 0,
  flags: 0,
  lastMilli: last,
  preCloseMilli: 10_000,
  openMilli: null,
  highMilli: null,
  lowMilli: null,
  limitUpMilli: null,
  limitDownMilli: null,
  volumeShares: 1,
  amountYuan: 1,
  outerShares: null,
  innerShares: null,
  bids,
  asks,
});
const locked = (clock: string, shares: number) => row(clock, limit, [[limit, shares]], []);
const open = (clock: string, last = limit) => row(clock, last, [[limit - 10, 100]], [[limit, 100]]);
function sealed(...rows: readonly Quote[]) {
  const seals = new Seals([limit]);
  for (const each of rows) seals.take(batchOf('x', each.tsExchangeMs, [each]), 0, 0);
  return seals;
}

describe('a seal', () => {
  test('is none before the first row that is locked', () => {
    expect(sealed(open('10:00:00')).of(0)).toBeNull();
    expect(sealed(row('10:00:00', limit - 10, [[limit, 1]], [])).of(0)).toBeNull();
  });
  test('begins at its first row, has the newest amount and the greatest', () => {
    expect(sealed(locked('10:00:03', 1000), locked('10:00:06', 3000), locked('10:01:00', 2000)).of(0)).toEqual({
      isLocked: true,
      firstMs: at('10:00:03'),
      opens: 0,
      lastOpenMs: null,
      yuan: 22_000,
      peakYuan: 33_000,
    });
  });
  test('that is opened has no amount; sealed again the first time stays', () => {
    const seals = sealed(locked('10:00:03', 1000), open('10:05:00'), open('10:05:03', limit - 20));
    expect(seals.of(0)).toMatchObject({ isLocked: false, opens: 1, lastOpenMs: at('10:05:00'), yuan: null, peakYuan: 11_000 });
    const again = sealed(locked('10:00:03', 1000), open('10:05:00'), locked('10:07:00', 500), open('10:08:00'), locked('10:09:00', 100));
    expect(again.of(0)).toMatchObject({ isLocked: true, firstMs: at('10:00:03'), opens: 2, lastOpenMs: at('10:08:00'), yuan: 1100 });
  });
  test('is not opened by a virtual match, nor by a row without a book', () => {
    const virtual = row('14:58:00', limit, [[limit, 500]], [[limit, 500]]);
    const none = row('14:57:00', limit, [], []);
    expect(sealed(locked('10:00:03', 1000), none, virtual).of(0)).toMatchObject({ isLocked: true, opens: 0, yuan: 11_000 });
    expect(sealed(virtual).of(0)).toBeNull();
  });
  test('is opened by a row without a book whose price is under the limit, as a source without depth tells it', () => {
    expect(sealed(locked('10:00:03', 1000), row('10:04:00', limit - 100, [], [])).of(0)).toMatchObject({
      isLocked: false,
      opens: 1,
      yuan: null,
    });
    expect(sealed(locked('10:00:03', 1000), row('10:04:00', null, [], [])).of(0)).toMatchObject({ isLocked: true });
  });
  test('at the opening match has 09:25 as its first time', () => {
    expect(sealed(row('09:24:57', null, [[limit, 500]], [[limit, 500]]), locked('09:25:01', 1000)).of(0)).toMatchObject({
      firstMs: at('09:25:01'),
    });
  });
  test('of a stock without a limit is none', () => {
    const seals = new Seals([null]);
    seals.take(batchOf('x', 1, [locked('10:00:00', 1)]), 0, 0);
    expect(seals.of(0)).toBeNull();
  });
});

describe('as of an instant', () => {
  const seals = sealed(locked('10:00:03', 1000), locked('10:01:30', 4000), open('10:05:00'), locked('10:07:00', 500));
  test.each([
    ['09:59:00', null],
    ['10:00:30', { isLocked: true, opens: 0, yuan: null, peakYuan: null }],
    ['10:02:00', { isLocked: true, opens: 0, yuan: 44_000, peakYuan: 44_000 }],
    ['10:06:00', { isLocked: false, opens: 1, lastOpenMs: at('10:05:00'), yuan: null, peakYuan: 44_000 }],
    ['10:07:30', { isLocked: true, opens: 1, yuan: null, peakYuan: 44_000 }],
    ['10:08:00', { isLocked: true, opens: 1, yuan: 5500, peakYuan: 44_000 }],
  ])('%s: what had happened, amounts by the minutes that had ended', (clock, expected) => {
    if (expected === null) expect(seals.of(0, at(clock))).toBeNull();
    else expect(seals.of(0, at(clock))).toMatchObject(expected);
  });
});

test('what was sealed at a close is of the minute that ended there, and known from then on', () => {
  const seals = sealed(locked('11:29:00', 100), locked('11:30:00', 200), locked('15:00:02', 300));
  expect(seals.curve(0)!.points).toEqual([
    [119, 2200],
    [239, 3300],
  ]);
  expect(seals.of(0, at('12:00:00'))).toMatchObject({ yuan: 2200 });
  expect(seals.of(0, at('15:30:00'))).toMatchObject({ yuan: 3300, peakYuan: 3300 });
});

test('the curve has the last amount of each minute, 0 where it ended open, and when it opened', () => {
  const seals = sealed(locked('10:00:03', 1000), locked('10:00:57', 2000), open('10:05:00'), locked('10:07:00', 500));
  expect(seals.curve(0)).toEqual({
    points: [
      [30, 22_000],
      [35, 0],
      [37, 5500],
    ],
    openedMs: [at('10:05:00')],
  });
  expect(seals.curve(0, at('10:06:00'))).toEqual({
    points: [
      [30, 22_000],
      [35, 0],
    ],
    openedMs: [at('10:05:00')],
  });
  expect(sealed(open('10:00:00')).curve(0)).toBeNull();
});
