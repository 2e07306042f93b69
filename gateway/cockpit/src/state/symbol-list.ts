/**
 * Codes out of what people paste or export: plain codes, `SH600519`, `600519.SH`, CSV with names beside, and .blk files. Pure.
 *
 * 通达信  one digit of market before the code: 0 Shenzhen, 1 Shanghai, 2 Beijing (witness: files of a broker's client in rainx/pytdx#79, and
 *         what its servers send in injoyai/tdx#63)
 * 同花顺  a number of its own and a colon before the code, passed over: the code says its exchange (no witness of a whole file)
 */
export type Parsed = { readonly symbols: readonly string[]; readonly bad: readonly string[] };

/** By the first digits, as the exchanges give them out: 920 is Beijing, 900 a B share of Shanghai. */
export function exchangeOf(code: string): 'SH' | 'SZ' | 'BJ' | null {
  if (/^(60|68|900)/.test(code)) return 'SH';
  if (/^(00|30|20)/.test(code)) return 'SZ';
  return /^(92|83|87|43|82|88)/.test(code) ? 'BJ' : null;
}

const digits: Readonly<Record<string, 'SH' | 'SZ' | 'BJ'>> = { '1': 'SH', '0': 'SZ', '2': 'BJ' };

function symbolOf(token: string): string | null {
  const named = /^(?:(SH|SZ|BJ)[.:]?)?(\d{6})(?:[.:]?(SH|SZ|BJ|SS))?$/i.exec(token);
  if (named !== null) {
    const [, before, code, after] = named;
    const told = (before ?? after)?.toUpperCase().replace('SS', 'SH');
    const exchange = told ?? exchangeOf(code!);
    return exchange == null ? null : `${code}.${exchange}`;
  }
  const blk = /^([012])(\d{6})$/.exec(token);
  if (blk === null) return null;
  const [, market, code] = blk;
  const exchange = digits[market!]!;
  // a market that the code cannot be of: the line is no code of a .blk
  return exchangeOf(code!) === exchange ? `${code}.${exchange}` : null;
}

/** In the order they stand, each once. What looks like a code and is none is told; words beside are passed over. */
export function symbolsOf(text: string): Parsed {
  const symbols = new Set<string>();
  const bad: string[] = [];
  for (const token of text.replace(/^\uFEFF/, '').split(/[\s,;:，；：、|"'=\t]+/)) {
    if (!/\d{5,}/.test(token)) continue;
    const symbol = symbolOf(token);
    if (symbol === null) bad.push(token);
    else symbols.add(symbol);
  }
  return { symbols: [...symbols], bad };
}
