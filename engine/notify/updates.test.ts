/** What is told of an opportunity whose state stands: by hand, against what was told last. */
import { describe, expect, test } from 'vitest';
import type { OpportunityView } from '../../contracts/fold.ts';
import { alertOfUpdate } from './update-alert.ts';
import { type Update, Updates } from './updates.ts';

type Change = {
  readonly state?: string;
  readonly risk?: string;
  readonly rank?: number | null;
  readonly chance?: number | null;
  readonly auc95?: readonly [number, number] | null;
  readonly stopMilli?: number;
  readonly trailMilli?: number | null;
};
const usual = { state: 'tracking', risk: 'normal', rank: null, chance: 0.5, auc95: [0.6, 0.7], stopMilli: 9000, trailMilli: null } as const;

/** A market of a few opportunities: each call is a step at `sec`, in which the named ones are as given. */
function market() {
  const updates = new Updates();
  const views = new Map<string, { view: OpportunityView; now: Required<Change> }>();
  return (sec: number, changes: Readonly<Record<string, Change>>): Update[] => {
    const events = Object.entries(changes).map(([id, change]) => {
      const was = views.get(id);
      const now = { ...(was?.now ?? usual), ...change };
      const forecast = { event: 'moves-1pct', p: now.chance, p0: 0.24, auc95: now.auc95, source: 'real-bars' };
      const edge = { event: 'net-gain', p: 0.6, p0: 0.33, auc95: [0.55, 0.6] };
      const facts = { rank: now.rank, forecasts: [forecast, edge], stopMilli: now.stopMilli, trailMilli: now.trailMilli, p: 0.4 };
      const view = {
        id,
        entity: { kind: 'symbol', key: '600519.SH' },
        instrument: '600519.SH',
        direction: 'up',
        family: 'momentum',
        strategies: ['rally'],
        state: now.state,
        path: now.state,
        risk: now.risk,
        facts,
      } as unknown as OpportunityView;
      views.set(id, { view, now });
      return { id, opportunity: view, was: was?.view ?? null } as never;
    });
    return updates.take(events, (id) => views.get(id)?.view ?? null, sec * 1000);
  };
}
const kinds = (updates: readonly Update[]): string =>
  updates.map(({ opportunity, kinds: all }) => `${opportunity.id}:${all.join('+')}`).join(' ');

describe('one opportunity', () => {
  test.each<[string, Change, string]>([
    ['nothing', {}, ''],
    ['a chance nine points higher', { chance: 0.59 }, ''],
    ['a chance ten points higher', { chance: 0.6 }, 'a:chance'],
    ['a chance ten points lower', { chance: 0.4 }, 'a:chance'],
    ['a chance that nobody stands by now', { chance: null }, ''],
    ['a chance of which no edge was measured', { chance: 0.9, auc95: [0.5, 0.7] }, ''],
    ['target 1 and the trail behind it', { trailMilli: 10_100, stopMilli: 10_100 }, 'a:target'],
    ['a stop that is drawn in', { stopMilli: 9500 }, 'a:stop'],
    ['a level of risk', { risk: 'caution' }, 'a:risk'],
    ['all of it', { chance: 0.8, risk: 'restricted', stopMilli: 9500 }, 'a:chance+stop+risk'],
  ])('%s', (_what, change, wanted) => {
    const step = market();
    expect(step(0, { a: {} })).toEqual([]);
    expect(kinds(step(15, { a: change }))).toBe(wanted);
  });

  test('what changes with its state is told 15 s later to who hears of no states, but for the plan; its end is the end of it', () => {
    const step = market();
    step(0, { a: { state: 'confirmed' } });
    expect(kinds(step(20, { a: { state: 'tracking', chance: 0.9, risk: 'caution', stopMilli: 9500 } }))).toBe('');
    expect(kinds(step(34.9, {}))).toBe('');
    expect(kinds(step(35, {}))).toBe('a:chance+risk');
    // as by a halt and its end
    step(40, { a: { risk: 'restricted' } });
    step(42, { a: { state: 'suspended' } });
    step(43, { a: { state: 'tracking' } });
    expect(kinds(step(58, {}))).toBe('a:risk');
    expect(kinds(step(60, { a: { state: 'ended', risk: 'frozen' } }))).toBe('');
    expect(kinds(step(80, {}))).toBe('');
    // opened again it begins anew
    expect(kinds(step(100, { a: { state: 'discovered', chance: 0.2 } }))).toBe('');
    expect(kinds(step(120, { a: { chance: 0.3 } }))).toBe('a:chance');
  });

  test('small steps add up against what was told last; a chance that was away is compared with the last known', () => {
    const step = market();
    step(0, { a: { chance: 0.5 } });
    expect([0.54, 0.58].map((chance, i) => kinds(step(20 + i, { a: { chance } })))).toEqual(['', '']);
    expect(kinds(step(30, { a: { chance: 0.62 } }))).toBe('a:chance');
    expect(kinds(step(60, { a: { chance: 0.7 } }))).toBe('');
    step(61, { a: { chance: null } });
    expect(kinds(step(80, { a: { chance: 0.73 } }))).toBe('a:chance');
  });

  test('each kind against what was told of it: another kind takes none of its steps away', () => {
    const step = market();
    step(0, { a: { chance: 0.5 } });
    expect(kinds(step(20, { a: { chance: 0.59, risk: 'caution' } }))).toBe('a:risk');
    expect(kinds(step(40, { a: { chance: 0.61, risk: 'normal' } }))).toBe('a:chance+risk');
  });

  test('a chance that is first known later is what the next is compared with', () => {
    const step = market();
    step(0, { a: { chance: null } });
    expect(kinds(step(20, { a: { chance: 0.5 } }))).toBe('');
    expect(kinds(step(40, { a: { chance: 0.61 } }))).toBe('a:chance');
  });

  test('at most once in 15 s: what comes sooner waits for a later step, also of others, and is told if it still stands', () => {
    const step = market();
    step(0, { a: {}, b: {} });
    expect(kinds(step(14.9, { a: { risk: 'caution' }, b: { risk: 'caution' } }))).toBe('');
    step(14.95, { b: { risk: 'normal' } });
    expect(kinds(step(15, {}))).toBe('a:risk');
    expect(kinds(step(16, { a: { chance: 0.9 } }))).toBe('');
    expect(kinds(step(29.9, {}))).toBe('');
    expect(kinds(step(30, {}))).toBe('a:chance');
    expect(kinds(step(60, {}))).toBe('');
  });

  test('where the stop trails, its moves are no news', () => {
    const step = market();
    step(0, { a: {} });
    step(20, { a: { trailMilli: 10_100, stopMilli: 10_100 } });
    expect(kinds(step(40, { a: { trailMilli: 10_200, stopMilli: 10_200 } }))).toBe('');
  });
});

