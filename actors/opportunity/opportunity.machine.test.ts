import { describe, expect, test } from 'vitest';
import { createActor } from 'xstate';
import { midnightOf } from '../../contracts/session.ts';
import { graphCoverage } from '../../scenarios/support/graph.ts';
import type { OpportunityContext, OpportunityEvent, OpportunityInput, Plan } from './context.ts';
import { opportunityMachine } from './opportunity.machine.ts';

const at = (clock: string): number => {
  const [h = 0, m = 0, s = 0] = clock.split(':').map(Number);
  return midnightOf('20261123') + ((h * 60 + m) * 60 + s) * 1000;
};
/** Entry 10.20, stop 10.10, T1 10.30, T2 10.38, σH 1 %. */
const plan: Plan = { entryMilli: 10_200, stopMilli: 10_100, target1Milli: 10_300, target2Milli: 10_380, sigmaH: 0.01, rewardRisk: 1 };
const input: OpportunityInput = {
  id: '20261123.SH.600000.up.momentum.1',
  tradeDate: '20261123',
  instrument: '600000.SH',
  family: 'momentum',
  detector: 'rally',
  openedMs: at('10:00:00'),
  anchor: { p0Milli: 10_000, enterMilli: 10_200 },
  plan,
  p: 0.6,
  p0: 0.33,
  confidenceSource: 'synthetic',
  score: 0.6,
  horizonSec: 900,
  confirmSec: 120,
  enterScore: 0.45,
  riskLevel: 0,
  coolDowns: { other: 600, target: 300, stop: 1200, twoStops: 1800 },
  stopsToday: 0,
};

function open(overrides: Partial<OpportunityInput> = {}) {
  const actor = createActor(opportunityMachine, { input: { ...input, ...overrides } });
  actor.subscribe({ error: () => undefined });
  actor.start();
  const send = (event: Record<string, unknown> & { type: string }, clock = '10:01:00') => {
    actor.send({ tsMs: at(clock), ...event } as unknown as OpportunityEvent);
    return api;
  };
  const context = (): OpportunityContext => actor.getSnapshot().context;
  const state = (): string => {
    const path = (value: unknown): string =>
      typeof value === 'string'
        ? value
        : Object.entries(value as object)
            .map(([k, v]) => `${k}.${path(v)}`)
            .join();
    return path((actor.getSnapshot().value as { lifecycle: unknown }).lifecycle).replace(/^live\./, '');
  };
  const api = { actor, send, context, state };
  return api;
}
const confirm = { type: 'signal.confirm', score: 0.6, p: 0.6, plan };
const price = (milli: number, more: Record<string, unknown> = {}) => ({
  type: 'price',
  bidMilli: milli,
  midMilli: milli + 5,
  lastMilli: milli,
  dive: false,
  ...more,
});
const tracking = (overrides: Partial<OpportunityInput> = {}) => open(overrides).send(confirm).send({ type: 'snapshot.next' });

