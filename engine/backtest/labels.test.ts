import { describe, expect, test } from 'vitest';
import { sigmoid } from '../../contracts/math.ts';
import { absentMilli } from '../../contracts/quote.ts';
import { midnightOf } from '../../contracts/session.ts';
import { acceptedColumns } from '../clean/accepted.ts';
import { scoreOdds } from '../opportunities/confidence.ts';
import { gainsWithin, movesWithin } from './bar-labels.ts';
import { type Decision, LabelPool } from './label-pool.ts';
import { fitLogistic } from './logistic.ts';
import { MidMoves } from './mid-moves.ts';
import { MoveLabel } from './move-label.ts';
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

describe('moves 1 %: from a middle of 10.00 at tsec 3,000', () => {
  const open = (tsec = 3000) => new MoveLabel(10_000, tsec);

  test.each([
    [10_100, 1],
    [10_099, null],
    [9900, 1],
    [9901, null],
  ])('a middle of %d', (milli, label) => {
    expect(open().quote(3003, milli)).toBe(label);
  });

  test('not within 900 s is none; the day ends at 14:56:57', () => {
    const still = open();
    for (let tsec = 3060; tsec <= 3900; tsec += 60) expect(still.quote(tsec, 10_050)).toBeNull();
    expect(still.quote(3901, 10_200)).toBe(0);
    const late = open(14_200);
    expect([late.quote(14_217, 10_000), late.close()]).toEqual([null, 0]);
  });

  test('a gap of more than 60 s is censored, also at the end', () => {
    expect([open().quote(3060, 10_100), open().quote(3061, 10_100), open().close()]).toEqual([1, 'censored', 'censored']);
  });
});

describe('a pool of decisions', () => {
  const at = (sec: number): number => midnightOf('20261123') + 10 * 3_600_000 + sec * 1000;
  const columns = () =>
    acceptedColumns({
      count: 1,
      preClose: new Int32Array(1),
      limitUp: new Int32Array(1),
      limitDown: new Int32Array(1),
      limitTold: new Uint8Array(1),
    });
  const decision = { s: 0, decidedMs: at(0), midMilli: 10_000, sigma600: 0.006 };
  function shown(quotes: readonly (readonly [sec: number, bid: number, ask: number])[]) {
    const pool = new LabelPool<Decision>(() => 0.002);
    const accepted = columns();
    pool.open(decision);
    for (const [sec, bid, ask] of quotes) {
      accepted.tsExchangeMs[0] = at(sec);
      [accepted.bid[0], accepted.ask[0], accepted.last[0]] = [bid, ask, bid];
      pool.look(accepted);
    }
    return pool.matured()[0]!.labels;
  }

  // entry 10.01: s .6 %, cost .2 %: won from 10.01 · 1.011 = 10.12011 on
  test('is filled at the ask of the next quote and not at the one that decided', () => {
    expect(
      shown([
        [0, 9990, 10_000],
        [3, 10_000, 10_010],
        [6, 10_120, 10_130],
      ]),
    ).toEqual({ 'moves-1pct': 1, 'net-gain': 'censored' });
    expect(
      shown([
        [0, 9990, 10_000],
        [3, 10_000, 10_010],
        [6, 10_130, 10_140],
      ]),
    ).toEqual({ 'moves-1pct': 1, 'net-gain': 1 });
    expect(
      shown([
        [0, 9990, 10_000],
        [3, 10_000, 10_010],
        [6, 9950, 9960],
      ]),
    ).toMatchObject({ 'net-gain': 0 });
  });

  test('has no net gain where it could not be filled within 15 s or nobody sold; its move counts', () => {
    expect(
      shown([
        [0, 9990, 10_000],
        [16, 10_000, 10_010],
        [30, 10_110, 10_120],
      ]),
    ).toEqual({ 'moves-1pct': 1, 'net-gain': null });
    expect(
      shown([
        [0, 9990, 10_000],
        [3, 10_100, absentMilli],
      ]),
    ).toEqual({ 'moves-1pct': 1, 'net-gain': null });
  });

  test('shows a quote once: what stands is no second quote', () => {
    expect(
      shown([
        [0, 9990, 10_000],
        [0, 10_200, 10_210],
      ]),
    ).toEqual({ 'moves-1pct': 'censored', 'net-gain': null });
  });
});

