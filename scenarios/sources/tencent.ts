/** Tencent as a server: `/q=`, the minute line, hsfundtab, boards (contracts/spec/sources.md#tencent), byte for byte. */

import { absentMilli } from '../../contracts/quote.ts';
import { exchangeOf } from '../../contracts/units.ts';
import { industryName } from '../market/names.ts';
import type { FaultDesk } from './faults.ts';
import { gbk, hhmm, lots, partsOf, prefixed, yuan } from './render.ts';
import type { Answer, Route } from './server.ts';
import { classesOf, type MarketTable, minuteLabels } from './table.ts';

const marketNo = { SH: '1', SZ: '51', BJ: '62' } as const;
const json = (value: unknown): Answer => ({ type: 'text/json; charset=utf-8', body: Buffer.from(JSON.stringify(value)) });

export function tencentRoute(table: MarketTable, faults: FaultDesk): Route {
  return (path) => {
    if (path.startsWith('/q=')) return quotes(table, faults, path.slice(3).split('&')[0]!);
    const url = new URL(path, 'http://x');
    const code = url.searchParams.get('code') ?? '';
    const i = table.indexOf(numberOf(code));
    switch (url.pathname) {
      case '/appstock/app/minute/query':
        return i < 0 ? json({ code: 0, msg: '', data: {} }) : json(minuteLine(table, i, code));
      case '/appstock/app/day/query':
        return i < 0 ? json({ code: 0, msg: '', data: {} }) : json(fiveDays(table, i, code));
      case '/cgi/cgi-bin/fundflow/hsfundtab':
        return i < 0 ? json({ code: -1, msg: 'param error', data: null }) : json(fundFlow(table, i, code));
      case '/cgi/cgi-bin/rank/pt/getRank':
        return json(boards(table, Number(url.searchParams.get('offset')), Number(url.searchParams.get('count'))));
      case '/cgi/cgi-bin/rank/hs/getBoardRankList':
        return json(
          members(
            table,
            url.searchParams.get('board_code') ?? '',
            Number(url.searchParams.get('offset')),
            Number(url.searchParams.get('count')),
          ),
        );
      default:
        return undefined;
    }
  };
}

/** STAR rows are counted in shares (recorded: 688256 on 2026-06-03, 688825 on 2026-09-02), its depth in lots. */
const isStar = (no: number): boolean => no >= 1_688_000 && no < 1_690_000;
const whole = (shares: number): string => String(Number.isNaN(shares) ? 0 : Math.round(shares));

/** Instrument number of `sh600519`; 0 for none. */
export function numberOf(key: string): number {
  const at = ['sh', 'sz', 'bj'].indexOf(key.slice(0, 2));
  return at < 0 || !/^\d{6}$/.test(key.slice(2)) ? 0 : (at + 1) * 1_000_000 + Number(key.slice(2));
}

function quotes(table: MarketTable, faults: FaultDesk, list: string): Answer {
  const fault = faults.of('tencent');
  const statements = list.split(',').flatMap((key) => {
    const i = table.indexOf(numberOf(key));
    return i < 0 ? [] : [`v_${key}="${quoteFields(table, i, fault).join('~')}";\n`];
  });
  const text = statements.length === 0 ? 'v_pv_none_match="1";\n' : statements.join('');
  return { type: 'text/html; charset=GBK', body: Buffer.from(text, 'latin1') };
}

