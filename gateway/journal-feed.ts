/**
 * The gateway's own small reader of JOURNAL: every step of the newest day in order, then live.
 * Checks the chain as it goes; a step that does not follow is an error, not a guess.
 */
import { DeliverPolicy, jetstream } from '@nats-io/jetstream';
import { connect, type NatsConnection } from 'nats';
import { decode } from '../contracts/codec.ts';
import { upcast } from '../contracts/compat/upcast.ts';
import { FenshiError } from '../contracts/errors.ts';
import { JournalStep } from '../contracts/journal.ts';
import { streams, subjects } from '../contracts/subjects.ts';

export type FeedHandlers = {
  /** `storedMs`: wall clock at which the broker stored the step. */
  readonly onStep: (date: string, step: JournalStep, storedMs: number) => void;
  readonly onView: (body: Uint8Array) => void;
};
const windowMessages = 256;
const retryMs = 250;

export async function connectGateway(access: { servers: string; user: string; password: string }): Promise<NatsConnection> {
  return connect({
    servers: access.servers,
    user: access.user,
    pass: access.password,
    name: 'fenshi-gateway',
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
  const view = nc.subscribe(subjects(run).view('symbols'), {
    callback: (error, message) => (error === null ? handlers.onView(message.data) : undefined),
  });
  signal.addEventListener('abort', () => view.unsubscribe(), { once: true });
  let lastSeq = 0;
  let last: { readonly date: string; readonly step: JournalStep } | null = null;
  while (!signal.aborted) {
    try {
      const consumer = await jetstream(nc).consumers.get(streams(run).journal, {
        deliver_policy: DeliverPolicy.StartSequence,
        opt_start_seq: lastSeq + 1,
      });
      const messages = await consumer.consume({ max_messages: windowMessages });
      const end = () => void messages.close();
      signal.addEventListener('abort', end, { once: true });
      for await (const message of messages) {
        if (message.seq <= lastSeq) continue;
        lastSeq = message.seq;
        const date = message.subject.slice(message.subject.lastIndexOf('.') + 1);
        const step = JournalStep.parse(upcast('journal', decode(message.data) as Record<string, unknown>));
        assertFollows(last, date, step);
        last = { date, step };
        handlers.onStep(date, step, message.info.timestampNanos / 1e6);
      }
      signal.removeEventListener('abort', end);
    } catch (error) {
      if (error instanceof FenshiError) throw error;
      await new Promise((resolve) => setTimeout(resolve, retryMs)); // the stream is not there yet, or the broker is away
    }
  }
}

function assertFollows(last: { readonly date: string; readonly step: JournalStep } | null, date: string, step: JournalStep): void {
  const follows =
    last === null || last.date !== date ? step.step === 1 : step.step === last.step.step + 1 && step.prevHash === last.step.hash;
  if (!follows) throw new FenshiError('JOURNAL_GAP', `step ${step.step} of ${date} after ${last === null ? 'nothing' : last.step.step}`);
}
