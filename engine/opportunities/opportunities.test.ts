import { describe, expect, test } from 'vitest';
import type { Instrument } from '../../contracts/bundle.ts';
import { defaultConfig } from '../../contracts/config.ts';
import type { FeatureId } from '../../contracts/features.ts';
import { baseRateAt, type ForecastMap, type Moment } from '../../contracts/forecast.ts';
import { exp, sigmoid } from '../../contracts/math.ts';
import { realForecasts } from '../reference/shipped.ts';
import { claimsOf, knowledgeOf, mapsOf } from './confidence.ts';
import { offerOf } from './offer.ts';
import { adviceOf, costOf, type PlanInput, planOf, riskNotesOf } from './plan.ts';
import { newsOf, type Reported } from './report.ts';

const instrument = {
  board: 'MAIN',
  limitRate: 0.1,
  riskWarning: false,
  listingDayN: null,
  exDate: false,
  recentCloses: [] as number[],
} as Instrument;
const zeroCost = { ...defaultConfig.opportunities, roundTripCost: 0.001, impactCost: 0.0002 };
function planInput(values: Partial<Record<FeatureId, number>>, rest: Partial<PlanInput> = {}): PlanInput {
  return {
    feature: (id) => values[id] ?? Number.NaN,
    instrument,
    direction: 'up',
    entryMilli: 10_000,
    lastMilli: 10_000,
    p0Milli: 9800,
    limitMilli: 11_000,
    horizonSec: 900,
    tsec: 3000,
    monitored: false,
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
    expect(planOf(planInput({ sigma900: 0.2 }, { limitMilli: null }))!.sigmaH).toBe(0.06);
    expect(planOf(planInput({ sigma900: 0.01, atr1m: 0.04 }))!.sigmaH).toBeCloseTo((1.25 * 0.04 * Math.sqrt(15)) / 10, 10);
  });

  test('targets end at the limit; too little room under it is NO_ROOM', () => {
    expect(planOf(planInput({ sigma900: 0.01 }, { limitMilli: 10_120 }))).toMatchObject({ target1Milli: 10_100, target2Milli: 10_120 });
    expect(planOf(planInput({ sigma900: 0.01 }, { limitMilli: 10_050 }))).toBeNull();
  });

  test('a down-plan is the mirror image: E 10.00, σH 1 %: stop 10.08, T1 9.90, T2 9.82', () => {
    const down = { direction: 'down', p0Milli: 10_200, limitMilli: 9000 } as const;
    const plan = planOf(planInput({ sigma900: 0.01 }, down))!;
    expect(plan).toMatchObject({ entryMilli: 10_000, stopMilli: 10_080, target1Milli: 9900, target2Milli: 9820 });
    expect(plan.rewardRisk).toBeCloseTo((100 - 22) / 80, 10);
    expect(planOf(planInput({ sigma900: 0.01 }, { ...down, limitMilli: 9880 }))).toMatchObject({ target1Milli: 9900, target2Milli: 9880 });
    expect(planOf(planInput({ sigma900: 0.01 }, { ...down, p0Milli: 10_120 }))!.stopMilli).toBe(10_060);
  });

  test('without σ and without atr there is no plan', () => {
    expect(planOf(planInput({}))).toBeNull();
  });

  test('advice: no more than the data carries', () => {
    expect(adviceOf(planInput({ depth5: 400_000 }), true)).toBe('T0_WITH_BASE');
    expect(adviceOf(planInput({ depth5: 399_000 }), true)).toBe('WATCH');
    expect(adviceOf(planInput({ depth5: 4e6 }, { tsec: 12_600 }), true)).toBe('WATCH');
    expect(adviceOf(planInput({ depth5: 4e6 }), false)).toBe('WATCH');
  });

  test('risk notes', () => {
    const quiet = { distUp: 0.05, dayRet: 0.03, pvd: 0, amt5m: 5e6, depth5: 4e6, mktMed3m: 0, advShare: 0.5, dqW180: 1 };
    const notes = (change: Partial<Record<FeatureId, number>>, rest: Partial<PlanInput> = {}) =>
      riskNotesOf(planInput({ ...quiet, ...change }, rest));
    expect(notes({})).toEqual(['R_T1']);
    expect(notes({ distUp: 0.019 })).toContain('R_LIMIT_NEAR');
    expect(notes({ dayRet: 0.071 })).toContain('R_CHASE');
    expect(notes({ dayRet: 0.071 }, { instrument: { ...instrument, limitRate: 0.2 } })).not.toContain('R_CHASE');
    expect(notes({ pvDivTop: 1 })).toContain('R_DIVERGENCE');
    expect(notes({ amtZ5m: 3, ret_z5m: 0, distHigh: 0, nar3m: -0.5 })).toContain('R_DISTRIBUTION');
    expect(notes({ depth5: 300_000 })).toContain('R_THIN');
    expect(notes({}, { instrument: { ...instrument, riskWarning: true } })).toContain('R_ST');
    expect(notes({}, { instrument: { ...instrument, listingDayN: 10 } })).toContain('R_NEW');
    expect(notes({ advShare: 0.34 })).toContain('R_MKT_WEAK');
    expect(notes({}, { tsec: 12_600 })).toContain('R_LATE');
    expect(notes({ dqW180: 0.89 })).toContain('R_DATA');
  });
});

