/**
 * What is on its way out of the cell: drafts to JOURNAL in order, one append in flight; effects behind the appends added before them,
 * on a line of their own, so that no transition waits for them.
 *
 * Bound   the cell may be `aheadMax` steps or `effectsMax` messages ahead of the disk; nothing outward sees those
 */
import type { JournalDraft, JournalStep } from '../../contracts/journal.ts';
import type { Journal } from '../log/ports.ts';
import { metrics } from '../telemetry/metrics.ts';
import type { AtCrashPoint } from './crash-points.ts';

const aheadMax = 64;
const effectsMax = 4096;
/** A journal that knows its last stored step. */
type OpenJournal = Pick<Journal, 'append'> & { readonly step: number };

export class Outbox {
  readonly #journal: OpenJournal;
  readonly #atCrashPoint: AtCrashPoint;
  readonly #onAck: (step: JournalStep) => void;
  #appends: Promise<void> = Promise.resolve();
  #effects: Promise<void> = Promise.resolve();
  #waiting = 0;
  /** Wall time since when the oldest append waits; null while none does. */
  waitingSinceMs: number | null = null;
  #waitingEffects = 0;
  #failed: unknown = null;

  constructor(journal: OpenJournal, atCrashPoint: AtCrashPoint, onAck: (step: JournalStep) => void) {
    this.#journal = journal;
    this.#atCrashPoint = atCrashPoint;
    this.#onAck = onAck;
  }

  add(draft: JournalDraft): void {
    this.#waiting += 1;
    this.waitingSinceMs ??= Date.now();
    this.#appends = this.#guarded(this.#appends, async () => {
      const isNew = draft.step > this.#journal.step;
      if (isNew) this.#atCrashPoint('beforeAppend');
      const done = metrics.pipeline.startTimer({ stage: 'commit' });
      const step = await this.#journal.append(draft);
      done();
      if (isNew) this.#atCrashPoint('afterAck');
      this.#onAck(step);
      this.#waiting -= 1;
      this.waitingSinceMs = this.#waiting === 0 ? null : Date.now();
    });
  }

  /** Runs `effect` once everything added so far is stored. `weight`: messages it will send. */
  after(weight: number, effect: () => Promise<void>): void {
    this.#waitingEffects += weight;
    const stored = Promise.all([this.#appends, this.#effects]).then(() => undefined);
    this.#effects = this.#guarded(stored, effect).then(() => {
      this.#waitingEffects -= weight;
    });
  }

  async room(): Promise<void> {
    if (this.#waiting >= aheadMax || this.#waitingEffects >= effectsMax || this.#failed !== null) await this.drained();
  }

  /** @throws what an append threw: JOURNAL_FORK stops the cell whole */
  async drained(): Promise<void> {
    await Promise.all([this.#appends, this.#effects]);
    if (this.#failed !== null) throw this.#failed;
  }

  /** `work` after `before`, unless something has failed by then. */
  #guarded(before: Promise<void>, work: () => Promise<void>): Promise<void> {
    return before.then(async () => {
      if (this.#failed !== null) return;
      try {
        await work();
      } catch (error) {
        this.#failed = error;
      }
    });
  }
}
