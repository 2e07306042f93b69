/**
 * Money flow 资金异常, statistical variant (contracts/spec/detectors.md#statistical-variants): Page-Hinkley over blocks of net buying in their own
 * deviations, both ways at once.
 *
 * Raises    one side has risen by `lambda` over its least, the flow of three minutes goes the same way, gates open, score at `enter`
 * Opens     nothing by itself, as the rule
 * Confirms  60 to 180 s later while three fifths of the net flow since then stand and the price is no worse
 * Clears    half of that flow is gone, or after half an hour
 * Sleeps    when the flow of three minutes is even
 */
import { z } from 'zod';
import { clamp, exp } from '../../contracts/math.ts';
import type { DetectorInput, Reading, StepResult, SymbolDetector } from './detector.ts';
import { finite, info } from './evidence.ts';
import { failedGates, gateNeeds } from './gates.ts';
import { type BlockStart, blockAfter, noPageHinkley, type PageHinkley, pageHinkley, riseOf } from './monitors.ts';

const MoneyFlowStatParams = z.strictObject({
  delta: z.number().positive().default(0.2),
  lambda: z.number().positive().default(15),
  nar: z.number().positive().default(0.2),
  watchFrom: z.number().positive().default(0.15),
  opens: z.boolean().default(false),
  enter: z.number().default(0.4),
  exit: z.number().default(0.05),
});
export type MoneyFlowStatParams = z.infer<typeof MoneyFlowStatParams>;

/** Plain data. `buys`, `sells`: the monitors of either side. `sign` 0: nothing stands. */
export type MoneyFlowStatState = {
  readonly start: BlockStart | null;
  readonly buys: PageHinkley;
  readonly sells: PageHinkley;
  readonly sign: 1 | -1 | 0;
  readonly enteredTsec: number;
  readonly p0Milli: number;
  readonly enterMilli: number;
  /** The day's net buying when it began, and the most that came since, in its direction. */
  readonly net0: number;
  readonly peakNet: number;
};
const none: readonly never[] = [];
const idle: MoneyFlowStatState = {
  start: null,
  buys: noPageHinkley,
  sells: noPageHinkley,
  sign: 0,
  enteredTsec: 0,
  p0Milli: 0,
  enterMilli: 0,
  net0: 0,
  peakNet: 0,
};
const [confirmFromSec, confirmUntilSec, confirmStands, goneShare, longestSec] = [60, 180, 0.6, 0.5, 1800];
/** A block's net buying in deviations: one print makes no more than this. */
const mostPerBlock = 4;

export const moneyFlowStat: SymbolDetector<MoneyFlowStatParams, MoneyFlowStatState> = {
  id: 'moneyflow-stat',
  version: 1,
  variant: 'stat',
  family: 'momentum',
  entity: 'symbol',
  usually: 'off',
  params: MoneyFlowStatParams,
  needs: [...gateNeeds, 'netZ', 'nar3m', 'net3m', 'netDay'],
  horizonSec: () => confirmUntilSec,
  scores: ({ enter, exit }) => ({ enter, exit }),
  wakes: (hot, { watchFrom }) => Math.abs(hot.flowRatio('3m')) >= watchFrom,
  initial: idle,
  step(state, input, params) {
    const monitored = monitor(state, input, params);
    return state.sign === 0 ? seek(monitored, input, params) : follow(monitored, input, params);
  },
};

function monitor(state: MoneyFlowStatState, input: DetectorInput, { delta }: MoneyFlowStatParams): MoneyFlowStatState {
  const net = input.feature('netDay');
  if (Number.isNaN(net)) return state;
  const now: BlockStart = { tsec: input.tsec, mid: input.midMilli, net, amount: input.runAmount };
  if (state.start === null) return { ...state, start: now };
  const block = blockAfter(state.start, now);
  if (block === null) return state;
  const x = clamp(block.net / deviationOf(input, block.sec), -mostPerBlock, mostPerBlock);
  if (Number.isNaN(x)) return { ...state, start: now };
  return { ...state, start: now, buys: pageHinkley(state.buys, x, delta), sells: pageHinkley(state.sells, -x, delta) };
}

