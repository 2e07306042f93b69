import { describe, expect, test } from 'vitest';
import type { Instrument } from '../../contracts/bundle.ts';
import { defaultConfig } from '../../contracts/config.ts';
import { type FeatureId, featureAt, featureCount } from '../../contracts/features.ts';
import { confidenceOf } from './confidence.ts';
import { judge, type KeyRecord, newKey, type Openness } from './identity.ts';
import { adviceOf, costOf, type PlanInput, planOf, riskNotesOf } from './plan.ts';
import { rankOf } from './rank.ts';

const now: Openness = { tsec: 3000, score: 0.6, live: 3, liveMax: 200, riskLevel: 0, feedHealthy: true };
const endedKey: KeyRecord = {
  ...newKey,
  seqNo: 1,
  lastId: 'x.1',
  endedTsec: 2950,
  endReason: 'DECAY',
  coolUntilTsec: 3550,
  peakScore: 0.6,
};

describe('identity: where a signal to enter belongs', () => {
  test.each<[why: string, record: KeyRecord, change: Partial<Openness>, verdict: unknown]>([
    ['nothing yet: a new opportunity', newKey, {}, { kind: 'open' }],
    ['one lives: it joins', { ...newKey, liveId: 'x.1' }, {}, { kind: 'join', id: 'x.1' }],
    ['one lives: it joins even when nothing new may open', { ...newKey, liveId: 'x.1' }, { riskLevel: 3 }, { kind: 'join', id: 'x.1' }],
    ['risk 3', newKey, { riskLevel: 3 }, { kind: 'suppress', reason: 'RISK_FROZEN' }],
    ['K1: the feed as a whole is stale', newKey, { feedHealthy: false }, { kind: 'suppress', reason: 'K1_FEED' }],
    ['every place is taken', newKey, { live: 200 }, { kind: 'suppress', reason: 'CAPACITY' }],
    ['50 s after a decay: reopened', endedKey, {}, { kind: 'reopen', id: 'x.1' }],
    ['119 s after', endedKey, { tsec: 3069 }, { kind: 'reopen', id: 'x.1' }],
    ['120 s after: the cool-down', endedKey, { tsec: 3070 }, { kind: 'suppress', reason: 'COOL_DOWN' }],
    ['reopened once before', { ...endedKey, reopened: true }, {}, { kind: 'suppress', reason: 'COOL_DOWN' }],
    ['ended at its stop: never reopened', { ...endedKey, endReason: 'STOP' }, {}, { kind: 'suppress', reason: 'COOL_DOWN' }],
    ['0.15 above the former peak: the cool-down is overridden', { ...endedKey, endReason: 'STOP' }, { score: 0.76 }, { kind: 'open' }],
    ['0.14 above', { ...endedKey, endReason: 'STOP' }, { score: 0.74 }, { kind: 'suppress', reason: 'COOL_DOWN' }],
    ['the cool-down is over', { ...endedKey, endReason: 'STOP' }, { tsec: 3550 }, { kind: 'open' }],
  ])('%s', (_why, record, change, verdict) => {
    expect(judge(record, { ...now, ...change })).toEqual(verdict);
  });
});

const instrument = { limitRate: 0.1, riskWarning: false, listingDayN: null } as Instrument;
const zeroCost = { ...defaultConfig.opportunities, roundTripCost: 0.001, impactCost: 0.0002 };
function planInput(values: Partial<Record<FeatureId, number>>, rest: Partial<PlanInput> = {}): PlanInput {
  const all = new Float64Array(featureCount).fill(Number.NaN);
  for (const [id, value] of Object.entries(values)) all[featureAt[id as FeatureId]] = value;
  return {
    values: all,
    instrument,
    entryMilli: 10_000,
    lastMilli: 10_000,
    p0Milli: 9800,
    limitUpMilli: 11_000,
    horizonSec: 900,
    tsec: 3000,
    costs: zeroCost,
    ...rest,
  };
}

