import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeLog } from '../../contracts/process/log.ts';
import { streams, subjects } from '../../contracts/subjects.ts';
import { type FoldedDay, foldedDay } from '../../scenarios/support/days.ts';
import { startTestBroker, type TestBroker } from '../../scenarios/support/test-broker.ts';
import { connectBroker } from '../log/connect.ts';
import { JetStreamJournal } from '../log/jetstream-journal.ts';
import { ensureStreams } from '../log/streams.ts';
import { Projector } from './projector.ts';

let broker: TestBroker;
let day: FoldedDay;
beforeAll(async () => {
  broker = await startTestBroker();
  day = foldedDay({ count: 40 });
});
afterAll(() => broker.stop());

test('each entry once, over restarts and a journal of which an earlier day has been purged', async () => {
  const nc = await connectBroker(broker.access('engine'), 'test');
  const [js, jsm] = [jetstream(nc), await jetstreamManager(nc)];
  await ensureStreams(jsm, broker.run);
  const half = Math.floor(day.steps.length / 2);
  const [first, second] = ['20261120', day.market.date];
  const written: string[] = [];
  const journals = [new JetStreamJournal(js, jsm, broker.run, first, day.sha), new JetStreamJournal(js, jsm, broker.run, second, day.sha)];
  const append = async (date: number, from: number, to: number) => {
    for (const step of day.steps.slice(from, to)) {
      await journals[date]!.append(step);
      step.entries.forEach((_, index) => written.push(`${broker.run}:${[first, second][date]}:${step.step}:${index}`));
    }
  };
  /** A projector until it has projected all that was written. */
  const project = async () => {
    const stop = new AbortController();
    const projector = new Projector(js, jsm, broker.run, makeLog('test', 'silent'), () => undefined);
    const running = projector.run(stop.signal);
    const consumer = await js.consumers.get(streams(broker.run).lifecycle);
    const ids = new Set<string>();
    const messages = await consumer.consume();
    for await (const message of messages) {
      ids.add(message.headers?.get('Nats-Msg-Id') ?? '');
      if (ids.size === written.length) break;
    }
    stop.abort();
    await running;
    return ids;
  };

  await append(0, 0, day.steps.length);
  await append(1, 0, half);
  expect([...(await project())].sort()).toEqual([...written].sort());

  await jsm.streams.purge(streams(broker.run).journal, { filter: `${subjects(broker.run).allJournal.replace('*', first)}` });
  await append(1, half, day.steps.length);
  expect([...(await project())].sort()).toEqual([...written].sort());
  expect((await jsm.streams.info(streams(broker.run).lifecycle)).state.messages).toBe(written.length);
  await nc.close();
});
