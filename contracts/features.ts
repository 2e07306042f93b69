/**
 * FeatureSnapshot `fs-1`: the features of one symbol at one moment, NaN inside, null on the wire.
 *
 * Formulas, windows and null rules are those of quant.md §2.2, on the 3-second tsec grid: a window of W seconds
 * at slot k spans the slots (k − W/3, k]. A model refuses another `version`.
 */
export const featureVersion = 'fs-1';

/** [id, unit, spec number]. The order is the order of `values`; append only, else a new version. */
const table = [
  // A. price and volatility
  ['ret_15s', 'ln', 1],
  ['ret_1m', 'ln', 2],
  ['ret_3m', 'ln', 3],
  ['ret_5m', 'ln', 4],
  ['speed', '%', 5],
  ['accel', 'ln', 6],
  ['ret_z15s', 'sigma', 7],
  ['ret_z1m', 'sigma', 7],
  ['ret_z3m', 'sigma', 7],
  ['ret_z5m', 'sigma', 7],
  ['dayRet', '1', 8],
  ['gapOpen', '1', 9],
  ['rangePos', '1', 10],
  ['distHigh', '1', 11],
  ['brk60', '1', 12],
  ['vwapDev', '1', 13],
  ['pull5', '1', 14],
  ['rv5', 'ln', 15],
  ['rvRatio', '1', 16],
  ['atr1m', 'yuan', 17],
  ['exRet3m', 'ln', 18],
  // B. volume
  ['amt1m', 'yuan', 19],
  ['amt5m', 'yuan', 19],
  ['lb', '1', 20],
  ['amtZ1m', 'sigma', 21],
  ['amtZ5m', 'sigma', 22],
  ['amtAccel', 'ln', 23],
  ['turn', '1', 24],
  ['turn5', '1', 25],
  ['burst', '1', 26],
  ['pvd', '1', 27],
  ['pvDivTop', 'bool', 28],
  // C. order book
  ['spreadTk', 'ticks', 29],
  ['relSpr', 'bp', 30],
  ['obi1', '1', 31],
  ['obi5', '1', 32],
  ['obi5m1', '1', 32],
  ['depth5', 'yuan', 35],
  ['ofi1m', 'shares', 39],
  ['ofiN', '1', 40],
  // D. active flow
  ['net1m', 'yuan', 42],
  ['net3m', 'yuan', 42],
  ['netDay', 'yuan', 42],
  ['nar1m', '1', 43],
  ['nar3m', '1', 43],
  ['netZ', 'sigma', 44],
  ['bigThr', 'yuan', 45],
  ['bigNet5', 'yuan', 46],
  ['bigDens', '1/min', 47],
  ['bigShare', '1', 48],
  ['flowPers', '1', 50],
  // E. limit state
  ['distUp', '1', 51],
  ['distDn', '1', 51],
  ['lockUp', 'bool', 52],
  ['sealAmt', 'yuan', 53],
  // G. market, the same on every snapshot
  ['mktMed1m', 'ln', 0],
  ['mktMed3m', 'ln', 0],
  ['mktMed5m', 'ln', 0],
  ['advShare', '1', 0],
  ['nUp', 'count', 0],
  ['nDn', 'count', 0],
  ['idxRet3m', 'ln', 0],
  ['feedHealth', '1', 0],
  // data quality and scale
  ['dqW180', '1', 0],
  ['age', 's', 0],
  ['active20', 'count', 0],
  ['sigma900', 'ln', 0],
  // 26 over five minutes: what a five-minute amount surprise must not rest on
  ['burst5', '1', 26],
] as const;

export type FeatureId = (typeof table)[number][0];
export const featureIds: readonly FeatureId[] = table.map(([id]) => id);
export const featureUnits: Readonly<Record<FeatureId, string>> = Object.fromEntries(table.map(([id, unit]) => [id, unit])) as Record<
  FeatureId,
  string
>;
export const featureCount = table.length;

/** Position of each feature in a snapshot's values. */
export const featureAt: Readonly<Record<FeatureId, number>> = Object.fromEntries(table.map(([id], at) => [id, at])) as Record<
  FeatureId,
  number
>;

/** Which benchmark stands behind exRet3m (design §6): the wider, the better. */
export const benchmarks = ['market', 'index', 'median30', 'none'] as const;
export type Benchmark = (typeof benchmarks)[number];

/** Wire form: NaN becomes null. */
export const featureRecord = (values: Float64Array): Record<string, number | null> =>
  Object.fromEntries(featureIds.map((id, at) => [id, Number.isNaN(values[at]!) ? null : values[at]!]));
