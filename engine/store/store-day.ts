/** One day followed into the store: TAPE and JOURNAL side by side until both are whole, then its day files. */

import type { JetStreamClient } from '@nats-io/jetstream';
import type { Bundle } from '../../contracts/bundle.ts';
import { readStep } from '../../contracts/compat/read.ts';
import { streams, subjects } from '../../contracts/subjects.ts';
import { decodeTape } from '../../contracts/tape.ts';
import { streamFrom } from '../log/jetstream-read.ts';
import type { OpenDay } from '../log/jetstream-tape.ts';
import { storeMetrics } from '../telemetry/store-metrics.ts';
import type { Store } from './client.ts';
import { JournalArchive } from './journal-archive.ts';
import { TapeArchive } from './tape-archive.ts';

const flushMs = 1000;

export type Followed = { readonly closeSeq: number; readonly closeN: number };

/** Resolves with where the day closed, or null when aborted. */
export async function followDay(
  js: JetStreamClient,
  run: string,
  store: Store,
  bundle: Bundle,
  day: OpenDay,
  signal: AbortSignal,
): Promise<Followed | null> {
  const tape = new TapeArchive(store, bundle);
  const journal = new JournalArchive(store, bundle.tradeDate);
  await tape.open();
  await journal.open();
  let closed: Followed | null = null;
  let journalN = -1;
  const ended = new AbortController();
  const whole = new AbortController();
  const stop = AbortSignal.any([signal, ended.signal]);
  /** The day is over once the journal has said what its last entry concluded. */
  const judge = (): void => {
    if (closed !== null && journalN >= closed.closeN) whole.abort();
  };
  const [onTape, onJournal] = [new Turns(), new Turns()];
  // what came last is stored though nothing follows it: a journal may be silent for an hour
  const flushing = setInterval(() => {
    void onTape.take(() => tape.flush()).catch(() => ended.abort());
    void onJournal.take(() => journal.flush()).catch(() => ended.abort());
    storeMetrics.step.set(journal.step);
  }, flushMs);
  try {
    await Promise.all([followTape(), followJournal()]);
    await Promise.all([onTape.take(() => tape.flush()), onJournal.take(() => journal.flush())]);
  } finally {
    clearInterval(flushing);
    ended.abort();
  }
  return signal.aborted ? null : closed;

  async function followTape(): Promise<void> {
    for await (const { seq, body } of streamFrom(js, streams(run).tape, day.openSeq, { signal: stop })) {
      const entry = decodeTape(body);
      const n = seq - day.openSeq;
      await onTape.take(() => tape.entry(n, entry));
      storeMetrics.tapeN.set(n);
      if (entry.type === 'day.close') {
        closed = { closeSeq: seq, closeN: n };
        return judge();
      }
    }
  }

  async function followJournal(): Promise<void> {
    const until = AbortSignal.any([stop, whole.signal]);
    for await (const { body } of streamFrom(js, streams(run).journal, 1, {
      filter: subjects(run).journal(bundle.tradeDate),
      signal: until,
    })) {
      await onJournal.take(() => journal.append(body));
      journalN = readStep(body).n;
      judge();
    }
  }
}

/** One piece of work at a time, in the order asked for; a failure is told to whoever asked and to all after. */
class Turns {
  #last: Promise<void> = Promise.resolve();
  take(work: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(work);
    return this.#last;
  }
}
