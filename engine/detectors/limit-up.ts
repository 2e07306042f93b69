/**
 * Limit-up 涨停, rule variant (contracts/spec/detectors.md#limit-up): what becomes of a price that reaches its upper limit.
 *
 * Touched    the last price at the limit: watched, apart from any seal
 * Sealed     nobody asks for two quotes running, and it has the size: before that it is watched; `late` from 14:30, `one-word` 一字 where nothing was traded under the limit today
 * Opened     the seal is lost for 6 s; resealed once it stands again for 30 s, and only what was seen open
 * Confirms   sealed for a minute with that size, 10 million yuan and 0.1 % of the float where that is known, and not melting
 * Clears     a touch that is left for a minute; an opened board under selling for three minutes
 */
import { z } from 'zod';
import { log, ramp } from '../../contracts/math.ts';
import type { Anchor, Evidence } from '../../contracts/signal.ts';
import type { DetectorInput, Reading, SymbolDetector } from './detector.ts';
import { against, info } from './evidence.ts';

/** Times trading seconds, slopes log units a minute, shares of the float's value. */
const LimitUpParams = z.strictObject({
  confirmSec: z.int().default(60),
  sealYuanMin: z.number().default(10_000_000),
  sealFloatMin: z.number().default(0.001),
  slopeMin: z.number().default(-0.3),
  failedSec: z.int().default(180),
});
export type LimitUpParams = z.infer<typeof LimitUpParams>;

export const boardPaths = ['touched', 'sealed', 'late', 'one-word', 'opened', 'resealed'] as const;
export type BoardPath = (typeof boardPaths)[number];

/** Plain data. `path` null: never touched, or over. */
export type LimitUpState = {
  readonly path: BoardPath | null;
  /** What the first seal was, kept while it stands. */
  readonly firstSealTsec: number | null;
  /** It has had the size of a seal: from then on it is an opportunity. */
  readonly hadSize: boolean;
  readonly opens: number;
  /** tsec since which it is as it is: locked, or away from the lock. */
  readonly sinceTsec: number;
  readonly locked: boolean;
  /** Quotes locked in a row, at most two. */
  readonly lockedQuotes: number;
  /** Seals of the last minute, oldest first: tsec and yuan, one in 15 s. */
  readonly seals: readonly (readonly [tsec: number, yuan: number])[];
};

const idle: LimitUpState = {
  path: null,
  firstSealTsec: null,
  hadSize: false,
  opens: 0,
  sinceTsec: 0,
  locked: false,
  lockedQuotes: 0,
  seals: [],
};
const none: readonly never[] = [];
const sealQuotes = 2;
const openedSec = 6;
const resealedSec = 30;
const leftSec = 60;
/** 14:30. */
const lateTsec = 12_600;
/** 14:56: after it there is no time to tell a seal from a touch. */
const lastTsec = 14_160;
const everySec = 15;
const slopeSec = 60;

export const limitUp: SymbolDetector<LimitUpParams, LimitUpState> = {
  id: 'limitup',
  version: 2,
  variant: 'rule',
  family: 'board',
  entity: 'symbol',
  params: LimitUpParams,
  needs: ['sealAmt', 'nar3m'],
  /** To the close: what it is about is decided there. */
  horizonSec: () => 14_400,
  scores: () => ({ enter: 0, exit: 0 }),
  wakes: (hot) => hot.toLimit <= 0,
  /** A price at the upper limit; without one there is nothing to touch. */
  asks: ({ lastMilli, limitUpMilli }) => [against('limitShare', limitUpMilli === null ? Number.NaN : lastMilli / limitUpMilli, '>=', 1)],
  initial: idle,
  /** The board goes on when an opportunity ends (a gap of the feed, a cool-down): what it is, and whether it opened meanwhile, stays seen. */
  goesOn: (state) => ({ ...state, hadSize: false }),
  /** The first seal of the day and how often it opened are of the day, whatever became of the run. */
  remembered: ({ firstSealTsec, opens }) => (firstSealTsec === null ? null : { ...idle, firstSealTsec, opens }),
  step(state, input, params) {
    // quotes that are not to be trusted conclude nothing, and end nothing
    if (input.frozen || input.limitUpMilli === null) return { state, reading: null, refused: none };
    const isAt = input.lastMilli >= input.limitUpMilli;
    if (state.path === null && (!isAt || isBarred(input))) return { state: idle, reading: null, refused: none };
    const next = sized(moved(seen(state, input), input, isAt), input, params);
    const over = isOver(next, input, params);
    return { state: over ? idle : next, reading: new BoardReading(next, input, params, !over), refused: none };
  },
};

