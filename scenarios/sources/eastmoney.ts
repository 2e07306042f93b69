/** Eastmoney as a server: lists and their stream, one quote, minutes, flow, pools, 盘口异动 (contracts/spec/sources.md#eastmoney). */
import type { ServerResponse } from 'node:http';
import { absentMilli } from '../../contracts/quote.ts';
import { exchangeOf } from '../../contracts/units.ts';
import { changesOf, poolOf } from './eastmoney-pools.ts';
import type { FaultDesk } from './faults.ts';
import { hhmm, partsOf } from './render.ts';
import type { Answer, Route } from './server.ts';
import { classesOf, type MarketTable, minuteLabels } from './table.ts';
import { sectorName, sectorsOf } from './tencent.ts';

type Row = Record<string, number | string>;
export const json = (value: unknown): Answer => ({ type: 'application/json; charset=UTF-8', body: Buffer.from(JSON.stringify(value)) });
export const wrap = (data: unknown, full = 1): unknown => ({
  rc: 0,
  rt: 11,
  svr: 182996292,
  lt: 1,
  full,
  dlmkts: '8,10,128',
  dsc: '0',
  data,
});
const nothing = (rc: number): Answer => json({ rc, rt: 11, svr: 182996292, lt: 1, full: 0, data: null });
const boardNo = (sector: number): string => `BK${String(401 + sector).padStart(4, '0')}`;
/** Rows of a page, whatever is asked for. */
const pageCap = 100;

export function eastmoneyRoute(table: MarketTable, faults: FaultDesk): Route {
  return (path, _request, response) => {
    const url = new URL(path, 'http://x');
    const q = (key: string): string => url.searchParams.get(key) ?? '';
    const fields = q('fields').split(',');
    switch (url.pathname) {
      case '/api/qt/ulist.np/get':
        return json(wrap({ total: q('secids').split(',').length, diff: rowsOf(table, q('secids'), fields, faults) }));
      case '/api/qt/ulist/sse':
        stream(table, faults, q('secids'), fields, Number(q('mpi')) || 1000, response);
        return null;
      case '/api/qt/clist/get':
        return list(table, q('fs'), fields, Number(q('pn')) || 1, Math.min(pageCap, Number(q('pz')) || pageCap), faults);
      case '/api/qt/stock/get': {
        const i = indexOf(table, q('secid'));
        return i < 0 ? nothing(100) : json(wrap(depth(table, i)));
      }
      case '/api/qt/stock/trends2/get': {
        const i = indexOf(table, q('secid'));
        return i < 0 ? nothing(100) : json(wrap(trends(table, i), 0));
      }
      case '/api/qt/stock/fflow/kline/get':
        return flow(table, q('secid'));
      case '/getAllStockChanges':
        return json(wrap(changesOf(table, Number(q('pageindex')), Number(q('pagesize'))), 0));
      default:
        return url.pathname.startsWith('/getTopic') ? poolAnswer(table, url.pathname, q('date')) : undefined;
    }
  };
}

/** `1.600519` or `0.000858`, Beijing among the latter. */
function indexOf(table: MarketTable, secid: string): number {
  const [market, code = ''] = secid.split('.');
  if (market === '1') return table.indexOf(1_000_000 + Number(code));
  return market === '0' ? table.indexOf((code.startsWith('92') ? 3_000_000 : 2_000_000) + Number(code)) : -1;
}

function rowsOf(table: MarketTable, secids: string, fields: readonly string[], faults: FaultDesk): Row[] {
  return secids.split(',').flatMap((secid) => {
    const i = indexOf(table, secid);
    return i < 0 ? [] : [pick(rowOf(table, i, faults), fields)];
  });
}

const pick = (row: Row, fields: readonly string[]): Row =>
  Object.fromEntries(fields.flatMap((field) => (row[field] === undefined ? [] : [[field, row[field]]])));
const counted = (value: number): number | string => (Number.isNaN(value) ? '-' : value);
const price = (milli: number): number | string => (milli === absentMilli ? '-' : milli / 1000);

