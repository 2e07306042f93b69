import { afterAll, beforeAll, expect, test } from 'vitest';
import { encode } from '../../contracts/codec.ts';
import { makeLog } from '../../contracts/process/log.ts';
import { tsecOf } from '../../contracts/session.ts';
import { subjects } from '../../contracts/subjects.ts';
import { generatedDay } from '../../scenarios/support/days.ts';
import { startTestBroker, type TestBroker } from '../../scenarios/support/test-broker.ts';
import { Cell } from '../cell/cell.ts';
import { connectBroker } from '../log/connect.ts';
import { symbolsView } from '../runtime/view-publisher.ts';
import { followActive } from './active.ts';

let broker: TestBroker;
beforeAll(async () => {
  broker = await startTestBroker();
});
afterAll(() => broker.stop());

test('what VIEW says a strategy has use for reaches the planner: those of the last minute, once a change, and no others', async () => {
  const day = generatedDay({ count: 40, until: '10:00' });
  const cell = new Cell(day.bundle);
  const evaluated = new Map<number, number>();
  cell.symbols.observer = { snapshot: (s, _snapshot, { tsec }) => void evaluated.set(s, tsec) };
  const engine = await connectBroker(broker.access('engine'), 'test');
  const feed = await connectBroker(broker.access('feed'), 'test-feed');
  const told: number[][] = [];
  const following = followActive(feed, broker.run, { markActive: (active) => void told.push([...active]) }, makeLog('test', 'silent'));
  await feed.flush();
  const expected: number[][] = [];
  for (const entry of day.entries) {
    cell.apply(entry);
    if (entry.type !== 'clock' || entry.tsMs % 5000 !== 0) continue;
    engine.publish(subjects(broker.run).view('symbols'), encode(symbolsView(cell, cell.step)));
    const from = Math.floor((tsecOf(cell.timeMs) - 60) / 3) * 3;
    const awake = day.bundle.instruments.filter((_each, s) => (evaluated.get(s) ?? -1e9) >= from).map(({ no }) => no);
    if (awake.join() !== (expected.at(-1) ?? []).join()) expected.push(awake);
  }
  engine.publish(subjects(broker.run).view('symbols'), encode({ no: 'view' }));
  await engine.flush();
  await expect.poll(() => told.length, { timeout: 300_000 }).toBeGreaterThanOrEqual(expected.length);

  expect(told).toEqual(expected);
  expect(told.length).toBeGreaterThan(3);
  following.unsubscribe();
  await Promise.all([engine.close(), feed.close()]);
});