/** The 88 parts of one row; what the vendor has and we do not (ratios, ranks) stays blank. */
export function quoteFields(table: MarketTable, i: number, fault: string | null = null): string[] {
  const c = table.columns;
  const { no, name, floatShares, totalShares } = table.listings[i]!;
  const f = new Array<string>(88).fill('');
  const [last, open] = [c.lastMilli[i]!, c.openMilli![i]!];
  const idle = !table.isSeen(i) || last === absentMilli;
  // off by 10,000: by 100 it would be the other unit, which a row may be in
  const shares = c.volumeShares[i]! * (fault === 'unit' || (fault === 'board' && isStar(no)) ? 10_000 : 1);
  const counted = isStar(no) ? whole : lots;
  const [volume, amount] = [counted(shares), String(Math.round(Number.isNaN(c.amountYuan[i]!) ? 0 : c.amountYuan[i]!))];
  const ms = fault === 'frozen' ? table.nowMs : table.isSeen(i) ? c.tsExchangeMs[i]! : table.nowMs;
  const { date, digits } = partsOf(ms);
  const shown = idle ? c.preCloseMilli[i]! : last;
  f[0] = marketNo[exchangeOf(no)];
  f[1] = fault === 'badGbk' ? `${gbk(name)}\xff` : gbk(name);
  f[2] = String(no % 1_000_000).padStart(6, '0');
  f[3] = yuan(shown);
  f[4] = yuan(c.preCloseMilli[i]!);
  f[5] = yuan(idle && open === absentMilli ? absentMilli : open);
  f[6] = f[36] = volume;
  f[7] = counted(c.outerShares![i]!);
  f[8] = counted(c.innerShares![i]!);
  for (let level = 0; level < 5; level++) {
    const at = i * 5 + level;
    f[9 + 2 * level] = yuan(c.bidMilli[at]!);
    f[10 + 2 * level] = lots(c.bidShares[at]!);
    f[19 + 2 * level] = yuan(c.askMilli[at]!);
    f[20 + 2 * level] = lots(c.askShares[at]!);
  }
  f[30] = `${date}${digits}`;
  f[31] = yuan(shown - c.preCloseMilli[i]!);
  const pre = c.preCloseMilli[i]!;
  f[32] = pre === absentMilli ? '0.00' : (((shown - pre) / pre) * 100).toFixed(2);
  if (!Number.isNaN(floatShares)) {
    f[38] = ((100 * Number(volume) * (isStar(no) ? 1 : 100)) / floatShares).toFixed(2);
    if (shown !== absentMilli) f[44] = ((shown * floatShares) / 1e11).toFixed(2);
    if (shown !== absentMilli) f[45] = ((shown * totalShares) / 1e11).toFixed(2);
    f[72] = String(floatShares);
    f[73] = String(totalShares);
  }
  f[43] = idle ? '0.00' : ((100 * (c.highMilli![i]! - c.lowMilli![i]!)) / pre).toFixed(2);
  f[33] = f[41] = yuan(c.highMilli![i]!);
  f[34] = f[42] = yuan(c.lowMilli![i]!);
  f[35] = `${f[3]}/${volume}/${amount}`;
  f[37] = exchangeOf(no) === 'BJ' ? (Number(amount) / 10_000).toFixed(2) : String(Math.round(Number(amount) / 10_000));
  f[47] = c.limitUpMilli![i]! === absentMilli ? '-1' : yuan(c.limitUpMilli![i]!);
  f[48] = c.limitDownMilli![i]! === absentMilli ? '-1' : yuan(c.limitDownMilli![i]!);
  f[57] = (Number(amount) / 10_000).toFixed(4);
  f[58] = '0.0000';
  f[59] = '0';
  f[61] = isIndex(no) ? 'ZS' : exchangeOf(no) === 'BJ' ? 'GP' : isStar(no) ? 'GP-A-KCB' : 'GP-A';
  f[82] = 'CNY';
  if (isStar(no)) f[87] = '100';
  if (fault === 'drift') f.splice(40, 0, '0');
  return f;
}

const rowsUntil = (table: MarketTable): number =>
  minuteLabels.findLastIndex((minute) => minute * 60_000 <= ((table.nowMs + 8 * 3_600_000) % 86_400_000) + 60_000);

