/**
 * Rally 拉升异动, rule variant (quant.md §3.1.R).
 *
 * Raises    main: a 3-minute rise of r3 that is z3 sigma, ahead of the market by ex3, at the day's high, on an amount
 *           surprise and active buying; early 量在价先: volume and flow ahead of price (cannot confirm by itself)
 *           for two of the last three quotes, with every universal gate open and the score at `enter`
 * Confirms  once, 30–90 s later, if at least 75 % of the impulse stands at every quote from 30 s on
 * Tracks    tells its score when it has moved by 0.05, at most every 15 s, and at once when it crosses `exit`
 * Clears    when the score stays under `exit` for 120 trading seconds
 * Ignores   quotes of symbols that do not stir
 */
import type { RallyParams } from '../../contracts/config.ts';
import type { FeatureId } from '../../contracts/features.ts';
import { ramp } from '../../contracts/math.ts';
import type { Evidence } from '../../contracts/signal.ts';
import { type Detector, type DetectorInput, feature, type Signal, type StepResult } from './detector.ts';
import { failedGates } from './gates.ts';

/** Plain data. `hits`: the last three quotes as bits, newest lowest. */
export type RallyState = {
  readonly hits: number;
  readonly path: 'main' | 'early' | null;
  readonly enteredTsec: number;
  readonly p0Milli: number;
  readonly enterMilli: number;
  readonly runAmount: number;
  readonly runVolume: number;
  readonly confirm: 'open' | 'done' | 'lost';
  /** tsec since which the score is under `exit`; null while above. */
  readonly belowSince: number | null;
  /** The score as last said, and when: it is said again when it has moved, at most every 15 s. */
  readonly toldScore: number;
  readonly toldTsec: number;
};

const none: readonly string[] = [];
const idle: RallyState = {
  hits: 0,
  path: null,
  enteredTsec: 0,
  p0Milli: 0,
  enterMilli: 0,
  runAmount: 0,
  runVolume: 0,
  confirm: 'open',
  belowSince: null,
  toldScore: 0,
  toldTsec: 0,
};
/** Returns are asked for by how far the day's limit lets prices run: 1.5 %, at 20 % 2 %, at 30 % 2.5 %. */
const limitScale = (limitRate: number | null): number => (limitRate === null || limitRate <= 0.1 ? 1 : limitRate <= 0.2 ? 4 / 3 : 5 / 3);
const earlyRet3m = 0.004;
const openNoiseSec = 300;
const openNoiseScale = 1.5;
const marketLift = 0.003;
const confirmGive = 0.75;
const confirmNar = 0.1;
const exitAfterSec = 120;
const tellEverySec = 15;
const tellMoved = 0.05;

/** Score: [feature, weight, lo, hi, sign] (quant.md §3.1.R). */
const weights: readonly (readonly [FeatureId, number, number, number, 1 | -1])[] = [
  ['ret_z3m', 0.25, 2.5, 6, 1],
  ['exRet3m', 0.15, 0.008, 0.03, 1],
  ['amtZ1m', 0.2, 1, 5, 1],
  ['nar1m', 0.15, 0.05, 0.5, 1],
  ['ofiN', 0.1, 0, 4, 1],
  ['obi5m1', 0.1, -0.1, 0.5, 1],
  ['pvd', 0.05, -0.6, 0.6, -1],
];

type Condition = { readonly feature: FeatureId; readonly op: '>=' | '<='; readonly threshold: number };

export const rally: Detector<RallyParams, RallyState> = {
  id: 'rally',
  version: 2,
  kind: 'rule',
  entity: 'symbol',
  needs: [
    'ret_3m',
    'ret_z3m',
    'exRet3m',
    'distHigh',
    'amtZ1m',
    'amtZ5m',
    'nar1m',
    'nar3m',
    'obi5m1',
    'ofiN',
    'pvd',
    'burst',
    'spreadTk',
    'depth5',
  ],
  horizonSec: (params) => params.horizonSec,
  enterScore: (params) => params.enter,
  initial: idle,

  step(state, input, params) {
    return state.path === null ? seek(state, input, params) : follow(state, input, params);
  },
};

