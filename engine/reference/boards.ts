/** What closes of the days before say at the open: consecutive boards 连板, and the closes on today's scale. */
import type { Board } from '../../contracts/instruments.ts';
import type { TradeDate } from '../../contracts/units.ts';
import { type LimitStatus, limitPrices, limitRate } from './price-limits.ts';

/** A day's close as traded, and the reference price the exchange gave that day: on an ex-date not the close before. Null where no record tells it. */
export type DayClose = { readonly date: TradeDate; readonly closeMilli: number; readonly preCloseMilli: number | null };

/**
 * Consecutive closes at the limit up, newest first, each by the rate and the reference price of its own
 * day: an ex-date inside the row does not break it where a record tells the price it was counted from.
 */
export function boardsIn(closes: readonly DayClose[], board: Board, status: LimitStatus): number {
  const isBoard = (i: number): boolean => {
    const from = closes[i]?.preCloseMilli ?? closes[i + 1]?.closeMilli;
    return from !== undefined && closes[i]!.closeMilli === limitPrices(board, from, limitRate(board, status, closes[i]!.date)).upMilli;
  };
  let boards = 0;
  while (boards < closes.length && isBoard(boards)) boards += 1;
  return boards;
}

/** Closes newest first, on the scale of today's reference price: what an ex-date took off is taken off the closes before it too. */
export function adjustedCloses(closes: readonly DayClose[], todayMilli: number | null): number[] {
  let scale = 1;
  let next = todayMilli;
  return closes.map(({ closeMilli, preCloseMilli }) => {
    if (next !== null) scale *= next / closeMilli;
    next = preCloseMilli;
    return Math.round(closeMilli * scale);
  });
}
