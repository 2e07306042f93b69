/** The bucket `MINE-<run>`, which the engine makes; opened when first asked for. */
import { jetstream } from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import type { NatsConnection } from 'nats';
import { decode, encode } from '../contracts/codec.ts';
import { FenshiError } from '../contracts/errors.ts';
import { Mine, mineBucket, mineKey } from '../contracts/mine.ts';

export type MineStore = {
  readonly read: (subject: string) => Promise<{ readonly revision: number; readonly mine: Mine } | null>;
  /** The new revision; null where `revision` is not the one that stands. */
  readonly write: (subject: string, mine: Mine, revision: number) => Promise<number | null>;
};
/** JetStream: the last sequence is another. */
const wrongRevision = 10_071;

export function mineStore(connected: () => NatsConnection, run: string): MineStore {
  let opened: KV | null = null;
  const bucket = async (): Promise<KV> => {
    if (opened !== null) return opened;
    const found = await new Kvm(jetstream(connected())).open(mineBucket(run));
    await found.status(); // opening alone does not ask whether it is there
    opened = found;
    return found;
  };
  const unavailable = (error: unknown): FenshiError => new FenshiError('SERVICE_UNAVAILABLE', String(error), { cause: error });
  return {
    read: async (subject) => {
      try {
        const entry = await (await bucket()).get(mineKey(subject));
        return entry === null || entry.operation !== 'PUT' ? null : { revision: entry.revision, mine: Mine.parse(decode(entry.value)) };
      } catch (error) {
        throw unavailable(error);
      }
    },
    write: async (subject, mine, revision) => {
      try {
        return await (await bucket()).put(mineKey(subject), encode(mine), { previousSeq: revision });
      } catch (error) {
        if ((error as { code?: number }).code === wrongRevision) return null;
        throw unavailable(error);
      }
    },
  };
}
