/**
 * Approach to the limit 冲板, rule variant (contracts/spec/detectors.md#approach): a price that runs at its upper limit and could reach it.
 *
 * Watched   never an opportunity: on recorded bars what closed a bar at 7 % or more went on to lose 19 basis points to the close
 * Raises    within 2 % of the limit (3 % where that is 20 %), 1 % in three minutes, on money, bought, and no more asked for than three
 *           minutes of it; no more than three times a day
 * Clears    at the limit, which is the board's affair; a percent further off than it may begin; after ten minutes
 */
import { z } from 'zod';
import { ramp } from '../../contracts/math.ts';
import type { Anchor, Evidence } from '../../contracts/signal.ts';
import type { DetectorInput, Reading, SymbolDetector } from './detector.ts';
import { against } from './evidence.ts';
import { failedGates, gateNeeds } from './gates.ts';

/** Distances shares of the reference price at a 10 % limit, surprise in deviations, `asked` minutes of the last minute's amount. */
const ApproachParams = z.strictObject({
  near: z.number().default(0.02),
  r3: z.number().default(0.01),
  az: z.number().default(2),
  nar: z.number().default(0.2),
  asked: z.number().default(3),
});
export type ApproachParams = z.infer<typeof ApproachParams>;

/** Plain data. `enterMilli` null: no run. */
export type ApproachState = {
  readonly enterMilli: number | null;
  readonly p0Milli: number;
  readonly enteredTsec: number;
  /** Of the day. */
  readonly runs: number;
};
const idle: ApproachState = { enterMilli: null, p0Milli: 0, enteredTsec: 0, runs: 0 };
const none: readonly never[] = [];
const runsMax = 3;
const farther = 0.01;
const endsSec = 600;
/** A gate of what could be filled is none of a price that is about to be locked. */
const fillable = 'U7';

/** A limit of 20 % is half as far again in its own steps. */
const scaleOf = ({ instrument }: Pick<DetectorInput, 'instrument'>): number => ((instrument.limitRate ?? 0.1) > 0.1 ? 1.5 : 1);
/** The widest of any board's: the instrument itself is looked at once awake. */
const widest = 1.5;

export const approach: SymbolDetector<ApproachParams, ApproachState> = {
  id: 'approach',
  version: 1,
  variant: 'rule',
  family: 'board',
  entity: 'symbol',
  params: ApproachParams,
  needs: [...gateNeeds, 'amt1m', 'nar1m'],
  horizonSec: () => 1800,
  scores: () => ({ enter: 0, exit: 0 }),
  wakes: (hot, { near, r3 }) => hot.toLimit <= near * widest && hot.ret3m >= r3,
  asks: asksOf,
  initial: idle,
  remembered: ({ runs }) => (runs === 0 ? null : { ...idle, runs }),
  step: (state, input, params) => (state.enterMilli === null ? seek(state, input, params) : follow(state, input, params)),
};

function clauses(input: DetectorInput, { near, r3, az, nar, asked }: ApproachParams): readonly boolean[] {
  const distUp = input.feature('distUp');
  return [
    distUp > 0 && distUp <= near * scaleOf(input),
    input.feature('ret_3m') >= r3,
    input.feature('amtZ1m') >= az,
    input.feature('nar1m') >= nar,
    input.askYuan <= asked * input.feature('amt1m'),
  ];
}

function seek(state: ApproachState, input: DetectorInput, params: ApproachParams) {
  if (state.runs >= runsMax || !clauses(input, params).every(Boolean)) return { state: idle, reading: null, refused: none };
  const refused = failedGates(input).filter((gate) => gate !== fillable);
  if (refused.length > 0) return { state: idle, reading: null, refused };
  const next: ApproachState = {
    enterMilli: input.lastMilli,
    p0Milli: input.midAgo3m,
    enteredTsec: input.tsec,
    runs: state.runs + 1,
  };
  return { state: next, reading: new ApproachReading(next, input, params, true), refused: none };
}

function follow(state: ApproachState, input: DetectorInput, params: ApproachParams) {
  const distUp = input.feature('distUp');
  // an unknown distance ends nothing
  const over = distUp <= 0 || distUp > params.near * scaleOf(input) + farther || input.tsec - state.enteredTsec > endsSec;
  // what is over is no run; the lane remembers how many there were
  return { state: over ? idle : state, reading: new ApproachReading(state, input, params, !over), refused: none };
}

class ApproachReading implements Reading {
  readonly direction = 'up';
  readonly path = 'approach';
  readonly opens = false;
  readonly confirmable = false;
  readonly raised: boolean;
  readonly #state: ApproachState;
  readonly #input: DetectorInput;
  readonly #params: ApproachParams;

  constructor(state: ApproachState, input: DetectorInput, params: ApproachParams, raised: boolean) {
    this.raised = raised;
    [this.#state, this.#input, this.#params] = [state, input, params];
  }

  /** null where any of it is unknown. */
  get score(): number | null {
    const { near, r3, az, nar } = this.#params;
    const { feature } = this.#input;
    const score =
      0.4 * ramp(-feature('distUp'), -near * scaleOf(this.#input), 0) +
      0.2 * ramp(feature('ret_3m'), r3, 3 * r3) +
      0.2 * ramp(feature('amtZ1m'), az, 2 * az) +
      0.2 * ramp(feature('nar1m'), nar, 3 * nar);
    return Number.isNaN(score) ? null : score;
  }

  get anchor(): Anchor {
    const { p0Milli, enterMilli } = this.#state;
    const enter = enterMilli ?? this.#input.lastMilli;
    return { p0Milli, enterMilli: enter, peakMilli: enter, impulse: enter / p0Milli - 1 };
  }

  evidence = (): readonly Evidence[] => asksOf(this.#input, this.#params);
}

function asksOf(input: DetectorInput, { near, r3, az, nar, asked }: ApproachParams): readonly Evidence[] {
  const { feature, askYuan } = input;
  return [
    against('distUp', feature('distUp'), '<=', near * scaleOf(input)),
    against('ret_3m', feature('ret_3m'), '>=', r3),
    against('amtZ1m', feature('amtZ1m'), '>=', az),
    against('nar1m', feature('nar1m'), '>=', nar),
    against('askMinutes', askYuan / feature('amt1m'), '<=', asked),
  ];
}