function rowOf(table: MarketTable, i: number, faults: FaultDesk): Row {
  const c = table.columns;
  const { no, name, floatShares, totalShares } = table.listings[i]!;
  const traded = table.isSeen(i) && c.lastMilli[i]! > 0;
  const fault = faults.of('eastmoney');
  const at = fault === 'frozen' || !table.isSeen(i) ? table.nowMs : c.tsExchangeMs[i]!;
  const dash = (value: number | string): number | string => (traded ? value : '-');
  const { main, superNet, large, medium, small } = classesOf(table.netYuan(i));
  return {
    f1: 2,
    f2: dash(price(c.lastMilli[i]!)),
    f3: dash(Math.round((c.lastMilli[i]! / c.preCloseMilli[i]! - 1) * 10_000) / 100),
    f5: dash(Math.floor(c.volumeShares[i]! / 100) * (fault === 'unit' ? 10_000 : 1)),
    f6: dash(Math.round(c.amountYuan[i]! * 100) / 100),
    f12: String(no % 1_000_000).padStart(6, '0'),
    f13: exchangeOf(no) === 'SH' ? 1 : 0,
    f14: name,
    f15: dash(price(c.highMilli![i]!)),
    f16: dash(price(c.lowMilli![i]!)),
    f17: dash(price(c.openMilli![i]!)),
    f18: price(c.preCloseMilli[i]!),
    f38: counted(totalShares),
    f39: counted(floatShares),
    f62: dash(counted(main)),
    f66: dash(counted(superNet)),
    f72: dash(counted(large)),
    f78: dash(counted(medium)),
    f84: dash(counted(small)),
    f124: Math.floor(at / 1000),
  };
}

function list(table: MarketTable, filter: string, fields: readonly string[], page: number, rows: number, faults: FaultDesk): Answer {
  const board = /^b:(BK\d{4})/.exec(filter)?.[1];
  const all = filter.startsWith('m:90')
    ? boards(table)
    : table.listings.flatMap(({ sector }, i) => (board === undefined || boardNo(sector) === board ? [() => rowOf(table, i, faults)] : []));
  const from = (page - 1) * rows;
  if (from >= all.length) return nothing(0);
  return json(wrap({ total: all.length, diff: all.slice(from, from + rows).map((row) => pick(row(), fields)) }));
}

function boards(table: MarketTable): (() => Row)[] {
  const { lastMilli, preCloseMilli } = table.columns;
  return sectorsOf(table).map((sector) => () => {
    const rows = table.listings.flatMap((each, i) => (each.sector === sector && table.isSeen(i) && lastMilli[i]! > 0 ? [i] : []));
    const moves = rows.map((i) => lastMilli[i]! / preCloseMilli[i]! - 1);
    const leader = rows[moves.indexOf(Math.max(...moves))];
    return {
      f3: rows.length === 0 ? '-' : Math.round((moves.reduce((sum, move) => sum + move, 0) / rows.length) * 10_000) / 100,
      f12: boardNo(sector),
      f13: 90,
      f14: sectorName(sector),
      f62: table.mainYuan(rows),
      f104: moves.filter((move) => move > 0).length,
      f105: moves.filter((move) => move < 0).length,
      f128: leader === undefined ? '-' : table.listings[leader]!.name,
      f140: leader === undefined ? '-' : String(table.listings[leader]!.no % 1_000_000).padStart(6, '0'),
    };
  });
}

function depth(table: MarketTable, i: number): Row {
  const c = table.columns;
  const { no, name, floatShares, totalShares } = table.listings[i]!;
  const traded = table.isSeen(i) && c.lastMilli[i]! > 0;
  const dash = (value: number | string): number | string => (traded ? value : '-');
  const levels = [0, 1, 2, 3, 4].flatMap((level) => {
    const at = i * 5 + level;
    const size = (shares: number) => (Number.isNaN(shares) ? '-' : Math.floor(shares / 100));
    return [
      [`f${19 - 2 * level}`, price(c.bidMilli[at]!)],
      [`f${20 - 2 * level}`, size(c.bidShares[at]!)],
      [`f${39 - 2 * level}`, price(c.askMilli[at]!)],
      [`f${40 - 2 * level}`, size(c.askShares[at]!)],
    ] as const;
  });
  return {
    f43: dash(price(c.lastMilli[i]!)),
    f44: dash(price(c.highMilli![i]!)),
    f45: dash(price(c.lowMilli![i]!)),
    f46: dash(price(c.openMilli![i]!)),
    f47: dash(Math.floor(c.volumeShares[i]! / 100)),
    f48: dash(Math.round(c.amountYuan[i]! * 100) / 100),
    f49: Number.isNaN(c.outerShares![i]!) ? '-' : Math.floor(c.outerShares![i]! / 100),
    f51: price(c.limitUpMilli![i]!),
    f52: price(c.limitDownMilli![i]!),
    f57: String(no % 1_000_000).padStart(6, '0'),
    f58: name,
    f59: 2,
    f60: price(c.preCloseMilli[i]!),
    f84: counted(totalShares),
    f85: counted(floatShares),
    f86: Math.floor((table.isSeen(i) ? c.tsExchangeMs[i]! : table.nowMs) / 1000),
    f107: exchangeOf(no) === 'SH' ? 1 : 0,
    f161: Number.isNaN(c.innerShares![i]!) ? '-' : Math.floor(c.innerShares![i]! / 100),
    ...Object.fromEntries(levels),
  };
}

