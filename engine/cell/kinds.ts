/** The machines the cell runs, and what each tells of itself in a transition's `data`. */
import { marketMachine } from '../../actors/market/market.machine.ts';
import type { OpportunityContext } from '../../actors/opportunity/context.ts';
import { opportunityMachine } from '../../actors/opportunity/opportunity.machine.ts';
import { sourceMachine } from '../../actors/source/source.machine.ts';
import { symbolMachine } from '../../actors/symbol/symbol.machine.ts';
import type { Kind } from './actors.ts';

const none = () => ({});

const opportunityFacts = (context: OpportunityContext): Record<string, unknown> => ({
  instrument: context.instrument,
  family: context.family,
  detector: context.detector,
  p: context.p,
  p0: context.p0,
  confidenceSource: context.confidenceSource,
  score: context.score,
  anchor: context.anchor,
  plan: context.plan,
  peakMilli: context.peakMilli,
  trailMilli: context.trailMilli,
  openedMs: context.openedMs,
  confirmedMs: context.confirmedMs,
  endedMs: context.endedMs,
  endReason: context.endReason,
  unfillable: context.unfillable,
  reopened: context.reopened,
  horizonMs: context.timers.horizon ?? null,
  /** A locked limit-up is the limit-up detector's to follow. */
  handover: context.endReason === 'LIMIT' ? { family: 'board', predecessorId: context.id } : null,
});

export const kinds = {
  market: { name: 'market', machine: marketMachine, facts: none },
  source: { name: 'source', machine: sourceMachine, facts: none },
  symbol: { name: 'symbol', machine: symbolMachine, facts: none },
  opportunity: { name: 'opportunity', machine: opportunityMachine, facts: opportunityFacts },
} as const satisfies Record<string, Kind>;
