/**
 * Market: the phase of the day, the regime with its dwell, whether the feed as a whole is fresh and each exchange moves.
 *
 * Table      contracts/spec/machines.md#market
 * Consumed   phase: the end of the session and what a clock does; regime: calibration maps and detectors; feed: gate K1
 */
import { assign, setup } from 'xstate';
import { type Phase, phases } from '../../contracts/session.ts';
import { type Exchange, exchanges, type TradeDate } from '../../contracts/units.ts';
import type { At } from '../common/actor-event.ts';
import { arm, disarm, type Timers, timerId } from '../common/timers.ts';
import { type Regime, regimes } from './regime.ts';

/** A proposed regime must hold this long before it counts (contracts/spec/features.md#market). */
export const regimeDwellSec = 180;

/** K1: share of symbols that are fresh; unhealthy this long freezes new opportunities, healthy this long frees them. Seconds of the tape's clock. */
export const feedHealth = { min: 0.9, staleAfterSec: 10, healthyAfterSec: 60 } as const;
/** A source is lagging after this long without a batch: a whole market is never silent so long, a handful of symbols often. */
export const sourceSilentSec = (quoted: number): number => (quoted >= 30 ? 15 : 60);

export type MarketEvent = At &
  (
    | { readonly type: `phase.${Phase}` }
    | { readonly type: 'regime.proposed'; readonly regime: Regime }
    | { readonly type: 'feed.staled' | 'feed.recovered' | 'timer.regimeDwell' }
    | { readonly type: `exchange.frozen.${Exchange}` | `exchange.thawed.${Exchange}` }
  );
type Context = { readonly tradeDate: TradeDate; readonly proposed: Regime | null; readonly timers: Timers };

const phaseTargets = Object.fromEntries(phases.map((phase) => [`phase.${phase}`, `.${phase}`])) as Record<`phase.${Phase}`, `.${Phase}`>;

export const marketMachine = setup({
  types: { events: {} as MarketEvent, context: {} as Context, input: {} as { readonly tradeDate: TradeDate } },
  guards: {
    isNews: ({ context }, params: { regime: Regime | null }) => params.regime !== context.proposed,
    holds: ({ context }, params: { regime: Regime }) => context.proposed === params.regime,
  },
  actions: {
    dropTimer: assign({ timers: ({ context, event }) => disarm(context.timers, timerId(event.type)) }),
    propose: assign(({ context, event }, params: { regime: Regime; current: Regime }) => ({
      proposed: params.regime,
      timers:
        params.regime === params.current
          ? disarm(context.timers, 'regimeDwell')
          : arm(context.timers, 'regimeDwell', regimeDwellSec, event.tsMs, context.tradeDate),
    })),
  },
}).createMachine({
  id: 'market',
  type: 'parallel',
  context: ({ input }) => ({ tradeDate: input.tradeDate, proposed: null, timers: {} }),
  states: {
    clock: { on: { 'timer.*': { actions: 'dropTimer' } } },
    phase: { initial: 'CLOSED', on: phaseTargets, states: Object.fromEntries(phases.map((phase) => [phase, {}])) as Record<Phase, object> },
    regime: {
      initial: 'unknown',
      states: Object.fromEntries(regimes.map((current) => [current, regimeState(current)])) as Record<
        Regime,
        ReturnType<typeof regimeState>
      >,
    },
    feed: {
      initial: 'fresh',
      states: { fresh: { on: { 'feed.staled': 'stale' } }, stale: { on: { 'feed.recovered': 'fresh' } } },
    },
    ...(Object.fromEntries(exchanges.map((exchange) => [exchange, exchangeRegion(exchange)])) as Record<
      Exchange,
      ReturnType<typeof exchangeRegion>
    >),
  },
});

/** Whether an exchange's quotes move: a feed that repeats itself looks alive symbol by symbol (gate U9). */
function exchangeRegion(exchange: Exchange) {
  return {
    initial: 'moving' as const,
    states: {
      moving: { on: { [`exchange.frozen.${exchange}`]: 'frozen' } },
      frozen: { on: { [`exchange.thawed.${exchange}`]: 'moving' } },
    },
  };
}

function regimeState(current: Regime) {
  return {
    on: {
      'regime.proposed': {
        guard: { type: 'isNews' as const, params: ({ event }: { event: { regime: Regime } }) => ({ regime: event.regime }) },
        actions: { type: 'propose' as const, params: ({ event }: { event: { regime: Regime } }) => ({ regime: event.regime, current }) },
      },
      'timer.regimeDwell': regimes
        .filter((regime) => regime !== current)
        .map((regime) => ({ guard: { type: 'holds' as const, params: { regime } }, target: regime })),
    },
  };
}
