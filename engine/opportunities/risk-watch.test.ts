import { describe, expect, test } from 'vitest';
import { type MarketNumbers, quiet, riskWatches, type WatchState, watched } from './risk-watch.ts';

const calm: MarketNumbers = { live: 500, mktMed3m: 0, brokenRate: 0.2, nTouched: 40, regime: 'neutral', opened1m: 2, openedMean: 2 };
const asked = (id: 'K2' | 'K3' | 'K16', numbers: Partial<MarketNumbers>, current = 0): number =>
  riskWatches.find((each) => each.id === id)!.levelOf({ ...calm, ...numbers }, current);

describe('K2: the market falls', () => {
  test.each<[string, Partial<MarketNumbers>, number, number]>([
    ['an ordinary day', {}, 0, 0],
    ['.6 % down in three minutes', { mktMed3m: -0.006 }, 0, 2],
    ['a hair less', { mktMed3m: -0.0059 }, 0, 0],
    ['restricted, .42 % down: not yet', { mktMed3m: -0.0042 }, 2, 2],
    ['restricted, less', { mktMed3m: -0.0041 }, 2, 0],
    ['a panic', { regime: 'panic' }, 0, 3],
    ['after it, while the market still falls', { mktMed3m: -0.005 }, 3, 2],
    ['of 499 symbols nothing is the market’s', { live: 499, mktMed3m: -0.05, regime: 'panic' }, 0, 0],
    ['and nothing is let go of', { live: 499 }, 3, 3],
    ['an unknown median', { mktMed3m: Number.NaN }, 2, 2],
  ])('%s', (_what, numbers, current, level) => {
    expect(asked('K2', numbers, current)).toBe(level);
  });
});

describe('K3: boards break', () => {
  test.each<[string, Partial<MarketNumbers>, number, number]>([
    ['45 % of twenty', { brokenRate: 0.45, nTouched: 20 }, 0, 2],
    ['of nineteen', { brokenRate: 0.9, nTouched: 19 }, 0, 0],
    ['a hair under', { brokenRate: 0.449 }, 0, 0],
    ['restricted, 31.5 %: not yet', { brokenRate: 0.315 }, 2, 2],
    ['restricted, less', { brokenRate: 0.314 }, 2, 0],
    ['nobody has touched', { brokenRate: Number.NaN, nTouched: 0 }, 0, 0],
  ])('%s', (_what, numbers, current, level) => {
    expect(asked('K3', numbers, current)).toBe(level);
  });
});

describe('K16: a storm of openings', () => {
  test.each<[string, Partial<MarketNumbers>, number, number]>([
    ['21 in a minute, of four a minute', { opened1m: 21, openedMean: 4 }, 0, 2],
    ['20 in a minute, of one', { opened1m: 20, openedMean: 1 }, 0, 0],
    ['30 in a minute, of six', { opened1m: 30, openedMean: 6 }, 0, 0],
    ['31 in a minute, of six', { opened1m: 31, openedMean: 6 }, 0, 2],
    ['restricted, 15 of four: not yet', { opened1m: 15, openedMean: 4 }, 2, 2],
    ['restricted, 14', { opened1m: 14, openedMean: 4 }, 2, 0],
    ['before anything is usual', { opened1m: 500, openedMean: Number.NaN }, 0, 0],
    ['and nothing is let go of', { opened1m: 0, openedMean: Number.NaN }, 2, 2],
  ])('%s', (_what, numbers, current, level) => {
    expect(asked('K16', numbers, current)).toBe(level);
  });
});

test('up at once; down after 120 s of less, from the first of them; what comes back in between begins anew', () => {
  const levels = (...seen: readonly (readonly [tsec: number, asked: number])[]): number[] => {
    let state: WatchState = quiet;
    return seen.map(([tsec, level]) => {
      state = watched(state, level, tsec);
      return state.level;
    });
  };
  expect(levels([0, 0], [3, 2], [6, 3])).toEqual([0, 2, 3]);
  expect(levels([0, 2], [3, 0], [122, 0], [123, 0])).toEqual([2, 2, 2, 0]);
  expect(levels([0, 2], [3, 0], [120, 2], [123, 0], [242, 0], [243, 0])).toEqual([2, 2, 2, 2, 2, 0]);
  expect(levels([0, 3], [3, 2], [123, 2], [126, 0], [246, 0])).toEqual([3, 3, 2, 2, 0]);
  // one calm look at the end of the dwell is none of 120 s
  expect(levels([0, 3], [3, 2], [120, 0], [123, 0], [126, 0], [246, 0])).toEqual([3, 3, 3, 2, 2, 0]);
});

test('a watch is for a scope, and its name is its own', () => {
  expect(riskWatches.map(({ id, scope }) => `${id} ${scope}`)).toEqual(['K2 market', 'K16 market', 'K3 strategy.limitup']);
});
