/** Tushare's tables with their bodies. A row is told in the order of the oracle's columns. */
import { type Dice, date, rowOf } from './bodies.ts';
import { json, read, type Subject } from './case.ts';
import type { Feeds } from './feeds.ts';
import { tushareOracle, tushareTables } from './oracle-tushare.ts';

type Table = keyof typeof tushareTables;
type Api = {
  readonly parse: (
    body: Uint8Array,
    params: Record<string, never>,
  ) => { readonly rows: readonly unknown[]; readonly rejected: readonly unknown[] };
};

const id = (dice: Dice) => ['600519.SH', '000858.SZ', '920002.BJ'][dice(3)];
const range = (dice: Dice) => {
  const r = rowOf(dice);
  return { open: r.open / 100, high: r.high / 100, low: r.low / 100, close: r.last / 100, pre_close: r.pre / 100 };
};
const listed = (dice: Dice) => (dice(3) === 0 ? null : '20010827');

/** Table → the properties of a parsed row in the oracle's order, and an item. */
const tables: Readonly<Record<Table, { readonly properties: string; readonly item: (dice: Dice) => Record<string, unknown> }>> = {
  daily: {
    properties: 'date instrumentNo openMilli highMilli lowMilli closeMilli preCloseMilli volumeShares amountYuan',
    item: (d) => ({ trade_date: date, ts_code: id(d), ...range(d), vol: d(9000) + 0.5, amount: d(1e6) / 1000 }),
  },
  limit_list_d: {
    properties: 'date instrumentNo name industry closeMilli amountYuan sealYuan firstSealMs lastSealMs opened upStat boards limit',
    item: (d) => ({
      trade_date: date,
      ts_code: id(d),
      name: '国华',
      industry: null,
      close: 16.06,
      amount: 21_155_838,
      fd_amount: d(1e8),
      first_time: ['92500', '095203', null][d(3)],
      last_time: '145959',
      open_times: d(4),
      up_stat: '4/4',
      limit_times: d(2) === 0 ? null : d(9),
      limit: 'UDZ'[d(3)],
    }),
  },
  trade_cal: {
    properties: 'date isOpen previous',
    item: (d) => ({ cal_date: date, is_open: [0, 1, '0', '1'][d(4)], pretrade_date: d(4) === 0 ? null : '20261120' }),
  },
  stock_basic: {
    properties: 'instrumentNo name area industry market listDate delistDate',
    item: (d) => ({
      ts_code: id(d),
      name: '五 粮 液',
      area: '四川',
      industry: d(5) === 0 ? null : '白酒',
      market: '主板',
      list_date: listed(d),
      delist_date: null,
    }),
  },
  stk_limit: {
    properties: 'date instrumentNo preCloseMilli limitUpMilli limitDownMilli',
    item: (d) => {
      const r = rowOf(d);
      return {
        trade_date: date,
        ts_code: id(d),
        pre_close: d(4) === 0 ? null : r.pre / 100,
        up_limit: r.up / 100,
        down_limit: r.down / 100,
      };
    },
  },
  stk_mins: {
    properties: 'instrumentNo tsMs openMilli highMilli lowMilli closeMilli volumeShares amountYuan',
    item: (d) => ({ ts_code: id(d), trade_time: `2026-11-23 1${d(5)}:0${d(10)}:00`, ...range(d), vol: d(1e6), amount: d(1e8) }),
  },
  rt_min: {
    properties: 'instrumentNo tsMs openMilli highMilli lowMilli closeMilli volumeShares amountYuan',
    item: (d) => ({ ts_code: id(d), time: `2026-11-23 1${d(5)}:0${d(10)}:00`, ...range(d), vol: d(1e6), amount: d(1e8) }),
  },
  rt_k: {
    properties: 'instrumentNo name preCloseMilli openMilli highMilli lowMilli closeMilli volumeShares amountYuan trades',
    item: (d) => ({ ts_code: id(d), name: '贵州茅台', ...range(d), vol: d(1e6), amount: d(1e8), num: d(1e5) }),
  },
  moneyflow: {
    properties: 'date instrumentNo smBuyYuan smSellYuan mdBuyYuan mdSellYuan lgBuyYuan lgSellYuan elgBuyYuan elgSellYuan netYuan',
    item: (d) => ({
      trade_date: date,
      ts_code: id(d),
      ...Object.fromEntries(
        ['sm', 'md', 'lg', 'elg'].flatMap((size) => ['buy', 'sell'].map((side) => [`${side}_${size}_amount`, d(1e6) / 100])),
      ),
      net_mf_amount: d(1e6) / 100 - 5000,
    }),
  },
  ths_index: { properties: 'board name kind', item: (d) => ({ ts_code: `88${5000 + d(900)}.TI`, name: '锂电池', type: 'N' }) },
  ths_member: { properties: 'board instrumentNo name', item: (d) => ({ ts_code: '885710.TI', con_code: id(d), con_name: '国华' }) },
  dc_member: {
    properties: 'date board instrumentNo name',
    item: (d) => ({ trade_date: date, ts_code: 'BK0401.DC', con_code: id(d), name: '国华' }),
  },
  index_member_all: {
    properties: 'level1 level1Name level2 level2Name instrumentNo inDate outDate',
    item: (d) => ({
      l1_code: '801120.SI',
      l1_name: '食品饮料',
      l2_code: '801125.SI',
      l2_name: '白酒Ⅱ',
      ts_code: id(d),
      in_date: listed(d),
      out_date: null,
    }),
  },
};

export function tushareSubjects({ tushare }: Feeds): Subject[] {
  const apis = Object.values(tushare.tushareApis('token')) as unknown as (Api & { readonly name: string })[];
  return (Object.keys(tables) as Table[]).map((table) => {
    const api = apis.find(({ name }) => name === table)!;
    const { properties, item } = tables[table];
    return {
      name: `tushare ${table}`,
      deal: (dice) => {
        const columns = [...Object.keys(tushareTables[table]), ...(dice(5) === 0 ? ['extra'] : [])]
          .map((key) => [dice(1000), key] as const)
          .sort(([a], [b]) => a - b)
          .map(([, key]) => key);
        const items = Array.from({ length: 1 + dice(4) }, () => item(dice)).map((row) => columns.map((key) => row[key] ?? null));
        return {
          body: json({ request_id: 'x', code: 0, msg: '', data: { fields: columns, items, has_more: false } }),
          oracle: tushareOracle(table),
          parse: (body) =>
            read(api.parse(body, {}) as Parameters<typeof read>[0], (row) =>
              properties.split(' ').map((key) => (row as Record<string, unknown>)[key]),
            ),
        };
      },
    };
  });
}
