/**
 * Watches over the market that ask for a risk level by themselves (contracts/spec/lifecycle.md#risk). Pure.
 *
 * K2   market shock: the median of at least 500 live symbols falls 0.6 % in three minutes: restricted; a panic regime: frozen, held
 * K16  a storm: over 20 openings in a minute and five times the mean of the day's minutes before, from 09:45 on: restricted, for it is bad data or one move of the market
 * K3   broken boards 炸板潮: of at least 20 names that touched their limit 45 % are not at it: the board strategy is restricted
 *
 * Up at once; down once the numbers have been under 70 % of what raised it for 120 trading seconds
 */
import { marketMin, type Regime } from '../../actors/market/regime.ts';

export type MarketNumbers = {
  readonly live: number;
  readonly mktMed3m: number;
  readonly brokenRate: number;
  readonly nTouched: number;
  readonly regime: Regime;
  /** Openings of the last minute, and the mean of a minute before; NaN where nobody knows what is usual yet. */
  readonly opened1m: number;
  readonly openedMean: number;
};
export type RiskWatch = {
  readonly id: string;
  readonly scope: string;
  /** The level that the numbers ask for while `current` holds; an unknown number asks for nothing new and lets go of nothing. */
  readonly levelOf: (numbers: MarketNumbers, current: number) => number;
};

const clearShare = 0.7;
const dwellSec = 120;
const shock = -0.006;
const storm = { times: 5, openedMin: 20 } as const;
const broken = { rate: 0.45, touchedMin: 20 } as const;

export const riskWatches: readonly RiskWatch[] = [
  {
    id: 'K2',
    scope: 'market',
    levelOf({ live, mktMed3m, regime }, current) {
      if (!(live >= marketMin) || Number.isNaN(mktMed3m)) return current;
      if (regime === 'panic') return 3;
      return mktMed3m <= shock * (current > 0 ? clearShare : 1) ? 2 : 0;
    },
  },
  {
    id: 'K16',
    scope: 'market',
    levelOf({ opened1m, openedMean }, current) {
      if (Number.isNaN(openedMean)) return current;
      const share = current > 0 ? clearShare : 1;
      return opened1m > storm.openedMin * share && opened1m > storm.times * share * openedMean ? 2 : 0;
    },
  },
  {
    id: 'K3',
    scope: 'strategy.limitup',
    levelOf({ brokenRate, nTouched }, current) {
      if (Number.isNaN(brokenRate)) return current;
      return nTouched >= broken.touchedMin && brokenRate >= broken.rate * (current > 0 ? clearShare : 1) ? 2 : 0;
    },
  },
];

/** Plain data. `lowerSince`: tsec since which less was asked for than holds; `lower`: the most that was asked for since. */
export type WatchState = { readonly level: number; readonly lowerSince: number | null; readonly lower: number };
export const quiet: WatchState = { level: 0, lowerSince: null, lower: 0 };

/** What holds after `asked` at `tsec`. */
export function watched(state: WatchState, asked: number, tsec: number): WatchState {
  if (asked === state.level) return state.lowerSince === null ? state : { ...state, lowerSince: null };
  if (asked > state.level) return { level: asked, lowerSince: null, lower: 0 };
  const lowerSince = state.lowerSince ?? tsec;
  const lower = state.lowerSince === null ? asked : Math.max(asked, state.lower);
  // down to the most that was asked for meanwhile: what is less has to stand as long again
  return tsec - lowerSince >= dwellSec ? { level: lower, lowerSince: null, lower: 0 } : { ...state, lowerSince, lower };
}
