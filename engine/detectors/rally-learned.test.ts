import { describe, expect, test } from 'vitest';
import { evidenceWords } from '../../contracts/evidence-words.ts';
import { type Change, inputWith } from '../../scenarios/support/detector-input.ts';
import { rallyLearned } from './rally-learned.ts';
import { LearnedModel, learnedScore, oddsOf } from './scorers.ts';

/** Odds −1 + 2 · (ret_3m − 1 %) / 1 % + 1 · (nar1m / .5). */
const model: LearnedModel = {
  features: ['ret_3m', 'nar1m'],
  mean: [0.01, 0],
  sd: [0.01, 0.5],
  scorer: { kind: 'logistic', b: -1, w: [2, 1] },
  data: 'by hand',
};
const params = rallyLearned.params.parse({ model, enter: 0.6, exit: 0.3 });
const features = (values: Record<string, number>) => (id: string) => values[id] ?? Number.NaN;

describe('a learned score', () => {
  test('is the probability of features in their deviations, each within five', () => {
    expect(learnedScore(model, features({ ret_3m: 0.015, nar1m: 0.25 }))).toBeCloseTo(1 / (1 + Math.exp(-0.5)), 12);
    expect(oddsOf(model, [0, 0])).toBe(-1);
    expect(learnedScore(model, features({ ret_3m: 1, nar1m: 0 }))).toBeCloseTo(1 / (1 + Math.exp(-9)), 12);
  });

  test('takes an unknown feature at its mean, and is none where more than four in ten are unknown', () => {
    const five: LearnedModel = {
      ...model,
      features: ['ret_3m', 'nar1m', 'ofiN', 'pvd', 'burst'],
      mean: [0, 0, 0, 0, 0],
      sd: [1, 1, 1, 1, 1],
      scorer: { kind: 'logistic', b: 0, w: [1, 1, 1, 1, 1] },
    };
    expect(learnedScore(five, features({ ret_3m: 1, nar1m: 1, ofiN: 1 }))).toBeCloseTo(1 / (1 + Math.exp(-3)), 12);
    expect(learnedScore(five, features({ ret_3m: 1, nar1m: 1 }))).toBeNull();
  });

  test('of trees goes by their splits', () => {
    const trees: LearnedModel = {
      ...model,
      scorer: { kind: 'trees', b: 0.5, trees: [[[0, 0, 1, 2], [-1], [1, 1, 3, 4], [2], [3]], [[0.25]]] },
    };
    expect(
      [
        [-1, 0],
        [0, 9],
        [1, 1],
        [1, 2],
      ].map((x) => oddsOf(trees, x)),
    ).toEqual([-0.25, -0.25, 2.75, 3.75]);
  });

  test.each<[string, unknown]>([
    ['a weight too few', { ...model, scorer: { kind: 'logistic', b: 0, w: [1] } }],
    ['a feature nobody has', { ...model, features: ['ret_3m', 'ret_9m'] }],
    ['a deviation of nothing', { ...model, sd: [0, 1] }],
    ['a tree that goes back to its root', { ...model, scorer: { kind: 'trees', b: 0, trees: [[[0, 0, 0, 1], [1]]] } }],
    ['a split of a feature it does not have', { ...model, scorer: { kind: 'trees', b: 0, trees: [[[2, 0, 1, 2], [1], [1]]] } }],
    ['more than eighty trees', { ...model, scorer: { kind: 'trees', b: 0, trees: Array.from({ length: 81 }, () => [[1]]) } }],
  ])('is not taken with %s', (_what, wrong) => {
    expect(LearnedModel.safeParse(wrong).success).toBe(false);
    expect(rallyLearned.params.safeParse({ model: wrong }).success).toBe(false);
  });
});

