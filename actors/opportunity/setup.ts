/** Guards and actions of the opportunity by name; what they mean for a price stands in prices.ts. */
import { assertEvent, assign, setup } from 'xstate';
import { hasEdge } from '../../contracts/forecast.ts';
import type { Advice, EndReason } from '../../contracts/opportunity.ts';
import { arm, armWall, disarm, pause, resume, type Timers, timerId } from '../common/timers.ts';
import {
  lifecycleLevels as levels,
  type OpportunityContext,
  type OpportunityEvent,
  type OpportunityInput,
  type Price,
  type Standing,
  lifecycleTimes as times,
  unpaused,
} from './context.ts';
import { coolDownSec } from './cool-down.ts';
import { familyTraits } from './families.ts';
import * as prices from './prices.ts';

type Args = { readonly context: OpportunityContext; readonly event: OpportunityEvent };
type ByPrice = (context: OpportunityContext, price: Price) => boolean;
/** A guard over a price; another event is a fault of the chart and throws. */
const byPrice =
  (guard: ByPrice) =>
  ({ context, event }: Args): boolean => {
    assertEvent(event, 'price');
    return guard(context, event);
  };
const noted = (context: OpportunityContext, note: string) => ({ note, noteSeq: context.noteSeq + 1 });
const only = (timers: Timers, keep: (id: string) => boolean): Timers =>
  Object.fromEntries(Object.entries(timers).filter(([id]) => keep(id)));
const isUnpaused = (id: string): boolean => unpaused.includes(id);
const coolDownOf = ({ stopsToday, coolDowns }: OpportunityContext, reason: EndReason): number =>
  coolDownSec(reason, stopsToday + (reason === 'STOP' ? 1 : 0), coolDowns);

/** Sets aside every timer whose time now stands still; what is already aside stays. */
const stopTime = ({ timers, paused }: OpportunityContext, nowMs: number) => ({
  paused: {
    ...paused,
    ...pause(
      only(timers, (id) => !isUnpaused(id)),
      nowMs,
    ),
  },
  timers: only(timers, isUnpaused),
});
const startTime = ({ timers, paused, tradeDate }: OpportunityContext, nowMs: number) => ({
  paused: {},
  timers: { ...timers, ...resume(paused, nowMs, tradeDate) },
});
/** Arms a timer whether or not its time runs at the moment. */
const armed = (context: OpportunityContext, id: string, sec: number, nowMs: number): Pick<OpportunityContext, 'timers' | 'paused'> =>
  context.isHalted || context.isHeld
    ? { timers: context.timers, paused: { ...context.paused, [id]: sec } }
    : { timers: arm(context.timers, id, sec, nowMs, context.tradeDate), paused: context.paused };
const disarmed = ({ timers, paused }: Pick<OpportunityContext, 'timers' | 'paused'>, id: string) => ({
  timers: disarm(timers, id),
  paused: disarm(paused, id),
});
/** Without an edge never above WATCH; to be avoided for as long as nobody could have bought it. */
const advisedBy = ({ forecasts, tracks }: Standing, advice: Advice): Advice => {
  if (advice === 'AVOID') return Object.values(tracks).some(({ path }) => path === 'one-word') ? 'AVOID' : 'WATCH';
  return (advice === 'T0_WITH_BASE' || advice === 'OPEN_T1') && !hasEdge(forecasts) ? 'WATCH' : advice;
};
const isArmed = ({ timers, paused }: OpportunityContext, id: string): boolean => id in timers || id in paused;
/** A weak standing decays; one that recovers does not. */
const withDecay = (context: OpportunityContext, weak: boolean, nowMs: number): Pick<OpportunityContext, 'timers' | 'paused'> => {
  if (!weak) return disarmed(context, 'decay');
  return isArmed(context, 'decay') ? { timers: context.timers, paused: context.paused } : armed(context, 'decay', times.decaySec, nowMs);
};

