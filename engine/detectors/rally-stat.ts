/**
 * Rally 拉升异动, statistical variant (contracts/spec/detectors.md#statistical-variant): a drift that lasts, heard block by block, before it is steep.
 *
 * Raises    the CUSUM of what a block's return, flow and amount say together is over h, with a second witness: the flow's surprise, or excited
 *           buying; gates open, score at `enter`
 * Confirms, clears   as the rule (impulse.ts)
 * Sleeps    when nothing is left in its monitors
 */
import { z } from 'zod';
import { clamp, exp } from '../../contracts/math.ts';
import type { Evidence } from '../../contracts/signal.ts';
import type { DetectorInput, Reading, StepResult, SymbolDetector } from './detector.ts';
import { finite, info } from './evidence.ts';
import { failedGates, gateNeeds } from './gates.ts';
import { belowOf, confirmEvidence, followed, hasFaded, type Impulse, impulseAt, impulseReading } from './impulse.ts';
import { type Block, type BlockStart, blended, blockAfter, blockSec, cusum, excited, excitementZ } from './monitors.ts';

/** `k`, `h`: of the CUSUM. `flow`, `excitement`: what the second witness needs. Times trading seconds. */
const RallyStatParams = z.strictObject({
  k: z.number().positive().default(1),
  h: z.number().positive().default(9),
  flow: z.number().positive().default(1),
  excitement: z.number().positive().default(2.5),
  watchFrom: z.number().positive().default(0.002),
  enter: z.number().default(0.35),
  exit: z.number().default(0.2),
  confirmSecMin: z.int().default(30),
  confirmSecMax: z.int().default(90),
  horizonSec: z.int().default(900),
});
export type RallyStatParams = z.infer<typeof RallyStatParams>;

/** Plain data. `start` null: no block has begun. `impulse` null: nothing stands. */
export type RallyStatState = {
  readonly start: BlockStart | null;
  readonly sum: number;
  readonly excitement: number;
  readonly impulse: Impulse | null;
};

const none: readonly never[] = [];
const idle: RallyStatState = { start: null, sum: 0, excitement: 0, impulse: null };
/** A block of buying: this share of its amount, and this often where nothing happens. Believed. */
const buyingShare = 0.7;
const usualRatePerSec = 0.15 / blockSec;
const quietExcitement = 0.5;
/** So far over h the sum goes and no further: what drove it is over within minutes. */
const mostOverH = 2;
const weights = { sum: 0.6, flow: 0.2, excitement: 0.2 } as const;

export const rallyStat: SymbolDetector<RallyStatParams, RallyStatState> = {
  id: 'rally-stat',
  version: 1,
  variant: 'stat',
  family: 'momentum',
  entity: 'symbol',
  usually: 'off',
  params: RallyStatParams,
  needs: [...gateNeeds, 'netZ', 'nar1m', 'netDay', 'mktMed3m', 'sigma900'],
  horizonSec: ({ horizonSec }) => horizonSec,
  scores: ({ enter, exit }) => ({ enter, exit }),
  wakes: (hot, { watchFrom }) => hot.ret3m >= watchFrom,
  initial: idle,
  step(state, input, params) {
    const monitored = monitor(state, input, params);
    return state.impulse === null ? seek(monitored, input, params) : follow(monitored, state.impulse, input, params);
  },
};

/** The monitors after this quote; they move when a block ends. */
function monitor(state: RallyStatState, input: DetectorInput, params: RallyStatParams): RallyStatState {
  const now: BlockStart = { tsec: input.tsec, mid: input.midMilli, net: input.feature('netDay'), amount: input.runAmount };
  if (state.start === null) return { ...state, start: now };
  const block = blockAfter(state.start, now);
  if (block === null) return state;
  const x = blended(returnOf(block, input), input.feature('nar1m'), input.feature('amtZ1m'));
  const buys = block.amount > 0 && block.net / block.amount >= buyingShare;
  return {
    ...state,
    start: now,
    // what is unknown says nothing
    sum: Number.isNaN(x) ? state.sum : Math.min(cusum(state.sum, x, params.k), mostOverH * params.h),
    excitement: excited(state.excitement, block.sec, buys),
  };
}

