import { describe, expect, test } from 'vitest';
import { createActor } from 'xstate';
import { midnightOf } from '../../contracts/session.ts';
import { lcg } from '../../scenarios/support/days.ts';
import { graphCoverage } from '../../scenarios/support/graph.ts';
import type { Offer, OpportunityContext, OpportunityEvent, OpportunityInput, Plan, Standing } from './context.ts';
import { opportunityMachine } from './opportunity.machine.ts';
import { stopOf, wants } from './prices.ts';

const at = (clock: string): number => {
  const [h = 0, m = 0, s = 0] = clock.split(':').map(Number);
  return midnightOf('20261123') + ((h * 60 + m) * 60 + s) * 1000;
};
/** Entry 10.20, stop 10.10, T1 10.30, T2 10.38, σH 1 %. */
const plan: Plan = { entryMilli: 10_200, stopMilli: 10_100, target1Milli: 10_300, target2Milli: 10_380, sigmaH: 0.01, rewardRisk: 1 };
const offer: Offer = { advice: 'WATCH', risks: ['R_T1'], rank: 20 };
/** One rally track at this score and probability; weak under the exit score .25. */
function standing(score: number, p: number, more: Partial<Standing> = {}): Standing {
  const track = { variant: 'rule', path: 'main', score, p, raised: true, confirmable: true, atMs: 0 } as const;
  return {
    tracks: { rally: track },
    score,
    p,
    p0: 0.33,
    confidenceSource: 'synthetic',
    weak: score < 0.25,
    capped: false,
    yields: false,
    ...more,
  };
}
const input: OpportunityInput = {
  id: '20261123.SH.600000.up.momentum.1',
  tradeDate: '20261123',
  entity: { kind: 'symbol', key: '600000.SH' },
  direction: 'up',
  family: 'momentum',
  openedMs: at('10:00:00'),
  anchor: { p0Milli: 10_000, enterMilli: 10_200 },
  plan,
  standing: standing(0.6, 0.6),
  offer,
  horizonSec: 900,
  enterScore: 0.45,
  coolDowns: { other: 600, target: 300, stop: 1200, twoStops: 1800 },
  stopsToday: 0,
  predecessorId: null,
  parentId: null,
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
const confirm = { type: 'signal.confirm', standing: standing(0.6, 0.6), plan, offer: { ...offer, rank: 30 } };
const said = (score: number, p: number) => ({ type: 'signal.update', standing: standing(score, p) });
const risk = (level: number, policy = 'hold') => ({ type: 'risk.synced', level, policy });
const price = (milli: number, more: Record<string, unknown> = {}) => ({
  type: 'price',
  bidMilli: milli,
  askMilli: milli + 10,
  midMilli: milli + 5,
  lastMilli: milli,
  dive: false,
  ...more,
});
const again = {
  type: 'signal.enter',
  standing: standing(0.7, 0.65),
  reopens: { anchor: { p0Milli: 10_100, enterMilli: 10_250 }, plan: { ...plan, entryMilli: 10_260 }, offer },
};
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
    ['no edge over the base rate', { ...confirm, standing: standing(0.6, 0.42) }],
    ['no room', { ...confirm, plan: null }],
    ['no probability', { ...confirm, standing: standing(0.6, 0.6, { p: null }) }],
    ['no base rate', { ...confirm, standing: standing(0.6, 0.6, { p0: null }) }],
  ])('a confirmation with %s changes nothing', (_why, event) => {
    expect(open().send(event).state()).toBe('discovered');
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
    ['a dive', price(10_190, { dive: true }), 'INVALID'],
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
    ['dive', price(10_190, { dive: true }), 'INVALID'],
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

describe('defects of the first life', () => {
  const ended = () => tracking().send(price(10_300)).send({ type: 'timer.horizon' }).send(said(0.2, 0.4)).send({ type: 'timer.decay' });

  test('a reopened opportunity keeps nothing of its first life but its number', () => {
    const before = ended();
    expect([before.context().trailMilli, before.context().extended, before.context().confirmedMs === null]).toEqual([10_263, true, false]);

    const { peakMilli, trailMilli, extended, heldByRisk, confirmedMs, tightened, anchor, reopened } = before.send(again).context();
    expect({ peakMilli, trailMilli, extended, heldByRisk, confirmedMs, tightened, anchor, reopened }).toEqual({
      peakMilli: 10_250,
      trailMilli: null,
      extended: false,
      heldByRisk: false,
      confirmedMs: null,
      tightened: false,
      anchor: again.reopens.anchor,
      reopened: 1,
    });
  });

  test('risk that was held at birth can fall, and a confirmation that was refused can come', () => {
    const opened = open().send(risk(2), '10:00:01').send(confirm, '10:00:40');
    expect(opened.state()).toBe('discovered');

    expect(opened.send(risk(0), '10:00:50').send(confirm, '10:01:00').state()).toBe('confirmed');
  });

  test('a freeze is heard while suspended: it ends, or holds past the resumption', () => {
    const halted = () => tracking().send({ type: 'halt', lastMilli: 10_250 }, '10:05:00');
    expect(halted().send(risk(3, 'end')).context().endReason).toBe('RISK');

    const held = halted().send(risk(3), '10:06:00').send({ type: 'resume', lastMilli: 10_250 }, '10:07:00');
    expect([held.state(), held.context().timers, held.context().paused]).toEqual(['tracking.rising', {}, { horizon: 660 }]);
    expect(held.send(risk(1), '10:08:00').context().timers.horizon).toBe(at('10:19:00'));
  });

  test('a weak score counts from the confirmation on, also where it was weak before', () => {
    const weak = { ...confirm, standing: { ...standing(0.2, 0.6), weak: true } };
    expect(open().send(weak, '10:00:40').context().timers).toEqual({ horizon: at('10:15:40'), decay: at('10:02:40') });
    expect(open().send(confirm, '10:00:40').send(said(0.2, 0.4), '10:00:41').context().timers.decay).toBe(at('10:02:41'));
  });

  test('a lock ends a momentum, is waited at by a board, and is nothing to a sector or a risk', () => {
    const locked = { type: 'limit.locked' };
    const families = ['momentum', 'board', 'sector', 'risk'] as const;
    expect(families.map((family) => open({ family }).send(locked).state())).toEqual(['ended', 'discovered', 'discovered', 'discovered']);
    expect(families.map((family) => tracking({ family }).send(locked).state())).toEqual([
      'ended',
      'tracking.locked',
      'tracking.rising',
      'tracking.rising',
    ]);
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

describe('the price filter', () => {
  test('asks the guards themselves: what it lets pass changes something or ends, what it keeps back changes nothing', () => {
    const random = lcg(11);
    for (let trial = 0; trial < 3000; trial++) {
      const direction = random(2) === 0 ? 'up' : 'down';
      const opened = direction === 'up' ? tracking() : mirrored();
      for (let k = 0; k < 12; k++) {
        const milli = 10_000 + random(45) * 10;
        const next = price(milli, {
          midMilli: milli + random(3) * 5,
          dive: random(30) === 0,
          ...(random(15) === 0 ? { bidMilli: null } : {}),
        });
        if (random(6) === 0) opened.send({ type: 'timer.pullHold' });
        const before = opened.actor.getSnapshot();
        const wanted = wants(opened.state(), before.context, next as never);
        opened.send(next);
        expect(changed(before, opened.actor.getSnapshot()), `${direction} ${JSON.stringify(next)}`).toBe(wanted);
      }
    }
  });

  const mirrored = () => {
    const down = { entryMilli: 10_200, stopMilli: 10_300, target1Milli: 10_100, target2Milli: 10_020, sigmaH: 0.01, rewardRisk: 1 };
    return open({ direction: 'down', plan: down, anchor: { p0Milli: 10_400, enterMilli: 10_200 } })
      .send({ ...confirm, plan: down })
      .send({ type: 'snapshot.next' });
  };
  const changed = (a: { value: unknown; context: unknown }, b: { value: unknown; context: unknown }): boolean =>
    JSON.stringify([a.value, a.context]) !== JSON.stringify([b.value, b.context]);
});

describe('the whole matrix', () => {
  /** Prices around entry 10.20, stop 10.10, T1 10.30, T2 10.38, peak 10.20. */
  const events = {
    enters: { type: 'signal.enter', standing: standing(0.5, 0.5), reopens: null },
    reenters: again,
    confirms: confirm,
    confirmsWithoutRoom: { ...confirm, standing: standing(0.61, 0.6), plan: null },
    updates: said(0.5, 0.5),
    weakens: said(0.2, 0.4),
    stopPrice: price(10_100),
    target2: price(10_380),
    target1: price(10_300),
    peak: price(10_250, { midMilli: 10_255 }),
    gaveBack: price(10_060),
    pullBack: price(10_150, { midMilli: 10_155 }),
    deepPull: price(10_120, { midMilli: 10_125 }),
    dive: price(10_190, { dive: true }),
    flat: price(10_190, { midMilli: 10_195 }),
    nextQuote: { type: 'snapshot.next' },
    locks: { type: 'limit.locked' },
    unlocks: { type: 'limit.unlocked' },
    halts: { type: 'halt', lastMilli: 10_250 },
    resumesNear: { type: 'resume', lastMilli: 10_260 },
    resumesFar: { type: 'resume', lastMilli: 10_600 },
    gap: { type: 'gap' },
    sessionEnds: { type: 'session.end' },
    dismissed: { type: 'operator.dismiss' },
    frozenEnd: risk(3, 'end'),
    frozenHold: risk(3),
    restricted: risk(2),
    confirmDeadline: { type: 'timer.confirmDeadline' },
    horizon: { type: 'timer.horizon' },
    decay: { type: 'timer.decay' },
    pullHold: { type: 'timer.pullHold' },
    suspendLimit: { type: 'timer.suspendLimit' },
    coolDown: { type: 'timer.coolDown' },
  } satisfies Record<string, Record<string, unknown> & { type: string }>;
  type EventName = keyof typeof events;
  const pulled = () => tracking().send({ type: 'timer.pullHold' });
  const states: Record<string, () => ReturnType<typeof open>> = {
    discovered: () => open(),
    confirmed: () => open().send(confirm),
    'tracking.rising': () => tracking(),
    'tracking.holding': pulled,
    'tracking.pulling': () => pulled().send(price(10_120, { midMilli: 10_125 })),
    'tracking.locked': () => tracking({ family: 'board' }).send({ type: 'limit.locked' }),
    suspended: () => tracking().send({ type: 'halt', lastMilli: 10_250 }),
    ended: () => open().send({ type: 'timer.confirmDeadline' }),
    archived: () => open().send({ type: 'timer.confirmDeadline' }).send({ type: 'timer.coolDown' }),
  };
  /** State afterwards, with the reason of an end; `·` changes what it knows and not where it stands; what is not named changes nothing. */
  const always = {
    gap: 'ended DATA',
    sessionEnds: 'ended SESSION',
    dismissed: 'ended MANUAL',
    frozenEnd: 'ended RISK',
    frozenHold: '·',
    restricted: '·',
    halts: 'suspended',
  } as const;
  const signals = { enters: '·', reenters: '·', updates: '·', weakens: '·' } as const;
  const exits = { stopPrice: 'ended STOP', target2: 'ended TARGET', target1: '·', gaveBack: 'ended STOP', dive: 'ended INVALID' } as const;
  const timers = { horizon: '·', decay: 'ended DECAY' } as const;
  const table: Record<string, Partial<Record<EventName, string>>> = {
    discovered: {
      ...always,
      ...signals,
      confirms: 'confirmed',
      confirmsWithoutRoom: '·',
      gaveBack: 'ended INVALID',
      dive: 'ended INVALID',
      locks: 'ended LIMIT',
      confirmDeadline: 'ended UNCONFIRMED',
    },
    confirmed: {
      ...always,
      ...signals,
      nextQuote: 'tracking.rising',
      locks: 'ended LIMIT',
      decay: 'ended DECAY',
      horizon: 'ended TIMEOUT',
    },
    'tracking.rising': {
      ...always,
      ...signals,
      ...exits,
      ...timers,
      peak: '·',
      pullBack: '·',
      deepPull: '·',
      locks: 'ended LIMIT',
      pullHold: 'tracking.holding',
    },
    'tracking.holding': {
      ...always,
      ...signals,
      ...exits,
      ...timers,
      peak: 'tracking.rising',
      deepPull: 'tracking.pulling',
      locks: 'ended LIMIT',
    },
    'tracking.pulling': {
      ...always,
      ...signals,
      ...exits,
      ...timers,
      peak: 'tracking.rising',
      flat: 'tracking.rising',
      locks: 'ended LIMIT',
    },
    'tracking.locked': { ...always, ...signals, ...exits, ...timers, locks: '·same', unlocks: 'tracking.holding' },
    suspended: {
      resumesNear: 'tracking.rising',
      resumesFar: 'ended INVALID',
      suspendLimit: 'ended INVALID',
      sessionEnds: 'ended SESSION',
      dismissed: 'ended MANUAL',
      frozenEnd: 'ended RISK',
      frozenHold: '·',
      restricted: '·',
    },
    ended: { reenters: 'discovered', coolDown: 'archived', frozenEnd: '·', frozenHold: '·', restricted: '·' },
    archived: { frozenEnd: '·', frozenHold: '·', restricted: '·' },
  };

  test('names every state there is', () => {
    expect(Object.keys(table).sort()).toEqual(Object.keys(states).sort());
  });

  describe.each(Object.keys(states))('in %s', (name) => {
    test.each(Object.keys(events) as EventName[])('%s', (event) => {
      const opened = states[name]!();
      expect(opened.state()).toBe(name);
      const before = JSON.stringify([opened.actor.getSnapshot().value, opened.context()]);
      opened.send(events[event]);
      const after = JSON.stringify([opened.actor.getSnapshot().value, opened.context()]);
      const reason = opened.state() === 'ended' && name !== 'ended' ? ` ${opened.context().endReason}` : '';
      const expected = table[name]![event];

      expect(opened.actor.getSnapshot().status).toBe('active');
      if (expected === undefined || expected === '·same') expect([opened.state(), after === before]).toEqual([name, true]);
      else if (expected === '·') expect([opened.state(), after === before]).toEqual([name, false]);
      else expect(`${opened.state()}${reason}`).toBe(expected);
    });
  });

  test('paths through the graph take every transition the machine declares', () => {
    const stamp = (list: readonly Record<string, unknown>[]) =>
      list.map((event) => ({ tsMs: at('10:01:00'), ...event })) as unknown as OpportunityEvent[];
    const risks = [0, 1, 2, 3].map((level) => risk(level));
    const data = ['fresh', 'degraded', 'stale', 'halted'].map((state) => ({ type: `data.${state}` }));
    const { frozenHold: _held, restricted: _restricted, ...lifecycle } = events;
    // regions are walked apart: their product is a million states and no new transition
    const walks = [stamp(Object.values(lifecycle)), stamp([...risks, { type: 'timer.riskDwell' }]), stamp(data)];
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

describe('edges', () => {
  const odd = { ...plan, entryMilli: 10_201 };
  const down = { entryMilli: 10_200, stopMilli: 10_301, target1Milli: 10_100, target2Milli: 10_020, sigmaH: 0.01, rewardRisk: 1 };
  const rising = (own: Plan) =>
    open()
      .send({ ...confirm, plan: own })
      .send({ type: 'snapshot.next' });
  const falling = () =>
    open({ direction: 'down', plan: down, anchor: { p0Milli: 10_400, enterMilli: 10_200 } })
      .send({ ...confirm, plan: down })
      .send({ type: 'snapshot.next' });

  test('halves and shares of a price are rounded towards the stop, up and down', () => {
    expect(stopOf(rising(odd).send(risk(2)).context())).toBe(10_150);
    expect(stopOf(falling().send(risk(2)).context())).toBe(10_251);
    // 10.303 − .4 · .103 = 10.2618; mirrored 10.097 + .4 · .103 = 10.1382
    expect(
      tracking()
        .send(price(10_300, { midMilli: 10_303 }))
        .context().trailMilli,
    ).toBe(10_261);
    expect(
      falling()
        .send(price(10_080, { askMilli: 10_095, midMilli: 10_097 }))
        .context().trailMilli,
    ).toBe(10_139);
  });

  test('the peak begins at the better of the impulse and the entry, and takes the trail along', () => {
    expect(rising({ ...plan, entryMilli: 10_150 }).context().peakMilli).toBe(10_200);
    expect(rising({ ...plan, entryMilli: 10_250 }).context().peakMilli).toBe(10_250);
    expect(falling().context().peakMilli).toBe(10_200);
    const followed = tracking()
      .send(price(10_300))
      .send(price(10_340, { midMilli: 10_350 }));
    expect([followed.context().peakMilli, followed.context().trailMilli]).toEqual([10_350, 10_290]);
    expect(tracking().send(price(10_250)).context().trailMilli).toBeNull();
  });

  test('an edge of exactly a tenth confirms, and a score of exactly the entering one extends', () => {
    expect(
      open()
        .send({ ...confirm, standing: standing(0.6, 0.35, { p0: 0.25 }) })
        .state(),
    ).toBe('confirmed');
    const extended = tracking().send(said(0.45, 0.5)).send({ type: 'timer.horizon' }, '10:16:00');
    expect([extended.state(), extended.context().extended]).toEqual(['tracking.rising', true]);
  });

  test('decay counts from where it became weak, halted or not, and not while it is strong', () => {
    const weak = tracking().send(said(0.2, 0.4), '10:02:00').send(said(0.1, 0.4), '10:03:00');
    expect(weak.context().timers.decay).toBe(at('10:04:00'));
    const halted = weak.send({ type: 'halt', lastMilli: 10_250 }, '10:03:30');
    expect(halted.context().paused.decay).toBe(30);
    const strong = tracking().send(said(0.2, 0.4), '10:02:00').send(said(0.5, 0.5), '10:03:00');
    expect(strong.context().timers.decay).toBeUndefined();
  });

  test('only a stop at which nobody stood is unfillable', () => {
    const without = { bidMilli: null, askMilli: 10_090, midMilli: 10_090, lastMilli: 10_090 };
    expect(tracking().send(price(10_100)).context().unfillable).toBe(false);
    expect(
      tracking()
        .send(price(10_190, { bidMilli: null, dive: true }))
        .context(),
    ).toMatchObject({ endReason: 'INVALID', unfillable: false });
    expect(tracking().send({ type: 'session.end' }).context().unfillable).toBe(false);
    // a new life begins fillable again
    expect(tracking().send(price(10_090, without)).send(again).context()).toMatchObject({ reopened: 1, unfillable: false });
  });

  test('a new life keeps the dwell of risk, and no other timer of the first', () => {
    const ended = tracking().send(risk(2), '10:04:00').send(risk(0), '10:04:30').send({ type: 'timer.decay' }, '10:05:00');
    expect(ended.context().timers).toEqual({ riskDwell: at('10:06:30'), coolDown: at('10:15:00') });
    expect(ended.send(again, '10:06:00').context().timers).toEqual({ riskDwell: at('10:06:30'), confirmDeadline: at('10:08:00') });
  });

  test('each note is told apart from the one before', () => {
    const first = tracking().send(price(10_300));
    const { noteSeq } = first.context();
    expect(noteSeq).toBeGreaterThan(0);
    expect(first.send(risk(3)).context()).toMatchObject({ note: 'riskHold', noteSeq: noteSeq + 1 });
  });

  test('locked, nothing but an exit is wanted of a price', () => {
    const locked = open({ family: 'board' }).send(confirm).send({ type: 'limit.locked' });
    expect(locked.state()).toBe('tracking.locked');
    const wanted = (milli: number, more = {}) => wants(locked.state(), locked.context(), price(milli, more) as never);
    expect([wanted(10_250, { midMilli: 10_290 }), wanted(10_100), wanted(10_380), wanted(10_190, { dive: true })]).toEqual([
      false,
      true,
      true,
      true,
    ]);
  });
});
