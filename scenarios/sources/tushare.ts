/** Tushare Pro as a server (contracts/spec/sources.md#tushare): POST, HTTP 200 always, columns in its own order. */
import { codeOf } from '../../contracts/units.ts';
import type { FaultDesk } from './faults.ts';
import { hhmm, partsOf } from './render.ts';
import type { Answer, Route } from './server.ts';
import { type MarketTable, minuteLabels } from './table.ts';
import { sectorName } from './tencent.ts';
import { dayTables, type Table, tsCode, yuan } from './tushare-tables.ts';

const json = (value: unknown): Answer => ({ type: 'application/json', body: Buffer.from(JSON.stringify(value)) });
const refused = (code: number, msg: string): Answer => json({ request_id: 'emulated', code, msg, data: null });

/** `calendar`: trading days known, with the one before each. */
export type Calendar = readonly { readonly date: string; readonly isOpen: boolean; readonly previous: string }[];

/** `pageRows`: rows an answer has at most; the vendor's own cap is 5,800 for stk_limit (document 183). */
export function tushareRoute(table: MarketTable, faults: FaultDesk, token: string, calendar: Calendar, pageRows = 5800): Route {
  return (_path, _request, _response, body) => {
    if (faults.of('tushare') === 'tooMany')
      return refused(40203, '抱歉，您每分钟最多访问该接口200次，权限的具体详情访问：https://tushare.pro/document/1?doc_id=108。');
    let asked: { api_name?: string; token?: string; params?: Record<string, string>; fields?: string };
    try {
      asked = JSON.parse(body) as typeof asked;
    } catch {
      return refused(-2001, '参数校验失败');
    }
    if (faults.of('tushare') === 'oneApi' && asked.api_name === 'stock_basic')
      return refused(40203, '抱歉，您访问接口(stock_basic)频率超限(1次/小时)，详情见文档');
    if (asked.token !== token) return refused(40101, '您的token不对，请确认。');
    const isDenied = faults.of('tushare') === 'denied';
    const found = isDenied ? null : answer(table, asked.api_name ?? '', asked.params ?? {}, calendar);
    if (found === null) return refused(40203, '抱歉，您没有接口访问权限，权限的具体详情访问：https://tushare.pro/document/1?doc_id=108。');
    const wanted = (asked.fields ?? '').split(',').filter((field) => found.fields.includes(field));
    const at = wanted.map((field) => found.fields.indexOf(field));
    const { items, more } = pageOf(found.items, asked.params ?? {}, pageRows);
    return json({
      request_id: 'emulated',
      code: 0,
      msg: '',
      data: { fields: wanted, items: items.map((item) => at.map((i) => item[i])), has_more: more },
    });
  };
}

/** Rows from `offset` on, at most `limit` and never more than the cap; both may come as numbers or text. */
function pageOf(
  items: Table['items'],
  params: Readonly<Record<string, unknown>>,
  cap: number,
): { readonly items: Table['items']; readonly more: boolean } {
  const from = Number(params.offset ?? 0);
  const size = Math.min(cap, Number(params.limit ?? cap));
  return { items: items.slice(from, from + size), more: from + size < items.length };
}

function answer(table: MarketTable, api: string, params: Readonly<Record<string, string>>, calendar: Calendar): Table | null {
  const c = table.columns;
  const rows = table.listings.map((listing, i) => ({ ...listing, i }));
  const today = (date: string | undefined): boolean => date === undefined || date === table.date;
  switch (api) {
    case 'trade_cal':
      return {
        fields: ['exchange', 'cal_date', 'is_open', 'pretrade_date'],
        items: calendar
          .filter(({ date }) => date >= (params.start_date ?? '0') && date <= (params.end_date ?? '9'))
          .map(({ date, isOpen, previous }) => ['SSE', date, isOpen ? 1 : 0, previous]),
      };
    case 'stock_basic':
      return {
        fields: ['ts_code', 'symbol', 'name', 'area', 'industry', 'market', 'list_date', 'delist_date'],
        items: rows.map(({ no, name, sector }) => [tsCode(no), codeOf(no), name, '模拟', sectorName(sector), '主板', '20100101', null]),
      };
    case 'stk_limit':
      return {
        fields: ['trade_date', 'ts_code', 'pre_close', 'up_limit', 'down_limit'],
        items: today(params.trade_date)
          ? rows.map(({ no, i }) => [
              table.date,
              tsCode(no),
              yuan(c.preCloseMilli[i]!),
              yuan(c.limitUpMilli![i]!),
              yuan(c.limitDownMilli![i]!),
            ])
          : [],
      };
    case 'rt_k':
      return {
        fields: ['ts_code', 'name', 'pre_close', 'high', 'open', 'low', 'close', 'vol', 'amount', 'num'],
        items: rows
          .filter(({ no, i }) => matches(tsCode(no), params.ts_code ?? '') && table.isSeen(i) && c.lastMilli[i]! > 0)
          .map(({ no, name, i }) => [
            tsCode(no),
            name,
            yuan(c.preCloseMilli[i]!),
            yuan(c.highMilli![i]!),
            yuan(c.openMilli![i]!),
            yuan(c.lowMilli![i]!),
            yuan(c.lastMilli[i]!),
            c.volumeShares[i]!,
            Math.round(c.amountYuan[i]! * 100) / 100,
            1,
          ]),
      };
    case 'stk_mins':
    case 'rt_min':
      return minutes(table, params.ts_code ?? '', api === 'rt_min' ? 'time' : 'trade_time');
    default:
      return dayTables[api]?.(table, params) ?? null;
  }
}

const matches = (id: string, wildcards: string): boolean =>
  wildcards.split(',').some((each) => new RegExp(`^${each.replaceAll('.', '\\.').replaceAll('*', '\\d*')}$`).test(id));

function minutes(table: MarketTable, id: string, timeField: string): Table {
  const i = table.listings.findIndex(({ no }) => tsCode(no) === id);
  const fields = ['ts_code', timeField, 'open', 'close', 'high', 'low', 'vol', 'amount'];
  if (i < 0) return { fields, items: [] };
  const bars = table.minutes(i);
  const { dashed } = partsOf(table.nowMs);
  let [shares, amount] = [0, 0];
  const items = minuteLabels.flatMap((minute, m) => {
    if (bars.close[m] === 0) return [];
    const row = [
      id,
      `${dashed} ${hhmm(minute, ':')}:00`,
      bars.open[m]! / 1000,
      bars.close[m]! / 1000,
      bars.high[m]! / 1000,
      bars.low[m]! / 1000,
      bars.shares[m]! - shares,
      Math.round((bars.yuan[m]! - amount) * 100) / 100,
    ];
    [shares, amount] = [bars.shares[m]!, bars.yuan[m]!];
    return [row];
  });
  return { fields, items: items.reverse() };
}
