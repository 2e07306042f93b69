/** What who sits at this machine keeps for himself, read with the rights of the notify role. */
import { jetstream } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import type { NatsConnection } from 'nats';
import { decode } from '../../contracts/codec.ts';
import { Mine, mineBucket, mineKey, ownerHere } from '../../contracts/mine.ts';

/** Null: nothing was ever kept. @throws where the bucket cannot be read */
export const ownLists = (nc: NatsConnection, run: string) => async (): Promise<Mine | null> => {
  const bucket = await new Kvm(jetstream(nc)).open(mineBucket(run));
  await bucket.status(); // opening alone does not ask whether it is there
  const entry = await bucket.get(mineKey(ownerHere));
  return entry === null || entry.operation !== 'PUT' ? null : Mine.parse(decode(entry.value));
};