describe('rally, learned', () => {
  const good = { ret_3m: 0.02, amtZ1m: 1, nar1m: 0.5 };
  function run(...changes: readonly Change[]) {
    let state = rallyLearned.initial;
    return changes.map((change, i) => {
      const input = inputWith({ tsec: 1800 + 3 * i, midMilli: 10_200, midAgo3m: 10_000, ...change, values: { ...good, ...change.values } });
      const result = rallyLearned.step(state, input, params);
      state = result.state;
      return { ...result, said: result.reading?.raised ?? null };
    });
  }
  const said = (...changes: readonly Change[]) => run(...changes).map((each) => each.said);

  test('raises for two of the last three quotes', () => {
    const miss: Change = { values: { ret_3m: 0.007 } };
    expect(said({}, {})).toEqual([null, true]);
    expect(said({}, miss, {})).toEqual([null, null, true]);
    expect(said({}, miss, miss, {})).toEqual([null, null, null, null]);
  });

  // odds: −1 + 2 · x + nar / .5; .6 needs .405: with ret 2 % and nar .5 they are 2
  test.each<[string, Change, Change, readonly string[]]>([
    ['a rise that has begun', { values: { ret_3m: 0.006, nar1m: 1.2 } }, { values: { ret_3m: 0.0059, nar1m: 1.2 } }, []],
    ['an amount surprise', { values: { amtZ1m: 0.5 } }, { values: { amtZ1m: 0.49 } }, []],
    ['the score at enter', { values: { ret_3m: 0.0121, nar1m: 0.5 } }, { values: { ret_3m: 0.0119, nar1m: 0.5 } }, ['score']],
    ['open gates', { tsec: 13_860 }, { tsec: 13_861 }, ['U1']],
  ])('only with %s', (_what, holds, fails, refused) => {
    const twice = (change: Change) => run(change, change);
    expect(twice(holds)[1]!.said).toBe(true);
    expect(twice(fails)[1]!.said).toBeNull();
    expect(twice(fails)[0]!.refused).toEqual(refused);
  });

  test('what stands is an opportunity upwards that opens, with its own scores; the first hit says it is one', () => {
    const [first, second] = run({}, {});
    expect([first!.refused, second!.reading]).toMatchObject([
      ['first'],
      { opens: true, path: 'main', direction: 'up', confirmable: false },
    ]);
    expect(second!.reading!.anchor).toMatchObject({ p0Milli: 10_000, enterMilli: 10_200 });
    expect([rallyLearned.scores(params), rallyLearned.horizonSec(params)]).toEqual([{ enter: 0.6, exit: 0.3 }, 900]);
    expect(run({ values: { ret_3m: Number.NaN } }, {}).map((each) => each.state.hits)).toEqual([0, 1]);
    expect(run({ values: { ret_3m: 0.001 } })[0]!.state).toBe(rallyLearned.initial);
  });

  test('confirms 30 s later while it stands; over when its score was under exit for 120 s; an unknown score ends nothing', () => {
    const at = (sec: number, values: Change['values'] = {}): Change => ({
      tsec: 1800 + sec,
      midMilli: 10_200,
      lastMilli: 10_200,
      runAmount: sec * 1e6,
      runVolume: sec * 1e5,
      values,
    });
    const steps = run(at(0), at(3), at(33), at(36));
    expect(steps.map(({ reading }) => reading?.confirmable ?? false)).toEqual([false, false, true, true]);
    expect(steps[2]!.reading!.evidence()[0]).toMatchObject({ feature: 'give', threshold: 0.75 });
    const weak = { ret_3m: 0, nar1m: 0 };
    expect(said(at(0), at(3), at(6, weak), at(125, weak), at(126, weak))).toEqual([null, true, true, true, false]);
    const unknown = { ret_3m: Number.NaN, nar1m: Number.NaN };
    expect(said(at(0), at(3), at(6, weak), at(126, unknown), at(129, unknown))).toEqual([null, true, true, true, true]);
  });

  test('its evidence is the score against what it needs, and what weighs most, in words', () => {
    const evidence = run({}, {})[1]!.reading!.evidence();
    expect(evidence[0]).toMatchObject({ feature: 'learnedScore', op: '>=', threshold: 0.6 });
    expect(evidence.slice(1).map(({ feature, contrib }) => [feature, contrib])).toEqual([
      ['ret_3m', 2],
      ['nar1m', 1],
    ]);
    expect(evidence.every(({ feature }) => evidenceWords(feature) !== null)).toBe(true);
  });

  test('sleeps where its candidates cannot be', () => {
    const wakes = (ret3m: number, amount: number) => rallyLearned.wakes({ ret3m, amountSurprise: () => amount } as never, params);
    expect([wakes(0.006, 0.5), wakes(0.0059, 0.5), wakes(0.006, 0.49)]).toEqual([true, false, false]);
    expect(rallyLearned.usually).toBe('off');
  });
});
