import { describe, expect, test } from 'vitest';
import { logit } from '../../contracts/math.ts';
import { midnightOf } from '../../contracts/session.ts';
import { type PoolInput, standingOf, withTopics } from './fusion.ts';

const clock = (hour: number, minute: number): number => midnightOf('20261123') + (hour * 60 + minute) * 60_000;
const gain: PoolInput['topics'][number] = {
  event: 'net-gain',
  horizonSec: 900,
  p0: 0.33,
  source: 'synthetic',
  data: 'by hand',
  days: 10,
  n: 100,
  auc95: [0.6, 0.7],
};
const move: PoolInput['topics'][number] = { ...gain, event: 'moves-1pct', p0: 0.2, n: 350 };
type TrackChange = Partial<PoolInput['tracks'][string]>;
/** A track whose odds come to `p` against a base rate of .33. */
const track = (p: number | null, more: TrackChange = {}) => {
  const odds: Record<string, number> = p === null ? {} : { 'net-gain@900': logit(p) - logit(0.33) };
  return { variant: 'rule', path: 'main', score: 0.6, p, odds, raised: true, confirmable: false, atMs: 0, ...more } as const;
};
const pool = (tracks: PoolInput['tracks'], more: Partial<PoolInput> = {}) =>
  standingOf({
    tracks,
    family: 'momentum',
    nowMs: 0,
    topics: [gain],
    riskLevel: 0,
    fusion: 'log-odds',
    capped: false,
    yields: false,
    exitScore: () => 0.25,
    ...more,
  });

