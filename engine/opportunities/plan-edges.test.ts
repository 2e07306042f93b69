import { describe, expect, test } from 'vitest';
import type { Instrument } from '../../contracts/bundle.ts';
import { defaultConfig } from '../../contracts/config.ts';
import type { FeatureId } from '../../contracts/features.ts';
import { adviceOf, type PlanInput, planOf, riskNotesOf } from './plan.ts';

const plain = {
  board: 'MAIN',
  limitRate: 0.1,
  riskWarning: false,
  listingDayN: null,
  exDate: false,
  recentCloses: [] as number[],
} as Instrument;
type Values = Partial<Record<FeatureId, number>>;
/** Entry 10.00 from 9.80, no costs but a tick. */
const input = (values: Values, rest: Partial<PlanInput> = {}): PlanInput => ({
  feature: (id) => values[id] ?? Number.NaN,
  instrument: plain,
  direction: 'up',
  entryMilli: 10_000,
  lastMilli: 10_000,
  p0Milli: 9800,
  limitMilli: null,
  horizonSec: 900,
  tsec: 3000,
  monitored: false,
  costs: { ...defaultConfig.opportunities, roundTripCost: 0, impactCost: 0 },
  ...rest,
});
const down = { direction: 'down', p0Milli: 10_200 } as const;

describe('plan, at its edges', () => {
  test('σ of a quarter of an hour grows with the root of the horizon', () => {
    expect(planOf(input({ sigma900: 0.01 }, { horizonSec: 3600 }))!.sigmaH).toBeCloseTo(0.02, 12);
    expect(planOf(input({ sigma900: 0.02 }, { horizonSec: 225 }))!.sigmaH).toBeCloseTo(0.01, 12);
  });

  test('under two yuan three ticks are the furthest stop', () => {
    // 1.00: three ticks are 3 %, .8 σ is 2.8 %; T1 of 3.5 % is 1.04 in whole ticks
    expect(planOf(input({ sigma900: 0.035 }, { entryMilli: 1000, lastMilli: 1000, p0Milli: 900 }))).toMatchObject({
      stopMilli: 970,
      target1Milli: 1040,
    });
  });

  test('stop and targets are whole ticks, each against the trader', () => {
    // up: stop 9.9185 → 9.91, T1 10.1019 → 10.11, T2 10.1834 → 10.19; down mirrored
    expect(planOf(input({ sigma900: 0.010_187 }))).toMatchObject({ stopMilli: 9910, target1Milli: 10_110, target2Milli: 10_190 });
    expect(planOf(input({ sigma900: 0.010_187 }, down))).toMatchObject({ stopMilli: 10_090, target1Milli: 9890, target2Milli: 9810 });
    // half the impulse between two ticks: 9.945 → 9.94, mirrored 10.055 → 10.06
    expect(planOf(input({ sigma900: 0.02 }, { p0Milli: 9890 }))!.stopMilli).toBe(9940);
    expect(planOf(input({ sigma900: 0.02 }, { ...down, p0Milli: 10_110 }))!.stopMilli).toBe(10_060);
  });

  test('half the impulse counts from exactly 0.4 % away, and only where it is nearer', () => {
    expect(planOf(input({ sigma900: 0.02 }, { p0Milli: 9920 }))!.stopMilli).toBe(9960);
    expect(planOf(input({ sigma900: 0.02 }, { p0Milli: 9922 }))!.stopMilli).toBe(9840);
    expect(planOf(input({ sigma900: 0.01 }, { p0Milli: 9600 }))!.stopMilli).toBe(9920);
    expect(planOf(input({ sigma900: 0.01 }, { ...down, p0Milli: 10_400 }))!.stopMilli).toBe(10_080);
  });

  test('a limit at the target is no limit to it', () => {
    expect(planOf(input({ sigma900: 0.01 }, { limitMilli: 10_180 }))!.target2Milli).toBe(10_180);
    expect(planOf(input({ sigma900: 0.01 }, { limitMilli: 10_170 }))!.target2Milli).toBe(10_170);
    expect(planOf(input({ sigma900: 0.01 }, { ...down, limitMilli: 9830 }))!.target2Milli).toBe(9830);
  });

  test('reward over risk of exactly .8 is room enough', () => {
    // stop 1.6 % away, T1 2 %, a tick and costs 0.72 %: 128 / 160
    const costs = { ...defaultConfig.opportunities, roundTripCost: 0.0062, impactCost: 0 };
    const plan = planOf(input({ sigma900: 0.02 }, { costs, p0Milli: 9600 }));
    expect(plan?.rewardRisk).toBeCloseTo(0.8, 12);
    expect(planOf(input({ sigma900: 0.02 }, { costs: { ...costs, roundTripCost: 0.0063 }, p0Milli: 9600 }))).toBeNull();
  });
});

