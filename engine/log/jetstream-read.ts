/** Reading a stream in order, without acknowledgements or redelivery: each sequence is the last plus one, or it is a hole. */
import { DeliverPolicy, type JetStreamClient, type JetStreamManager, type MsgRequest, type StoredMsg } from '@nats-io/jetstream';
import { FenshiError } from '../../contracts/errors.ts';

/** × 194 KiB, the largest quote batch, stays under the server's 64 MiB of pending bytes. */
const windowMessages = 256;

/** `filter`: one subject; `signal`: ends the reading, also while it waits. */
export type ReadOptions = { readonly filter?: string; readonly signal?: AbortSignal };
/** `storedMs`: wall clock at which the broker stored it. */
export type StreamMessage = { readonly seq: number; readonly subject: string; readonly body: Uint8Array; readonly storedMs: number };

/**
 * Messages from `startSeq` on, for ever. With `filter`, sequences of other subjects are passed over and holes are not judged.
 * @throws FenshiError TAPE_HOLE
 */
export async function* streamFrom(
  js: JetStreamClient,
  stream: string,
  startSeq: number,
  { filter, signal }: ReadOptions = {},
): AsyncGenerator<StreamMessage, void> {
  const consumer = await js.consumers.get(stream, {
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: Math.max(1, startSeq),
    ...(filter === undefined ? {} : { filter_subjects: filter }),
  });
  const messages = await consumer.consume({ max_messages: windowMessages });
  const end = () => void messages.close();
  signal?.addEventListener('abort', end, { once: true });
  if (signal?.aborted) end();
  let next = Math.max(1, startSeq);
  try {
    for await (const message of messages) {
      if (message.seq < next) continue; // an ordered consumer repeats itself after a reconnect
      if (filter === undefined && message.seq !== next) throw new FenshiError('TAPE_HOLE', `${stream}: ${message.seq} after ${next - 1}`);
      next = message.seq + 1;
      yield { seq: message.seq, subject: message.subject, body: message.data, storedMs: message.info.timestampNanos / 1e6 };
    }
  } finally {
    signal?.removeEventListener('abort', end);
    await messages.close();
  }
}

/** First message of `subject` at or after `seq`, answered by the stream's leader; null when there is none. */
export const nextOnSubject = (jsm: JetStreamManager, stream: string, seq: number, subject: string): Promise<StoredMsg | null> =>
  // the server takes next_by_subj here as on the direct API; only the client's type lacks it
  jsm.streams.getMessage(stream, { seq, next_by_subj: subject } as unknown as MsgRequest);
