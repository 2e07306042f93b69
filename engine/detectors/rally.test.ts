import { describe, expect, test } from 'vitest';
import type { FeatureId } from '../../contracts/features.ts';
import { type Change, inputWith } from '../../scenarios/support/detector-input.ts';
import type { DetectorInput, Hot } from './detector.ts';
import { type RallyParams, type RallyState, rally, scoreOf } from './rally.ts';

type Values = Partial<Record<FeatureId, number>>;
const params = rally.params.parse({});
/** Every clause of the main path holds with room to spare; the score is .598. */
const strong: Values = {
  ret_3m: 0.02,
  ret_z3m: 5,
  exRet3m: 0.02,
  amtZ1m: 4,
  nar1m: 0.4,
  obi5m1: 0.2,
  pvd: 0,
  ofiN: 3,
  mktMed3m: 0,
  amtZ5m: 1,
  nar3m: 0.1,
  burst5: 0.3,
};
/** Every clause of the early path holds exactly; main fails by its sigmas. The score is .329. */
const early: Values = { ...strong, ret_3m: 0.004, ret_z3m: 1, exRet3m: 0, amtZ5m: 2.5, nar3m: 0.25, pvd: -0.5, ofiN: 1.5, burst5: 0.6 };

const moment = (values: Values, change: Change = {}): DetectorInput => inputWith({ ...change, values: { ...values, ...change.values } });

/** The same quote three times: which path is raised at the second, and what refused the first. */
function seek(values: Values, change: Change = {}, using: RallyParams = params) {
  const first = rally.step(rally.initial, moment(values, change), using);
  const second = rally.step(first.state, moment(values, change), using);
  return { path: second.reading?.raised ? second.reading.path : null, refused: first.refused };
}

