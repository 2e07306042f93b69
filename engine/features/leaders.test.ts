import { expect, test } from 'vitest';
import { Leaders } from './leaders.ts';

const ranked = (...of: readonly (readonly [row: number, ret5m: number])[]) =>
  of.map(([row, ret5m]) => ({ row, ret5m })).sort((a, b) => b.ret5m - a.ret5m);
/** Who leads sector 3 at each of these seconds. */
const led = (...moments: readonly (readonly [tsec: number, of: ReturnType<typeof ranked>])[]) => {
  const leaders = new Leaders();
  return moments.map(([tsec, of]) => leaders.of(3, of, tsec));
};
const first = ranked([1, 0.02], [2, 0.01]);
const ahead = ranked([1, 0.02], [2, 0.0235]);

test('the first that rose most leads, and stays it while nobody is .3 % ahead', () =>
  expect(led([0, first], [60, ranked([1, 0.02], [2, 0.0229])], [600, ranked([1, 0.02], [2, 0.0229])])).toEqual([1, 1, 1]));

test('another that is, for a minute, takes its place', () => {
  expect(led([0, first], [10, ahead], [69, ahead], [70, ahead])).toEqual([1, 1, 1, 2]);
  // it fell back meanwhile, or it was a third
  expect(led([0, first], [10, ahead], [40, first], [50, ahead], [70, ahead], [110, ahead])).toEqual([1, 1, 1, 1, 1, 2]);
  expect(led([0, first], [10, ahead], [40, ranked([1, 0.02], [5, 0.03])], [70, ranked([1, 0.02], [5, 0.03])])).toEqual([1, 1, 1, 1]);
});

test('one that is no longer live is followed by the best at once; nobody live, nobody leads', () => {
  expect(led([0, first], [10, ranked([2, 0.01], [4, 0.005])])).toEqual([1, 2]);
  expect(led([0, []], [10, first], [20, []])).toEqual([-1, 1, -1]);
});

test('a restart changes nothing', () => {
  const leaders = new Leaders();
  leaders.of(3, first, 0);
  leaders.of(3, ahead, 10);
  const again = new Leaders();
  again.restore(leaders.image());
  expect([again.of(3, ahead, 69), again.of(3, ahead, 70)]).toEqual([1, 2]);
});
