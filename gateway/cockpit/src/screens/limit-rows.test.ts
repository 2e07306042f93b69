import { describe, expect, test } from 'vitest';
import { sealedOf } from '../state/sealed.ts';
import type { Ladder } from '../state/shapes.ts';
import { fateOf, inOrder, isFinalAt, minuteText, piecesOf, rungsOf, sealedStrata } from './limit-rows.ts';

type Row = Ladder['rows'][number];
const row = (symbol: string, boards: number, state: Row['state'], more: Partial<Row> = {}): Row => ({
  symbol: symbol as Row['symbol'],
  name: symbol,
  boards,
  state,
  lastMilli: 11_000,
  limitUpMilli: 11_000,
  lowMilli: null,
  sealYuan: null,
  peakSealYuan: null,
  firstSealMs: null,
  opens: 0,
  lastOpenMs: null,
  amountYuan: null,
  ...more,
});

test('rungs go from the highest to the first, the empty ones among them; who is broken stands on none', () => {
  const rungs = rungsOf([row('a', 4, 'locked'), row('b', 1, 'at-limit'), row('c', 3, 'broken'), row('d', 1, 'locked')]);
  expect(rungs.map(([boards, own]) => [boards, own.map(({ name }) => name)])).toEqual([
    [4, ['a']],
    [3, []],
    [2, []],
    [1, ['b', 'd']],
  ]);
  expect(rungsOf([row('c', 3, 'broken')])).toEqual([]);
});

test('a rung is in the order that was asked for; what is not known comes last', () => {
  const rows = [
    row('a', 1, 'at-limit'),
    row('b', 1, 'locked', { sealYuan: 5, firstSealMs: 20 }),
    row('c', 1, 'locked', { sealYuan: 9, firstSealMs: 30 }),
  ];
  const names = (order: Parameters<typeof inOrder>[1]) =>
    inOrder(rows, order, (symbol) => ({ a: 'I2', b: 'I3', c: 'I1' })[symbol]!).map(({ name }) => name);
  expect([names('seal'), names('first'), names('sector')]).toEqual([
    ['c', 'b', 'a'],
    ['b', 'c', 'a'],
    ['c', 'a', 'b'],
  ]);
});

test('of who was sealed, who is: those that only touched or trade at the limit are in neither', () => {
  const rows = [
    row('a', 1, 'locked', { firstSealMs: 1 }),
    row('b', 1, 'at-limit'),
    row('c', 1, 'at-limit', { firstSealMs: 2, opens: 1 }),
    row('d', 0, 'broken'),
  ];
  expect(sealedOf(rows)).toEqual({ locked: 1, sealed: 2 });
});

describe('a curve', () => {
  test('is in pieces between its openings, as shares of its peak', () => {
    const points: [number, number][] = [
      [0, 50],
      [1, 100],
      [5, 0],
      [6, 0],
      [9, 25],
    ];
    expect(piecesOf({ points })).toEqual([
      [
        [0, 0.5],
        [1, 1],
      ],
      [[9, 0.25]],
    ]);
  });
  test('that is open has none', () => {
    expect(piecesOf({ points: [] })).toEqual([]);
    expect(piecesOf({ points: [[3, 0]] })).toEqual([]);
  });
});

describe('what became of it', () => {
  const at = Date.parse('2026-11-23T09:25:01+08:00');
  test.each([
    ['never at its limit', undefined, null],
    ['sealed since', row('a', 1, 'locked', { firstSealMs: at, opens: 2, lastOpenMs: at + 1 }), { kind: 'sealed', ms: at }],
    ['sealed and open again', row('a', 0, 'broken', { firstSealMs: at, lastOpenMs: at + 1 }), { kind: 'broken', ms: at + 1 }],
    [
      'open, and traded at the limit again',
      row('a', 1, 'at-limit', { firstSealMs: at, lastOpenMs: at + 1 }),
      { kind: 'broken', ms: at + 1 },
    ],
    ['touched and never sealed', row('a', 0, 'broken'), { kind: 'touched', ms: null }],
  ])('%s', (_what, own, fate) => {
    expect(fateOf(own)).toEqual(fate);
  });
  test('its time is told to the minute, in Shanghai', () => {
    expect(minuteText(at)).toBe('09:25');
  });
});

test('who is sealed now stands in a stratum of each kind that is known of it; who is not sealed in none, one-word and warned names apart', () => {
  const at = (clock: string) => Date.parse(`2026-11-23T${clock}+08:00`);
  const sealed = (clock: string, more: Partial<Row> = {}) => row(clock, 1, 'locked', { firstSealMs: at(clock), lowMilli: 10_500, ...more });
  const rows = [
    sealed('09:25:00', { lowMilli: 11_000, opens: 1 }), // one-word: nothing was traded below the limit
    sealed('09:25:00', { sealYuan: 30, amountYuan: 100 }), // 30 % is of the last
    sealed('09:35:00', { sealYuan: 29.9, amountYuan: 100 }), // an end belongs to what it ends
    sealed('09:35:01', { sealYuan: 1.9, amountYuan: 100 }),
    sealed('13:00:00', { sealYuan: 2, amountYuan: 100 }), // minute 120, as 11:30 is
    sealed('13:30:00', { sealYuan: 10, amountYuan: 0, lowMilli: null }), // no amount, no share; a low that nobody told
    sealed('14:30:01'),
    sealed('14:31:00', { symbol: 'warned' as Row['symbol'] }),
    row('broken', 1, 'broken', { firstSealMs: at('10:00:00'), sealYuan: 5, amountYuan: 10 }),
    row('touching', 1, 'at-limit'),
  ];
  expect(sealedStrata(rows, (symbol) => symbol === 'warned')).toEqual({
    of: { 'first-seal': [2, 1, 1, 1, 0, 1], 'seal-share': [1, 1, 1, 1] },
    oneWord: 1,
  });
});

test('the counts are final from 15:05 on of the instant that is looked at', () => {
  expect(['15:04:59', '15:05:00', '10:30:00'].map((clock) => isFinalAt(Date.parse(`2026-11-23T${clock}+08:00`)))).toEqual([
    false,
    true,
    false,
  ]);
});
