/**
 * Planted episodes with their truth (contracts/spec/invented-market.md#episodes): what a symbol is made to do, when, and what should be seen. A symbol draws its own,
 * so that they are the same in any universe; rotations and lifts are drawn by the sector and the market (waves.ts).
 */

import type { Preset } from './nature.ts';
import { randomOf } from './random.ts';
import { recipes } from './recipes.ts';
import { realRecipes } from './recipes-real.ts';
import type { Issue } from './universe.ts';

export const episodeTypes = [
  'RALLY_TRUE',
  'RALLY_FADE',
  'THIN_POP',
  'QUIET_ACCUM',
  'FLOW_DUMP',
  'LIMIT_SEAL',
  'SEAL_OPEN',
  'RESEAL',
  'ONEWORD',
  'SECOND_BOARD',
  'DIVE',
  'DISTRIBUTION',
  'SPOOF_WALL',
  'BLOCK_PRINT',
  'SUSPEND_RESUME',
] as const;
export const waveTypes = ['MARKET_LIFT', 'ROTATION', 'ROTATION_FAKE'] as const;
export type EpisodeType = (typeof episodeTypes)[number] | (typeof waveTypes)[number];

/** Times in trading seconds. `legs` are piecewise drifts of the latent log price with their trading. */
export type Episode = {
  readonly id: string;
  readonly type: EpisodeType;
  /** What kind of its type, where there are several. */
  readonly sub: string | null;
  readonly no: number;
  readonly sector: number | null;
  readonly tStart: number;
  readonly tPeak: number;
  readonly tEnd: number;
  readonly difficulty: number;
  readonly params: Readonly<Record<string, number>>;
  readonly expected: Expected;
  readonly legs: readonly Leg[];
};
/** What a sound engine says of it: families of detectors, or none; and within which trading seconds. */
export type Expected = {
  readonly detectors: readonly string[];
  readonly states: readonly string[];
  readonly window: readonly [from: number, to: number];
};
export type Leg = {
  readonly from: number;
  readonly to: number;
  readonly logReturn: number;
  readonly intensity: number;
  readonly buyTilt: number;
  /** Drive to the limit and hold it there. */
  readonly band?: 'up' | 'down';
  /** Prints of this many times the usual size. */
  readonly bigPrints?: number;
  /** One print of so many times an average step's amount, at one price. */
  readonly block?: number;
  /** A wall on one side of the book, withdrawn at the end. */
  readonly wall?: 'bid' | 'ask';
  readonly halted?: boolean;
};

/** Expected episodes a symbol and day. */
export type Rates = Readonly<Record<(typeof episodeTypes)[number], number>>;
const of5500 = (many: number): number => many / 5500;
/** contracts/spec/invented-market.md#episodes: counts among 5,500 symbols. */
export const marketRates: Rates = {
  RALLY_TRUE: 0.04,
  RALLY_FADE: 0.0327,
  THIN_POP: 0.0727,
  QUIET_ACCUM: of5500(80),
  FLOW_DUMP: of5500(80),
  LIMIT_SEAL: of5500(60),
  SEAL_OPEN: of5500(35),
  RESEAL: of5500(20),
  ONEWORD: of5500(15),
  SECOND_BOARD: of5500(12),
  DIVE: of5500(60),
  DISTRIBUTION: of5500(40),
  SPOOF_WALL: of5500(60),
  BLOCK_PRINT: of5500(100),
  SUSPEND_RESUME: of5500(6),
};
/** The market left to itself. */
export const plainRates: Rates = Object.fromEntries(episodeTypes.map((type) => [type, 0])) as Rates;
const scaled = (rates: Rates, by: number): Rates =>
  Object.fromEntries(Object.entries(rates).map(([type, rate]) => [type, rate * by])) as Rates;
