/**
 * Runs the cell on the live tape: reads TAPE, steps, appends to JOURNAL, and only then lets anything out.
 *
 * Order        one append in flight; the cell may be ahead by `aheadMax` steps, nothing outward sees those
 * Restart      newest valid checkpoint whose step JOURNAL holds with its hash, then journal and tape from there; what JOURNAL has is compared
 * Checkpoint   when checkpoint-time.ts says so and at the end, only when every step is acknowledged
 */

import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from 'nats';
import { type Bundle, statedOf } from '../../contracts/bundle.ts';
import { encode } from '../../contracts/codec.ts';
import { readStep } from '../../contracts/compat/read.ts';
import { FenshiError } from '../../contracts/errors.ts';
import type { JournalStep } from '../../contracts/journal.ts';
import type { Log } from '../../contracts/process/log.ts';
import { QuoteScratch } from '../../contracts/quote.ts';
import { streams, subjects } from '../../contracts/subjects.ts';
import type { DeadLetter } from '../../contracts/view.ts';
import { Cell, type StepResult } from '../cell/cell.ts';
import type { CellImage } from '../cell/image.ts';
import type { Quarantined } from '../clean/cleaner.ts';
import type { OpenImage, Taken } from '../clean/columns.ts';
import type { JournalMark } from '../log/append.ts';
import { loadBundle } from '../log/bundle-store.ts';
import { exponentialBackoff, JetStreamJournal } from '../log/jetstream-journal.ts';
import { firstUnfinishedDay, JetStreamTapeReader, type OpenDay, type ReadEntry, skipsOf } from '../log/jetstream-tape.ts';
import { metrics } from '../telemetry/metrics.ts';
import { CheckpointTime } from './checkpoint-time.ts';
import { CheckpointStore } from './checkpoints.ts';
import type { AtCrashPoint } from './crash-points.ts';
import { Outbox } from './outbox.ts';
import { Position } from './position.ts';
import { newestFitting } from './restored.ts';
import { ViewPublisher } from './view-publisher.ts';
import type { Verdict } from './vitals.ts';

const pollMs = 100;
const retryMs = 1000;
/** An append that waits for longer is not being stored; a tape that is silent for longer is not being written. */
const [storeMs, silenceMs] = [3000, 5000];
/** After each slice of a checkpoint; longer while entries wait for us, but not for ever. */
const [yieldMs, lateMs, idleMs, yieldsMax] = [10, 10, 100, 20];
/** Entries that wait are read for this long in one go; then what the broker has answered is heard, and what waits is sent. */
const turnMs = 4;
/** Dead letters published together. */
const lettersAtOnce = 64;

export type RunnerOptions = {
  readonly nc: NatsConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly run: string;
  readonly codeVersion: string;
  readonly dir: string;
  readonly bundles: string;
  readonly log: Log;
  readonly atCrashPoint: AtCrashPoint;
  readonly signal: AbortSignal;
};

