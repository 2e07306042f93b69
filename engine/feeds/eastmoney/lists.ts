/** Eastmoney boards and members (contracts/spec/sources.md#eastmoney), limit pools and 盘口异动. */
import { FenshiError } from '../../../contracts/errors.ts';
import { clockOfInt, decimalOf, type Field, jsonNumber, priceOf, scaled } from '../../wire/numbers.ts';
import { ofMarket, ofStockCode } from '../../wire/symbols.ts';
import { jsonOf } from '../../wire/text.ts';
import type { BoardKind, Parsed, RejectReason, SourceBoard, SourceChange, SourceMember, SourcePoolRow } from '../adapter.ts';
import { type JsonRow, readRows } from '../rows/rows.ts';
import { dataOf, emEndpoint, ut } from './envelope.ts';
import { page, pageRows } from './quotes.ts';
import { textOf } from './rows.ts';

const kindNo = { region: 1, industry: 2, concept: 3 } as const;

export const emBoards = emEndpoint<{ readonly kind: BoardKind; readonly page: number }, SourceBoard>(
  'boards',
  'push2',
  ({ kind, page: pn }) =>
    `/api/qt/clist/get?pn=${pn}&pz=${pageRows}&po=1&np=1&fltt=2&invt=2&fid=f12&fs=m:90+t:${kindNo[kind]}+f:!50&fields=f3,f12,f13,f14,f62,f104,f105,f128,f140,f141&ut=${ut.list}`,
  (body, { kind }) => page(body, (row) => boardOf(row, kind)),
);

export const emMembers = emEndpoint<{ readonly board: string; readonly page: number }, SourceMember>(
  'members',
  'push2',
  ({ board, page: pn }) =>
    `/api/qt/clist/get?pn=${pn}&pz=${pageRows}&po=1&np=1&fltt=2&invt=2&fid=f12&fs=b:${board}+f:!50&fields=f12,f13,f14&ut=${ut.list}`,
  (body, { board }) =>
    page(body, (row) => {
      const no = ofMarket(row.f13, row.f12);
      const name = textOf(row.f14);
      if (no === null) return 'CODE';
      return name === null ? 'SHAPE' : { board, instrumentNo: no, name };
    }),
);

function boardOf(row: JsonRow, kind: BoardKind): SourceBoard | RejectReason {
  const [code, name] = [row.f12, textOf(row.f14)];
  if (typeof code !== 'string' || !/^BK\d{4}$/.test(code)) return 'CODE';
  if (name === null) return 'SHAPE';
  const [change, mainYuan] = [jsonNumber(row.f3), jsonNumber(row.f62)];
  const [up, down] = [scaled(jsonNumber(row.f104), 1), scaled(jsonNumber(row.f105), 1)];
  if (change === undefined || mainYuan === undefined || up === undefined || down === undefined) return 'NUMBER';
  return { code, name, kind, change: change === null ? null : change / 100, mainYuan, up, down, leaderNo: ofStockCode(row.f140) };
}

export const pools = {
  limitUp: ['getTopicZTPool', 'fbt:asc'],
  yesterday: ['getYesterdayZTPool', 'zs:desc'],
  strong: ['getTopicQSPool', 'zdp:desc'],
  recent: ['getTopicCXPooll', 'ods:asc'],
  broken: ['getTopicZBPool', 'fbt:asc'],
  limitDown: ['getTopicDTPool', 'fund:asc'],
} as const;
export type PoolParams = { readonly pool: keyof typeof pools; readonly date: string };

/** A pool of another day than asked for is refused: weekends answer with the last trading day's. */
export const emPool = emEndpoint<PoolParams, SourcePoolRow>(
  'pool',
  'push2ex',
  ({ pool, date }) => `/${pools[pool][0]}?ut=${ut.history}&dpt=wz.ztzt&Pageindex=0&pagesize=10000&sort=${pools[pool][1]}&date=${date}`,
  (body, { date }) => {
    const answer = jsonOf(body);
    if (answer.rc === 102 && answer.data === null) return { rows: [], rejected: [] }; // nobody in the pool
    const data = dataOf(body);
    if (data === null) return { rows: [], rejected: [] };
    if (String(data.qdate) !== date) return { rows: [], rejected: [{ key: String(data.qdate ?? ''), reason: 'DATE' }] };
    if (!Array.isArray(data.pool)) throw new FenshiError('SOURCE_BODY', 'no pool');
    return readRows(data.pool, 'c', (row) => poolRowOf(row, date));
  },
);

