/**
 * The live writers' way to TAPE: batches of a source, its facts, the clock. Each entry has its own id, so a retry stores nothing twice;
 * order is the order in which the broker stores them.
 */
import type { JetStreamClient } from '@nats-io/jetstream';
import { subjects } from '../../contracts/subjects.ts';
import { encodeTape, type TapeEntry } from '../../contracts/tape.ts';
import type { TradeDate } from '../../contracts/units.ts';

const publishMs = 2000;
/** A batch that cannot be stored for so long is worth nothing any more: the next sweep has newer rows. */
const worthMs = 10_000;

export class TapeAppender {
  readonly #js: JetStreamClient;
  readonly #run: string;
  readonly #prefix: string;
  #count = 0;
  /** Entries given up after `worthMs`. */
  lost = 0;

  constructor(js: JetStreamClient, run: string, tradeDate: TradeDate, owner: string) {
    this.#js = js;
    this.#run = run;
    this.#prefix = `${run}:${tradeDate}:${owner}`;
  }

  /** Stores an entry; `keep` repeats until it is stored, else it is given up in time. `id` where two writers might say the same. */
  async append(entry: TapeEntry, keep: boolean, id = `${this.#prefix}:${this.#count++}`): Promise<boolean> {
    const [subject, body] = [subjects(this.#run).tape(entry), encodeTape(entry)];
    for (const startedMs = Date.now(); ; ) {
      try {
        await this.#js.publish(subject, body, { msgID: id, timeout: publishMs });
        return true;
      } catch {
        if (!keep && Date.now() - startedMs > worthMs) {
          this.lost += 1;
          return false;
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }
}
