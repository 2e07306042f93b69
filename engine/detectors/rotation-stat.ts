/**
 * Sector rotation 板块轮动, statistical variant (contracts/spec/detectors.md#rotation-statistical): three tests of one thing, together.
 *
 * Spread    mean of members' five-minute returns ahead of the market over their deviation, of as many as are their own: n / (1 + (n − 1) ρ)
 * Money     CUSUM of the sector's share of the market's amount, once a minute; three deviations at its alarm
 * Breadth   binomial: members that rise against the whole market's share, of the same number
 * Together  Stouffer, the sum over √3; raised from 4 on. Of five hundred sectors looked at each minute one in sixty days reaches it by chance
 * Rest      confirmation, clearing and advice as the rule's
 */
import { z } from 'zod';
import { clamp } from '../../contracts/math.ts';
import type { Anchor, Evidence } from '../../contracts/signal.ts';
import type { Reading, SectorDetector, SectorInput, StepResult } from './detector.ts';
import { info } from './evidence.ts';
import { anchorOf, begun, followed, fromTsec, noRun, type SectorRun, spreadAndMovers, untilTsec } from './sector-run.ts';

const RotationStatParams = z.strictObject({
  z: z.number().default(4),
  rho: z.number().min(0).max(1).default(0.25),
  k: z.number().default(0.5),
  h: z.number().positive().default(5),
  liveMin: z.int().default(8),
});
export type RotationStatParams = z.infer<typeof RotationStatParams>;

/** Plain data. `sum`: the CUSUM as of `minute`, run or none. */
export type RotationStatState = SectorRun & { readonly sum: number; readonly minute: number };
const idle: RotationStatState = { sum: 0, minute: -1, ...noRun };
const none: readonly never[] = [];
const zCool = 1;
/** Deviations that one test may bring at most: the three have to agree. */
const zMax = 5;
/** A CUSUM at its alarm, in deviations. */
const alarmZ = 3;

export const rotationStat: SectorDetector<RotationStatParams, RotationStatState> = {
  id: 'rotation-stat',
  version: 1,
  variant: 'stat',
  usually: 'off',
  family: 'sector',
  entity: 'sector',
  params: RotationStatParams,
  horizonSec: () => 1800,
  scores: () => ({ enter: 0.5, exit: 0.3 }),
  initial: idle,
  step(state, input, params) {
    if (input.tsec < fromTsec) return { state, reading: null, refused: none };
    const next = summed(state, input, params);
    return next.level0Milli === null ? seek(next, input, params) : follow(next, input, params);
  },
};

/** The money of a minute that is over joins the sum; an unknown share changes nothing. */
function summed(state: RotationStatState, { tsec, heat }: SectorInput, { k, h }: RotationStatParams): RotationStatState {
  const minute = Math.floor(tsec / 60);
  if (minute === state.minute) return state;
  return { ...state, minute, sum: Number.isNaN(heat) ? state.sum : clamp(state.sum + heat - k, 0, 2 * h) };
}

export type RotationTests = { readonly spread: number; readonly money: number; readonly breadth: number; readonly z: number };

/** Each in deviations; NaN where any is unknown. */
export function testsOf(sum: number, input: SectorInput, { rho, h }: RotationStatParams): RotationTests {
  const { live, mean, sd } = input.spread();
  const own = live / (1 + (live - 1) * rho);
  const spread = clamp(mean / (sd / Math.sqrt(own)), -zMax, zMax);
  const p = input.marketBreadth;
  const breadth = clamp((input.breadth - p) / Math.sqrt((p * (1 - p)) / own), -zMax, zMax);
  const money = Math.min(zMax, (alarmZ * sum) / h);
  return { spread, money, breadth, z: (spread + money + breadth) / Math.sqrt(3) };
}

function seek(state: RotationStatState, input: SectorInput, params: RotationStatParams): StepResult<RotationStatState> {
  // the cheapest first: few sectors are ahead of the market
  const may = input.tsec <= untilTsec && input.live >= params.liveMin && input.ret5m > input.market5m;
  if (!may) return { state, reading: null, refused: none };
  const tests = testsOf(state.sum, input, params);
  if (!(tests.z >= params.z)) return { state, reading: null, refused: none };
  const next = { ...state, ...begun(input) };
  return { state: next, reading: new StatReading(next, input, tests, params, true, false), refused: none };
}

function follow(state: RotationStatState, input: SectorInput, params: RotationStatParams): StepResult<RotationStatState> {
  const tests = testsOf(state.sum, input, params);
  const cool = Number.isNaN(tests.z) ? null : tests.z < zCool;
  const { since, over, confirmable } = followed(state, input, tests.z >= params.z, cool);
  const next = { ...state, ...since };
  const reading = new StatReading(next, input, tests, params, !over, confirmable);
  return { state: over ? { ...next, ...noRun } : next, reading, refused: none };
}

class StatReading implements Reading {
  readonly direction = 'up';
  readonly path = 'main';
  readonly opens = true;
  readonly raised: boolean;
  readonly confirmable: boolean;
  /** A half at the threshold, nearly one at twice of it; null where it is unknown. */
  readonly score: number | null;
  readonly #state: RotationStatState;
  readonly #input: SectorInput;
  readonly #tests: RotationTests;
  readonly #params: RotationStatParams;

  constructor(
    state: RotationStatState,
    input: SectorInput,
    tests: RotationTests,
    params: RotationStatParams,
    raised: boolean,
    confirmable: boolean,
  ) {
    [this.#state, this.#input, this.#tests, this.#params, this.raised, this.confirmable] = [
      state,
      input,
      tests,
      params,
      raised,
      confirmable,
    ];
    this.score = Number.isNaN(tests.z) ? null : clamp(tests.z / (2 * params.z), 0, 1);
  }

  get anchor(): Anchor {
    return anchorOf(this.#state, this.#input);
  }

  evidence(): Evidence[] {
    const { spread, money, breadth, z } = this.#tests;
    const share = (each: number): number => each / Math.sqrt(3) / (2 * this.#params.z);
    return [
      { feature: 'rotationZ', value: Number.isNaN(z) ? null : z, op: '>=', threshold: this.#params.z, contrib: 0 },
      info('secSpreadZ', spread, share(spread)),
      info('secMoneyZ', money, share(money)),
      info('secBreadthZ', breadth, share(breadth)),
      info('live', this.#input.live),
      ...spreadAndMovers(this.#input),
    ];
  }
}
