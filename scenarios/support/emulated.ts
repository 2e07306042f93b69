/** A generated market behind a vendor's table, as tests and benches start it. */
import { midnightOf } from '../../contracts/session.ts';
import { MarketDay, type MarketOptions } from '../market/market-day.ts';
import { type Listing, MarketTable } from '../sources/table.ts';
import { testDate } from './days.ts';

/** Without the indices. */
export const listingsOf = (market: MarketDay): Listing[] => market.listings.slice(0, market.issues.length);

/** The market from 08:30 to `clock`, second by second. */
export function marketUntil(
  clock: string,
  options: Partial<MarketOptions> = {},
): { readonly market: MarketDay; readonly table: MarketTable } {
  const market = new MarketDay({ seed: 1, date: testDate, day: 0, count: 60, faulty: false, ...options });
  const table = new MarketTable(market.date, listingsOf(market));
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  advance(market, table, midnightOf(market.date) + (hours * 60 + minutes) * 60_000);
  return { market, table };
}

/** Run time goes on to `untilMs`. */
export function advance(market: MarketDay, table: MarketTable, untilMs: number): void {
  for (let ms = table.nowMs + 1000; ms <= untilMs; ms += 1000) {
    for (const entry of market.take(ms)) if (entry.type === 'quotes') table.apply(entry.batch);
    table.nowMs = ms;
  }
}