export const opportunitySetup = setup({
  types: { input: {} as OpportunityInput, context: {} as OpportunityContext, events: {} as OpportunityEvent },
  guards: {
    /** The pattern is confirmed; whether it has an edge is said apart and gates the advice. */
    mayConfirm: ({ context: { risk }, event }) => {
      assertEvent(event, 'signal.confirm');
      return event.plan !== null && risk.level < 2;
    },
    isHeldByRisk: ({ context }) => context.risk.level >= 2 && !context.heldByRisk,
    isLost: byPrice(prices.isLost),
    dives: byPrice(prices.dives),
    isStopped: byPrice(prices.isStopped),
    reachesTarget2: byPrice(prices.reachesTarget2),
    reachesTarget1: byPrice(prices.reachesTarget1),
    standsLocked: byPrice(prices.standsLocked),
    isNewPeak: byPrice(prices.isNewPeak),
    startsPull: byPrice(prices.startsPull),
    endsPull: byPrice(prices.endsPull),
    isDeepPull: byPrice(prices.isDeepPull),
    isRecovered: byPrice(prices.isRecovered),
    mayExtend: ({ context: { score, enterScore, extended } }) => score !== null && score >= enterScore && !extended,
    endsAtLock: ({ context }) => familyTraits[context.family].onLock === 'end',
    staysAtLock: ({ context }) => familyTraits[context.family].onLock === 'lock',
    endsByRisk: ({ event }) => event.type === 'risk.synced' && event.level === 3 && event.policy === 'end',
    mustHold: ({ context, event }) => event.type === 'risk.synced' && event.level === 3 && event.policy === 'hold' && !context.isHeld,
    isReleased: ({ context, event }) => event.type === 'risk.synced' && event.level < 3 && context.isHeld,
    opensNear: ({ context, event }) =>
      event.type === 'resume' &&
      context.haltedAtMilli !== null &&
      Math.abs(event.lastMilli / context.haltedAtMilli - 1) <= levels.resumeGap,
    reopens: ({ event }) => event.type === 'signal.enter' && event.reopens !== null,
    isLevel: ({ event }, params: { level: number }) => event.type === 'risk.synced' && event.level === params.level,
  },
  actions: {
    dropTimer: assign({ timers: ({ context, event }) => disarm(context.timers, timerId(event.type)) }),
    /** What stands now; an advice that rested on an edge goes with it. */
    stand: assign(({ context, event }) =>
      'standing' in event ? { ...event.standing, advice: advisedBy(event.standing, context.advice) } : {},
    ),
    /** Weakness counts once it stands confirmed. */
    syncDecay: assign(({ context, event }) => ('standing' in event ? withDecay(context, event.standing.weak, event.tsMs) : {})),
    confirm: assign(({ context, event }) => {
      assertEvent(event, 'signal.confirm');
      const plan = event.plan ?? context.plan;
      const awaited = { ...context, ...disarmed(context, 'confirmDeadline') };
      const { anchor } = context;
      const peak = context.direction === 'up' ? Math.max(anchor.enterMilli, plan.entryMilli) : Math.min(anchor.enterMilli, plan.entryMilli);
      return {
        ...event.offer,
        plan,
        confirmedMs: event.tsMs,
        peakMilli: peak,
        ...armed(awaited, 'horizon', context.horizonSec, event.tsMs),
      };
    }),
    holdByRisk: assign(({ context, event }) => ({
      heldByRisk: true,
      ...armed(context, 'confirmDeadline', times.heldByRiskSec, event.tsMs),
      ...noted(context, 'heldByRisk'),
    })),
    raisePeak: assign(({ context, event }) => {
      assertEvent(event, 'price');
      return { ...prices.risen(context, event.midMilli), ...disarmed(context, 'pullHold') };
    }),
    armTrail: assign(({ context, event }) => {
      assertEvent(event, 'price');
      const peakMilli = prices.isNewPeak(context, event) ? event.midMilli : context.peakMilli;
      return { peakMilli, trailMilli: prices.trailOf(context, peakMilli), ...noted(context, 'target1') };
    }),
    armPull: assign(({ context, event }) => armed(context, 'pullHold', times.pullHoldSec, event.tsMs)),
    /** A dive is a risk and no end: real ones are half recovered within a quarter of an hour. */
    noteDive: assign(({ context }) => ({
      dived: true,
      tightened: context.tightened || context.confirmedMs !== null,
      ...noted(context, 'dive'),
    })),
    disarmPull: assign(({ context }) => disarmed(context, 'pullHold')),
    extend: assign(({ context, event }) => ({
      extended: true,
      ...armed(context, 'horizon', context.horizonSec / 2, event.tsMs),
      ...noted(context, 'horizonExtended'),
    })),
    suspend: assign(({ context, event }) => {
      const still = stopTime(context, event.tsMs);
      return {
        isHalted: true,
        haltedAtMilli: event.type === 'halt' ? event.lastMilli : null,
        paused: still.paused,
        timers: armWall(still.timers, 'suspendLimit', times.suspendLimitMs, event.tsMs),
      };
    }),
    unsuspend: assign(({ context, event }) => ({
      isHalted: false,
      ...(context.isHeld ? disarmed(context, 'suspendLimit') : startTime({ ...context, ...disarmed(context, 'suspendLimit') }, event.tsMs)),
    })),
    hold: assign(({ context, event }) => ({ isHeld: true, ...stopTime(context, event.tsMs), ...noted(context, 'riskHold') })),
    release: assign(({ context, event }) => ({
      isHeld: false,
      ...(context.isHalted ? {} : startTime(context, event.tsMs)),
      ...noted(context, 'riskReleased'),
    })),
    /** A new life under the same id: nothing of the first one's prices, notes or confirmation holds. */
    reopen: assign(({ context, event }) => {
      assertEvent(event, 'signal.enter');
      const { anchor, plan, offer } = event.reopens!;
      return {
        ...offer,
        anchor,
        plan,
        peakMilli: anchor.enterMilli,
        trailMilli: null,
        tightened: false,
        dived: false,
        confirmedMs: null,
        endedMs: null,
        endReason: null,
        unfillable: false,
        extended: false,
        heldByRisk: false,
        haltedAtMilli: null,
        reopened: context.reopened + 1,
        timers: arm(
          only(context.timers, (id) => id === 'riskDwell'),
          'confirmDeadline',
          familyTraits[context.family].confirmSec,
          event.tsMs,
          context.tradeDate,
        ),
      };
    }),
    end: assign(({ context, event }, params: { reason: EndReason }) => ({
      endReason: params.reason,
      endedMs: event.tsMs,
      unfillable: params.reason === 'STOP' && event.type === 'price' && prices.exitOf(context, event) === null,
      isHalted: false,
      isHeld: false,
      paused: {},
      timers: arm(
        only(context.timers, (id) => id === 'riskDwell'),
        'coolDown',
        coolDownOf(context, params.reason),
        event.tsMs,
        context.tradeDate,
      ),
    })),
    archive: assign({ timers: {} }),
    syncRisk: assign(({ event }) => {
      assertEvent(event, 'risk.synced');
      return { risk: { level: event.level, policy: event.policy } };
    }),
    clearDwell: assign({ timers: ({ context }) => disarm(context.timers, 'riskDwell') }),
    armDwell: assign({
      timers: ({ context, event }) =>
        'riskDwell' in context.timers
          ? context.timers
          : arm(context.timers, 'riskDwell', times.riskDwellSec, event.tsMs, context.tradeDate),
    }),
    dwellAgain: assign({
      timers: ({ context, event }, params: { to: number }) =>
        params.to > context.risk.level
          ? arm(context.timers, 'riskDwell', times.riskDwellSec, event.tsMs, context.tradeDate)
          : context.timers,
    }),
    /** What is followed keeps half the distance to its stop once risk was restricted (contracts/spec/lifecycle.md#risk). */
    tighten: assign(({ context }) => ({
      tightened: context.tightened || (context.risk.level >= 2 && context.confirmedMs !== null && context.endReason === null),
    })),
  },
});
