/**
 * Trading calendar of SSE, SZSE and BSE, 2010–2026: weekdays minus the closures in calendar.json, and whatever days beyond have been
 * learnt (engine/feeds/reference/calendar-days.ts). Make-up working weekends (调休) are not trading days. A day that nobody told is
 * UNKNOWN, never a guess; weekends are closed in any year.
 */
import { FenshiError } from '../../contracts/errors.ts';
import { midnightOf, tradeDateOf } from '../../contracts/session.ts';
import type { TradeDate } from '../../contracts/units.ts';
import calendar from './calendar.json' with { type: 'json' };

export type DayKind = 'TRADING' | 'CLOSED' | 'UNKNOWN';

const dayMs = 86_400_000;
const closures = new Set(Object.entries(calendar.weekdayClosures).flatMap(([year, days]) => days.split(' ').map((day) => year + day)));

/** Days outside the shipped years, as the exchanges told them after we were made. */
const learnt = new Map<TradeDate, boolean>();

/** Takes days of a later calendar; the shipped years stand. Returns how many were new. */
export function learnDays(days: Iterable<readonly [date: TradeDate, isOpen: boolean]>): number {
  let fresh = 0;
  for (const [date, isOpen] of days) {
    if (isShipped(date) || learnt.get(date) === isOpen) continue;
    learnt.set(date, isOpen);
    fresh += 1;
  }
  return fresh;
}

const isShipped = (date: TradeDate): boolean => {
  const year = Number(date.slice(0, 4));
  return year >= calendar.firstYear && year <= calendar.lastYear;
};

export function isWeekend(date: TradeDate): boolean {
  const weekday = new Date(midnightOf(date) + dayMs / 2).getUTCDay(); // noon in Shanghai is the same UTC day
  return weekday === 0 || weekday === 6;
}

export function dayKind(date: TradeDate): DayKind {
  if (tradeDateOf(midnightOf(date)) !== date) return 'UNKNOWN';
  if (isShipped(date)) return isWeekend(date) || closures.has(date) ? 'CLOSED' : 'TRADING';
  const told = learnt.get(date);
  if (told === undefined) return isWeekend(date) && Number(date.slice(0, 4)) > calendar.lastYear ? 'CLOSED' : 'UNKNOWN';
  return told ? 'TRADING' : 'CLOSED';
}

/** @throws FenshiError CALENDAR_UNKNOWN | NOT_A_TRADING_DAY */
export function assertTradingDay(date: TradeDate): void {
  const kind = dayKind(date);
  if (kind === 'UNKNOWN') throw new FenshiError('CALENDAR_UNKNOWN', `${date} is in no calendar at hand`);
  if (kind === 'CLOSED') throw new FenshiError('NOT_A_TRADING_DAY', `${date} is closed`);
}

/** The first trading day after `date`; null where the calendar does not reach it. */
export function nextTradingDayOrNone(date: TradeDate): TradeDate | null {
  try {
    return nextTradingDay(date);
  } catch (error) {
    if (error instanceof FenshiError) return null;
    throw error;
  }
}

/** The first trading day after `date`. @throws FenshiError CALENDAR_UNKNOWN at the calendar's end */
export function nextTradingDay(date: TradeDate): TradeDate {
  let at = midnightOf(date);
  for (;;) {
    at += dayMs;
    const next = tradeDateOf(at);
    const kind = dayKind(next);
    if (kind === 'TRADING') return next;
    if (kind === 'UNKNOWN') throw new FenshiError('CALENDAR_UNKNOWN', `${next} is in no calendar at hand`);
  }
}

/** Trading days from `listed` (its first) to `date`, both inclusive: 1 on the listing day. */
export function listingDayN(listed: TradeDate, date: TradeDate, atMost: number): number | null {
  let count = 0;
  for (let at = listed; at <= date; at = nextTradingDay(at)) {
    count += 1;
    if (count > atMost) return null;
  }
  return count;
}

/** Trading days from `from` to `to`, both inclusive; null where the calendar does not reach. */
export function tradingDays(from: TradeDate, to: TradeDate): number | null {
  let count = 0;
  for (let at = midnightOf(from); at <= midnightOf(to); at += dayMs) {
    const kind = dayKind(tradeDateOf(at));
    if (kind === 'UNKNOWN') return null;
    if (kind === 'TRADING') count += 1;
  }
  return count;
}

/** The `count` trading days up to `date`, oldest first. @throws FenshiError CALENDAR_UNKNOWN */
export function tradingDaysUntil(date: TradeDate, count: number): TradeDate[] {
  const days: TradeDate[] = [];
  for (let at = midnightOf(date); days.length < count; at -= dayMs) {
    const day = tradeDateOf(at);
    const kind = dayKind(day);
    if (kind === 'UNKNOWN') throw new FenshiError('CALENDAR_UNKNOWN', `${day} is in no calendar at hand`);
    if (kind === 'TRADING') days.unshift(day);
  }
  return days;
}
