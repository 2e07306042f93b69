/**
 * Opportunity: discovered 发现 → confirmed 确认 → tracking 跟踪 → ended 结束 → archived, with risk and data beside it.
 *
 * Table    quant.md §4.5–4.6 whole, as contracts/decisions/0009-machines.md writes it out
 * Order    in one event: data, risk, stop, target 2, target 1, then the rest. Stop and target in one quote: the stop
 * Time     every event carries tape time; timers are data in context, dropped by the region `clock` before all else
 * Output   the actor's state and context only; the cell journals what changed
 */
import { assign, setup } from 'xstate';
import type { EndReason } from '../../contracts/opportunity.ts';
import { arm, armWall, disarm, pause, resume, timerId } from '../common/timers.ts';
import {
  giveOf,
  lifecycleLevels as levels,
  type OpportunityContext,
  type OpportunityEvent,
  type OpportunityInput,
  type Plan,
  type PriceEvent,
  pullOf,
  stopOf,
  lifecycleTimes as times,
} from './context.ts';
import { coolDownSec } from './cool-down.ts';
import { riskRegion } from './risk-region.ts';

const asPrice = (event: OpportunityEvent): PriceEvent => event as PriceEvent;
type Args = { readonly context: OpportunityContext; readonly event: OpportunityEvent };
const noted = (context: OpportunityContext, note: string) => ({ note, noteSeq: context.noteSeq + 1 });
const isStopped = ({ context, event }: Args): boolean => {
  const { bidMilli, lastMilli } = asPrice(event);
  return (bidMilli ?? lastMilli) <= stopOf(context);
};
const coolDownOf = ({ stopsToday, coolDowns }: OpportunityContext, reason: EndReason): number =>
  coolDownSec(reason, stopsToday + (reason === 'STOP' ? 1 : 0), coolDowns);
const trail = (context: OpportunityContext, peakMilli: number): number =>
  Math.max(
    context.plan.stopMilli,
    context.plan.entryMilli,
    Math.floor(peakMilli - levels.trailGain * (peakMilli - context.plan.entryMilli)),
  );

