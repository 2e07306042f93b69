import { describe, expect, test } from 'vitest';
import { NextOpens } from '../../../contracts/next-open.ts';
import { stratumOf } from '../../../contracts/strata.ts';
import { type DailyRow, type ListEntry, limitDays } from './days.ts';
import { nextOpensOf } from './next-open.ts';

/** Six quiet days of 50 million yuan, then a day at the limit, then an open; prices in yuan. */
function history(
  symbol: number,
  { open, sealedLow = 10.2, amount = 5e7 }: { open: number; sealedLow?: number; amount?: number },
): DailyRow[] {
  const base = { symbol, preClose: 10, upLimit: 11, volume: 5e6, amount, turnover: 2 };
  const days = Array.from({ length: 6 }, (_, i) => ({ ...base, date: `2026060${i + 1}`, open: 10, high: 10.1, low: 9.9, close: 10 }));
  const sealed = { ...base, date: '20260607', open: 10.3, high: 11, low: sealedLow, close: 11, amount: 1e8 };
  const next = { ...base, date: '20260608', preClose: 11, upLimit: 12.1, open, high: 11.9, low: 10.5, close: 11.2 };
  return [...days, sealed, next];
}
const listed = (symbol: number, firstMinute: number, sealAmount: number): ListEntry => ({
  symbol,
  date: '20260607',
  firstMinute,
  opens: 0,
  sealAmount,
});

describe('next opens after a seal', () => {
  test('each in one stratum of a kind, gross over the reference price, net of the round trip; one-word names apart', () => {
    const rows = [
      ...history(1_600_001, { open: 11.55 }), // +500 bp
      ...history(1_600_002, { open: 10.89 }), // −100
      ...history(1_600_003, { open: 12.1, sealedLow: 11 }), // one-word: +1,000, cannot be bought
    ];
    const list = [listed(1_600_001, 4, 4e7), listed(1_600_002, 200, 1e6), listed(1_600_003, -5, 9e8)];
    const facts = NextOpens.parse(nextOpensOf(limitDays(rows, list)));

    // a close of 11 costs .00122 + .01 / 11 = 21.3 bp
    expect(facts.all).toEqual({ n: 2, days: 1, grossBp: 200, netBp: 178.7, net95: [178.7, 178.7], gained: 0.5 });
    expect(facts.oneWord).toEqual({ n: 1, days: 1, grossBp: 1000 });
    expect([facts.from, facts.to]).toEqual(['20260607', '20260607']);
    // of no case nothing is known: null, not 0
    expect(facts.strata.boards.map((each) => each?.n ?? null)).toEqual([2, null, null]);
    expect(facts.strata['first-seal'].map((each) => each?.netBp ?? null)).toEqual([478.7, null, null, null, -121.3, null]);
    expect(facts.strata['seal-share'].map((each) => each?.gained ?? null)).toEqual([0, null, null, 1]);
  });

  test('names that little was traded of are in none of it, one-word or not', () => {
    const rows = [
      ...history(1_600_001, { open: 11.55 }),
      ...history(1_600_002, { open: 12, amount: 3e7 }),
      ...history(1_600_003, { open: 12.1, amount: 3e7, sealedLow: 11 }),
    ];
    const facts = nextOpensOf(
      limitDays(
        rows,
        [1_600_001, 1_600_002, 1_600_003].map((symbol) => listed(symbol, 4, 4e7)),
      ),
    )!;
    expect([facts.all.n, facts.oneWord]).toEqual([1, null]);
  });

  test('without a list nothing is known of a seal, and without a next session nothing came', () => {
    const rows = history(1_600_001, { open: 11.55 });
    expect(nextOpensOf(limitDays(rows, []))).toBeNull();
    expect(nextOpensOf(limitDays(rows.slice(0, -1), [listed(1_600_001, 4, 4e7)]))).toBeNull();
  });

  test('an unknown seal is in no stratum of its kind, and counts in all', () => {
    const facts = nextOpensOf(limitDays(history(1_600_001, { open: 11.55 }), [listed(1_600_001, 4, Number.NaN)]))!;
    expect([facts.all.n, facts.strata['first-seal'][0]?.n]).toEqual([1, 1]);
    expect(facts.strata['seal-share']).toEqual([null, null, null, null]);
  });

  test('ends of strata: a minute belongs to what it ends, a share to what it begins', () => {
    expect([5, 5.1, 30, 120, 150, 210, 210.1].map((minute) => stratumOf('first-seal', minute))).toEqual([0, 1, 1, 2, 3, 4, 5]);
    expect([0, 0.0199, 0.02, 0.1, 0.3].map((part) => stratumOf('seal-share', part))).toEqual([0, 0, 1, 2, 3]);
    expect([1, 2, 3, 9].map((boards) => stratumOf('boards', boards))).toEqual([0, 1, 2, 2]);
    expect([null, Number.NaN].map((value) => stratumOf('boards', value))).toEqual([null, null]);
  });
});
