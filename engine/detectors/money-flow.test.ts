import { describe, expect, test } from 'vitest';
import type { FeatureId } from '../../contracts/features.ts';
import { type Change, inputWith } from '../../scenarios/support/detector-input.ts';
import type { DetectorInput } from './detector.ts';
import { type MoneyFlowParams, moneyFlow, scoreOf } from './money-flow.ts';

type Values = Partial<Record<FeatureId, number>>;
const params = moneyFlow.params.parse({});
/** Every clause holds with room: the score is .558 without a float. */
const bought: Values = { netZ: 4, nar3m: 0.4, amtZ5m: 2, flowPers: 0.8, obi1: 0.2, ret_z5m: 0.5, ofiN: 5, netDay: 8e6, net3m: 3e6 };
const sold: Values = { netZ: -4, nar3m: -0.4, amtZ5m: 2, flowPers: -0.8, obi1: -0.2, ret_z5m: -0.5, ofiN: -5, netDay: -8e6, net3m: -3e6 };
const moment = (values: Values, change: Change = {}): DetectorInput => inputWith({ ...change, values: { ...values, ...change.values } });

function seek(values: Values, change: Change = {}, using: MoneyFlowParams = params) {
  const first = moneyFlow.step(moneyFlow.initial, moment(values, change), using);
  const { reading } = moneyFlow.step(first.state, moment(values, change), using);
  return { said: reading === null ? null : `${reading.direction} ${reading.path}`, refused: first.refused };
}

describe('money flow raises', () => {
  test('for two of the last three quotes of one sign', () => {
    const raisedAfter = (quotes: readonly Values[]): boolean => {
      let state = moneyFlow.initial;
      let raised = false;
      for (const values of quotes) {
        const result = moneyFlow.step(state, moment(values), params);
        [state, raised] = [result.state, result.reading?.raised ?? false];
      }
      return raised;
    };
    const miss = { ...bought, netZ: 0 };
    expect(
      [[bought], [bought, bought], [bought, miss, bought], [bought, miss, miss, bought], [bought, sold], [sold, sold]].map(raisedAfter),
    ).toEqual([false, true, true, false, false, true]);
  });

  const clauses: readonly [clause: string, holds: Change, fails: Change, refused: string][] = [
    ['beyond what is usual', { values: { netZ: 2 } }, { values: { netZ: 1.999 } }, ''],
    ['a quarter of the money', { values: { nar3m: 0.25 } }, { values: { nar3m: 0.2499 } }, 'nar3m'],
    ['on an amount surprise', { values: { amtZ5m: 1.5 } }, { values: { amtZ5m: 1.499 } }, 'amtZ5m'],
    ['that persists', { values: { flowPers: 0.5 } }, { values: { flowPers: 0.4999 } }, 'flowPers'],
    ['with the best quotes leaning along', { values: { obi1: 0 } }, { values: { obi1: -0.001 } }, 'obi1'],
    ['through open gates', { tsec: 13_860 }, { tsec: 13_861 }, 'U1'],
  ];
  test.each(clauses)('only %s', (_clause, holds, fails, refused) => {
    expect(seek(bought, holds).said).toBe('up absorb');
    expect(seek(bought, fails)).toEqual({ said: null, refused: refused === '' ? [] : [refused] });
  });
  test.each(clauses.slice(0, 5))('selling likewise, %s', (_clause, holds, fails) => {
    const mirrored = ({ values = {} }: Change): Change => ({
      values: Object.fromEntries(Object.entries(values).map(([id, value]) => [id, id === 'amtZ5m' ? value : -value!])),
    });
    expect(seek(sold, mirrored(holds)).said).toBe('down absorb');
    expect(seek(sold, mirrored(fails)).said).toBeNull();
  });
  test.each(['netZ', 'nar3m', 'amtZ5m', 'flowPers', 'obi1'] as const)('not while %s is unknown', (id) => {
    expect(seek({ ...bought, [id]: Number.NaN }).said).toBeNull();
  });
  test('only with the score at enter', () => {
    // netZ 2 0, nar .25 .3 · .2 = .06, pers .5 .042857, ofi 0: .102857 / .7
    const edge = { ...bought, netZ: 2, nar3m: 0.25, flowPers: 0.5, ofiN: 0 };
    expect(scoreOf(1, moment(edge))).toBeCloseTo(0.146939, 6);
    expect(seek(edge)).toEqual({ said: null, refused: ['score'] });
    expect(seek(edge, {}, { ...params, enter: 0.146 }).said).toBe('up absorb');
  });

  test.each([
    [1, 'up drive'],
    [0.99, 'up absorb'],
    [-1, 'up absorb'],
    [-1.01, 'up diverge'],
    [Number.NaN, 'up absorb'],
  ])('a price %d sigmas away in five minutes: %s', (ret_z5m, said) => {
    expect(seek({ ...bought, ret_z5m }).said).toBe(said);
  });
  test.each([
    [-1, 'down drive'],
    [1.01, 'down diverge'],
  ])('sold, a price %d sigmas away: %s', (ret_z5m, said) => {
    expect(seek({ ...sold, ret_z5m }).said).toBe(said);
  });
});

