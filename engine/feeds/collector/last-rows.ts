/**
 * The last row taken of each instrument, with where each part of it came from and when: what goes to the tape is only what is newer
 * and different.
 */
import { bookLevels, type Quote } from '../../../contracts/quote.ts';
import type { SourceName, SourceQuote } from '../adapter.ts';

export const parts = ['price', 'book', 'limits', 'name', 'flow'] as const;
export type Part = (typeof parts)[number];
export type Origin = { readonly source: SourceName; readonly tsExchangeMs: number; readonly tsRecvMs: number };
type Known = { quote: Quote; name: string | null; readonly from: Partial<Record<Part, Origin>> };

export class LastRows {
  readonly #known = new Map<number, Known>();

  /** `new`: to the tape. `same` repeats what is known, `older` lies behind it and would run the clock backwards. */
  take(row: SourceQuote, source: SourceName, tsRecvMs: number): 'new' | 'same' | 'older' {
    const { quote, name } = row;
    const known = this.#known.get(quote.instrumentNo);
    const origin: Origin = { source, tsExchangeMs: quote.tsExchangeMs, tsRecvMs };
    if (known === undefined) {
      this.#known.set(quote.instrumentNo, { quote, name, from: originsOf(row, origin) });
      return 'new';
    }
    if (quote.tsExchangeMs < known.quote.tsExchangeMs) return 'older';
    const same = sameQuote(known.quote, quote) && known.from.price?.source === source;
    known.quote = quote;
    known.name = name ?? known.name; // the last good name stays
    Object.assign(known.from, originsOf(row, origin));
    return same ? 'same' : 'new';
  }

  /** Rows that could not be stored: the same ones are new again. */
  forget(instruments: Iterable<number>): void {
    for (const no of instruments) this.#known.delete(no);
  }

  flowed(instrumentNo: number, origin: Origin): void {
    const known = this.#known.get(instrumentNo);
    if (known !== undefined) known.from.flow = origin;
  }

  quoteOf = (instrumentNo: number): Quote | null => this.#known.get(instrumentNo)?.quote ?? null;
  nameOf = (instrumentNo: number): string | null => this.#known.get(instrumentNo)?.name ?? null;
  /** Where a part came from; null while nobody told it. */
  originOf = (instrumentNo: number, part: Part): Origin | null => this.#known.get(instrumentNo)?.from[part] ?? null;

  /** Ages of a part over all instruments, ms, ascending. */
  ages(part: Part, nowMs: number): number[] {
    return [...this.#known.values()]
      .flatMap(({ from }) => (from[part] === undefined ? [] : [nowMs - from[part].tsRecvMs]))
      .sort((a, b) => a - b);
  }
}

function originsOf({ quote, name }: SourceQuote, origin: Origin): Partial<Record<Part, Origin>> {
  const hasBook = quote.bids.some((level) => level !== null) || quote.asks.some((level) => level !== null);
  return {
    price: origin,
    ...(hasBook ? { book: origin } : {}),
    ...(quote.limitUpMilli === null ? {} : { limits: origin }),
    ...(name === null ? {} : { name: origin }),
  };
}

function sameQuote(a: Quote, b: Quote): boolean {
  if (
    a.tsExchangeMs !== b.tsExchangeMs ||
    a.lastMilli !== b.lastMilli ||
    a.volumeShares !== b.volumeShares ||
    a.amountYuan !== b.amountYuan
  )
    return false;
  for (let level = 0; level < bookLevels; level++)
    if (!sameLevel(a.bids[level], b.bids[level]) || !sameLevel(a.asks[level], b.asks[level])) return false;
  return a.flags === b.flags;
}

const sameLevel = (a: Quote['bids'][number] | undefined, b: Quote['bids'][number] | undefined): boolean =>
  a === b || (a !== null && a !== undefined && b !== null && b !== undefined && a[0] === b[0] && a[1] === b[1]);
