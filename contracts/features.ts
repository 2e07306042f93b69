/**
 * FeatureSnapshot `fs-2`: the features of one symbol at one moment, NaN inside, null on the wire.
 *
 * Grid   3-second slots of trading time: a window of W seconds at slot k spans the slots (k − W/3, k]
 * Page   contracts/spec/features.md is made from this table; evidence and displays take their words from it. A model refuses another version
 */
export const featureVersion = 'fs-2';
/** Whether what was fitted on features of a version fits this code's; null: it does not say. */
export const fitsFeatures = (version: string | null): boolean => version === null || version === featureVersion;

/** [id, unit, zh, en, formula, null when]. The order is the order of `values`; append only, else a new version. */
const table = [
  ['ret_15s', 'ln', '15 秒涨跌', 'return over 15 s', 'ln mid now − ln mid 15 s ago', 'returns'],
  ['ret_1m', 'ln', '1 分钟涨跌', 'return over 1 min', 'ln mid now − ln mid 60 s ago', 'returns'],
  ['ret_3m', 'ln', '3 分钟涨跌', 'return over 3 min', 'ln mid now − ln mid 180 s ago', 'returns'],
  ['ret_5m', 'ln', '5 分钟涨跌', 'return over 5 min', 'ln mid now − ln mid 300 s ago', 'returns'],
  ['speed', '%', '涨速', 'speed', 'ret_3m in percent', 'returns'],
  ['accel', 'ln', '加速度', 'acceleration', 'ret_1m − (ret_3m − ret_1m) / 2', 'returns'],
  ['ret_z15s', 'sigma', '15 秒涨跌(σ)', 'return over 15 s in sigmas', 'ret_15s / σ(15 s)', 'returns'],
  ['ret_z1m', 'sigma', '1 分钟涨跌(σ)', 'return over 1 min in sigmas', 'ret_1m / σ(1 min)', 'returns'],
  ['ret_z3m', 'sigma', '3 分钟涨跌(σ)', 'return over 3 min in sigmas', 'ret_3m / σ(3 min)', 'returns'],
  ['ret_z5m', 'sigma', '5 分钟涨跌(σ)', 'return over 5 min in sigmas', 'ret_5m / σ(5 min)', 'returns'],
  ['dayRet', '1', '当日涨跌幅', 'change of the day', 'last / previous close − 1', 'no reference price'],
  ['gapOpen', '1', '开盘缺口', 'opening gap', 'open / previous close − 1', 'no reference price, no open'],
  ['rangePos', '1', '日内位置', 'place in the day’s range', '(last − low) / (high − low); 0.5 where they are equal', 'before 09:35'],
  ['distHigh', '1', '距当日最高', 'below the day’s high', 'last / high − 1', 'before 09:35'],
  [
    'brk60',
    '1',
    '突破幅度',
    'break-out',
    'last over the highest of yesterday and of the last 60 minutes without the last two, − 1',
    'before 09:40',
  ],
  ['vwapDev', '1', '偏离均价', 'off the day’s average price', 'last / (amount / volume) − 1', 'nothing traded'],
  ['pull5', '1', '5 分钟回撤', 'pull-back over 5 min', 'mid / highest mid of 5 minutes − 1', 'under 1 min of data'],
  ['rv5', 'ln', '5 分钟实现波动', 'realised volatility over 5 min', 'root of the sum of twenty squared 15-second returns', 'window'],
  ['rvRatio', '1', '波动比', 'volatility ratio', 'rv5 / σ(5 min) without the day’s multiplier', 'window'],
  ['atr1m', 'yuan', '分钟真实波幅', 'true range of a minute', 'mean of 14 one-minute true ranges, exponentially weighted', 'under 14 bars'],
  ['exRet3m', 'ln', '3 分钟超额', 'ahead of the market over 3 min', 'ret_3m − that of the benchmark', 'returns'],
  ['amt1m', 'yuan', '1 分钟成交额', 'amount of 1 min', 'yuan traded in 60 s', 'volume'],
  ['amt5m', 'yuan', '5 分钟成交额', 'amount of 5 min', 'yuan traded in 300 s, or since the first quote from 2 min on', 'volume'],
  ['lb', '1', '量比', 'volume ratio', 'volume a minute so far over that of the last five days', 'no earlier days'],
  ['amtZ1m', 'sigma', '1 分钟量能惊异', 'amount surprise of 1 min', 'ln((amt1m + c) / (expected + c)) / lnMad, −4 to 8', 'volume'],
  ['amtZ5m', 'sigma', '5 分钟量能惊异', 'amount surprise of 5 min', 'the same over 5 min', 'volume'],
  ['amtAccel', 'ln', '量能加速', 'amount acceleration', 'ln((amt1m + c) / ((amt5m − amt1m) / 4 + c))', 'under 5 min of data'],
  ['turn', '1', '换手率', 'turnover', 'volume of the day / float shares', 'float unknown'],
  ['turn5', '1', '5 分钟换手', 'turnover of 5 min', 'volume of 300 s / float shares', 'volume, float unknown'],
  ['burst', '1', '单笔占比', 'share of the largest slot in 1 min', 'largest 3-second amount / amt1m', 'nothing traded'],
  ['pvd', '1', '量价背离度', 'price ahead of volume', 'tanh((ret_z5m − amtZ5m) / 2)', 'returns, volume'],
  [
    'pvDivTop',
    'bool',
    '量价顶背离',
    'top divergence',
    '1 where the current up-leg is higher than the one before on under 70 % of its pace and with less active buying',
    'before 09:50, under two up-legs',
  ],
  ['spreadTk', 'ticks', '价差(档)', 'spread in ticks', '(ask1 − bid1) / tick', 'book, a side absent'],
  ['relSpr', 'bp', '相对价差', 'relative spread', '(ask1 − bid1) / mid', 'book, a side absent'],
  ['obi1', '1', '一档失衡', 'imbalance of level 1', '(bid1 − ask1) / (bid1 + ask1) in shares', 'book'],
  ['obi5', '1', '五档失衡', 'imbalance of 5 levels', 'Σ w (b − a) / Σ w (b + a), w = 1, .8, .6, .4, .2', 'book'],
  ['obi5m1', '1', '五档失衡(1 分钟)', 'imbalance of 5 levels over 1 min', 'mean of obi5 over 60 s', 'book'],
  ['depth5', 'yuan', '五档深度', 'depth of 5 levels', 'Σ price × shares of both sides', 'book'],
  [
    'ofi1m',
    'shares',
    '订单流失衡',
    'order-flow imbalance of 1 min',
    'Σ over 60 s of changes at the best prices, equal prices included (Cont, Kukanov and Stoikov)',
    'book',
  ],
  ['ofiN', '1', '订单流失衡(归一)', 'order-flow imbalance, scaled', 'ofi1m / (half the mean of bid1 + ask1), −30 to 30', 'book'],
  ['net1m', 'yuan', '1 分钟主动净买', 'active net buying of 1 min', 'Σ (2 f − 1) × amount over 60 s', 'flow'],
  ['net3m', 'yuan', '3 分钟主动净买', 'active net buying of 3 min', 'the same over 180 s', 'flow'],
  ['netDay', 'yuan', '当日主动净买', 'active net buying of the day', 'the same since the open', 'flow'],
  ['nar1m', '1', '1 分钟净买占比', 'active net share of 1 min', 'net1m / amt1m', 'flow, under 50,000 yuan'],
  ['nar3m', '1', '3 分钟净买占比', 'active net share of 3 min', 'net3m / amount of 180 s', 'flow, under 50,000 yuan'],
  [
    'netZ',
    'sigma',
    '净买惊异',
    'net buying surprise',
    '(nar3m − its mean at this half-hour) / its deviation, at least .15',
    'flow, no history',
  ],
  [
    'bigThr',
    'yuan',
    '大单门槛',
    'threshold of a large print',
    '2e-5 of the float’s value, 200,000 to 5 million, at least the own 99 % print',
    'float unknown',
  ],
  [
    'bigNet5',
    'yuan',
    '5 分钟大单净额',
    'net of large prints in 5 min',
    'Σ signed amounts of large prints over 300 s',
    'flow, float unknown',
  ],
  ['bigDens', '1/min', '大单密度', 'density of large prints', 'bought less sold large prints a minute over 5 min', 'flow, float unknown'],
  ['bigShare', '1', '大单占比', 'share of large prints', 'amount of large prints / amount of 300 s', 'flow, float unknown'],
  [
    'flowPers',
    '1',
    '资金持续性',
    'persistence of flow',
    'weighted mean sign of net flow over twenty 15-second blocks, half-life 90 s',
    'flow',
  ],
  ['distUp', '1', '距涨停', 'below the upper limit', '(upper limit − last) / previous close', 'no limits'],
  ['distDn', '1', '距跌停', 'above the lower limit', '(last − lower limit) / previous close', 'no limits'],
  ['lockUp', 'bool', '封涨停', 'locked at the upper limit', 'last and best bid at the limit, nobody asks', 'no limits'],
  ['sealAmt', 'yuan', '封单额', 'seal', 'shares of the best bid × the limit, while locked', 'not locked'],
  ['mktMed1m', 'ln', '市场 1 分钟', 'market over 1 min', 'median of live symbols’ 1-minute returns', 'nobody live'],
  ['mktMed3m', 'ln', '市场 3 分钟', 'market over 3 min', 'median of live symbols’ 3-minute returns', 'nobody live'],
  ['mktMed5m', 'ln', '市场 5 分钟', 'market over 5 min', 'median of live symbols’ 5-minute returns', 'nobody live'],
  ['advShare', '1', '上涨占比', 'share that rises', 'share of traded symbols above their previous close', 'nobody traded'],
  [
    'nUp',
    'count',
    '涨停家数',
    'at the upper limit',
    'symbols at their upper limit, without risk warning',
    'before the first cross-section',
  ],
  [
    'nDn',
    'count',
    '跌停家数',
    'at the lower limit',
    'symbols at their lower limit, without risk warning',
    'before the first cross-section',
  ],
  ['idxRet3m', 'ln', '指数 3 分钟', 'index over 3 min', 'return of the benchmark index over 180 s', 'no index'],
  ['feedHealth', '1', '行情健康度', 'health of the feed', 'share of symbols that are no staler than they may be', 'nobody seen'],
  ['dqW180', '1', '3 分钟数据质量', 'data quality over 3 min', 'share of the last sixty slots covered by accepted data', 'window'],
  ['age', 's', '数据时延', 'age', 'tape time − exchange time of the last quote', 'no quote'],
  ['active20', 'count', '20 秒活跃度', 'active slots in 20 s', 'slots of the last seven in which something traded', 'no quote'],
  [
    'sigma900',
    'ln',
    '15 分钟预期波动',
    'expected volatility of 15 min',
    'σ(15 min) from the minute profile and the day’s multiplier',
    'no profile',
  ],
  ['burst5', '1', '5 分钟单笔占比', 'share of the largest slot in 5 min', 'largest 3-second amount / amt5m', 'nothing traded'],
  [
    'nTouched',
    'count',
    '触板家数',
    'touched the upper limit',
    'symbols that were at their upper limit today, without risk warning',
    'before the first cross-section',
  ],
  ['brokenRate', '1', '炸板率', 'broken boards', 'share of those that touched and are not at it now', 'nobody touched'],
] as const;

