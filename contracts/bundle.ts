/**
 * The day's bundle: one immutable file with everything that crosses a night. `day.open` names it by sha256.
 * Prices Milli, volumes shares, money yuan, ratios fractions; null where the record has nothing.
 */
import { z } from 'zod';
import { columnOf, decode, encode } from './codec.ts';
import { upcast } from './compat/upcast.ts';
import { Config } from './config.ts';
import { FenshiError } from './errors.ts';
import { BaseRate, ForecastMap, speaks } from './forecast.ts';
import { boards } from './instruments.ts';
import { modelStates } from './model.ts';
import { strategyModes } from './signal.ts';
import { TradeDate } from './units.ts';

export const minutesPerDay = 240;
const Column = z.instanceof(Uint8Array).refine((bytes) => bytes.byteLength === minutesPerDay * 8, 'expects 240 doubles');

/** Minute profile. Shares of the day sum to about 1; a symbol scales them by its adv20 and its daily variance. */
export const Profile = z.object({
  id: z.string(),
  /** Median share of the day's amount by minute, smoothed. */
  amountShare: Column,
  /** MAD of ln(amount + 20,000) by minute, × 1.4826, floor 0.35. */
  lnMad: Column,
  /** Share of the day's log-return variance by minute. */
  varShare: Column,
  /** Mean and deviation of nar3m by 30-minute bucket; null where unknown. */
  narMean: z.array(z.number()).length(8).nullable(),
  narSd: z.array(z.number()).length(8).nullable(),
  /** 99 % quantile of a 3-second amount by bucket, as a share of adv20; null where unknown. */
  amountQ99: z.array(z.number()).length(8).nullable(),
});

export type MinuteProfile = z.infer<typeof Profile>;

export const Instrument = z.object({
  no: z.int(),
  name: z.string(),
  board: z.enum(boards),
  riskWarning: z.boolean(),
  delisting: z.boolean(),
  /** 1 on the listing day; null where the days are not counted: `listing` says why. */
  listingDayN: z.int().nullable(),
  /** `seasoned`: past the days that are counted. `new`: within them, or named N or C today. `unknown`: nobody says when it was listed. */
  listing: z.enum(['seasoned', 'new', 'unknown']).default('seasoned'),
  noLimit: z.boolean(),
  exDate: z.boolean(),
  suspended: z.boolean(),
  /** The exchange's adjusted reference price, never yesterday's raw close. */
  preCloseMilli: z.int().nullable(),
  limitUpMilli: z.int().nullable(),
  limitDownMilli: z.int().nullable(),
  /**
   * Where the limits come from. `told`: by a source or the exchange's record, and a price outside is no price. `rule`: computed; a price
   * outside shows that the rule, not the price, is wrong. `none`: it trades without. `unknown`: nothing to compute them from.
   */
  limitSource: z.enum(['told', 'rule', 'none', 'unknown']).default('told'),
  /** Share of the reference price, 0.05 to 0.3, as the dated rule has it; null without a limit. */
  limitRate: z.number().nullable(),
  floatShares: z.number().nullable(),
  adv20Yuan: z.number().nullable(),
  /** Daily log-return deviation: the scale of varShare. */
  sigmaDay: z.number().positive(),
  /** Regular-session volume of the previous days, newest first, at most 5. */
  prevVolumes: z.array(z.number()).max(5),
  prevHighMilli: z.int().nullable(),
  /** Consecutive limit-up boards 连板 up to the day before. */
  boards: z.int().nonnegative().default(0),
  /** Closes of the days before, newest first, adjusted as the record has them: what regulatory headroom (K10) is measured on. */
  recentCloses: z.array(z.int()).max(30).default([]),
  profile: z.int().nonnegative(),
  /** `own`: ≥ 10 days of the symbol. `xs`: borrowed from its board; scaled by today's ratio and |z| ≤ 4. */
  profileSource: z.enum(['own', 'xs']),
});
export type Instrument = z.infer<typeof Instrument>;

/** By strategy, `<strategy>.<path>` where a path of its rule draws other signals, or `<strategy>.<path>@<regime>`; the first is what it is about. */
export const Calibration = z.record(z.string(), z.array(ForecastMap));
export type Calibration = z.infer<typeof Calibration>;

export const BundleConfig = Config.pick({ clean: true, universe: true, opportunities: true });
export type BundleConfig = z.infer<typeof BundleConfig>;

