/** Prices of the whole market, kept outside of React: a table draws the thirty rows that it shows, not the five thousand that it holds. */
import { useSyncExternalStore } from 'react';
import { gainOf } from '../pieces/numbers.ts';

export type BoardQuote = { lastMilli: number | null; preCloseMilli: number | null; gain: number | null };
type Told = { readonly symbol: string; readonly lastMilli: number | null; readonly preCloseMilli: number | null };

export class QuoteBoard {
  readonly quotes = new Map<string, BoardQuote>();
  version = 0;
  /** Tape time of the newest. */
  tsMs = 0;
  readonly #listeners = new Set<() => void>();

  take(values: readonly Told[], whole: boolean, tsMs: number): void {
    if (whole) this.quotes.clear();
    for (const { symbol, lastMilli, preCloseMilli } of values)
      this.quotes.set(symbol, { lastMilli, preCloseMilli, gain: gainOf(lastMilli, preCloseMilli) });
    this.tsMs = tsMs;
    this.version += 1;
    for (const listener of this.#listeners) listener();
  }

  readonly listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };
}

export const board = new QuoteBoard();
export const useBoardVersion = (): number => useSyncExternalStore(board.listen, () => board.version);

export const quoteSorts = ['gain', 'change', 'last', 'room', 'code'] as const;
export type QuoteSort = (typeof quoteSorts)[number];
type Listed = { readonly symbol: string; readonly limitUpMilli: number | null };

/** How far below its upper limit; null where it has none, or no price. */
export const roomOf = (lastMilli: number | null | undefined, limitUpMilli: number | null | undefined): number | null =>
  lastMilli == null || limitUpMilli == null || lastMilli <= 0 ? null : limitUpMilli / lastMilli - 1;

/** Symbols in their order; what is unknown stands last, whichever way it goes. */
export function orderOf(
  listed: Iterable<Listed>,
  quotes: ReadonlyMap<string, BoardQuote>,
  sort: QuoteSort,
  isRising: boolean,
): readonly string[] {
  const figureOf = ({ symbol, limitUpMilli }: Listed): number | null => {
    const quote = quotes.get(symbol);
    if (sort === 'code') return Number(symbol.slice(0, 6));
    if (sort === 'room') return roomOf(quote?.lastMilli, limitUpMilli);
    if (sort === 'last') return quote?.lastMilli ?? null;
    if (sort === 'gain') return quote?.gain ?? null;
    return quote?.lastMilli == null || quote.preCloseMilli === null ? null : quote.lastMilli - quote.preCloseMilli;
  };
  const sign = isRising ? 1 : -1;
  return [...listed]
    .map((each) => ({ symbol: each.symbol, value: figureOf(each) }))
    .sort((a, b) => {
      if (a.value === null || b.value === null) return a.value === b.value ? (a.symbol < b.symbol ? -1 : 1) : a.value === null ? 1 : -1;
      return a.value === b.value ? (a.symbol < b.symbol ? -1 : 1) : sign * (a.value - b.value);
    })
    .map(({ symbol }) => symbol);
}
