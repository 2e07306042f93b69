/** The machines the cell runs, their inputs and events, and what each tells of itself in a transition's `data`. */
import { type MarketEvent, marketMachine } from '../../actors/market/market.machine.ts';
import { type ModelContext, type ModelEvent, type ModelInput, modelMachine } from '../../actors/model/model.machine.ts';
import type { OpportunityContext, OpportunityEvent, OpportunityInput } from '../../actors/opportunity/context.ts';
import { opportunityMachine } from '../../actors/opportunity/opportunity.machine.ts';
import { stopOf } from '../../actors/opportunity/prices.ts';
import { type RiskContext, type RiskEvent, riskMachine } from '../../actors/risk/risk.machine.ts';
import { type SectorContext, type SectorEvent, sectorMachine } from '../../actors/sector/sector.machine.ts';
import { type SourceMachineEvent, sourceMachine } from '../../actors/source/source.machine.ts';
import { type SymbolEvent, symbolMachine } from '../../actors/symbol/symbol.machine.ts';
import type { Kind } from './actors.ts';

/** Input and events by kind: what `spawn` and `send` may be given. */
export type Spoken = {
  readonly market: { readonly input: { readonly tradeDate: string }; readonly event: MarketEvent };
  readonly source: { readonly input: { readonly name: string }; readonly event: SourceMachineEvent };
  readonly symbol: { readonly input: { readonly instrument: string }; readonly event: SymbolEvent };
  readonly sector: { readonly input: { readonly code: string; readonly name: string }; readonly event: SectorEvent };
  readonly risk: { readonly input: { readonly scope: string }; readonly event: RiskEvent };
  readonly model: { readonly input: ModelInput; readonly event: ModelEvent };
  readonly opportunity: { readonly input: OpportunityInput; readonly event: OpportunityEvent };
};
export type KindName = keyof Spoken;

const none = () => ({});

const opportunityFacts = (context: OpportunityContext): Record<string, unknown> => ({
  entity: context.entity,
  direction: context.direction,
  family: context.family,
  tracks: context.tracks,
  forecasts: context.forecasts,
  p: context.p,
  p0: context.p0,
  confidenceSource: context.confidenceSource,
  capped: context.capped,
  score: context.score,
  anchor: context.anchor,
  plan: context.plan,
  stopMilli: stopOf(context),
  peakMilli: context.peakMilli,
  trailMilli: context.trailMilli,
  advice: context.advice,
  risks: context.risks,
  rank: context.rank,
  risk: context.risk,
  openedMs: context.openedMs,
  confirmedMs: context.confirmedMs,
  endedMs: context.endedMs,
  endReason: context.endReason,
  unfillable: context.unfillable,
  reopened: context.reopened,
  /** Due in tape ms; what a halt or a freeze has set aside, in trading seconds left. */
  timers: context.timers,
  paused: context.paused,
  predecessorId: context.predecessorId,
  parentId: context.parentId,
  /** A locked limit-up is the board family's to follow. */
  handover: context.endReason === 'LIMIT' ? { family: 'board', predecessorId: context.id } : null,
});

export const kinds: { readonly [K in KindName]: Kind<K> } = {
  market: { name: 'market', machine: marketMachine, facts: none },
  source: { name: 'source', machine: sourceMachine, facts: none },
  symbol: { name: 'symbol', machine: symbolMachine, facts: none },
  sector: {
    name: 'sector',
    machine: sectorMachine,
    facts: (({ facts }: SectorContext) => ({ ...facts })) as (context: never) => Record<string, unknown>,
  },
  risk: {
    name: 'risk',
    machine: riskMachine,
    facts: (({ causes }: RiskContext) => ({ causes })) as (context: never) => Record<string, unknown>,
  },
  model: {
    name: 'model',
    machine: modelMachine,
    facts: (({ strategy, modelId, by }: ModelContext) => ({ strategy, modelId, by })) as (context: never) => Record<string, unknown>,
  },
  opportunity: { name: 'opportunity', machine: opportunityMachine, facts: opportunityFacts as (context: never) => Record<string, unknown> },
};
