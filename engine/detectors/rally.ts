/**
 * Rally 拉升异动, rule variant (contracts/spec/detectors.md#rally).
 *
 * Raises    main: a 3-minute rise of r3 that is z3 sigma and ahead of the market by ex3, on an amount surprise and active buying, for two
 *           of the last three quotes, with every universal gate open and the score at `enter`
 * Watches   early 量在价先: volume and flow ahead of price, the same way; it opens nothing, and a main path supersedes it
 * Confirms  from 30 s on, if at least 75 % of the impulse stands at every quote until it first would, at the latest after 90 s; and as
 *           long as that holds from there on
 * Clears    when the score has been under `exit` for 120 trading seconds
 */
import { z } from 'zod';
import type { FeatureId } from '../../contracts/features.ts';
import { ramp } from '../../contracts/math.ts';
import type { Anchor, Evidence } from '../../contracts/signal.ts';
import type { DetectorInput, Reading, StepResult, SymbolDetector } from './detector.ts';
import { finite, info } from './evidence.ts';
import { failedGates, gateNeeds } from './gates.ts';
import { anchorOf, belowOf, confirmEvidence, followed, hasFaded, type Impulse, impulseAt, noImpulse } from './impulse.ts';

/** Ratios are fractions, times trading seconds. */
const RallyParams = z.strictObject({
  r3: z.number().positive().default(0.01),
  z3: z.number().positive().default(2.5),
  ex3: z.number().positive().default(0.008),
  az: z.number().default(1.5),
  nar: z.number().default(0.2),
  pvd: z.number().default(0.8),
  enter: z.number().default(0.35),
  exit: z.number().default(0.2),
  confirmSecMin: z.int().default(30),
  confirmSecMax: z.int().default(90),
  horizonSec: z.int().default(900),
});
export type RallyParams = z.infer<typeof RallyParams>;

/** Plain data. `hits`: the last three quotes as bits, newest lowest. */
export type RallyState = Impulse & { readonly hits: number; readonly path: 'main' | 'early' | null };

const none: readonly never[] = [];
const idle: RallyState = { hits: 0, path: null, ...noImpulse };
/** Returns are asked for by how far the day's limit lets prices run: a third more at 20 %, two thirds more at 30 %. */
const limitScales = [1, 4 / 3, 5 / 3] as const;
const boardOf = (limitRate: number | null): 0 | 1 | 2 => (limitRate === null || limitRate <= 0.1 ? 0 : limitRate <= 0.2 ? 1 : 2);
const earlyRet3m = 0.004;
const earlyAmtZ5m = 2.5;
const earlyNar3m = 0.25;
const openNoiseSec = 300;
const openNoiseScale = 1.5;
const marketLift = 0.003;
/** Weight of known features under which there is no score: all but the book's, which not every source has. */
const knownWeightMin = 0.75;

/** Score: [feature, weight, lo, hi, sign] (contracts/spec/detectors.md#rally). */
const weights: readonly (readonly [FeatureId, number, number, number, 1 | -1])[] = [
  ['ret_z3m', 0.25, 2.5, 6, 1],
  ['exRet3m', 0.15, 0.008, 0.03, 1],
  ['amtZ1m', 0.2, 1, 5, 1],
  ['nar1m', 0.1, 0.05, 0.5, 1],
  ['ofiN', 0.2, 0, 10, 1],
  ['obi5m1', 0.05, -0.1, 0.5, 1],
  ['pvd', 0.05, -0.6, 0.6, -1],
];

type Condition = { readonly feature: FeatureId; readonly op: '>=' | '<='; readonly threshold: number };

export const rally: SymbolDetector<RallyParams, RallyState> = {
  id: 'rally',
  version: 4,
  variant: 'rule',
  family: 'momentum',
  entity: 'symbol',
  params: RallyParams,
  needs: [...gateNeeds, ...weights.map(([id]) => id), 'ret_3m', 'amtZ5m', 'nar3m', 'mktMed3m', 'burst5'],
  horizonSec: ({ horizonSec }) => horizonSec,
  scores: ({ enter, exit }) => ({ enter, exit }),
  /** What no path can do without: a rise of 0.4 %, and either path's amount surprise and active buying. */
  wakes: (hot, { az, nar }) =>
    hot.ret3m >= earlyRet3m &&
    ((hot.flowRatio('1m') >= nar && hot.amountSurprise('1m') >= az) ||
      (hot.flowRatio('3m') >= earlyNar3m && hot.amountSurprise('5m') >= earlyAmtZ5m)),
  asks: (input, params) => mainConditions(input, params).map((each) => evidenceOf(input, each)),
  initial: idle,
  step: (state, input, params) => {
    if (state.path === 'main') return follow(state, input, params);
    return state.path === 'early' ? watch(state, input, params) : seek(state, input, params);
  },
};

