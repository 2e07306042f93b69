import { describe, expect, test } from 'vitest';
import { nextPhase, secondsLeft, span } from './clock-math.ts';
import { type Filters, frozenOrder, ordered, readingOf, speaks, timerOf, usualSort } from './reading.ts';
import type { Forecast, LiveValues, Opportunity } from './shapes.ts';

const at = (clock: string): number => Date.parse(`2026-11-23T${clock}+08:00`);
const plan = { entryMilli: 10_000, stopMilli: 9800, target1Milli: 10_200, target2Milli: 10_400, sigmaH: 0.02, rewardRisk: 2 };
const forecast = (change: Partial<Forecast> = {}): Forecast => ({
  event: 'net-gain',
  horizonSec: 900,
  p: 0.4,
  p0: 0.22,
  lo: 0.38,
  hi: 0.42,
  source: 'synthetic',
  data: 'invented',
  days: 30,
  n: 1000,
  auc95: [0.55, 0.6],
  ...change,
});
const one = (id: string, change: Partial<Opportunity> = {}): Opportunity =>
  ({
    id,
    entity: { kind: 'symbol', key: id },
    instrument: id,
    direction: 'up',
    family: 'momentum',
    strategies: ['rally'],
    state: 'tracking',
    path: 'tracking.rising',
    risk: 'normal',
    dataState: 'fresh',
    openedMs: at('10:00:00'),
    updatedMs: at('10:00:00'),
    facts: { plan, stopMilli: 9800, trailMilli: null, peakMilli: 10_100, forecasts: [forecast()] },
    ...change,
  }) as Opportunity;
const live = (change: Partial<LiveValues> = {}): LiveValues => ({
  id: 'a',
  p: 0.5,
  score: 0.6,
  peakMilli: 10_150,
  trailMilli: null,
  pull: 0.1,
  ...change,
});

describe('a reading of an opportunity', () => {
  test('takes what moves from the newest of the two, and says the next target that was not touched', () => {
    expect(readingOf(one('a'), live(), at('10:01:00'))).toMatchObject({
      stopMilli: 9800,
      peakMilli: 10_150,
      nextMilli: 10_200,
      isLive: true,
    });
    expect(readingOf(one('a'), live({ trailMilli: 10_080 }), at('10:01:00'))).toMatchObject({ stopMilli: 10_080, nextMilli: 10_400 });
    expect(readingOf(one('a'), undefined, at('10:01:00'))).toMatchObject({ stopMilli: 9800, peakMilli: 10_100 });
    // risk may have drawn the stop nearer than the plan has it
    const drawn = one('a', { facts: { plan, stopMilli: 9900 } });
    expect(readingOf(drawn, live(), at('10:01:00'))).toMatchObject({ stopMilli: 9900, plan: { stopMilli: 9800 } });
  });
  test('moves the chance of a net gain alone: what is said of another event stays what was journaled', () => {
    expect(readingOf(one('a'), live(), 0).forecast?.p).toBe(0.5);
    const moves = one('a', { facts: { forecasts: [forecast({ event: 'moves-1pct' })] } });
    expect(readingOf(moves, live(), 0).forecast?.p).toBe(0.4);
  });
  test('without a plan has none, and no target', () => {
    expect(readingOf(one('a', { facts: {} }), undefined, 0)).toMatchObject({
      plan: null,
      stopMilli: null,
      nextMilli: null,
      forecast: null,
      timer: null,
    });
  });
});

describe('the timer that fires first', () => {
  test.each<[string, Opportunity['facts'], unknown]>([
    ['of several', { timers: { horizon: at('10:15:00'), decay: at('10:02:00') } }, { id: 'decay', leftSec: 60, stands: false }],
    ['not the one of the risk region', { timers: { riskDwell: at('10:01:10'), horizon: at('10:15:00') } }, { id: 'horizon', leftSec: 840 }],
    ['over lunch by trading time', { timers: { horizon: at('13:05:00') } }, { id: 'horizon', leftSec: (89 + 5) * 60 }],
    ['past due is zero, never less', { timers: { horizon: at('10:00:00') } }, { id: 'horizon', leftSec: 0 }],
    ['set aside stands', { timers: {}, paused: { horizon: 660 } }, { id: 'horizon', leftSec: 660, stands: true, dueMs: null }],
  ])('%s', (_name, facts, wanted) => {
    expect(timerOf(facts, at('10:01:00'))).toMatchObject(wanted as object);
  });
  test('of a halt goes by the wall, lunch or not', () => {
    expect(timerOf({ timers: { suspendLimit: at('11:40:00') } }, at('11:25:00'))).toMatchObject({ leftSec: 900 });
  });
  test('is the newest word of it: one that was armed or dropped between two changes', () => {
    const told = one('a', { facts: { timers: { horizon: at('10:15:00'), decay: at('10:02:00') } } });
    expect(readingOf(told, live({ timers: { horizon: at('10:15:00') }, paused: {} }), at('10:01:00')).timer).toMatchObject({
      id: 'horizon',
    });
  });
  test('that goes on again no longer stands, and one set aside since stands', () => {
    const told = one('a', { facts: { paused: { horizon: 300 } } });
    expect(readingOf(told, live({ timers: {}, paused: { decay: 40 } }), at('10:01:00')).timer).toMatchObject({ id: 'decay', leftSec: 40 });
    expect(readingOf(told, live({ timers: {}, paused: {} }), at('10:01:00')).timer).toBeNull();
  });
  test('of none is none', () => {
    expect(timerOf({}, 0)).toBeNull();
  });
});

