/**
 * Rally 拉升异动, learned variant (contracts/spec/detectors.md#learned-variant): what a model says of a rise that has begun, gates open.
 *
 * Raises    the score at `enter` for two of the last three quotes of a rise of `from` on an amount surprise
 * Confirms, clears   as the rule (impulse.ts)
 * Model     a parameter: swapped by control like every other, and checked like it
 */
import { z } from 'zod';
import { featureIds } from '../../contracts/features.ts';
import type { Evidence } from '../../contracts/signal.ts';
import type { DetectorInput, Reading, StepResult, SymbolDetector } from './detector.ts';
import { info } from './evidence.ts';
import { failedGates } from './gates.ts';
import { belowOf, confirmEvidence, followed, hasFaded, type Impulse, impulseAt, impulseReading } from './impulse.ts';
import shipped from './learned-rally.json' with { type: 'json' };
import { LearnedModel, learnedScore, standardised } from './scorers.ts';

const RallyLearnedParams = z.strictObject({
  from: z.number().positive().default(0.006),
  surprise: z.number().default(0.5),
  enter: z.number().min(0).max(1).default(0.5),
  exit: z.number().min(0).max(1).default(0.3),
  confirmSecMin: z.int().default(30),
  confirmSecMax: z.int().default(90),
  horizonSec: z.int().default(900),
  model: LearnedModel.default(shipped as LearnedModel),
});
export type RallyLearnedParams = z.infer<typeof RallyLearnedParams>;

/** Plain data. `hits`: the last three quotes as bits, newest lowest. `impulse` null: nothing stands. */
export type RallyLearnedState = { readonly hits: number; readonly impulse: Impulse | null };
const none: readonly never[] = [];
const idle: RallyLearnedState = { hits: 0, impulse: null };
const mostEvidence = 5;

export const rallyLearned: SymbolDetector<RallyLearnedParams, RallyLearnedState> = {
  id: 'rally-learned',
  version: 1,
  variant: 'ml',
  family: 'momentum',
  entity: 'symbol',
  usually: 'off',
  params: RallyLearnedParams,
  // a model may ask for any
  needs: featureIds,
  horizonSec: ({ horizonSec }) => horizonSec,
  scores: ({ enter, exit }) => ({ enter, exit }),
  wakes: (hot, { from, surprise }) => hot.ret3m >= from && hot.amountSurprise('1m') >= surprise,
  initial: idle,
  step: (state, input, params) => (state.impulse === null ? seek(state, input, params) : follow(state, state.impulse, input, params)),
};

/** A moment the model was fitted on: the same for fitting and for use. */
export const isCandidate = (input: DetectorInput, { from, surprise }: Pick<RallyLearnedParams, 'from' | 'surprise'>): boolean =>
  input.feature('ret_3m') >= from && input.feature('amtZ1m') >= surprise;

function seek(state: RallyLearnedState, input: DetectorInput, params: RallyLearnedParams): StepResult<RallyLearnedState> {
  if (!isCandidate(input, params)) return missed(state, none);
  const score = learnedScore(params.model, input.feature);
  if (score === null || score < params.enter) return missed(state, ['score']);
  const shut = failedGates(input);
  if (shut.length > 0) return missed(state, shut);
  const hits = ((state.hits << 1) | 1) & 7;
  if ((hits & (hits - 1)) === 0) return { state: { ...state, hits }, reading: null, refused: ['first'] };
  const impulse = impulseAt(input);
  return { state: { hits, impulse }, reading: readingOf(impulse, score, true, false, input, params), refused: none };
}

function missed(state: RallyLearnedState, refused: readonly string[]): StepResult<RallyLearnedState> {
  const hits = (state.hits << 1) & 7;
  return { state: hits === 0 ? idle : { ...state, hits }, reading: null, refused };
}

function follow(
  state: RallyLearnedState,
  impulse: Impulse,
  input: DetectorInput,
  params: RallyLearnedParams,
): StepResult<RallyLearnedState> {
  const score = learnedScore(params.model, input.feature);
  if (hasFaded(belowOf(impulse, score, input, params), score, input))
    return { state: idle, reading: readingOf(impulse, score, false, false, input, params), refused: none };
  const { next, confirmable } = followed(impulse, score, input, params);
  const reading = readingOf(next, score, true, confirmable, input, params);
  return { state: next === impulse ? state : { ...state, impulse: next }, reading, refused: none };
}

function readingOf(
  impulse: Impulse,
  score: number | null,
  raised: boolean,
  confirmable: boolean,
  input: DetectorInput,
  params: RallyLearnedParams,
): Reading {
  return impulseReading(impulse, {
    raised,
    confirmable,
    score,
    evidence: () => (confirmable ? confirmEvidence(impulse, input, 0) : evidenceOf(score, input, params)),
  });
}

/** The score against what it needs, and what weighs most in it. */
function evidenceOf(score: number | null, input: DetectorInput, { model, enter }: RallyLearnedParams): Evidence[] {
  const asked: Evidence = { feature: 'learnedScore', value: score, op: '>=', threshold: enter, contrib: 1 };
  const x = standardised(model, input.feature);
  if (x === null || model.scorer.kind !== 'logistic') return [asked];
  const { w } = model.scorer;
  const parts = model.features.map((id, i) => info(id, input.feature(id), w[i]! * x[i]!));
  return [asked, ...parts.sort((a, b) => Math.abs(b.contrib) - Math.abs(a.contrib)).slice(0, mostEvidence)];
}
