/**
 * The plugin contract: a detector is a pure fold over one symbol's or one sector's moments. Same inputs, same readings, live or replayed.
 *
 * Write one   an object below in one file, a line in registry.ts, scenarios for raises, does not raise, clears, ugly data (CONTRIBUTING.md)
 * Levels      `step` says what stands now, not what has just changed: raised, confirmable, the score. Who listens may refuse now and
 *             accept the same level later
 * Run         begins with a raised reading and ends with one that is not; the cell ends it too, by setting the state back to
 *             `initial`, when what it raised was refused or has ended: no run outlives what it raised
 * State       plain JSON, bounded, never changed in place; the checkpoint saves it as it is
 */
import type { z } from 'zod';
import type { Regime } from '../../actors/market/regime.ts';
import type { SectorState } from '../../actors/sector/sector.machine.ts';
import type { Instrument } from '../../contracts/bundle.ts';
import type { EntityKind } from '../../contracts/entity.ts';
import type { FeatureId } from '../../contracts/features.ts';
import type { Family } from '../../contracts/opportunity.ts';
import type { Anchor, Direction, Evidence, Variant } from '../../contracts/signal.ts';
import type { InstrumentId } from '../../contracts/units.ts';

/** What a detector sees at one accepted quote of a symbol that it is awake for. Read only: it is one object for all of them. */
export type DetectorInput = {
  readonly instrument: Instrument;
  readonly id: InstrumentId;
  /** One feature of the snapshot, NaN for null: every comparison with it is false, which is the fail-closed rule of contracts/spec. */
  readonly feature: (id: FeatureId) => number;
  readonly benchmark: string;
  readonly regime: Regime;
  readonly tsMs: number;
  readonly tsExchangeMs: number;
  readonly tsec: number;
  readonly slot: number;
  readonly lastMilli: number;
  readonly midMilli: number;
  /** mid 180 s ago; NaN where unknown. */
  readonly midAgo3m: number;
  /** Running amount and volume of the symbol, for averages since a moment. */
  readonly runAmount: number;
  readonly runVolume: number;
  readonly limitUpMilli: number | null;
  /** Yuan asked for at the five levels of the book; NaN where the book says nothing. */
  readonly askYuan: number;
  /** The reference price of the day: the bundle's, else what the feed told. */
  readonly preCloseMilli: number | null;
  /** Mean yuan a day over 20 days; where nobody knows it, what today comes to by the minute profile; NaN where not even that. */
  readonly advYuan: number;
  readonly locked: boolean;
  /** Everything traded today was traded at the upper limit. */
  readonly isOneWord: boolean;
  /** Slot at which the last gap, halt or freeze ended. */
  readonly resumedSlot: number;
  readonly frozen: boolean;
  /** ln-return over the first six seconds after lunch; 0 outside the minute after it. */
  readonly lunchJump: number;
  readonly excludeRiskWarning: boolean;
  readonly adv20Min: number;
};

export type Mover = { readonly id: InstrumentId; readonly ret5m: number };
/** What a sector shows at a third clock. Returns are medians of its live members; NaN where fewer than five are live. */
export type SectorInput = {
  readonly code: string;
  readonly name: string;
  readonly state: SectorState;
  readonly regime: Regime;
  readonly tsMs: number;
  readonly tsec: number;
  readonly members: number;
  readonly live: number;
  readonly ret1m: number;
  readonly ret3m: number;
  readonly ret5m: number;
  /** Share of live members above their previous close, and members at the upper limit. */
  readonly advShare: number;
  readonly limitUps: number;
  /** The market's medians over three and five minutes: what a sector is ahead of. */
  readonly market3m: number;
  readonly market5m: number;
  /** Members' share of the market's amount against what is usual, in units of its spread; NaN before 09:45 or where no turnover is known. */
  readonly heat: number;
  /** Share of live members that rose by more than half a sigma in five minutes. */
  readonly breadth: number;
  /** Share of live members that are ahead of the market by more than a sigma over five minutes, and what it gains a minute. */
  readonly diffusion: number;
  readonly diffusionSpeed: number;
  /** Where the members stand to their previous closes, by their median: 10,000 is where they were. */
  readonly levelMilli: number;
  /** Of live members' five-minute returns ahead of the market's: how many, their mean and their deviation. */
  readonly spread: () => { readonly live: number; readonly mean: number; readonly sd: number };
  /** `breadth` of the whole market. */
  readonly marketBreadth: number;
  /**
   * The three that lead, the leader first, who stays it until another has risen more for a minute; and up to five, by turnover, that have
   * not moved yet.
   */
  readonly movers: () => { readonly leaders: readonly Mover[]; readonly followers: readonly Mover[] };
};

