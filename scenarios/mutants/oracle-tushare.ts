/** The oracle for Tushare's tables. */
import { answerOf, collect, isRecord, type Oracle } from './oracle.ts';
import { jsonCount, jsonDecimal, jsonMilli, ofId, shanghai } from './values.ts';

type Cell = (value: unknown, row: Readonly<Record<string, unknown>>) => unknown;
const bad = Symbol('unsound');
const code: Cell = (value) => ofId(value) ?? bad;
const day: Cell = (value) => (typeof value === 'string' && shanghai(value, '000000') !== null ? value : bad);
const price: Cell = (value) => jsonMilli(value) ?? (jsonMilli(value) === undefined ? bad : null);
const times =
  (unit: number): Cell =>
  (value) => {
    const number = jsonCount(value);
    return number === undefined ? bad : number === null ? null : unit === 1 ? number : Math.round(number * unit * 10_000) / 10_000;
  };
const words: Cell = (value) => (value === null || typeof value === 'string' ? value : bad);
const sealed: Cell = (value, row) => {
  if (value === null || value === '') return null;
  if (typeof value !== 'string' || (value.length !== 5 && value.length !== 6)) return bad;
  return shanghai(String(row.trade_date), value.padStart(6, '0')) ?? bad;
};

const dayOrNone: Cell = (value, row) => (value === null ? null : day(value, row));
const stamp: Cell = (value) =>
  typeof value === 'string' &&
  value.length === 19 &&
  value[4] === '-' &&
  value[7] === '-' &&
  value[10] === ' ' &&
  value[13] === ':' &&
  value[16] === ':'
    ? (shanghai(value.slice(0, 4) + value.slice(5, 7) + value.slice(8, 10), value.slice(11, 13) + value.slice(14, 16) + value.slice(17)) ??
      bad)
    : bad;
const flag: Cell = (value) => (value === 1 || value === '1' ? true : value === 0 || value === '0' ? false : bad);
const signed =
  (unit: number): Cell =>
  (value) => {
    const number = jsonDecimal(value);
    return number === undefined ? bad : number === null ? null : Math.round(number * unit * 10_000) / 10_000;
  };
const range = { open: price, high: price, low: price, close: price };
const wan = times(10_000);

export const tushareTables = {
  trade_cal: { cal_date: day, is_open: flag, pretrade_date: dayOrNone },
  stock_basic: { ts_code: code, name: words, area: words, industry: words, market: words, list_date: dayOrNone, delist_date: dayOrNone },
  stk_limit: { trade_date: day, ts_code: code, pre_close: price, up_limit: price, down_limit: price },
  stk_mins: { ts_code: code, trade_time: stamp, ...range, vol: times(1), amount: times(1) },
  rt_min: { ts_code: code, time: stamp, ...range, vol: times(1), amount: times(1) },
  rt_k: { ts_code: code, name: words, pre_close: price, ...range, vol: times(1), amount: times(1), num: times(1) },
  moneyflow: {
    trade_date: day,
    ts_code: code,
    buy_sm_amount: wan,
    sell_sm_amount: wan,
    buy_md_amount: wan,
    sell_md_amount: wan,
    buy_lg_amount: wan,
    sell_lg_amount: wan,
    buy_elg_amount: wan,
    sell_elg_amount: wan,
    net_mf_amount: signed(10_000),
  },
  ths_index: { ts_code: words, name: words, type: words },
  ths_member: { ts_code: words, con_code: code, con_name: words },
  dc_member: { trade_date: day, ts_code: words, con_code: code, name: words },
  index_member_all: {
    l1_code: words,
    l1_name: words,
    l2_code: words,
    l2_name: words,
    ts_code: code,
    in_date: dayOrNone,
    out_date: dayOrNone,
  },
  daily: {
    trade_date: day,
    ts_code: code,
    open: price,
    high: price,
    low: price,
    close: price,
    pre_close: price,
    vol: times(100),
    amount: times(1000),
  },
  limit_list_d: {
    trade_date: day,
    ts_code: code,
    name: words,
    industry: words,
    close: price,
    amount: times(1),
    fd_amount: times(1),
    first_time: sealed,
    last_time: sealed,
    open_times: times(1),
    up_stat: words,
    limit_times: times(1),
    limit: words,
  },
} as const satisfies Record<string, Readonly<Record<string, Cell>>>;

export const tushareOracle =
  (table: keyof typeof tushareTables): Oracle =>
  (body) => {
    const answer = answerOf(body);
    if (answer === null || answer.code !== 0 || !isRecord(answer.data)) return 'error';
    const { fields, items } = answer.data;
    const columns = Object.entries<Cell>(tushareTables[table]);
    if (!Array.isArray(fields) || !Array.isArray(items) || columns.some(([name]) => !fields.includes(name))) return 'error';
    return collect(items as unknown[], (item) => {
      if (!Array.isArray(item) || item.length !== fields.length) return null;
      const named = Object.fromEntries(columns.map(([name]) => [name, (item as unknown[])[fields.indexOf(name)]]));
      const row = columns.map(([name, read]) => read(named[name], named));
      if (row.includes(bad)) return null;
      const at = (name: string) => row[columns.findIndex(([each]) => each === name)];
      const above = (top: string, bottom: string) =>
        typeof at(top) !== 'number' || typeof at(bottom) !== 'number' || Number(at(top)) >= Number(at(bottom));
      if (!above('high', 'low')) return null;
      if (table === 'stk_limit' && (!above('up_limit', 'down_limit') || (at('up_limit') !== null && at('up_limit') === at('down_limit'))))
        return null;
      return table === 'limit_list_d' && !['U', 'D', 'Z'].includes(at('limit') as string) ? null : row;
    });
  };
