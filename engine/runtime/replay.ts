/**
 * Replay: one tape through one cell in this process, no broker. The day's tape, journal and bundle go to files.
 *
 * Speed   `max`, or a multiple of the tape's own clock; pacing never changes what is concluded
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bundle } from '../../contracts/bundle.ts';
import type { JournalEntry } from '../../contracts/journal.ts';
import type { TapeEntry } from '../../contracts/tape.ts';
import { Cell } from '../cell/cell.ts';
import { saveBundle } from '../log/bundle-store.ts';
import { DayFileJournal, DayFileTape } from '../log/day-files.ts';
import { type DayReport, Tally } from './replay-report.ts';

export type ReplayOptions = {
  readonly dir: string;
  readonly bundles: string;
  /** Tape seconds a wall second; null: as fast as it goes. */
  readonly speed: number | null;
  /** Entries that were skipped when the day was folded first. */
  readonly skips?: readonly number[];
  readonly onProgress?: (timeMs: number, quotes: number) => void;
  /** After each entry. */
  readonly onEntry?: (cell: Cell, entry: TapeEntry) => void;
  /** What each step concluded. */
  readonly onStep?: (entries: readonly JournalEntry[]) => void;
  /** Entries that come next, before the tape goes on: what a strategy outside the cell says at that moment. */
  readonly more?: (cell: Cell, entry: TapeEntry) => Promise<readonly TapeEntry[]>;
};

/** `tapeOf` gets the bundle's sha256 for day.open. */
export async function replayDay(
  bundle: Bundle,
  tapeOf: (sha: string) => Iterable<TapeEntry> | AsyncIterable<TapeEntry>,
  options: ReplayOptions,
): Promise<DayReport> {
  const sha = saveBundle(options.bundles, bundle);
  const cell = new Cell(bundle, options.skips);
  const tape = new DayFileTape(options.dir, bundle.tradeDate);
  const journal = new DayFileJournal(options.dir, bundle.tradeDate, sha);
  const tally = new Tally();
  const pacing = new Pacing(options.speed);
  const take = async (entry: TapeEntry): Promise<void> => {
    await tape.append(cell.n, entry);
    const { draft } = cell.apply(entry);
    if (draft === null) return;
    const { entries } = await journal.append(draft);
    tally.add(entries);
    options.onStep?.(entries);
  };
  for await (const entry of tapeOf(sha)) {
    if (entry.type === 'clock') await pacing.until(entry.tsMs);
    await take(entry);
    options.onEntry?.(cell, entry);
    for (const more of (await options.more?.(cell, entry)) ?? []) await take(more);
    if (entry.type === 'clock') options.onProgress?.(entry.tsMs, cell.quotes);
  }
  await Promise.all([tape.close(), journal.close()]);
  return tally.report(cell, sha, journal.hash);
}

class Pacing {
  readonly #speed: number | null;
  #origin: { readonly tapeMs: number; readonly wallMs: number } | null = null;

  constructor(speed: number | null) {
    this.#speed = speed;
  }

  async until(tapeMs: number): Promise<void> {
    if (this.#speed === null) return;
    this.#origin ??= { tapeMs, wallMs: Date.now() };
    const due = this.#origin.wallMs + (tapeMs - this.#origin.tapeMs) / this.#speed;
    const wait = due - Date.now();
    if (wait > 0) await sleep(wait);
  }
}