/** Of the net buying of so many seconds, yuan: three minutes' own, as netZ has it, by the square root of time. */
const deviationOf = (input: DetectorInput, sec: number): number =>
  Math.abs(input.feature('net3m') / input.feature('netZ')) * Math.sqrt(sec / 180);

function seek(state: MoneyFlowStatState, input: DetectorInput, params: MoneyFlowStatParams): StepResult<MoneyFlowStatState> {
  const sign = riseOf(state.buys) >= riseOf(state.sells) ? 1 : -1;
  const rise = riseOf(sign === 1 ? state.buys : state.sells);
  if (rise < params.lambda) {
    // even flow is no beginning of anything
    const asleep = Math.abs(input.feature('nar3m')) < params.watchFrom / 2;
    return { state: asleep ? idle : state, reading: null, refused: none };
  }
  const score = scoreOf(rise, params);
  const refused = !(sign * input.feature('nar3m') >= params.nar) ? ['nar3m'] : failedGates(input);
  if (refused.length > 0 || score < params.enter) return { state, reading: null, refused: refused.length > 0 ? refused : ['score'] };
  const entered: MoneyFlowStatState = {
    ...state,
    sign,
    enteredTsec: input.tsec,
    p0Milli: Number.isNaN(input.midAgo3m) ? input.midMilli : input.midAgo3m,
    enterMilli: input.midMilli,
    net0: input.feature('netDay') - input.feature('net3m'),
    peakNet: sign * input.feature('net3m'),
  };
  return { state: entered, reading: readingOf(entered, true, false, input, params), refused: none };
}

function follow(state: MoneyFlowStatState, input: DetectorInput, params: MoneyFlowStatParams): StepResult<MoneyFlowStatState> {
  const net = state.sign * (input.feature('netDay') - state.net0);
  const peakNet = Number.isNaN(net) ? state.peakNet : Math.max(net, state.peakNet);
  const next = peakNet === state.peakNet ? state : { ...state, peakNet };
  const sec = input.tsec - state.enteredTsec;
  if (net <= goneShare * peakNet || sec > longestSec)
    return { state: idle, reading: readingOf(next, false, false, input, params), refused: none };
  const stands = net >= confirmStands * peakNet && state.sign * (input.midMilli - state.enterMilli) >= 0;
  const confirmable = sec >= confirmFromSec && sec <= confirmUntilSec && stands;
  return { state: next, reading: readingOf(next, true, confirmable, input, params), refused: none };
}

/** A half at the alarm. */
const scoreOf = (rise: number, { lambda }: MoneyFlowStatParams): number => 1 - exp((-Math.LN2 * rise) / lambda);

function readingOf(
  state: MoneyFlowStatState,
  raised: boolean,
  confirmable: boolean,
  input: DetectorInput,
  params: MoneyFlowStatParams,
): Reading {
  const { sign, p0Milli, enterMilli } = state;
  const rise = riseOf(sign === 1 ? state.buys : state.sells);
  const score = scoreOf(rise, params);
  return {
    raised,
    opens: params.opens,
    confirmable,
    path: 'main',
    direction: sign === 1 ? 'up' : 'down',
    score,
    anchor: { p0Milli, enterMilli: Math.round(enterMilli), peakMilli: enterMilli, impulse: enterMilli / p0Milli - 1 },
    evidence: () => [
      { feature: 'pageHinkley', value: rise, op: '>=', threshold: params.lambda, contrib: score },
      { feature: 'nar3m', value: finite(input.feature('nar3m')), op: sign === 1 ? '>=' : '<=', threshold: sign * params.nar, contrib: 0 },
      info('netZ', input.feature('netZ'), 0),
    ],
  };
}