function poolRowOf(row: JsonRow, date: string): SourcePoolRow | RejectReason {
  const no = row.m === undefined ? ofStockCode(row.c) : ofMarket(row.m, row.c);
  const name = textOf(row.n);
  if (no === null) return 'CODE';
  if (name === null) return 'SHAPE';
  const number = (...keys: readonly string[]): Field => {
    const key = keys.find((each) => row[each] !== undefined);
    return key === undefined ? null : jsonNumber(row[key]);
  };
  const clock = (...keys: readonly string[]): Field => {
    const value = number(...keys);
    return typeof value === 'number' ? clockOfInt(date, value) : value;
  };
  const change = number('zdp');
  const price = number('p');
  const fields = {
    lastMilli: priceOf(typeof price === 'number' ? price / 1000 : price),
    change: typeof change === 'number' ? change / 100 : change,
    amountYuan: scaled(number('amount'), 1),
    boards: scaled(number('lbc', 'ylbc', 'days'), 1),
    sealYuan: scaled(number('fund'), 1),
    firstSealMs: clock('fbt', 'yfbt'),
    lastSealMs: clock('lbt'),
    opened: scaled(number('zbc', 'oc'), 1),
  };
  if (fields.firstSealMs === undefined || fields.lastSealMs === undefined) return 'TIME';
  if (Object.values(fields).includes(undefined)) return 'NUMBER';
  return { instrumentNo: no, name, industry: textOf(row.hybk), ...(fields as Record<string, number | null>) } as SourcePoolRow;
}

/** What the numbers of 盘口异动 mean (akshare and stock-sdk agree); others are kept as `unknown`. */
export const changeWords: Readonly<Record<number, string>> = {
  4: '封涨停板',
  8: '封跌停板',
  16: '打开涨停板',
  32: '打开跌停板',
  64: '有大买盘',
  128: '有大卖盘',
  8193: '大笔买入',
  8194: '大笔卖出',
  8201: '火箭发射',
  8202: '快速反弹',
  8203: '高台跳水',
  8204: '加速下跌',
  8207: '竞价上涨',
  8208: '竞价下跌',
  8209: '高开5日线',
  8210: '低开5日线',
  8211: '向上缺口',
  8212: '向下缺口',
  8213: '60日新高',
  8214: '60日新低',
  8215: '60日大幅上涨',
  8216: '60日大幅下跌',
};

/** The answer does not say its day: `date` is today's. Commas of `type` go raw, `%2C` is not understood. */
export const emChanges = emEndpoint<{ readonly date: string; readonly page: number }, SourceChange>(
  'changes',
  'push2ex',
  ({ page: pageindex }) =>
    `/getAllStockChanges?type=${Object.keys(changeWords).join(',')}&pageindex=${pageindex}&pagesize=5000&ut=${ut.history}&dpt=wzchanges`,
  (body, { date }): Parsed<SourceChange> => {
    const data = dataOf(body);
    if (data === null) return { rows: [], rejected: [] };
    if (!Array.isArray(data.allstock)) throw new FenshiError('SOURCE_BODY', 'no allstock');
    const total = data.tc;
    return { ...readRows(data.allstock, 'c', (row) => changeOf(row, date)), ...(typeof total === 'number' ? { total } : {}) };
  },
);

function changeOf(row: JsonRow, date: string): SourceChange | RejectReason {
  const no = ofMarket(row.m, row.c);
  const name = textOf(row.n);
  const { tm, t, i } = row;
  if (no === null) return 'CODE';
  if (name === null || typeof t !== 'number' || typeof i !== 'string') return 'SHAPE';
  const tsMs = typeof tm === 'number' ? clockOfInt(date, tm) : undefined;
  if (tsMs === undefined) return 'TIME';
  const values = i.split(',').map(decimalOf);
  if (values.some((value) => typeof value !== 'number')) return 'NUMBER';
  return { tsMs, instrumentNo: no, name, type: t, word: changeWords[t] ?? 'unknown', values: values as number[] };
}
