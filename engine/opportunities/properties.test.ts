import { describe, expect, test } from 'vitest';
import { initialTransition, type SnapshotFrom, transition } from 'xstate';
import type { OpportunityContext, OpportunityEvent, OpportunityInput, Plan, Standing } from '../../actors/opportunity/context.ts';
import { unpaused } from '../../actors/opportunity/context.ts';
import { opportunityMachine } from '../../actors/opportunity/opportunity.machine.ts';
import { signOf, stopOf } from '../../actors/opportunity/prices.ts';
import { midnightOf } from '../../contracts/session.ts';
import { lcg } from '../../scenarios/support/days.ts';
import { regionsOf } from '../cell/actors.ts';
import { RiskDesk } from './risk-desk.ts';

/** Sequences a test run tries; `npm run torture` sets more. */
const runs = Number(process.env.FENSHI_PROPERTY_RUNS ?? 6000);
const startMs = midnightOf('20261123') + 10 * 3_600_000;
const scopes = ['market', 'symbol.SH.600000', 'sector.BK1', 'strategy.rally'] as const;
const levels = ['normal', 'caution', 'restricted', 'frozen'];
type Machine = typeof opportunityMachine;
type State = SnapshotFrom<Machine>;
type Seen = { readonly path: string; readonly risk: number; readonly context: OpportunityContext };

const planFrom = (entryMilli: number, sign: 1 | -1): Plan => ({
  entryMilli,
  stopMilli: entryMilli - sign * 100,
  target1Milli: entryMilli + sign * 100,
  target2Milli: entryMilli + sign * 180,
  sigmaH: 0.01,
  rewardRisk: 1,
});

/** One random life: what was sent, and the first thing that must not be. */
function live(machine: Machine, seed: number): { readonly violation: string | null; readonly trail: string[] } {
  const random = lcg(seed * 7919 + 13);
  const pick = <T>(list: readonly T[]): T => list[random(list.length)]!;
  const sign = random(2) === 0 ? 1 : -1;
  const desk = new RiskDesk((scope) => (scopes as readonly string[]).includes(scope));
  const standing = (): Standing => {
    const p = pick([0.3, 0.42, 0.43, 0.6, null]);
    const score = pick([0.2, 0.44, 0.45, 0.7, null]);
    return {
      tracks: {},
      score,
      forecasts: [],
      p,
      p0: pick([0.33, 0.33, 0.33, null]),
      confidenceSource: 'synthetic',
      weak: random(3) === 0,
      capped: false,
      yields: false,
    };
  };
  const offer = { advice: 'WATCH', risks: [], rank: null } as const;
  const anchor = { p0Milli: 10_000 - sign * 200, enterMilli: 10_000 };
  const input: OpportunityInput = {
    id: 'x',
    tradeDate: '20261123',
    entity: { kind: 'symbol', key: '600000.SH' },
    direction: sign === 1 ? 'up' : 'down',
    family: pick(['momentum', 'board', 'sector', 'risk']),
    openedMs: startMs,
    anchor,
    plan: planFrom(10_000, sign),
    standing: standing(),
    offer,
    horizonSec: 900,
    enterScore: 0.45,
    coolDowns: { other: 600, target: 300, stop: 1200, twoStops: 1800 },
    stopsToday: 0,
    predecessorId: null,
    parentId: null,
  };
  let [state] = initialTransition(machine, input);
  let nowMs = startMs;
  const trail: string[] = [];
  const price = (): OpportunityEvent => {
    const milli = 10_000 + (random(41) - 20) * 10;
    const lone = random(12) === 0;
    return {
      type: 'price',
      tsMs: nowMs,
      bidMilli: lone ? null : milli,
      askMilli: lone ? null : milli + 10,
      midMilli: milli + 5,
      lastMilli: milli,
      dive: random(40) === 0,
      locked: random(40) === 0,
    };
  };
  const next = (): OpportunityEvent => {
    const roll = random(100);
    if (roll < 30) return price();
    if (roll < 40)
      return {
        type: 'signal.confirm',
        tsMs: nowMs,
        standing: standing(),
        plan: random(6) === 0 ? null : planFrom(10_000 + random(5) * 10, sign),
        offer,
      };
    if (roll < 48) return { type: 'signal.update', tsMs: nowMs, standing: standing() };
    if (roll < 53) return { type: 'snapshot.next', tsMs: nowMs };
    if (roll < 70) {
      desk.set(pick(scopes), pick([0, 0, 1, 2, 3]), random(12) === 0 ? 'end' : 'hold');
      return { type: 'risk.synced', tsMs: nowMs, ...desk.of(scopes) };
    }
    if (roll < 74) return { type: 'halt', tsMs: nowMs, lastMilli: 10_000 };
    if (roll < 80) return { type: 'resume', tsMs: nowMs, lastMilli: pick([10_000, 10_100, 10_400]) };
    if (roll < 84) return { type: pick(['limit.locked', 'limit.unlocked']), tsMs: nowMs };
    if (roll < 88)
      return { type: 'signal.enter', tsMs: nowMs, standing: standing(), reopens: { anchor, plan: planFrom(10_000, sign), offer } };
    if (roll < 90) return { type: pick(['gap', 'session.end', 'operator.dismiss']), tsMs: nowMs };
    return { type: 'snapshot.next', tsMs: nowMs };
  };
  for (let k = 0; k < 30; k++) {
    nowMs += random(40) * 1000;
    const due = Object.entries(state.context.timers).find(([, dueMs]) => dueMs <= nowMs);
    const event: OpportunityEvent = due === undefined ? next() : ({ type: `timer.${due[0]}`, tsMs: due[1] } as OpportunityEvent);
    const before = seen(state);
    trail.push(`${event.type}${event.type === 'risk.synced' ? ` ${event.level} ${event.policy}` : ''}`);
    // nobody tells an ended one of risk, and a freeze refuses to reopen it; what is reopened is told at once, as at birth
    const isOver = before.path === 'ended' || before.path === 'archived';
    if (isOver && (event.type === 'risk.synced' || desk.of(scopes).level === 3)) continue;
    [state] = transition(machine, state, event);
    if (state.context.reopened > before.context.reopened) {
      [state] = transition(machine, state, { type: 'risk.synced', tsMs: nowMs, ...desk.of(scopes) });
    }
    const violation = state.status === 'active' ? broken(before, seen(state), event, desk) : 'threw';
    if (violation !== null) return { violation, trail };
  }
  return { violation: null, trail };
}

