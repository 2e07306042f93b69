import { describe, expect, test } from 'vitest';
import { type Change, inputWith } from '../../scenarios/support/detector-input.ts';
import { approach } from './approach.ts';
import type { Hot } from './detector.ts';

const params = approach.params.parse({});
/** 1.5 % under a limit of 10 %, on money, bought; nothing much is asked for. */
const at = ({ values, ...rest }: Change = {}) =>
  inputWith({
    lastMilli: 10_850,
    midMilli: 10_845,
    midAgo3m: 10_700,
    askYuan: 2e6,
    ...rest,
    values: { distUp: 0.015, ret_3m: 0.0135, amtZ1m: 3, nar1m: 0.4, amt1m: 2e6, ...values },
  });
function said(moments: readonly Change[], from = approach.initial) {
  let state = from;
  const words = moments.map((change) => {
    const { state: next, reading, refused } = approach.step(state, at(change), params);
    // as the lane does: what is over is remembered, and begun from
    state = next === approach.initial ? (approach.remembered!(state) ?? next) : next;
    return reading === null ? (refused.length > 0 ? refused.join() : 'nothing') : reading.raised ? 'raised' : 'over';
  });
  return { words, state };
}

describe('approach raises', () => {
  test.each<[string, Change, Change]>([
    ['within 2 % of the limit', { values: { distUp: 0.02 } }, { values: { distUp: 0.0201 } }],
    ['under it', { values: { distUp: 0.001 } }, { values: { distUp: 0 } }],
    [
      '3 % where the limit is 20 %',
      { instrument: { limitRate: 0.2 }, values: { distUp: 0.03 } },
      { instrument: { limitRate: 0.2 }, values: { distUp: 0.0301 } },
    ],
    ['1 % in three minutes', { values: { ret_3m: 0.01 } }, { values: { ret_3m: 0.0099 } }],
    ['on money', { values: { amtZ1m: 2 } }, { values: { amtZ1m: 1.99 } }],
    ['bought', { values: { nar1m: 0.2 } }, { values: { nar1m: 0.19 } }],
    ['with no more asked for than three minutes of it', { askYuan: 6e6 }, { askYuan: 6.01e6 }],
    ['with a book', {}, { askYuan: Number.NaN }],
  ])('only %s', (_what, holds, fails) => expect([said([holds]).words, said([fails]).words]).toEqual([['raised'], ['nothing']]));

  test('through every gate but that of what can be filled, which is shut so near', () => {
    expect(said([{ values: { distUp: 0.004 } }]).words).toEqual(['raised']);
    expect(said([{ instrument: { riskWarning: true } }]).words).toEqual(['U6']);
    expect(said([{ tsec: 13_900 }]).words).toEqual(['U1']);
  });

  test('three times a day, and the day remembers', () => {
    const once = [{}, { values: { distUp: 0 } }];
    const { words, state } = said([...once, ...once, ...once, {}]);
    expect(words.filter((word) => word === 'raised')).toHaveLength(3);
    expect(words.at(-1)).toBe('nothing');
    expect(approach.remembered!(state)).toEqual({ ...approach.initial, runs: 3 });
    expect(approach.remembered!(approach.initial)).toBeNull();
  });
});

describe('approach clears', () => {
  test.each<[string, Change, string]>([
    ['at the limit', { values: { distUp: 0 } }, 'over'],
    ['a percent further off than it may begin', { values: { distUp: 0.0301 } }, 'over'],
    ['not a hair before', { values: { distUp: 0.03 } }, 'raised'],
    ['four percent off a limit of 20 %', { instrument: { limitRate: 0.2 }, values: { distUp: 0.0399 } }, 'raised'],
    ['after ten minutes', { tsec: 2403 }, 'over'],
    ['not before', { tsec: 2400 }, 'raised'],
    ['not for want of money', { values: { amtZ1m: 0, nar1m: -1, ret_3m: -0.01 } }, 'raised'],
    ['not where the distance is unknown', { values: { distUp: Number.NaN } }, 'raised'],
  ])('%s', (_what, change, word) => expect(said([{}, change]).words).toEqual(['raised', word]));
});

test('it opens nothing, confirms nothing, and says how near', () => {
  const { reading } = approach.step(approach.initial, at(), params);
  expect(reading).toMatchObject({ opens: false, confirmable: false, path: 'approach', direction: 'up' });
  expect(reading!.score).toBeCloseTo(0.4 * 0.25 + 0.2 * 0.175 + 0.2 * 0.5 + 0.2 * 0.5, 9);
  expect(reading!.anchor).toMatchObject({ p0Milli: 10_700, enterMilli: 10_850, peakMilli: 10_850, impulse: 10_850 / 10_700 - 1 });
  expect(reading!.evidence()).toEqual([
    { feature: 'distUp', value: 0.015, op: '<=', threshold: 0.02, contrib: 0 },
    { feature: 'ret_3m', value: 0.0135, op: '>=', threshold: 0.01, contrib: 0 },
    { feature: 'amtZ1m', value: 3, op: '>=', threshold: 2, contrib: 0 },
    { feature: 'nar1m', value: 0.4, op: '>=', threshold: 0.2, contrib: 0 },
    { feature: 'askMinutes', value: 1, op: '<=', threshold: 3, contrib: 0 },
  ]);
  const wide = approach.step(approach.initial, at({ instrument: { limitRate: 0.2 } }), params).reading!;
  expect(wide.score).toBeCloseTo(0.4 * 0.5 + 0.2 * 0.175 + 0.2 * 0.5 + 0.2 * 0.5, 9);
  expect(wide.evidence()[0]!.threshold).toBe(0.03);
});

test.each<[string, Partial<Hot>, boolean]>([
  ['near and rising', { toLimit: 0.03, ret3m: 0.01 }, true],
  ['farther than any board’s', { toLimit: 0.0301, ret3m: 0.05 }, false],
  ['standing', { toLimit: 0.01, ret3m: 0.0099 }, false],
  ['without a limit', { toLimit: Number.NaN, ret3m: 0.05 }, false],
])('it is awake: %s', (_what, hot, awake) => expect(approach.wakes(hot as Hot, params)).toBe(awake));
