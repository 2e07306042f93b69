import { describe, expect, test } from 'vitest';
import { sigmoid } from '../../contracts/math.ts';
import { scoreOdds } from '../opportunities/confidence.ts';
import { fitPlatt, quality } from './platt.ts';
import { TripleBarrier } from './triple-barrier.ts';

describe('triple barrier: entry 10.00, s 1 %, cost 0.2 %: won above 10.17, lost below 9.92', () => {
  const from = 3000;
  const open = (sigma = 0.01, tsec = from) => new TripleBarrier(10_000, sigma, 0.002, tsec);

  test('the upper barrier net of cost', () => {
    expect(open().quote(from + 3, 10_169)).toBeNull();
    expect(open().quote(from + 3, 10_171)).toBe(1);
  });

  test('the lower barrier net of cost', () => {
    expect(open().quote(from + 3, 9921)).toBeNull();
    expect(open().quote(from + 3, 9919)).toBe(0);
  });

  test('s is never under 0.6 %, nor unknown', () => {
    expect(open(0.001).quote(from + 3, 9959)).toBe(0);
    expect(open(Number.NaN).quote(from + 3, 9961)).toBeNull();
  });

  test.each([
    [10_021, 1],
    [10_019, 0],
  ])('at expiry with a bid of %d the sign of the net return decides', (bid, label) => {
    const barrier = open();
    for (let tsec = from + 30; tsec <= from + 900; tsec += 30) expect(barrier.quote(tsec, bid)).toBeNull();
    expect(barrier.quote(from + 903, 10_500)).toBe(label);
  });

  test('a gap of more than 60 s is censored, also at the end', () => {
    expect(open().quote(from + 61, 10_500)).toBe('censored');
    expect(open().quote(from + 60, 10_500)).toBe(1);
    expect(open().close()).toBe('censored');
  });

  test('the day ends at 14:56:57', () => {
    const barrier = open(0.01, 14_190);
    expect(barrier.quote(14_217, 10_100)).toBeNull();
    expect(barrier.close()).toBe(1);
  });
});

describe('Platt', () => {
  test('finds the map that made the labels', () => {
    // labels in exact proportion to σ(1.5 · logit(score) − 0.4): 1,000 of each score
    const scores: number[] = [];
    const labels: (0 | 1)[] = [];
    for (const score of [0.2, 0.35, 0.5, 0.65, 0.8]) {
      const wins = Math.round(1000 * sigmoid(1.5 * scoreOdds(score) - 0.4));
      for (let i = 0; i < 1000; i++) {
        scores.push(score);
        labels.push(i < wins ? 1 : 0);
      }
    }
    const { a, b } = fitPlatt(scores, labels);
    expect(a).toBeCloseTo(1.5, 1);
    expect(b).toBeCloseTo(-0.4, 1);
  });

  test('refuses to separate one outcome', () => {
    expect(() => fitPlatt([0.5, 0.6], [1, 1])).toThrow(RangeError);
  });

  test('quality: Brier of .8/1, .4/0, .4/1 is (.04 + .16 + .36) / 3; two of two pairs, one tied', () => {
    const { brier, auc } = quality([0.8, 0.4, 0.4], [1, 0, 1]);
    expect(brier).toBeCloseTo(0.56 / 3, 12);
    expect(auc).toBe(0.75);
  });
});
