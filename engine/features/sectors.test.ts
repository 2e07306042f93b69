import { describe, expect, test } from 'vitest';
import type { Bundle } from '../../contracts/bundle.ts';
import type { Universe } from '../clean/universe.ts';
import { Sectors } from './sectors.ts';

const nan = Number.NaN;
/** Eight symbols numbered 100 to 107; number 999 is not among them. */
const universe = { count: 8, rowOf: (no: number) => (no >= 100 && no < 108 ? no - 100 : -1) } as unknown as Universe;
const sectorsOf = (...sectors: readonly { kind: 'industry' | 'concept'; members: readonly number[] }[]): Sectors =>
  new Sectors(
    {
      sectors: sectors.map(({ kind, members }, k) => ({ code: `BK${k}`, name: `${k}`, kind, asOf: '20261123', members: [...members] })),
    } as Pick<Bundle, 'sectors'>,
    universe,
  );
/** 0 unknown, 1 not above its previous close, 2 above. */
const measure = (sectors: Sectors, ret3m: readonly number[], against: readonly number[], atLimit: readonly number[]) => {
  const returns = { ret1m: new Float64Array(8), ret3m: Float64Array.from(ret3m), ret5m: new Float64Array(8) };
  sectors.update({ returns, standing: { against: Uint8Array.from(against), atLimit: Uint8Array.from(atLimit) } });
  return sectors.columns;
};

describe('sectors', () => {
  test('medians of live members, breadth of those with a price, limit-ups; each over its own members', () => {
    const sectors = sectorsOf(
      { kind: 'concept', members: [100, 101, 102, 103, 104, 105] },
      { kind: 'industry', members: [103, 104, 105, 106, 107, 999] },
    );
    const { ret3m, advShare, limitUps, live } = measure(
      sectors,
      [0.05, 0.01, 0.03, nan, 0.02, 0.04, -0.01, -0.02],
      [2, 2, 1, 0, 2, 1, 1, 1],
      [1, 0, 0, 0, 1, 0, 1, 0],
    );

    expect([...live]).toEqual([5, 4]);
    expect(ret3m[0]).toBe(0.03);
    expect(ret3m[1]).toBeNaN();
    expect(advShare[0]).toBe(3 / 5);
    expect(advShare[1]).toBeNaN();
    expect([...limitUps]).toEqual([2, 2]);
  });

  test('an even number of live members has the mean of the two middles; a change of the others changes nothing', () => {
    const sectors = sectorsOf({ kind: 'concept', members: [100, 101, 102, 103, 104, 105] });
    const flat = [1, 1, 1, 1, 1, 1, 1, 1];
    const none = [0, 0, 0, 0, 0, 0, 0, 0];
    expect(measure(sectors, [0.06, 0.01, 0.02, 0.05, 0.04, 0.03, 9, -9], flat, none).ret3m[0]).toBe((0.03 + 0.04) / 2);
    expect(measure(sectors, [0.06, 0.01, 0.02, 0.05, 0.04, 0.03, nan, nan], flat, none).advShare[0]).toBe(0);
    expect(sectors.medianOf(0, Float64Array.from([1, 2, 3, 4, 5, nan, 0, 0]))).toBe(3);
    expect(sectors.medianOf(0, Float64Array.from([1, 2, 3, 4, nan, nan, 0, 0]))).toBeNaN();
  });

  test('a symbol has every sector it is in, and one industry', () => {
    const sectors = sectorsOf(
      { kind: 'concept', members: [100] },
      { kind: 'industry', members: [100, 101] },
      { kind: 'industry', members: [100] },
    );
    expect(sectors.ofRow.slice(0, 3)).toEqual([[0, 1, 2], [1], []]);
    expect([...sectors.industryOf.slice(0, 3)]).toEqual([1, 1, -1]);
  });
});
