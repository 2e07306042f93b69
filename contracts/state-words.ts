/** States, reasons and events in words, in Chinese and English: one wording for pages and messages. */
import type { ForecastEvent } from './forecast.ts';
import type { ModelState } from './model.ts';
import type { Advice, Family } from './opportunity.ts';

type Of<K extends string> = { readonly zh: Readonly<Record<K, string>>; readonly en: Readonly<Record<K, string>> };

export const stateWords = {
  zh: { discovered: '发现', confirmed: '确认', tracking: '跟踪', suspended: '停牌', ended: '结束', archived: '归档' },
  en: {
    discovered: 'Discovered',
    confirmed: 'Confirmed',
    tracking: 'Tracking',
    suspended: 'Suspended',
    ended: 'Ended',
    archived: 'Archived',
  },
};
/** From the least to the most severe. */
export const riskWords = {
  zh: { normal: '正常', caution: '注意', restricted: '受限', frozen: '冻结' },
  en: { normal: 'normal', caution: 'caution', restricted: 'restricted', frozen: 'frozen' },
};
export const endWords = {
  zh: {
    TARGET: '到达目标',
    STOP: '止损',
    DECAY: '衰减',
    TIMEOUT: '超时',
    INVALID: '失效',
    UNCONFIRMED: '未确认',
    LIMIT: '涨停移交',
    SESSION: '收盘',
    DATA: '数据中断',
    RISK: '风控',
    MANUAL: '人工忽略',
  },
  en: {
    TARGET: 'target hit',
    STOP: 'stopped',
    DECAY: 'decayed',
    TIMEOUT: 'timed out',
    INVALID: 'invalid',
    UNCONFIRMED: 'unconfirmed',
    LIMIT: 'to limit-up',
    SESSION: 'session end',
    DATA: 'data gap',
    RISK: 'risk',
    MANUAL: 'dismissed',
  },
};
/** What a probability is the probability of, in full. */
export const eventWords: Of<ForecastEvent> = {
  zh: {
    'moves-1pct': '15 分钟内涨或跌 1%',
    'net-gain': '扣费后盈利，先于止损',
    'sealed-at-close': '收盘封住涨停',
    'next-open-gain': '次日开盘高于收盘与成本',
    'heat-lasts': '半小时后热度仍在',
  },
  en: {
    'moves-1pct': 'moves 1% either way within 15 min',
    'net-gain': 'gains net of cost, before its stop',
    'sealed-at-close': 'closes at its upper limit',
    'next-open-gain': 'opens tomorrow above the close and its cost',
    'heat-lasts': 'is as hot half an hour on',
  },
};
/** What a person who trades might do; never more than the data carries. */
export const adviceWords: Of<Advice> = {
  zh: { T0_WITH_BASE: '有底仓可做 T', OPEN_T1: '新开仓须过夜', WATCH: '仅观察', REDUCE: '减仓', AVOID: '回避' },
  en: { T0_WITH_BASE: 'T+0 with base', OPEN_T1: 'Open, hold over', WATCH: 'Watch', REDUCE: 'Reduce', AVOID: 'Avoid' },
};
/** What an offer says of itself besides its numbers (contracts/spec/lifecycle.md#notes). */
export const riskNoteWords = {
  zh: {
    R_ABNORMAL: '异动监管',
    R_MONITORED: '重点监控',
    R_CONCENTRATED: '集中',
    R_DISTRIBUTION: '放量滞涨',
    R_DIVERGENCE: '量价背离',
    R_EX_DATE: '除权日',
    R_LIMIT_NEAR: '近涨停',
    R_CHASE: '追高',
    R_THIN: '流动性薄',
    R_WALL: '挂单墙',
    R_ST: '风险警示',
    R_NEW: '次新',
    R_SECTOR_FADE: '板块退潮',
    R_MKT_WEAK: '市场弱',
    R_LATE: '尾盘',
    R_T1: 'T+1',
    R_DATA: '数据欠佳',
  },
  en: {
    R_ABNORMAL: 'watched',
    R_MONITORED: 'monitored',
    R_CONCENTRATED: 'concentrated',
    R_DISTRIBUTION: 'distribution',
    R_DIVERGENCE: 'divergence',
    R_EX_DATE: 'ex-date',
    R_LIMIT_NEAR: 'near limit',
    R_CHASE: 'chase',
    R_THIN: 'thin',
    R_WALL: 'wall',
    R_ST: 'ST',
    R_NEW: 'new',
    R_SECTOR_FADE: 'sector fades',
    R_MKT_WEAK: 'weak market',
    R_LATE: 'late',
    R_T1: 'T+1',
    R_DATA: 'poor data',
  },
};
/** What an opportunity is about. */
export const familyWords: Of<Family> = {
  zh: { momentum: '拉升异动', board: '涨停/二板', sector: '板块轮动', risk: '风险' },
  en: { momentum: 'Rally', board: 'Limit-up', sector: 'Rotation', risk: 'Risk' },
};
/** How far a model may speak. */
export const modelWords: Of<ModelState> = {
  zh: { candidate: '候选', shadow: '影子', canary: '灰度', active: '启用', retired: '退役' },
  en: { candidate: 'candidate', shadow: 'shadow', canary: 'canary', active: 'active', retired: 'retired' },
};
/** Where a quote is from. */
export const sourceWords: Readonly<Record<'zh' | 'en', Readonly<Record<string, string>>>> = {
  zh: { tencent: '腾讯', sina: '新浪', eastmoney: '东财', tushare: 'Tushare', generator: '生成器', recorded: '录制' },
  en: {
    tencent: 'Tencent',
    sina: 'Sina',
    eastmoney: 'Eastmoney',
    tushare: 'Tushare',
    generator: 'Generator',
    recorded: 'Recorded',
  },
};