/** No board begins here: it may not be offered, its reference price is unknown, or no time is left to tell a seal from a touch. */
const isBarred = ({ instrument, excludeRiskWarning, preCloseMilli, tsec }: DetectorInput): boolean =>
  preCloseMilli === null || instrument.noLimit || instrument.delisting || (excludeRiskWarning && instrument.riskWarning) || tsec > lastTsec;

/** The state with this quote's lock and seal in it. */
function seen(state: LimitUpState, input: DetectorInput): LimitUpState {
  const { locked, tsec } = input;
  const changed = state.path === null || locked !== state.locked;
  const sealAmt = input.feature('sealAmt');
  const newest = state.seals.at(-1)?.[0] ?? Number.NEGATIVE_INFINITY;
  const seals =
    !locked || Number.isNaN(sealAmt)
      ? none
      : tsec - newest < everySec
        ? state.seals
        : [...state.seals.filter(([at]) => tsec - at <= slopeSec), [tsec, sealAmt] as const];
  return {
    ...state,
    locked,
    sinceTsec: changed ? tsec : state.sinceTsec,
    lockedQuotes: locked ? Math.min(sealQuotes, state.lockedQuotes + 1) : 0,
    seals,
  };
}

const isSealed = (path: BoardPath | null): boolean => path !== null && path !== 'touched' && path !== 'opened';

function moved(state: LimitUpState, input: DetectorInput, isAt: boolean): LimitUpState {
  const stands = input.tsec - state.sinceTsec;
  if (state.path === null || state.path === 'touched') {
    if (state.lockedQuotes >= sealQuotes) {
      const firstSealTsec = state.firstSealTsec ?? input.tsec;
      return { ...state, path: state.opens > 0 ? 'resealed' : sealOf(input, firstSealTsec), firstSealTsec };
    }
    // a touch begins anew whenever it is touched
    return { ...state, path: 'touched', sinceTsec: isAt ? input.tsec : state.sinceTsec };
  }
  if (state.path === 'opened') return state.locked && stands >= resealedSec ? { ...state, path: 'resealed' } : state;
  return !state.locked && stands >= openedSec ? { ...state, path: 'opened', opens: state.opens + 1 } : state;
}

/** Where every trade of the day was at the limit nobody could buy. */
const sealOf = ({ isOneWord }: DetectorInput, firstSealTsec: number): BoardPath =>
  isOneWord ? 'one-word' : firstSealTsec >= lateTsec ? 'late' : 'sealed';

function isOver(state: LimitUpState, input: DetectorInput, { failedSec }: LimitUpParams): boolean {
  const stands = input.tsec - state.sinceTsec;
  if (state.path === 'touched') return !state.locked && stands > leftSec;
  return state.path === 'opened' && !state.locked && stands > failedSec && input.feature('nar3m') < 0;
}

/** Log units a minute over the last minute of seals; NaN under half a minute of them. */
export function slopeOf({ seals }: Pick<LimitUpState, 'seals'>): number {
  const [first, last] = [seals[0], seals.at(-1)];
  if (first === undefined || last === undefined || last[0] - first[0] < slopeSec / 2 || first[1] <= 0 || last[1] <= 0) return Number.NaN;
  return (log(last[1] / first[1]) * 60) / (last[0] - first[0]);
}

const sealYuan = (state: LimitUpState, input: DetectorInput): number => (state.locked ? input.feature('sealAmt') : 0);
const floatYuan = ({ instrument, preCloseMilli }: DetectorInput): number =>
  instrument.floatShares === null || preCloseMilli === null ? Number.NaN : (instrument.floatShares * preCloseMilli) / 1000;

