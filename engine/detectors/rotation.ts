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
import { anchorOf, begun, followed, fromTsec, noRun, type SectorRun, spreadAndMovers, untilTsec } from './sector-run.ts';

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

const none: readonly never[] = [];
const heatKept = 0.8;

export const rotation: SectorDetector<RotationParams, SectorRun> = {
  id: 'rotation',
  version: 1,
  variant: 'rule',
  family: 'sector',
  entity: 'sector',
  params: RotationParams,
  horizonSec: () => 1800,
  scores: ({ enter, exit }) => ({ enter, exit }),
  initial: noRun,
  step: (state, input, params) => (state.level0Milli === null ? seek(input, params) : follow(state, input, params)),
};

/** The cheapest first: few sectors are asked for their heat. */
const holds = (input: SectorInput, { heat, ex, breadth, liveMin }: RotationParams): boolean =>
  input.live >= liveMin && input.ret5m - input.market5m >= ex && input.breadth >= breadth && input.heat >= heat;

function seek(input: SectorInput, params: RotationParams): StepResult<SectorRun> {
  const nothing = { state: noRun, reading: null, refused: none };
  if (input.tsec < fromTsec || input.tsec > untilTsec || !holds(input, params)) return nothing;
  const score = scoreOf(input);
  if (score === null || score < params.enter) return nothing;
  const state = begun(input);
  return { state, reading: new RotationReading(state, input, true, false), refused: none };
}

function follow(state: SectorRun, input: SectorInput, params: RotationParams): StepResult<SectorRun> {
  const cool = Number.isNaN(input.heat) ? null : input.heat < heatKept;
  const { since, over, confirmable } = followed(state, input, holds(input, params), cool);
  const next = { ...state, ...since };
  return { state: over ? noRun : next, reading: new RotationReading(next, input, !over, confirmable), refused: none };
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
  readonly #state: SectorRun;
  readonly #input: SectorInput;

  constructor(state: SectorRun, input: SectorInput, raised: boolean, confirmable: boolean) {
    this.raised = raised;
    this.confirmable = confirmable;
    this.score = scoreOf(input);
    this.#state = state;
    this.#input = input;
  }

  get anchor(): Anchor {
    return anchorOf(this.#state, this.#input);
  }

  evidence(): Evidence[] {
    const { heat, ret5m, market5m, breadth, live } = this.#input;
    return [
      info('secHeat', heat, 0.4 * ramp(heat, 1, 4)),
      info('secEx5', ret5m - market5m, 0.3 * ramp(ret5m - market5m, 0.002, 0.015)),
      info('secBreadth', breadth, 0.3 * ramp(breadth, 0.5, 0.9)),
      info('live', live),
      ...spreadAndMovers(this.#input),
    ];
  }
}
