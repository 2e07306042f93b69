import { describe, expect, test } from 'vitest';
import { isDive } from './dive.ts';
import { rankOf } from './rank.ts';

describe('rank', () => {
  test('rank in basis points: expectation by liquidity, freshness and diversity, less 5 a risk level', () => {
    const plan = { entryMilli: 10_000, stopMilli: 9900, target1Milli: 10_200, target2Milli: 10_300, sigmaH: 0.02, rewardRisk: 1.5 };
    const input = { p: 0.5, hasEdge: true, plan, cost: 0.002, amt1m: 2e6, ageSec: 0, activeInSector: 0, riskLevel: 0 };
    // 0.5 · 200 − 0.5 · 100 − 20 = 30 bp
    expect(rankOf(input)).toBeCloseTo(30, 9);
    expect(rankOf({ ...input, plan: { ...plan, stopMilli: 10_100, target1Milli: 9800 } }), 'down').toBeCloseTo(30, 9);
    expect(rankOf({ ...input, ageSec: 600 })).toBeCloseTo(15, 9);
    expect(rankOf({ ...input, amt1m: 125_000 })).toBeCloseTo(15, 9);
    expect(rankOf({ ...input, activeInSector: 10 })).toBeCloseTo(15, 9);
    expect(rankOf({ ...input, riskLevel: 2 })).toBeCloseTo(20, 9);
    // what loses is not worth more where it is thin: .3 · 200 − .7 · 100 − 20
    expect([rankOf({ ...input, p: 0.3 }), rankOf({ ...input, p: 0.3, amt1m: 125_000, ageSec: 600 })]).toEqual([
      expect.closeTo(-30, 9),
      expect.closeTo(-30, 9),
    ]);
    expect([rankOf({ ...input, hasEdge: false }), rankOf({ ...input, hasEdge: false, riskLevel: 2 })]).toEqual([0, -10]);
    // nobody trades it: nothing to gain, and the risk stands
    expect([rankOf({ ...input, amt1m: 0 }), rankOf({ ...input, amt1m: 0, riskLevel: 1 })]).toEqual([0, -5]);
    expect([rankOf({ ...input, amt1m: Number.NaN }), rankOf({ ...input, p: null })]).toEqual([null, null]);
  });
});

describe('K4: a dive', () => {
  const nan = Number.NaN;
  test.each<[what: string, retZ1m: number, pull5: number, mid: number, low: number | null, dives: boolean]>([
    ['a minute of −4 σ', -4, nan, 10_000, null, true],
    ['a minute of nearly −4 σ', -3.99, nan, 10_000, null, false],
    // peak 10.200: 2 % above a low of 10.000; mid 2 % under the peak
    ['2 % under a peak that was 2 % above the low', nan, -0.02, 9996, 10_000, true],
    ['a hair less of a fall', nan, -0.0199, 9997, 10_000, false],
    ['from a peak that had not risen', nan, -0.02, 9996, 10_001, false],
    ['the low of the day unknown', nan, -0.05, 9690, null, false],
    ['all unknown', nan, nan, 10_000, 9000, false],
  ])('%s', (_what, retZ1m, pull5, mid, low, dives) => {
    expect(isDive(retZ1m, pull5, mid, low)).toBe(dives);
  });
});