describe('what is news of a level', () => {
  const reading = (change: object) =>
    ({
      raised: true,
      opens: true,
      confirmable: false,
      path: 'main',
      direction: 'up',
      score: 0.6,
      evidence: () => [],
      anchor: {},
      ...change,
    }) as never;
  const last: Reported = { score: 0.6, tsec: 100, weak: false, opens: true, path: 'main', confirmed: false };
  test.each<[string, Reported | null, object, number, string | null]>([
    ['the first raised one', null, {}, 100, 'enter'],
    ['never raised', null, { raised: false }, 100, null],
    ['the same again', last, {}, 200, null],
    ['the first that is only watched', null, { opens: false }, 100, 'enter'],
    ['what was watched may open', { ...last, opens: false }, {}, 100, 'enter'],
    ['still only watched', { ...last, opens: false }, { opens: false }, 200, null],
    ['no more an opportunity than before', last, { opens: false }, 200, null],
    ['on another path', last, { path: 'resealed' }, 101, 'update'],
    ['moved by .05 after 15 s', last, { score: 0.65 }, 115, 'update'],
    ['after 14 s', last, { score: 0.65 }, 114, null],
    ['moved by .04', last, { score: 0.56 }, 115, null],
    ['would confirm', last, { confirmable: true }, 103, 'confirm'],
    ['would still confirm', { ...last, confirmed: true }, { confirmable: true }, 103, null],
    ['fell under its exit score', last, { score: 0.24 }, 103, 'weaken'],
    ['stays under it', { ...last, score: 0.24, weak: true }, { score: 0.1 }, 200, null],
    ['came back over it', { ...last, score: 0.24, weak: true }, { score: 0.25 }, 103, 'update'],
    ['nobody knows the score: neither weak nor better', last, { score: null }, 200, null],
    ['nobody knows it after a weak one', { ...last, weak: true }, { score: null }, 200, null],
    ['known again', { ...last, score: null }, { score: 0.6 }, 115, 'update'],
    ['lowered', last, { raised: false }, 103, 'exit'],
  ])('%s', (_why, before, change, tsec, phase) => {
    expect(newsOf(before, reading(change), 0.25, tsec)?.phase ?? null).toBe(phase);
  });
});

