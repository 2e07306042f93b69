/**
 * The market-wide features again, slowly, from their formulas (contracts/spec/features.md#market): sorted lists, no selection, no rings.
 * Imports only types. Tests compare it with the fast engine; nothing else uses it.
 */
import type { Instrument } from '../../contracts/bundle.ts';
import type { RefQuote } from './slow-reference.ts';

/** `high`: of the day so far, as it was told. */
export type RefSymbol = {
  readonly instrument: Instrument;
  readonly staleSec: number;
  readonly high: number;
  readonly history: readonly RefQuote[];
};
export type RefMarket = {
  readonly mktMed1m: number | null;
  readonly mktMed3m: number | null;
  readonly mktMed5m: number | null;
  readonly advShare: number;
  readonly nUp: number;
  readonly nDn: number;
  readonly nTouched: number;
  readonly brokenRate: number | null;
  readonly feedHealth: number;
};

/** Two slots of delivery past a symbol's own allowance. */
const grace = 6;
const mid = (q: RefQuote) => (q.bookOk && q.bids[0] && q.asks[0] ? (q.bids[0][0] + q.asks[0][0]) / 2 : q.last);
const ageSec = ({ history }: RefSymbol, slot: number) => (slot - (history[history.length - 1] as RefQuote).slot) * 3;

/** ln return over `window` slots up to the symbol's own last quote; null when it is stale, unlimited or too young. */
export function slowReturn(symbol: RefSymbol, slot: number, window: number): number | null {
  const { history, instrument, staleSec } = symbol;
  const now = history[history.length - 1] as RefQuote;
  if (instrument.noLimit || ageSec(symbol, slot) > staleSec + grace) return null;
  const before = history.filter((quote) => quote.slot <= now.slot - window);
  return before.length === 0 ? null : Math.log(mid(now) / mid(before[before.length - 1] as RefQuote));
}

export function slowMedian(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  if (n === 0) return null;
  return n % 2 === 1 ? (sorted[(n - 1) / 2] as number) : ((sorted[n / 2 - 1] as number) + (sorted[n / 2] as number)) / 2;
}

export function slowMarket(symbols: readonly RefSymbol[], slot: number): RefMarket {
  const returns = (window: number) =>
    symbols.map((symbol) => slowReturn(symbol, slot, window)).filter((each): each is number => each !== null);
  const last = ({ history }: RefSymbol) => (history[history.length - 1] as RefQuote).last;
  const ordinary = symbols.filter(({ instrument }) => !instrument.riskWarning);
  const touched = ordinary.filter(({ instrument, high }) => high === instrument.limitUpMilli);
  const broken = touched.filter((symbol) => last(symbol) !== symbol.instrument.limitUpMilli);
  const share = (part: readonly unknown[]) => part.length / symbols.length;
  return {
    mktMed1m: slowMedian(returns(20)),
    mktMed3m: slowMedian(returns(60)),
    mktMed5m: slowMedian(returns(100)),
    advShare: share(symbols.filter((symbol) => last(symbol) > (symbol.instrument.preCloseMilli as number))),
    nUp: ordinary.filter((symbol) => last(symbol) === symbol.instrument.limitUpMilli).length,
    nDn: ordinary.filter((symbol) => last(symbol) === symbol.instrument.limitDownMilli).length,
    nTouched: touched.length,
    brokenRate: touched.length === 0 ? null : broken.length / touched.length,
    feedHealth: share(symbols.filter((symbol) => ageSec(symbol, slot) <= symbol.staleSec + grace)),
  };
}

export type RefBar = { readonly minute: number; readonly close: number; readonly amount: number; readonly net: number };

/** 28: two last up-legs of a zig-zag over minute closes; null without two, or when the last leg falls. */
export function slowDivergence(bars: readonly RefBar[], theta: number): 0 | 1 | null {
  const pivots = slowPivots(
    bars.map(({ close }) => close),
    theta,
  );
  if (pivots.length < 4) return null;
  const [a, b, c, d] = pivots.slice(-4).map((i) => bars[i] as RefBar) as [RefBar, RefBar, RefBar, RefBar];
  if (d.close < c.close) return null;
  const pace = (from: RefBar, to: RefBar) => (to.amount - from.amount) / (to.minute - from.minute);
  const ratio = (from: RefBar, to: RefBar) => (to.net - from.net) / (to.amount - from.amount);
  return d.close > b.close * 1.001 && pace(c, d) < 0.7 * pace(a, b) && ratio(c, d) < ratio(a, b) ? 1 : 0;
}

/** Positions of the pivots: an extreme is one once the price has come back from it by `theta`; the last is the running extreme. */
export function slowPivots(closes: readonly number[], theta: number): number[] {
  const pivots: number[] = [];
  let from = 0;
  let up: boolean | null = null;
  for (let i = 1; i < closes.length; i++) {
    const seen = closes.slice(from, i + 1);
    const now = closes[i] as number;
    const top = from + seen.indexOf(Math.max(...seen));
    const bottom = from + seen.indexOf(Math.min(...seen));
    if (up !== true && now / (closes[bottom] as number) - 1 >= theta) [up, from] = [true, bottom];
    else if (up !== false && 1 - now / (closes[top] as number) >= theta) [up, from] = [false, top];
    else continue;
    pivots.push(from);
  }
  if (up === null) return [];
  const rest = closes.slice(from);
  return [...pivots, from + rest.indexOf(up ? Math.max(...rest) : Math.min(...rest))];
}