/** The dozen values a wake predicate may ask for; each costs a look into the ring, paid when asked. */
export type Hot = {
  /** ln-return over three minutes; NaN before there are three. */
  readonly ret3m: number;
  /** What is left to the upper limit, a share of the reference price; NaN where either is unknown. */
  readonly toLimit: number;
  /** amtZ1m and amtZ5m, also where too little of the window is covered for the snapshot to have them. */
  readonly amountSurprise: (window: '1m' | '5m') => number;
  /** nar1m and nar3m, likewise. */
  readonly flowRatio: (window: '1m' | '3m') => number;
  /** netZ, likewise; NaN where nobody knows what is usual of the symbol. */
  readonly flowSurprise: () => number;
};

/** A level: what the detector holds at this moment. The cell adds who, when, which version, and what changed. */
export type Reading = {
  readonly raised: boolean;
  /** False: worth watching and no opportunity; it may become one later in the same run. */
  readonly opens: boolean;
  /** Whether it would confirm now. Stays true while it would: a refusal is not the last word. */
  readonly confirmable: boolean;
  readonly path: string;
  readonly direction: Direction;
  /** null where a feature it rests on is unknown. */
  readonly score: number | null;
  /** Asked for only where it is journaled. */
  readonly evidence: () => readonly Evidence[];
  readonly anchor: Anchor;
};

/** `refused` names the gates or conditions that stopped what otherwise looked like the pattern; counted, not journaled. */
export type StepResult<State> = { readonly state: State; readonly reading: Reading | null; readonly refused: readonly string[] };

type Base<Params> = {
  /** Kebab-case; also the scenario folder, the subject token and the metric label. */
  readonly id: string;
  /** Raised whenever recorded input could yield another signal. */
  readonly version: number;
  readonly variant: Variant;
  /**
   * What its opportunities are merged by: `momentum` (a price that runs), `board` (the limit), `sector`, `risk`. Signals of one family and
   * direction on one symbol meet in one opportunity, and each may confirm it.
   */
  readonly family: Family;
  /** The mode of its strategy where nobody says another; active unless told. */
  readonly usually?: 'off' | 'shadow';
  /** Every parameter with its default; unknown ones are an error of the configuration. */
  readonly params: z.ZodType<Params>;
  readonly horizonSec: (params: Params) => number;
  /** Scores between which a run is weak: under `exit` for 120 s it decays; a horizon is extended from `enter` on. */
  readonly scores: (params: Params) => { readonly enter: number; readonly exit: number };
};

export type SymbolDetector<Params, State> = Base<Params> & {
  readonly entity: 'symbol';
  /** Every feature it may ask for; asking for another throws. */
  readonly needs: readonly FeatureId[];
  /** Whether a run could begin now: true wherever `step` could raise, over values that cost little. */
  readonly wakes: (hot: Hot, params: Params) => boolean;
  readonly initial: State;
  readonly step: (state: State, input: DetectorInput, params: Params) => StepResult<State>;
  /** How a run goes on when what it stood by has ended or was refused; without it the run is over with that. */
  readonly goesOn?: (state: State) => State;
  /** Facts of the day that outlive a run: what the next run of the symbol begins with, in place of `initial`; null for nothing. Plain data. */
  readonly remembered?: (state: State) => State | null;
  /** What it asks of a moment before it raises, each with what it is now: for people who ask why not. Decides nothing. */
  readonly asks?: (input: DetectorInput, params: Params) => readonly Evidence[];
};

export type SectorDetector<Params, State> = Base<Params> & {
  readonly entity: 'sector';
  readonly initial: State;
  readonly step: (state: State, input: SectorInput, params: Params) => StepResult<State>;
};

// biome-ignore lint/suspicious/noExplicitAny: each detector pairs its own params and state; lanes only hand them back
export type AnyDetector = SymbolDetector<any, any> | SectorDetector<any, any>;
export type AnyEntityKind = Extract<EntityKind, AnyDetector['entity']>;
