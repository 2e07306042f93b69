/** The oracle for Tushare's tables. */
import { answerOf, collect, isRecord, type Oracle } from './oracle.ts';
import { jsonCount, jsonMilli, ofId, shanghai } from './values.ts';

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

export const tushareTables = {
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
      if (table === 'daily' && at('high') !== null && at('low') !== null && (at('high') as number) < (at('low') as number)) return null;
      return table === 'limit_list_d' && !['U', 'D', 'Z'].includes(at('limit') as string) ? null : row;
    });
  };