export const scaledRates = (by: number): Rates => scaled(marketRates, by);
/** The shipped demo has few symbols and plants five times as much, in the same proportions. */
const demoRates: Rates = { ...scaledRates(5), RALLY_TRUE: 0.2, RALLY_FADE: 0.164, THIN_POP: 0.364 };
/** On recorded days 111 symbols touch their limit and 83 are sealed at the close. */
export const realRates: Rates = {
  ...marketRates,
  RALLY_TRUE: 0.015,
  RALLY_FADE: 0.015,
  LIMIT_SEAL: of5500(40),
  SEAL_OPEN: of5500(18),
  RESEAL: of5500(14),
  ONEWORD: of5500(8),
  SECOND_BOARD: of5500(6),
};
/** The demo's, planted five times as thickly as well. */
const realDemoRates: Rates = scaled(realRates, 5);
export const ratesOf = (preset: Preset): Rates => ({ planted: marketRates, real: realRates })[preset];
export const demoRatesOf = (preset: Preset): Rates => ({ planted: demoRates, real: realDemoRates })[preset];
/** Those with waves of the sectors and the market. */
const wholeMarkets: ReadonlySet<Rates> = new Set([marketRates, demoRates, realRates, realDemoRates]);
export const hasWaves = (rates: Rates): boolean => wholeMarkets.has(rates);

const firstStart = 240;
const lastStart = 13_000;
/** Seconds a drive to the limit takes: recorded ones come from a gap, or at a bound. */
const rushes = { planted: [120, 420], real: [30, 90] } as const;
/** On recorded days 45 % of seals come before 10:00. */
const earlyShare = 0.6;
const earlyTo = 1500;

/** When an episode begins: any time, but what goes to its limit early, where recorded days are followed. */
function startOf(type: EpisodeType, preset: Preset, between: (lo: number, hi: number) => number): number {
  const at = between(firstStart, lastStart);
  if (preset === 'planted' || !holdsBand(type)) return at;
  const luck = (at - firstStart) / (lastStart - firstStart);
  return luck < earlyShare
    ? 30 + (luck / earlyShare) * earlyTo
    : earlyTo + ((luck - earlyShare) / (1 - earlyShare)) * (lastStart - earlyTo);
}

export function episodesOf(seed: number, day: number, issue: Issue, rates: Rates, preset: Preset = 'planted'): Episode[] {
  const random = randomOf(seed, day, issue.no, 'episode');
  const between = (lo: number, hi: number) => lo + (hi - lo) * random.uniform();
  const wide = issue.board === 'MAIN' ? 1 : 2;
  const planned: Episode[] = [];
  for (const type of episodeTypes) {
    if (random.uniform() >= rates[type]) continue;
    const tStart = Math.floor(startOf(type, preset, between) / 3) * 3;
    const clashes = planned.some((each) => tStart < each.tEnd + 900 && tStart > each.tStart - 2400);
    const takesDay = planned.some(({ type: other }) => holdsBand(other)) || (holdsBand(type) && planned.length > 0);
    if (clashes || takesDay) continue;
    const difficulty = between(0.2, 0.8);
    const recipe = (preset === 'real' ? realRecipes : recipes)[type]({
      from: type === 'ONEWORD' ? 0 : tStart,
      clarity: 1 - 0.5 * difficulty,
      wide,
      rush: rushes[preset],
      between,
    });
    const { legs, sub = null, params = {}, detectors, states = [] } = recipe;
    const [first, last] = [legs[0]!, legs.at(-1)!];
    planned.push({
      id: `${type}-${issue.no}-${day}`,
      type,
      sub,
      no: issue.no,
      sector: null,
      tStart: first.from,
      tPeak: first.to,
      tEnd: last.to,
      difficulty,
      params,
      expected: { detectors, states, window: [first.from, last.to + 120] },
      legs,
    });
  }
  return planned;
}

/** Types that take the rest of a symbol's day. */
const holdsBand = (type: EpisodeType): boolean =>
  ['LIMIT_SEAL', 'SEAL_OPEN', 'RESEAL', 'ONEWORD', 'SECOND_BOARD', 'SUSPEND_RESUME'].includes(type);
