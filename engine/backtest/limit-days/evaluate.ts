/** The limit forecasts against what came: each beside the one number that ranks as well without a model. */
import { aucOf, headOf, type Interval, intervalsOf, partsOf, quantileOf, type Scored, shareOf } from '../ranking.ts';
import type { LimitDays } from './days.ts';
import { forecastsOf, type LimitEvent, limitEvents, limitModels } from './events.ts';

const headSize = 20;

type Ranking = { readonly auc: number; readonly top20: number; readonly bestFifth: number };
export type LimitReport = Ranking & {
  readonly event: LimitEvent;
  readonly from: string;
  readonly to: string;
  readonly days: number;
  readonly n: number;
  /** Share that came of all. */
  readonly base: number;
  readonly auc95: Interval;
  /** Tenths by what was said, lowest first. */
  readonly calibration: readonly { readonly n: number; readonly said: number; readonly came: number }[];
  readonly naive: Ranking;
  /** 95 % of the AUC less the naive one's, days drawn anew: the model speaks where all of it is above 0. */
  readonly ahead95: Interval;
  readonly speaks: boolean;
  /** The last day it was fitted on lies within the days evaluated: then they prove nothing. */
  readonly inSample: boolean;
  readonly source: 'real-bars';
  readonly trainedUntil: string;
};

/** `from`: null for the first day behind what a model was fitted on. An event without a case is left out. */
export function evaluateLimits(market: LimitDays, from: string | null): LimitReport[] {
  return limitEvents.flatMap((event) => {
    const { last } = limitModels[event].train;
    const first = market.days.findIndex(({ date }) => (from === null ? date > last : date >= from));
    const forecasts = first < 0 ? [] : forecastsOf(event, market, first);
    return forecasts.length === 0 ? [] : [reportOf(event, market, forecasts)];
  });
}

function reportOf(event: LimitEvent, { days }: LimitDays, forecasts: ReturnType<typeof forecastsOf>): LimitReport {
  const said: (Scored & { readonly p: number })[] = forecasts.map(({ day, p, came }) => ({ day, score: p, came, p }));
  const alone = forecasts.map((each) => each.naive);
  // the model takes its median for what is unknown, so the naive ranking may, too
  const middle = quantileOf(
    alone.filter((score) => !Number.isNaN(score)),
    0.5,
  );
  const naive: Scored[] = forecasts.map(({ day, came }, i) => ({ day, score: Number.isNaN(alone[i]!) ? middle : alone[i]!, came }));
  const { auc: auc95, ahead: ahead95 } = intervalsOf(said, naive);
  const { last } = limitModels[event].train;
  const spoken = [...new Set(forecasts.map(({ day }) => day))];
  const from = days[spoken[0]!]!.date;
  return {
    event,
    from,
    to: days[spoken.at(-1)!]!.date,
    days: spoken.length,
    n: forecasts.length,
    base: shareOf(forecasts),
    ...rankingOf(said),
    auc95,
    calibration: partsOf(said, 10).map((part) => ({
      n: part.length,
      said: part.reduce((sum, { p }) => sum + p, 0) / part.length,
      came: shareOf(part),
    })),
    naive: rankingOf(naive),
    ahead95,
    speaks: ahead95[0] > 0,
    inSample: from <= last,
    source: 'real-bars',
    trainedUntil: last,
  };
}

const rankingOf = (scored: readonly Scored[]): Ranking => ({
  auc: aucOf(scored),
  top20: headOf(scored, headSize),
  bestFifth: shareOf(partsOf(scored, 5).at(-1)!),
});
