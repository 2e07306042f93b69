/**
 * The plugin contract: a detector is a pure fold over one symbol's snapshots. Same inputs, same signals, live or replayed.
 *
 * Write one   an object below, one file; register it in registry.ts; its parameters in contracts/config.ts; scenarios for
 *             raises, does not raise, clears, ugly data
 * State       plain JSON, bounded; the checkpoint saves it as it is
 */
import type { Instrument } from '../../contracts/bundle.ts';
import { type FeatureId, featureAt } from '../../contracts/features.ts';
import type { Evidence, SignalPhase } from '../../contracts/signal.ts';
import type { InstrumentId } from '../../contracts/units.ts';

/** What a detector sees at one accepted quote of a symbol that stirs. */
export type DetectorInput = {
  readonly instrument: Instrument;
  readonly id: InstrumentId;
  /** FeatureSnapshot values; read through feature(). */
  readonly values: Float64Array;
  readonly benchmark: string;
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
  readonly locked: boolean;
  /** Slot at which the last gap, halt or freeze ended. */
  readonly resumedSlot: number;
  readonly frozen: boolean;
  /** ln-return over the first six seconds after lunch; 0 outside the minute after it. */
  readonly lunchJump: number;
  readonly excludeRiskWarning: boolean;
  readonly adv20Min: number;
};

/** A detector's words: the cell adds who, when and which version. */
export type Signal = {
  readonly phase: SignalPhase;
  readonly path: string;
  readonly score: number;
  readonly evidence: readonly Evidence[];
  readonly anchor: { readonly p0Milli: number; readonly enterMilli: number; readonly peakMilli: number; readonly impulse: number };
};

/** `refused` names the gates or conditions that stopped what otherwise looked like the pattern; counted, not journaled. */
export type StepResult<State> = { readonly state: State; readonly signal: Signal | null; readonly refused: readonly string[] };

export type Detector<Params, State> = {
  /** Kebab-case; also the scenario prefix, the subject token and the metric label. */
  readonly id: string;
  /** Raised whenever recorded input could yield another signal. */
  readonly version: number;
  readonly kind: 'rule' | 'stat' | 'ml';
  readonly entity: 'symbol';
  readonly needs: readonly FeatureId[];
  readonly horizonSec: (params: Params) => number;
  readonly enterScore: (params: Params) => number;
  readonly initial: State;
  readonly step: (state: State, input: DetectorInput, params: Params) => StepResult<State>;
};

/** NaN for null: every comparison with it is false, which is the fail-closed rule of quant.md §2.3. */
export const feature = (input: DetectorInput, id: FeatureId): number => input.values[featureAt[id]]!;
