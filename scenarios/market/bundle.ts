/** The invented day's bundle: what a real after-close job would have computed, from twenty invented days of history. */

import { type Bundle, bundleConfig, type DayConfig, type MinuteProfile, minutesPerDay } from '../../contracts/bundle.ts';
import { bytesOf } from '../../contracts/codec.ts';
import { clamp, exp, log, medianInPlace } from '../../contracts/math.ts';
import { smooth } from '../../engine/reference/history.ts';
import { limitPrices, limitRate } from '../../engine/reference/price-limits.ts';
import { givenModels, inventedForecasts, registeredDetectors, withModels } from '../../engine/reference/shipped.ts';
import { industryName } from './names.ts';
import { type Nature, natures, type Preset } from './nature.ts';
import { randomOf } from './random.ts';
import { minutes } from './seasonality.ts';
import { statusOf } from './status.ts';
import type { Issue } from './universe.ts';

export type GeneratedBundle = {
  readonly seed: number;
  readonly date: string;
  /** Ordinal of the day in its run, as the market has it. */
  readonly day?: number;
  readonly issues: readonly Issue[];
  readonly closes?: ReadonlyMap<number, number>;
  readonly config: DayConfig;
  readonly preset?: Preset;
  /** Consecutive limit-up boards up to the day before, by instrument. */
  readonly boards?: ReadonlyMap<number, number>;
  readonly forecasts?: Pick<Bundle, 'baseRates' | 'calibration'>;
};

const historyDays = 20;
const lnC = 20_000;
const callShare = 0.02;

export function generatedBundle({
  seed,
  date,
  day = 0,
  issues,
  closes,
  config,
  forecasts,
  boards,
  preset = 'planted',
}: GeneratedBundle): Bundle {
  const histories = issues.map((issue) => historyOf(seed, issue, natures[preset]));
  const statuses = issues.map((issue) => statusOf(seed, day, issue));
  return {
    v: 3,
    tradeDate: date,
    origin: 'generator',
    instruments: issues.map((issue, i) => {
      const preCloseMilli = closes?.get(issue.no) ?? issue.firstCloseMilli;
      const rate = limitRate(issue.board, issue.riskWarning ? 'riskWarning' : 'normal', date);
      const { upMilli, downMilli } = limitPrices(issue.board, preCloseMilli, rate);
      return {
        no: issue.no,
        name: issue.name,
        board: issue.board,
        riskWarning: issue.riskWarning,
        delisting: statuses[i]!.delisting,
        listingDayN: statuses[i]!.listingDayN,
        listing: statuses[i]!.listingDayN === null ? 'seasoned' : 'new',
        noLimit: statuses[i]!.listingDayN !== null,
        exDate: statuses[i]!.exDate,
        suspended: statuses[i]!.suspended,
        preCloseMilli,
        limitUpMilli: statuses[i]!.listingDayN === null ? upMilli : null,
        limitDownMilli: statuses[i]!.listingDayN === null ? downMilli : null,
        limitSource: statuses[i]!.listingDayN === null ? 'told' : 'none',
        limitRate: statuses[i]!.listingDayN === null ? rate / 100 : null,
        boards: boards?.get(issue.no) ?? 0,
        recentCloses: [],
        floatShares: issue.floatShares,
        adv20Yuan: histories[i]!.adv20,
        sigmaDay: issue.sigmaDay,
        prevVolumes: histories[i]!.dayAmounts.slice(-5).map((yuan) => Math.round((yuan * 1000) / preCloseMilli)),
        prevHighMilli: null,
        profile: i,
        profileSource: 'own' as const,
      };
    }),
    profiles: histories.map(({ profile }) => profile),
    sectors: sectorsOf(date, issues),
    monitored: [],
    detectors: registeredDetectors(config),
    ...(forecasts ?? inventedForecasts[preset]),
    calibration: withModels((forecasts ?? inventedForecasts[preset]).calibration, config.models),
    ...givenModels(config),
    config: bundleConfig(config),
    assumed: ['Invented market: no instrument, price or event in it is real.'],
  };
}

/** Industries and concepts of the issues, as of the day. */
function sectorsOf(date: string, issues: readonly Issue[]): Bundle['sectors'] {
  const groups = new Map<string, { name: string; kind: 'industry' | 'concept'; members: number[] }>();
  const join = (code: string, name: string, kind: 'industry' | 'concept', no: number): void => {
    const group = groups.get(code) ?? { name, kind, members: [] };
    groups.set(code, group);
    group.members.push(no);
  };
  for (const { no, sector, concepts } of issues) {
    join(`I${String(sector + 1).padStart(2, '0')}`, industryName(sector), 'industry', no);
    for (const concept of concepts) join(`C${String(concept + 1).padStart(3, '0')}`, `概念${concept + 1}`, 'concept', no);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([code, group]) => ({ code, asOf: date, ...group }));
}

function historyOf(
  seed: number,
  issue: Issue,
  nature: Nature,
): { readonly profile: MinuteProfile; readonly adv20: number; readonly dayAmounts: number[] } {
  const random = randomOf(seed, -1, issue.no, 'history');
  const amounts = Array.from({ length: historyDays }, () => dayOf(random, issue, nature));
  const dayAmounts = amounts.map((day) => day.reduce((sum, yuan) => sum + yuan, 0));
  const adv20 = dayAmounts.reduce((sum, yuan) => sum + yuan, 0) / historyDays;
  const medians = new Float64Array(minutesPerDay);
  const deviations = new Float64Array(minutesPerDay);
  for (let m = 0; m < minutesPerDay; m++) {
    const logs = Float64Array.from(amounts, (day) => log(day[m]! + lnC));
    medians[m] = medianInPlace(Float64Array.from(amounts, (day) => day[m]!));
    const middle = medianInPlace(logs.slice());
    deviations[m] = Math.max(0.35, 1.4826 * medianInPlace(logs.map((x) => Math.abs(x - middle))));
  }
  const variance = Float64Array.from(
    { length: minutesPerDay },
    (_, m) => (m < minutes ? nature.volatility[m]! * nature.volatility[m]! : 1) / minutesPerDay,
  );
  const profile: MinuteProfile = {
    id: `own-${issue.no}`,
    amountShare: bytesOf(smooth(medians, 1).map((yuan) => yuan / adv20)).slice(),
    lnMad: bytesOf(smooth(deviations, 5)).slice(),
    varShare: bytesOf(smooth(variance, 2)).slice(),
    narMean: Array.from({ length: 8 }, () => 0),
    narSd: [...nature.narSd],
    amountQ99: null,
  };
  return { profile, adv20, dayAmounts };
}

function dayOf(random: ReturnType<typeof randomOf>, issue: Issue, { volume }: Nature): Float64Array {
  const level = exp(0.15 * random.normal());
  let slow = 0.3 * random.normal();
  return Float64Array.from({ length: minutesPerDay }, (_, m) => {
    slow = 0.92 * slow + 0.12 * random.normal();
    const shape = m < minutes ? volume[m]! * (1 - callShare) : (callShare * minutesPerDay) / 3;
    return ((issue.advYuan * shape) / minutesPerDay) * level * exp(clamp(0.8 * slow + 0.25 * random.normal(), -3, 3));
  });
}
