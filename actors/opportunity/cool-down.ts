/** Cool-down after an end, by reason (contracts/spec/lifecycle.md#rank-and-cool-down). Trading seconds; the values come from the day's config. */
import type { EndReason } from '../../contracts/opportunity.ts';

export type CoolDowns = { readonly other: number; readonly target: number; readonly stop: number; readonly twoStops: number };

export function coolDownSec(reason: EndReason, stopsToday: number, times: CoolDowns): number {
  if (reason === 'TARGET') return times.target;
  if (reason !== 'STOP') return times.other;
  return stopsToday >= 2 ? times.twoStops : times.stop;
}
