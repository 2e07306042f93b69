import { describe, expect, test } from 'vitest';
import { type Counted, recordOf, verdictOf } from './evaluation.ts';

type Given = {
  readonly reason?: string;
  readonly confirmed?: boolean;
  readonly trail?: boolean;
  readonly family?: string;
  readonly kind?: 'symbol' | 'sector';
  readonly by?: string[];
};
const one = ({ reason, confirmed = true, trail = false, family = 'momentum', kind = 'symbol', by = ['rally'] }: Given = {}): Counted =>
  ({
    strategies: by,
    state: reason === undefined ? 'tracking' : 'ended',
    family,
    entity: { kind, key: 'a' },
    facts: { confirmedMs: confirmed ? 1 : null, endReason: reason ?? null, trailMilli: trail ? 10_100 : null },
  }) as Counted;

describe('a day by strategy', () => {
  test('is counted step by step; what runs is neither lost nor judged', () => {
    const record = recordOf(
      [
        one(),
        one({ confirmed: false }),
        one({ reason: 'UNCONFIRMED', confirmed: false }),
        one({ reason: 'UNCONFIRMED', confirmed: false }),
        one({ reason: 'INVALID', confirmed: false }),
        one({ reason: 'TARGET', trail: true }),
        one({ reason: 'STOP', trail: true }),
        one({ reason: 'STOP' }),
        one({ reason: 'DECAY' }),
      ],
      null,
    );
    expect(record).toMatchObject({
      opened: 9,
      lost: [
        ['UNCONFIRMED', 2],
        ['INVALID', 1],
      ],
      alive: 1,
      confirmed: 5,
      running: 1,
      judged: 4,
      unjudged: [],
      ends: [
        ['STOP', 2],
        ['DECAY', 1],
        ['TARGET', 1],
      ],
      target1: 2,
      target2: 1,
    });
    // Wilson of 2 in 4
    expect(record.target1In).toEqual([expect.closeTo(0.15, 2), expect.closeTo(0.85, 2)]);
  });

  test.each(['DATA', 'MANUAL', 'RISK', 'SESSION'])('an end by %s says nothing of the price', (reason) => {
    expect(recordOf([one({ reason, trail: true })], null)).toMatchObject({
      confirmed: 1,
      judged: 0,
      unjudged: [[reason, 1]],
      target1: 0,
      target1In: null,
    });
  });

  test('of boards and sectors nothing is decided within the day', () => {
    const record = recordOf([one({ reason: 'DECAY', family: 'board' }), one({ reason: 'DECAY', kind: 'sector', family: 'sector' })], null);
    expect(record).toMatchObject({ confirmed: 2, judged: 0, unjudged: [['DECAY', 2]] });
  });

  test('counts for a strategy what it stands or stood by', () => {
    const items = [one({ by: ['rally', 'moneyflow'] }), one({ by: ['moneyflow'] }), one()];
    expect(['rally', 'moneyflow', 'limitup', null].map((id) => recordOf(items, id).opened)).toEqual([2, 2, 0, 3]);
  });

  test('archived is ended', () => {
    const archived = { ...one({ reason: 'STOP' }), state: 'archived' } as Counted;
    expect(recordOf([archived], null)).toMatchObject({ running: 0, judged: 1 });
  });
});

test.each([
  ['measured', [0.51, 0.6]],
  ['none', [0.5, 0.6]],
  ['unjudged', null],
] as const)('a forecast is %s', (verdict, auc95) => {
  expect(verdictOf({ auc95: auc95 as never })).toBe(verdict);
});
test('a strategy without a forecast was never fitted', () => {
  expect(verdictOf(undefined)).toBe('unfitted');
});
