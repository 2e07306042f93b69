import { describe, expect, test } from 'vitest';
import { wilson95 } from '../../contracts/wilson.ts';
import { lcg } from '../../scenarios/support/days.ts';
import { aucOf, firedAuc, firedInterval, headOf, intervalsOf, partsOf, quantileOf, type Scored, shareOf } from './ranking.ts';

/** `score+` came, `score-` did not; all of one day unless said. */
const cases = (text: string, day = 0): Scored[] =>
  text.split(' ').map((each) => ({ day, score: Number(each.slice(0, -1)), came: each.endsWith('+') }));

describe('how well a score orders what came', () => {
  test.each([
    ['each one that came above each that did not', '1- 2- 3+ 4+', 1],
    ['the other way round', '1+ 2+ 3- 4-', 0],
    ['three of four pairs', '1- 2+ 3- 4+', 0.75],
    ['a tie is half', '1- 2+ 2- 3+', 0.875],
    ['all alike', '5+ 5- 5+ 5-', 0.5],
  ])('AUC, %s', (_what, text, expected) => {
    expect(aucOf(cases(text))).toBe(expected);
  });

  test('is unknown without both outcomes, and a score that is unknown is a fault', () => {
    expect(aucOf(cases('1+ 2+'))).toBeNaN();
    expect(aucOf([])).toBeNaN();
    expect(() => aucOf([{ day: 0, score: Number.NaN, came: true }])).toThrow(RangeError);
  });

  test('of thousands of cases it is what counting all pairs gives', () => {
    const below = lcg(5);
    const scored = Array.from({ length: 600 }, () => ({ day: below(9), score: below(40), came: below(3) === 0 }));
    let [wins, pairs] = [0, 0];
    for (const a of scored)
      for (const b of scored)
        if (a.came && !b.came) {
          pairs += 1;
          wins += a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0;
        }
    expect(aucOf(scored)).toBeCloseTo(wins / pairs, 12);
  });

  test('the interval is the same each time, holds the AUC, narrows with more days, and is of days, not of cases', () => {
    const below = lcg(8);
    const days = (count: number, each: number) =>
      Array.from({ length: count * each }, (_, i) => {
        const came = below(4) === 0;
        return { day: Math.floor(i / each), score: below(100) + (came ? 25 : 0), came };
      });
    const wide = days(8, 60);
    const naive = wide.map((one) => ({ ...one, score: 0 }));
    const { auc, ahead } = intervalsOf(wide, naive);
    expect(intervalsOf(wide, naive)).toEqual({ auc, ahead });
    expect(auc[0]).toBeLessThan(aucOf(wide));
    expect(auc[1]).toBeGreaterThan(aucOf(wide));
    expect(ahead[0]).toBeCloseTo(auc[0] - 0.5, 12);

    const narrow = days(80, 60);
    const [lo, hi] = intervalsOf(narrow, narrow).auc;
    expect(hi - lo).toBeLessThan((auc[1] - auc[0]) / 2);
    expect(intervalsOf(narrow, narrow).ahead).toEqual([0, 0]);
    // one day drawn again is the same day
    const one = cases('1- 2+ 3- 4+');
    expect(intervalsOf(one, one).auc).toEqual([0.75, 0.75]);
  });

  test('the head is of each day, parts are of all', () => {
    const scored = [...cases('1- 2- 3+ 4+', 0), ...cases('1+ 2+ 3- 4-', 1)];
    expect(headOf(scored, 2)).toBe(0.5);
    expect(headOf(scored, 9)).toBe(0.5);
    expect(partsOf(cases('5+ 1- 3- 2- 4+'), 2).map((part) => part.map(({ score }) => score))).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
    expect([shareOf(cases('1+ 2- 3- 4-')), shareOf([])]).toEqual([0.25, Number.NaN]);
  });

  // k 8 of 10: (.8 + .19208) / 1.38416 = .71673; half 1.96 / 1.38416 · √(.016 + .009604) = .22658
  test('Wilson’s interval of a share; of nothing it is everything', () => {
    expect(wilson95(8, 10)).toEqual([expect.closeTo(0.49016, 4), expect.closeTo(0.94331, 4)]);
    expect(wilson95(0, 0)).toEqual([0, 1]);
  });

  // .58 against .24: .7073 of what came had fired, .3559 of what did not
  test('how well a trigger alone tells what came from as many moments at the base rate', () => {
    expect(firedAuc(0.58, 0.24)).toBeCloseTo(0.6757, 4);
    expect(firedAuc(0.3, 0.3)).toBe(0.5);
    const days = (rate: number) => Array.from({ length: 40 }, (_, day) => ({ day, base: 0.3, came: day < 40 * rate }));
    const [lo, hi] = firedInterval(days(0.6));
    expect([lo > 0.5, lo < firedAuc(0.6, 0.3), hi > firedAuc(0.6, 0.3)]).toEqual([true, true, true]);
    expect(firedInterval(days(0.3))[0]).toBeLessThan(0.5);
  });

  test('quantiles lie between neighbours', () => {
    expect([quantileOf([4, 1, 3, 2], 0), quantileOf([4, 1, 3, 2], 0.5), quantileOf([4, 1, 3, 2], 1)]).toEqual([1, 2.5, 4]);
    expect(quantileOf([], 0.5)).toBeNaN();
  });
});
