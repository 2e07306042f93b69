import { afterAll, beforeAll, expect, test } from 'vitest';
import { foldDay } from '../../engine/runtime/fold.ts';
import { type GeneratedDay, generatedDay, lcg } from '../support/days.ts';
import { startTestBroker, type TestBroker } from '../support/test-broker.ts';
import { foldUnderFire, type Kill } from './kills.ts';

let broker: TestBroker;
let day: GeneratedDay;

beforeAll(async () => {
  broker = await startTestBroker();
  day = generatedDay({ count: 30 });
});
afterAll(() => broker.stop());

test('ten SIGKILLs at named points leave the journal of an uninterrupted fold, and each entry projected once', async () => {
  const { steps } = foldDay(day.bundle, day.entries);
  const random = lcg(10);
  const near = () => 5 + random(40);
  const kills: Kill[] = [
    { point: 'beforeAppend', count: near() },
    { point: 'afterAppend', count: near() },
    { point: 'afterAck', count: near() },
    { point: 'midCheckpoint', count: 3 },
    { point: 'projector', count: near() },
    { point: 'nats-server', count: 120 },
    { point: 'afterAppend', count: near() },
    { point: 'beforeAppend', count: near() },
    { point: 'projector', count: near() },
    { point: 'midCheckpoint', count: 2 },
  ];

  const outcome = await foldUnderFire(broker, day, kills, steps.length);

  expect(outcome.hits).toEqual({ beforeAppend: 2, afterAppend: 2, afterAck: 1, midCheckpoint: 2, projector: 2, 'nats-server': 1 });
  expect(outcome.steps.map(({ hash }) => hash)).toEqual(steps.map(({ hash }) => hash));
  const projected = outcome.lifecycle.map(({ step, index }) => `${step}:${index}`);
  expect(projected).toEqual(steps.flatMap(({ step, entries }) => entries.map((_entry, index) => `${step}:${index}`)));
}, 240_000);
