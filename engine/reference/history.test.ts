/** What is usual of a symbol's active buying, from days of which the book was seen. */
import { describe, expect, test } from 'vitest';
import { type DayRecord, flowNormOf, historyOf } from './history.ts';
import { flowNorm } from './shipped.ts';

/** A day of 100 yuan a minute of which `share` was bought on balance in each. */
function day(share: (m: number) => number, more: Partial<DayRecord> = {}): DayRecord {
  return {
    amounts: new Float64Array(240).fill(100),
    closes: new Float64Array(240).fill(10_000),
    nets: Float64Array.from({ length: 240 }, (_, m) => 100 * share(m)),
    volume: 1,
    highMilli: 10_000,
    ...more,
  };
}
const unseen = day(() => Number.NaN);

describe('own norm of active buying', () => {
  test('mean and deviation of three minutes, by half hour', () => {
    // one day each at .1, .2 and .6: mean .3, deviation √(.14 / 3)
    const { narMean, narSd } = flowNormOf([day(() => 0.1), day(() => 0.2), day(() => 0.6)])!;
    for (let half = 0; half < 8; half++) {
      expect(narMean![half]).toBeCloseTo(0.3, 12);
      expect(narSd![half]).toBeCloseTo(Math.sqrt(0.14 / 3), 12);
    }
  });

  test('each half hour has its own minutes; three minutes are one share', () => {
    const alike = (share: (m: number) => number) => flowNormOf([1, 2, 3].map(() => day(share)))!;
    const { narMean } = alike((m) => (m >= 30 && m < 60 ? 0.3 : 0));
    // its first two windows reach into the half hour before: .1 and .2 of 30; the next one's two first likewise
    expect(narMean!.slice(0, 4)).toEqual([0, expect.closeTo((0.1 + 0.2 + 28 * 0.3) / 30, 12), expect.closeTo((0.2 + 0.1) / 30, 12), 0]);
    expect(alike(() => 0.3).narSd).toEqual(new Array(8).fill(0.05));
  });

  test('fewer than three days of which the book was seen: none; the last twenty count', () => {
    expect(flowNormOf([day(() => 0.1), day(() => 0.1), unseen])).toBeNull();
    expect(flowNormOf([day(() => 0.1), day(() => 0.1), day(() => 0.1), unseen])!.narMean![0]).toBeCloseTo(0.1, 12);
    const old = Array.from({ length: 20 }, () => day(() => 0.4));
    expect(flowNormOf([day(() => -1), ...old])!.narMean![0]).toBeCloseTo(0.4, 12);
    expect(flowNormOf([day(() => 0.1), day(() => 0.1), { ...day(() => 0.1), nets: undefined as never }])).toBeNull();
  });

  test('a half hour of fewer than sixty known minutes is as others’; a minute without trade or book is none', () => {
    const morning = (m: number): number => (m < 60 ? 0.2 : Number.NaN);
    const { narMean, narSd } = flowNormOf([day(morning), day(morning), day(morning)])!;
    expect(narMean!.slice(0, 2)).toEqual([expect.closeTo(0.2, 12), expect.closeTo(0.2, 12)]);
    expect([narMean!.slice(2), narSd!.slice(2)]).toEqual([flowNorm.narMean!.slice(2), flowNorm.narSd!.slice(2)]);
    const still = { amounts: new Float64Array(240) };
    expect(flowNormOf([day(() => 0, still), day(() => 0, still), day(() => 0, still)])!.narMean).toEqual(flowNorm.narMean);
  });

  test('stands in a profile of its own', () => {
    const days = Array.from({ length: 10 }, () => day((m) => (m % 2 === 0 ? 0.2 : 0.1)));
    expect(historyOf('600519.SH', days)!.profile.narMean![3]).toBeCloseTo(0.15, 2);
    expect(
      historyOf(
        '600519.SH',
        Array.from({ length: 10 }, () => unseen),
      )!.profile.narMean,
    ).toEqual(flowNorm.narMean);
  });
});
