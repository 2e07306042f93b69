import { describe, expect, test } from 'vitest';
import { sectorInputWith } from '../../scenarios/support/sector-input.ts';
import type { SectorInput } from './detector.ts';
import { rotationStat, testsOf } from './rotation-stat.ts';

const params = rotationStat.params.parse({});

/** `raised`, `over`, `confirm`, or `nothing`, of each moment. */
function said(moments: readonly Partial<SectorInput>[], using = params) {
  let state = rotationStat.initial;
  const words = moments.map((change) => {
    const { state: next, reading } = rotationStat.step(state, sectorInputWith(change), using);
    state = next;
    return reading === null ? 'nothing' : !reading.raised ? 'over' : reading.confirmable ? 'confirm' : 'raised';
  });
  return { words, state };
}
/** Heat of 2 over six minutes from `tsec` on: the sum is 9. */
const warm = (tsec = 1440) => Array.from({ length: 6 }, (_, i) => ({ tsec: tsec + 60 * i, ret5m: 0 }));
const seen = (...moments: readonly Partial<SectorInput>[]) => said([...warm(), ...moments]).words.slice(6);

describe('its tests', () => {
  test.each<[string, Partial<SectorInput>, number, readonly [number, number, number]]>([
    ['as many as are their own', {}, 5, [2, 3, (0.45 / Math.sqrt(0.35 * 0.65)) * Math.sqrt(10 / 3.25)]],
    ['half the alarm', {}, 2.5, [2, 1.5, (0.45 / Math.sqrt(0.35 * 0.65)) * Math.sqrt(10 / 3.25)]],
    ['each at most five', { spread: () => ({ live: 10, mean: 1, sd: 0.001 }), breadth: 1, marketBreadth: 0.01 }, 10, [5, 5, 5]],
  ])('%s', (_what, change, sum, [spread, money, breadth]) => {
    const tests = testsOf(sum, sectorInputWith(change), params);
    expect(tests.spread).toBeCloseTo(spread, 9);
    expect(tests.money).toBeCloseTo(money, 9);
    expect(tests.breadth).toBeCloseTo(breadth, 9);
    expect(tests.z).toBeCloseTo((spread + money + breadth) / Math.sqrt(3), 9);
  });

  test('an unknown one leaves nothing to say', () => {
    expect(testsOf(5, sectorInputWith({ marketBreadth: Number.NaN }), params).z).toBeNaN();
    expect(seen({ marketBreadth: Number.NaN })).toEqual(['nothing']);
  });
});

describe('the money of a sector', () => {
  test('joins once a minute, less k, never under nothing nor over twice h; an unknown share changes nothing', () => {
    const sum = (...heats: readonly number[]) => said(heats.map((heat, i) => ({ tsec: 1440 + 60 * i, heat, ret5m: 0 }))).state.sum;
    expect([sum(2, 2), sum(2, -9), sum(2, Number.NaN), sum(9, 9)]).toEqual([3, 0, 1.5, 10]);
    const again = said([
      { tsec: 1440, heat: 2, ret5m: 0 },
      { tsec: 1497, heat: 2, ret5m: 0 },
    ]).state.sum;
    expect(again).toBe(1.5);
    expect(said([{ tsec: 897, heat: 2 }]).state).toEqual(rotationStat.initial);
    expect(said([{ tsec: 900, heat: 2, ret5m: 0 }]).state.sum).toBe(1.5);
  });
});

describe('it raises', () => {
  test.each<[string, Partial<SectorInput>, Partial<SectorInput>]>([
    ['from z 4 on', {}, { breadth: 0.5, marketBreadth: 0.55 }],
    ['ahead of the market', { ret5m: 0.0021 }, { ret5m: 0.002 }],
    ['of eight live members', { live: 8 }, { live: 7 }],
    ['up to 14:51', { tsec: 13_860 }, { tsec: 13_863 }],
  ])('only %s', (_what, holds, fails) => expect([seen(holds), seen(fails)]).toEqual([['raised'], ['nothing']]));

  test('not before 09:45, and not without money behind it', () => {
    expect(said([...warm(540), { tsec: 897 }]).words.at(-1)).toBe('nothing');
    expect(said([{}]).words).toEqual(['nothing']);
  });
});

describe('it confirms and clears', () => {
  test('after a minute in which z stood, within five', () => {
    expect(seen({ tsec: 1800 }, { tsec: 1857 }, { tsec: 1860 }, { tsec: 2100 }, { tsec: 2103 })).toEqual([
      'raised',
      'raised',
      'confirm',
      'confirm',
      'raised',
    ]);
    expect(seen({ tsec: 1800 }, { tsec: 1830, breadth: 0.5, marketBreadth: 0.55 }, { tsec: 1860 }, { tsec: 1920 })).toEqual([
      'raised',
      'raised',
      'raised',
      'confirm',
    ]);
  });

  test('with breadth under .4, or z under 1 for five minutes; an unknown z cools nothing', () => {
    expect(seen({}, { tsec: 1803, breadth: 0.39 })).toEqual(['raised', 'over']);
    const cold = { breadth: 0.4, marketBreadth: 0.9, spread: () => ({ live: 10, mean: -0.01, sd: 0.01 * Math.sqrt(10 / 3.25 / 4) }) };
    const at = (tsec: number, change: Partial<SectorInput> = cold) => ({ tsec, ...change });
    expect(seen({}, at(1803), at(2100), at(2103))).toEqual(['raised', 'raised', 'raised', 'over']);
    expect(seen({}, at(1803), at(1950, {}), at(2103))).toEqual(['raised', 'raised', 'raised', 'raised']);
    expect(seen({}, at(1803, { marketBreadth: Number.NaN }), at(2200, { marketBreadth: Number.NaN }))).toEqual([
      'raised',
      'raised',
      'raised',
    ]);
  });

  test('what it has summed outlives a run', () => {
    const { state } = said([...warm(), {}, { tsec: 1803, breadth: 0.3 }]);
    expect([state.level0Milli, state.sum]).toEqual([null, 10]);
  });
});

test('it says of what it holds: score, anchor, evidence', () => {
  const { state } = said(warm());
  const { reading } = rotationStat.step(state, sectorInputWith(), params);
  const { z } = testsOf(10, sectorInputWith(), params);
  expect(reading!.score).toBeCloseTo(z / 8, 9);
  expect(reading!.anchor).toMatchObject({
    p0Milli: Math.round(10_120 / 1.012),
    enterMilli: 10_120,
    peakMilli: 10_120,
    impulse: expect.closeTo(0.012, 12),
  });
  expect(reading).toMatchObject({ direction: 'up', path: 'main', opens: true });
  expect(reading!.evidence().reduce((sum, { contrib }) => sum + contrib, 0)).toBeCloseTo(z / 8, 9);
  expect(reading!.evidence().map(({ feature }) => feature)).toEqual([
    'rotationZ',
    'secSpreadZ',
    'secMoneyZ',
    'secBreadthZ',
    'live',
    'secDiffusion',
    'secDiffusionSpeed',
    'leader.600001.SH',
    'follower.600002.SH',
  ]);
  expect(reading!.evidence()[0]).toMatchObject({ op: '>=', threshold: 4 });
});