describe('its score', () => {
  test('is the weighted ramps of what is known; large prints count where a float is known', () => {
    // netZ .5 · .3, nar .6 · .2, pers .857143 · .1, ofi .5 · .1 over .7
    expect(scoreOf(1, moment(bought))).toBeCloseTo((0.15 + 0.12 + 0.0857143 + 0.05) / 0.7, 6);
    expect(scoreOf(-1, moment(sold))).toBeCloseTo(scoreOf(1, moment(bought))!, 12);
    // a share has no direction
    expect(scoreOf(-1, moment({ ...sold, bigDens: -6, bigShare: 0.8 }))).toBeCloseTo(0.4057143 + 0.3, 6);
    expect(scoreOf(1, moment({ ...bought, netZ: Number.NaN }))).toBeNull();
    expect(scoreOf(1, moment({ ...bought, ofiN: Number.NaN }))).not.toBeNull();
  });
});

/** A run of buying from tsec 1,800 on: 3 of 8 million bought when it began. */
function followed(values: Values = bought, using = params) {
  const first = moneyFlow.step(moneyFlow.initial, moment(values), using);
  let { state } = moneyFlow.step(first.state, moment(values), using);
  const at = (sec: number, change: Values = {}, rest: Change = {}) => {
    const result = moneyFlow.step(state, moment({ ...values, ...change }, { tsec: 1800 + sec, ...rest }), using);
    state = result.state;
    return result.reading!;
  };
  return { at, state: () => state };
}

describe('it would confirm', () => {
  test('from 60 to 180 s', () => {
    const { at } = followed();
    expect([59, 60, 180, 181].map((sec) => at(sec).confirmable)).toEqual([false, true, true, false]);
  });
  test('while three fifths of the net flow since then stand', () => {
    // 5 million before it began: at 15 million 10 have come since
    expect([followed().at(60, { netDay: 15e6 }).confirmable, followed().at(60, { netDay: 4e6 }).confirmable]).toEqual([true, false]);
    const { at } = followed();
    at(30, { netDay: 15e6 });
    expect([at(60, { netDay: 11e6 }).confirmable, at(63, { netDay: 10.9e6 }).confirmable]).toEqual([true, false]);
  });
  test('while the price is no worse than when it began', () => {
    expect([10_195, 10_194].map((midMilli) => followed().at(60, {}, { midMilli }).confirmable)).toEqual([true, false]);
    expect([10_195, 10_196].map((midMilli) => followed(sold).at(60, {}, { midMilli }).confirmable)).toEqual([true, false]);
  });
});

