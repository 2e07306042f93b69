import { expect, test } from 'vitest';
import { orderOf, QuoteBoard, type QuoteSort, roomOf } from './quote-board.ts';

const board = new QuoteBoard();
const told = (symbol: string, lastMilli: number | null, preCloseMilli: number | null) => ({ symbol, lastMilli, preCloseMilli });
board.take(
  [told('600001.SH', 11_000, 10_000), told('600002.SH', 4500, 5000), told('600003.SH', null, 8000), told('600004.SH', 30_000, null)],
  true,
  1,
);
const listed = ['600001.SH', '600002.SH', '600003.SH', '600004.SH', '600005.SH'].map((symbol, i) => ({
  symbol,
  limitUpMilli: i === 0 ? 11_000 : i === 1 ? 5500 : null,
}));
const order = (sort: QuoteSort, isRising = false): string =>
  orderOf(listed, board.quotes, sort, isRising)
    .map((symbol) => symbol[5])
    .join('');

test.each<[QuoteSort, boolean, string]>([
  ['gain', false, '12345'],
  ['gain', true, '21345'],
  ['change', false, '12345'],
  ['last', false, '41235'],
  ['last', true, '21435'],
  ['room', false, '21345'],
  ['room', true, '12345'],
  ['code', true, '12345'],
  ['code', false, '54321'],
])('by %s, rising %s: what is unknown stands last either way', (sort, isRising, wanted) => {
  expect(order(sort, isRising)).toBe(wanted);
});

test('what changed takes the place of what was; a whole one of everything', () => {
  let heard = 0;
  const own = new QuoteBoard();
  const end = own.listen(() => {
    heard += 1;
  });
  own.take([told('600001.SH', 1000, 1000), told('600002.SH', 1000, 1000)], true, 1);
  own.take([told('600001.SH', 1100, 1000)], false, 2);
  expect([own.quotes.get('600001.SH')!.gain!.toFixed(2), own.quotes.size, own.tsMs]).toEqual(['0.10', 2, 2]);
  own.take([told('600002.SH', null, 1000)], true, 3);
  expect([...own.quotes]).toEqual([['600002.SH', { lastMilli: null, preCloseMilli: 1000, gain: null }]]);
  end();
  own.take([], false, 4);
  expect([heard, own.version]).toEqual([3, 4]);
});

test('how far below the limit: unknown without a price or a limit', () => {
  expect([roomOf(10_000, 11_000)?.toFixed(2), roomOf(null, 11_000), roomOf(10_000, null), roomOf(0, 11_000)]).toEqual([
    '0.10',
    null,
    null,
    null,
  ]);
});
