import { describe, expect, test } from 'vitest';
import { accountLevel } from './account.ts';
import { type Matured, matured, newRecord, type Pending, type StrategyRecord } from './strategy-watch.ts';

const pending = (over: Partial<Pending> = {}): Pending => ({
  row: 0,
  midMilli: 10_000,
  direction: 1,
  cost: 0.002,
  p0: 0.3,
  dueTsec: 1000,
  ...over,
});
const withHits = (hits: number, n = 29, level = 0): StrategyRecord => ({
  pending: [pending()],
  matured: Array.from({ length: n }, (_, i): Matured => ({ gained: i < hits, p0: 0.3 })),
  level,
});

describe('K13, a strategy that degrades', () => {
  test.each([
    ['beyond its cost', {}, 10_021, true],
    ['at its cost', {}, 10_020, false],
    ['down, and it should', { direction: -1 }, 9979, true],
    ['up, and it should fall', { direction: -1 }, 10_100, false],
  ] as const)('%s', (_what, over, mid, gained) => {
    const record = { ...newRecord, pending: [pending(over as Partial<Pending>)] };
    expect(matured(record, 1000, () => mid).matured).toEqual([{ gained, p0: 0.3 }]);
  });

  test('nothing matures early; a price that nobody knows is no loss', () => {
    const record = { ...newRecord, pending: [pending(), pending({ row: 1, dueTsec: 1001 })] };
    expect(matured(record, 999, () => 1)).toBe(record);
    expect(matured(record, 1000, () => Number.NaN)).toEqual({ pending: [record.pending[1]], matured: [], level: 0 });
  });

  // thirty at a base rate of .30: under .20 raises, and .23 lets go
  test.each([
    ['five of thirty gained', withHits(4), 11_000, 2],
    ['six', withHits(6), 10_000, 0],
    ['five of twenty-nine: too few to judge', withHits(4, 28), 11_000, 0],
    ['six while restricted', withHits(6, 29, 2), 10_000, 2],
    ['seven while restricted', withHits(7, 29, 2), 10_000, 0],
  ] as const)('%s', (_what, record, mid, level) => expect(matured(record, 1000, () => mid).level).toBe(level));

  test('the last thirty count', () => {
    const old = { ...withHits(0, 30), matured: [{ gained: true, p0: 0.3 }, ...withHits(5, 29).matured] };
    const now = matured(old, 1000, () => 10_000);
    expect([now.matured.length, now.level]).toEqual([30, 2]);
  });
});

test.each([
  ['a day’s loss of 2 %', { dayLoss: 0.02 }, 3],
  ['of less', { dayLoss: 0.0199 }, 0],
  ['6 % under its peak', { drawdown: 0.06 }, 3],
  ['10 % in one name', { largest: 0.1 }, 3],
  ['five stops in a row', { stopsInRow: 5 }, 3],
  ['four', { stopsInRow: 4 }, 0],
  ['nothing is known', {}, 0],
] as const)('K15, an account: %s', (_what, figures, level) =>
  expect(accountLevel({ dayLoss: null, drawdown: null, largest: null, stopsInRow: null, ...figures })).toBe(level),
);
