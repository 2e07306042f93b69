/** A detector's input with every gate open, changed in one thing: what clause tables are made of. */
import type { Instrument } from '../../contracts/bundle.ts';
import type { FeatureId } from '../../contracts/features.ts';
import type { DetectorInput } from '../../engine/detectors/detector.ts';

const instrument: Instrument = {
  no: 1_600_001,
  name: 'x',
  board: 'MAIN',
  riskWarning: false,
  delisting: false,
  listingDayN: null,
  listing: 'seasoned',
  limitSource: 'told',
  noLimit: false,
  exDate: false,
  suspended: false,
  preCloseMilli: 10_000,
  limitUpMilli: 11_000,
  limitDownMilli: 9000,
  limitRate: 0.1,
  floatShares: null,
  adv20Yuan: 240e6,
  sigmaDay: 0.02,
  prevVolumes: [],
  boards: 0,
  recentCloses: [],
  prevHighMilli: null,
  profile: 0,
  profileSource: 'own',
};
const open: Partial<Record<FeatureId, number>> = {
  amtZ1m: 2,
  ret_3m: 0.02,
  distUp: 0.05,
  amt5m: 5e6,
  spreadTk: 1,
  depth5: 4e6,
  dqW180: 1,
  age: 1,
  feedHealth: 1,
  burst: 0.2,
  active20: 7,
};

export type Change = { readonly values?: Partial<Record<FeatureId, number>>; readonly instrument?: Partial<Instrument> } & Partial<
  Omit<DetectorInput, 'feature' | 'instrument'>
>;
/** An input every gate lets through, changed in one thing. */
export function inputWith({ values = {}, instrument: other = {}, ...rest }: Change = {}): DetectorInput {
  const known: Partial<Record<FeatureId, number>> = { ...open, ...values };
  return {
    instrument: { ...instrument, ...other },
    id: '600001.SH',
    feature: (id) => known[id] ?? Number.NaN,
    regime: 'neutral',
    preCloseMilli: 10_000,
    advYuan: 100e6,
    benchmark: 'market',
    tsMs: 0,
    tsExchangeMs: 0,
    tsec: 1800,
    slot: 600,
    lastMilli: 10_200,
    midMilli: 10_195,
    midAgo3m: 10_000,
    runAmount: 0,
    runVolume: 0,
    limitUpMilli: 11_000,
    askYuan: 1e6,
    locked: false,
    isOneWord: false,
    resumedSlot: 0,
    frozen: false,
    lunchJump: 0,
    excludeRiskWarning: true,
    adv20Min: 30e6,
    ...rest,
  };
}
