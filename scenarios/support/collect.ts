/** Every message a stream holds now, read in order. */
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import { streamFrom } from '../../engine/log/jetstream-read.ts';

export async function collect<T>(js: JetStreamClient, jsm: JetStreamManager, stream: string, read: (body: Uint8Array) => T): Promise<T[]> {
  const { state } = await jsm.streams.info(stream);
  const items: T[] = [];
  if (state.messages === 0) return items;
  for await (const { seq, body } of streamFrom(js, stream, state.first_seq)) {
    items.push(read(body));
    if (seq >= state.last_seq) break;
  }
  return items;
}
