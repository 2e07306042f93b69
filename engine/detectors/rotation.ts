/**
 * Sector rotation 板块轮动, rule variant (contracts/spec/detectors.md#rotation): where the market's money goes, and that prices follow.
 *
 * Raises    heat by the share of the market's amount, members ahead of the market over five minutes, most of them rising; from 09:45 on
 * Confirms  after a minute in which all of it stood, within five
 * Clears    breadth under .4, or heat under .8 for five minutes; heat that lasts is followed however long
 * Advice    none beyond watching: heat lasts, direction is not tradable; followers are listed, leaders are not advised
 */
import { z } from 'zod';
import { ramp } from '../../contracts/math.ts';
import type { Anchor, Evidence } from '../../contracts/signal.ts';
import type { Reading, SectorDetector, SectorInput, StepResult } from './detector.ts';
import { info } from './evidence.ts';

/** Heat in units of its spread, returns and shares fractions, times trading seconds. */
const RotationParams = z.strictObject({
  heat: z.number().default(1),
  ex: z.number().default(0.003),
  breadth: z.number().default(0.6),
  liveMin: z.int().default(8),
  enter: z.number().default(0.05),
  exit: z.number().default(0.02),
});
export type RotationParams = z.infer<typeof RotationParams>;

/** Plain data. `level0`: the basket's level when it began; null: no run. */
export type RotationState = {
  readonly level0Milli: number | null;
  readonly enterMilli: number;
  readonly enteredTsec: number;
  /** tsec since which all of the rule has stood; null while it does not. */
  readonly standsSince: number | null;
  readonly coolSince: number | null;
};
const idle: RotationState = { level0Milli: null, enterMilli: 0, enteredTsec: 0, standsSince: null, coolSince: null };
const none: readonly never[] = [];
const fromTsec = 900;
const untilTsec = 13_860;
const confirmSec = 60;
const confirmWithinSec = 300;
const breadthLost = 0.4;
const heatKept = 0.8;
const coolSec = 300;

export const rotation: SectorDetector<RotationParams, RotationState> = {
  id: 'rotation',
  version: 1,
  variant: 'rule',
  family: 'sector',
  entity: 'sector',
  params: RotationParams,
  horizonSec: () => 1800,
  scores: ({ enter, exit }) => ({ enter, exit }),
  initial: idle,
  step: (state, input, params) => (state.level0Milli === null ? seek(input, params) : follow(state, input, params)),
};

/** The cheapest first: few sectors are asked for their heat. */
const holds = (input: SectorInput, { heat, ex, breadth, liveMin }: RotationParams): boolean =>
  input.live >= liveMin && input.ret5m - input.market5m >= ex && input.breadth >= breadth && input.heat >= heat;

function seek(input: SectorInput, params: RotationParams): StepResult<RotationState> {
  if (input.tsec < fromTsec || input.tsec > untilTsec || !holds(input, params)) return { state: idle, reading: null, refused: none };
  const score = scoreOf(input);
  if (score === null || score < params.enter) return { state: idle, reading: null, refused: none };
  const state: RotationState = {
    level0Milli: Math.round(input.levelMilli / (1 + input.ret5m)),
    enterMilli: input.levelMilli,
    enteredTsec: input.tsec,
    standsSince: input.tsec,
    coolSince: null,
  };
  return { state, reading: new RotationReading(state, input, true, false), refused: none };
}

function follow(state: RotationState, input: SectorInput, params: RotationParams): StepResult<RotationState> {
  const cool = input.heat < heatKept;
  const next: RotationState = {
    ...state,
    standsSince: holds(input, params) ? (state.standsSince ?? input.tsec) : null,
    // an unknown heat is no lost one
    coolSince: cool ? (state.coolSince ?? input.tsec) : Number.isNaN(input.heat) ? state.coolSince : null,
  };
  const cooled = next.coolSince !== null && input.tsec - next.coolSince >= coolSec;
  if (input.breadth < breadthLost || cooled) return { state: idle, reading: new RotationReading(next, input, false, false), refused: none };
  const sec = input.tsec - state.enteredTsec;
  const confirmable = sec <= confirmWithinSec && next.standsSince !== null && input.tsec - next.standsSince >= confirmSec;
  return { state: next, reading: new RotationReading(next, input, true, confirmable), refused: none };
}

/** null where any of it is unknown. */
function scoreOf(input: SectorInput): number | null {
  const score = 0.4 * ramp(input.heat, 1, 4) + 0.3 * ramp(input.ret5m - input.market5m, 0.002, 0.015) + 0.3 * ramp(input.breadth, 0.5, 0.9);
  return Number.isNaN(score) ? null : score;
}

class RotationReading implements Reading {
  readonly direction = 'up';
  readonly path = 'main';
  readonly opens = true;
  readonly raised: boolean;
  readonly confirmable: boolean;
  readonly score: number | null;
  readonly #state: RotationState;
  readonly #input: SectorInput;

  constructor(state: RotationState, input: SectorInput, raised: boolean, confirmable: boolean) {
    this.raised = raised;
    this.confirmable = confirmable;
    this.score = scoreOf(input);
    this.#state = state;
    this.#input = input;
  }

  get anchor(): Anchor {
    const p0Milli = this.#state.level0Milli ?? this.#input.levelMilli;
    const { enterMilli } = this.#state;
    return { p0Milli, enterMilli, peakMilli: enterMilli, impulse: enterMilli / p0Milli - 1 };
  }

  evidence(): Evidence[] {
    const { heat, ret5m, market5m, breadth, live } = this.#input;
    const { leaders, followers } = this.#input.movers();
    return [
      info('secHeat', heat, 0.4 * ramp(heat, 1, 4)),
      info('secEx5', ret5m - market5m, 0.3 * ramp(ret5m - market5m, 0.002, 0.015)),
      info('secBreadth', breadth, 0.3 * ramp(breadth, 0.5, 0.9)),
      info('live', live),
      ...leaders.map(({ id, ret5m: own }) => info(`leader.${id}`, own)),
      ...followers.map(({ id, ret5m: own }) => info(`follower.${id}`, own)),
    ];
  }
}
