import { describe, expect, test } from 'vitest';
import type { Forecast } from '../../contracts/forecast.ts';
import { again, at, confirm, offer, open, price, risk, said, standing, tracking } from '../../scenarios/support/opportunity-actor.ts';
import { stopOf } from './prices.ts';

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
    ['no edge over the base rate', { ...confirm, standing: standing(0.6, 0.42) }, 'confirmed'],
    ['no probability', { ...confirm, standing: standing(0.6, 0.6, { p: null, p0: null }) }, 'confirmed'],
    ['no room', { ...confirm, plan: null }, 'discovered'],
  ])('a pattern is confirmed whatever its chances, and not without room: %s', (_why, event, state) => {
    expect(open().send(event).state()).toBe(state);
  });

  test('risk 2 holds a confirmation once and extends the deadline by 60 s', () => {
    const opened = open().send(risk(2), '10:00:00').send(confirm, '10:01:30');

    expect([opened.state(), opened.context().heldByRisk, opened.context().note]).toEqual(['discovered', true, 'heldByRisk']);
    expect(opened.context().timers.confirmDeadline).toBe(at('10:02:30'));
    expect(opened.send(confirm, '10:02:00').context().timers.confirmDeadline).toBe(at('10:02:30'));
  });

  test.each([
    ['the deadline', { type: 'timer.confirmDeadline' }, 'UNCONFIRMED'],
    ['a fall below 35 % of the impulse', price(10_060), 'INVALID'],
    ['a lock at the limit', { type: 'limit.locked' }, 'LIMIT'],
    ['a gap in the data', { type: 'gap' }, 'DATA'],
    ['the closing call', { type: 'session.end' }, 'SESSION'],
    ['a person', { type: 'operator.dismiss' }, 'MANUAL'],
    ['a freeze with policy end', risk(3, 'end'), 'RISK'],
  ])('discovered ends by %s', (_why, event, reason) => {
    const opened = open().send(event);

    expect([opened.state(), opened.context().endReason]).toEqual(['ended', reason]);
  });

  test.each([
    ['stop', price(10_100), 'STOP'],
    ['target 2', price(10_380), 'TARGET'],
    ['horizon with a weak score', { type: 'timer.horizon' }, 'TIMEOUT'],
    ['decay', { type: 'timer.decay' }, 'DECAY'],
    ['lock', { type: 'limit.locked' }, 'LIMIT'],
  ])('tracking ends by %s', (_why, event, reason) => {
    const followed = tracking();
    if (reason === 'TIMEOUT') followed.send(said(0.2, 0.4));
    followed.send(event);

    expect([followed.state(), followed.context().endReason]).toEqual(['ended', reason]);
  });

  test('stop and target in one quote: the stop', () => {
    const followed = tracking();
    followed.send(price(10_310)).send(price(10_399, { midMilli: 11_000 })); // trail far above
    expect(followed.context().endReason).toBe('TARGET');

    const crossed = tracking();
    crossed.send({ type: 'price', bidMilli: 10_090, askMilli: 10_100, midMilli: 10_500, lastMilli: 10_400, dive: false });
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
    const followed = tracking().send({ type: 'price', bidMilli: null, askMilli: 10_090, midMilli: 10_090, lastMilli: 10_090, dive: false });

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
    const followed = tracking().send(said(0.2, 0.4), '10:05:00');

    expect(followed.context().timers.decay).toBe(at('10:07:00'));
    expect('decay' in followed.send(said(0.5, 0.5), '10:06:00').context().timers).toBe(false);
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

    expect(
      ended()
        .send({ type: 'signal.enter', standing: standing(0.6, 0.6), reopens: null })
        .state(),
    ).toBe('ended');
    const reopened = ended().send(again, '10:03:00');
    expect([reopened.state(), reopened.context().reopened, reopened.context().endReason]).toEqual(['discovered', 1, null]);
  });
});

describe('risk and data beside the life', () => {
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
    const restricted = tracking().send(risk(2));

    expect(stopOf(restricted.context())).toBe(10_150);
    // once: neither a higher level, nor the same again, nor its end moves it
    for (const level of [3, 2, 0, 2]) expect(stopOf(restricted.send(risk(level)).context())).toBe(10_150);
    expect(tracking().send(risk(1)).context().tightened).toBe(false);
    // what is not confirmed has no stop to tighten yet
    expect(stopOf(open().send(risk(2)).send(risk(0)).send(confirm).context())).toBe(10_100);
  });

  test('a market-wide freeze holds the timers and still executes the stop', () => {
    const held = tracking().send(risk(3), '10:05:00');

    expect(held.context().paused).toEqual({ horizon: 660 });
    expect(held.context().timers).toEqual({});
    expect(tracking().send(risk(3)).send(price(10_100)).context().endReason).toBe('STOP');
    const released = held.send(risk(1), '10:07:00');
    expect(released.context().timers.horizon).toBe(at('10:18:00'));
  });

  test('a halt stops what counts trading time, and not the dwell of risk', () => {
    const halted = tracking().send(risk(2), '10:04:00').send(risk(0), '10:04:30').send({ type: 'halt', lastMilli: 10_250 }, '10:05:00');

    expect(halted.context().timers).toEqual({ riskDwell: at('10:06:30'), suspendLimit: at('10:35:00') });
    expect(halted.context().paused).toEqual({ horizon: 660 });
  });

  test.each([
    ['the session', { type: 'session.end' }],
    ['risk', risk(3, 'end')],
    ['the operator', { type: 'operator.dismiss' }],
  ])('what %s ends while it is held and halted has nothing left of either', (_what, event) => {
    const ended = tracking().send(risk(3), '10:05:00').send({ type: 'halt', lastMilli: 10_250 }, '10:06:00').send(event, '10:07:00');

    const { isHeld, isHalted, paused, timers } = ended.context();
    expect([ended.state(), isHeld, isHalted, paused]).toEqual(['ended', false, false, {}]);
    expect(timers).toEqual({ coolDown: at('10:17:00') });
  });

  test.each(['fresh', 'degraded', 'stale', 'halted'])('data can be %s', (state) => {
    expect(regionOf(tracking().send({ type: `data.${state}` }), 'data')).toBe(state);
  });
});