function seek(state: RallyState, input: DetectorInput, params: RallyParams): StepResult<RallyState> {
  // neither path can begin under 0.4 % in three minutes, and most quotes of a stirring symbol end here
  if (!(feature(input, 'ret_3m') >= earlyRet3m)) return missed(state);
  const main = mainConditions(input, params);
  const early = earlyConditions(input, params);
  const failedMain = main.filter((each) => !holds(input, each));
  const path = failedMain.length === 0 ? 'main' : early.every((each) => holds(input, each)) ? 'early' : null;
  const score = scoreOf(input);
  const failed = path === null ? [] : failedGates(input);
  const hit = path !== null && failed.length === 0 && (path === 'early' || score >= params.enter);
  const hits = ((state.hits << 1) | (hit ? 1 : 0)) & 7;
  if (!hit || bitCount(hits) < 2)
    return {
      state: hits === 0 ? idle : { ...state, hits },
      signal: null,
      refused: refusals(input, main, failedMain, failed, score, params),
    };
  const p0Milli = Number.isNaN(input.midAgo3m) ? input.midMilli : input.midAgo3m;
  const entered: RallyState = {
    ...idle,
    hits,
    path,
    enteredTsec: input.tsec,
    p0Milli,
    enterMilli: input.midMilli,
    runAmount: input.runAmount,
    runVolume: input.runVolume,
    toldScore: score,
    toldTsec: input.tsec,
  };
  const conditions = path === 'main' ? main : early;
  return {
    state: entered,
    signal: signalOf(
      'enter',
      entered,
      score,
      conditions.map((each) => evidenceOf(input, each)),
    ),
    refused: [],
  };
}

/** A quote without a hit; a state without hits is the initial one. */
function missed(state: RallyState): StepResult<RallyState> {
  const hits = (state.hits << 1) & 7;
  return { state: hits === 0 ? idle : { ...state, hits }, signal: null, refused: none };
}

function follow(state: RallyState, input: DetectorInput, params: RallyParams): StepResult<RallyState> {
  const score = scoreOf(input);
  const weak = score < params.exit;
  const belowSince = weak ? (state.belowSince ?? input.tsec) : null;
  if (belowSince !== null && input.tsec - belowSince >= exitAfterSec) {
    return { state: idle, signal: signalOf('exit', state, score, []), refused: [] };
  }
  const confirm = state.confirm === 'open' ? confirmation(state, input, params) : state.confirm;
  const phase = spoken(state, confirm, weak, score, input.tsec);
  // an early discovery that is confirmed has become the main path: its conditions hold now
  const next: RallyState = { ...state, confirm, belowSince, path: phase === 'confirm' ? 'main' : state.path };
  if (phase === null) return { state: next, signal: null, refused: none };
  const evidence = phase === 'confirm' ? confirmEvidence(state, input) : [];
  return { state: { ...next, toldScore: score, toldTsec: input.tsec }, signal: signalOf(phase, next, score, evidence), refused: none };
}

/** What this quote makes the detector say of a rally it follows; null for nothing. */
function spoken(state: RallyState, confirm: RallyState['confirm'], weak: boolean, score: number, tsec: number): Signal['phase'] | null {
  if (confirm === 'done' && state.confirm === 'open') return 'confirm';
  if (weak) return state.belowSince === null ? 'weaken' : null;
  const moved = tsec - state.toldTsec >= tellEverySec && Math.abs(score - state.toldScore) >= tellMoved;
  return state.belowSince !== null || moved ? 'update' : null;
}

/** The main path's conditions with the thresholds that hold for this board, minute and benchmark. */
export function mainConditions(input: DetectorInput, params: RallyParams): Condition[] {
  const scale = limitScale(input.instrument.limitRate) * (input.tsec < openNoiseSec ? openNoiseScale : 1);
  const r3 = params.r3 * scale;
  const lifted = Math.abs(feature(input, 'mktMed3m')) > marketLift;
  return [
    { feature: lifted ? 'exRet3m' : 'ret_3m', op: '>=', threshold: r3 },
    { feature: 'ret_z3m', op: '>=', threshold: params.z3 },
    { feature: 'exRet3m', op: '>=', threshold: input.benchmark === 'none' ? r3 : params.ex3 * scale },
    { feature: 'distHigh', op: '>=', threshold: -0.003 },
    { feature: 'amtZ1m', op: '>=', threshold: params.az },
    { feature: 'nar1m', op: '>=', threshold: params.nar },
    { feature: 'obi5m1', op: '>=', threshold: params.ob },
    { feature: 'pvd', op: '<=', threshold: params.pvd },
  ];
}

