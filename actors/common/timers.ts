/**
 * Timers as data in an actor's own context: they survive a restore, which XState's `after` does not (statelyai/xstate#5331).
 *
 * Armed in transition actions, never in entry or exit: a return through history would run those again.
 * Due     epoch ms of tape time, turned from trading seconds when armed, so lunch does not age a timer
 * Paused  a halt keeps the remaining trading seconds; resuming arms them anew
 */
import { msOfTsec, tsecOf } from '../../contracts/session.ts';
import type { TradeDate } from '../../contracts/units.ts';

/** Timer id → due in epoch ms. */
export type Timers = Readonly<Record<string, number>>;
/** Timer id → trading seconds left. */
export type PausedTimers = Readonly<Record<string, number>>;

/** Arms `id` to fire `delaySec` trading seconds after `nowMs`; replaces an armed one. */
export const arm = (timers: Timers, id: string, delaySec: number, nowMs: number, date: TradeDate): Timers => ({
  ...timers,
  [id]: msOfTsec(date, tsecOf(nowMs) + delaySec),
});

/** Arms by the wall, for what a halt or lunch must not stretch. */
export const armWall = (timers: Timers, id: string, delayMs: number, nowMs: number): Timers => ({ ...timers, [id]: nowMs + delayMs });

export function disarm(timers: Timers, ...ids: readonly string[]): Timers {
  if (!ids.some((id) => id in timers)) return timers;
  return Object.fromEntries(Object.entries(timers).filter(([id]) => !ids.includes(id)));
}

export const pause = (timers: Timers, nowMs: number): PausedTimers =>
  Object.fromEntries(Object.entries(timers).map(([id, due]) => [id, Math.max(0, tsecOf(due) - tsecOf(nowMs))]));

export const resume = (paused: PausedTimers, nowMs: number, date: TradeDate): Timers =>
  Object.fromEntries(Object.entries(paused).map(([id, left]) => [id, msOfTsec(date, tsecOf(nowMs) + left)]));

/** `timer.horizon` → `horizon`. */
export const timerId = (eventType: string): string => eventType.slice('timer.'.length);