describe('the main path raises', () => {
  test('for two of the last three quotes, and not for one', () => {
    const hit = moment(strong);
    const miss = moment({ ...strong, nar1m: 0.1 });
    const raisedAfter = (quotes: readonly DetectorInput[]): boolean => {
      let state: RallyState = rally.initial;
      let raised = false;
      for (const quote of quotes) {
        const result = rally.step(state, quote, params);
        [state, raised] = [result.state, result.reading?.raised ?? false];
      }
      return raised;
    };

    expect([[hit], [hit, hit], [hit, miss, hit], [hit, miss, miss, hit], [miss, hit]].map(raisedAfter)).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]);
  });

  test('with the anchor of three minutes ago, or of now where that is unknown', () => {
    const anchorOf = (change: Change) => {
      const { state } = rally.step(rally.initial, moment(strong, change), params);
      return rally.step(state, moment(strong, change), params).reading!.anchor;
    };
    expect(anchorOf({})).toMatchObject({ p0Milli: 10_000, enterMilli: 10_195 });
    expect(anchorOf({ midAgo3m: Number.NaN })).toMatchObject({ p0Milli: 10_195, enterMilli: 10_195 });
  });

  /** Each clause alone: what holds exactly at its threshold, and what fails a hair beyond while everything else holds. */
  const clauses: readonly [clause: string, holds: Change, fails: Change, refused: string][] = [
    ['the 3-minute rise', { values: { ret_3m: 0.01 } }, { values: { ret_3m: 0.009_99, exRet3m: 0.02 } }, ''],
    ['its sigmas', { values: { ret_z3m: 2.5 } }, { values: { ret_z3m: 2.499 } }, 'ret_z3m'],
    ['ahead of the market', { values: { exRet3m: 0.008 } }, { values: { exRet3m: 0.0079 } }, 'exRet3m'],
    ['the amount surprise', { values: { amtZ1m: 1.5 } }, { values: { amtZ1m: 1.499 } }, 'amtZ1m'],
    ['active buying', { values: { nar1m: 0.2 } }, { values: { nar1m: 0.1999 } }, 'nar1m'],
    ['price not far ahead of volume', { values: { pvd: 0.8 } }, { values: { pvd: 0.801 } }, 'pvd'],
    ['a gate', { tsec: 13_860 }, { tsec: 13_861 }, 'U1'],
    [
      'a third more where the limit is 20 %',
      { instrument: { limitRate: 0.2 }, values: { ret_3m: 0.0134 } },
      { instrument: { limitRate: 0.2 }, values: { ret_3m: 0.0133 } },
      '',
    ],
    [
      'two thirds more where it is 30 %',
      { instrument: { limitRate: 0.3 }, values: { ret_3m: 0.0167, exRet3m: 0.0134 } },
      { instrument: { limitRate: 0.3 }, values: { ret_3m: 0.0167, exRet3m: 0.0133 } },
      'exRet3m',
    ],
    [
      'a known limit rate or none alike',
      { instrument: { limitRate: null }, values: { ret_3m: 0.01 } },
      { instrument: { limitRate: null }, values: { ret_3m: 0.0099 } },
      '',
    ],
    [
      'half as much again in the first five minutes',
      { tsec: 299, values: { ret_3m: 0.015 } },
      { tsec: 299, values: { ret_3m: 0.0149 } },
      '',
    ],
    ['and not from 09:35 on', { tsec: 300, values: { ret_3m: 0.01 } }, { tsec: 297, values: { ret_3m: 0.01 } }, ''],
    [
      'ahead of a market that runs itself',
      { values: { mktMed3m: 0.0031, exRet3m: 0.01 } },
      { values: { mktMed3m: 0.0031, exRet3m: 0.0099 } },
      'exRet3m',
    ],
    ['of one that falls', { values: { mktMed3m: -0.0031, exRet3m: 0.01 } }, { values: { mktMed3m: -0.0031, exRet3m: 0.0099 } }, 'exRet3m'],
    ['of one that stands', { values: { mktMed3m: 0.003, exRet3m: 0.008 } }, { values: { mktMed3m: 0.003, exRet3m: 0.0079 } }, 'exRet3m'],
    [
      'by its own return without a benchmark',
      { benchmark: 'none', values: { exRet3m: 0.01 } },
      { benchmark: 'none', values: { exRet3m: 0.0099 } },
      'exRet3m',
    ],
  ];
  test.each(clauses)('only with %s', (_clause, holds, fails, refused) => {
    expect(seek(strong, holds).path).toBe('main');
    const failed = seek(strong, fails);
    expect(failed.path).toBeNull();
    expect(failed.refused).toEqual(refused === '' ? [] : [refused]);
  });

  test.each(Object.keys(strong) as FeatureId[])('not while %s is unknown, unless nothing asks for it', (id) => {
    const free: FeatureId[] = ['ofiN', 'obi5m1', 'mktMed3m', 'amtZ5m', 'nar3m', 'burst5'];
    expect(seek({ ...strong, [id]: Number.NaN }).path).toBe(free.includes(id) ? 'main' : null);
  });

  test('only with the score at enter', () => {
    // z 2.5 0, ex .008 0, amtZ 1.5 .025, nar .2 .0333, ofi 0, obi 0 .0083, pvd .8 0: .0667
    const edge = { ...strong, ret_z3m: 2.5, exRet3m: 0.008, amtZ1m: 1.5, nar1m: 0.2, ofiN: 0, obi5m1: 0, pvd: 0.8 };
    expect(seek(edge)).toEqual({ path: null, refused: ['score'] });
    expect(scoreOf(moment(edge))).toBeCloseTo(0.0667, 4);
    expect(seek(edge, {}, { ...params, enter: 0.066 }).path).toBe('main');
    expect(seek(edge, {}, { ...params, enter: 0.067 }).path).toBeNull();
  });
});

describe('the score', () => {
  test('is the weighted ramps of what is known, scaled to its weight; under 75 % of the weight, which is all but the book, there is none', () => {
    expect(scoreOf(moment(strong))).toBeCloseTo(0.598167, 6);
    // without the order flow, .8 of the weight: (.598167 − .06) / .8
    expect(scoreOf(moment({ ...strong, ofiN: Number.NaN }))).toBeCloseTo(0.672709, 6);
    expect(scoreOf(moment({ ...strong, ofiN: Number.NaN, obi5m1: Number.NaN }))).not.toBeNull();
    expect(scoreOf(moment({ ...strong, amtZ1m: Number.NaN, nar1m: Number.NaN }))).toBeNull();
  });
});

describe('the early path raises', () => {
  const clauses: readonly [clause: string, fails: Values][] = [
    ['an amount surprise over five minutes', { amtZ5m: 2.499 }],
    ['active buying over three', { nar3m: 0.2499 }],
    ['price behind volume', { pvd: -0.499 }],
    ['a rise of 0.4 %', { ret_3m: 0.003_99 }],
    ['and of no more than the main path asks', { ret_3m: 0.0101 }],
    ['order flow', { ofiN: 1.499 }],
    ['no single print behind it', { burst5: 0.601 }],
  ];
  test('where all of it holds exactly, whatever the score', () => {
    expect(seek(early).path).toBe('early');
    expect(scoreOf(moment(early))).toBeLessThan(params.enter);
  });
  test.each(clauses)('only with %s', (_clause, fails) => {
    expect(seek({ ...early, ...fails }).path).toBeNull();
  });
  test('not through a closed gate, and not without a score', () => {
    expect(seek(early, { locked: true }).path).toBeNull();
    expect(seek({ ...early, exRet3m: Number.NaN, obi5m1: Number.NaN, nar1m: Number.NaN }).path).toBeNull();
  });
});

