import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newestDayOf } from '../contracts/process/newest-journal-day.ts';
import { connectBroker } from '../engine/log/connect.ts';
import { JetStreamJournal } from '../engine/log/jetstream-journal.ts';
import { ensureStreams } from '../engine/log/streams.ts';
import { foldedDay } from '../scenarios/support/days.ts';
import { startTestBroker, type TestBroker } from '../scenarios/support/test-broker.ts';
import { connectGateway, followJournal } from './journal-feed.ts';

let broker: TestBroker;
beforeAll(async () => {
  broker = await startTestBroker();
});
afterAll(() => broker.stop());

test('a gateway that starts beside two days reads the newer one only, and is caught up at the end it found', async () => {
  const nc = await connectBroker(broker.access('engine'), 'test');
  const [js, jsm] = [jetstream(nc), await jetstreamManager(nc)];
  await ensureStreams(jsm, broker.run);
  const day = foldedDay({ count: 40 });
  for (const date of ['20261120', '20261123']) {
    const journal = new JetStreamJournal(js, jsm, broker.run, date, day.sha);
    for (const step of date === '20261123' ? day.steps.slice(0, -2) : day.steps) await journal.append(step);
  }
  const reader = await connectGateway(broker.access('gateway'));
  const stop = new AbortController();
  const seen: string[] = [];
  let live: () => void = () => undefined;
  const after = new Promise<void>((resolve) => {
    live = resolve;
  });
  const following = new Promise<void>((caughtUp) => {
    void followJournal(
      reader,
      broker.run,
      {
        onStep: (date, { step }) => {
          seen.push(`${date} ${step}`);
          if (step === day.steps.length) live();
        },
        onCaughtUp: () => {
          seen.push('caught up');
          caughtUp();
        },
      },
      stop.signal,
    );
  });
  await following;
  const expected = day.steps.map(({ step }) => `20261123 ${step}`);
  expect(seen).toEqual([...expected.slice(0, -2), 'caught up']);

  const journal = new JetStreamJournal(js, jsm, broker.run, '20261123', day.sha);
  for (const step of day.steps) await journal.append(step);
  await after;
  expect(seen).toEqual([...expected.slice(0, -2), 'caught up', ...expected.slice(-2)]);
  stop.abort();
  await reader.close();
  await nc.close();
});

test('a first step that is stored while the gateway looks for the newest day is read, not passed over', async () => {
  let storedSeq = 0;
  const streams = {
    info: async () => ({ state: { last_seq: storedSeq } }),
    getMessage: async () => {
      storedSeq = 1; // the broker answers "none", and stores the first one before it is asked again
      return null;
    },
  };

  expect(await newestDayOf({ streams } as never, 'test-1')).toEqual({ firstSeq: 1, lastSeq: 0 });
});
