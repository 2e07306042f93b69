/** Planted episodes with their truth (quant.md §6.4): what a symbol is made to do, when, and what should be seen. */
import { randomOf } from './random.ts';
import type { Issue } from './universe.ts';

export const episodeTypes = ['RALLY_TRUE', 'RALLY_FADE', 'THIN_POP'] as const;
export type EpisodeType = (typeof episodeTypes)[number];

/** Times in trading seconds. `legs` are piecewise drifts of the latent log price with their trading. */
export type Episode = {
  readonly id: string;
  readonly type: EpisodeType;
  readonly no: number;
  readonly tStart: number;
  readonly tPeak: number;
  readonly tEnd: number;
  readonly difficulty: number;
  readonly legs: readonly Leg[];
};
export type Leg = {
  readonly from: number;
  readonly to: number;
  readonly logReturn: number;
  readonly intensity: number;
  readonly buyTilt: number;
};

/** Expected episodes a symbol and day. */
export type Rates = Readonly<Record<EpisodeType, number>>;
/** quant.md §6.4: 220, 180 and 400 a day among 5,500 symbols. */
export const marketRates: Rates = { RALLY_TRUE: 0.04, RALLY_FADE: 0.0327, THIN_POP: 0.0727 };
/** The shipped demo has few symbols and plants five times as much, in the same proportions. */
export const demoRates: Rates = { RALLY_TRUE: 0.2, RALLY_FADE: 0.164, THIN_POP: 0.364 };

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
    if (planned.some((each) => tStart < each.tEnd + 900 && tStart > each.tStart - 2400)) continue;
    const difficulty = between(0.2, 0.8);
    const legs = legsOf(type, tStart, difficulty, wide, between);
    const tPeak = legs[0]!.to;
    planned.push({ id: `${type}-${issue.no}-${day}`, type, no: issue.no, tStart, tPeak, tEnd: legs.at(-1)!.to, difficulty, legs });
  }
  return planned;
}

function legsOf(type: EpisodeType, from: number, difficulty: number, wide: number, between: (lo: number, hi: number) => number): Leg[] {
  const clarity = 1 - 0.5 * difficulty;
  if (type === 'THIN_POP') {
    const rise = between(0.015, 0.03) * wide;
    const top = from + between(9, 60);
    return [
      { from, to: top, logReturn: rise, intensity: 1, buyTilt: 0 },
      { from: top, to: top + between(60, 240), logReturn: -rise * between(0.9, 1.05), intensity: 1, buyTilt: 0 },
    ];
  }
  const rise = between(0.02, 0.05) * wide;
  const top = from + between(60, 240);
  const ramp: Leg = {
    from,
    to: top,
    logReturn: rise,
    intensity: 1 + (between(4, 10) - 1) * clarity,
    buyTilt: between(0.3, 0.55) * clarity,
  };
  if (type === 'RALLY_TRUE') {
    return [ramp, { from: top, to: top + between(450, 1200), logReturn: between(0.005, 0.025) * wide, intensity: 2, buyTilt: 0.08 }];
  }
  return [ramp, { from: top, to: top + between(180, 750), logReturn: -rise * between(0.6, 1.1), intensity: 2, buyTilt: -0.25 * clarity }];
}