/** A run raised on `values` at tsec 1,800, and what it says at later moments. */
function followed(values: Values = strong) {
  let { state } = rally.step(rally.step(rally.initial, moment(values), params).state, moment(values), params);
  const at = (sec: number, change: Change = {}, later: Values = values) => {
    const traded = { runAmount: 1_015_000, runVolume: 100_000, midMilli: 10_200 };
    const result = rally.step(state, moment(later, { ...traded, tsec: 1800 + sec, ...change }), params);
    state = result.state;
    return result.reading!;
  };
  return { at, state: () => state };
}

describe('it would confirm', () => {
  test('from 30 s on, and for as long as it holds', () => {
    const { at } = followed();
    expect([at(3), at(29), at(30), at(60), at(600)].map(({ confirmable }) => confirmable)).toEqual([false, false, true, true, true]);
  });

  test('for the first time at the latest after 90 s', () => {
    const stale = { values: { nar1m: 0.05 } };
    const late = followed();
    expect([late.at(30, stale), late.at(90)].map(({ confirmable }) => confirmable)).toEqual([false, true]);
    const later = followed();
    expect([later.at(30, stale), later.at(91), later.at(94)].map(({ confirmable }) => confirmable)).toEqual([false, false, false]);
  });

  // P0 10,000, entered at 10,195: 75 % stands at 10,146.25
  test('if 75 % of the impulse stands at every quote until then', () => {
    const { at } = followed();
    expect([at(30, { midMilli: 10_146 }), at(33)].map(({ confirmable }) => confirmable)).toEqual([false, false]);
    expect(followed().at(30, { midMilli: 10_147 }).confirmable).toBe(true);
  });

  test('given back after it would have, it would not, and would again', () => {
    const { at } = followed();
    expect([at(30), at(33, { midMilli: 10_100 }), at(36)].map(({ confirmable }) => confirmable)).toEqual([true, false, true]);
  });

  test.each<[string, Change, Change]>([
    ['the last price at the average since the raise', { lastMilli: 10_150 }, { lastMilli: 10_149 }],
    ['active buying in the last minute', { values: { nar1m: 0.1 } }, { values: { nar1m: 0.0999 } }],
    ['three ticks of spread', { values: { spreadTk: 3 } }, { values: { spreadTk: 4 } }],
    ['or 0.15 % of the price', { lastMilli: 30_000, values: { spreadTk: 4 } }, { lastMilli: 26_000, values: { spreadTk: 4 } }],
  ])('with %s', (_what, holds, fails) => {
    expect(followed().at(30, holds).confirmable).toBe(true);
    expect(followed().at(30, fails).confirmable).toBe(false);
  });
});

describe('an early path', () => {
  test('is watched: it opens nothing and never confirms', () => {
    const { at, state } = followed(early);
    expect([at(30), at(60), state().path]).toMatchObject([
      { raised: true, opens: false, confirmable: false, path: 'early' },
      { confirmable: false },
      'early',
    ]);
  });

  test('is superseded by the main path, two of three quotes of it, with an anchor of its own', () => {
    const { at, state } = followed(early);
    expect([at(30, {}, strong), state().path]).toMatchObject([{ opens: false }, 'early']);
    expect([at(33), at(36, { midMilli: 10_210, midAgo3m: 10_050 }, strong), state()]).toMatchObject([
      { opens: false },
      { raised: true, opens: true, confirmable: false, path: 'main', anchor: { p0Milli: 10_050, enterMilli: 10_210 } },
      { path: 'main', enteredTsec: 1836, confirm: 'open' },
    ]);
    expect([65, 66].map((sec) => at(sec, { runAmount: 2_030_000, runVolume: 200_000 }, strong).confirmable)).toEqual([false, true]);
  });

  test.each<[string, Change, Values]>([
    ['a gate is closed', { locked: true }, strong],
    ['a clause fails', {}, { ...strong, nar1m: 0.1 }],
    ['the score is under enter', {}, { ...strong, ret_z3m: 2.5, exRet3m: 0.01, amtZ1m: 1.5, ofiN: 0 }],
    ['the score is unknown', {}, { ...strong, ofiN: Number.NaN, obi5m1: Number.NaN, pvd: 0, ret_z3m: Number.NaN }],
  ])('goes on where %s', (_why, change, values) => {
    const { at, state } = followed(early);
    expect([at(30, change, values), at(33, change, values), state().path]).toMatchObject([{ opens: false }, { opens: false }, 'early']);
  });

  test('is over when its score was under exit for 120 s', () => {
    const faint: Values = { ...early, amtZ1m: 0, nar1m: 0, ofiN: 0, obi5m1: -1 };
    const { at, state } = followed(early);
    expect([at(100, {}, faint), at(219, {}, faint), at(220, {}, faint), state()]).toMatchObject([
      { raised: true },
      { raised: true },
      { raised: false, opens: false },
      rally.initial,
    ]);
  });
});

