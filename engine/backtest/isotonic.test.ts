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

const fives = (score: number, came: number): [number, 0 | 1][] => Array.from({ length: 5 }, (_, i) => [score, i < came ? 1 : 0]);

describe('isotonic regression', () => {
  test('by hand: 1 0 | 0 1 1 in the order of scores: the violators pool', () => {
    // .2 came, .3 not: pooled .5; .4 not: pooled 1/3; then 1 and 1
    const blocks = pooled(of([0.2, 1], [0.3, 0], [0.4, 0], [0.6, 1], [0.7, 1]), 1);
    expect(blocks.map(({ p, n }) => [p, n])).toEqual([
      [1 / 3, 3],
      [1, 2],
    ]);
    // .6 and .7 are no violators, they are of one rate
    expect(blocks.map(({ lo, hi }) => [lo, hi])).toEqual([
      [logit(0.2), logit(0.4)],
      [logit(0.6), logit(0.7)],
    ]);
  });

  test('what rises is kept, one score is one block, the order of cases does not matter', () => {
    const cases = of([0.2, 0], [0.4, 1], [0.2, 0], [0.4, 0], [0.6, 1]);
    expect(pooled(cases, 1).map(({ p, n }) => [p, n])).toEqual([
      [0, 2],
      [0.5, 2],
      [1, 1],
    ]);
    expect(pooled([...cases].reverse(), 1)).toEqual(pooled(cases, 1));
  });

  test('a step of too few joins the neighbour whose rate is nearer, also at the ends', () => {
    // rates 0 (1 case), .25 (4), .5 (2), 1 (1): of at least 2 the first joins .25 → .2 of 5, the last .5 → 2/3 of 3
    const cases = of([0.1, 0], [0.3, 1], [0.3, 0], [0.3, 0], [0.3, 0], [0.5, 0], [0.5, 1], [0.9, 1]);
    expect(pooled(cases, 2).map(({ p, n }) => [p, n])).toEqual([
      [1 / 5, 5],
      [2 / 3, 3],
    ]);
    // .25 is nearer to 0 than to .6
    const between = of([0.1, 0], [0.1, 0], [0.1, 0], [0.1, 0], [0.3, 0], [0.3, 1], [0.3, 0], [0.3, 0], ...fives(0.6, 3));
    expect(pooled(between, 5).map(({ p, n }) => [p, n])).toEqual([
      [1 / 8, 8],
      [3 / 5, 5],
    ]);
    expect(pooled(cases, 100).map(({ p, n }) => [p, n])).toEqual([[3 / 8, 8]]);
  });
});

describe('a map', () => {
  test('of 500 cases and 100 that came is of steps, of 100 a line, of fewer none', () => {
    const rises = (score: number) => score;
    expect(fitMap(casesOf(500, rises), 0.5)!.knots!.length).toBeGreaterThan(3);
    expect(fitMap(casesOf(499, rises), 0.5)!.knots).toHaveLength(2);
    expect(
      fitMap(
        casesOf(700, () => 0.1),
        0.1,
      )!.knots,
    ).toHaveLength(2);
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

  test('is flat along a step: a few far ones at either end bend nothing between them', () => {
    const flat = casesOf(2000, () => 0.4);
    const ends = [
      ...Array.from({ length: 150 }, () => ({ score: 0.01, came: false })),
      ...Array.from({ length: 150 }, () => ({ score: 0.99, came: true })),
    ];
    const map = fitMap([...flat, ...ends], 0.4)!;
    const said = (score: number) => sigmoid(logit(0.4) + addedOdds(map, logit(score)));
    const sum = flat.reduce((total, { score }) => total + said(score), 0);
    expect(map.knots).toBeDefined();
    expect(sum / 2000).toBeCloseTo(flat.filter(({ came }) => came).length / 2000, 2);
    expect(flat.filter(({ score }) => Math.abs(said(score) - 0.4) > 0.15).length).toBeLessThan(0.03 * 2000);
  });

  test('of what falls with the score is the line, which may fall', () => {
    const falling = casesOf(5000, (score) => 0.8 - 0.6 * score);
    const map = fitMap([...falling, ...Array.from({ length: 30 }, () => ({ score: 0.99, came: true }))], 0.5)!;
    expect([map.knots!.length, map.a]).toEqual([2, expect.closeTo(-0.43, 1)]);
  });

  test('that is a line says beyond the scores it was fitted on what it says at their ends', () => {
    const narrow = casesOf(300, (score) => 1 - score).map(({ score, came }) => ({ score: 0.4 + 0.2 * score, came }));
    const map = fitMap(narrow, 0.5)!;
    const said = (score: number) => sigmoid(logit(0.5) + addedOdds(map, logit(score)));
    expect([said(0.01), said(0.99)]).toEqual([said(0.405), said(0.6)]);
    expect(said(0.45)).toBeCloseTo(sigmoid(map.a * logit(0.45) + map.b), 12);
    // 0.45 and 0.55 stand for .25 and .75 of the scores before, of which .75 and .25 came
    expect(said(0.45)).toBeGreaterThan(said(0.55) + 0.3);
    const same = fitMap(
      Array.from({ length: 200 }, (_, i) => ({ score: 0.5, came: i % 4 === 0 })),
      0.5,
    )!;
    expect([same.a, same.knots, Math.round(100 * sigmoid(same.b))]).toEqual([0, undefined, 25]);
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
