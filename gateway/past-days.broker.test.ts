/** The stored days of a run, off a real broker and with the rights of the gateway. */
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from 'nats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encode } from '../contracts/codec.ts';
import { streams, subjects } from '../contracts/subjects.ts';
import { connectBroker } from '../engine/log/connect.ts';
import { JetStreamJournal } from '../engine/log/jetstream-journal.ts';
import { ensureStreams } from '../engine/log/streams.ts';
import { type FoldedDay, foldedDay } from '../scenarios/support/days.ts';
import { startTestBroker, type TestBroker } from '../scenarios/support/test-broker.ts';
import { type DayReader, journalReader } from './past-days.ts';

describe('stored days', () => {
  const [monday, tuesday] = ['20261123', '20261124'];
  let broker: TestBroker;
  let [engine, gateway]: NatsConnection[] = [];
  let day: FoldedDay;
  let reader: DayReader;
  /** What is there already is not stored twice. */
  const store = async (date: string, to: number): Promise<void> => {
    const journal = new JetStreamJournal(jetstream(engine!), await jetstreamManager(engine!), broker.run, date, day.sha);
    for (const step of day.steps.slice(0, to)) await journal.append(step);
  };
  const numbers = async (date: string, have: number): Promise<readonly number[]> =>
    (await reader.steps(date, have)).map(({ step }) => step);

  beforeAll(async () => {
    broker = await startTestBroker();
    engine = await connectBroker(broker.access('engine'), 'test');
    gateway = await connectBroker(broker.access('gateway'), 'test');
    day = foldedDay({ count: 40, until: '10:00' });
    reader = journalReader(() => gateway!, broker.run);
  });
  afterAll(async () => {
    await gateway!.close();
    await engine!.close();
    await broker.stop();
  });

  test('are refused by their code before there is a stream, and where nothing of the day is stored', async () => {
    await expect(reader.days()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    await ensureStreams(await jetstreamManager(engine!), broker.run);
    expect(await reader.days()).toEqual([]);
    await expect(reader.steps(monday, 0)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('are read whole and read on, each for itself, newest first', async () => {
    await store(monday, 2);
    await store(tuesday, 3);
    expect(await reader.days()).toEqual([
      { date: tuesday, steps: 3 },
      { date: monday, steps: 2 },
    ]);
    expect(await numbers(monday, 0)).toEqual([1, 2]);
    expect(await numbers(monday, 2)).toEqual([]);
    await store(monday, 4);
    expect(await numbers(monday, 2)).toEqual([3, 4]);
    expect(await reader.steps(tuesday, 0)).toEqual(day.steps.slice(0, 3));
  });

  test('lose nothing of a reading that broke off', async () => {
    const on = subjects(broker.run).journal(tuesday);
    await store(tuesday, 5);
    const { seq } = await jetstream(engine!).publish(on, encode({ v: 1, type: 'nothing we know' }));
    expect(await numbers(tuesday, 3).catch(() => 'broke off')).toBe('broke off');
    await (await jetstreamManager(engine!)).streams.deleteMessage(streams(broker.run).journal, seq);
    expect(await numbers(tuesday, 3)).toEqual([4, 5]);
  });
});
