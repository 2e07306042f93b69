/** Eastmoney's limit pools and 盘口异动, out of the table's minutes: a seal is a last at the limit with an empty other side. */
import { absentMilli } from '../../contracts/quote.ts';
import { exchangeOf } from '../../contracts/units.ts';
import { type MarketTable, minuteLabels } from './table.ts';
import { sectorName } from './tencent.ts';

const code = (no: number): string => String(no % 1_000_000).padStart(6, '0');
/** Minute since midnight to HHMMSS without leading zeros. */
const clockInt = (minute: number): number => Math.floor(minute / 60) * 10_000 + (minute % 60) * 100;

export function poolOf(table: MarketTable, topic: string): Record<string, unknown>[] {
  return table.listings.flatMap((_, i): Record<string, unknown>[] => {
    const up = topic !== 'getTopicDTPool';
    const limit = (up ? table.columns.limitUpMilli : table.columns.limitDownMilli)![i]!;
    const touched = touches(table, i, limit);
    if (limit === absentMilli || touched.length === 0 || topic === 'getYesterdayZTPool' || topic === 'getTopicQSPool') return [];
    const at = table.columns.lastMilli[i] === limit;
    if (topic === 'getTopicZTPool' && at) return [{ ...common(table, i), lbc: 1, ...seal(table, i, touched, up), zbc: opened(touched) }];
    if (topic === 'getTopicDTPool' && at) return [{ ...common(table, i), days: 1, ...seal(table, i, touched, up), oc: opened(touched) }];
    return topic === 'getTopicZBPool' && !at ? [{ ...common(table, i), fbt: clockInt(touched[0]!), zbc: opened(touched) + 1 }] : [];
  });
}

function common(table: MarketTable, i: number): Record<string, unknown> {
  const c = table.columns;
  const { no, name, floatShares, totalShares, sector } = table.listings[i]!;
  const [last, pre] = [c.lastMilli[i]!, c.preCloseMilli[i]!];
  return {
    c: code(no),
    m: exchangeOf(no) === 'SH' ? 1 : 0,
    n: name,
    p: last,
    zdp: (last / pre - 1) * 100,
    amount: Math.round(c.amountYuan[i]!),
    ltsz: (floatShares * last) / 1000,
    tshare: (totalShares * last) / 1000,
    hs: (100 * c.volumeShares[i]!) / floatShares,
    hybk: sectorName(sector),
  };
}

const touches = (table: MarketTable, i: number, limit: number): number[] =>
  minuteLabels.filter((_, m) => table.minutes(i).high[m] === limit || table.minutes(i).low[m] === limit);
const opened = (minutes: readonly number[]): number =>
  minutes.filter((minute, k) => k > 0 && minute - minutes[k - 1]! > 1 && !(minutes[k - 1]! <= 690 && minute > 780)).length;

function seal(table: MarketTable, i: number, touched: readonly number[], up: boolean): Record<string, unknown> {
  const c = table.columns;
  const [milli, shares] = up ? [c.bidMilli[i * 5]!, c.bidShares[i * 5]!] : [c.askMilli[i * 5]!, c.askShares[i * 5]!];
  const fund = milli === absentMilli ? 0 : Math.round((milli * shares) / 1000);
  return { fbt: clockInt(touched[0]!), lbt: clockInt(touched.at(-1)!), fund };
}

/** 火箭发射 (8201) where a minute rose 2 %, 高台跳水 (8203) where it fell as much, 封涨停板 (4). Newest first. */
export function changesOf(table: MarketTable, page: number, size: number): unknown {
  const rows = table.listings.flatMap(({ no, name }, i) => {
    const bars = table.minutes(i);
    const limit = table.columns.limitUpMilli![i]!;
    return minuteLabels.flatMap((minute, m) => {
      if (m === 0 || bars.close[m]! === 0 || bars.close[m - 1]! === 0) return [];
      const move = bars.close[m]! / bars.close[m - 1]! - 1;
      const type = bars.close[m] === limit && bars.close[m - 1] !== limit ? 4 : move >= 0.02 ? 8201 : move <= -0.02 ? 8203 : 0;
      const i_ = `${move.toFixed(6)},${(bars.close[m]! / 1000).toFixed(5)},${move.toFixed(6)}`;
      return type === 0 ? [] : [{ tm: clockInt(minute), c: code(no), m: exchangeOf(no) === 'SH' ? 1 : 0, n: name, t: type, i: i_ }];
    });
  });
  rows.sort((a, b) => b.tm - a.tm);
  return { tc: rows.length, allstock: rows.slice(page * size, (page + 1) * size) };
}