function hasSize(state: LimitUpState, input: DetectorInput, { sealYuanMin, sealFloatMin }: LimitUpParams): boolean {
  const seal = sealYuan(state, input);
  // a float that nobody knows asks for nothing
  return isSealed(state.path) && seal >= sealYuanMin && !(seal / floatYuan(input) < sealFloatMin);
}
const sized = (state: LimitUpState, input: DetectorInput, params: LimitUpParams): LimitUpState =>
  !state.hadSize && input.tsec <= lastTsec && hasSize(state, input, params) ? { ...state, hadSize: true } : state;

const isConfirmable = (state: LimitUpState, input: DetectorInput, params: LimitUpParams): boolean =>
  state.locked && input.tsec - state.sinceTsec >= params.confirmSec && hasSize(state, input, params) && slopeOf(state) > params.slopeMin;

/** [weight, share of it]; a share that is unknown leaves its weight out. */
function scoreParts(state: LimitUpState, input: DetectorInput): readonly (readonly [name: string, weight: number, share: number])[] {
  const seal = sealYuan(state, input);
  const byFloat = seal / floatYuan(input);
  const slope = slopeOf(state);
  return [
    ['sealF', 0.25, Number.isNaN(byFloat) ? Number.NaN : ramp(log(Math.max(byFloat, 1e-9)), log(0.002), log(0.05))],
    ['sealT', 0.15, ramp(seal / input.runAmount, 0.02, 0.5)],
    ['sealTime', 0.2, timeShare(state.firstSealTsec ?? input.tsec)],
    ['sealOpens', 0.15, ramp(-state.opens, -4, 0)],
    ['sealSlope', 0.1, Number.isNaN(slope) ? Number.NaN : ramp(slope, -0.7, 0.1)],
    ['boards', 0.05, boardShare(input.instrument.boards + 1)],
  ];
}
const timeShare = (tsec: number): number => (tsec < 60 ? 1 : tsec <= 1800 ? 0.85 : tsec <= 7200 ? 0.6 : tsec <= 10_800 ? 0.35 : 0.15);
const boardShare = (boards: number): number => [0.7, 1, 0.8, 0.5][boards - 1] ?? 0.2;

class BoardReading implements Reading {
  readonly direction = 'up';
  readonly raised: boolean;
  readonly confirmable: boolean;
  readonly path: string;
  readonly #state: LimitUpState;
  readonly #input: DetectorInput;

  constructor(state: LimitUpState, input: DetectorInput, params: LimitUpParams, raised: boolean) {
    this.raised = raised;
    this.path = state.path ?? 'touched';
    this.confirmable = raised && isConfirmable(state, input, params);
    this.#state = state;
    this.#input = input;
  }

  /** A touch is no seal, and a weak one 弱封 is watched. */
  get opens(): boolean {
    return this.#state.hadSize;
  }

  get score(): number | null {
    const known = scoreParts(this.#state, this.#input).filter(([, , share]) => !Number.isNaN(share));
    const weight = known.reduce((sum, [, each]) => sum + each, 0);
    return known.reduce((sum, [, each, share]) => sum + each * share, 0) / weight;
  }

  get anchor(): Anchor {
    const { limitUpMilli, lastMilli, preCloseMilli } = this.#input;
    const enterMilli = limitUpMilli ?? lastMilli;
    const p0Milli = preCloseMilli ?? lastMilli;
    return { p0Milli, enterMilli, peakMilli: enterMilli, impulse: enterMilli / p0Milli - 1 };
  }

  evidence(): Evidence[] {
    const { firstSealTsec, opens } = this.#state;
    const parts = scoreParts(this.#state, this.#input);
    return [
      info('sealAmt', sealYuan(this.#state, this.#input)),
      info('sealSlopeLn', slopeOf(this.#state)),
      info('firstSealTsec', firstSealTsec ?? Number.NaN),
      info('openCnt', opens),
      ...parts.map(([name, weight, share]) => info(name, share, weight * share)),
    ];
  }
}
