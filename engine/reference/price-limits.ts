/**
 * Daily price limits (涨跌幅限制) from a dated rule table, in integer arithmetic.
 *
 * Source    contracts/spec/market.md#price-limits. Precedence: no-limit days, delisting, risk warning, board base
 * Rounding  SSE and SZSE half up; BSE truncates inward (floor up, ceil down). In fen (0.01 yuan), scaled to Milli
 * Example   10.05 yuan at 10 %: up = floor((1005·110 + 50) / 100) = 1106 fen = 11.06 yuan
 */
import { FenshiError } from '../../contracts/errors.ts';
import type { Board } from '../../contracts/instruments.ts';
import type { TradeDate } from '../../contracts/units.ts';
import table from './price-limits.json' with { type: 'json' };

export type LimitStatus = 'normal' | 'riskWarning' | 'sShare' | 'delisting';
type Dated = { readonly from: string; readonly to: string | null };

const covers = (row: Dated, date: TradeDate): boolean => row.from <= date && (row.to === null || date <= row.to);

/** Whole per cents: 5, 10, 20, 30. Boards without a rule of their own for a status use their base (20 % boards: all incl. ST). */
export function limitRate(board: Board, status: LimitStatus, date: TradeDate): number {
  const own = table.rules.find((row) => row.board === board && row.status === status && covers(row, date));
  const rule = own ?? table.rules.find((row) => row.board === board && row.status === 'normal' && covers(row, date));
  if (rule === undefined) throw new FenshiError('RULE_UNCOVERED', `${board} ${status} on ${date}`);
  return rule.rate;
}

/** Whether a stock on its `listingDayN`-th trading day (1 = listing day) trades without a limit. */
export function isNoLimitDay(board: Board, listingDayN: number, date: TradeDate): boolean {
  const row = table.noLimitListingDays.find((each) => each.board === board && covers(each, date));
  return row !== undefined && listingDayN <= row.days;
}

export type Limits = { readonly upMilli: number; readonly downMilli: number };

/** Limit prices around the exchange's reference price (a multiple of 10 Milli). At least one tick wide, never below 0.01. */
export function limitPrices(board: Board, referenceMilli: number, rate: number): Limits {
  const p = Math.round(referenceMilli / 10);
  let up: number;
  let down: number;
  if (board === 'BSE') {
    up = Math.floor((p * (100 + rate)) / 100);
    down = Math.floor((p * (100 - rate) + 99) / 100);
  } else {
    up = Math.floor((p * (100 + rate) + 50) / 100);
    down = Math.floor((p * (100 - rate) + 50) / 100);
  }
  if (up - p < 1) up = p + 1;
  if (p - down < 1) down = Math.max(1, p - 1);
  return { upMilli: up * 10, downMilli: down * 10 };
}
