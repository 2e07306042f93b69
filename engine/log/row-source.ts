/** Rows of one day, whatever they came from, as the pacer wants them: sorted, by second, in batches of at most 1,024. */
import { batchOf, type Quote } from '../../contracts/quote.ts';
import type { TapeEntry } from '../../contracts/tape.ts';
import type { RowSource } from './pacer.ts';

const batchRows = 1024;

/** `quotes` in any order. */
export function quoteRows(source: string, quotes: readonly Quote[]): RowSource {
  const rows = quotes
    .map((quote, order) => ({ quote, order }))
    .sort((a, b) => a.quote.tsExchangeMs - b.quote.tsExchangeMs || a.quote.instrumentNo - b.quote.instrumentNo || a.order - b.order);
  return orderedRows(
    source,
    rows.map(({ quote }) => quote),
  );
}

/** `quotes` by time, then instrument, read once; no receive time was recorded, so the exchange's stands for it. */
export function orderedRows(source: string, quotes: Iterable<Quote>): RowSource {
  const rows = quotes[Symbol.iterator]();
  let next = rows.next();
  return {
    take: (secondMs) => {
      const entries: TapeEntry[] = [];
      for (let batch: Quote[] = []; ; batch = []) {
        for (; next.done !== true && next.value.tsExchangeMs <= secondMs && batch.length < batchRows; next = rows.next())
          batch.push(next.value);
        if (batch.length === 0) return entries;
        entries.push({ type: 'quotes', tsMs: secondMs, batch: batchOf(source, secondMs, batch) });
      }
    },
  };
}
