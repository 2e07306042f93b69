/**
 * The 241 minute labels of a day, stamped at the close: 09:30 (opening match), 09:31 … 11:30, 13:01 … 15:00.
 * A 13:00 row belongs to 13:01; what follows 15:00 is after-hours trading and no part of the session (contracts/spec/sources.md#common).
 */
import { instant } from './numbers.ts';

export type Label = { readonly tsMs: number; readonly isNoon: boolean } | 'afterHours' | undefined;

/** Label of `HHmm`; undefined when no session minute has it. */
export function labelOf(date: string, hhmm: string): Label {
  if (!/^\d{4}$/.test(hhmm)) return undefined;
  const [h, m] = [Number(hhmm.slice(0, 2)), Number(hhmm.slice(2))];
  const at = instant(date, h, m, 0);
  if (at === undefined) return undefined;
  const minute = h * 60 + m;
  if (minute === 13 * 60) return { tsMs: at + 60_000, isNoon: true };
  if ((minute >= 570 && minute <= 690) || (minute > 780 && minute <= 900)) return { tsMs: at, isNoon: false };
  return minute > 900 && minute <= 930 ? 'afterHours' : undefined;
}
