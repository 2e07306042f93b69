import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type FoldedDay, foldedDay, lcg } from '../support/days.ts';
import { startTestBroker, type TestBroker } from '../support/test-broker.ts';
import { foldUnderFire, type Kill } from './fire.ts';
import { beforeDeadLetter } from './plan.ts';
import { violations } from './verdict.ts';

const loaded = await import('uWebSockets.js').then(
  () => '',
  (error: Error) => error.message,
);
let broker: TestBroker;
let day: FoldedDay;

beforeAll(() => {
  // of this seed, quarantined rows follow within seconds of a step, with no checkpoint between
  day = foldedDay({ count: 150, seed: 2, until: '10:20' });
});
beforeEach(async () => {
  broker = await startTestBroker({ onDisk: true });
});
afterEach(() => broker.stop());

test('a SIGKILL at each named point and a full journal leave what an uninterrupted fold leaves, each entry projected once', async () => {
  const random = lcg(10);
  const near = () => 5 + random(20);
  const kills: Kill[] = [
    { point: 'beforeAppend', count: near() },
    { point: 'afterAppend', count: near() },
    { point: 'afterAck', count: near() },
    { point: 'midCheckpoint', count: 1 },
    { point: 'projector', count: near() },
    { point: 'refused', count: beforeDeadLetter(day, 200) },
    { point: 'nats-server', count: near() },
    { point: 'gateway', count: near() },
  ];
  const withGateway = loaded === '';

  const outcome = await foldUnderFire({ broker, day, kills, withGateway });

  expect(violations(day, outcome)).toEqual([]);
  expect(outcome.hits).toEqual({
    beforeAppend: 1,
    afterAppend: 1,
    afterAck: 1,
    midCheckpoint: 1,
    refused: 1,
    projector: 1,
    'nats-server': 1,
    ...(withGateway ? { gateway: 1 } : {}),
  });
  expect(day.quarantined.length).toBeGreaterThan(0);
});