describe('life of an opportunity', () => {
  test('is discovered with a confirm deadline of 120 trading seconds', () => {
    const { state, context } = open();

    expect(state()).toBe('discovered');
    expect(context().timers).toEqual({ confirmDeadline: at('10:02:00') });
  });

  test('a confirmation with edge freezes the plan and starts the horizon; the next quote begins the tracking', () => {
    const opened = open().send(confirm, '10:00:40');

    expect(opened.state()).toBe('confirmed');
    expect(opened.context().timers).toEqual({ horizon: at('10:15:40') });
    expect(opened.send({ type: 'snapshot.next' }).state()).toBe('tracking.rising');
  });

  test.each([
    ['no edge over the base rate', { ...confirm, p: 0.42 }],
    ['no room', { ...confirm, plan: null }],
  ])('a confirmation with %s changes nothing', (_why, event) => {
    expect(open().send(event).state()).toBe('discovered');
  });

  test('risk 2 holds a confirmation once and extends the deadline by 60 s', () => {
    const opened = open({ riskLevel: 2 }).send(confirm, '10:01:30');

    expect([opened.state(), opened.context().heldByRisk, opened.context().note]).toEqual(['discovered', true, 'heldByRisk']);
    expect(opened.context().timers.confirmDeadline).toBe(at('10:02:30'));
    expect(opened.send(confirm, '10:02:00').context().timers.confirmDeadline).toBe(at('10:02:30'));
  });

  test.each([
    ['the deadline', { type: 'timer.confirmDeadline' }, 'UNCONFIRMED'],
    ['a fall below 35 % of the impulse', price(10_060), 'INVALID'],
    ['a dive', price(10_190, { dive: true }), 'INVALID'],
    ['a lock at the limit', { type: 'limit.locked' }, 'LIMIT'],
    ['a gap in the data', { type: 'gap' }, 'DATA'],
    ['the closing call', { type: 'session.end' }, 'SESSION'],
    ['a person', { type: 'operator.dismiss' }, 'MANUAL'],
    ['a freeze with policy end', { type: 'risk.changed', level: 3, policy: 'end' }, 'RISK'],
  ])('discovered ends by %s', (_why, event, reason) => {
    const opened = open().send(event);

    expect([opened.state(), opened.context().endReason]).toEqual(['ended', reason]);
  });

  test.each([
    ['stop', price(10_100), 'STOP'],
    ['target 2', price(10_380), 'TARGET'],
    ['horizon with a weak score', { type: 'timer.horizon' }, 'TIMEOUT'],
    ['decay', { type: 'timer.decay' }, 'DECAY'],
    ['dive', price(10_190, { dive: true }), 'INVALID'],
    ['lock', { type: 'limit.locked' }, 'LIMIT'],
  ])('tracking ends by %s', (_why, event, reason) => {
    const followed = tracking();
    if (reason === 'TIMEOUT') followed.send({ type: 'signal.weaken', score: 0.2, p: 0.4 });
    followed.send(event);

    expect([followed.state(), followed.context().endReason]).toEqual(['ended', reason]);
  });

  test('stop and target in one quote: the stop', () => {
    const followed = tracking();
    followed.send(price(10_310)).send(price(10_399, { midMilli: 11_000 })); // trail far above
    expect(followed.context().endReason).toBe('TARGET');

    const crossed = tracking();
    crossed.send({ type: 'price', bidMilli: 10_090, midMilli: 10_500, lastMilli: 10_400, dive: false });
    expect(crossed.context().endReason).toBe('STOP');
  });

  test('target 1 arms the trail once: the highest of stop, entry and peak less 40 % of the gain', () => {
    const followed = tracking().send(price(10_300));

    expect(followed.state()).toBe('tracking.rising');
    expect(followed.context().note).toBe('target1');
    expect(followed.context().trailMilli).toBe(10_263); // 10305 − 0.4 · 105
    expect(followed.send(price(10_262)).context().endReason).toBe('STOP');
  });

  test('a stop without a bid is marked unfillable', () => {
    const followed = tracking().send({ type: 'price', bidMilli: null, midMilli: 10_090, lastMilli: 10_090, dive: false });

    expect([followed.context().endReason, followed.context().unfillable]).toEqual(['STOP', true]);
  });

  test('rising, holding after 30 s of pull-back, pulling beyond 0.6 σ, rising again', () => {
    const followed = tracking().send(price(10_250));
    followed.send(price(10_215), '10:02:00');
    expect(followed.context().timers.pullHold).toBe(at('10:02:30'));
    expect(followed.send({ type: 'timer.pullHold' }, '10:02:30').state()).toBe('tracking.holding');
    expect(followed.send(price(10_180)).state()).toBe('tracking.pulling');
    expect(followed.send(price(10_230)).state()).toBe('tracking.rising');
    expect(followed.send(price(10_280)).context().peakMilli).toBe(10_285);
  });

  test('a pull-back that recovers within 30 s is none', () => {
    const followed = tracking().send(price(10_250)).send(price(10_215)).send(price(10_240));

    expect(followed.state()).toBe('tracking.rising');
    expect('pullHold' in followed.context().timers).toBe(false);
  });

  test('the horizon is extended once, by half, while the score stands', () => {
    const followed = tracking().send({ type: 'timer.horizon' }, '10:15:40');

    expect([followed.state(), followed.context().extended]).toEqual(['tracking.rising', true]);
    expect(followed.context().timers.horizon).toBe(at('10:23:10'));
    expect(followed.send({ type: 'timer.horizon' }, '10:23:10').context().endReason).toBe('TIMEOUT');
  });

  test('a weak score decays after 120 s unless it recovers', () => {
    const followed = tracking().send({ type: 'signal.weaken', score: 0.2, p: 0.4 }, '10:05:00');

    expect(followed.context().timers.decay).toBe(at('10:07:00'));
    expect('decay' in followed.send({ type: 'signal.update', score: 0.5, p: 0.5 }, '10:06:00').context().timers).toBe(false);
  });

  test('timers do not age over lunch', () => {
    const late = open({ openedMs: at('11:29:00') });

    expect(late.context().timers.confirmDeadline).toBe(at('13:01:00'));
  });

  test('a family that stays at its lock goes to locked and comes back to holding', () => {
    const board = tracking({ family: 'board' }).send({ type: 'limit.locked' });

    expect(board.state()).toBe('tracking.locked');
    expect(board.send({ type: 'limit.unlocked' }).state()).toBe('tracking.holding');
  });
});