describe('confidence and rank', () => {
  const map: ForecastMap = {
    event: 'net-gain',
    horizonSec: 900,
    a: 1,
    b: 0,
    n: 100,
    days: 10,
    source: 'real-bars',
    data: 'x',
    auc95: [0.51, 0.7],
  };
  const half = {
    event: 'net-gain',
    horizonSec: 900,
    b: 0,
    w: { lt: 0, ls: 0, tod: 0, tod2: 0 },
    clip: null,
    source: 'real-bars',
    data: 'x',
    days: 10,
    n: 9,
  } as const;
  const then: Moment = { tickBp: 10, sigma600: 0.01, tsec: 7110 };
  const known = (more: object = {}, origin = 'live') =>
    knowledgeOf({ origin, baseRates: [half], calibration: { rally: [{ ...map, ...more }] } });
  const oddsOf = (more: object, score: number | null) => claimsOf(known(more), known(more).maps.rally!, score, then)[0]!.odds;

  test('a map adds a · logit(score) + b to the base rate’s odds; an unknown score adds nothing known', () => {
    expect(oddsOf({}, 0.6)).toBeCloseTo(0.405465, 5);
    expect(oddsOf({ a: 2, b: -1 }, 0.6)).toBeCloseTo(-0.18907, 5);
    expect([oddsOf({}, 1), oddsOf({}, 0)]).toEqual([expect.closeTo(6.906755, 5), expect.closeTo(-6.906755, 5)]);
    expect(oddsOf({}, null)).toBeNull();
  });

  test('a map whose interval reaches one half, or that was never judged, adds nothing: the base rate is shown', () => {
    expect([oddsOf({ auc95: [0.5, 0.9] }, 0.9), oddsOf({ auc95: null }, 0.9), oddsOf({ auc95: [0.5001, 0.9] }, 0.9)]).toEqual([
      0,
      0,
      expect.closeTo(2.197225, 5),
    ]);
  });

  test('what was fitted on an invented market speaks on invented markets only; without a base rate there is no claim', () => {
    const invented = { ...known({ source: 'synthetic' }, 'generator') };
    expect(known({ source: 'synthetic' }).maps.rally).toEqual([]);
    expect([invented.maps.rally!.length, known({ source: 'synthetic' }, 'scenario').maps.rally!.length]).toEqual([1, 1]);
    const synthetic = knowledgeOf({ origin: 'vendor-file', baseRates: [{ ...half, source: 'synthetic' }], calibration: { rally: [map] } });
    expect(claimsOf(synthetic, [map], 0.6, then)).toEqual([]);
    expect(claimsOf(known(), [{ ...map, horizonSec: 180 }], 0.6, then)).toEqual([]);
  });

  test('the narrowest maps are taken: path in a regime, path, strategy; none is none', () => {
    const named = (n: number) => [{ ...map, n }];
    const maps = { rally: named(1), 'rally.early': named(2), 'rally.early@weak': named(3) };
    const n = (strategy: string, path: string, regime: 'weak' | 'strong') => mapsOf(maps, strategy, path, regime)[0]?.n;
    expect([
      n('rally', 'early', 'weak'),
      n('rally', 'early', 'strong'),
      n('rally', 'main', 'weak'),
      n('moneyflow', 'main', 'weak'),
    ]).toEqual([3, 2, 1, undefined]);
  });

  // the shipped base of y_tb by hand, at 10 bp a tick, σ .6 %, 11:28:30: 2.5926 − .548 · 2.302585 + .4709 · (−5.115996) − .3596 · .5 + .0815 · .25
  test('a base rate is a function of price, σ and time; unknown where one of them is', () => {
    const shipped = realForecasts.baseRates.find(({ event }) => event === 'net-gain')!;
    const at10 = { tickBp: 10, sigma600: 0.006, tsec: 7110 };
    expect(baseRateAt(shipped, at10)).toBeCloseTo(sigmoid(-1.237764), 5);
    expect([baseRateAt(shipped, { ...at10, sigma600: Number.NaN }), baseRateAt(shipped, { ...at10, tickBp: Number.NaN })]).toEqual([
      null,
      null,
    ]);
    expect(baseRateAt(half, { ...at10, sigma600: Number.NaN })).toBe(0.5);
    // beyond what it was fitted on, as at the nearer end: 1,800 yuan is .06 bp a tick
    const at006 = baseRateAt(shipped, { ...at10, tickBp: 0.06 });
    expect([at006, at006! < 0.5]).toEqual([baseRateAt(shipped, { ...at10, tickBp: exp(shipped.clip!.lt[0]) }), true]);
    // later in the day than the fit has minutes
    expect(baseRateAt(shipped, { ...at10, tsec: 14_400 })).toBe(baseRateAt(shipped, { ...at10, tsec: 14_220 }));
  });

  test('an edge is one that was measured, and ten points over the base rate: without it, watch, and no rank above zero', () => {
    const deep = planInput({ sigma900: 0.01, depth5: 4e6, amt1m: 2e6 });
    const plan = planOf(deep)!;
    const offered = (p: number | null, auc95: ForecastMap['auc95'] = [0.6, 0.7]) => {
      const fitted = { source: 'synthetic', data: 'by hand', days: 10, n: 100, auc95 } as const;
      const standing = { p, forecasts: [{ event: 'net-gain' as const, horizonSec: 900, p0: 0.33, ...fitted, p, lo: p, hi: p }] };
      const { advice, rank } = offerOf(deep, plan, {
        standing,
        capped: false,
        unfillable: false,
        riskLevel: 0,
        activeInSector: 0,
        active: 0,
      });
      return [advice, rank === null ? null : rank > 0];
    };
    expect(offered(0.9)).toEqual(['T0_WITH_BASE', true]);
    expect(offered(0.9, [0.5, 0.7])).toEqual(['WATCH', false]);
    expect(offered(0.9, null)).toEqual(['WATCH', false]);
    expect([offered(0.431)[0], offered(0.4299)[0]]).toEqual(['T0_WITH_BASE', 'WATCH']);
    expect(offered(null)).toEqual(['WATCH', null]);
    const told = (capped: boolean, unfillable: boolean) => {
      const standing = { p: null, forecasts: [] };
      return offerOf(deep, plan, { standing, capped, unfillable, riskLevel: 0, activeInSector: 0, active: 0 });
    };
    expect([told(false, true).advice, told(false, false).advice]).toEqual(['AVOID', 'WATCH']);
    expect([told(true, false).risks.filter((note) => note === 'CONFLICT'), told(false, false).risks.includes('CONFLICT')]).toEqual([
      ['CONFLICT'],
      false,
    ]);
    expect(told(false, false).risks).not.toContain('');
    const among = (activeInSector: number, active: number) =>
      offerOf(deep, plan, { standing: { p: null, forecasts: [] }, capped: false, unfillable: false, riskLevel: 0, activeInSector, active })
        .risks;
    expect([among(5, 10), among(4, 10), among(9, 9), among(41, 100)].map((risks) => risks.includes('R_CONCENTRATED'))).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });
});
