import { describe, expect, test } from 'vitest';
import { addedOdds } from '../../contracts/forecast.ts';
import { logit, sigmoid } from '../../contracts/math.ts';
import { lcg } from '../../scenarios/support/days.ts';
import { fitMap, pooled, type Scored, shrunk, stratumOffset } from './isotonic.ts';

const of = (...pairs: readonly (readonly [number, 0 | 1])[]): Scored[] => pairs.map(([score, y]) => ({ score, came: y === 1 }));
/** Comes as often as `rate` says of its score. */
function casesOf(many: number, rate: (score: number) => number): Scored[] {
  const random = lcg(7);
  const uniform = () => random(1_000_000) / 1_000_000;
  return Array.from({ length: many }, () => {
    const score = 0.05 + 0.9 * uniform();
    return { score, came: uniform() < rate(score) };
  });
}

describe('isotonic regression', () => {
  test('by hand: 1 0 | 0 1 1 in the order of scores: the violators pool', () => {
    // .2 came, .3 not: pooled .5; .4 not: pooled 1/3; then 1 and 1
    const blocks = pooled(of([0.2, 1], [0.3, 0], [0.4, 0], [0.6, 1], [0.7, 1]));
    expect(blocks.map(({ p, n }) => [p, n])).toEqual([
      [1 / 3, 3],
      [1, 2],
    ]);
    expect(blocks[0]!.x).toBeCloseTo((logit(0.2) + logit(0.3) + logit(0.4)) / 3, 12);
  });

  test('what rises is kept, one score is one block, the order of cases does not matter', () => {
    const cases = of([0.2, 0], [0.4, 1], [0.2, 0], [0.4, 0], [0.6, 1]);
    expect(pooled(cases).map(({ p, n }) => [p, n])).toEqual([
      [0, 2],
      [0.5, 2],
      [1, 1],
    ]);
    expect(pooled([...cases].reverse())).toEqual(pooled(cases));
  });
});

describe('a map', () => {
  test('of 500 cases and 100 that came has knots, of 100 a line, of fewer none', () => {
    const rises = (score: number) => score;
    expect(fitMap(casesOf(500, rises), 0.5)!.knots!.length).toBeGreaterThan(3);
    expect(fitMap(casesOf(499, rises), 0.5)!.knots).toBeUndefined();
    expect(
      fitMap(
        casesOf(700, () => 0.1),
        0.1,
      )!.knots,
    ).toBeUndefined();
    expect(fitMap(casesOf(99, rises), 0.5)).toBeNull();
    expect(
      fitMap(
        casesOf(200, () => 1),
        0.5,
      ),
    ).toBeNull();
  });

  test('says what came, where a line cannot: a step at one half', () => {
    const stepped = (score: number) => (score < 0.5 ? 0.2 : 0.7);
    const map = { ...fitMap(casesOf(20_000, stepped), 0.4)! };
    const said = (score: number) => sigmoid(logit(0.4) + addedOdds(map, logit(score)));
    expect([0.2, 0.4, 0.6, 0.9].map((score) => Math.round(10 * said(score)) / 10)).toEqual([0.2, 0.2, 0.7, 0.7]);
    // beyond what it has seen it says no more than at its ends
    expect(said(0.999)).toBe(said(0.97));
  });

  test('that falls with the score falls in no knot: it stays where it is', () => {
    const map = fitMap(
      casesOf(2000, (score) => 0.7 - 0.4 * score),
      0.5,
    )!;
    const rises = (map.knots ?? []).every(([, odds], i, all) => i === 0 || odds >= all[i - 1]![1]);
    expect(rises).toBe(true);
  });
});

describe('strata', () => {
  test('a rate is drawn in by its parent: 6 of 10 under .3, by 30 cases, is .375', () => {
    expect(shrunk(6, 10, 0.3, 30)).toBeCloseTo(15 / 40, 12);
  });

  test('a stratum adds what it has more than the whole, in log-odds; none has nothing', () => {
    const cases = of(...Array.from({ length: 10 }, (_, i): [number, 0 | 1] => [0.5, i < 6 ? 1 : 0]));
    expect(stratumOffset(cases, 0.3)).toBeCloseTo(logit(0.375) - logit(0.3), 12);
    expect(stratumOffset([], 0.3)).toBe(0);
  });
});
