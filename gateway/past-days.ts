/**
 * Stored days as of an instant: the journal of a day read once from the stream, cut at the instant and folded. Nothing that was journaled
 * later is in what comes out, and the day at hand is answered like every other.
 *
 * Kept   two days, as read; the day at hand is read on from where it was. And the last few instants that were folded
 * Turns  one fold at a time, a few milliseconds a turn: whoever asks for the past keeps nobody else's stream waiting
 */
import { DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from 'nats';
import { readStep } from '../contracts/compat/read.ts';
import type { Mark } from '../contracts/door.ts';
import { FenshiError } from '../contracts/errors.ts';
import type { JournalStep } from '../contracts/journal.ts';
import { streams, subjects } from '../contracts/subjects.ts';
import { DayState } from './day-state.ts';

export type StoredDay = { readonly date: string; readonly steps: number };
export type DayAt = { readonly day: DayState; readonly marks: readonly Mark[] };
export type DayReader = {
  readonly days: () => Promise<readonly StoredDay[]>;
  /** Steps of a day behind the first `have`, in order. @throws FenshiError NOT_FOUND */
  readonly steps: (date: string, have: number) => Promise<readonly JournalStep[]>;
};
const keptDays = 2;
const keptFolds = 8;
/** Instants that wait to be folded; more are told to come again. */
const waitingMax = 32;
const turnMs = 5;
type Kept = { readonly steps: readonly JournalStep[]; readonly reading: Promise<void> | undefined };

export class PastDays {
  readonly #reader: DayReader;
  readonly #run: string;
  readonly #kept = new Map<string, Kept>();
  /** By day and steps: what is folded is never changed again. */
  readonly #folds = new Map<string, Promise<DayAt>>();
  #waiting = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(reader: DayReader, run: string) {
    [this.#reader, this.#run] = [reader, run];
  }

  days = (): Promise<readonly StoredDay[]> => this.#reader.days();

  /** The day as it was known at `atMs`. @throws FenshiError NOT_FOUND, BUSY */
  async at(date: string, atMs: number): Promise<DayAt> {
    const all = await this.#stepsOf(date);
    const after = all.findIndex(({ entries }) => (entries[0]?.tsMs ?? 0) > atMs);
    const steps = after < 0 ? all : all.slice(0, after);
    const key = `${date} ${steps.length}`;
    const known = this.#folds.get(key);
    if (known === undefined && this.#waiting >= waitingMax) throw new FenshiError('BUSY', 'many instants of the past are being read');
    const folded = known ?? this.#inTurn(() => this.#folded(date, steps));
    this.#folds.delete(key);
    this.#folds.set(key, folded);
    folded.then(
      () => this.#forgetOld(),
      () => this.#folds.get(key) === folded && this.#folds.delete(key),
    );
    return folded;
  }

  /** Those that wait are nobody's to forget. */
  #forgetOld(): void {
    const most = keptFolds + this.#waiting;
    for (const old of [...this.#folds.keys()].slice(0, -most)) this.#folds.delete(old);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting += 1;
    const done = this.#turn.then(work).finally(() => {
      this.#waiting -= 1;
    });
    this.#turn = done.then(noop, noop);
    return done;
  }

  async #folded(date: string, steps: readonly JournalStep[]): Promise<DayAt> {
    const day = new DayState(this.#run);
    const marks: Mark[] = [];
    let begunMs = performance.now();
    for (const step of steps) {
      if (performance.now() - begunMs > turnMs) {
        await new Promise((resolve) => setImmediate(resolve));
        begunMs = performance.now();
      }
      for (const { id, change } of day.apply(date, step).delta.opportunities) {
        const { tsMs, region, from, to, event } = change;
        marks.push({ tsMs, step: step.step, id, region, from, to, event });
      }
    }
    day.caughtUp = true;
    return { day, marks };
  }

  /** The instant of the change next to `atMs`; null where there is none on that side. */
  async next(date: string, atMs: number, back: boolean): Promise<number | null> {
    const instants = (await this.#stepsOf(date)).flatMap(({ entries }) =>
      entries.some((entry) => entry.kind === 'transition' && entry.actorId.startsWith('opportunity.')) ? [entries[0]!.tsMs] : [],
    );
    return (back ? instants.findLast((each) => each < atMs) : instants.find((each) => each > atMs)) ?? null;
  }

  #stepsOf(date: string): Promise<readonly JournalStep[]> {
    const before = this.#kept.get(date);
    // one reading of a day at a time: the next goes on from what it found, or from where the one before stood
    const reading = (before?.reading ?? Promise.resolve()).then(async () => {
      const known = this.#kept.get(date)?.steps ?? [];
      const more = await this.#reader.steps(date, known.length);
      if (more.length > 0) this.#keep(date, [...known, ...more]);
      return more.length > 0 ? this.#kept.get(date)!.steps : known;
    });
    this.#keep(date, before?.steps ?? [], reading.then(noop, noop));
    return reading;
  }

  /** The newest asked for stay; a day that has nothing stands for nobody's. */
  #keep(date: string, steps: readonly JournalStep[], reading = this.#kept.get(date)?.reading): void {
    this.#kept.delete(date);
    this.#kept.set(date, { steps, reading });
    const full = [...this.#kept].filter(([, { steps: own }]) => own.length > 0).map(([each]) => each);
    for (const old of full.slice(0, -keptDays)) this.#kept.delete(old);
    for (const [each, { steps: own }] of [...this.#kept].slice(0, -4 * keptDays)) if (own.length === 0) this.#kept.delete(each);
  }
}

const noop = (): void => undefined;

/** Of the run's JOURNAL. */
export function journalReader(connected: () => NatsConnection, run: string): DayReader {
  const name = streams(run).journal;
  /** Where the stream was read up to, by day. */
  const lastSeq = new Map<string, number>();
  const managed = () => reached(jetstreamManager(connected()));
  return {
    days: async () => {
      const { state } = await reached((await managed()).streams.info(name, { subjects_filter: subjects(run).allJournal }));
      return Object.entries(state.subjects ?? {})
        .map(([subject, steps]) => ({ date: subject.slice(subject.lastIndexOf('.') + 1), steps }))
        .sort((a, b) => (a.date < b.date ? 1 : -1));
    },
    steps: async (date, have) => {
      const subject = subjects(run).journal(date);
      const { state } = await reached((await managed()).streams.info(name, { subjects_filter: subject }));
      const count = state.subjects?.[subject] ?? 0;
      if (count === 0) throw new FenshiError('NOT_FOUND', `no journal of ${date} is stored in this run`);
      if (count <= have) return [];
      const from =
        have === 0
          ? { deliver_policy: DeliverPolicy.All }
          : { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: (lastSeq.get(date) ?? 0) + 1 };
      const consumer = await reached(jetstream(connected()).consumers.get(name, { ...from, filter_subjects: subject }));
      const found: JournalStep[] = [];
      let seq = 0;
      for await (const message of await consumer.consume({ max_messages: 1000, expires: 5000 })) {
        const step = readStep(message.data);
        if (step.step > have) found.push(step);
        seq = message.seq;
        if (message.info.pending === 0) break;
      }
      await consumer.delete().catch(() => false);
      if (have + found.length < count) throw new FenshiError('SERVICE_UNAVAILABLE', `the journal of ${date} could not be read to its end`);
      // of a reading that came to its end alone: the next goes on behind it
      lastSeq.set(date, seq);
      return found;
    },
  };
}

/** The stream is not there yet, or the broker is away. @throws FenshiError SERVICE_UNAVAILABLE */
async function reached<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new FenshiError('SERVICE_UNAVAILABLE', `the journal cannot be read: ${String(error)}`, { cause: error });
  }
}
