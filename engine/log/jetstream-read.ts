/** Reading a stream in order, without acknowledgements or redelivery: each sequence is the last plus one, or it is a hole. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ConsumerMessages,
  DeliverPolicy,
  type JetStreamClient,
  type JetStreamManager,
  type MsgRequest,
  type StoredMsg,
} from '@nats-io/jetstream';
import type { NatsConnection } from 'nats';
import { FenshiError } from '../../contracts/errors.ts';

/** × 194 KiB, the largest quote batch, stays under the server's 64 MiB of pending bytes. */
const windowMessages = 256;
/** A pull lasts so long; a consumer that is silent for two heartbeats is looked after. */
const [pullMs, heartbeatMs, reopenMs] = [5000, 1000, 200];

/** `filter`: one subject; `signal`: ends the reading, also while it waits. */
export type ReadOptions = { readonly filter?: string; readonly signal?: AbortSignal };
/** `storedMs`: wall clock in whole milliseconds at which the broker stored it. */
export type StreamMessage = { readonly seq: number; readonly subject: string; readonly body: Uint8Array; readonly storedMs: number };

/**
 * Messages from `startSeq` on, for ever. With `filter`, sequences of other subjects are passed over and holes are not judged.
 *
 * Reconnect  the consumer lived in the server that went away: it is made anew behind the last message, and again until streams answer.
 *            The client's own recovery tries once, in the very moment in which a server that has just started has none yet
 * @throws FenshiError TAPE_HOLE; what the first look at the stream throws
 */
export async function* streamFrom(
  js: JetStreamClient,
  stream: string,
  startSeq: number,
  { filter, signal }: ReadOptions = {},
): AsyncGenerator<StreamMessage, void> {
  let next = Math.max(1, startSeq);
  for (let isFirst = true; signal?.aborted !== true; isFirst = false) {
    const messages = isFirst ? await open(js, stream, next, filter) : await reopened(js, stream, next, filter, signal);
    if (messages === null) return;
    const end = () => void messages.close();
    signal?.addEventListener('abort', end, { once: true });
    if (signal?.aborted) end();
    const watch = onReconnect(js, end);
    try {
      for await (const message of messages) {
        if (message.seq < next) continue; // an ordered consumer repeats itself
        if (filter === undefined && message.seq !== next) throw new FenshiError('TAPE_HOLE', `${stream}: ${message.seq} after ${next - 1}`);
        next = message.seq + 1;
        yield { seq: message.seq, subject: message.subject, body: message.data, storedMs: Math.floor(message.info.timestampNanos / 1e6) };
      }
    } finally {
      watch.stop();
      signal?.removeEventListener('abort', end);
      await messages.close();
    }
    if (!watch.reconnected) return;
  }
}

async function open(js: JetStreamClient, stream: string, seq: number, filter: string | undefined): Promise<ConsumerMessages> {
  const consumer = await js.consumers.get(stream, {
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: seq,
    ...(filter === undefined ? {} : { filter_subjects: filter }),
  });
  return consumer.consume({ max_messages: windowMessages, expires: pullMs, idle_heartbeat: heartbeatMs });
}

async function reopened(
  js: JetStreamClient,
  stream: string,
  seq: number,
  filter: string | undefined,
  signal: AbortSignal | undefined,
): Promise<ConsumerMessages | null> {
  while (signal?.aborted !== true) {
    try {
      return await open(js, stream, seq, filter);
    } catch {
      await sleep(reopenMs); // the server's streams are not there yet; its absence is the vitals' to tell
    }
  }
  return null;
}

type Watch = { readonly reconnected: boolean; readonly stop: () => void };

function onReconnect(js: JetStreamClient, then: () => void): Watch {
  // every client of the library has its connection; only the interface does not say so
  const { nc } = js as unknown as { readonly nc: NatsConnection };
  const events = nc.status();
  const watch = { reconnected: false, stop: () => void (events as AsyncIterable<unknown> & { stop?: () => void }).stop?.() };
  void (async () => {
    for await (const { type } of events) {
      if (type !== 'reconnect') continue;
      watch.reconnected = true;
      then();
      return;
    }
  })();
  return watch;
}

/** First message of `subject` at or after `seq`, answered by the stream's leader; null when there is none. */
export const nextOnSubject = (jsm: JetStreamManager, stream: string, seq: number, subject: string): Promise<StoredMsg | null> =>
  // the server takes next_by_subj here as on the direct API; only the client's type lacks it
  jsm.streams.getMessage(stream, { seq, next_by_subj: subject } as unknown as MsgRequest);
