/** What an opportunity knows, and the events it hears. All of it plain JSON; prices Milli, instants tape ms. */
import type { ConfidenceSource, EndReason, Family } from '../../contracts/opportunity.ts';
import type { InstrumentId, TradeDate } from '../../contracts/units.ts';
import type { At } from '../common/actor-event.ts';
import type { PausedTimers, Timers } from '../common/timers.ts';
import type { DataState } from '../symbol/symbol.machine.ts';
import type { CoolDowns } from './cool-down.ts';

/** Entry reference and exits, frozen at confirmation (quant.md §3.0). */
export type Plan = {
  readonly entryMilli: number;
  readonly stopMilli: number;
  readonly target1Milli: number;
  readonly target2Milli: number;
  /** σ over the horizon, as a fraction of the price. */
  readonly sigmaH: number;
  readonly rewardRisk: number;
};

export type OpportunityInput = {
  readonly id: string;
  readonly tradeDate: TradeDate;
  readonly instrument: InstrumentId;
  readonly family: Family;
  readonly detector: string;
  readonly openedMs: number;
  readonly anchor: { readonly p0Milli: number; readonly enterMilli: number };
  readonly plan: Plan;
  /** Calibrated probability of the label, and its base rate. */
  readonly p: number;
  readonly p0: number;
  /** What the probabilities were fitted on. */
  readonly confidenceSource: ConfidenceSource;
  readonly score: number;
  readonly horizonSec: number;
  readonly confirmSec: number;
  /** Score at which the detector enters: a horizon is extended only above it. */
  readonly enterScore: number;
  readonly riskLevel: number;
  readonly coolDowns: CoolDowns;
  /** Stops of the same symbol and family earlier today. */
  readonly stopsToday: number;
};

export type OpportunityContext = OpportunityInput & {
  readonly timers: Timers;
  /** Timers set aside by a halt or by a market-wide freeze. */
  readonly paused: PausedTimers | null;
  readonly pausedAtMilli: number | null;
  readonly peakMilli: number;
  /** Set once T1 was touched: max(stop, entry, peak − 0.4 · gain). */
  readonly trailMilli: number | null;
  readonly confirmedMs: number | null;
  readonly endedMs: number | null;
  readonly endReason: EndReason | null;
  /** The stop was hit while nobody was bidding. */
  readonly unfillable: boolean;
  readonly extended: boolean;
  readonly heldByRisk: boolean;
  readonly reopened: number;
  readonly riskTarget: number;
  /** The last change that is not a change of state, and how many there were. */
  readonly note: string | null;
  readonly noteSeq: number;
};

export type PriceEvent = At & {
  readonly type: 'price';
  readonly bidMilli: number | null;
  readonly midMilli: number;
  readonly lastMilli: number;
  /** K4: a dive from a height. */
  readonly dive: boolean;
};

export type OpportunityEvent =
  | (At & { readonly type: 'signal.enter'; readonly score: number; readonly p: number; readonly reopens: boolean })
  | (At & { readonly type: 'signal.confirm'; readonly score: number; readonly p: number; readonly plan: Plan | null })
  | (At & { readonly type: 'signal.update' | 'signal.weaken'; readonly score: number; readonly p: number })
  | PriceEvent
  | (At & { readonly type: 'limit.locked' | 'limit.unlocked' | 'snapshot.next' | 'gap' | 'session.end' | 'operator.dismiss' })
  | (At & { readonly type: 'halt' | 'resume'; readonly lastMilli: number })
  | (At & { readonly type: 'risk.changed'; readonly level: number; readonly policy: 'end' | 'hold' })
  | (At & { readonly type: `data.${DataState}` })
  | (At & { readonly type: `timer.${TimerName}` });

export const timerNames = ['confirmDeadline', 'horizon', 'decay', 'pullHold', 'coolDown', 'suspendLimit', 'riskDwell'] as const;
export type TimerName = (typeof timerNames)[number];

/** Seconds of trading time unless said. Source: quant.md §4.5–4.6. */
export const lifecycleTimes = {
  decaySec: 120,
  pullHoldSec: 30,
  heldByRiskSec: 60,
  riskDwellSec: 120,
  /** Wall milliseconds: a halt does not stretch it. */
  suspendLimitMs: 30 * 60_000,
} as const;

/** Pull-backs from the peak in units of σH, and the shares of the impulse that must remain. */
export const lifecycleLevels = {
  pullHold: 0.3,
  pullDeep: 0.6,
  giveInvalid: 0.35,
  resumeGap: 0.03,
  confirmEdge: 0.1,
  trailGain: 0.4,
} as const;

export const pullOf = (context: OpportunityContext, midMilli: number): number =>
  (context.peakMilli - midMilli) / context.peakMilli / context.plan.sigmaH;

/** Share of the impulse that is left: (mid − P0) / (entry signal − P0). */
export const giveOf = ({ anchor }: OpportunityContext, midMilli: number): number =>
  (midMilli - anchor.p0Milli) / (anchor.enterMilli - anchor.p0Milli);

export const stopOf = (context: OpportunityContext): number => Math.max(context.plan.stopMilli, context.trailMilli ?? 0);