/** What a day's bundle is made from: its own part, and the strategies that become its `detectors`. */
export const DayConfig = Config.pick({ clean: true, universe: true, opportunities: true, detectors: true, models: true });
export type DayConfig = z.infer<typeof DayConfig>;
export const dayConfig = ({ clean, universe, opportunities, detectors, models }: DayConfig): DayConfig => ({
  clean,
  universe,
  opportunities,
  detectors,
  models,
});

/** The part of the configuration that decisions depend on: it enters the day through the bundle and nowhere else. */
export const bundleConfig = ({ clean, universe, opportunities }: BundleConfig): BundleConfig => ({ clean, universe, opportunities });

/** A sector as it was on `asOf`: membership is never applied to days before it was known. */
export const Sector = z.object({
  code: z.string(),
  name: z.string(),
  kind: z.enum(['industry', 'concept', 'region']),
  asOf: TradeDate,
  members: z.array(z.int()),
});
export type Sector = z.infer<typeof Sector>;

/** One strategy of the day: an instance of a detector under a name of its own. */
export const StrategyInstance = z.object({
  id: z.string(),
  /** Name of the detector it is an instance of; a detector may have several. */
  detector: z.string(),
  version: z.int(),
  mode: z.enum(strategyModes),
  modelId: z.string().nullable(),
  /** Whole, as the detector's own schema left them, and their sha256. */
  params: z.record(z.string(), z.unknown()),
  paramHash: z.string(),
});
export type StrategyInstance = z.infer<typeof StrategyInstance>;

/** A model of the day: whose maps `strategy#id` in the calibration are, and as what the day opens with it. */
export const DayModel = z.object({
  id: z.string(),
  strategy: z.string(),
  state: z.enum(modelStates),
  /** Version of the features it was fitted on; null: it does not say. */
  features: z.string().nullable(),
});
export type DayModel = z.infer<typeof DayModel>;

export const Bundle = z.object({
  v: z.literal(3),
  tradeDate: TradeDate,
  /** `generator`, `vendor-file`, `live`. */
  origin: z.string(),
  instruments: z.array(Instrument),
  profiles: z.array(Profile).min(1),
  sectors: z.array(Sector).default([]),
  /** On the exchanges' list of closely watched instruments 重点监控 (K11). */
  monitored: z.array(z.int()).default([]),
  /** In this order they see a quote. */
  detectors: z.array(StrategyInstance),
  /** How often each event comes without choosing. An event without one has no probability. */
  baseRates: z.array(BaseRate),
  calibration: Calibration,
  /** Absent where the day has none. */
  models: z.array(DayModel).optional(),
  config: BundleConfig,
  /** Where each part came from, for people: `instruments` → `tencent`. */
  openedWith: z.record(z.string(), z.string()).optional(),
  /** What had to be assumed, in sentences; printed by every run that uses the bundle. */
  assumed: z.array(z.string()),
});
export type Bundle = z.infer<typeof Bundle>;
export type ProfileColumns = { readonly amountShare: Float64Array; readonly lnMad: Float64Array; readonly varShare: Float64Array };

/** In the schema's order of keys, whoever made the object: the same bundle has the same bytes, and so the same name. */
export const encodeBundle = (bundle: Bundle): Uint8Array => encode(Bundle.parse(bundle));

/** @throws FenshiError BUNDLE_CORRUPT */
export function decodeBundle(bytes: Uint8Array): Bundle {
  try {
    return Bundle.parse(upcast('bundle', decode(bytes) as Record<string, unknown>));
  } catch (error) {
    throw new FenshiError('BUNDLE_CORRUPT', error instanceof Error ? error.message : String(error));
  }
}

export const profileColumns = (profile: MinuteProfile): ProfileColumns => ({
  amountShare: columnOf(Float64Array, profile.amountShare),
  lnMad: columnOf(Float64Array, profile.lnMad),
  varShare: columnOf(Float64Array, profile.varShare),
});

/** What a run rests on besides its data, in sentences: printed by every run that uses the bundle. */
export const statedOf = ({ assumed, calibration }: Pick<Bundle, 'assumed' | 'calibration'>): string[] => [
  ...assumed,
  ...Object.entries(calibration).flatMap(([key, maps]) => maps.map((map) => `Forecast of ${key}, ${sentenceOf(map)}.`)),
];

function sentenceOf(map: ForecastMap): string {
  const { event, horizonSec, n, days, source, data, auc95 } = map;
  const what = `${event} within ${horizonSec} s: ${n} signals on ${days} days (${source}; ${data})`;
  if (auc95 === null) return `${what}, never judged: the base rate is shown`;
  return `${what}, AUC ${auc95[0].toFixed(2)} to ${auc95[1].toFixed(2)}${speaks(map) ? '' : ': no edge measured, the base rate is shown'}`;
}
