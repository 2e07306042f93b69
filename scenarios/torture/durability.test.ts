import { rmSync } from 'node:fs';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type FoldedDay, foldedDay, lcg } from '../support/days.ts';
import { plant } from '../support/mutant.ts';
import { startTestBroker, type TestBroker } from '../support/test-broker.ts';
import { foldUnderFire, type Kill } from './fire.ts';
import { bugs } from './mutant.ts';
import { beforeDeadLetter } from './plan.ts';
import { complaints } from './verdict.ts';

const loaded = await import('uWebSockets.js').then(
  () => '',
  (error: Error) => error.message,
);
let broker: TestBroker;
let day: FoldedDay;

beforeAll(() => {
  // of this seed, quarantined rows follow within seconds of a step, with no checkpoint between
  day = foldedDay({ count: 60, seed: 2, until: '10:45' });
});
beforeEach(async () => {
  broker = await startTestBroker();
});
afterEach(() => broker.stop());

test('ten SIGKILLs at named points and a full journal leave what an uninterrupted fold leaves, each entry projected once', async () => {
  const random = lcg(10);
  const near = () => 5 + random(20);
  const kills: Kill[] = [
    { point: 'beforeAppend', count: near() },
    { point: 'afterAppend', count: near() },
    { point: 'afterAck', count: near() },
    { point: 'midCheckpoint', count: 1 },
    { point: 'refused', count: beforeDeadLetter(day, 200) },
    { point: 'projector', count: near() },
    { point: 'nats-server', count: near() },
    { point: 'gateway', count: near() },
    { point: 'afterAppend', count: near() },
    { point: 'projector', count: near() },
    { point: 'midCheckpoint', count: 2 },
  ];
  const withGateway = loaded === '';

  const outcome = await foldUnderFire({ broker, day, kills, withGateway });

  expect(complaints(day, outcome)).toEqual([]);
  expect(outcome.hits).toEqual({
    beforeAppend: 1,
    afterAppend: 2,
    afterAck: 1,
    midCheckpoint: 2,
    refused: 1,
    projector: 2,
    'nats-server': 1,
    ...(withGateway ? { gateway: 1 } : {}),
  });
  expect(day.quarantined.length).toBeGreaterThan(0);
});

describe('a bug put in is found:', () => {
  let kills: Kill[];
  beforeAll(() => {
    kills = [{ point: 'refused', count: beforeDeadLetter(day, 1) }, ...[8, 4, 4].map((count): Kill => ({ point: 'midCheckpoint', count }))];
  });

  test.each(bugs)(
    '$name',
    async (bug) => {
      const root = plant(bug);

      const outcome = await foldUnderFire({ broker, day, kills, root });

      rmSync(root, { recursive: true, force: true });
      expect(complaints(day, outcome)).not.toEqual([]);
    },
    240_000,
  );

  test('and without one the same kills find nothing', async () => {
    expect(complaints(day, await foldUnderFire({ broker, day, kills }))).toEqual([]);
  });
});