test('advice for what should fall is to reduce, at any hour and depth', () => {
  for (const tsec of [3000, 12_600])
    for (const depth5 of [0, 4e6]) expect(adviceOf(input({ depth5 }, { ...down, tsec }), false)).toBe('REDUCE');
});

describe('risk notes, at their edges', () => {
  const quiet: Values = {
    distUp: 0.02,
    dayRet: 0.07,
    pvDivTop: 0,
    amtZ5m: 2,
    ret_z5m: 0.69,
    distHigh: -0.0099,
    nar3m: -0.1,
    amt5m: 1e6,
    depth5: 400_000,
    mktMed3m: -0.003,
    advShare: 0.35,
    dqW180: 0.9,
  };
  const notes = (change: Values, rest: Partial<PlanInput> = {}) =>
    riskNotesOf(input({ ...quiet, ...change }, rest)).filter((note) => note !== 'R_T1');

  test('at each threshold nothing is said', () => {
    expect(notes({})).toEqual([]);
    expect(riskNotesOf(input({}))).toEqual(['R_T1']);
  });

  test.each<[note: string, change: Values, rest: Partial<PlanInput>]>([
    ['R_LIMIT_NEAR', { distUp: 0.0199 }, {}],
    ['R_CHASE', { dayRet: 0.0701 }, {}],
    ['R_DIVERGENCE', { pvDivTop: 1 }, {}],
    ['R_DISTRIBUTION', { nar3m: -0.101 }, {}],
    ['R_DISTRIBUTION', { nar3m: -0.2, ret_z5m: -0.69 }, {}],
    ['R_THIN', { amt5m: 999_999 }, {}],
    ['R_THIN', { depth5: 399_999 }, {}],
    ['R_MKT_WEAK', { mktMed3m: -0.0031 }, {}],
    ['R_MKT_WEAK', { advShare: 0.349 }, {}],
    ['R_DATA', { dqW180: 0.899 }, {}],
    ['R_LATE', {}, { tsec: 12_600 }],
    ['R_NEW', {}, { instrument: { ...plain, listingDayN: 10 } }],
    ['R_EX_DATE', {}, { instrument: { ...plain, exDate: true } }],
    ['R_MONITORED', {}, { monitored: true }],
    // 17.1 % over three days: 2.9 % before what is published
    ['R_ABNORMAL', {}, { lastMilli: 11_710, instrument: { ...plain, recentCloses: [11_000, 10_500, 10_000] } }],
    ['R_ABNORMAL', {}, { lastMilli: 12_710, instrument: { ...plain, board: 'STAR', recentCloses: [11_000, 10_500, 10_000] } }],
    ['R_ABNORMAL', {}, { direction: 'down', lastMilli: 8290, instrument: { ...plain, recentCloses: [9000, 9500, 10_000] } }],
  ])('%s, a hair beyond', (note, change, rest) => {
    expect(notes(change, rest)).toEqual([note]);
  });

  test.each<[string, Values]>([
    ['less money', { amtZ5m: 1.99 }],
    ['a price that goes', { ret_z5m: 0.7 }],
    ['or falls', { ret_z5m: -0.7 }],
    ['one percent under the high', { distHigh: -0.01 }],
    ['a price nobody knows', { ret_z5m: Number.NaN }],
  ])('no distribution with %s', (_what, change) => {
    expect(notes({ nar3m: -0.2, ...change })).toEqual([]);
  });

  test.each<[string, Partial<PlanInput>]>([
    ['exactly three per cent are left', { lastMilli: 11_700, instrument: { ...plain, recentCloses: [11_000, 10_500, 10_000] } }],
    ['the closes of three days are not known', { lastMilli: 13_000, instrument: { ...plain, recentCloses: [11_000, 10_500] } }],
    ['it fell as far, and should rise', { lastMilli: 8200, instrument: { ...plain, recentCloses: [9000, 9500, 10_000] } }],
  ])('no abnormal move near where %s', (_what, rest) => {
    expect(notes({}, rest)).toEqual([]);
  });

  test('the eleventh day is none of the first ten, and a wide limit chases later', () => {
    expect(notes({}, { instrument: { ...plain, listingDayN: 11 } })).toEqual([]);
    const wide = { instrument: { ...plain, limitRate: 0.2 } };
    expect([notes({ dayRet: 0.14 }, wide), notes({ dayRet: 0.141 }, wide)]).toEqual([[], ['R_CHASE']]);
  });
});
