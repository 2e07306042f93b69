/** Evidence in words, in Chinese and English: what was asked of which number and what it was, the conditions first. */
import { featureWords } from './features.ts';
import { clockOf, msOfTsec } from './session.ts';
import type { Evidence } from './signal.ts';

export type Language = 'zh' | 'en';
type Words = { readonly unit: string; readonly zh: string; readonly en: string };

/** What detectors and the lifecycle say besides features: [id, unit, zh, en]. */
const others = [
  ['modelBrier', '1', '模型 Brier 分', 'the model’s Brier score'],
  ['scorePsi', '1', '评分分布偏移 PSI', 'shift of scores, PSI'],
  ['scoreUnknown', '1', '评分未知占比', 'share of unknown scores'],
  ['give', '1', '涨幅保留', 'share of the rise that stands'],
  ['lastOverVwapSinceEnter', '1', '现价/发现后均价', 'price over its average since discovery'],
  ['limitShare', '1', '现价/涨停价', 'price over its upper limit'],
  ['cusum', '1', '累积和', 'cumulative sum'],
  ['buyingExcitement', 'sigma', '主动买入聚集', 'clustering of buying'],
  ['learnedScore', '1', '模型评分', 'the model’s score'],
  ['netSinceYuan', 'yuan', '发现后净买入', 'net buying since discovery'],
  ['askMinutes', 'min', '卖盘(分钟成交)', 'asked for, in minutes of trading'],
  ['rotationZ', 'sigma', '轮动合成检验', 'rotation, three tests together'],
  ['secSpreadZ', 'sigma', '成员超额检验', 'members ahead of the market'],
  ['secMoneyZ', 'sigma', '资金份额累积', 'share of money, summed'],
  ['secBreadthZ', 'sigma', '上涨广度检验', 'members that rise against the market'],
  ['secHeat', '1', '板块热度', 'heat of the sector'],
  ['secEx5', 'ln', '板块 5 分钟超额', 'sector ahead of the market over 5 min'],
  ['secBreadth', '1', '板块上涨广度', 'breadth of the sector'],
  ['secDiffusion', '1', '扩散(领先大盘的成员)', 'members ahead of the market'],
  ['secDiffusionSpeed', '1', '扩散速度(每分钟)', 'how fast it spreads, a minute'],
  ['live', 'count', '有报价的成分股', 'members with a quote'],
  ['sealSlopeLn', '1', '封单变化', 'change of the seal, ln'],
  ['firstSealTsec', 'tsec', '首次封板', 'first sealed at'],
  ['openCnt', 'count', '开板次数', 'times it opened'],
  ['sealF', '1', '封单占流通盘(分)', 'seal against the float, as scored'],
  ['sealT', '1', '封单占成交(分)', 'seal against the day’s amount, as scored'],
  ['sealTime', '1', '封板早晚(分)', 'how early it sealed, as scored'],
  ['sealOpens', '1', '开板次数(分)', 'how seldom it opened, as scored'],
  ['sealSlope', '1', '封单增减(分)', 'how the seal changes, as scored'],
  ['boards', '1', '连板高度(分)', 'which board in a row, as scored'],
  ['bidMilli', 'milli', '买一价', 'best bid'],
  ['askMilli', 'milli', '卖一价', 'best ask'],
  ['midMilli', 'milli', '中间价', 'mid'],
  ['pullSigma', 'sigma', '回撤', 'pull-back'],
] as const;
const words = new Map<string, Words>([
  ...Object.entries(featureWords),
  ...others.map(([id, unit, zh, en]) => [id, { unit, zh, en }] as const),
]);
/** A member of a sector, by the symbol behind the dot. */
const members = new Map<string, Words>([
  ['leader', { unit: 'ln', zh: '领涨', en: 'leader' }],
  ['follower', { unit: 'ln', zh: '跟涨', en: 'follower' }],
]);

/** null for a name that nobody has given words to. */
export function evidenceWords(id: string): Words | null {
  const known = words.get(id);
  if (known !== undefined) return known;
  const [kind, ...rest] = id.split('.');
  const member = members.get(kind!);
  const symbol = rest.join('.');
  return member === undefined || symbol === '' ? null : { unit: member.unit, zh: `${member.zh} ${symbol}`, en: `${member.en} ${symbol}` };
}

/** The clock of a trading second is every day's. */
const anyDay = '20000104';
const spelled: ReadonlySet<string> = new Set(['%', 'bp', 's']);
const unknown = { zh: '未知', en: 'unknown' } as const;
const comma = { zh: '，', en: ', ' } as const;

/** A number of evidence as a person reads it. */
export function amountOf(value: number | null, unit: string, language: Language): string {
  if (value === null) return unknown[language];
  if (unit === 'ln') return `${(100 * value).toFixed(2)} %`;
  if (unit === 'sigma') return `${value.toFixed(1)}σ`;
  if (unit === 'milli') return (value / 1000).toFixed(2);
  if (spelled.has(unit)) return `${Number(value.toPrecision(3))} ${unit}`;
  if (unit === 'count') return String(Math.round(value));
  if (unit === 'tsec') return clockOf(msOfTsec(anyDay, value));
  if (unit !== 'yuan') return String(Number(value.toPrecision(3)));
  const size = Math.abs(value);
  if (language === 'en') return size >= 1e6 ? `¥${(value / 1e6).toFixed(1)} M` : `¥${Math.round(value)}`;
  return size >= 1e8 ? `${(value / 1e8).toFixed(2)} 亿` : size >= 1e4 ? `${(value / 1e4).toFixed(0)} 万` : `${Math.round(value)} 元`;
}

/** What was asked, in the rule's order; where nothing was, what weighs most. At most `most` of it; empty where there is no evidence. */
export function sentenceOf(evidence: readonly Evidence[], language: Language, most = 3): string {
  const asked = evidence.filter(({ threshold }) => threshold !== null);
  const said = asked.length > 0 ? asked : [...evidence].sort((a, b) => Math.abs(b.contrib) - Math.abs(a.contrib));
  return said
    .slice(0, most)
    .map((each) => partOf(each, language))
    .join(comma[language]);
}

function partOf({ feature, value, op, threshold }: Evidence, language: Language): string {
  const known = evidenceWords(feature);
  const unit = known?.unit ?? '1';
  const said = `${known?.[language] ?? feature} ${amountOf(value, unit, language)}`;
  if (threshold === null || op === 'info') return said;
  const bound = `${op === '>=' ? '≥' : '≤'} ${amountOf(threshold, unit, language)}`;
  return language === 'zh' ? `${said}（${bound}）` : `${said} (${bound})`;
}