export const opportunitySetup = setup({
  types: { input: {} as OpportunityInput, context: {} as OpportunityContext, events: {} as OpportunityEvent },
  guards: {
    hasEdge: ({ context, event }) =>
      event.type === 'signal.confirm' && event.p >= context.p0 + levels.confirmEdge && event.plan !== null && context.riskTarget < 2,
    isHeldByRisk: ({ context }) => context.riskTarget >= 2 && !context.heldByRisk,
    isLost: ({ context, event }) => asPrice(event).dive || giveOf(context, asPrice(event).midMilli) < levels.giveInvalid,
    dives: ({ event }) => asPrice(event).dive,
    isStopped,
    reachesTarget2: ({ context, event }) => (asPrice(event).bidMilli ?? 0) >= context.plan.target2Milli,
    reachesTarget1: ({ context, event }) => context.trailMilli === null && (asPrice(event).bidMilli ?? 0) >= context.plan.target1Milli,
    isNewPeak: ({ context, event }) => asPrice(event).midMilli > context.peakMilli,
    startsPull: ({ context, event }) => !('pullHold' in context.timers) && pullOf(context, asPrice(event).midMilli) >= levels.pullHold,
    endsPull: ({ context, event }) => 'pullHold' in context.timers && pullOf(context, asPrice(event).midMilli) < levels.pullHold,
    isDeepPull: ({ context, event }) => pullOf(context, asPrice(event).midMilli) >= levels.pullDeep,
    isRecovered: ({ context, event }) => pullOf(context, asPrice(event).midMilli) < levels.pullHold,
    mayExtend: ({ context }) => context.score >= context.enterScore && !context.extended,
    isMomentum: ({ context }) => context.family === 'momentum',
    endsByRisk: ({ event }) => event.type === 'risk.changed' && event.level === 3 && event.policy === 'end',
    mustHold: ({ context, event }) =>
      event.type === 'risk.changed' && event.level === 3 && event.policy === 'hold' && context.paused === null,
    isReleased: ({ context, event }) => event.type === 'risk.changed' && event.level < 3 && context.paused !== null,
    opensNear: ({ context, event }) =>
      event.type === 'resume' &&
      context.pausedAtMilli !== null &&
      Math.abs(event.lastMilli / context.pausedAtMilli - 1) <= levels.resumeGap,
    reopens: ({ event }) => event.type === 'signal.enter' && event.reopens,
    risesTo: ({ event }, params: { level: number }) => event.type === 'risk.changed' && event.level === params.level,
    fallsBelow: ({ event }, params: { level: number }) => event.type === 'risk.changed' && event.level < params.level,
  },
  actions: {
    dropTimer: assign({ timers: ({ context, event }) => disarm(context.timers, timerId(event.type)) }),
    score: assign(({ context, event }) => ('score' in event ? { score: event.score, p: event.p } : { score: context.score })),
    confirm: assign(({ context, event }) => {
      const plan: Plan = event.type === 'signal.confirm' && event.plan !== null ? event.plan : context.plan;
      return {
        plan,
        confirmedMs: event.tsMs,
        peakMilli: Math.max(context.anchor.enterMilli, plan.entryMilli),
        timers: arm(disarm(context.timers, 'confirmDeadline'), 'horizon', context.horizonSec, event.tsMs, context.tradeDate),
      };
    }),
    holdByRisk: assign(({ context, event }) => ({
      heldByRisk: true,
      timers: arm(context.timers, 'confirmDeadline', times.heldByRiskSec, event.tsMs, context.tradeDate),
      ...noted(context, 'heldByRisk'),
    })),
    raisePeak: assign(({ context, event }) => ({
      peakMilli: Math.max(context.peakMilli, asPrice(event).midMilli),
      trailMilli: context.trailMilli === null ? null : trail(context, Math.max(context.peakMilli, asPrice(event).midMilli)),
      timers: disarm(context.timers, 'pullHold'),
    })),
    armTrail: assign(({ context, event }) => {
      const peakMilli = Math.max(context.peakMilli, asPrice(event).midMilli);
      return { peakMilli, trailMilli: trail(context, peakMilli), ...noted(context, 'target1') };
    }),
    armPull: assign({ timers: ({ context, event }) => arm(context.timers, 'pullHold', times.pullHoldSec, event.tsMs, context.tradeDate) }),
    disarmPull: assign({ timers: ({ context }) => disarm(context.timers, 'pullHold') }),
    armDecay: assign({ timers: ({ context, event }) => arm(context.timers, 'decay', times.decaySec, event.tsMs, context.tradeDate) }),
    disarmDecay: assign({ timers: ({ context }) => disarm(context.timers, 'decay') }),
    extend: assign(({ context, event }) => ({
      extended: true,
      timers: arm(context.timers, 'horizon', context.horizonSec / 2, event.tsMs, context.tradeDate),
      ...noted(context, 'horizonExtended'),
    })),
    suspend: assign(({ context, event }) => ({
      paused: { ...context.paused, ...pause(context.timers, event.tsMs) },
      pausedAtMilli: event.type === 'halt' ? event.lastMilli : null,
      timers: armWall({}, 'suspendLimit', times.suspendLimitMs, event.tsMs),
    })),
    hold: assign(({ context, event }) => ({
      paused: pause(disarm(context.timers, 'riskDwell'), event.tsMs),
      timers: Object.fromEntries(Object.entries(context.timers).filter(([id]) => id === 'riskDwell')),
      ...noted(context, 'riskHold'),
    })),
    release: assign(({ context, event }) => ({
      paused: null,
      timers: { ...disarm(context.timers, 'suspendLimit'), ...resume(context.paused ?? {}, event.tsMs, context.tradeDate) },
    })),
    noteRelease: assign(({ context }) => noted(context, 'riskReleased')),
    reopen: assign(({ context, event }) => ({
      reopened: context.reopened + 1,
      endReason: null,
      endedMs: null,
      timers: arm({}, 'confirmDeadline', context.confirmSec, event.tsMs, context.tradeDate),
    })),
    end: assign(({ context, event }, params: { reason: EndReason }) => ({
      endReason: params.reason,
      endedMs: event.tsMs,
      unfillable: params.reason === 'STOP' && event.type === 'price' && event.bidMilli === null,
      timers: arm({}, 'coolDown', coolDownOf(context, params.reason), event.tsMs, context.tradeDate),
      paused: null,
    })),
    lowerRisk: assign(({ context, event }) => ({
      riskTarget: event.type === 'risk.changed' ? event.level : context.riskTarget,
      timers: arm(context.timers, 'riskDwell', times.riskDwellSec, event.tsMs, context.tradeDate),
    })),
    raiseRisk: assign(({ context, event }) => ({
      riskTarget: event.type === 'risk.changed' ? event.level : context.riskTarget,
      timers: disarm(context.timers, 'riskDwell'),
    })),
    stepDown: assign(({ context, event }, params: { to: number }) => ({
      timers:
        params.to > context.riskTarget
          ? arm(context.timers, 'riskDwell', times.riskDwellSec, event.tsMs, context.tradeDate)
          : context.timers,
    })),
    /** Restricted: halve the distance from entry to stop (quant.md §4.6). */
    tightenStop: assign(({ context: { plan } }) => ({
      plan: { ...plan, stopMilli: Math.max(plan.stopMilli, Math.floor(plan.entryMilli - 0.5 * (plan.entryMilli - plan.stopMilli))) },
    })),
  },
});

