import { describe, expect, test } from 'vitest';
import { blended, blockAfter, cusum, excited, excitementZ } from './monitors.ts';

/** Reference values by hand from the formulas of contracts/spec/detectors.md#monitors and their papers. */
describe('monitors', () => {
  test('a block ends after fifteen trading seconds, with what it brought', () => {
    const start = { tsec: 600, mid: 10_000, net: 1e6, amount: 5e6 };
    expect(blockAfter(start, { tsec: 614, mid: 10_100, net: 2e6, amount: 9e6 })).toBeNull();
    expect(blockAfter(start, { tsec: 618, mid: 10_100, net: 1.5e6, amount: 9e6 })).toEqual({
      sec: 18,
      ret: expect.closeTo(0.00995033, 8),
      net: 5e5,
      amount: 4e6,
    });
  });

  test('CUSUM: what is over k adds up, what is under it takes away, never below none', () => {
    let sum = 0;
    const sums = [2, 2, -1, -9, 1.5].map((x) => {
      sum = cusum(sum, x, 1);
      return sum;
    });
    expect(sums).toEqual([1, 2, 0, 0, 0.5]);
  });

  test('Hawkes-like: an event adds one, thirty seconds leave 1/e; in deviations of a Poisson stream', () => {
    expect(excited(0, 15, true)).toBe(1);
    expect(excited(1, 30, true)).toBeCloseTo(1 + Math.exp(-1), 10);
    expect(excited(2, 15, false)).toBeCloseTo(2 * Math.exp(-0.5), 10);
    // .01 a second: A0 .3, variance .15 + 1
    expect(excitementZ(3, 0.01)).toBeCloseTo(2.7 / Math.sqrt(1.15), 10);
  });

  test('return, flow and amount together, each clipped; nothing where one is unknown', () => {
    expect(blended(0, 0, 0)).toBeCloseTo(-0.3 / 1.22, 10);
    expect(blended(9, 3, 9)).toBeCloseTo((4 + 2 + 2 - 0.3) / 1.22, 10);
    expect(blended(-9, -3, -9)).toBeCloseTo((-4 - 2 - 0.5 - 0.3) / 1.22, 10);
    expect(blended(1, Number.NaN, 1)).toBeNaN();
  });
});
