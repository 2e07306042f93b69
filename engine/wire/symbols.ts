/** One instrument in each vendor's spelling (contracts/spec/sources.md#common). The bare code is never enough: 000001 is two things. */
import { codeOf, exchangeOf, exchanges } from '../../contracts/units.ts';

/** `sh600519`: Tencent and Sina. */
export const prefixed = (no: number): string => `${exchangeOf(no).toLowerCase()}${codeOf(no)}`;

/** Instrument of `sh600519`; null for anything else. */
export function ofPrefixed(key: string): number | null {
  const found = /^(sh|sz|bj)(\d{6})$/.exec(key);
  return found === null ? null : (['sh', 'sz', 'bj'].indexOf(found[1]!) + 1) * 1_000_000 + Number(found[2]);
}

/** `1.600519`: Eastmoney. Beijing is market 0 like Shenzhen. */
export const secid = (no: number): string => `${exchangeOf(no) === 'SH' ? 1 : 0}.${codeOf(no)}`;

/** Eastmoney's market number and code; a code may come as a number without its leading zeros. */
export function ofMarket(market: unknown, code: unknown): number | null {
  const text = typeof code === 'number' ? String(code).padStart(6, '0') : code;
  if (typeof text !== 'string' || !/^\d{6}$/.test(text) || (market !== 0 && market !== 1)) return null;
  const exchange = market === 1 ? 1 : isBeijing(text) ? 3 : 2;
  return exchange * 1_000_000 + Number(text);
}

const isBeijing = (code: string): boolean => /^(92|43|83|87|88|899)/.test(code);

/** `600519.SH`: Tushare, and our own id. */
export const ofSuffixed = (code: unknown): number | null => {
  const found = typeof code === 'string' ? /^(\d{6})\.(SH|SZ|BJ)$/.exec(code) : null;
  return found === null ? null : (exchanges.indexOf(found[2] as never) + 1) * 1_000_000 + Number(found[1]);
};

/** Eastmoney code without a market, as flow lists have it: by prefix, stocks only. */
export const ofStockCode = (code: unknown): number | null => {
  const text = typeof code === 'number' ? String(code).padStart(6, '0') : code;
  if (typeof text !== 'string' || !/^\d{6}$/.test(text)) return null;
  if (isBeijing(text)) return ofMarket(0, text);
  return ofMarket(/^(5|6|9)/.test(text) ? 1 : 0, text);
};

/** 000xxx in Shanghai, 399xxx in Shenzhen, 899xxx in Beijing. */
export const isIndex = (no: number): boolean =>
  (no >= 1_000_000 && no < 1_001_000) || (no >= 2_399_000 && no < 2_400_000) || (no >= 3_899_000 && no < 3_900_000);
