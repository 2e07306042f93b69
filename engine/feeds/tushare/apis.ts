/** The Tushare APIs we ask, column by column with their units (contracts/spec/sources.md#tushare). Wire units end here: 手, 千元 and 万元 become shares and yuan. */
import { tushareEndpoint } from './protocol.ts';

const [lot, thousand, tenThousand] = [100, 1000, 10_000];
type Range = { readonly highMilli: number | null; readonly lowMilli: number | null };
const ordered = ({ highMilli, lowMilli }: Range): boolean => highMilli === null || lowMilli === null || highMilli >= lowMilli;

const bar = {
  openMilli: ['open', 'milli'],
  highMilli: ['high', 'milli'],
  lowMilli: ['low', 'milli'],
  closeMilli: ['close', 'milli'],
} as const;
export const tushareHosts = { api: 'https://api.tushare.pro' } as const;
/** Endpoints of one token. */
export const tushareApis = (token: string) => ({
  tradeCal: tushareEndpoint(
    'trade_cal',
    { date: ['cal_date', 'date'], isOpen: ['is_open', 'flag'], previous: ['pretrade_date', 'dateOrNull'] },
    token,
  ),
  stockBasic: tushareEndpoint(
    'stock_basic',
    {
      instrumentNo: ['ts_code', 'code'],
      name: ['name', 'text'],
      area: ['area', 'text'],
      industry: ['industry', 'text'],
      market: ['market', 'text'],
      listDate: ['list_date', 'dateOrNull'],
      delistDate: ['delist_date', 'dateOrNull'],
    },
    token,
  ),
  /** 8:40 on the day: the exchange's own reference price and limits. */
  stkLimit: tushareEndpoint(
    'stk_limit',
    {
      date: ['trade_date', 'date'],
      instrumentNo: ['ts_code', 'code'],
      preCloseMilli: ['pre_close', 'milli'],
      limitUpMilli: ['up_limit', 'milli'],
      limitDownMilli: ['down_limit', 'milli'],
    },
    token,
    ({ limitUpMilli, limitDownMilli }) => limitUpMilli === null || limitDownMilli === null || limitUpMilli > limitDownMilli,
  ),
  daily: tushareEndpoint(
    'daily',
    {
      date: ['trade_date', 'date'],
      instrumentNo: ['ts_code', 'code'],
      ...bar,
      preCloseMilli: ['pre_close', 'milli'],
      volumeShares: ['vol', 'count', lot],
      amountYuan: ['amount', 'count', thousand],
    },
    token,
    ordered,
  ),
  stkMins: tushareEndpoint(
    'stk_mins',
    {
      instrumentNo: ['ts_code', 'code'],
      tsMs: ['trade_time', 'stamp'],
      ...bar,
      volumeShares: ['vol', 'count'],
      amountYuan: ['amount', 'count'],
    },
    token,
    ordered,
  ),
  /** The minute so far; `freq` in upper case. */
  rtMin: tushareEndpoint(
    'rt_min',
    { instrumentNo: ['ts_code', 'code'], tsMs: ['time', 'stamp'], ...bar, volumeShares: ['vol', 'count'], amountYuan: ['amount', 'count'] },
    token,
    ordered,
  ),
  /** Today's bar so far of whole boards by wildcard: `6*.SH`. */
  rtK: tushareEndpoint(
    'rt_k',
    {
      instrumentNo: ['ts_code', 'code'],
      name: ['name', 'text'],
      preCloseMilli: ['pre_close', 'milli'],
      ...bar,
      volumeShares: ['vol', 'count'],
      amountYuan: ['amount', 'count'],
      trades: ['num', 'count'],
    },
    token,
    ordered,
  ),
  moneyflow: tushareEndpoint(
    'moneyflow',
    {
      date: ['trade_date', 'date'],
      instrumentNo: ['ts_code', 'code'],
      smBuyYuan: ['buy_sm_amount', 'count', tenThousand],
      smSellYuan: ['sell_sm_amount', 'count', tenThousand],
      mdBuyYuan: ['buy_md_amount', 'count', tenThousand],
      mdSellYuan: ['sell_md_amount', 'count', tenThousand],
      lgBuyYuan: ['buy_lg_amount', 'count', tenThousand],
      lgSellYuan: ['sell_lg_amount', 'count', tenThousand],
      elgBuyYuan: ['buy_elg_amount', 'count', tenThousand],
      elgSellYuan: ['sell_elg_amount', 'count', tenThousand],
      netYuan: ['net_mf_amount', 'number', tenThousand],
    },
    token,
  ),
  limitList: tushareEndpoint(
    'limit_list_d',
    {
      date: ['trade_date', 'date'],
      instrumentNo: ['ts_code', 'code'],
      name: ['name', 'text'],
      industry: ['industry', 'text'],
      closeMilli: ['close', 'milli'],
      amountYuan: ['amount', 'count'],
      sealYuan: ['fd_amount', 'count'],
      firstSealMs: ['first_time', 'clock'],
      lastSealMs: ['last_time', 'clock'],
      opened: ['open_times', 'count'],
      upStat: ['up_stat', 'text'],
      boards: ['limit_times', 'count'],
      limit: ['limit', 'text'],
    },
    token,
    ({ limit }) => limit === 'U' || limit === 'D' || limit === 'Z',
  ),
  thsIndex: tushareEndpoint('ths_index', { board: ['ts_code', 'text'], name: ['name', 'text'], kind: ['type', 'text'] }, token),
  thsMember: tushareEndpoint(
    'ths_member',
    { board: ['ts_code', 'text'], instrumentNo: ['con_code', 'code'], name: ['con_name', 'text'] },
    token,
  ),
  dcMember: tushareEndpoint(
    'dc_member',
    { date: ['trade_date', 'date'], board: ['ts_code', 'text'], instrumentNo: ['con_code', 'code'], name: ['name', 'text'] },
    token,
  ),
  /** Shenwan industries with the dates a stock was in and out: point in time. */
  indexMember: tushareEndpoint(
    'index_member_all',
    {
      level1: ['l1_code', 'text'],
      level1Name: ['l1_name', 'text'],
      level2: ['l2_code', 'text'],
      level2Name: ['l2_name', 'text'],
      instrumentNo: ['ts_code', 'code'],
      inDate: ['in_date', 'dateOrNull'],
      outDate: ['out_date', 'dateOrNull'],
    },
    token,
  ),
});
/** Rows an answer of the tables we read whole has at most (documents 25 and 183); further ones by `offset`. */
export const tusharePageRows = { stockBasic: 6000, stkLimit: 5800 } as const;
export type TushareApis = ReturnType<typeof tushareApis>;
export type TushareRow<K extends keyof TushareApis> = TushareApis[K] extends { parse: (...args: never[]) => { rows: readonly (infer R)[] } }
  ? R
  : never;
