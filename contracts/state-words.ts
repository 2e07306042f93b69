/** States, reasons and events in words, in Chinese and English: one wording for pages and messages. */
import type { ForecastEvent } from './forecast.ts';
import type { ModelState } from './model.ts';

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
