/** journal = fold(tape), in one process at full speed: replays, scenarios, tests, calibration. */
import { type Bundle, encodeBundle } from '../../contracts/bundle.ts';
import type { JournalStep } from '../../contracts/journal.ts';
import { QuoteScratch } from '../../contracts/quote.ts';
import { decodeTape, type TapeEntry } from '../../contracts/tape.ts';
import { Cell } from '../cell/cell.ts';
import type { Quarantined } from '../clean/cleaner.ts';
import { sha256 } from '../log/hash.ts';
import { MemoryJournal } from '../log/memory.ts';

export const bundleSha = (bundle: Bundle): string => sha256(encodeBundle(bundle));

export type Fold = {
  readonly cell: Cell;
  readonly journal: MemoryJournal;
  readonly steps: JournalStep[];
  readonly quarantined: Quarantined[];
};
export type FoldOptions = {
  /** Called with each entry's ordinal before it is applied; quotes of an encoded entry are good until the next one. */
  readonly onEntry?: (n: number, entry: TapeEntry, cell: Cell) => void;
  readonly prepare?: (cell: Cell) => void;
  readonly skips?: readonly number[];
  /** Name of the bundle as it was stored; by default that of its bytes today. */
  readonly sha?: string;
};

/** Folds encoded or decoded entries. Everything is kept: for days that fit in memory. */
export function foldDay(
  bundle: Bundle,
  entries: Iterable<TapeEntry | Uint8Array>,
  { onEntry, prepare, skips = [], sha = bundleSha(bundle) }: FoldOptions = {},
): Fold {
  const cell = new Cell(bundle, skips);
  prepare?.(cell);
  const journal = new MemoryJournal(sha);
  const steps: JournalStep[] = [];
  const quarantined: Quarantined[] = [];
  const scratch = new QuoteScratch();
  for (const item of entries) {
    const entry = item instanceof Uint8Array ? decodeTape(item, scratch) : item;
    onEntry?.(cell.n, entry, cell);
    const result = cell.apply(entry);
    if (result.quarantined.length > 0) quarantined.push(...result.quarantined);
    if (result.draft !== null) steps.push(journal.appendNow(result.draft));
  }
  return { cell, journal, steps, quarantined };
}
