/**
 * The live writers' way to TAPE: batches of a source, its facts, the clock. Each entry has its own id, so a retry stores nothing twice;
 * order is the order in which the broker stores them.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { JetStreamClient } from '@nats-io/jetstream';
import { FenshiError } from '../../contracts/errors.ts';
import { subjects } from '../../contracts/subjects.ts';
import { encodeTape, type TapeEntry } from '../../contracts/tape.ts';
import type { TradeDate } from '../../contracts/units.ts';
import { type Trouble, troubleOf } from '../log/trouble.ts';

const publishMs = 2000;
/** A batch that cannot be stored for this long is dropped: the next sweep has newer rows. */
const maxAgeMs = 10_000;
/** Not stored for this long: a state, not a hiccup. */
const troubledMs = 3000;
const retryMs = 200;

export class TapeAppender {
  readonly #js: JetStreamClient;
  readonly #run: string;
  readonly #prefix: string;
  readonly #signal: AbortSignal | undefined;
  #count = 0;
  /** Entries given up after `maxAgeMs`. */
  lost = 0;
  /** Wall time of the last acknowledgement; null before the first. */
  storedMs: number | null = null;
  /** Why nothing is stored, and since when; null while entries are. */
  trouble: (Trouble & { readonly sinceMs: number }) | null = null;

  constructor(js: JetStreamClient, run: string, tradeDate: TradeDate, owner: string, signal?: AbortSignal) {
    this.#signal = signal;
    this.#js = js;
    this.#run = run;
    this.#prefix = `${run}:${tradeDate}:${owner}`;
  }

  /** Whether it is worth while to fetch what would have to be stored. */
  get isStoring(): boolean {
    return this.trouble === null || Date.now() - this.trouble.sinceMs < troubledMs;
  }

  /**
   * Stores an entry; `keep` repeats until it is stored (or the process is ended), else it is given up in time. Whether it was. `id` where two writers might say the same.
   * @throws FenshiError ACCESS_REFUSED: no repetition gives a right
   */
  async append(entry: TapeEntry, keep: boolean, id = `${this.#prefix}:${this.#count++}`): Promise<boolean> {
    const [subject, body] = [subjects(this.#run).tape(entry), encodeTape(entry)];
    for (const startedMs = Date.now(); ; ) {
      try {
        await this.#js.publish(subject, body, { msgID: id, timeout: publishMs });
        this.storedMs = Date.now();
        this.trouble = null;
        return true;
      } catch (error) {
        const trouble = troubleOf(error);
        this.trouble = { ...trouble, sinceMs: this.trouble?.sinceMs ?? startedMs };
        if (trouble.code === 'ACCESS_REFUSED') throw new FenshiError('ACCESS_REFUSED', `${subject}: ${trouble.why}`, { cause: error });
        if (this.#signal?.aborted === true) return false;
        if (!keep && Date.now() - startedMs > maxAgeMs) {
          this.lost += 1;
          return false;
        }
        await sleep(retryMs);
      }
    }
  }
}