function seek(state: RallyState, input: DetectorInput, params: RallyParams): StepResult<RallyState> {
  if (!(input.feature('ret_3m') >= earlyRet3m)) return missed(state, none);
  const main = mainConditions(input, params);
  const path = allHold(input, main) ? 'main' : allHold(input, earlyConditions(input, params)) ? 'early' : null;
  if (path === null) return missed(state, hasRisen(input, main[0]!) ? failing(input, main) : none);
  const score = scoreOf(input);
  const failed = failedGates(input);
  const hit = failed.length === 0 && score !== null && (path === 'early' || score >= params.enter);
  const hits = ((state.hits << 1) | (hit ? 1 : 0)) & 7;
  if (!hit || bitCount(hits) < 2) {
    return { state: hits === 0 ? idle : { ...state, hits }, reading: null, refused: refusals(input, main, failed, score, params) };
  }
  return enter(path, score, input, path === 'main' ? main : earlyConditions(input, params));
}

function enter(path: 'main' | 'early', score: number, input: DetectorInput, met: readonly Condition[]): StepResult<RallyState> {
  const state: RallyState = { ...idle, path, ...impulseAt(input) };
  return { state, reading: new RallyReading(state, score, true, false, input, met), refused: none };
}

/** An early path goes on until it fades, or until the main path holds: that supersedes it. */
function watch(state: RallyState, input: DetectorInput, params: RallyParams): StepResult<RallyState> {
  const main = mainConditions(input, params);
  const score = scoreOf(input);
  const rises = score !== null && score >= params.enter && allHold(input, main);
  const failed = rises ? failedGates(input) : none;
  const hits = ((state.hits << 1) | (rises && failed.length === 0 ? 1 : 0)) & 7;
  if (rises && failed.length === 0 && bitCount(hits) >= 2) return enter('main', score, input, main);
  const belowSince = belowOf(state, score, input, params);
  if (hasFaded(belowSince, score, input)) return faded(state, score, input);
  const next = { ...state, hits, belowSince };
  return { state: next, reading: new RallyReading(next, score, true, false, input, none), refused: failed };
}

/** A quote without a hit; a state without hits is the initial one. */
function missed(state: RallyState, refused: readonly string[]): StepResult<RallyState> {
  const hits = (state.hits << 1) & 7;
  return { state: hits === 0 ? idle : { ...state, hits }, reading: null, refused };
}

function follow(state: RallyState, input: DetectorInput, params: RallyParams): StepResult<RallyState> {
  const score = scoreOf(input);
  if (hasFaded(belowOf(state, score, input, params), score, input)) return faded(state, score, input);
  const { next, confirmable } = followed(state, score, input, params);
  return { state: next, reading: new RallyReading(next, score, true, confirmable, input, none), refused: none };
}

const faded = (state: RallyState, score: number | null, input: DetectorInput): StepResult<RallyState> => ({
  state: idle,
  reading: new RallyReading(state, score, false, false, input, none),
  refused: none,
});

/** Conditions as thresholds for one of the boards' scales; made once for a set of parameters, as a market asks for them with every quote. */
type Lists = { readonly main: (readonly Condition[])[]; readonly early: (readonly Condition[])[] };
const lists = new WeakMap<RallyParams, Lists>();
function listsOf(params: RallyParams): Lists {
  const known = lists.get(params);
  if (known !== undefined) return known;
  const made = { main: [], early: [] };
  lists.set(params, made);
  return made;
}

/** The main path's conditions with the thresholds that hold for this board, minute and benchmark. */
export function mainConditions(input: DetectorInput, params: RallyParams): readonly Condition[] {
  const board = boardOf(input.instrument.limitRate);
  const opening = input.tsec < openNoiseSec;
  const lifted = Math.abs(input.feature('mktMed3m')) > marketLift;
  const alone = input.benchmark === 'none';
  const { main } = listsOf(params);
  const place = board * 8 + (opening ? 4 : 0) + (lifted ? 2 : 0) + (alone ? 1 : 0);
  main[place] ??= mainList(params, limitScales[board]! * (opening ? openNoiseScale : 1), lifted, alone);
  return main[place];
}

function mainList(params: RallyParams, scale: number, lifted: boolean, alone: boolean): readonly Condition[] {
  const r3 = params.r3 * scale;
  return [
    { feature: lifted ? 'exRet3m' : 'ret_3m', op: '>=', threshold: r3 },
    { feature: 'ret_z3m', op: '>=', threshold: params.z3 },
    { feature: 'exRet3m', op: '>=', threshold: alone ? r3 : params.ex3 * scale },
    { feature: 'amtZ1m', op: '>=', threshold: params.az },
    { feature: 'nar1m', op: '>=', threshold: params.nar },
    { feature: 'pvd', op: '<=', threshold: params.pvd },
  ];
}