describe('halts', () => {
  test('pause every timer but the 30-minute one, and give back what was left', () => {
    const halted = tracking().send({ type: 'halt', lastMilli: 10_250 }, '10:05:00');

    expect(halted.state()).toBe('suspended');
    expect(halted.context().timers).toEqual({ suspendLimit: at('10:35:00') });
    const resumed = halted.send({ type: 'resume', lastMilli: 10_300 }, '10:20:00');
    expect(resumed.state()).toBe('tracking.rising');
    expect(resumed.context().timers).toEqual({ horizon: at('10:31:00') });
  });

  test('end as INVALID when it reopens more than 3 % away, or not within 30 minutes', () => {
    expect(tracking().send({ type: 'halt', lastMilli: 10_250 }).send({ type: 'resume', lastMilli: 10_600 }).context().endReason).toBe(
      'INVALID',
    );
    expect(tracking().send({ type: 'halt', lastMilli: 10_250 }).send({ type: 'timer.suspendLimit' }).context().endReason).toBe('INVALID');
  });
});

describe('after the end', () => {
  test.each([
    ['TARGET', price(10_380), 300],
    ['STOP', price(10_100), 1200],
    ['LIMIT', { type: 'limit.locked' }, 600],
  ])('%s cools down for its own time', (_reason, event, sec) => {
    const done = tracking().send(event, '10:10:00');

    expect(done.context().timers).toEqual({ coolDown: at('10:10:00') + sec * 1000 });
    expect(done.send({ type: 'timer.coolDown' }).state()).toBe('archived');
  });

  test('a second stop of the day cools down longer', () => {
    expect(tracking({ stopsToday: 1 }).send(price(10_100), '10:10:00').context().timers.coolDown).toBe(at('10:40:00'));
  });

  test('reopens only when the desk says so', () => {
    const ended = () => open().send({ type: 'timer.confirmDeadline' });

    expect(ended().send({ type: 'signal.enter', score: 0.6, p: 0.6, reopens: false }).state()).toBe('ended');
    const again = ended().send({ type: 'signal.enter', score: 0.6, p: 0.6, reopens: true }, '10:03:00');
    expect([again.state(), again.context().reopened, again.context().endReason]).toEqual(['discovered', 1, null]);
  });
});

