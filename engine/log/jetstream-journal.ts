/** JOURNAL on JetStream: one subject a day, one message a step, the append protocol of append.ts. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import { readStep } from '../../contracts/compat/read.ts';
import type { JournalDraft, JournalStep } from '../../contracts/journal.ts';
import { streams, subjects } from '../../contracts/subjects.ts';
import type { TradeDate } from '../../contracts/units.ts';
import { type Backoff, JournalAppender, type JournalMark, type SubjectStore } from './append.ts';
import { chain } from './hash.ts';
import { nextOnSubject, streamFrom } from './jetstream-read.ts';
import type { Journal } from './ports.ts';
import { type Trouble, troubleOf } from './trouble.ts';

const publishMs = 3000;
export const exponentialBackoff: Backoff = (attempt) => sleep(Math.min(1000, 20 * 2 ** attempt));

export class JetStreamJournal implements Journal {
  readonly #js: JetStreamClient;
  readonly #jsm: JetStreamManager;
  readonly #stream: string;
  readonly #subject: string;
  readonly #appender: JournalAppender;
  /** Why the last publish was not taken; null once one is. */
  trouble: Trouble | null = null;

  /** `onStored` runs when the broker has acknowledged and before we have taken note of it: for crash tests. */
  constructor(
    js: JetStreamClient,
    jsm: JetStreamManager,
    run: string,
    date: TradeDate,
    firstHash: string,
    onStored: () => void = () => undefined,
  ) {
    this.#js = js;
    this.#jsm = jsm;
    this.#stream = streams(run).journal;
    this.#subject = subjects(run).journal(date);
    this.#appender = new JournalAppender(
      subjectStore(js, jsm, this.#stream, this.#subject, onStored, (trouble) => {
        this.trouble = trouble;
      }),
      firstHash,
      (step) => `${run}:${date}:${step}`,
      exponentialBackoff,
    );
  }

  /** Learns what the day holds already, so that a restart compares instead of publishing. */
  async open(): Promise<void> {
    this.#appender.startAt(null);
    await this.#learnAfter(0);
  }

  /** The same, of what came after `mark`; false, and nothing is learned, where the stream does not hold the marked step. */
  async openAt(mark: JournalMark): Promise<boolean> {
    if (!(await this.#holds(mark))) return false;
    this.#appender.startAt(mark);
    await this.#learnAfter(mark.seq);
    return true;
  }

  markAt = (step: number): JournalMark => this.#appender.markAt(step);

  async #holds({ step, hash, seq }: JournalMark): Promise<boolean> {
    if (step === 0) return true;
    const message = await this.#jsm.streams.getMessage(this.#stream, { seq });
    if (message === null || message.subject !== this.#subject) return false;
    const stored = readStep(message.data);
    return stored.step === step && stored.hash === hash && chain(stored.prevHash, stored).hash === hash;
  }

  async #learnAfter(seq: number): Promise<void> {
    for await (const stored of this.#stored(seq)) this.#appender.learn(stored.seq, stored.body);
  }

  get step(): number {
    return this.#appender.step;
  }
  get hash(): string {
    return this.#appender.hash;
  }
  get looks(): number {
    return this.#appender.verifications;
  }

  maySkip = (n: number): boolean => this.#appender.maySkip(n);

  append = (draft: JournalDraft): Promise<JournalStep> => this.#appender.append(draft);

  async *steps(afterStep: number): AsyncIterable<JournalStep> {
    for await (const { body } of this.#stored(0)) {
      const step = readStep(body);
      if (step.step > afterStep) yield step;
    }
  }

  /** Messages of the subject up to the last one there is now. */
  async *#stored(afterSeq: number) {
    const last = await this.#jsm.streams.getMessage(this.#stream, { last_by_subj: this.#subject });
    if (last === null || last.seq <= afterSeq) return;
    for await (const message of streamFrom(this.#js, this.#stream, afterSeq + 1, { filter: this.#subject })) {
      yield message;
      if (message.seq >= last.seq) return;
    }
  }

  close = (): Promise<void> => Promise.resolve();
}

function subjectStore(
  js: JetStreamClient,
  jsm: JetStreamManager,
  stream: string,
  subject: string,
  onStored: () => void,
  note: (trouble: Trouble | null) => void,
): SubjectStore {
  return {
    publish: async (body, msgId, expectLastSeq) => {
      try {
        const ack = await js.publish(subject, body, { msgID: msgId, expect: { lastSubjectSequence: expectLastSeq }, timeout: publishMs });
        onStored();
        note(null);
        return ack.duplicate ? { kind: 'unknown', why: 'duplicate' } : { kind: 'stored', seq: ack.seq };
      } catch (error) {
        const trouble = troubleOf(error);
        note(trouble);
        return { kind: 'unknown', why: trouble.why };
      }
    },
    nextAfter: async (seq) => {
      const message = await nextOnSubject(jsm, stream, seq + 1, subject);
      return message === null ? null : { seq: message.seq, body: message.data };
    },
  };
}
