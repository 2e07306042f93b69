import { describe, expect, test } from 'vitest';
import { symbolEntity } from '../../contracts/entity.ts';
import type { ExternalReading } from '../../contracts/tape.ts';
import { type Change, inputWith } from '../../scenarios/support/detector-input.ts';
import { type ExternalState, external, withReading } from './external.ts';

const params = external.params.parse({ package: 'mine@1.0.0', sha256: 'a'.repeat(64) });
const says = (change: Partial<ExternalReading> = {}): ExternalReading => ({
  type: 'ext',
  v: 1,
  tsMs: 0,
  strategy: 'mine',
  entity: symbolEntity(1_600_519),
  direction: 'up',
  raised: true,
  confirmable: false,
  path: 'main',
  score: 0.5,
  evidence: [{ feature: 'ret_3m', value: 0.01, op: '>=', threshold: 0.008, contrib: 0 }],
  ...change,
});
const at = 3000;
/** What the level is after each saying and quote: [said or null, quote]. */
function levels(story: readonly (readonly [Partial<ExternalReading> | null, Change])[]) {
  let state: ExternalState = external.initial;
  return story.map(([said, change]) => {
    const input = inputWith({ tsec: at, ...change });
    if (said !== null) state = withReading(state, says(said), input.tsec);
    const result = external.step(state, input, params);
    state = result.state;
    return result.reading === null ? result.refused.join() || null : `${result.reading.direction} ${result.reading.raised}`;
  });
}

describe('a strategy in a process of its own', () => {
  test('is never awake by itself, and holds nothing before it was told', () => {
    expect(external.wakes({} as never, params)).toBe(false);
    expect(levels([[null, {}]])).toEqual([null]);
  });

  test.each<[what: string, story: Parameters<typeof levels>[0], levels: readonly (string | null)[]]>([
    [
      'what it raises stands',
      [
        [{}, {}],
        [null, { tsec: at + 30 }],
      ],
      ['up true', 'up true'],
    ],
    [
      'what it has not repeated for longer than holdSec is lowered',
      [
        [{}, {}],
        [null, { tsec: at + 31 }],
      ],
      ['up true', 'up false'],
    ],
    [
      'repeated, it stands on',
      [
        [{}, {}],
        [{}, { tsec: at + 30 }],
        [null, { tsec: at + 60 }],
      ],
      ['up true', 'up true', 'up true'],
    ],
    [
      'what it lowers is lowered, once',
      [
        [{}, {}],
        [{ raised: false }, {}],
        [null, {}],
      ],
      ['up true', 'up false', null],
    ],
    ['lowered before it stood, it is nothing', [[{ raised: false }, {}]], [null]],
    [
      'under enter it does not come',
      [
        [{ score: 0.34 }, {}],
        [{ score: 0.35 }, {}],
      ],
      ['score', 'up true'],
    ],
    ['without a score it does not come', [[{ score: null }, {}]], ['score']],
    [
      'once it stands a lower score does not lower it',
      [
        [{}, {}],
        [{ score: 0.1 }, {}],
      ],
      ['up true', 'up true'],
    ],
    [
      'the product’s gates are its gates',
      [
        [{}, { tsec: 13_861 }],
        [{}, { tsec: 13_860 }],
      ],
      ['U1', 'up true'],
    ],
    [
      'a gate that shuts does not lower it',
      [
        [{}, { tsec: 13_860 }],
        [{}, { tsec: 13_870 }],
      ],
      ['up true', 'up true'],
    ],
    [
      'silent before it could come, it comes no more',
      [
        [{ score: 0.1 }, {}],
        [null, { tsec: at + 31 }],
        [null, {}],
      ],
      ['score', null, null],
    ],
    [
      'the other way is another run',
      [
        [{}, {}],
        [{ direction: 'down' }, {}],
        [{ direction: 'down' }, {}],
      ],
      ['up true', 'up false', 'down true'],
    ],
  ])('%s', (_what, story, expected) => {
    expect(levels(story)).toEqual(expected);
  });

  test('nothing said leaves nothing behind', () => {
    expect(withReading(external.initial, says({ raised: false }), at)).toBe(external.initial);
    const over = external.step(withReading(external.initial, says({ score: 0.1 }), at), inputWith({ tsec: at + 31 }), params);
    expect(over.state).toBe(external.initial);
    expect([external.scores(params), external.horizonSec(params)]).toEqual([{ enter: 0.35, exit: 0.2 }, 900]);
  });

  test('confirms when it says so, while it stands', () => {
    const input = inputWith({ tsec: at });
    const first = external.step(withReading(external.initial, says(), at), input, params);
    expect(first.reading?.confirmable).toBe(false);
    const then = external.step(withReading(first.state, says({ confirmable: true }), at), input, params);
    expect(then.reading?.confirmable).toBe(true);
    const silent = external.step(then.state, inputWith({ tsec: at + 31 }), params);
    expect(silent.reading).toMatchObject({ raised: false, confirmable: false });
  });

  test('its anchor begins where the price stood three minutes before it came, its evidence is its own', () => {
    const { reading } = external.step(
      withReading(external.initial, says(), at),
      inputWith({ tsec: at, midAgo3m: 10_000, midMilli: 10_100 }),
      params,
    );
    expect(reading?.anchor).toEqual({ p0Milli: 10_000, enterMilli: 10_100, peakMilli: 10_100, impulse: expect.closeTo(0.01, 10) });
    expect(reading?.evidence()).toEqual(says().evidence);
    expect(reading).toMatchObject({ opens: true, path: 'main', score: 0.5 });
    const later = external.step(
      external.step(withReading(external.initial, says(), at), inputWith({ tsec: at, midAgo3m: 10_000, midMilli: 10_100 }), params).state,
      inputWith({ tsec: at + 3, midMilli: 10_300 }),
      params,
    );
    expect(later.reading?.anchor).toMatchObject({ p0Milli: 10_000, enterMilli: 10_100 });
    const nobodyKnows = external.step(
      withReading(external.initial, says(), at),
      inputWith({ tsec: at, midAgo3m: Number.NaN, midMilli: 10_100 }),
      params,
    );
    expect(nobodyKnows.reading?.anchor.p0Milli).toBe(10_100);
  });
});
