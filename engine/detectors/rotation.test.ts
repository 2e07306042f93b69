import { describe, expect, test } from 'vitest';
import { sectorInputWith as inputWith } from '../../scenarios/support/sector-input.ts';
import type { SectorInput } from './detector.ts';
import { type RotationParams, rotation } from './rotation.ts';

const params = rotation.params.parse({});
/** What it says of each moment: `raised`, `over`, `confirm`, or `nothing`. */
function said(moments: readonly Partial<SectorInput>[], using: RotationParams = params): string[] {
  let state = rotation.initial;
  return moments.map((change) => {
    const { state: next, reading } = rotation.step(state, inputWith(change), using);
    state = next;
    return reading === null ? 'nothing' : !reading.raised ? 'over' : reading.confirmable ? 'confirm' : 'raised';
  });
}

describe('rotation raises', () => {
  test.each<[clause: string, holds: Partial<SectorInput>, fails: Partial<SectorInput>]>([
    ['heat of 1', { heat: 1 }, { heat: 0.999 }],
    ['.3 % ahead of the market over five minutes', { ret5m: 0.005, market5m: 0.002 }, { ret5m: 0.004_99, market5m: 0.002 }],
    ['of a market that falls too', { ret5m: -0.001, market5m: -0.004 }, { ret5m: -0.001, market5m: -0.0039 }],
    ['six in ten members rising', { breadth: 0.6 }, { breadth: 0.599 }],
    ['eight live members', { live: 8 }, { live: 7 }],
    ['from 09:45', { tsec: 900 }, { tsec: 897 }],
    ['to 14:51', { tsec: 13_860 }, { tsec: 13_863 }],
  ])('only with %s', (_clause, holds, fails) => {
    expect([said([holds]), said([fails])]).toEqual([['raised'], ['nothing']]);
  });
  test.each(['heat', 'breadth', 'ret5m', 'market5m'] as const)('not while %s is unknown', (name) => {
    expect(said([{ [name]: Number.NaN }])).toEqual(['nothing']);
  });
  test('only with the score at enter', () => {
    // heat 1 0, ahead .3 % · 1/13, breadth .6 · ¼
    const edge = { heat: 1, ret5m: 0.005, breadth: 0.6 };
    expect(rotation.step(rotation.initial, inputWith(edge), params).reading!.score).toBeCloseTo(0.3 / 13 + 0.075, 9);
    expect([said([edge], { ...params, enter: 0.098 }), said([edge], { ...params, enter: 0.099 })]).toEqual([['raised'], ['nothing']]);
  });
  test('with the level of five minutes ago as its anchor', () => {
    expect(rotation.step(rotation.initial, inputWith(), params).reading!.anchor).toMatchObject({ p0Milli: 10_000, enterMilli: 10_120 });
  });
});

describe('it would confirm', () => {
  test('after a minute in which all of it stood, within five', () => {
    expect(said([{}, { tsec: 1857 }, { tsec: 1860 }, { tsec: 2100 }, { tsec: 2103 }])).toEqual([
      'raised',
      'raised',
      'confirm',
      'confirm',
      'raised',
    ]);
  });
  test('counted anew when it did not stand', () => {
    expect(said([{}, { tsec: 1830, breadth: 0.59 }, { tsec: 1833 }, { tsec: 1860 }, { tsec: 1893 }])).toEqual([
      'raised',
      'raised',
      'raised',
      'raised',
      'confirm',
    ]);
  });
});

describe('it is over', () => {
  test('when most members do not rise any more', () => {
    expect(said([{}, { breadth: 0.4 }, { breadth: 0.399 }, {}])).toEqual(['raised', 'raised', 'over', 'raised']);
  });
  test('when heat was under .8 for five minutes', () => {
    const cool = { heat: 0.79 };
    expect(said([{}, { ...cool, tsec: 1803 }, { ...cool, tsec: 2100 }, { ...cool, tsec: 2103 }])).toEqual([
      'raised',
      'raised',
      'raised',
      'over',
    ]);
    expect(said([{}, { ...cool, tsec: 1803 }, { heat: 0.8, tsec: 1900 }, { ...cool, tsec: 2103 }]).at(-1)).toBe('raised');
  });
  test('not by what nobody knows', () => {
    const unknown = { heat: Number.NaN, breadth: Number.NaN };
    expect(said([{}, { ...unknown, tsec: 1803 }, { ...unknown, tsec: 2400 }])).toEqual(['raised', 'raised', 'raised']);
    expect(said([{}, { heat: 0.79, tsec: 1803 }, { ...unknown, tsec: 2000 }, { heat: 0.79, tsec: 2103 }]).at(-1)).toBe('over');
  });
});

test('its anchor is the level before the rise', () =>
  expect(rotation.step(rotation.initial, inputWith({ levelMilli: 10_120, ret5m: 0.012 }), params).reading!.anchor).toEqual({
    p0Milli: 10_000,
    enterMilli: 10_120,
    peakMilli: 10_120,
    impulse: expect.closeTo(0.012, 12) as number,
  }));

test('its evidence says what it rests on and who moves, and who has not', () => {
  const { reading } = rotation.step(rotation.initial, inputWith(), params);
  expect(reading!.evidence().map(({ feature, value }) => [feature, value])).toEqual([
    ['secHeat', 2],
    ['secEx5', expect.closeTo(0.01, 12)],
    ['secBreadth', 0.8],
    ['live', 10],
    ['secDiffusion', 0.4],
    ['secDiffusionSpeed', 0.05],
    ['leader.600001.SH', 0.03],
    ['follower.600002.SH', 0],
  ]);
  expect(reading!.evidence().reduce((sum, { contrib }) => sum + contrib, 0)).toBeCloseTo(reading!.score!, 12);
});
