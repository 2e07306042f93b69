/** Discoveries by strategy and five trading minutes. Pure. */
import { tsecOf } from '../../../../contracts/session.ts';
import type { Opportunity } from './shapes.ts';

export const columns = 48;
const columnSec = 300;
export const columnOf = (tsMs: number): number => Math.min(Math.max(Math.floor(tsecOf(tsMs) / columnSec), 0), columns - 1);
/** `09:35` of a column’s beginning; 48 is the end of the day. */
export function columnText(column: number): string {
  const minute = column < 24 ? 570 + column * 5 : 780 + (column - 24) * 5;
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}
/** Of `09:35`; null where it is none of a column's edges. */
export function columnAt(text: string | undefined): number | null {
  for (let column = 0; column <= columns; column++) if (columnText(column) === text) return column;
  return null;
}

export type HeatRow = { readonly strategy: string; readonly counts: readonly number[]; readonly total: number };
export function signalHeat(items: Iterable<Opportunity>): HeatRow[] {
  const rows = new Map<string, number[]>();
  for (const { strategies, openedMs } of items)
    for (const strategy of strategies) {
      const counts = rows.get(strategy) ?? new Array<number>(columns).fill(0);
      counts[columnOf(openedMs)]! += 1;
      rows.set(strategy, counts);
    }
  return [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([strategy, counts]) => ({ strategy, counts, total: counts.reduce((sum, each) => sum + each, 0) }));
}
