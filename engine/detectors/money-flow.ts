/**
 * Money flow 资金异常, rule variant (contracts/spec/detectors.md#money-flow): active buying, or selling, far beyond what is usual of the half hour.
 *
 * Raises    netZ, nar3m and persistence of one sign beyond their thresholds on an amount surprise, the best quotes leaning the same way, for
 *           two of the last three quotes, with the gates open; `drive` while the price goes with it, `absorb` while it stands, `diverge`
 *           while it goes against it
 * Opens     nothing by itself: on real days what it tells is over within three minutes; `opens` lets it
 * Confirms  60 to 180 s later while at least 60 % of the net flow since then stands and the price is no worse
 * Clears    half of the net flow is gone, persistence has been against it for 180 s, or after half an hour
 */
import { z } from 'zod';
import type { FeatureId } from '../../contracts/features.ts';
import { ramp } from '../../contracts/math.ts';
import type { Anchor, Direction, Evidence } from '../../contracts/signal.ts';
import type { DetectorInput, Reading, StepResult, SymbolDetector } from './detector.ts';
import { against, finite, info } from './evidence.ts';
import { failedGates, gateNeeds } from './gates.ts';
import { anchorOf, baseOf } from './impulse.ts';

/** Ratios are fractions, times trading seconds; of selling the mirror image. */
const MoneyFlowParams = z.strictObject({
  netZ: z.number().positive().default(2),
  nar: z.number().positive().default(0.25),
  az: z.number().default(1.5),
  pers: z.number().positive().default(0.5),
  opens: z.boolean().default(false),
  enter: z.number().default(0.2),
  exit: z.number().default(0.05),
});
export type MoneyFlowParams = z.infer<typeof MoneyFlowParams>;

/** Plain data. `sign` 0: none runs. `hits`: the last three quotes as bits of `hitSign`. */
export type MoneyFlowState = {
  readonly hits: number;
  readonly hitSign: 1 | -1;
  readonly sign: 1 | -1 | 0;
  readonly path: FlowPath;
  readonly enteredTsec: number;
  readonly p0Milli: number;
  readonly enterMilli: number;
  /** The day's net buying when it began, and the most that came since, in its direction. */
  readonly net0: number;
  readonly peakNet: number;
  readonly againstSince: number | null;
};
export const flowPaths = ['drive', 'absorb', 'diverge'] as const;
export type FlowPath = (typeof flowPaths)[number];

const none: readonly never[] = [];
const idle: MoneyFlowState = {
  hits: 0,
  hitSign: 1,
  sign: 0,
  path: 'absorb',
  enteredTsec: 0,
  p0Milli: 0,
  enterMilli: 0,
  net0: 0,
  peakNet: 0,
  againstSince: null,
};
const confirmFromSec = 60;
const confirmUntilSec = 180;
const confirmStands = 0.6;
const goneShare = 0.5;
const againstSec = 180;
const longestSec = 1800;
/** Weight of known features under which there is no score: all but the large prints', which ask for a float. */
const knownWeightMin = 0.6;
/** Score: [feature, weight, lo, hi], of selling with the sign turned; `bigShare` has none. */
const weights: readonly (readonly [FeatureId, number, number, number])[] = [
  ['netZ', 0.3, 2, 6],
  ['nar3m', 0.2, 0.1, 0.6],
  ['flowPers', 0.1, 0.2, 0.9],
  ['ofiN', 0.1, 0, 10],
  ['bigDens', 0.2, 0.5, 6],
  ['bigShare', 0.1, 0.2, 0.8],
];
const unsigned: ReadonlySet<FeatureId> = new Set(['bigShare']);

export const moneyFlow: SymbolDetector<MoneyFlowParams, MoneyFlowState> = {
  id: 'moneyflow',
  version: 1,
  variant: 'rule',
  family: 'momentum',
  entity: 'symbol',
  params: MoneyFlowParams,
  needs: [...gateNeeds, ...weights.map(([id]) => id), 'amtZ5m', 'obi1', 'ret_z5m', 'netDay', 'net3m'],
  horizonSec: () => confirmUntilSec,
  scores: ({ enter, exit }) => ({ enter, exit }),
  wakes: (hot, { netZ, nar, az }) => {
    const sign = hot.flowRatio('3m') < 0 ? -1 : 1;
    return sign * hot.flowRatio('3m') >= nar && sign * hot.flowSurprise() >= netZ && hot.amountSurprise('5m') >= az;
  },
  asks: (input, params) =>
    conditionsOf(1, params).map(({ feature, op, threshold }) => against(feature, input.feature(feature), op, threshold)),
  initial: idle,
  step: (state, input, params) => (state.sign === 0 ? seek(state, input, params) : follow(state, input, params)),
};

