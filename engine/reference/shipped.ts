/**
 * What the product ships for runs that have nothing of their own: base rates and maps, the minute profile, parameter hashes.
 * Made by scenarios/calibrate: `real-bars.ts`, `flow-norms.ts`, and `main.ts` for the invented market.
 */
import { type Bundle, type Calibration, type MinuteProfile, minutesPerDay } from '../../contracts/bundle.ts';
import { bytesOf } from '../../contracts/codec.ts';
import type { Config } from '../../contracts/config.ts';
import { fitsFeatures } from '../../contracts/features.ts';
import { paramHashOf } from '../../contracts/process/param-hash.ts';
import { strategiesOf } from '../detectors/strategies.ts';
import { mapsKey } from '../opportunities/confidence.ts';
import invented from './invented-forecasts.json' with { type: 'json' };
import shape from './minute-shape.json' with { type: 'json' };
import real from './real-forecasts.json' with { type: 'json' };

type Forecasts = { readonly baseRates: Bundle['baseRates']; readonly calibration: Calibration };
const forecastsOf = ({ baseRates, maps }: typeof real | typeof invented.planted): Forecasts => ({
  baseRates: baseRates as Bundle['baseRates'],
  calibration: maps as unknown as Calibration,
});
/** Fitted on bars of real days, and on the invented market by preset: each speaks of its own. */
export const realForecasts = forecastsOf(real);
export const inventedForecasts = { planted: forecastsOf(invented.planted), real: forecastsOf(invented.real) } as const;

/** The strategies of a day that are not off. @throws FenshiError CONFIG_INVALID */
export const registeredDetectors = (config: Pick<Config, 'detectors' | 'models'>): Bundle['detectors'] =>
  strategiesOf(config.detectors).flatMap(({ id, detector, mode, params }) =>
    mode === 'off'
      ? []
      : [
          {
            id,
            detector: detector.id,
            version: detector.version,
            mode,
            modelId: activeModel(config.models, id),
            params,
            paramHash: paramHashOf(params),
          },
        ],
  );

const activeModel = (models: Config['models'], strategy: string): string | null =>
  modelsOf({ models })?.find(({ state, strategy: own, features }) => state === 'active' && own === strategy && fitsFeatures(features))
    ?.id ?? null;

/** The models of a day as it opens with them, by id: of several active ones of a strategy the first is, the others stand by. Undefined: there are none. */
function modelsOf({ models }: Pick<Config, 'models'>): Bundle['models'] {
  const all = Object.entries(models).sort(([a], [b]) => (a < b ? -1 : 1));
  const taken = new Set<string>();
  const listed = all.map(([id, { strategy, active, state, features = null }]) => {
    const wanted = state ?? (active ? 'active' : 'candidate');
    // one that does not fit takes nobody's place
    const place = fitsFeatures(features) ? `${strategy} ${wanted}` : id;
    const isOne = wanted === 'active' || wanted === 'canary';
    const given = isOne && taken.has(place) ? 'shadow' : wanted;
    taken.add(place);
    return { id, strategy, state: given, features } as const;
  });
  return listed.length === 0 ? undefined : listed;
}

/** Their part of a bundle. */
export function givenModels(config: Pick<Config, 'models'>): Pick<Bundle, 'models'> {
  const models = modelsOf(config);
  return models === undefined ? {} : { models };
}

/** A calibration with the maps of every model beside it. */
export const withModels = (calibration: Calibration, models: Config['models']): Calibration => ({
  ...calibration,
  ...Object.fromEntries(
    Object.entries(models).flatMap(([id, { strategy, maps }]) =>
      Object.entries(maps).map(([path, list]) => [`${mapsKey(strategy, id)}${path === '' ? '' : `.${path}`}`, list]),
    ),
  ),
});

/** Mean and deviation of nar3m by half hour, of recorded ticks of other symbols on 17 days. */
export const flowNorm: Pick<MinuteProfile, 'narMean' | 'narSd'> = { narMean: shape.narMean, narSd: shape.narSd };

/** What every run on real quotes says of it. */
export const flowAssumption = 'What is usual of active buying (netZ) is that of recorded ticks of other symbols, not the symbol’s own.';

/** The minute profile of a symbol without ten days of its own: shares and deviations of real bars, flow of real ticks. */
export const shippedProfile = (): MinuteProfile => ({
  id: 'board',
  amountShare: bytesOf(Float64Array.from(shape.amountShare)).slice(),
  lnMad: bytesOf(new Float64Array(minutesPerDay).fill(shape.lnMad)).slice(),
  varShare: bytesOf(Float64Array.from(shape.varShare)).slice(),
  ...flowNorm,
  amountQ99: null,
});
