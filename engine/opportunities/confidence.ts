/** What a strategy's score says of each event it was fitted on (contracts/spec/detectors.md#calibration). */
import type { Regime } from '../../actors/market/regime.ts';
import type { Bundle, Calibration } from '../../contracts/bundle.ts';
import {
  addedOdds,
  type BaseRate,
  baseRateAt,
  type Forecast,
  type ForecastEvent,
  type ForecastMap,
  type Moment,
  speaks,
} from '../../contracts/forecast.ts';
import { clamp, logit } from '../../contracts/math.ts';

/** A score as a map takes it: 0 and 1 are no certainty. */
export const scoreOdds = (score: number): number => logit(clamp(score, 0.001, 0.999));

const from900To600 = Math.sqrt(600 / 900);
/** σ of ten minutes, as base rates and labels take it, from that of fifteen. */
export const sigma600Of = (sigma900: number): number => sigma900 * from900To600;

/** One event as a strategy speaks of it: its base rate at this moment, and the log-odds its score adds; null where the score is unknown. */
export type Claim = Omit<Forecast, 'p' | 'lo' | 'hi'> & { readonly odds: number | null };

/** Names an event with its horizon: what is pooled with what. */
type Named = { readonly event: ForecastEvent; readonly horizonSec: number };
export const claimKey = ({ event, horizonSec }: Named): string => `${event}@${horizonSec}`;
export const isSameClaim = (a: Named, b: Named): boolean => a.event === b.event && a.horizonSec === b.horizonSec;

/** Base rates and maps that may speak in a run: one fitted on an invented market does so on invented markets only. */
export function knowledgeOf({ origin, baseRates, calibration }: Pick<Bundle, 'origin' | 'baseRates' | 'calibration'>): Knowledge {
  const may = ({ source }: { readonly source: string }): boolean => source !== 'synthetic' || inventedOrigins.has(origin);
  return {
    baseRates: new Map(baseRates.filter(may).map((each) => [claimKey(each), each])),
    maps: Object.fromEntries(Object.entries(calibration).map(([key, maps]) => [key, maps.filter(may)])),
  };
}
export type Knowledge = { readonly baseRates: ReadonlyMap<string, BaseRate>; readonly maps: Calibration };

/** The narrowest maps there are under a key for a path in a regime; none: nothing was fitted for it. */
export const mapsOf = (maps: Calibration, key: string, path: string, regime: Regime): readonly ForecastMap[] =>
  maps[`${key}.${path}@${regime}`] ?? maps[`${key}.${path}`] ?? maps[key] ?? none;
/** Under which a strategy's maps stand in the calibration: its own, or those of a model. */
export const mapsKey = (strategy: string, modelId: string | null): string => (modelId === null ? strategy : `${strategy}#${modelId}`);
/** What a strategy's probabilities were fitted on, and how well that told. */
export const fittedOf = (calibration: Calibration, strategy: string, modelId: string | null) =>
  (calibration[mapsKey(strategy, modelId)] ?? none).map(({ event, horizonSec, source, data, days, n, auc95 }) => ({
    event,
    horizonSec,
    source,
    data,
    days,
    n,
    auc95,
  }));
const none: readonly ForecastMap[] = [];
const inventedOrigins: ReadonlySet<string> = new Set(['generator', 'scenario']);

/** What the maps say of a score at a moment; an event whose base rate is unknown there is left out. */
export function claimsOf({ baseRates }: Knowledge, maps: readonly ForecastMap[], score: number | null, moment: Moment): Claim[] {
  const claims: Claim[] = [];
  for (const map of maps) {
    const base = baseRates.get(claimKey(map));
    const p0 = base === undefined ? null : baseRateAt(base, moment);
    if (p0 === null) continue;
    const { event, horizonSec, source, data, days, n, auc95 } = map;
    claims.push({ event, horizonSec, p0, source, data, days, n, auc95, odds: oddsOf(map, score) });
  }
  return claims;
}

function oddsOf(map: ForecastMap, score: number | null): number | null {
  if (score === null) return null;
  return speaks(map) ? addedOdds(map, scoreOdds(score)) : 0;
}
