/**
 * The gateway's own small reader of JOURNAL: every step of the newest day in order, then live. Earlier days are not read at all.
 * Checks the chain as it goes; a step that does not follow is an error, not a guess.
 *
 * Caught up  once the fold has reached the end that the stream had when we came: until then it is the past, and nobody's news
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from 'nats';
import { readStep } from '../contracts/compat/read.ts';
import { FenshiError } from '../contracts/errors.ts';
import type { JournalStep } from '../contracts/journal.ts';
import { newestDayOf } from '../contracts/process/newest-journal-day.ts';
import { streams } from '../contracts/subjects.ts';

export type FeedHandlers = {
  /** `storedMs`: wall clock at which the broker stored the step. */
  readonly onStep: (date: string, step: JournalStep, storedMs: number) => void;
  readonly onCaughtUp: () => void;
  /** Reading was interrupted and is tried again. */
  readonly onRetry?: (why: string) => void;
};
const windowMessages = 256;
const retryMs = 250;

export async function connectGateway(access: { servers: string; user: string; password: string }): Promise<NatsConnection> {
  return connect({
    servers: access.servers,
    user: access.user,
    pass: access.password,
    name: 'fenshi-gateway',
    inboxPrefix: `_INBOX.${access.user}`,
    waitOnFirstConnect: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 200,
    reconnectJitter: 300,
    pingInterval: 1000,
    maxPingOut: 2,
    timeout: 2000,
  });
}

/** Follows the journal until aborted; after a break it goes on behind the last message seen. */
export async function followJournal(nc: NatsConnection, run: string, handlers: FeedHandlers, signal: AbortSignal): Promise<void> {
  let lastSeq = 0;
  let last: { readonly date: string; readonly step: JournalStep } | null = null;
  let untilSeq: number | null = null;
  while (!signal.aborted) {
    try {
      if (untilSeq === null) {
        const newest = await newestDayOf(await jetstreamManager(nc), run);
        [lastSeq, untilSeq] = [newest.firstSeq - 1, newest.lastSeq];
        if (lastSeq >= untilSeq) handlers.onCaughtUp();
      }
      const consumer = await jetstream(nc).consumers.get(streams(run).journal, {
        deliver_policy: DeliverPolicy.StartSequence,
        opt_start_seq: lastSeq + 1,
      });
      const messages = await consumer.consume({ max_messages: windowMessages, expires: 5000, idle_heartbeat: 1000 });
      const end = () => void messages.close();
      signal.addEventListener('abort', end, { once: true });
      void onceReconnected(nc).then(end); // its consumer went with the server: read on with a new one
      for await (const message of messages) {
        if (message.seq <= lastSeq) continue;
        lastSeq = message.seq;
        const date = message.subject.slice(message.subject.lastIndexOf('.') + 1);
        const step = readStep(message.data);
        assertFollows(last, date, step);
        last = { date, step };
        handlers.onStep(date, step, message.info.timestampNanos / 1e6);
        if (lastSeq === untilSeq) handlers.onCaughtUp();
      }
      signal.removeEventListener('abort', end);
    } catch (error) {
      if (error instanceof FenshiError) throw error;
      handlers.onRetry?.(String(error));
      await sleep(retryMs); // the stream is not there yet, or the broker is away
    }
  }
}

async function onceReconnected(nc: NatsConnection): Promise<void> {
  for await (const { type } of nc.status()) if (type === 'reconnect') return;
}

function assertFollows(last: { readonly date: string; readonly step: JournalStep } | null, date: string, step: JournalStep): void {
  const follows =
    last === null || last.date !== date ? step.step === 1 : step.step === last.step.step + 1 && step.prevHash === last.step.hash;
  if (!follows) throw new FenshiError('JOURNAL_GAP', `step ${step.step} of ${date} after ${last === null ? 'nothing' : last.step.step}`);
}
