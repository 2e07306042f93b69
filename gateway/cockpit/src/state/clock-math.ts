/** Trading time as numbers. Pure. */
import { phaseOf, tsecOf } from '../../../../contracts/session.ts';

/** Trading seconds that are left until an instant: lunch is no time. */
export const secondsLeft = (nowMs: number, dueMs: number): number => Math.max(Math.round(tsecOf(dueMs) - tsecOf(nowMs)), 0);

/** `04:42`, `1:14:42`. */
export function span(seconds: number): string {
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), Math.floor(seconds % 60)];
  const two = (n: number): string => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`;
}

/** The phase that comes next by the clock, and in how many seconds; null where none comes within eight hours. */
export function nextPhase(nowMs: number): { readonly phase: string; readonly inSec: number } | null {
  const current = phaseOf(nowMs);
  const second = Math.floor(nowMs / 1000) * 1000;
  // phases begin on whole minutes: look there alone
  for (let at = Math.ceil((second + 1) / 60_000) * 60_000; at - second <= 8 * 3_600_000; at += 60_000) {
    const phase = phaseOf(at);
    if (phase !== current) return { phase, inSec: (at - second) / 1000 };
  }
  return null;
}

/** Trading minute 0 to 239 of an instant. */
export const minuteAt = (tsMs: number): number => Math.min(Math.floor(tsecOf(tsMs) / 60), 239);
