/**
 * Opportunity: discovered 发现 → confirmed 确认 → tracking 跟踪 → ended 结束 → archived, with risk and data beside it.
 *
 * Table    contracts/spec/machines.md#opportunity
 * Order    in one event: data, risk, stop, dive, target 2, target 1, then the rest. Stop and target in one quote: the stop
 * Time     every event carries tape time; timers are data in context, dropped by the region `clock` before all else
 * Output   the actor's state and context only; the cell journals what changed
 */
import type { EndReason } from '../../contracts/opportunity.ts';
import { arm } from '../common/timers.ts';
import { familyTraits } from './families.ts';
import { riskRegion } from './risk-region.ts';
import { opportunitySetup } from './setup.ts';

const ended = (reason: EndReason) => ({
  target: '#opportunity.lifecycle.ended' as const,
  actions: { type: 'end' as const, params: { reason } },
});
const stopped = { guard: 'isStopped' as const, ...ended('STOP') };
/** Exits come before everything a substate does with a price. */
const exits = [
  stopped,
  { guard: 'dives' as const, actions: 'noteDive' as const },
  { guard: 'reachesTarget2' as const, ...ended('TARGET') },
  { guard: 'reachesTarget1' as const, actions: 'armTrail' as const },
];
const peaks = { guard: 'isNewPeak' as const, target: 'rising' as const, actions: 'raisePeak' as const };
const followed = { actions: ['stand' as const, 'syncDecay' as const] };
const locks = (target: 'tracking.locked' | '.locked') => [
  { guard: 'endsAtLock' as const, ...ended('LIMIT') },
  { guard: 'staysAtLock' as const, target },
];
/** A freeze ends or holds, halted or not; what lets go of a hold. */
const risks = [
  { guard: 'endsByRisk' as const, ...ended('RISK') },
  { guard: 'mustHold' as const, actions: 'hold' as const },
  { guard: 'isReleased' as const, actions: 'release' as const },
];

export const opportunityMachine = opportunitySetup.createMachine({
  id: 'opportunity',
  type: 'parallel',
  context: ({ input: { standing, offer, ...input } }) => ({
    ...input,
    ...standing,
    ...offer,
    timers: arm({}, 'confirmDeadline', familyTraits[input.family].confirmSec, input.openedMs, input.tradeDate),
    paused: {},
    isHalted: false,
    isHeld: false,
    haltedAtMilli: null,
    peakMilli: input.anchor.enterMilli,
    trailMilli: null,
    tightened: false,
    dived: false,
    confirmedMs: null,
    endedMs: null,
    endReason: null,
    unfillable: false,
    extended: false,
    heldByRisk: false,
    reopened: 0,
    risk: { level: 0, policy: 'hold' },
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
            'risk.synced': risks,
            halt: { target: 'suspended', actions: 'suspend' },
            'session.end': ended('SESSION'),
            'operator.dismiss': ended('MANUAL'),
          },
          states: {
            discovered: {
              on: {
                price: [
                  { guard: 'isLost', ...ended('INVALID') },
                  { guard: 'dives', actions: 'noteDive' },
                ],
                'signal.confirm': [
                  { guard: 'mayConfirm', target: 'confirmed', actions: ['stand', 'confirm', 'syncDecay'] },
                  { guard: 'isHeldByRisk', actions: ['stand', 'holdByRisk'] },
                  { actions: 'stand' },
                ],
                'signal.enter': { actions: 'stand' },
                'signal.update': { actions: 'stand' },
                'limit.locked': { guard: 'endsAtLock', ...ended('LIMIT') },
                'timer.confirmDeadline': ended('UNCONFIRMED'),
              },
            },
            confirmed: {
              on: {
                'snapshot.next': { target: 'tracking' },
                'signal.enter': followed,
                'signal.update': followed,
                'limit.locked': locks('tracking.locked'),
                'timer.decay': ended('DECAY'),
                'timer.horizon': ended('TIMEOUT'),
              },
            },
            tracking: {
              initial: 'rising',
              on: {
                'signal.enter': followed,
                'signal.update': followed,
                'limit.locked': locks('.locked'),
                'timer.decay': ended('DECAY'),
                'timer.horizon': [{ guard: 'mayExtend', actions: 'extend' }, ended('TIMEOUT')],
              },
              states: {
                rising: {
                  on: {
                    price: [
                      ...exits,
                      { guard: 'standsLocked', target: 'locked' },
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
            resume: [{ guard: 'opensNear', target: 'live.hist', actions: 'unsuspend' }, ended('INVALID')],
            'timer.suspendLimit': ended('INVALID'),
            'risk.synced': risks,
            'session.end': ended('SESSION'),
            'operator.dismiss': ended('MANUAL'),
          },
        },
        ended: {
          on: {
            'signal.enter': { guard: 'reopens', target: 'live.discovered', actions: ['stand', 'reopen'] },
            'timer.coolDown': { target: 'archived', actions: 'archive' },
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