function earlyConditions(input: DetectorInput, params: RallyParams): readonly Condition[] {
  const board = boardOf(input.instrument.limitRate);
  const { early } = listsOf(params);
  early[board] ??= earlyList(params.r3 * limitScales[board]!);
  return early[board];
}

const earlyList = (r3: number): readonly Condition[] => [
  { feature: 'amtZ5m', op: '>=', threshold: earlyAmtZ5m },
  { feature: 'nar3m', op: '>=', threshold: earlyNar3m },
  { feature: 'pvd', op: '<=', threshold: -0.5 },
  { feature: 'ret_3m', op: '>=', threshold: earlyRet3m },
  { feature: 'ret_3m', op: '<=', threshold: r3 },
  { feature: 'ofiN', op: '>=', threshold: 1.5 },
  // U11 for the window this path rests on: one print, or a feed catching up, is no accumulation
  { feature: 'burst5', op: '<=', threshold: 0.6 },
];

function allHold(input: DetectorInput, conditions: readonly Condition[]): boolean {
  for (const each of conditions) if (!holds(input, each)) return false;
  return true;
}
const holds = (input: DetectorInput, { feature: id, op, threshold }: Condition): boolean =>
  op === '>=' ? input.feature(id) >= threshold : input.feature(id) <= threshold;
function failing(input: DetectorInput, conditions: readonly Condition[]): FeatureId[] {
  const failed: FeatureId[] = [];
  for (const each of conditions) if (!holds(input, each)) failed.push(each.feature);
  return failed;
}

/** Weighted ramps over the features that are known; null where they carry less than 75 % of the weight. */
export function scoreOf(input: DetectorInput): number | null {
  let score = 0;
  let known = 0;
  for (const [id, weight, lo, hi, sign] of weights) {
    const value = input.feature(id);
    if (Number.isNaN(value)) continue;
    score += weight * ramp(sign * value, lo, hi);
    known += weight;
  }
  // weights sum to 1; a rounding apart, all known is all of it
  return known > 0.999 ? score : known >= knownWeightMin ? score / known : null;
}

/** What the score is made of. */
const partsOf = (input: DetectorInput): Evidence[] => weights.map(([id]) => info(id, input.feature(id), contribOf(input, id)));

const evidenceOf = (input: DetectorInput, { feature: id, op, threshold }: Condition): Evidence => ({
  feature: id,
  value: finite(input.feature(id)),
  op,
  threshold,
  contrib: contribOf(input, id),
});

function contribOf(input: DetectorInput, id: FeatureId): number {
  const weight = weights.find(([name]) => name === id);
  const value = input.feature(id);
  return weight === undefined || Number.isNaN(value) ? 0 : weight[1] * ramp(weight[4] * value, weight[2], weight[3]);
}

/** A class, and no object with a closure: one is made for every quote of a run, and its evidence is seldom asked for. */
class RallyReading implements Reading {
  readonly direction = 'up';
  readonly raised: boolean;
  readonly confirmable: boolean;
  readonly score: number | null;
  readonly #state: RallyState;
  readonly #input: DetectorInput;
  /** What was asked for at the entry; none later. */
  readonly #conditions: readonly Condition[];

  constructor(
    state: RallyState,
    score: number | null,
    raised: boolean,
    confirmable: boolean,
    input: DetectorInput,
    conditions: readonly Condition[],
  ) {
    this.raised = raised;
    this.confirmable = confirmable;
    this.score = score;
    this.#state = state;
    this.#input = input;
    this.#conditions = conditions;
  }

  get path(): string {
    return this.#state.path ?? 'main';
  }

  get opens(): boolean {
    return this.#state.path !== 'early';
  }

  get anchor(): Anchor {
    return anchorOf(this.#state);
  }

  evidence(): Evidence[] {
    if (this.confirmable) return confirmEvidence(this.#state, this.#input, contribOf(this.#input, 'nar1m'));
    return this.#conditions.length > 0 ? this.#conditions.map((each) => evidenceOf(this.#input, each)) : partsOf(this.#input);
  }
}

/** Whether the price itself did what a rally does, before or after the market is taken out: only then are refusals counted. */
const hasRisen = (input: DetectorInput, rise: Condition): boolean => holds(input, rise) || holds(input, { ...rise, feature: 'ret_3m' });

function refusals(
  input: DetectorInput,
  main: readonly Condition[],
  failedGateIds: readonly string[],
  score: number | null,
  params: RallyParams,
): readonly string[] {
  if (!hasRisen(input, main[0]!)) return failedGateIds;
  const failed = failing(input, main);
  if (failed.length > 0) return failed;
  if (failedGateIds.length > 0) return failedGateIds;
  return score === null || score < params.enter ? ['score'] : ['first'];
}

const bitCount = (bits: number): number => (bits & 1) + ((bits >> 1) & 1) + ((bits >> 2) & 1);
