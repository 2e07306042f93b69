/** What an opportunity knows, and the events it receives. All of it plain JSON; prices Milli, instants tape ms. */
import type { Entity } from '../../contracts/entity.ts';
import type { ConfidenceSource, Forecast } from '../../contracts/forecast.ts';
import type { Advice, EndReason, Family } from '../../contracts/opportunity.ts';
import type { Direction, Variant } from '../../contracts/signal.ts';
import type { TradeDate } from '../../contracts/units.ts';
import type { At } from '../common/actor-event.ts';
import type { PausedTimers, Timers } from '../common/timers.ts';
import type { DataState } from '../symbol/symbol.machine.ts';
import type { CoolDowns } from './cool-down.ts';

/** Entry reference and exits, frozen at confirmation (contracts/spec/lifecycle.md#plan). In a down-opportunity the stop lies above and the targets below. */
export type Plan = {
  readonly entryMilli: number;
  readonly stopMilli: number;
  readonly target1Milli: number;
  readonly target2Milli: number;
  /** σ over the horizon, as a fraction of the price. */
  readonly sigmaH: number;
  readonly rewardRisk: number;
};

/** One strategy's level in this opportunity, as last reported. */
export type Track = {
  readonly variant: Variant;
  readonly path: string;
  readonly score: number | null;
  /** Probability of `net-gain` by this strategy alone; null where the score is unknown or nothing was fitted. */
  readonly p: number | null;
  /** Log-odds it adds to the base rate of each event it speaks of, by event and horizon. */
  readonly odds: Readonly<Record<string, number>>;
  readonly raised: boolean;
  readonly confirmable: boolean;
  readonly atMs: number;
};
/** By strategy id. */
export type Tracks = Readonly<Record<string, Track>>;

/** What the strategies say together; replaces what they said before. */
export type Standing = {
  readonly tracks: Tracks;
  /** Highest score of a raised track; null where all are unknown. */
  readonly score: number | null;
  /** Pooled probability of each event the strategies speak of, first the one the family is about; base rates as they were at birth. */
  readonly forecasts: readonly Forecast[];
  /** `net-gain` among them, with its base rate and what it was fitted on; null where nothing was. */
  readonly p: number | null;
  readonly p0: number | null;
  readonly confidenceSource: ConfidenceSource | null;
  /** Every track is under its exit score or lowered. */
  readonly weak: boolean;
  /** Contradicted by a stronger opposite opportunity: weak from then on. */
  readonly yields: boolean;
  /** Contradicted by an opposite opportunity of equal strength: p stays at or under one half. */
  readonly capped: boolean;
};

/** What is offered besides the plan; stands in the facts, so that the journal alone explains it. */
export type Offer = {
  readonly advice: Advice;
  readonly risks: readonly string[];
  readonly rank: number | null;
};
export type Anchor = { readonly p0Milli: number; readonly enterMilli: number };
export type RiskPolicy = 'end' | 'hold';

export type OpportunityInput = {
  readonly id: string;
  readonly tradeDate: TradeDate;
  readonly entity: Entity;
  readonly direction: Direction;
  readonly family: Family;
  readonly openedMs: number;
  readonly anchor: Anchor;
  readonly plan: Plan;
  readonly standing: Standing;
  readonly offer: Offer;
  readonly horizonSec: number;
  /** Score from which a horizon is extended. */
  readonly enterScore: number;
  readonly coolDowns: CoolDowns;
  /** Stops of the same entity and family earlier today. */
  readonly stopsToday: number;
  /** The opportunity this one took over from, and the sector's that it is a part of. */
  readonly predecessorId: string | null;
  readonly parentId: string | null;
};

/** Level and policy as the risk desk has them: the highest of all scopes, and the policy of the scope that decides. */
export type RiskLevel = { readonly level: number; readonly policy: RiskPolicy };

export type OpportunityContext = Omit<OpportunityInput, 'standing' | 'offer'> &
  Standing &
  Offer & {
    readonly timers: Timers;
    /** Timers set aside while a halt or a freeze stops their time. */
    readonly paused: PausedTimers;
    readonly isHalted: boolean;
    /** Frozen with policy hold. */
    readonly isHeld: boolean;
    readonly haltedAtMilli: number | null;
    readonly peakMilli: number;
    /** Set once target 1 was touched: 40 % of the gain behind the peak, at least the entry. */
    readonly trailMilli: number | null;
    /** Risk 2 or more, or a dive, was seen while it stood: the stop is half as far from the entry from then on. */
    readonly tightened: boolean;
    /** A dive (K4) was seen in this life. */
    readonly dived: boolean;
    readonly confirmedMs: number | null;
    readonly endedMs: number | null;
    readonly endReason: EndReason | null;
    /** The stop was hit while nobody stood on the other side. */
    readonly unfillable: boolean;
    readonly extended: boolean;
    readonly heldByRisk: boolean;
    readonly reopened: number;
    readonly risk: RiskLevel;
    /** The last change that is not a change of state, and how many there were. */
    readonly note: string | null;
    readonly noteSeq: number;
  };

/** One accepted quote. `dive` is K4: a fall from a height. */
export type Price = {
  readonly bidMilli: number | null;
  readonly askMilli: number | null;
  readonly midMilli: number;
  readonly lastMilli: number;
  readonly dive: boolean;
  /** Locked at the upper limit: nobody asks. */
  readonly locked: boolean;
};
export type PriceEvent = At & Price & { readonly type: 'price' };

export type OpportunityEvent =
  /** Another signal of its key: joins, or reopens it with an anchor and a plan of its own. */
  | (At & {
      readonly type: 'signal.enter';
      readonly standing: Standing;
      readonly reopens: { readonly anchor: Anchor; readonly plan: Plan; readonly offer: Offer } | null;
    })
  /** Said at every quote for as long as it would confirm. `plan` null: no room at this price. */
  | (At & { readonly type: 'signal.confirm'; readonly standing: Standing; readonly plan: Plan | null; readonly offer: Offer })
  | (At & { readonly type: 'signal.update'; readonly standing: Standing })
  | PriceEvent
  | (At & { readonly type: 'limit.locked' | 'limit.unlocked' | 'snapshot.next' | 'gap' | 'session.end' | 'operator.dismiss' })
  | (At & { readonly type: 'halt' | 'resume'; readonly lastMilli: number })
  | (At & RiskLevel & { readonly type: 'risk.synced' })
  | (At & { readonly type: `data.${DataState}` })
  | (At & { readonly type: `timer.${TimerName}` });

export const timerNames = ['confirmDeadline', 'horizon', 'decay', 'pullHold', 'coolDown', 'suspendLimit', 'riskDwell'] as const;
export type TimerName = (typeof timerNames)[number];
/** Timers whose time neither a halt nor a freeze stops. */
export const unpaused: readonly string[] = ['suspendLimit', 'riskDwell', 'coolDown'];

/** Seconds of trading time unless said. Source: contracts/spec/lifecycle.md#states. */
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
  trailGain: 0.4,
} as const;
