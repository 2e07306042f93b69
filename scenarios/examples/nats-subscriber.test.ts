import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OpportunityBook } from '../../contracts/fold.ts';
import { makeLog } from '../../contracts/process/log.ts';
import { connectBroker } from '../../engine/log/connect.ts';
import { JetStreamJournal } from '../../engine/log/jetstream-journal.ts';
import { ensureStreams } from '../../engine/log/streams.ts';
import { Projector } from '../../engine/runtime/projector.ts';
import { type FoldedDay, foldedDay } from '../support/days.ts';
import { firstLines } from '../support/lines.ts';
import { startTestBroker, type TestBroker } from '../support/test-broker.ts';

let broker: TestBroker;
let day: FoldedDay;
let expected: string[];
const stop = new AbortController();

beforeAll(async () => {
  broker = await startTestBroker();
  day = foldedDay({ count: 40 });
  const book = new OpportunityBook();
  expected = day.steps.flatMap((step) =>
    book.apply(step).map(({ id, change }) => `${step.step} ${id} ${change.actorSeq} ${change.from ?? '·'} → ${change.to} ${step.hash}`),
  );
  const nc = await connectBroker(broker.access('engine'), 'test');
  const [js, jsm] = [jetstream(nc), await jetstreamManager(nc)];
  await ensureStreams(jsm, broker.run);
  const journal = new JetStreamJournal(js, jsm, broker.run, day.market.date, day.sha);
  for (const step of day.steps) await journal.append(step);
  void new Projector(js, jsm, broker.run, makeLog('test', 'silent'), () => undefined).run(stop.signal);
});
afterAll(async () => {
  stop.abort();
  await broker.stop();
});

/** The example as a user starts it; its first `count` lines. */
function linesOf(count: number, ...flags: string[]): Promise<string[]> {
  const { servers, password } = broker.access('subscriber');
  const args = ['scenarios/examples/nats-subscriber.mjs', '--run', broker.run, '--servers', servers, '--password', password, ...flags];
  return firstLines(args, count);
}

test('the subscriber example reads every transition of LIFECYCLE, and finds the same in JOURNAL', async () => {
  expect(expected.length).toBeGreaterThan(20);
  expect(await linesOf(expected.length, '--from-start')).toEqual(expected);
  expect(await linesOf(expected.length, '--journal')).toEqual(expected);
});

test('its user may publish nothing', async () => {
  const nc = await connectBroker(broker.access('subscriber'), 'test-subscriber');
  for (const subject of [`tape.v1.${broker.run}.clock`, `journal.v1.${broker.run}.20261123`, `lifecycle.v1.${broker.run}.market`])
    await expect(nc.request(subject, new Uint8Array(1), { timeout: 2000 })).rejects.toThrow(/permissions|violation/i);
  await nc.close();
});