const untilNow = (table: MarketTable): number =>
  minuteLabels.findLastIndex((minute) => minute * 60_000 <= ((table.nowMs + 8 * 3_600_000) % 86_400_000) + 60_000);

/** One line a minute: open, close, high, low, lots and yuan of that minute, average. */
function trends(table: MarketTable, i: number): unknown {
  const bars = table.minutes(i);
  const { no } = table.listings[i]!;
  const { dashed } = partsOf(table.nowMs);
  const out: string[] = [];
  let [close, lotsSoFar, amount] = [0, 0, 0];
  for (let m = 0; m <= untilNow(table); m++) {
    const quiet = bars.close[m] === 0;
    if (quiet && close === 0) continue;
    const [o, h, l, c] = quiet ? [close, close, close, close] : [bars.open[m]!, bars.high[m]!, bars.low[m]!, bars.close[m]!];
    const total = quiet ? lotsSoFar : Math.floor(bars.shares[m]! / 100);
    const money = quiet ? amount : bars.yuan[m]!;
    const average = total === 0 ? c / 1000 : money / (total * 100);
    out.push(
      `${dashed} ${hhmm(minuteLabels[m]!, ':')},${o / 1000},${c / 1000},${h / 1000},${l / 1000},${total - lotsSoFar},${(money - amount).toFixed(2)},${average.toFixed(3)}`,
    );
    [close, lotsSoFar, amount] = [c, total, money];
  }
  return {
    code: String(no % 1_000_000).padStart(6, '0'),
    market: exchangeOf(no) === 'SH' ? 1 : 0,
    decimal: 2,
    trendsTotal: 241,
    trends: out,
  };
}

function flow(table: MarketTable, secid: string): Answer {
  const sector = secid.startsWith('90.BK') ? Number(secid.slice(5)) - 401 : null;
  const rows = sector === null ? [indexOf(table, secid)] : table.listings.flatMap((each, i) => (each.sector === sector ? [i] : []));
  if (rows.length === 0 || rows[0]! < 0) return nothing(100);
  const { dashed } = partsOf(table.nowMs);
  const sums = new Float64Array(rows.length).fill(Number.NaN);
  const klines = minuteLabels.slice(1, untilNow(table) + 1).flatMap((minute, at) => {
    for (const [k, i] of rows.entries()) if (table.minutes(i).close[at + 1]! > 0) sums[k] = table.minutes(i).net[at + 1]!;
    const known = sums.filter((net) => !Number.isNaN(net));
    if (known.length === 0) return [];
    const { main, superNet, large, medium, small } = classesOf(known.reduce((sum, net) => sum + net, 0));
    return [[`${dashed} ${hhmm(minute, ':')}`, ...[main, small, medium, large, superNet].map((value) => value.toFixed(1))].join(',')];
  });
  return json(wrap({ code: secid.split('.')[1], market: Number(secid.split('.')[0]), klines }, 0));
}

function poolAnswer(table: MarketTable, path: string, date: string): Answer {
  const pool = date === table.date ? poolOf(table, path.slice(1)) : [];
  if (pool.length === 0) return json({ rc: 102, rt: 11, svr: 1, lt: 1, full: 0, data: null });
  return json(wrap({ tc: pool.length, qdate: Number(date), pool }, 0));
}

/** A whole list, then changed fields, `data:null` when nothing changed; every `mpi` ms at most. */
function stream(
  table: MarketTable,
  faults: FaultDesk,
  secids: string,
  fields: readonly string[],
  mpi: number,
  response: ServerResponse,
): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-cache' });
  let sent: Row[] = [];
  const push = (): void => {
    const fault = faults.of('eastmoney'); // whose view of the market is read next
    if (fault === 'ban' || fault === 'down') return void response.destroy();
    const rows = rowsOf(table, secids, fields, faults);
    const isFirst = sent.length === 0;
    const changed = rows.flatMap((row, key) => {
      const fresh = Object.entries(row).filter(([field, value]) => isFirst || sent[key]?.[field] !== value);
      return fresh.length === 0 ? [] : [[String(key), Object.fromEntries(fresh)] as const];
    });
    sent = rows;
    const data = changed.length === 0 ? null : { total: rows.length, diff: Object.fromEntries(changed) };
    response.write(`data: ${JSON.stringify(wrap(data, isFirst ? 1 : 0))}\n\n`);
    if (fault === 'wsDrop') response.destroy();
  };
  push();
  const timer = setInterval(push, mpi);
  response.on('close', () => clearInterval(timer));
}
