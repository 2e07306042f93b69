/**
 * An instrument in anybody's spelling, and what kind of instrument it is. A bare code is taken for a stock: 000001 without its exchange is
 * Ping An Bank, not the Shanghai index.
 */
import { boardOf } from '../../contracts/instruments.ts';
import { isIndex } from '../wire/symbols.ts';

const exchangeWords: Readonly<Record<string, number>> = {
  SH: 1,
  SSE: 1,
  XSHG: 1,
  SHSE: 1,
  SHA: 1,
  SZ: 2,
  SZSE: 2,
  XSHE: 2,
  SHE: 2,
  BJ: 3,
  BSE: 3,
  XBSE: 3,
  BJSE: 3,
};

/** Published without a name: `SYM2`. Kept under a number of no exchange. */
export const anonymousNo = 9_000_000;

/** Instrument number of `600519.SH`, `sh600519`, `sh.600519`, `SH#600519`, `600519.XSHG`, `SSE:600519`, `600519`; null for anything else. */
export function symbolOf(text: string, exchange = ''): number | null {
  const bare = text.trim().toUpperCase();
  const found = /^([A-Z]{2,4})[.#:_]?(\d{6})$/.exec(bare) ?? /^(\d{6})[.#:_]([A-Z]{2,4})$/.exec(bare);
  if (found !== null) {
    const [word, code] = /^\d/.test(found[1]!) ? [found[2]!, found[1]!] : [found[1]!, found[2]!];
    const of = exchangeWords[word];
    return of === undefined ? null : of * 1_000_000 + Number(code);
  }
  const anonymous = /^SYM(\d{1,3})$/.exec(bare)?.[1];
  if (anonymous !== undefined) return anonymousNo + Number(anonymous);
  const digits = /^(\d{1,6})(\.0)?$/.exec(bare)?.[1];
  if (digits === undefined) return null;
  const code = digits.padStart(6, '0');
  const of = exchange === '' ? exchangeOfStock(code) : exchangeWords[exchange.trim().toUpperCase()];
  return of === undefined ? null : of * 1_000_000 + Number(code);
}

/** By the first digits of a stock's, fund's or bond's code. */
function exchangeOfStock(code: string): number {
  if (/^(92|43|83|87|88)/.test(code)) return 3;
  return /^[569]|^11/.test(code) ? 1 : 2;
}

/** The symbol a file is named after: `600519.SH.csv`, `SH#600519.txt`, `sh.600519.csv`, `600519_1m.csv`; null when it is named after none. */
export function symbolInName(name: string): number | null {
  const found =
    /(?<![0-9A-Za-z])((?:sh|sz|bj)[.#_]?\d{6})(?!\d)/i.exec(name)?.[1] ??
    /(?<!\d)(\d{6}\.(?:SH|SZ|BJ|SSE|SZSE|BSE|XSHG|XSHE))(?![A-Za-z])/i.exec(name)?.[1] ??
    /(?<!\d)(\d{6})(?!\d)/.exec(name)?.[1];
  return found === undefined ? null : symbolOf(found);
}

export type InstrumentKind = 'stock' | 'index' | 'bShare' | 'fund' | 'bond' | 'other';
/** What is followed: stocks everywhere, indices as benchmarks. */
export function kindOfInstrument(no: number): InstrumentKind {
  if (no > anonymousNo || boardOf(no) !== null) return 'stock';
  if (isIndex(no)) return 'index';
  const [exchange, code] = [Math.floor(no / 1_000_000), String(no % 1_000_000).padStart(6, '0')];
  if ((exchange === 1 && code.startsWith('900')) || (exchange === 2 && code.startsWith('200'))) return 'bShare';
  if ((exchange === 1 && /^5/.test(code)) || (exchange === 2 && /^1[5-8]/.test(code))) return 'fund';
  return (exchange === 1 && /^(0[1-9]|1|2)/.test(code)) || (exchange === 2 && /^1[0-3]/.test(code)) ? 'bond' : 'other';
}

export const kindWords: Readonly<Record<Exclude<InstrumentKind, 'stock'>, string>> = {
  index: 'indices',
  bShare: 'B shares',
  fund: 'funds',
  bond: 'bonds',
  other: 'instruments of no kind we know',
};