describe('the run ends', () => {
  const weak: Values = { ...strong, ret_z3m: 1, exRet3m: 0, amtZ1m: 0, nar1m: 0, ofiN: 0 };
  test('when the score has been under exit for 120 s, and not a second earlier', () => {
    const { at, state } = followed();
    expect([at(100, {}, weak), at(219, {}, weak)].map(({ raised }) => raised)).toEqual([true, true]);
    expect([at(220, {}, weak), state()]).toMatchObject([{ raised: false, confirmable: false }, rally.initial]);
  });

  test('a score that comes back begins anew', () => {
    const { at } = followed();
    expect([at(100, {}, weak), at(160), at(163, {}, weak), at(282, {}, weak), at(283, {}, weak)].map(({ raised }) => raised)).toEqual([
      true,
      true,
      true,
      true,
      false,
    ]);
  });

  test('an unknown score neither ends it nor clears what was weak', () => {
    const unknown: Values = { ...weak, ret_z3m: Number.NaN, ofiN: Number.NaN };
    const { at } = followed();
    expect([at(100, {}, weak), at(230, {}, unknown), at(233, {}, weak)].map(({ raised }) => raised)).toEqual([true, true, false]);
    expect(followed().at(300, {}, unknown)).toMatchObject({ raised: true, score: null });
  });
});

describe('it is awake', () => {
  const hot = (ret3m: number, one: number, five: number, nar1 = 0.2, nar3 = 0.25): Hot => ({
    ret3m,
    toLimit: 0.05,
    amountSurprise: (window) => (window === '1m' ? one : five),
    flowRatio: (window) => (window === '1m' ? nar1 : nar3),
    flowSurprise: () => Number.NaN,
  });
  test.each([
    ['main, exactly', hot(0.004, 1.5, 0), true],
    ['early, exactly', hot(0.004, 0, 2.5), true],
    ['too small a rise', hot(0.003_99, 4, 4), false],
    ['no surprise', hot(0.004, 1.499, 2.499), false],
    ['main without buying', hot(0.004, 4, 0, 0.199), false],
    ['early without buying', hot(0.004, 0, 4, 0.9, 0.249), false],
    ['the buying of the other path', hot(0.004, 4, 0, 0.1, 0.9), false],
    ['no three minutes yet', hot(Number.NaN, 4, 4), false],
    ['nothing expected yet', hot(0.02, Number.NaN, Number.NaN), false],
    ['no flow', hot(0.02, 4, 4, Number.NaN, Number.NaN), false],
  ])('%s: %o', (_what, values, awake) => {
    expect(rally.wakes(values, params)).toBe(awake);
  });

  test('it asks for no feature it does not need', () => {
    const asked = new Set<FeatureId>();
    const spy = (input: DetectorInput): DetectorInput => ({ ...input, feature: (id) => (asked.add(id) ? input.feature(id) : Number.NaN) });
    for (const values of [strong, early, { ...strong, nar1m: 0 }, { ...strong, burst: 0.9 }]) {
      const { state } = rally.step(rally.initial, spy(moment(values)), params);
      const raised = rally.step(state, spy(moment(values)), params);
      raised.reading?.evidence();
      rally.step(raised.state, spy(moment(values, { tsec: 1840 })), params).reading?.evidence();
      rally.step(raised.state, spy(moment(strong, { tsec: 1840 })), params);
    }
    expect([...asked].filter((id) => !rally.needs.includes(id))).toEqual([]);
    expect(rally.needs.filter((id) => !asked.has(id))).toEqual([]);
  });
});
