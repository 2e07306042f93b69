/**
 * A user's strategy stepped through a recorded or invented day: asked at every clock entry of continuous trading, its entries written behind it, as the
 * live run would have. The day files that come out replay without the strategy.
 */
import { isContinuous, phaseOf } from '../../contracts/session.ts';
import type { TapeEntry } from '../../contracts/tape.ts';
import type { Cell } from '../cell/cell.ts';
import { featureView, shownRows } from '../runtime/view-publisher.ts';
import type { Seated } from './seating.ts';

/** `ended`: told once, when a strategy was ended for a fault; its control entry comes next on the tape. */
export const stepped =
  (seats: readonly Seated[], ended: (id: string, why: string) => void) =>
  async (cell: Cell, { type, tsMs }: TapeEntry): Promise<TapeEntry[]> => {
    if (type !== 'clock' || !isContinuous(phaseOf(tsMs))) return [];
    const views = shownRows(cell).flatMap((row) => {
      const view = featureView(cell, 0, row);
      return view.values.age === null ? [] : [view];
    });
    const entries: TapeEntry[] = [];
    for (const seated of seats) {
      entries.push(...(await seated.look(tsMs, views)));
      const fault = seated.newFault();
      if (fault === null) continue;
      ended(seated.id, `${fault.code}: ${fault.message}`);
      entries.push({ type: 'control', v: 1, tsMs, commandId: `sandbox-${seated.id}`, command: { name: 'disable', detector: seated.id } });
    }
    return entries;
  };