/** A block's return ahead of the market's pace, in its own deviations. */
function returnOf({ ret, sec }: Block, input: DetectorInput): number {
  const pace = (input.feature('mktMed3m') * sec) / 180;
  return (ret - (Number.isNaN(pace) ? 0 : pace)) / (input.feature('sigma900') * Math.sqrt(sec / 900));
}

function seek(state: RallyStatState, input: DetectorInput, params: RallyStatParams): StepResult<RallyStatState> {
  const isAlarm = state.sum > params.h;
  if (!isAlarm) return { state: isQuiet(state, input, params) ? idle : state, reading: null, refused: none };
  const seconded = input.feature('netZ') >= params.flow || excitementZ(state.excitement, usualRatePerSec) >= params.excitement;
  const score = scoreOf(state, input, params);
  const impulse = impulseAt(input);
  // flow and amount alone are no rise
  const rose = impulse.enterMilli >= impulse.p0Milli * (1 + params.watchFrom);
  const refused = !rose ? ['ret_3m'] : seconded ? failedGates(input) : ['netZ'];
  if (refused.length > 0 || score < params.enter) return { state, reading: null, refused: refused.length > 0 ? refused : ['score'] };
  return { state: { ...state, impulse }, reading: readingOf(impulse, state, score, true, false, input, params, true), refused: none };
}

/** Nothing is left of what woke it. */
const isQuiet = (state: RallyStatState, input: DetectorInput, { watchFrom }: RallyStatParams): boolean =>
  state.sum === 0 && state.excitement < quietExcitement && !(input.feature('ret_3m') >= watchFrom);

function follow(state: RallyStatState, impulse: Impulse, input: DetectorInput, params: RallyStatParams): StepResult<RallyStatState> {
  const score = scoreOf(state, input, params);
  if (hasFaded(belowOf(impulse, score, input, params), score, input))
    return { state: idle, reading: readingOf(impulse, state, score, false, false, input, params, false), refused: none };
  const { next, confirmable } = followed(impulse, score, input, params);
  const reading = readingOf(next, state, score, true, confirmable, input, params, false);
  return { state: next === state.impulse ? state : { ...state, impulse: next }, reading, refused: none };
}

/** A half at each threshold. */
const squashed = (value: number, threshold: number): number => 1 - exp((-Math.LN2 * Math.max(0, value)) / threshold);

/** What is unknown of the flow carries nothing. */
export function scoreOf(state: RallyStatState, input: DetectorInput, { h, flow, excitement }: RallyStatParams): number {
  const netZ = input.feature('netZ');
  const excitedZ = excitementZ(state.excitement, usualRatePerSec);
  return (
    weights.sum * squashed(state.sum, h) +
    weights.flow * (Number.isNaN(netZ) ? 0 : squashed(netZ, flow)) +
    weights.excitement * squashed(clamp(excitedZ, 0, 20), excitement)
  );
}

function readingOf(
  impulse: Impulse,
  state: RallyStatState,
  score: number,
  raised: boolean,
  confirmable: boolean,
  input: DetectorInput,
  params: RallyStatParams,
  isEntry: boolean,
): Reading {
  return impulseReading(impulse, {
    raised,
    confirmable,
    score,
    evidence: () => (confirmable ? confirmEvidence(impulse, input, 0) : evidenceOf(state, input, params, isEntry)),
  });
}

function evidenceOf(state: RallyStatState, input: DetectorInput, { h, flow, excitement }: RallyStatParams, isEntry: boolean): Evidence[] {
  const op = isEntry ? '>=' : 'info';
  const asked = (threshold: number): number | null => (isEntry ? threshold : null);
  const netZ = input.feature('netZ');
  return [
    { feature: 'cusum', value: state.sum, op, threshold: asked(h), contrib: weights.sum * squashed(state.sum, h) },
    {
      feature: 'netZ',
      value: finite(netZ),
      op: 'info',
      threshold: null,
      contrib: Number.isNaN(netZ) ? 0 : weights.flow * squashed(netZ, flow),
    },
    info(
      'buyingExcitement',
      excitementZ(state.excitement, usualRatePerSec),
      weights.excitement * squashed(excitementZ(state.excitement, usualRatePerSec), excitement),
    ),
  ];
}