type Condition = { readonly feature: FeatureId; readonly op: '>=' | '<='; readonly threshold: number };
/** Made once for a set of parameters and a sign, as a market asks for them with every quote. */
const lists = new WeakMap<MoneyFlowParams, { [sign in 1 | -1]?: readonly Condition[] }>();
function conditionsOf(sign: 1 | -1, params: MoneyFlowParams): readonly Condition[] {
  const known = lists.get(params) ?? {};
  lists.set(params, known);
  known[sign] ??= conditionList(sign, params);
  return known[sign];
}

const conditionList = (sign: 1 | -1, { netZ, nar, az, pers }: MoneyFlowParams): readonly Condition[] => {
  const beyond = (feature: FeatureId, threshold: number): Condition => ({
    feature,
    op: sign === 1 ? '>=' : '<=',
    threshold: sign * threshold,
  });
  return [
    beyond('netZ', netZ),
    beyond('nar3m', nar),
    { feature: 'amtZ5m', op: '>=', threshold: az },
    beyond('flowPers', pers),
    beyond('obi1', 0),
  ];
};
const holds = (input: DetectorInput, { feature, op, threshold }: Condition): boolean =>
  op === '>=' ? input.feature(feature) >= threshold : input.feature(feature) <= threshold;

function failingOf(conditions: readonly Condition[], input: DetectorInput): readonly FeatureId[] {
  const failing: FeatureId[] = [];
  for (const each of conditions) if (!holds(input, each)) failing.push(each.feature);
  return failing;
}

function seek(state: MoneyFlowState, input: DetectorInput, params: MoneyFlowParams): StepResult<MoneyFlowState> {
  const sign = input.feature('nar3m') < 0 ? -1 : 1;
  // what is usual of the flow is the first thing asked: without it nothing looks like this
  if (!(sign * input.feature('netZ') >= params.netZ)) return missed(state, none);
  const conditions = conditionsOf(sign, params);
  const failing = failingOf(conditions, input);
  const score = scoreOf(sign, input);
  const refused = failing.length > 0 ? failing : failedGates(input);
  const hit = refused.length === 0 && score !== null && score >= params.enter;
  const hits = (((state.hitSign === sign ? state.hits : 0) << 1) | (hit ? 1 : 0)) & 7;
  if (!hit || (hits & (hits - 1)) === 0) {
    const why = refused.length > 0 ? refused : [hit ? 'first' : 'score'];
    return { state: hits === 0 ? idle : { ...idle, hits, hitSign: sign }, reading: null, refused: why };
  }
  const entered: MoneyFlowState = {
    ...idle,
    hits,
    hitSign: sign,
    sign,
    path: pathOf(sign, input),
    enteredTsec: input.tsec,
    p0Milli: baseOf(input),
    enterMilli: input.midMilli,
    net0: input.feature('netDay') - input.feature('net3m'),
    peakNet: sign * input.feature('net3m'),
  };
  return { state: entered, reading: new FlowReading(entered, score, true, false, input, params, conditions), refused: none };
}

function missed(state: MoneyFlowState, refused: readonly string[]): StepResult<MoneyFlowState> {
  const hits = (state.hits << 1) & 7;
  return { state: hits === 0 ? idle : { ...state, hits }, reading: null, refused };
}

/** By where the price went in five minutes; a price nobody knows stands. */
function pathOf(sign: 1 | -1, input: DetectorInput): FlowPath {
  const along = sign * input.feature('ret_z5m');
  return along >= 1 ? 'drive' : along < -1 ? 'diverge' : 'absorb';
}

