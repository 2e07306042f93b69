/** Both logs in memory, bodies encoded as they would travel: replays, scenarios, tests. */

import { encode } from '../../contracts/codec.ts';
import { readStep } from '../../contracts/compat/read.ts';
import { FenshiError } from '../../contracts/errors.ts';
import type { JournalDraft, JournalStep } from '../../contracts/journal.ts';
import type { QuoteScratch } from '../../contracts/quote.ts';
import { decodeTape, encodeTape, type TapeEntry } from '../../contracts/tape.ts';
import { chain } from './hash.ts';
import type { Journal, TapeReader, TapeWriter } from './ports.ts';

export class MemoryTape implements TapeWriter, TapeReader {
  readonly bodies: Uint8Array[] = [];

  append = (n: number, entry: TapeEntry): Promise<void> => {
    if (n > this.bodies.length) return Promise.reject(new FenshiError('TAPE_HOLE', `entry ${n} after ${this.bodies.length - 1}`));
    if (n === this.bodies.length) this.bodies.push(encodeTape(entry));
    return Promise.resolve();
  };

  async *entries(fromN: number, scratch?: QuoteScratch): AsyncIterable<TapeEntry> {
    for (const body of this.bodies.slice(fromN)) yield decodeTape(body, scratch);
  }

  close = (): Promise<void> => Promise.resolve();
}

export class MemoryJournal implements Journal {
  readonly bodies: Uint8Array[] = [];
  #hashes: string[];

  /** `firstHash`: the bundle's sha256. */
  constructor(firstHash: string) {
    this.#hashes = [firstHash];
  }

  get hash(): string {
    return this.#hashes.at(-1)!;
  }

  append = async (draft: JournalDraft): Promise<JournalStep> => this.appendNow(draft);

  /** The same, at once: for replays at full speed. */
  appendNow(draft: JournalDraft): JournalStep {
    const at = draft.step - 1;
    if (at > this.bodies.length) throw new FenshiError('JOURNAL_GAP', `step ${draft.step} after ${this.bodies.length}`);
    const step = chain(this.#hashes[at]!, draft);
    if (at < this.bodies.length) {
      if (this.#hashes[draft.step] !== step.hash) throw new FenshiError('JOURNAL_FORK', `step ${draft.step} has another hash`);
      return step;
    }
    this.bodies.push(encode(step));
    this.#hashes.push(step.hash);
    return step;
  }

  async *steps(afterStep: number): AsyncIterable<JournalStep> {
    for (const body of this.bodies.slice(afterStep)) yield readStep(body);
  }

  close = (): Promise<void> => Promise.resolve();
}
