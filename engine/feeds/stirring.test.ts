import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { instrumentNo } from '../../contracts/units.ts';
import { foldedDay } from '../../scenarios/support/days.ts';
import { startTestBroker, type TestBroker } from '../../scenarios/support/test-broker.ts';
import { connectBroker } from '../log/connect.ts';
import { JetStreamJournal } from '../log/jetstream-journal.ts';
import { ensureStreams } from '../log/streams.ts';
import { Projector } from '../runtime/projector.ts';
import { makeLog } from '../telemetry/log.ts';
import { followStirring } from './stirring.ts';

let broker: TestBroker;
beforeAll(async () => {
  broker = await startTestBroker();
});
afterAll(() => broker.stop());

test('what the projector tells of stirring symbols reaches the planner: those that stir now, and no others', async () => {
  const day = foldedDay({ count: 40 });
  const expected = new Set<number>();
  for (const { entries } of day.steps)
    for (const entry of entries) {
      if (entry.kind !== 'transition' || entry.machine !== 'symbol' || entry.region !== 'activity') continue;
      const [, exchange, code] = entry.actorId.split('.');
      const no = instrumentNo(`${code}.${exchange}`);
      if (entry.to === 'quiet') expected.delete(no);
      else expected.add(no);
    }
  const engine = await connectBroker(broker.access('engine'), 'test');
  const feed = await connectBroker(broker.access('feed'), 'test-feed');
  const [js, jsm] = [jetstream(engine), await jetstreamManager(engine)];
  await ensureStreams(jsm, broker.run);
  const told: number[][] = [];
  const log = makeLog('test', 'silent');
  const following = followStirring(feed, broker.run, { stir: (stirring) => void told.push([...stirring]) }, log);
  await feed.flush();
  const journal = new JetStreamJournal(js, jsm, broker.run, day.market.date, day.sha);
  for (const step of day.steps) await journal.append(step);
  const stop = new AbortController();
  const projecting = new Projector(js, jsm, broker.run, log, () => undefined).run(stop.signal);
  await expect.poll(() => [...(told.at(-1) ?? [])].sort(), { timeout: 300_000 }).toEqual([...expected].sort());
  expect(told.length).toBeGreaterThan(3);
  following.unsubscribe();
  stop.abort();
  await projecting;
  await Promise.all([engine.close(), feed.close()]);
});