function follow(state: MoneyFlowState, input: DetectorInput, params: MoneyFlowParams): StepResult<MoneyFlowState> {
  const sign = state.sign as 1 | -1;
  const net = sign * (input.feature('netDay') - state.net0);
  const next = followed(state, net, input);
  const gone = net <= goneShare * next.peakNet;
  const turned = next.againstSince !== null && input.tsec - next.againstSince >= againstSec;
  const sec = input.tsec - state.enteredTsec;
  if (gone || turned || sec > longestSec)
    return { state: idle, reading: new FlowReading(next, undefined, false, false, input, params, none), refused: none };
  const stands = net >= confirmStands * next.peakNet && sign * (input.midMilli - state.enterMilli) >= 0;
  const confirmable = sec >= confirmFromSec && sec <= confirmUntilSec && stands;
  return { state: next, reading: new FlowReading(next, undefined, true, confirmable, input, params, none), refused: none };
}

/** The same state where nothing of it has changed: most quotes of a run. */
function followed(state: MoneyFlowState, net: number, input: DetectorInput): MoneyFlowState {
  const sign = state.sign as 1 | -1;
  const peakNet = Number.isNaN(net) ? state.peakNet : Math.max(net, state.peakNet);
  const againstSince = sign * input.feature('flowPers') < 0 ? (state.againstSince ?? input.tsec) : null;
  // what was absorbed may begin to drive, and is not taken back
  const path = state.path === 'absorb' && pathOf(sign, input) === 'drive' ? 'drive' : state.path;
  const isSame = peakNet === state.peakNet && againstSince === state.againstSince && path === state.path;
  return isSame ? state : { ...state, peakNet, againstSince, path };
}

/** Weighted ramps of what is known; null where that carries less than 60 % of the weight. */
export function scoreOf(sign: 1 | -1, input: DetectorInput): number | null {
  let [score, known] = [0, 0];
  for (const [id, weight, lo, hi] of weights) {
    const value = input.feature(id);
    if (Number.isNaN(value)) continue;
    score += weight * ramp(unsigned.has(id) ? value : sign * value, lo, hi);
    known += weight;
  }
  return known >= knownWeightMin ? score / known : null;
}

class FlowReading implements Reading {
  readonly direction: Direction;
  readonly path: string;
  readonly opens: boolean;
  readonly raised: boolean;
  readonly confirmable: boolean;
  /** undefined until asked for: seldom, while it is only watched. */
  #score: number | null | undefined;
  readonly #state: MoneyFlowState;
  readonly #input: DetectorInput;
  readonly #conditions: readonly Condition[];

  constructor(
    state: MoneyFlowState,
    score: number | null | undefined,
    raised: boolean,
    confirmable: boolean,
    input: DetectorInput,
    params: MoneyFlowParams,
    conditions: readonly Condition[],
  ) {
    this.direction = state.sign === -1 ? 'down' : 'up';
    this.path = state.path;
    // money that is bought into a falling price is watched whoever lets it open
    this.opens = params.opens && state.path !== 'diverge';
    this.raised = raised;
    this.confirmable = confirmable;
    this.#score = score;
    this.#state = state;
    this.#input = input;
    this.#conditions = conditions;
  }

  get score(): number | null {
    if (this.#score === undefined) this.#score = scoreOf(this.#state.sign === -1 ? -1 : 1, this.#input);
    return this.#score;
  }

  get anchor(): Anchor {
    return anchorOf(this.#state);
  }

  evidence(): Evidence[] {
    const sign = this.#state.sign === -1 ? -1 : 1;
    const contribOf = (id: string): number => {
      const weight = weights.find(([name]) => name === id);
      const value = weight === undefined ? Number.NaN : this.#input.feature(weight[0]);
      return weight === undefined || Number.isNaN(value)
        ? 0
        : weight[1] * ramp(unsigned.has(weight[0]) ? value : sign * value, weight[2], weight[3]);
    };
    const asked = this.#conditions.map(({ feature, op, threshold }): Evidence => {
      return { feature, value: finite(this.#input.feature(feature)), op, threshold, contrib: contribOf(feature) };
    });
    const named = new Set(asked.map(({ feature }) => feature));
    const parts = weights.filter(([id]) => !named.has(id));
    return [
      ...asked,
      ...parts.map(([id]) => info(id, this.#input.feature(id), contribOf(id))),
      info('netSinceYuan', sign * (this.#input.feature('netDay') - this.#state.net0)),
    ];
  }
}