describe('plan: entry, stop and targets', () => {
  test('by σ: E 10.00, σH 1 %, cost 0.22 %: stop 9.92, T1 10.10, T2 10.18, reward over risk 0.975', () => {
    const plan = planOf(planInput({ sigma900: 0.01 }))!;

    expect(plan).toMatchObject({ entryMilli: 10_000, stopMilli: 9920, target1Milli: 10_100, target2Milli: 10_180, sigmaH: 0.01 });
    expect(plan.rewardRisk).toBeCloseTo((100 - 22) / 80, 10);
    expect(costOf(10_000, zeroCost)).toBeCloseTo(0.0022, 10);
  });

  test('half the impulse is the stop when it is higher and leaves 0.4 %', () => {
    expect(planOf(planInput({ sigma900: 0.01 }, { p0Milli: 9880 }))!.stopMilli).toBe(9940);
    // half of a 40-Milli impulse would be 9.98, 0.2 % away: too close
    expect(planOf(planInput({ sigma900: 0.01 }, { p0Milli: 9960 }))!.stopMilli).toBe(9920);
  });

  test('σH is at least 0.6 % and at most 6 %, and the larger of the profile and 1.25 · atr1m · √15', () => {
    expect(planOf(planInput({ sigma900: 0.001 }, { p0Milli: 9800 }))).toBeNull(); // 0.6 % leaves no room at this cost
    expect(planOf(planInput({ sigma900: 0.2 }, { limitUpMilli: null }))!.sigmaH).toBe(0.06);
    expect(planOf(planInput({ sigma900: 0.01, atr1m: 0.04 }))!.sigmaH).toBeCloseTo((1.25 * 0.04 * Math.sqrt(15)) / 10, 10);
  });

  test('targets end at the limit; too little room under it is NO_ROOM', () => {
    expect(planOf(planInput({ sigma900: 0.01 }, { limitUpMilli: 10_120 }))).toMatchObject({ target1Milli: 10_100, target2Milli: 10_120 });
    expect(planOf(planInput({ sigma900: 0.01 }, { limitUpMilli: 10_050 }))).toBeNull();
  });

  test('advice: no more than the data carries', () => {
    expect(adviceOf(planInput({ depth5: 400_000 }))).toBe('T0_WITH_BASE');
    expect(adviceOf(planInput({ depth5: 399_000 }))).toBe('WATCH');
    expect(adviceOf(planInput({ depth5: 4e6 }, { tsec: 12_600 }))).toBe('WATCH');
  });

  test('risk notes', () => {
    const quiet = { distUp: 0.05, dayRet: 0.03, pvd: 0, amt5m: 5e6, depth5: 4e6, mktMed3m: 0, advShare: 0.5, dqW180: 1 };
    const notes = (change: Partial<Record<FeatureId, number>>, rest: Partial<PlanInput> = {}) =>
      riskNotesOf(planInput({ ...quiet, ...change }, rest));
    expect(notes({})).toEqual(['R_T1']);
    expect(notes({ distUp: 0.019 })).toContain('R_LIMIT_NEAR');
    expect(notes({ dayRet: 0.071 })).toContain('R_CHASE');
    expect(notes({ dayRet: 0.071 }, { instrument: { ...instrument, limitRate: 0.2 } })).not.toContain('R_CHASE');
    expect(notes({ pvd: 0.51 })).toContain('R_PVD');
    expect(notes({ depth5: 300_000 })).toContain('R_THIN');
    expect(notes({}, { instrument: { ...instrument, riskWarning: true } })).toContain('R_ST');
    expect(notes({}, { instrument: { ...instrument, listingDayN: 10 } })).toContain('R_NEW');
    expect(notes({ advShare: 0.34 })).toContain('R_MKT_WEAK');
    expect(notes({}, { tsec: 12_600 })).toContain('R_LATE');
    expect(notes({ dqW180: 0.89 })).toContain('R_DATA');
  });
});

describe('confidence and rank', () => {
  const calibration = { p0: 0.33, a: 1, b: 0, n: 100, source: 'synthetic' } as const;

  test('the identity map gives the score back; risk takes log-odds; nothing is shown as certain', () => {
    expect(confidenceOf(0.6, calibration, 0)).toBeCloseTo(0.6, 12);
    // logit 0.6 = 0.405465; minus 0.35 is 0.055465, minus 0.9 is −0.494535
    expect(confidenceOf(0.6, calibration, 1)).toBeCloseTo(0.513863, 5);
    expect(confidenceOf(0.6, calibration, 2)).toBeCloseTo(0.378826, 5);
    expect([confidenceOf(1, calibration, 0), confidenceOf(0, calibration, 0)]).toEqual([0.95, 0.05]);
  });

  test('a larger a spreads, b shifts', () => {
    expect(confidenceOf(0.6, { ...calibration, a: 2 }, 0)).toBeCloseTo(0.692308, 5);
    expect(confidenceOf(0.5, { ...calibration, b: -1 }, 0)).toBeCloseTo(0.268941, 5);
  });

  test('rank in basis points: expectation by liquidity, freshness and diversity, less 5 a risk level', () => {
    const plan = { entryMilli: 10_000, stopMilli: 9900, target1Milli: 10_200, target2Milli: 10_300, sigmaH: 0.02, rewardRisk: 1.5 };
    const input = { p: 0.5, plan, cost: 0.002, amt1m: 2e6, ageSec: 0, activeInSector: 0, riskLevel: 0 };
    // 0.5 · 200 − 0.5 · 100 − 20 = 30 bp
    expect(rankOf(input)).toBeCloseTo(30, 9);
    expect(rankOf({ ...input, ageSec: 600 })).toBeCloseTo(15, 9);
    expect(rankOf({ ...input, amt1m: 125_000 })).toBeCloseTo(15, 9);
    expect(rankOf({ ...input, activeInSector: 10 })).toBeCloseTo(15, 9);
    expect(rankOf({ ...input, riskLevel: 2 })).toBeCloseTo(20, 9);
    expect(rankOf({ ...input, amt1m: Number.NaN })).toBeCloseTo(0, 9);
  });
});
