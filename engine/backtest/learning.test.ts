import { describe, expect, test } from 'vitest';
import { lcg } from '../../scenarios/support/days.ts';
import { fitBoosting } from './boosting.ts';
import { Ftrl } from './ftrl.ts';
import { type Case, fitLogistic } from './logistic.ts';
import { quality } from './platt.ts';

/** x0 tells, x1 is noise; what comes comes with sigmoid(1.5 · x0 − .5). */
function casesOf(many: number, seed: number, odds = (x: readonly number[]) => 1.5 * x[0]! - 0.5): Case[] {
  const random = lcg(seed);
  const uniform = () => random(1_000_000) / 1_000_000;
  return Array.from({ length: many }, () => {
    const x = [4 * uniform() - 2, 4 * uniform() - 2];
    return { x, came: uniform() < 1 / (1 + Math.exp(-odds(x))) };
  });
}
const brierOf = (cases: readonly Case[], p: (x: readonly number[]) => number): number =>
  quality(
    cases.map(({ x }) => p(x)),
    cases.map(({ came }) => (came ? 1 : 0)),
  ).brier;

describe('FTRL-Proximal', () => {
  test('one case by hand: α .1, β 1, no penalties, x 1, it came', () => {
    // p .5; g −.5; n .25; σ = (√.25 − 0) / .1 = 5; z = −.5 − 5 · 0 = −.5; w = .5 / ((1 + .5) / .1) = .0333
    const learner = new Ftrl(1, { alpha: 0.1, beta: 1, l1: 0, l2: 0 });
    learner.learn([1], true);
    expect(learner.model.w[0]).toBeCloseTo(0.5 / 15, 12);
    expect(learner.model.b).toBeCloseTo(0.5 / 15, 12);
  });

  test('comes to what the batch comes to, and leaves noise at zero', () => {
    const cases = casesOf(20_000, 1);
    const learner = new Ftrl(2, { alpha: 0.1, l1: 20 });
    for (const { x, came } of cases) learner.learn(x, came);
    const batch = fitLogistic(cases);
    expect(Math.abs(learner.model.w[0]! - batch.w[0]!)).toBeLessThan(0.15);
    expect(learner.model.w[1]).toBe(0);
    expect(new Ftrl(2).p([1, 1])).toBe(0.5);
  });
});

describe('boosted trees', () => {
  /** What a line cannot say: it comes where both have one sign. */
  const xor = (x: readonly number[]) => 2.5 * Math.sign(x[0]! * x[1]!);
  const pOf =
    ({ b, trees }: ReturnType<typeof fitBoosting>) =>
    (x: readonly number[]): number => {
      const odds = trees.reduce((sum, tree) => {
        let node = tree[0]!;
        while (node.length > 1) node = tree[x[node[0]!]! <= node[1]! ? node[2]! : node[3]!]!;
        return sum + node[0]!;
      }, b);
      return 1 / (1 + Math.exp(-odds));
    };

  test('say what a line cannot, on cases they were not fitted on', () => {
    const later = casesOf(2000, 3, xor);
    const model = fitBoosting(casesOf(4000, 2, xor));
    const line = fitLogistic(casesOf(4000, 2, xor));
    const ofLine = brierOf(later, (x) => 1 / (1 + Math.exp(-(line.b + line.w[0]! * x[0]! + line.w[1]! * x[1]!))));
    expect(brierOf(later, pOf(model))).toBeLessThan(0.5 * ofLine);
    expect(model.trees.length).toBeLessThanOrEqual(80);
  });

  test('are the same twice, keep their leaves’ size and, told so, never split against what rises', () => {
    const cases = casesOf(3000, 4, (x) => -1.5 * x[0]!);
    expect(fitBoosting(cases)).toEqual(fitBoosting(cases));
    const against = fitBoosting(cases, { rising: new Set([0]) });
    expect(against.trees.flat().some((node) => node.length > 1 && node[0] === 0)).toBe(false);
    expect(
      fitBoosting(cases)
        .trees.flat()
        .some((node) => node.length > 1 && node[0] === 0),
    ).toBe(true);
    const few = fitBoosting(cases.slice(0, 99), { minLeaf: 50 });
    expect(few.trees.every((tree) => tree.length === 1)).toBe(true);
  });

  test('need both outcomes', () => {
    const all = casesOf(10, 5).map((each) => ({ ...each, came: true }));
    expect(() => fitBoosting(all)).toThrow(RangeError);
  });
});
