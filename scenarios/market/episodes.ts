/**
 * Planted episodes with their truth (contracts/spec/invented-market.md#episodes): what a symbol is made to do, when, and what should be seen. A symbol draws its own,
 * so that they are the same in any universe; rotations and lifts are drawn by the sector and the market (waves.ts).
 */

import { randomOf } from './random.ts';
import { recipes } from './recipes.ts';
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
export const scaledRates = (by: number): Rates =>
  Object.fromEntries(Object.entries(marketRates).map(([type, rate]) => [type, rate * by])) as Rates;
/** The shipped demo has few symbols and plants five times as much, in the same proportions. */
export const demoRates: Rates = { ...scaledRates(5), RALLY_TRUE: 0.2, RALLY_FADE: 0.164, THIN_POP: 0.364 };

const firstStart = 240;
const lastStart = 13_000;

export function episodesOf(seed: number, day: number, issue: Issue, rates: Rates): Episode[] {
  const random = randomOf(seed, day, issue.no, 'episode');
  const between = (lo: number, hi: number) => lo + (hi - lo) * random.uniform();
  const wide = issue.board === 'MAIN' ? 1 : 2;
  const planned: Episode[] = [];
  for (const type of episodeTypes) {
    if (random.uniform() >= rates[type]) continue;
    const tStart = Math.floor(between(firstStart, lastStart) / 3) * 3;
    const clashes = planned.some((each) => tStart < each.tEnd + 900 && tStart > each.tStart - 2400);
    const takesDay = planned.some(({ type: other }) => holdsBand(other)) || (holdsBand(type) && planned.length > 0);
    if (clashes || takesDay) continue;
    const difficulty = between(0.2, 0.8);
    const recipe = recipes[type]({ from: type === 'ONEWORD' ? 0 : tStart, clarity: 1 - 0.5 * difficulty, wide, between });
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
