/**
 * Three crashes at one entry, and the entry is named to be skipped (contracts/spec/engine.md#fold): the only way past an entry that ends
 * the process rather than throwing inside it.
 */
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { type BrokerAccess, connectBroker } from '../log/connect.ts';
import { appendControl } from '../log/control.ts';
import { type EntryAt, readPosition } from '../runtime/position.ts';

const crashesMax = 3;

export class PoisonWatch {
  readonly #dir: string;
  readonly #skip: (at: EntryAt) => Promise<void>;
  #at: EntryAt | null = null;
  #crashes = 0;

  constructor(dir: string, skip: (at: EntryAt) => Promise<void>) {
    this.#dir = dir;
    this.#skip = skip;
  }

  /** The cell's process has ended by itself. Resolves to true once an entry was named. */
  async crashed(): Promise<boolean> {
    const at = readPosition(this.#dir);
    const same = at !== null && at.n === this.#at?.n && at.tradeDate === this.#at.tradeDate;
    this.#crashes = at === null ? 0 : same ? this.#crashes + 1 : 1;
    this.#at = at;
    if (at === null || this.#crashes < crashesMax) return false;
    await this.#skip(at);
    this.#crashes = 0;
    return true;
  }
}

/** Names the entry on the run's tape. The id holds date and n, so it is stored once however often it is asked. */
export function skipOn(access: BrokerAccess, run: string): (at: EntryAt) => Promise<void> {
  return async ({ tradeDate, n }) => {
    const nc = await connectBroker(access, 'fenshi-control');
    try {
      const [js, jsm] = [jetstream(nc), await jetstreamManager(nc)];
      await appendControl(js, jsm, run, `skip-${tradeDate}-${n}`, { name: 'skip', tradeDate, n });
    } finally {
      await nc.close();
    }
  };
}