const ended = (reason: EndReason) => ({
  target: '#opportunity.lifecycle.ended' as const,
  actions: { type: 'end' as const, params: { reason } },
});
const stopped = { guard: 'isStopped' as const, ...ended('STOP') };
/** Exits come before everything a substate does with a price. */
const exits = [
  stopped,
  { guard: 'dives' as const, ...ended('INVALID') },
  { guard: 'reachesTarget2' as const, ...ended('TARGET') },
  { guard: 'reachesTarget1' as const, actions: 'armTrail' as const },
];
const peaks = { guard: 'isNewPeak' as const, target: 'rising' as const, actions: 'raisePeak' as const };

export const opportunityMachine = opportunitySetup.createMachine({
  id: 'opportunity',
  type: 'parallel',
  context: ({ input }) => ({
    ...input,
    timers: arm({}, 'confirmDeadline', input.confirmSec, input.openedMs, input.tradeDate),
    paused: null,
    pausedAtMilli: null,
    peakMilli: input.anchor.enterMilli,
    trailMilli: null,
    confirmedMs: null,
    endedMs: null,
    endReason: null,
    unfillable: false,
    extended: false,
    heldByRisk: false,
    reopened: 0,
    riskTarget: input.riskLevel,
    note: null,
    noteSeq: 0,
  }),
  states: {
    clock: { on: { 'timer.*': { actions: 'dropTimer' } } },
    lifecycle: {
      initial: 'live',
      states: {
        live: {
          initial: 'discovered',
          on: {
            gap: ended('DATA'),
            'risk.changed': [
              { guard: 'endsByRisk', ...ended('RISK') },
              { guard: 'mustHold', actions: 'hold' },
              { guard: 'isReleased', actions: ['release', 'noteRelease'] },
            ],
            halt: { target: 'suspended', actions: 'suspend' },
            'session.end': ended('SESSION'),
            'operator.dismiss': ended('MANUAL'),
          },
          states: {
            discovered: {
              on: {
                price: { guard: 'isLost', ...ended('INVALID') },
                'signal.confirm': [
                  { guard: 'hasEdge', target: 'confirmed', actions: ['score', 'confirm'] },
                  { guard: 'isHeldByRisk', actions: 'holdByRisk' },
                ],
                'signal.update': { actions: 'score' },
                'signal.weaken': { actions: 'score' },
                'limit.locked': ended('LIMIT'),
                'timer.confirmDeadline': ended('UNCONFIRMED'),
              },
            },
            confirmed: {
              on: {
                'snapshot.next': { target: 'tracking' },
                'limit.locked': [{ guard: 'isMomentum', ...ended('LIMIT') }, { target: 'tracking.locked' }],
              },
            },
            tracking: {
              initial: 'rising',
              on: {
                'signal.update': { actions: ['score', 'disarmDecay'] },
                'signal.weaken': { actions: ['score', 'armDecay'] },
                'limit.locked': [{ guard: 'isMomentum', ...ended('LIMIT') }, { target: '.locked' }],
                'timer.decay': ended('DECAY'),
                'timer.horizon': [{ guard: 'mayExtend', actions: 'extend' }, ended('TIMEOUT')],
              },
              states: {
                rising: {
                  on: {
                    price: [
                      ...exits,
                      { guard: 'isNewPeak', actions: 'raisePeak' },
                      { guard: 'startsPull', actions: 'armPull' },
                      { guard: 'endsPull', actions: 'disarmPull' },
                    ],
                    'timer.pullHold': 'holding',
                  },
                },
                holding: { on: { price: [...exits, peaks, { guard: 'isDeepPull', target: 'pulling' }] } },
                pulling: { on: { price: [...exits, peaks, { guard: 'isRecovered', target: 'rising' }] } },
                locked: { on: { price: [...exits], 'limit.unlocked': 'holding' } },
              },
            },
            hist: { type: 'history', history: 'deep' },
          },
        },
        suspended: {
          on: {
            resume: [{ guard: 'opensNear', target: 'live.hist', actions: 'release' }, ended('INVALID')],
            'timer.suspendLimit': ended('INVALID'),
            'session.end': ended('SESSION'),
            'operator.dismiss': ended('MANUAL'),
          },
        },
        ended: {
          on: {
            'signal.enter': { guard: 'reopens', target: 'live.discovered', actions: ['score', 'reopen'] },
            'timer.coolDown': 'archived',
          },
        },
        archived: {},
      },
    },
    risk: riskRegion,
    data: {
      initial: 'fresh',
      on: { 'data.fresh': '.fresh', 'data.degraded': '.degraded', 'data.stale': '.stale', 'data.halted': '.halted' },
      states: { fresh: {}, degraded: {}, stale: {}, halted: {} },
    },
  },
});