test('the middle of the book 180 s on, along a direction; none where it is not known then', () => {
  const atMs = (sec: number): number => midnightOf('20261123') + 10 * 3_600_000 + sec * 1000;
  const moves = new MidMoves(180);
  moves.open('up', 0, 1, atMs(0), 10_000);
  moves.open('down', 0, -1, atMs(0), 10_000);
  moves.open('gone', 1, 1, atMs(0), 10_000);
  moves.open('later', 0, 1, atMs(3), 10_000);
  moves.look(atMs(179), () => 20_000);
  expect(moves.done).toEqual([]);
  moves.look(atMs(180), (s) => (s === 0 ? 10_010 : null));
  expect(moves.done.map(({ of, bp }) => [of, Math.round(bp)])).toEqual([
    ['up', 10],
    ['down', -10],
  ]);
});

describe('labels of one-minute bars', () => {
  type Bar = readonly [open: number, high: number, low: number, close: number];
  const bars = (...rows: readonly Bar[]) => ({
    open: Float64Array.from(rows, ([open]) => open),
    high: Float64Array.from(rows, ([, high]) => high),
    low: Float64Array.from(rows, ([, , low]) => low),
    close: Float64Array.from(rows, ([, , , close]) => close),
  });
  const flat = [10, 10, 10, 10] as const;
  const onward = (...rows: readonly Bar[]) => bars(flat, ...rows, ...Array.from({ length: 20 - rows.length }, () => flat));

  test('moves: touched by a high or a low of the next fifteen bars, not of its own', () => {
    expect(movesWithin(onward([10, 10.1, 10, 10]), 0, 20)).toBe(true);
    expect(movesWithin(onward([10, 10, 9.9, 10]), 0, 20)).toBe(true);
    expect(movesWithin(onward([10, 10.09, 9.91, 10]), 0, 20)).toBe(false);
    expect(movesWithin(bars([10, 11, 9, 10], ...Array.from({ length: 20 }, () => flat)), 0, 20)).toBe(false);
    const missing = [Number.NaN, Number.NaN, Number.NaN, Number.NaN] as const;
    expect(movesWithin(onward(missing, missing), 0, 20)).toBeNull();
  });

  // entry 10, cost .122 % and a tick of .1 %: won at 10 · (1 + .009 + .00222) = 10.1122, lost at 10 · (1 − .006 + .00222) = 9.9622
  test('y_tb: the lower barrier first, and the sign of what is left at expiry', () => {
    expect(gainsWithin(onward([10, 10.113, 10, 10.1]), 0, 0.001, 20)).toBe(true);
    expect(gainsWithin(onward([10, 10.112, 10, 10]), 0, 0.001, 20)).toBe(false);
    expect(gainsWithin(onward([10, 10.2, 9.962, 10]), 0, 0.001, 20)).toBe(false);
    expect(gainsWithin(onward(...Array.from({ length: 15 }, () => [10, 10.03, 10, 10.03] as const)), 0, 0.001, 20)).toBe(true);
    expect(gainsWithin(onward(...Array.from({ length: 15 }, () => [10, 10.03, 10, 10.02] as const)), 0, 0.001, 20)).toBe(false);
    expect(gainsWithin(onward([10, 10.2, 10, 10.1]), 0, Number.NaN, 20)).toBeNull();
  });
});

describe('logistic regression', () => {
  test('finds the weights that made the labels, beside an offset', () => {
    const cases = [-2, -1, 0, 1, 2].flatMap((x) => {
      const wins = Math.round(2000 * sigmoid(0.5 + 0.8 * x - 0.3));
      return Array.from({ length: 2000 }, (_, i) => ({ x: [x], came: i < wins, offset: 0.5 }));
    });
    const { b, w } = fitLogistic(cases);
    expect([b, w[0]]).toEqual([expect.closeTo(-0.3, 2), expect.closeTo(0.8, 2)]);
  });

  test('settles where a whole Newton step would overshoot, each next one further', () => {
    const far = fitPlatt(
      [...Array<number>(400).fill(0.05), ...Array<number>(200).fill(0.95), ...Array<number>(30).fill(0.99)],
      [...Array.from({ length: 600 }, (_, i): 0 | 1 => (i < 300 || i > 560 ? 1 : 0)), ...Array<1>(30).fill(1)],
    );
    expect(Math.abs(far.a)).toBeLessThan(1);
  });

  test('refuses to separate one outcome', () => {
    expect(() => fitLogistic([{ x: [1], came: true }])).toThrow(RangeError);
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
