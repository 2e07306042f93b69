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

export class JournalAppender {
  readonly #store: SubjectStore;
  readonly #msgIdOf: (step: number) => string;
  readonly #backoff: Backoff;
  /** Hash and stream sequence by step; index 0 is the bundle's hash before anything. */
  readonly #known: { hash: string; seq: number }[];
  /** Appends that needed a look, for metrics. */
  verifications = 0;
  /** Ordinal of the tape entry behind the last learned step, −1 before any, and of the entries that were skipped. */
  #decidedN = -1;
  readonly #skippedN = new Set<number>();

  constructor(store: SubjectStore, firstHash: string, msgIdOf: (step: number) => string, backoff: Backoff) {
    this.#store = store;
    this.#msgIdOf = msgIdOf;
    this.#backoff = backoff;
    this.#known = [{ hash: firstHash, seq: 0 }];
  }

  get step(): number {
    return this.#known.length - 1;
  }
  get hash(): string {
    return this.#known.at(-1)!.hash;
  }

  /** Learns a stored message, in order. @throws FenshiError JOURNAL_GAP | JOURNAL_FORK when the chain does not hold */
  learn(seq: number, body: Uint8Array): JournalStep {
    const step = readStep(body);
    if (step.step !== this.#known.length) throw new FenshiError('JOURNAL_GAP', `step ${step.step} after ${this.step}`);
    const again = chain(this.hash, step);
    if (again.hash !== step.hash) throw new FenshiError('JOURNAL_FORK', `stored step ${step.step} does not follow from the one before`);
    this.#known.push({ hash: step.hash, seq });
    this.#decidedN = step.n;
    if (step.entries.some((entry) => entry.kind === 'fault' && entry.code === 'ENTRY_SKIPPED')) this.#skippedN.add(step.n);
    return step;
  }

  /** Whether entry `n` may be skipped: what has been decided already may not, unless it was by skipping it. */
  maySkip = (n: number): boolean => n > this.#decidedN || this.#skippedN.has(n);

  async append(draft: JournalDraft): Promise<JournalStep> {
    const before = this.#known[draft.step - 1];
    if (before === undefined) throw new FenshiError('JOURNAL_GAP', `step ${draft.step} after ${this.step}`);
    const step = chain(before.hash, draft);
    const known = this.#known[draft.step];
    if (known !== undefined) return confirm(step, known.hash);
    const body = encode(step);
    for (let attempt = 0; ; attempt++) {
      const result = await this.#store.publish(body, this.#msgIdOf(draft.step), before.seq);
      if (result.kind === 'stored') {
        this.#known.push({ hash: step.hash, seq: result.seq });
        return step;
      }
      this.verifications += 1;
      const found = await this.#readBack(before.seq);
      if (found !== null) {
        const stored = readStep(found.body);
        if (stored.step !== draft.step) throw new FenshiError('JOURNAL_FORK', `step ${stored.step} stands where ${draft.step} belongs`);
        confirm(step, stored.hash);
        this.#known.push({ hash: step.hash, seq: found.seq });
        return step;
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
