/**
 * Daily rows and limit-up lists of a market, as the limit forecasts need them: each row with its own past, never with what came later.
 * Definitions: contracts/spec/limit-forecasts.md.
 */
import type { TradeDate } from '../../../contracts/units.ts';

/** One symbol's session. Prices and money in yuan, volumes in shares, turnover in percent; NaN where unknown. */
export type DailyRow = {
  readonly symbol: number;
  readonly date: TradeDate;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly preClose: number;
  readonly upLimit: number;
  readonly volume: number;
  readonly amount: number;
  readonly turnover: number;
};
/** What the day's list says of a name that closed at its upper limit. `firstMinute`: trading minutes since 09:30 at its first seal. */
export type ListEntry = {
  readonly symbol: number;
  readonly date: TradeDate;
  readonly firstMinute: number;
  readonly opens: number;
  /** Yuan bid at the limit at the close. */
  readonly sealAmount: number;
};

/** A row with what was known of its symbol by its close. */
export type Session = DailyRow & {
  /** Place of its day among the market's days. */
  readonly day: number;
  /** False of a day that has only begun: its open is known and nothing else. */
  readonly isWhole: boolean;
  /** up_limit ÷ pre_close − 1. */
  readonly limit: number;
  readonly isRiskWarning: boolean;
  readonly isWide: boolean;
  readonly touched: boolean;
  readonly sealed: boolean;
  readonly oneWord: boolean;
  /** Mean amount of up to twenty sessions before; NaN under five. */
  readonly adv: number;
  /** Sealed sessions in a row, this one included. */
  readonly boards: number;
  readonly listed: ListEntry | null;
  /** The same symbol on the market's day before; null where it was not traded then. */
  readonly before: Session | null;
};

const advDays = 20;
const advDaysMin = 5;

/** What a market's day was as a whole. */
export type MarketDay = { readonly date: TradeDate; readonly sealed: number; readonly broken: number };
export type LimitDays = { readonly days: readonly MarketDay[]; readonly sessions: readonly Session[] };

/** Whether a price is at its upper limit; yuan of different files differ in the last places of a double. */
export const isAtLimit = (price: number, upLimit: number): boolean => price >= upLimit - 1e-6;

/** Rows without a limit in force, with one of another kind, or without an open say nothing here. */
function isKept({ upLimit, preClose, open }: DailyRow): boolean {
  const limit = upLimit / preClose - 1;
  return limit > 0.03 && limit < 0.31 && open > 0;
}
/** It was traded, and all four prices are known. */
const isWholeRow = ({ volume, high, low, close }: DailyRow): boolean => volume > 0 && high > 0 && low > 0 && close > 0;
/** As the last day is at 09:25: what came of it is unknown. */
const isOpenOnly = ({ volume, high, low, close }: DailyRow): boolean => [volume, high, low, close].every(Number.isNaN);

/**
 * In the order of day and symbol. A second row of one symbol and day takes the place of the first. Rows that are not whole say nothing, but those of
 * the last day that have only an open.
 */
export function limitDays(rows: Iterable<DailyRow>, list: Iterable<ListEntry>): LimitDays {
  const all = [...rows].filter(isKept);
  const last = [...new Set(all.map(({ date }) => date))].sort().at(-1);
  const byKey = new Map<string, DailyRow>();
  for (const row of all) if (isWholeRow(row) || (row.date === last && isOpenOnly(row))) byKey.set(`${row.date}${row.symbol}`, row);
  const kept = [...byKey.values()].sort((a, b) => (a.date === b.date ? a.symbol - b.symbol : a.date < b.date ? -1 : 1));
  const entries = new Map([...list].map((entry) => [`${entry.date}${entry.symbol}`, entry]));
  const dates = [...new Set(kept.map(({ date }) => date))];
  const dayOf = new Map(dates.map((date, day) => [date, day]));
  const pasts = new Map<number, Past>();
  const sessions = kept.map((row) => {
    const past: Past = pasts.get(row.symbol) ?? { last: null, amounts: [] };
    const session = sessionOf(row, dayOf.get(row.date)!, past, entries.get(`${row.date}${row.symbol}`) ?? null);
    past.last = session;
    if (session.isWhole && past.amounts.push(row.amount) > advDays) past.amounts.shift();
    pasts.set(row.symbol, past);
    return session;
  });
  return { sessions, days: marketDays(dates, sessions) };
}

/** What a symbol's earlier rows leave: the last one, and up to twenty amounts. */
type Past = { last: Session | null; readonly amounts: number[] };

function sessionOf(row: DailyRow, day: number, { last, amounts }: Past, listed: ListEntry | null): Session {
  const limit = row.upLimit / row.preClose - 1;
  const sealed = isAtLimit(row.close, row.upLimit);
  // each field by its name: objects spread out over two dozen fields are slow ones
  return {
    symbol: row.symbol,
    date: row.date,
    open: row.open,
    high: row.high,
    low: row.low,
    close: row.close,
    preClose: row.preClose,
    upLimit: row.upLimit,
    volume: row.volume,
    amount: row.amount,
    turnover: row.turnover,
    day,
    isWhole: isWholeRow(row),
    limit,
    isRiskWarning: limit < 0.06,
    isWide: limit > 0.15,
    touched: isAtLimit(row.high, row.upLimit),
    sealed,
    oneWord: sealed && isAtLimit(row.low, row.upLimit),
    adv: amounts.length < advDaysMin ? Number.NaN : amounts.reduce((sum, amount) => sum + amount, 0) / amounts.length,
    boards: sealed ? (last?.boards ?? 0) + 1 : 0,
    listed,
    before: last?.day === day - 1 ? last : null,
  };
}

/** Sealed names of all kinds; the share of touched ones that did not hold, without risk warnings, NaN where none was touched. */
function marketDays(dates: readonly TradeDate[], sessions: readonly Session[]): MarketDay[] {
  const counts = dates.map(() => ({ all: 0, sealed: 0, touched: 0 }));
  for (const { day, sealed, touched, isRiskWarning } of sessions) {
    const count = counts[day]!;
    if (sealed) count.all += 1;
    if (isRiskWarning) continue;
    if (sealed) count.sealed += 1;
    if (touched) count.touched += 1;
  }
  return counts.map(({ all, sealed, touched }, day) => ({ date: dates[day]!, sealed: all, broken: 1 - sealed / touched }));
}