function seen(state: State): Seen {
  const { lifecycle, risk } = regionsOf(state.value);
  return { path: lifecycle!, risk: levels.indexOf(risk!), context: state.context };
}

/** What must hold after any event of any life. */
function broken(before: Seen, { path, risk, context }: Seen, event: OpportunityEvent, desk: RiskDesk): string | null {
  const isOver = path === 'ended' || path === 'archived';
  const stands = context.isHalted || context.isHeld;
  const rules: Readonly<Record<string, boolean>> = {
    'a reason is had by what ended and by nothing else': (context.endReason !== null) === isOver,
    'suspended is halted': (path === 'suspended') === context.isHalted,
    'time stands still for all but three timers while halted or held':
      !stands || Object.keys(context.timers).every((id) => unpaused.includes(id)),
    'nothing is set aside while time runs': stands || Object.keys(context.paused).length === 0,
    'what ended waits for its cool-down only':
      !isOver || Object.keys(context.timers).every((id) => id === 'coolDown' || id === 'riskDwell'),
    'the shown risk is never under the level': risk >= context.risk.level || isOver,
    'it is above the level only while it dwells': risk <= context.risk.level || 'riskDwell' in context.timers || path === 'archived',
    'the level is the desk’s': event.type !== 'risk.synced' || context.risk.level === desk.of(scopes).level,
    'frozen to hold is held, and nothing else is': isOver || context.isHeld === (context.risk.level === 3),
    'confirmed with room and risk under 2': !(before.path === 'discovered' && path === 'confirmed') || mayConfirm(event, before),
    'a refused confirmation stays open':
      !(event.type === 'signal.confirm' && before.path === 'discovered') || path === 'confirmed' || path === 'discovered',
    'tightened is confirmed under restricted risk': !context.tightened || context.confirmedMs !== null,
    'a new life has no trail and no confirmation':
      context.reopened === before.context.reopened ||
      (context.trailMilli === null && context.confirmedMs === null && !context.extended && !context.heldByRisk),
    'the stop never gives way':
      !follows(before.path) || !follows(path) || signOf(context) * (stopOf(context) - stopOf(before.context)) >= 0,
    'the peak never gives way':
      !follows(before.path) || !follows(path) || signOf(context) * (context.peakMilli - before.context.peakMilli) >= 0,
    'what is discovered waits for a deadline':
      path !== 'discovered' || 'confirmDeadline' in context.timers || 'confirmDeadline' in context.paused,
    'what is confirmed has a horizon':
      !(path === 'confirmed' || follows(path)) || 'horizon' in context.timers || 'horizon' in context.paused,
  };
  return Object.entries(rules).find(([, holds]) => !holds)?.[0] ?? null;
}

