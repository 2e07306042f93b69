/** Rows of one day, whatever they came from, as the pacer wants them: sorted, by second, in batches of at most 1,024. */
import { batchOf, type Quote } from '../../contracts/quote.ts';
import type { TapeEntry } from '../../contracts/tape.ts';
import type { RowSource } from './pacer.ts';

const batchRows = 1024;

/** `quotes` in file order; no receive time was recorded, so the exchange's stands for it. */
export function quoteRows(source: string, quotes: readonly Quote[]): RowSource {
  const rows = quotes
    .map((quote, order) => ({ quote, order }))
    .sort((a, b) => a.quote.tsExchangeMs - b.quote.tsExchangeMs || a.quote.instrumentNo - b.quote.instrumentNo || a.order - b.order);
  let at = 0;
  return {
    take: (secondMs) => {
      const from = at;
      while (at < rows.length && rows[at]!.quote.tsExchangeMs <= secondMs) at += 1;
      const entries: TapeEntry[] = [];
      for (let start = from; start < at; start += batchRows) {
        const batch = rows.slice(start, Math.min(at, start + batchRows)).map(({ quote }) => quote);
        entries.push({ type: 'quotes', tsMs: secondMs, batch: batchOf(source, secondMs, batch) });
      }
      return entries;
    },
  };
}
