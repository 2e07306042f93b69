/**
 * The two logs as the engine sees them. Adapters: memory, day files, JetStream; one conformance suite for all.
 *
 * Tape      entries of one day in order; entry n is the n-th appended since day.open
 * Journal   one append in flight; an append resolves only once the step is stored, and never stores another hash for it
 */
import type { JournalDraft, JournalStep } from '../../contracts/journal.ts';
import type { QuoteScratch } from '../../contracts/quote.ts';
import type { TapeEntry } from '../../contracts/tape.ts';

export type TapeWriter = {
  /** Stores the day's `n`-th entry; repeating it is harmless. */
  readonly append: (n: number, entry: TapeEntry) => Promise<void>;
  readonly close: () => Promise<void>;
};

export type TapeReader = {
  /** Entries of the day from `n` on. Live logs go on for ever; finished ones end. With a scratch, an entry is good until the next one. @throws FenshiError TAPE_HOLE | TAPE_CORRUPT */
  readonly entries: (fromN: number, scratch?: QuoteScratch) => AsyncIterable<TapeEntry>;
};

export type Journal = {
  /**
   * Stores the next step, or finds it stored already with the same hash.
   * @throws FenshiError JOURNAL_FORK when another hash stands for the step
   */
  readonly append: (draft: JournalDraft) => Promise<JournalStep>;
  /** Steps of the day after `step`, in order. @throws FenshiError JOURNAL_GAP */
  readonly steps: (afterStep: number) => AsyncIterable<JournalStep>;
  readonly close: () => Promise<void>;
};