export class CellRunner {
  readonly #options: RunnerOptions;
  readonly #checkpoints: CheckpointStore;
  readonly #view: ViewPublisher;
  readonly #position: Position;
  #cell: Cell | null = null;
  #ackedStep = 0;
  /** Where on TAPE the first day stands that may still be open. */
  #fromSeq = 1;
  /** An entry is applied before the next is read, so all share one. */
  readonly #scratch = new QuoteScratch();
  /** The checkpoint under way. */
  #saving: Promise<void> | null = null;
  /** Of the day's bundle and the code: whose checkpoints may be used. */
  #key = '';
  #outbox: Outbox | null = null;
  #journal: JetStreamJournal | null = null;
  /** Why the next day cannot be read; null while it can. */
  #dayTrouble: string | null = null;
  /** For how long the last entry had been on TAPE when it was read. */
  #lateMs = 0;
  readonly #begunMs = Date.now();
  /** When the event loop last had its turn. */
  #turnedAt = 0;
  /** Wall time of the last entry read. */
  #readMs = Date.now();

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#checkpoints = new CheckpointStore(options.dir);
    this.#view = new ViewPublisher(options.nc, options.run, (error) => options.log.error({ event: 'view.failed', error: String(error) }));
    this.#position = new Position(options.dir);
  }

  status() {
    return {
      tradeDate: this.#cell?.bundle.tradeDate ?? null,
      n: this.#cell?.n ?? 0,
      step: this.#ackedStep,
      timeMs: this.#cell?.timeMs ?? 0,
      live: this.#cell?.desk.live ?? 0,
    };
  }

  /** The day's cell, for questions between two entries; null where none is open. */
  openCell = (): Cell | null => this.#cell;

  /** Whether entries are being read and stored, and if not, why not. */
  verdict(): Verdict {
    const nowMs = Date.now();
    if (this.#dayTrouble !== null) return { code: 'DAY_REFUSED', detail: this.#dayTrouble };
    if (this.#cell === null) return { code: 'NO_DAY' };
    const waitedMs = nowMs - (this.#outbox?.waitingSinceMs ?? nowMs);
    const trouble = this.#journal?.trouble ?? null;
    if (waitedMs > storeMs || (trouble !== null && waitedMs > 0))
      return { code: trouble?.code ?? 'NOT_STORED', detail: `journal, ${seconds(waitedMs)}${trouble === null ? '' : `: ${trouble.why}`}` };
    if (this.#cell.closed) return { code: 'AFTER_CLOSE' };
    const silentMs = nowMs - this.#readMs;
    return silentMs > silenceMs ? { code: 'TAPE_SILENT', detail: seconds(silentMs) } : { code: null };
  }

  /** Day after day in their order, until aborted. */
  async run(): Promise<void> {
    const { signal } = this.#options;
    while (!signal.aborted) {
      const day = await this.#nextDay();
      if (day === null) await sleep(pollMs);
      else await this.#day(day);
    }
  }

  /** A day that cannot be read is said, not taken for none. */
  async #nextDay(): Promise<OpenDay | null> {
    const { jsm, run, log } = this.#options;
    try {
      const day = await firstUnfinishedDay(jsm, run, this.#fromSeq, this.#isFinished);
      this.#dayTrouble = null;
      return day;
    } catch (error) {
      const why = String(error);
      if (why !== this.#dayTrouble) log.error({ event: 'day.unreadable', code: error instanceof FenshiError ? error.code : 'BUG', why });
      this.#dayTrouble = why;
      await sleep(retryMs);
      return null;
    }
  }

  /** A day is over once JOURNAL holds what its last entry, the close, concluded: it always ends the phase. */
  #isFinished = async (date: string, closeN: number): Promise<boolean> => {
    const { jsm, run } = this.#options;
    const last = await jsm.streams.getMessage(streams(run).journal, { last_by_subj: subjects(run).journal(date) });
    return last !== null && readStep(last.data).n >= closeN;
  };

  async #day({ open, openSeq }: OpenDay): Promise<void> {
    const { js, jsm, run, bundles, log, signal } = this.#options;
    const bundle = loadBundle(bundles, open.bundle);
    for (const line of statedOf(bundle)) log.info({ event: 'bundle.assumed', line });
    const journal = new JetStreamJournal(js, jsm, run, open.tradeDate, open.bundle, () => this.#options.atCrashPoint('afterAppend'));
    this.#key = `${open.bundle}:${open.codeVersion}:${this.#options.codeVersion}`;
    const skips = await skipsOf(jsm, run, open.tradeDate, openSeq);
    const restored = await this.#restored(bundle, journal, skips);
    if (restored === null) await journal.open();
    const cell = restored ?? new Cell(bundle, skips.filter(journal.maySkip));
    this.#cell = cell;
    this.#ackedStep = cell.step;
    const checkpointTime = new CheckpointTime(cell.timeMs, cell.decisions.marketCoordinator.phase);
    log.info({
      event: 'day.started',
      tradeDate: open.tradeDate,
      n: cell.n,
      step: cell.step,
      journalStep: journal.step,
      fromCheckpoint: restored !== null,
    });
    this.#journal = journal;
    this.#readMs = Date.now();
    const outbox = new Outbox(journal, this.#options.atCrashPoint, (step) => this.#acked(step, cell));
    this.#outbox = outbox;
    const reader = new JetStreamTapeReader(js, run, openSeq, signal);
    for await (const read of reader.bodies(cell.n)) {
      await outbox.room();
      const startedAt = performance.now();
      const concluded = this.#step(cell, read, outbox, reader.storedMs);
      checkpointTime.stepped(startedAt, performance.now());
      if (!concluded && cell.step === this.#ackedStep) this.#view.publish(cell, cell.step); // prices move where nothing is concluded
      if (checkpointTime.isDue(cell.timeMs, cell.decisions.marketCoordinator.phase) && this.#saving === null) {
        checkpointTime.begun(cell.timeMs);
        await this.#checkpoint(cell, outbox);
      }
      if (signal.aborted || cell.closed) break;
      await this.#turn();
    }
    await this.#saving?.catch(() => undefined);
    await this.#checkpoint(cell, outbox);
    await this.#saving;
    this.#fromSeq = openSeq + (cell.closed ? 1 : 0);
    log.info({ event: 'day.stopped', tradeDate: open.tradeDate, n: cell.n, step: cell.step, closed: cell.closed });
  }

  /** The cell of the newest checkpoint that fits and whose step JOURNAL holds, and the journal read from there on; null for none. */
  #restored(bundle: Bundle, journal: JetStreamJournal, skips: readonly number[]): Promise<Cell | null> {
    const passedOver = (which: string | number, error: unknown) =>
      this.#options.log.warn({ event: 'checkpoint.passed-over', which, error: String(error) });
    return newestFitting(
      this.#checkpoints.of(bundle.tradeDate, this.#key, passedOver),
      (mark) => journal.openAt(mark),
      (image) => Cell.restore(bundle, image, skips.filter(journal.maySkip)),
      passedOver,
    );
  }

  /** @returns whether it concluded anything */
  #step(cell: Cell, read: ReadEntry, outbox: Outbox, storedMs: number): boolean {
    const readMs = Date.now();
    this.#readMs = readMs;
    const events = cell.actors.events;
    const quotes = cell.quotes;
    this.#position.enter({ tradeDate: cell.bundle.tradeDate, n: cell.n });
    const result = cell.isSkipped ? cell.skip(closesDay(read)) : cell.apply(read(this.#scratch));
    this.#position.leave();
    this.#lateMs = Math.max(0, readMs - storedMs);
    // what was stored before this process began was no news when it came
    if (storedMs >= this.#begunMs) metrics.pipeline.observe({ stage: 'tape' }, this.#lateMs / 1000);
    metrics.pipeline.observe({ stage: 'step' }, (Date.now() - readMs) / 1000);
    metrics.actorEvents.inc(cell.actors.events - events);
    metrics.lag.set((readMs - cell.timeMs) / 1000);
    metrics.quotes.inc(cell.quotes - quotes);
    this.#deadLetters(result, outbox);
    if (result.draft !== null) outbox.add(result.draft);
    return result.draft !== null;
  }

  /** Entries that wait already are handed over without a turn of the event loop between. */
  async #turn(): Promise<void> {
    if (performance.now() - this.#turnedAt < turnMs) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.#turnedAt = performance.now();
  }

  /** Quarantined rows leave after the steps before them are on disk, and once: their id says where they stood. */
  #deadLetters({ quarantined }: StepResult, outbox: Outbox): void {
    if (quarantined.length === 0) return;
    for (const { source, reason } of quarantined) metrics.rejected.inc({ source, reason });
    outbox.after(quarantined.length, async () => {
      for (let from = 0; from < quarantined.length; from += lettersAtOnce)
        await Promise.all(quarantined.slice(from, from + lettersAtOnce).map((row) => this.#deadLetter(row)));
    });
  }

  /** Repeated until it is stored: a checkpoint past its row would otherwise lose it. */
  async #deadLetter(row: Quarantined): Promise<void> {
    const { js, run, signal } = this.#options;
    const date = this.#cell!.bundle.tradeDate;
    const subject = subjects(run).dead('clean', row.reason);
    for (let attempt = 0; ; attempt++) {
      try {
        await js.publish(subject, encode({ v: 1, ...row } satisfies DeadLetter), { msgID: `${run}:${date}:${row.n}:${row.row}` });
        return;
      } catch (error) {
        if (signal.aborted) throw error; // unstored and leaving: no checkpoint may pass it
        this.#options.log.warn({ event: 'dead.retry', reason: row.reason, error: String(error) });
        await exponentialBackoff(attempt);
      }
    }
  }

  #acked(step: JournalStep, cell: Cell): void {
    this.#ackedStep = step.step;
    metrics.step.set(step.step);
    metrics.live.set(cell.desk.live);
    for (const entry of step.entries) {
      if (entry.kind === 'signal') metrics.signals.inc({ detector: entry.signal.strategy.id, phase: entry.signal.phase });
      if (entry.kind === 'fault') metrics.faults.inc({ code: entry.code });
      if (entry.kind === 'transition' && entry.machine === 'opportunity')
        metrics.transitions.inc({ from: entry.from ?? '', to: entry.to, event: entry.event });
    }
    if (cell.step === step.step) this.#view.publish(cell, step.step); // what the cell holds beyond JOURNAL is not shown
  }

  /** The image of now; read out and written while the cell goes on. A slow disk delays the next one, which is begun when this is done, never an entry. */
  async #checkpoint(cell: Cell, outbox: Outbox): Promise<void> {
    await outbox.drained();
    this.#saving = this.#save(cell.openImage(), this.#journal!.markAt(cell.step)).finally(() => {
      this.#saving = null;
    });
    this.#saving.catch((error: unknown) => this.#options.log.error({ event: 'checkpoint.failed', error: String(error) }));
  }

  /** What is read late comes first: a checkpoint that is written beside a burst would keep it late until its end. */
  #breath = async (): Promise<void> => {
    const waits = () => this.#lateMs > lateMs && Date.now() - this.#readMs < idleMs && !this.#options.signal.aborted;
    let breaths = 0;
    do await sleep(yieldMs);
    while (waits() && ++breaths < yieldsMax);
  };

  async #save({ image, end }: OpenImage<CellImage<Taken>>, mark: JournalMark): Promise<void> {
    const took = metrics.checkpoint.startTimer();
    try {
      await new Promise((resolve) => setImmediate(resolve)); // what waits goes first: packing takes as long as taking did
      const breath = this.#options.signal.aborted ? null : this.#breath;
      await this.#checkpoints.save({ image, mark }, this.#key, breath, () => this.#options.atCrashPoint('midCheckpoint'));
    } finally {
      end();
    }
    took();
  }
}

const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What is skipped may be what nobody can read; a close that can be read ends the day all the same. */
function closesDay(read: ReadEntry): boolean {
  try {
    return read().type === 'day.close';
  } catch {
    return false;
  }
}