describe('among the first', () => {
  const others = (count: number, rank: (i: number) => number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`o${String(i).padStart(2, '0')}`, { rank: rank(i) }]));

  test('who comes from behind the fifteenth into the first ten; who was told of as it came there is not told of again', () => {
    const step = market();
    expect(step(0, { ...others(15, (i) => 100 - i), a: { rank: 1 } })).toEqual([]);
    // eleventh is not among them
    expect(kinds(step(20, { a: { rank: 90.5 } }))).toBe('');
    expect(kinds(step(21, { a: { rank: 91.5 } }))).toBe('a:rank');
    // down to the fifteenth and back is no crossing; behind it and back is one
    step(40, { a: { rank: 86.5 } });
    expect(kinds(step(60, { a: { rank: 99.5 } }))).toBe('');
    step(80, { a: { rank: 1 } });
    expect(kinds(step(100, { a: { rank: 99.5 } }))).toBe('a:rank');
  });

  test('who is moved up by the end of others is told of as well', () => {
    const step = market();
    step(0, { ...others(15, (i) => 100 - i), a: { rank: 1 } });
    const ends = Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`o${String(i).padStart(2, '0')}`, { state: 'ended' }]));
    // those that were eleventh to fifteenth have never been behind it
    expect(kinds(step(20, ends))).toBe('a:rank');
  });

  test('a birth among the first tells of that itself; a confirmation that lifts one there is told 15 s later', () => {
    const step = market();
    step(
      0,
      others(3, () => 5),
    );
    expect(kinds(step(20, { a: { rank: 50 } }))).toBe('');
    expect(kinds(step(40, { a: {} }))).toBe('');
    step(60, { b: { rank: -1, state: 'discovered' } });
    expect(kinds(step(80, { b: { rank: 60, state: 'confirmed' } }))).toBe('');
    expect(kinds(step(95, {}))).toBe('b:rank');
  });

  test('what is expected to gain nothing is never among them, however few there are', () => {
    const step = market();
    step(0, { a: { rank: null } });
    expect([0, -5, null].map((rank, i) => kinds(step(20 + 20 * i, { a: { rank } })))).toEqual(['', '', '']);
    expect(kinds(step(100, { a: { rank: 0.1 } }))).toBe('a:rank');
  });
});

describe('its words', () => {
  test('state, what is another and from what; a risk that rises to restricted is a notice', () => {
    const step = market();
    step(0, { a: {} });
    const [update] = step(20, { a: { chance: 0.62, risk: 'restricted', stopMilli: 9500 } });
    const alert = alertOfUpdate(update!, '20261123:9:u0', 1, 'live');
    expect(alert).toMatchObject({
      title: '🔴▲ 600519.SH|跟踪 · 风控变化、止损收紧、概率变化',
      lines: ['风控 正常 → 受限', '失效 9.00 → 9.50', '此前 50 %', '15 分钟内涨或跌 1% 62 %(基准 24 %,real-bars)'],
      severity: 'notice',
      group: 'a',
      path: '/o/a',
      tsMs: 20_000,
      facts: { state: 'tracking', symbol: '600519.SH', p: 0.4, updates: ['chance', 'stop', 'risk'] },
    });
    const [eased] = step(40, { a: { risk: 'caution' } });
    expect(alertOfUpdate(eased!, 'x', 1, 'live')).toMatchObject({ severity: 'info', lines: ['风控 受限 → 注意'] });
    const [first] = step(60, { a: { rank: 3, trailMilli: 10_100, stopMilli: 10_100 } });
    expect(alertOfUpdate(first!, 'x', 1, 'live')).toMatchObject({
      title: '🔴▲ 600519.SH|跟踪 · 到达目标 1、进入净期望前十',
      lines: ['止损随高点移动,现在 10.10', '15 分钟内涨或跌 1% 62 %(基准 24 %,real-bars)'],
    });
  });
});