describe('the run ends', () => {
  test('when half of what came is gone', () => {
    const { at, state } = followed();
    at(30, { netDay: 15e6 });
    expect([at(60, { netDay: 10.1e6 }).raised, at(63, { netDay: 10e6 }).raised, state()]).toEqual([true, false, moneyFlow.initial]);
  });
  test('when persistence was against it for 180 s', () => {
    const { at } = followed();
    expect([at(60, { flowPers: -0.1 }), at(239, { flowPers: -0.1 }), at(240, { flowPers: -0.1 })].map(({ raised }) => raised)).toEqual([
      true,
      true,
      false,
    ]);
    const again = followed();
    expect([again.at(60, { flowPers: -0.1 }), again.at(120), again.at(240, { flowPers: -0.1 })].map(({ raised }) => raised)).toEqual([
      true,
      true,
      true,
    ]);
  });
  test('after half an hour', () => {
    const { at } = followed();
    expect([at(1800).raised, at(1801).raised]).toEqual([true, false]);
  });
  test('what nobody knows ends nothing and is no peak', () => {
    const { at, state } = followed();
    expect([at(60, { netDay: Number.NaN, flowPers: Number.NaN }).raised, state().peakNet]).toEqual([true, 3e6]);
  });
});

test('what was absorbed may begin to drive, and is not taken back', () => {
  const { at } = followed();
  expect([
    at(15, { ret_z5m: 1.2 }).path,
    at(30, { ret_z5m: 0 }).path,
    followed({ ...bought, ret_z5m: -2 }).at(15, { ret_z5m: 2 }).path,
  ]).toEqual(['drive', 'drive', 'diverge']);
});

test('it opens nothing unless it is let, and money against the price never does', () => {
  const opens = (values: Values, using: MoneyFlowParams) => followed(values, using).at(15).opens;
  expect([
    opens(bought, params),
    opens(bought, { ...params, opens: true }),
    opens({ ...bought, ret_z5m: -2 }, { ...params, opens: true }),
  ]).toEqual([false, true, false]);
});

test('it is awake where it could raise, and asks for no feature it does not need', () => {
  const hot = (flow: number, surprise: number, unusual = 2) => ({
    ret3m: 0,
    toLimit: 0.05,
    amountSurprise: () => surprise,
    flowRatio: () => flow,
    flowSurprise: () => Math.sign(flow) * unusual,
  });
  const cases = [hot(0.25, 1.5), hot(-0.25, 1.5), hot(0.2499, 1.5), hot(-0.2499, 1.5), hot(0.25, 1.499), hot(Number.NaN, 2)];
  const unusual = [hot(0.25, 1.5, 1.999), hot(-0.25, 1.5, 1.999), hot(0.25, 1.5, -2), hot(0.25, 1.5, Number.NaN)];
  expect(cases.map((each) => moneyFlow.wakes(each, params))).toEqual([true, true, false, false, false, false]);
  expect(unusual.map((each) => moneyFlow.wakes(each, params))).toEqual([false, false, false, false]);
  const asked = new Set<FeatureId>();
  const spy = (input: DetectorInput): DetectorInput => ({ ...input, feature: (id) => (asked.add(id) ? input.feature(id) : Number.NaN) });
  let { state } = moneyFlow.step(moneyFlow.initial, spy(moment(bought)), params);
  for (const change of [{}, { tsec: 1870 }, { values: { netZ: 0, burst: 0.9 } }]) {
    const result = moneyFlow.step(state, spy(moment(bought, change)), params);
    result.reading?.evidence();
    state = result.state;
  }
  for (const change of [{ values: { burst: 0.9 } }, { tsec: 200 }, { lunchJump: 0.01 }])
    moneyFlow.step(moneyFlow.initial, spy(moment(bought, change)), params);
  const needs = moneyFlow.entity === 'symbol' ? moneyFlow.needs : [];
  expect([...asked].filter((id) => !needs.includes(id))).toEqual([]);
  expect(needs.filter((id) => !asked.has(id))).toEqual([]);
});