describe('a down-opportunity is the mirror image', () => {
  const down = { entryMilli: 10_200, stopMilli: 10_300, target1Milli: 10_100, target2Milli: 10_020, sigmaH: 0.01, rewardRisk: 1 };
  const falling = () =>
    open({ direction: 'down', plan: down, anchor: { p0Milli: 10_400, enterMilli: 10_200 } })
      .send({ ...confirm, plan: down })
      .send({ type: 'snapshot.next' });
  const asked = (milli: number) => ({ ...price(milli - 10), midMilli: milli - 5 });

  test('it leaves at the ask: the stop lies above, the targets below, the trail follows down', () => {
    expect(falling().send(asked(10_300)).context().endReason).toBe('STOP');
    expect(falling().send(asked(10_290)).state()).toBe('tracking.rising');
    expect(falling().send(asked(10_020)).context().endReason).toBe('TARGET');
    const touched = falling().send(asked(10_100));
    expect([touched.context().peakMilli, touched.context().trailMilli]).toEqual([10_095, 10_137]); // 10095 + 0.4 · 105
    expect(touched.send(asked(10_137)).context().endReason).toBe('STOP');
    expect(
      falling()
        .send({ ...asked(10_300), askMilli: null, lastMilli: 10_300 })
        .context().unfillable,
    ).toBe(true);
  });

  test('an advice that rested on an edge goes with it, and comes back with an offer only', () => {
    const edge = (p: number): Forecast => {
      const fitted = { source: 'live', data: 'x', days: 9, n: 99, auc95: [0.6, 0.7] as [number, number] } as const;
      return { event: 'net-gain', horizonSec: 900, p, p0: 0.33, lo: p, hi: p, ...fitted };
    };
    const says = (p: number) => ({ type: 'signal.update', standing: standing(0.6, p, { forecasts: [edge(p)] }) });
    const advised = { ...confirm, standing: standing(0.6, 0.6, { forecasts: [edge(0.6)] }), offer: { ...offer, advice: 'T0_WITH_BASE' } };
    const followed = open().send(advised).send({ type: 'snapshot.next' });

    expect(followed.context().advice).toBe('T0_WITH_BASE');
    expect(followed.send(says(0.44)).context().advice).toBe('T0_WITH_BASE');
    expect(followed.send(says(0.42)).context().advice).toBe('WATCH');
    expect(followed.send(says(0.6)).context().advice).toBe('WATCH');
    // what was not an invitation stays as it was said
    const reduced = open()
      .send({ ...advised, offer: { ...offer, advice: 'REDUCE' } })
      .send({ type: 'snapshot.next' });
    expect(reduced.send(says(0.3)).context().advice).toBe('REDUCE');
  });

  test('a board that nobody could buy is to be avoided until it opens', () => {
    const on = (path: string) => {
      const { tracks } = standing(0.6, 0.6);
      return { type: 'signal.update', standing: standing(0.6, 0.6, { tracks: { limitup: { ...tracks.rally!, path } } }) };
    };
    const avoided = open({ offer: { ...offer, advice: 'AVOID' } }).send(on('one-word'));
    expect([avoided.context().advice, avoided.send(on('opened')).context().advice]).toEqual(['AVOID', 'WATCH']);
  });

  test('a dive is noted once a life, and tightens what is followed: half the distance from 10.20 to 10.10', () => {
    const dive = price(10_190, { dive: true });
    const discovered = open().send(dive).send(confirm).send({ type: 'snapshot.next' });
    expect(discovered.context()).toMatchObject({ note: 'dive', noteSeq: 1, dived: true, tightened: false });
    const followed = tracking().send(dive).send(dive);
    expect(followed.context()).toMatchObject({ note: 'dive', noteSeq: 1, dived: true, tightened: true, endReason: null });
    expect(followed.send(price(10_150)).context().endReason).toBe('STOP');
    // a new life has seen none
    const anew = tracking().send(dive).send({ type: 'timer.decay' }).send(again);
    expect(anew.context()).toMatchObject({ reopened: 1, dived: false, tightened: false });
  });

  test('a rebound over 65 % of the fall refutes it, a dive does not', () => {
    const opened = () => open({ direction: 'down', plan: down, anchor: { p0Milli: 10_400, enterMilli: 10_200 } });
    expect(opened().send(asked(10_340)).context().endReason).toBe('INVALID');
    expect(
      opened()
        .send({ ...asked(10_190), dive: true })
        .state(),
    ).toBe('discovered');
  });

  test('restricted risk halves the distance to a stop that lies above', () => {
    expect(stopOf(falling().send(risk(2)).context())).toBe(10_250);
  });
});