test('a forecast speaks only where its interval lies above one half, and where it has a chance at all', () => {
  expect([forecast(), forecast({ auc95: [0.5, 0.6] }), forecast({ auc95: null }), forecast({ p: null })].map(speaks)).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

describe('the list', () => {
  const filters: Filters = { tab: 'all', strategy: null, sort: 'news' };
  const items = [
    one('a', { updatedMs: at('10:00:00'), facts: { rank: 3, forecasts: [forecast({ p: 0.3 })], timers: { horizon: at('10:15:00') } } }),
    one('b', {
      updatedMs: at('10:05:00'),
      facts: { rank: 9, forecasts: [], timers: { horizon: at('10:11:00') } },
      strategies: ['moneyflow'],
    }),
    one('c', { updatedMs: at('10:03:00'), state: 'ended', path: 'ended', facts: { forecasts: [forecast({ p: 0.9 })] } }),
  ];
  const ids = (change: Partial<Filters>, pinned: string[] = []): string[] =>
    ordered(items, { ...filters, ...change }, at('10:06:00'), (id) => pinned.includes(id)).map(({ id }) => id);

  test.each<[string, Partial<Filters>, string[]]>([
    ['newest first', {}, ['b', 'c', 'a']],
    ['by chance, those without one last', { sort: 'p' }, ['c', 'a', 'b']],
    ['by rank, those without one last', { sort: 'rank' }, ['b', 'a', 'c']],
    ['by timer, the nearest first', { sort: 'timer' }, ['b', 'a', 'c']],
    ['what lives', { tab: 'active' }, ['b', 'a']],
    ['the first by rank of what lives, in the order that is asked for', { tab: 'top', sort: 'timer' }, ['b', 'a']],
    ['what ended', { tab: 'ended' }, ['c']],
    ['of a strategy', { strategy: 'moneyflow' }, ['b']],
  ])('%s', (_name, change, wanted) => {
    expect(ids(change)).toEqual(wanted);
  });
  test('of the first by rank eight of a sector are enough', () => {
    const banks = Array.from({ length: 9 }, (_, i) =>
      one(`s${i}`, { facts: { rank: i, forecasts: [forecast({ p: 0.4, p0: 0.22, auc95: [0.55, 0.6] })] } }),
    );
    const shown = ordered(banks, { ...filters, tab: 'top', sort: 'rank' }, 0, undefined, undefined, () => 'BANK');
    expect(shown.map(({ id }) => id)).toEqual(['s8', 's7', 's6', 's5', 's4', 's3', 's2', 's1']);
    expect([usualSort('top'), usualSort('active')]).toEqual(['rank', 'news']);
  });
  test('has of equals the one that was opened last first, and of those the lesser name', () => {
    const equal = [
      ['x', '10:00:00'],
      ['z', '10:01:00'],
      ['y', '10:01:00'],
    ].map(([id, opened]) => one(id!, { openedMs: at(opened!) }));
    expect(ordered(equal, { ...filters, sort: 'rank' }, 0).map(({ id }) => id)).toEqual(['y', 'z', 'x']);
  });
  test('is ordered by what its rows show: by the newest word of chances and timers', () => {
    const values = new Map([
      ['a', live({ id: 'a', p: 0.95, timers: { horizon: at('10:15:00'), decay: at('10:07:00') } })],
      ['b', live({ id: 'b', p: 0.1, timers: { horizon: at('10:11:00') } })],
    ]);
    const now = (sort: Filters['sort']): string[] =>
      ordered(items, { ...filters, sort }, at('10:06:00'), undefined, (id) => values.get(id)).map(({ id }) => id);
    expect([now('p'), now('timer')]).toEqual([
      ['a', 'c', 'b'],
      ['a', 'b', 'c'],
    ]);
  });
  test('has what is pinned first, whatever it is sorted by', () => {
    expect(ids({ sort: 'p' }, ['b'])).toEqual(['b', 'c', 'a']);
  });
  test('stands still while somebody is in it: what is new waits', () => {
    expect(frozenOrder(['a', 'b'], ['c', 'b', 'a'], true)).toEqual({ order: ['a', 'b'], waiting: 1 });
    expect(frozenOrder(['a', 'b'], ['c', 'b', 'a'], false)).toEqual({ order: ['c', 'b', 'a'], waiting: 0 });
  });
});

describe('trading time', () => {
  test('counts no lunch, and nothing after the close', () => {
    expect([
      secondsLeft(at('11:29:00'), at('13:01:00')),
      secondsLeft(at('12:00:00'), at('13:00:30')),
      secondsLeft(at('15:10:00'), at('15:20:00')),
    ]).toEqual([120, 30, 0]);
  });
  test('is printed with hours where there are some', () => {
    expect([span(0), span(282), span(4482)]).toEqual(['00:00', '04:42', '1:14:42']);
  });
  test.each([
    ['09:29:59', 'CONT_AM', 1],
    ['10:00:00', 'LUNCH', 5400],
    ['12:59:30', 'CONT_PM', 30],
    ['14:00:00', 'CLOSE_CALL', 3420],
  ])('at %s leads to %s', (clock, phase, inSec) => {
    expect(nextPhase(at(clock))).toEqual({ phase, inSec });
  });
  test('leads nowhere for hours after the last phase', () => {
    expect(nextPhase(at('16:00:00'))).toBeNull();
  });
});