export type FeatureId = (typeof table)[number][0];
export const featureIds: readonly FeatureId[] = table.map(([id]) => id);
export type FeatureWords = {
  readonly unit: string;
  readonly zh: string;
  readonly en: string;
  readonly formula: string;
  /** When it is null besides its window: contracts/spec/features.md says what the short words stand for. */
  readonly nullWhen: string;
};
export const featureWords = Object.fromEntries(
  table.map(([id, unit, zh, en, formula, nullWhen]) => [id, { unit, zh, en, formula, nullWhen }]),
) as Readonly<Record<FeatureId, FeatureWords>>;
export const featureCount = table.length;

/** Position of each feature in a snapshot's values. */
export const featureAt: Readonly<Record<FeatureId, number>> = Object.fromEntries(table.map(([id], at) => [id, at])) as Record<
  FeatureId,
  number
>;

/** Which benchmark stands behind exRet3m (contracts/spec/features.md#benchmarks): the wider, the better. */
export const benchmarks = ['market', 'index', 'median30', 'none'] as const;
export type Benchmark = (typeof benchmarks)[number];

/** Wire form: NaN becomes null. */
export const featureRecord = (values: Float64Array): Record<string, number | null> =>
  Object.fromEntries(featureIds.map((id, at) => [id, Number.isNaN(values[at]!) ? null : values[at]!]));
