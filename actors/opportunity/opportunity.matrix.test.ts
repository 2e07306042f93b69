import { describe, expect, test } from 'vitest';
import { lcg } from '../../scenarios/support/days.ts';
import { graphCoverage } from '../../scenarios/support/graph.ts';
import { again, at, confirm, input, open, price, risk, said, standing, tracking } from '../../scenarios/support/opportunity-actor.ts';
import type { OpportunityContext, OpportunityEvent } from './context.ts';
import { opportunityMachine } from './opportunity.machine.ts';
import { onlyRises, risen, wants } from './prices.ts';

describe('the price filter', () => {
  test('asks the guards themselves: what it lets pass changes something or ends, what it keeps back changes nothing', () => {
    const random = lcg(11);
    let told = 0;
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
        const pathBefore = opened.state();
        const wanted = wants(pathBefore, before.context, next as never);
        opened.send(next);
        const after = opened.actor.getSnapshot();
        expect(changed(before, after), `${direction} ${JSON.stringify(next)}`).toBe(wanted);
        const rises = wanted && onlyRises(pathBefore, before.context, next as never);
        const peak = { value: before.value, context: { ...before.context, ...risen(before.context, next.midMilli as number) } };
        if (rises) {
          told += 1;
          expect(changed(peak, after), `${direction} ${JSON.stringify(next)}`).toBe(false);
        }
      }
    }
    expect(told).toBeGreaterThan(500);
  });

  test('peaks told together are the peaks told one by one', () => {
    for (const [trail, mids] of [
      [false, [10_215, 10_240, 10_265, 10_285]],
      [true, [10_306, 10_312, 10_331, 10_360]],
    ] as const) {
      const [each, last] = [tracking(), tracking()];
      const rising = mids.map((milli) => price(milli - 5, { midMilli: milli }));
      for (const opened of [each, last]) if (trail) opened.send(price(10_300));
      const wanted = rising.filter((next) => onlyRises('tracking.rising', each.actor.getSnapshot().context, next as never));
      for (const next of wanted) each.send(next);
      last.send(wanted.at(-1)!);

      expect(wanted).toHaveLength(4);
      expect(changed(each.actor.getSnapshot(), last.actor.getSnapshot())).toBe(false);
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
  const exits = { stopPrice: 'ended STOP', target2: 'ended TARGET', target1: '·', gaveBack: 'ended STOP', dive: '·' } as const;
  const timers = { horizon: '·', decay: 'ended DECAY' } as const;
  const table: Record<string, Partial<Record<EventName, string>>> = {
    discovered: {
      ...always,
      ...signals,
      confirms: 'confirmed',
      confirmsWithoutRoom: '·',
      gaveBack: 'ended INVALID',
      dive: '·',
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