describe('risk and data beside the life', () => {
  const risk = (level: number, policy = 'hold') => ({ type: 'risk.changed', level, policy });
  const regionOf = (opened: ReturnType<typeof open>, region: 'risk' | 'data') =>
    (opened.actor.getSnapshot().value as Record<string, unknown>)[region];

  test('rises at once, falls one level after 120 s below', () => {
    const followed = tracking().send(risk(2), '10:05:00');
    expect(regionOf(followed, 'risk')).toBe('restricted');
    followed.send(risk(0), '10:06:00');
    expect(followed.context().timers.riskDwell).toBe(at('10:08:00'));
    followed.send({ type: 'timer.riskDwell' }, '10:08:00');
    expect(regionOf(followed, 'risk')).toBe('caution');
    followed.send({ type: 'timer.riskDwell' }, '10:10:00');
    expect(regionOf(followed, 'risk')).toBe('normal');
  });

  test('restricted halves the distance to the stop', () => {
    expect(tracking().send(risk(2)).context().plan.stopMilli).toBe(10_150);
  });

  test('a market-wide freeze holds the timers and still executes the stop', () => {
    const held = tracking().send(risk(3), '10:05:00');

    expect(held.context().paused).toEqual({ horizon: 660 });
    expect(held.context().timers).toEqual({});
    expect(tracking().send(risk(3)).send(price(10_100)).context().endReason).toBe('STOP');
    const released = held.send(risk(1), '10:07:00');
    expect(released.context().timers.horizon).toBe(at('10:18:00'));
  });

  test.each(['fresh', 'degraded', 'stale', 'halted'])('data can be %s', (state) => {
    expect(regionOf(tracking().send({ type: `data.${state}` }), 'data')).toBe(state);
  });
});

describe('the whole matrix', () => {
  const events: (Record<string, unknown> & { type: string })[] = [
    { type: 'signal.enter', score: 0.6, p: 0.6, reopens: true },
    confirm,
    { type: 'signal.update', score: 0.5, p: 0.5 },
    { type: 'signal.weaken', score: 0.2, p: 0.4 },
    price(10_100),
    price(10_380),
    price(10_300),
    price(10_060),
    price(10_190, { dive: true }),
    { type: 'snapshot.next' },
    { type: 'limit.locked' },
    { type: 'limit.unlocked' },
    { type: 'halt', lastMilli: 10_250 },
    { type: 'resume', lastMilli: 10_250 },
    { type: 'gap' },
    { type: 'session.end' },
    { type: 'operator.dismiss' },
    { type: 'risk.changed', level: 3, policy: 'end' },
    { type: 'timer.confirmDeadline' },
    { type: 'timer.horizon' },
    { type: 'timer.decay' },
    { type: 'timer.pullHold' },
    { type: 'timer.suspendLimit' },
    { type: 'timer.coolDown' },
  ];
  const states: Record<string, () => ReturnType<typeof open>> = {
    discovered: () => open(),
    confirmed: () => open().send(confirm),
    rising: () => tracking(),
    suspended: () => tracking().send({ type: 'halt', lastMilli: 10_250 }),
    ended: () => open().send({ type: 'timer.confirmDeadline' }),
    archived: () => open().send({ type: 'timer.confirmDeadline' }).send({ type: 'timer.coolDown' }),
  };

  test.each(Object.keys(states))('in %s every event is either in the table or changes nothing, and none throws', (name) => {
    for (const event of events) {
      const opened = states[name]!();
      opened.send(event);
      expect(opened.actor.getSnapshot().status, `${name} × ${event.type}`).toBe('active');
    }
  });

  test('paths through the graph take every transition the machine declares', () => {
    const stamp = (list: readonly Record<string, unknown>[]) =>
      list.map((event) => ({ tsMs: at('10:01:00'), ...event })) as unknown as OpportunityEvent[];
    const risks = [0, 1, 2, 3].map((level) => ({ type: 'risk.changed', level, policy: 'hold' }));
    const data = ['fresh', 'degraded', 'stale', 'halted'].map((state) => ({ type: `data.${state}` }));
    // regions are walked apart: their product is a million states and no new transition
    const walks = [
      stamp([...events, price(10_290, { midMilli: 10_330 }), price(10_150), price(10_215)]),
      stamp([...risks, { type: 'timer.riskDwell' }]),
      stamp(data),
    ];
    const { declared, untaken } = graphCoverage(
      opportunityMachine,
      walks.flatMap((walk) => (['momentum', 'board'] as const).map((family) => ({ input: { ...input, family }, events: walk }))),
      keyOf,
    );

    expect(untaken).toEqual([]);
    expect(declared.length).toBeGreaterThan(35);
  });
});

function keyOf(state: unknown): string {
  const { value, context } = state as { value: unknown; context: OpportunityContext };
  return JSON.stringify([value, Object.keys(context.timers), context.trailMilli === null, context.peakMilli > 10_300]);
}