describe('fusion', () => {
  test('one strategy speaks for itself; risk takes log-odds; nothing is shown as certain', () => {
    expect(pool({ rally: track(0.6) }).p).toBeCloseTo(0.6, 12);
    // logit 0.6 = 0.405465; minus 0.35 is 0.055465, minus 0.9 is −0.494535
    expect(pool({ rally: track(0.6) }, { riskLevel: 1 }).p).toBeCloseTo(0.513863, 5);
    expect(pool({ rally: track(0.6) }, { riskLevel: 2 }).p).toBeCloseTo(0.378826, 5);
    expect([pool({ rally: track(0.999) }).p, pool({ rally: track(0.001) }).p]).toEqual([0.95, 0.05]);
  });

  test('each event is pooled on its own base rate; risk and a contradiction weigh on what is gained, not on whether it moves', () => {
    const rally = track(0.6, { odds: { 'moves-1pct@900': logit(0.5) - logit(0.2), 'net-gain@900': logit(0.6) - logit(0.33) } });
    const { forecasts, p, p0, confidenceSource } = pool({ rally }, { topics: [move, gain], riskLevel: 2, capped: true });

    expect(forecasts.map((each) => [each.event, each.p0])).toEqual([
      ['moves-1pct', 0.2],
      ['net-gain', 0.33],
    ]);
    expect(forecasts[0]!.p).toBeCloseTo(0.5, 12);
    expect(forecasts[1]!.p).toBeCloseTo(0.378826, 5);
    expect([p, p0, confidenceSource]).toEqual([forecasts[1]!.p, 0.33, 'synthetic']);
    // n 350 and 50 of the base rate: 1.2816 / √(400 · .25) = .12816 in log-odds
    expect([forecasts[0]!.lo, forecasts[0]!.hi]).toEqual([expect.closeTo(0.468004, 5), expect.closeTo(0.531996, 5)]);
  });

  test('a topic that nobody stands by keeps its base rate; a strategy adds the topics that were not spoken of', () => {
    const silent = pool({ rally: track(0.6, { raised: false }) });

    expect(silent.forecasts).toEqual([{ ...gain, p: null, lo: null, hi: null }]);
    expect([silent.p, silent.p0]).toEqual([null, 0.33]);
    expect(
      withTopics(
        [gain],
        [
          { ...gain, p0: 0.9, odds: 1 },
          { ...move, odds: null },
        ],
      ),
    ).toEqual([gain, move]);
    expect(withTopics([gain], [{ ...gain, horizonSec: 180, odds: 1 }])).toEqual([gain, { ...gain, horizonSec: 180 }]);
  });

  test('two ideas are pooled with a discount: p0 .33, rally .72, money flow .60, ρ .60: .735', () => {
    const both = pool({ rally: track(0.72), moneyflow: track(0.6) });
    expect(both.p).toBeCloseTo(0.735, 3);
    // the order in which they came does not matter, to the bit
    expect(pool({ moneyflow: track(0.6), rally: track(0.72) }).p).toBe(both.p);
    // what nobody has compared is alike by one half: w = 1/1.5; −.708 + .667 · 2.766 = 1.136 → .757
    expect(pool({ one: track(0.72), two: track(0.6) }).p).toBeCloseTo(0.757, 3);
  });

  test('noisy-or, where it is asked for: the strongest whole, each next one by what it does not share with those before it', () => {
    const noisy = { fusion: 'noisy-or' } as const;
    expect(pool({ moneyflow: track(0.6), rally: track(0.72) }, noisy).p).toBeCloseTo(1 - 0.28 * (1 - 0.4 * 0.6), 12);
    // rotation shares .35 with rally and .30 with money flow: .65 · .70 of it is its own
    const three = { rally: track(0.72), moneyflow: track(0.6), rotation: track(0.5) };
    expect(pool(three, noisy).p).toBeCloseTo(1 - 0.28 * (1 - 0.4 * 0.6) * (1 - 0.65 * 0.7 * 0.5), 12);
    expect(pool({ rally: track(0.72) }, noisy).p).toBeCloseTo(0.72, 12);
    // what adds nothing is no second reason, what speaks against takes its log-odds, and alone it is what it is
    expect(pool({ rally: track(0.72), moneyflow: track(0.33) }, noisy).p).toBeCloseTo(0.72, 12);
    expect(logit(pool({ rally: track(0.72), moneyflow: track(0.15) }, noisy).p!)).toBeCloseTo(logit(0.72) + logit(0.15) - logit(0.33), 12);
    expect(pool({ moneyflow: track(0.15) }, noisy).p).toBeCloseTo(0.15, 12);
    // an idea ages here as well, and risk takes as much: .5295 after two minutes
    const at = (more: Partial<PoolInput>) =>
      pool({ rally: track(0.72, { atMs: clock(10, 0) }) }, { ...noisy, nowMs: clock(10, 2), ...more }).p!;
    expect(at({})).toBeCloseTo(0.5295, 3);
    expect(logit(at({ riskLevel: 1 }))).toBeCloseTo(logit(at({})) - 0.35, 12);
  });

  test('a track halves in the family’s time: 120 s for momentum', () => {
    // logit .33 = −.708, logit .72 = .944: half of the way is .118 → .529
    const aged = (fromMs: number, nowMs: number) => pool({ rally: track(0.72, { atMs: fromMs }) }, { nowMs }).p;
    expect(aged(clock(10, 0), clock(10, 2))).toBeCloseTo(0.5295, 3);
    // the lunch break is not time in which anybody could have said anything
    expect(aged(clock(11, 29), clock(13, 1))).toBeCloseTo(0.5295, 3);
  });

  test('variants of one idea are not pooled: the learned one, else the strongest a tenth nearer to p0', () => {
    expect(pool({ rally: track(0.72), 'rally-ml': track(0.5, { variant: 'ml' }) }).p).toBeCloseTo(0.5, 12);
    expect(pool({ rally: track(0.5), 'rally-stat': track(0.72, { variant: 'stat' }) }).p).toBeCloseTo(0.72 + 0.1 * (0.33 - 0.72), 12);
  });

  test('a lowered track has no say, and neither has one without a probability; without any there is none', () => {
    expect(pool({ rally: track(0.72), moneyflow: track(0.9, { raised: false }) }).p).toBeCloseTo(0.72, 12);
    expect(pool({ rally: track(0.72), moneyflow: track(null) }).p).toBeCloseTo(0.72, 12);
    expect([pool({ rally: track(null) }).p, pool({ rally: track(0.6) }, { topics: [] }).p, pool({}).p]).toEqual([null, null, null]);
  });

  test('weak is every raised track under its exit score, or none raised; an unknown score is not weak', () => {
    const weak = (...tracks: TrackChange[]) => pool(Object.fromEntries(tracks.map((each, i) => [`s${i}`, track(0.5, each)]))).weak;
    expect(weak({ score: 0.24 })).toBe(true);
    expect(weak({ score: 0.25 })).toBe(false);
    expect(weak({ score: 0.2 }, { score: 0.3 })).toBe(false);
    expect(weak({ score: null })).toBe(false);
    expect(weak({ score: 0.9, raised: false })).toBe(true);
    // what the opposite direction beat is weak whatever it scores, for as long as it lives
    expect(pool({ rally: track(0.5, { score: 0.9 }) }, { yields: true }).weak).toBe(true);
  });

  test('the score is the highest of the raised; contradicted at equal strength p stays at one half', () => {
    expect(pool({ a: track(0.5, { score: 0.4 }), b: track(0.5, { score: 0.7 }), c: track(0.5, { score: 0.9, raised: false }) }).score).toBe(
      0.7,
    );
    expect(pool({ a: track(0.5, { score: null }) }).score).toBeNull();
    expect([pool({ a: track(0.9) }, { capped: true }).p, pool({ a: track(0.4) }, { capped: true }).p]).toEqual([
      0.5,
      expect.closeTo(0.4, 12),
    ]);
  });
});
