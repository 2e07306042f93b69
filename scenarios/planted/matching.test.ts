import { describe, expect, test } from 'vitest';
import { emptyScore, scoreOf, shuffled, summed, type Truth } from './matching.ts';

const truth = (key: string, from: number, to: number, difficulty = 0.5): Truth => ({ key, from, to, difficulty });

describe('alarms against planted truth', () => {
  test('an alarm meets an episode of its own key within its window, both ends included', () => {
    const score = scoreOf(
      [truth('a', 100, 200), truth('b', 100, 200)],
      [
        { key: 'a', tsec: 100 },
        { key: 'b', tsec: 200 },
        { key: 'b', tsec: 201 },
        { key: 'c', tsec: 150 },
      ],
    );
    expect(score).toMatchObject({ alarms: 4, episodes: 2, hits: 2, found: 2, duplicates: 0, delays: [0, 100] });
  });

  test('the first alarm finds it, further ones are duplicates; a delay is from its beginning', () => {
    const score = scoreOf(
      [truth('a', 100, 200)],
      [
        { key: 'a', tsec: 190 },
        { key: 'a', tsec: 130 },
        { key: 'a', tsec: 150 },
      ],
    );
    expect(score).toMatchObject({ hits: 3, found: 1, duplicates: 2, delays: [30] });
  });

  test('two episodes of one key are found apart; nothing planted, nothing found', () => {
    const two = [truth('a', 100, 200), truth('a', 900, 990)];
    expect(scoreOf(two, [{ key: 'a', tsec: 950 }])).toMatchObject({ episodes: 2, found: 1, delays: [50] });
    expect(scoreOf([], [{ key: 'a', tsec: 950 }])).toMatchObject({ alarms: 1, hits: 0, episodes: 0, found: 0 });
  });

  test('by tenth of difficulty, easiest first', () => {
    const ten = Array.from({ length: 20 }, (_, i) => truth(`k${i}`, 0, 10, i / 20));
    const { byDifficulty } = scoreOf(ten, [
      { key: 'k0', tsec: 5 },
      { key: 'k1', tsec: 5 },
      { key: 'k19', tsec: 5 },
    ]);
    expect(byDifficulty.map(({ episodes, found }) => [episodes, found])).toEqual([
      [2, 2],
      ...Array.from({ length: 8 }, () => [2, 0]),
      [2, 1],
    ]);
  });

  test('days are summed; shuffled truth is about the next key', () => {
    const one = scoreOf([truth('a', 100, 200)], [{ key: 'a', tsec: 130 }]);
    expect(summed(summed(emptyScore, one), one)).toMatchObject({ alarms: 2, episodes: 2, hits: 2, found: 2, delays: [30, 30] });
    expect(shuffled([truth('a', 1, 2), truth('c', 3, 4)], ['a', 'b', 'c']).map(({ key }) => key)).toEqual(['b', 'a']);
  });
});
