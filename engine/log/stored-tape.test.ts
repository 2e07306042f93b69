/** Tapes of stored days, off a real broker with the rights of who asks for them, and out of day files. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from 'nats';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { streams } from '../../contracts/subjects.ts';
import type { TapeEntry } from '../../contracts/tape.ts';
import { type GeneratedDay, generatedDay } from '../../scenarios/support/days.ts';
import { startTestBroker, type TestBroker } from '../../scenarios/support/test-broker.ts';
import { connectBroker } from './connect.ts';
import { DayFileTape } from './day-files.ts';
import { JetStreamTapeWriter } from './jetstream-tape.ts';
import { storedTape } from './stored-tape.ts';
import { ensureStreams } from './streams.ts';

const dates = ['20261119', '20261120', '20261123'] as const;
let broker: TestBroker;
let [engine, query]: NatsConnection[] = [];
let days: GeneratedDay[];
let dir: string;

beforeAll(async () => {
  broker = await startTestBroker();
  engine = await connectBroker(broker.access('engine'), 'test');
  query = await connectBroker(broker.access('query'), 'test');
  dir = mkdtempSync(join(tmpdir(), 'fenshi-stored-tape-'));
  days = dates.map((date, i) => generatedDay({ count: 5, seed: i + 1, date, until: '09:32' }));
  const jsm = await jetstreamManager(engine);
  await ensureStreams(jsm, broker.run);
  for (const [i, { entries, bundle }] of days.entries()) {
    const writer = new JetStreamTapeWriter(jetstream(engine), jsm, broker.run, bundle.tradeDate);
    // the second one was never closed, the last one is not over
    const written = i === 0 ? entries : entries.slice(0, -1);
    for (const [n, entry] of written.entries()) await writer.append(n, entry);
    await writer.close();
  }
});
afterAll(async () => {
  await query!.close();
  await engine!.close();
  await broker.stop();
  rmSync(dir, { recursive: true });
});

const read = async (date: string): Promise<TapeEntry[] | null> => {
  const tape = await storedTape(jetstream(query!), await jetstreamManager(query!), broker.run, dir, date, new AbortController().signal);
  if (tape === null) return null;
  const entries: TapeEntry[] = [];
  for await (const entry of tape) entries.push(entry);
  return entries;
};
const [first, second] = [0, 1] as const;

test('a day ends with its close, and where it was never closed with the next one’s beginning', async () => {
  expect(await read(dates[0])).toEqual(days[first]!.entries);
  expect(await read(dates[1])).toEqual(days[second]!.entries.slice(0, -1));
  expect(await read('20261118')).toBeNull();
});

test('what the stream has let go of is read from its file', async () => {
  const file = new DayFileTape(dir, dates[0]);
  for (const [n, entry] of days[first]!.entries.entries()) await file.append(n, entry);
  await file.close();
  await (await jetstreamManager(engine!)).streams.purge(streams(broker.run).tape, { seq: days[first]!.entries.length + 1 });

  expect(await read(dates[0])).toEqual(days[first]!.entries);
  expect((await read(dates[1]))?.length).toBe(days[second]!.entries.length - 1);
});