const earlyConditions = (input: DetectorInput, params: RallyParams): Condition[] => [
  { feature: 'pvd', op: '<=', threshold: -0.5 },
  { feature: 'nar3m', op: '>=', threshold: 0.25 },
  { feature: 'amtZ5m', op: '>=', threshold: 2.5 },
  { feature: 'ret_3m', op: '>=', threshold: earlyRet3m },
  { feature: 'ret_3m', op: '<=', threshold: params.r3 * limitScale(input.instrument.limitRate) },
  { feature: 'ofiN', op: '>=', threshold: 1.5 },
  // U11 for the window this path rests on: one print, or a feed catching up, is no accumulation
  { feature: 'burst5', op: '<=', threshold: 0.6 },
];

const holds = (input: DetectorInput, { feature: id, op, threshold }: Condition): boolean =>
  op === '>=' ? feature(input, id) >= threshold : feature(input, id) <= threshold;

/** Weighted ramps; a null feature adds nothing. */
export function scoreOf(input: DetectorInput): number {
  let score = 0;
  for (const [id, weight, lo, hi, sign] of weights) {
    const value = feature(input, id);
    if (!Number.isNaN(value)) score += weight * ramp(sign * value, lo, hi);
  }
  return score;
}

function confirmation(state: RallyState, input: DetectorInput, params: RallyParams): RallyState['confirm'] {
  const sec = input.tsec - state.enteredTsec;
  if (sec < params.confirmSecMin) return 'open';
  if (sec > params.confirmSecMax || giveOf(state, input) < confirmGive) return 'lost';
  if (state.path === 'early' && mainConditions(input, params).some((each) => !holds(input, each))) return 'open';
  const vwapMilli = vwapSince(state, input);
  const spreadOk = feature(input, 'spreadTk') <= Math.max(3, (0.0015 * input.lastMilli) / 10);
  return input.lastMilli >= vwapMilli && feature(input, 'nar1m') >= confirmNar && spreadOk ? 'done' : 'open';
}

/** Share of the impulse that stands. */
const giveOf = (state: RallyState, input: DetectorInput): number => (input.midMilli - state.p0Milli) / (state.enterMilli - state.p0Milli);

const vwapSince = (state: RallyState, input: DetectorInput): number =>
  ((input.runAmount - state.runAmount) / (input.runVolume - state.runVolume)) * 1000;

const confirmEvidence = (state: RallyState, input: DetectorInput): Evidence[] => [
  { feature: 'give', value: giveOf(state, input), op: '>=', threshold: confirmGive, contrib: 0 },
  { feature: 'lastOverVwapSinceEnter', value: finite(input.lastMilli / vwapSince(state, input)), op: '>=', threshold: 1, contrib: 0 },
  evidenceOf(input, { feature: 'nar1m', op: '>=', threshold: confirmNar }),
];

function evidenceOf(input: DetectorInput, { feature: id, op, threshold }: Condition): Evidence {
  const weight = weights.find(([name]) => name === id);
  const value = feature(input, id);
  const contrib = weight === undefined || Number.isNaN(value) ? 0 : weight[1] * ramp(weight[4] * value, weight[2], weight[3]);
  return { feature: id, value: finite(value), op, threshold, contrib };
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

function signalOf(phase: Signal['phase'], state: RallyState, score: number, evidence: readonly Evidence[]): Signal {
  const anchor = {
    p0Milli: state.p0Milli,
    enterMilli: Math.round(state.enterMilli),
    peakMilli: state.enterMilli,
    impulse: state.enterMilli / state.p0Milli - 1,
  };
  return { phase, path: state.path ?? 'main', score, evidence, anchor };
}

/** Counted only where the price itself did what a rally does, before or after the market is taken out. */
function refusals(
  input: DetectorInput,
  main: readonly Condition[],
  failedMain: readonly Condition[],
  failedGateIds: readonly string[],
  score: number,
  params: RallyParams,
): string[] {
  const rose = !failedMain.includes(main[0]!) || holds(input, { ...main[0]!, feature: 'ret_3m' });
  if (!rose) return failedGateIds.slice();
  if (failedMain.length > 0) return failedMain.map((each) => each.feature);
  if (failedGateIds.length > 0) return failedGateIds.slice();
  return score < params.enter ? ['score'] : ['first'];
}

const bitCount = (bits: number): number => (bits & 1) + ((bits >> 1) & 1) + ((bits >> 2) & 1);