const follows = (path: string): boolean => path.startsWith('tracking');
function mayConfirm(event: OpportunityEvent, { context }: Seen): boolean {
  if (event.type !== 'signal.confirm') return false;
  return event.plan !== null && context.risk.level < 2;
}

function firstViolation(machine: Machine, many: number): string | null {
  for (let seed = 1; seed <= many; seed++) {
    const { violation, trail } = live(machine, seed);
    if (violation !== null) return `${violation}: ${trail.join(', ')}`;
  }
  return null;
}

test(`${runs} random lives under random risk, halts and signals break no rule`, () => {
  expect(firstViolation(opportunityMachine, runs)).toBeNull();
});

describe('a bug put in is found:', () => {
  type Provided = Parameters<Machine['provide']>[0];
  const { actions, guards } = opportunityMachine.implementations;
  const bugs: Readonly<Record<string, Provided>> = {
    'an end leaves what a halt had set aside': { actions: { end: followedBy('end', ({ paused }) => ({ paused })) } },
    'a reopened life keeps its trail': { actions: { reopen: followedBy('reopen', ({ trailMilli }) => ({ trailMilli })) } },
    'a halt stops the risk dwell too': { actions: { suspend: followedBy('suspend', () => ({ timers: {} })) } },
    'a release lets time run in a halt': {
      actions: { release: followedBy('release', ({ paused, isHalted }) => (isHalted ? { timers: paused, paused: {} } : {})) },
    },
    'a confirmation does not ask for risk': {
      guards: {
        mayConfirm: ({ event }) => event.type === 'signal.confirm' && event.plan !== null,
      },
    },
    'a confirmation without room': {
      guards: { mayConfirm: ({ context, event }) => event.type === 'signal.confirm' && context.risk.level < 2 },
    },
    'the region does not rise': {
      guards: { isLevel: ({ event }, { level }) => event.type === 'risk.synced' && event.level === level && level !== 2 },
    },
  };
  /** The action as it is, and then this. */
  function followedBy(name: string, change: (context: OpportunityContext) => Partial<OpportunityContext>): never {
    const own = (actions as unknown as Record<string, { assignment: unknown }>)[name]!;
    const assigned = Object.assign((...args: never[]) => (own as unknown as (...all: never[]) => unknown)(...args), own, {
      assignment: (args: { context: OpportunityContext }, params: never) => ({
        ...(own.assignment as (a: typeof args, p: never) => object)(args, params),
        ...change(args.context),
      }),
    });
    return assigned as never;
  }

  test.each(Object.keys(bugs))('%s', (name) => {
    expect(guards).toBeDefined();
    expect(firstViolation(opportunityMachine.provide(bugs[name]!), 3000)).not.toBeNull();
  });
});

test(`the risk desk is what a list of all that was said comes to, over ${runs} sequences`, () => {
  const random = lcg(5);
  for (let run = 0; run < runs; run++) {
    const desk = new RiskDesk((scope) => (scopes as readonly string[]).includes(scope));
    const said = new Map<string, { level: number; policy: 'end' | 'hold' }>();
    for (let k = 0; k < 12; k++) {
      const scope = [...scopes, 'nobody'][random(5)]!;
      const told = { level: random(4), policy: random(2) === 0 ? 'end' : 'hold' } as const;
      expect(desk.set(scope, told.level, told.policy)).toBe(scope !== 'nobody');
      if (scope !== 'nobody') said.set(scope, told);
      const level = Math.max(0, ...[...said.values()].map((each) => each.level));
      const ends = [...said.values()].some((each) => each.level === level && each.policy === 'end');
      expect(desk.of(scopes)).toEqual(level === 0 ? { level: 0, policy: 'hold' } : { level, policy: ends ? 'end' : 'hold' });
    }
  }
});
