/**
 * The append protocol: exactly one message a step, whatever the broker answers (contracts/spec/engine.md#append).
 *
 * Unknown   a time-out, a rejection and a duplicate all mean "look": the next message after our last known sequence decides.
 *           None: the same bytes again. Same step and hash: done. Anything else: JOURNAL_FORK, stop whole
 */

import { encode } from '../../contracts/codec.ts';
import { readStep } from '../../contracts/compat/read.ts';
import { FenshiError } from '../../contracts/errors.ts';
import type { JournalDraft, JournalStep } from '../../contracts/journal.ts';
import { chain } from './hash.ts';

export type PublishResult = { readonly kind: 'stored'; readonly seq: number } | { readonly kind: 'unknown'; readonly why: string };
/** What the protocol needs of a broker: one subject of one stream. */
export type SubjectStore = {
  /** Publishes if the subject's last sequence is `expectLastSeq`. Never throws: what is not a clean ack is `unknown`. */
  readonly publish: (body: Uint8Array, msgId: string, expectLastSeq: number) => Promise<PublishResult>;
  /** First message of the subject after `seq`, from the leader; null when there is none. @throws while the broker is away */
  readonly nextAfter: (seq: number) => Promise<{ readonly seq: number; readonly body: Uint8Array } | null>;
};
export type Backoff = (attempt: number) => Promise<void>;

/**
 * Where a journal stands at a step, as a checkpoint keeps it: enough to go on from there without reading what came before. What has been
 * decided or skipped may be of later steps, too: those are read again.
 */
export type JournalMark = {
  readonly step: number;
  readonly hash: string;
  readonly seq: number;
  readonly decidedN: number;
  readonly skippedN: readonly number[];
};

export class JournalAppender {
  readonly #store: SubjectStore;
  readonly #msgIdOf: (step: number) => string;
  readonly #backoff: Backoff;
  readonly #firstHash: string;
  /** Hash and stream sequence of each step from `#base` on; of step 0 the bundle's hash, before anything. */
  #known!: { hash: string; seq: number }[];
  #base!: number;
  /** Appends that needed a look, for metrics. */
  verifications = 0;
  /** Ordinal of the tape entry behind the last learned step, −1 before any, and of the entries that were skipped. */
  #decidedN!: number;
  #skippedN!: Set<number>;

  constructor(store: SubjectStore, firstHash: string, msgIdOf: (step: number) => string, backoff: Backoff) {
    this.#store = store;
    this.#msgIdOf = msgIdOf;
    this.#backoff = backoff;
    this.#firstHash = firstHash;
    this.startAt(null);
  }

  /** Forgets all, and goes on from a mark that the store has confirmed; null: from the beginning. */
  startAt(mark: JournalMark | null): void {
    const { step, hash, seq, decidedN, skippedN } = mark ?? { step: 0, hash: this.#firstHash, seq: 0, decidedN: -1, skippedN: [] };
    this.#known = [{ hash, seq }];
    this.#base = step;
    this.#decidedN = decidedN;
    this.#skippedN = new Set(skippedN);
  }

  /** @throws FenshiError JOURNAL_GAP for a step that is not known */
  markAt(step: number): JournalMark {
    const known = this.#knownAt(step);
    if (known === undefined) throw new FenshiError('JOURNAL_GAP', `no mark at step ${step} of ${this.#base} to ${this.step}`);
    return { ...known, step, decidedN: this.#decidedN, skippedN: [...this.#skippedN] };
  }

  #knownAt = (step: number): { hash: string; seq: number } | undefined => this.#known[step - this.#base];

  get step(): number {
    return this.#base + this.#known.length - 1;
  }
  get hash(): string {
    return this.#known.at(-1)!.hash;
  }

  /** Learns a stored message, in order. @throws FenshiError JOURNAL_GAP | JOURNAL_FORK when the chain does not hold */
  learn(seq: number, body: Uint8Array): JournalStep {
    const step = readStep(body);
    if (step.step !== this.step + 1) throw new FenshiError('JOURNAL_GAP', `step ${step.step} after ${this.step}`);
    const again = chain(this.hash, step);
    if (again.hash !== step.hash) throw new FenshiError('JOURNAL_FORK', `stored step ${step.step} does not follow from the one before`);
    return this.#know(step, seq);
  }

  #know(step: JournalStep, seq: number): JournalStep {
    this.#known.push({ hash: step.hash, seq });
    this.#decidedN = step.n;
    if (step.entries.some((entry) => entry.kind === 'fault' && entry.code === 'ENTRY_SKIPPED')) this.#skippedN.add(step.n);
    return step;
  }

  /** Whether entry `n` may be skipped: what has been decided already may not, unless it was by skipping it. */
  maySkip = (n: number): boolean => n > this.#decidedN || this.#skippedN.has(n);

  async append(draft: JournalDraft): Promise<JournalStep> {
    const before = this.#knownAt(draft.step - 1);
    if (before === undefined) throw new FenshiError('JOURNAL_GAP', `step ${draft.step} after ${this.step}`);
    const step = chain(before.hash, draft);
    const known = this.#knownAt(draft.step);
    if (known !== undefined) return confirm(step, known.hash);
    const body = encode(step);
    for (let attempt = 0; ; attempt++) {
      const result = await this.#store.publish(body, this.#msgIdOf(draft.step), before.seq);
      if (result.kind === 'stored') {
        return this.#know(step, result.seq);
      }
      this.verifications += 1;
      const found = await this.#readBack(before.seq);
      if (found !== null) {
        const stored = readStep(found.body);
        if (stored.step !== draft.step) throw new FenshiError('JOURNAL_FORK', `step ${stored.step} stands where ${draft.step} belongs`);
        confirm(step, stored.hash);
        return this.#know(step, found.seq);
      }
      await this.#backoff(attempt);
    }
  }

  async #readBack(seq: number): Promise<{ seq: number; body: Uint8Array } | null> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#store.nextAfter(seq);
      } catch {
        await this.#backoff(attempt); // the broker is away; nothing is known until it answers
      }
    }
  }
}

function confirm(step: JournalStep, storedHash: string): JournalStep {
  if (step.hash === storedHash) return step;
  throw new FenshiError('JOURNAL_FORK', `step ${step.step}: ${step.hash.slice(0, 12)} here, ${storedHash.slice(0, 12)} stored`);
}