/** Cumulative lots and yuan by minute up to now; Beijing without yuan. 13:00 repeats 11:30. */
function lines(table: MarketTable, i: number): string[] {
  const bars = table.minutes(i);
  const withAmount = exchangeOf(table.listings[i]!.no) !== 'BJ';
  const out: string[] = [];
  let [close, shares, amount] = [0, 0, 0];
  for (let m = 0; m <= rowsUntil(table); m++) {
    if (bars.close[m]! > 0) [close, shares, amount] = [bars.close[m]!, bars.shares[m]!, bars.yuan[m]!];
    const row = (label: string) =>
      [label, yuan(close), (isStar(table.listings[i]!.no) ? whole : lots)(shares), ...(withAmount ? [amount.toFixed(2)] : [])].join(' ');
    if (close > 0) {
      out.push(row(hhmm(minuteLabels[m]!)));
      if (m === 120 && rowsUntil(table) > 120) out.push(row('1300'));
    }
  }
  return out;
}

function minuteLine(table: MarketTable, i: number, code: string): unknown {
  const { dashed, clock } = partsOf(table.nowMs);
  const open = `${dashed} ${clock}|SH_open_交易中|SZ_open_交易中`;
  return {
    code: 0,
    msg: '',
    data: {
      [code]: {
        data: { data: lines(table, i), date: table.date },
        qt: { [code]: [], market: [open], [`v_ff_${code}`]: [] },
        mx_price: { mx: [], price: [] },
      },
    },
  };
}

function fiveDays(table: MarketTable, i: number, code: string): unknown {
  return {
    code: 0,
    msg: '',
    data: { [code]: { data: [{ date: table.date, prec: table.columns.preCloseMilli[i]! / 1000, data: lines(table, i) }] } },
  };
}

function fundFlow(table: MarketTable, i: number, code: string): unknown {
  const bars = table.minutes(i);
  const minList = minuteLabels.slice(0, rowsUntil(table) + 1).flatMap((minute, m) => {
    if (bars.close[m] === 0 || Number.isNaN(bars.net[m]!)) return [];
    const { main, superNet, large, medium, small } = classesOf(bars.net[m]!);
    return [
      {
        time: `${table.date}${hhmm(minute)}`,
        Price: yuan(bars.close[m]!),
        MainNetInflow: String(main),
        RetailNetInflow: String(-main),
        SuperNetInflow: String(superNet),
        BigNetInflow: String(large),
        NormalNetInflow: String(medium),
        SmallNetInflow: String(small),
      },
    ];
  });
  return {
    code: 0,
    msg: 'ok',
    data: {
      todayFundFlow: null,
      todayFundTrend: { stockCode: code, minList: minList.reverse() },
      fiveDayFundFlow: null,
      historyFundFlow: null,
    },
  };
}

export const isIndex = (no: number): boolean => no < 1_001_000;
export const boardCode = (sector: number): string => `pt0180${1010 + sector}`;
export const sectorName = industryName;
export const sectorsOf = (table: MarketTable): number[] =>
  [...new Set(table.listings.map(({ sector }) => sector))].filter((sector) => sector >= 0).sort((a, b) => a - b);

function boards(table: MarketTable, offset: number, count: number): unknown {
  const rank_list = sectorsOf(table).map((sector) => {
    const rows = table.listings.flatMap((each, i) => (each.sector === sector && table.isSeen(i) ? [i] : []));
    const { lastMilli, preCloseMilli } = table.columns;
    const change =
      rows.length === 0
        ? 0
        : rows.reduce((sum, i) => sum + (lastMilli[i]! > 0 ? lastMilli[i]! / preCloseMilli[i]! - 1 : 0), 0) / rows.length;
    const net = table.mainYuan(rows);
    return { code: boardCode(sector), name: sectorName(sector), zdf: (100 * change).toFixed(2), zljlr: (net / 10_000).toFixed(2) };
  });
  return { code: 0, msg: 'ok', data: { total: rank_list.length, rank_list: rank_list.slice(offset, offset + count) } };
}

function members(table: MarketTable, board: string, offset: number, count: number): unknown {
  const { lastMilli } = table.columns;
  const rows = table.listings.flatMap(({ no, name, sector }, i) =>
    board === 'aStock' || boardCode(sector) === board ? [{ code: prefixed(no), name, zxj: yuan(lastMilli[i]!) }] : [],
  );
  return { code: 0, msg: 'ok', data: { total: rows.length, rank_list: rows.slice(offset, offset + count) } };
}
