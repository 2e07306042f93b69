import { describe, expect, test } from 'vitest';
import { evidenceWords } from '../../contracts/evidence-words.ts';
import { type Change, inputWith } from '../../scenarios/support/detector-input.ts';
import type { DetectorInput } from './detector.ts';
import { type RallyStatParams, rallyStat } from './rally-stat.ts';

const from = 1800;
/** σ(15 s) = .02 · √(15/900) = .258 %. */
const usual = { sigma900: 0.02, netZ: 3, nar1m: 0.5, netDay: 0, mktMed3m: 0, amtZ1m: 2 };

describe('rally, statistical', () => {
  const params = rallyStat.params.parse({ h: 10, flow: 2 });
  /** A quote every 15 s, each a block: ln-returns of the blocks; the price starts at 10. */
  function run(returns: readonly number[], change: Change = {}, using: RallyStatParams = params) {
    let [state, mid] = [rallyStat.initial, 10_000];
    return [0, ...returns].map((ret, i) => {
      mid *= Math.exp(ret);
      const at: DetectorInput = inputWith({
        tsec: from + i * 15,
        midMilli: mid,
        lastMilli: mid,
        midAgo3m: 10_000,
        runAmount: i * 1e6,
        runVolume: i * 1e5,
        ...change,
        values: { ...usual, ret_3m: i === 0 ? 0.002 : Math.log(mid / 10_000), ...change.values },
      });
      const result = rallyStat.step(state, at, using);
      state = result.state;
      return { state, reading: result.reading, refused: result.refused };
    });
  }
  const raisedAt = (steps: ReturnType<typeof run>): number => steps.findIndex(({ reading }) => reading?.raised === true);
  // x = .5 % / .258 % = 1.9365; (1.9365 + 1 + 1 − .3) / 1.22 = 2.9807; 1.9807 a block after k: over 10 with the sixth
  const steady = Array.from({ length: 8 }, () => 0.005);

  test('raises when the sum of what the blocks say is over h: here with the sixth', () => {
    const steps = run(steady);
    expect(steps.slice(1, 6).map(({ state }) => state.sum)).toEqual([1, 2, 3, 4, 5].map((n) => expect.closeTo(1.9807 * n, 3)));
    expect(raisedAt(steps)).toBe(6);
    expect(steps[6]!.reading).toMatchObject({ direction: 'up', path: 'main', opens: true, confirmable: false });
  });

  test.each<[what: string, change: Change, raised: number]>([
    ['the market’s own pace is taken out', { values: { mktMed3m: 0.06 } }, -1],
    ['a σ nobody knows says nothing', { values: { sigma900: Number.NaN } }, -1],
    ['flow nobody knows says nothing of the block', { values: { nar1m: Number.NaN } }, -1],
    ['without a second witness it waits', { values: { netZ: 1.9 } }, -1],
    ['with one at its threshold it comes', { values: { netZ: 2 } }, 6],
    ['a price that did not rise is no rally', { midAgo3m: 11_000 }, -1],
    ['nor one of which nobody knows it', { midAgo3m: Number.NaN }, -1],
    ['a gate that is shut keeps it', { values: { depth5: 1 } }, -1],
  ])('%s', (_what, change, raised) => {
    expect(raisedAt(run(steady, change))).toBe(raised);
  });

  test('buying blocks that come together are a second witness', () => {
    // every block bought: excitement 1, 1.607, 1.975 … → 2.54 at the limit; z of it (2.54 − .3) / √1.15 = 2.09 < 2.5
    const bought = (excitement: number) => {
      let state = rallyStat.initial;
      let raised = false;
      for (let i = 0; i <= 8; i++) {
        const mid = 10_000 * Math.exp(0.005 * i);
        const input = inputWith({
          tsec: from + i * 15,
          midMilli: mid,
          runAmount: i * 1e6,
          values: { ...usual, netZ: Number.NaN, netDay: i * 8e5, ret_3m: 0.01 },
        });
        const result = rallyStat.step(state, input, rallyStat.params.parse({ h: 10, flow: 2, excitement }));
        state = result.state;
        raised ||= result.reading?.raised === true;
      }
      return raised;
    };
    expect([bought(2.5), bought(1.9)]).toEqual([false, true]);
  });

  test('score: .6 of the sum, .2 of each witness, a half at each threshold', () => {
    const { state, reading } = run(steady)[6]!;
    const sum = 0.6 * (1 - 2 ** -(state.sum / 10));
    expect(reading!.score).toBeCloseTo(sum + 0.2 * (1 - 2 ** -1.5), 10);
    const evidence = reading!.evidence();
    expect(evidence.map(({ feature, threshold }) => [feature, threshold])).toEqual([
      ['cusum', 10],
      ['netZ', null],
      ['buyingExcitement', null],
    ]);
    expect(evidence.every(({ feature }) => evidenceWords(feature) !== null)).toBe(true);
  });

  test('confirms 30 s later while it stands, and ends 120 s after its score is under exit', () => {
    // up for six blocks, then standing: the sum falls by 1.0 − (1 + 1 − .3)/1.22 … and flow is gone as well
    const steps = run([...steady.slice(0, 6), ...Array.from({ length: 30 }, () => 0)]);
    expect(steps.map(({ reading }) => reading?.confirmable ?? false).indexOf(true)).toBe(8);
    // a block of nothing says (0 + 1 + 1 − .3) / 1.22 = 1.393: flow and amount alone hold the sum; without them it falls by 1 + .246 a block
    const falls = (i: number): Change => (i <= 6 ? {} : { values: { nar1m: 0, amtZ1m: 0, netZ: 0 } });
    let [state, ended] = [rallyStat.initial, -1];
    for (let i = 0; i <= 40 && ended < 0; i++) {
      const mid = 10_000 * Math.exp(0.005 * Math.min(i, 6));
      const { values = {} } = falls(i);
      const input = inputWith({ tsec: from + i * 15, midMilli: mid, midAgo3m: 10_000, values: { ...usual, ret_3m: 0.01, ...values } });
      const result = rallyStat.step(state, input, params);
      state = result.state;
      if (result.reading?.raised === false) ended = i;
    }
    // the sum: 11.884 at block 6; .6 (1 − 2^(−C/10)) < .2 under C = 5.85: four blocks fewer than 5 × 1.246; excitement of none: 11; and eight blocks of waiting
    expect(ended).toBe(11 + 8);
  });

  test('sleeps when nothing is left, and wakes on a rise of its own threshold', () => {
    const steps = run([0.005, ...Array.from({ length: 12 }, () => -0.005)]);
    expect(steps.at(-1)!.state).toBe(rallyStat.initial);
    expect([0.0019, 0.002].map((ret3m) => rallyStat.wakes({ ret3m } as never, params))).toEqual([false, true]);
  });
});

test('it runs only where the configuration says so', () => {
  expect(rallyStat.usually).toBe('off');
});
