import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiscardPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from 'nats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JournalDraft, JournalStep } from '../../contracts/journal.ts';
import { streams } from '../../contracts/subjects.ts';
import { encodeTape, type TapeEntry } from '../../contracts/tape.ts';
import { MarketDay } from '../../scenarios/market/market-day.ts';
import { startTestBroker, type TestBroker } from '../../scenarios/support/test-broker.ts';
import { connectBroker } from './connect.ts';
import { DayFileJournal, DayFileTape } from './day-files.ts';
import { JetStreamJournal } from './jetstream-journal.ts';
import { JetStreamTapeReader, JetStreamTapeWriter, newestDay } from './jetstream-tape.ts';
import { MemoryJournal, MemoryTape } from './memory.ts';
import { pace } from './pacer.ts';
import type { Journal, TapeReader, TapeWriter } from './ports.ts';
import { ensureStreams } from './streams.ts';

const firstHash = 'b'.repeat(64);
const draftOf = (step: number, code = 'x'): JournalDraft => ({
  step,
  n: step * 2,
  entries: [{ kind: 'fault', actorId: 'market', actorSeq: step, tsMs: step, scope: 's', code, message: '' }],
});

type Adapter = {
  readonly tape: (date: string) => TapeWriter;
  readonly reader: (date: string) => Promise<TapeReader>;
  readonly journal: (date: string) => Promise<Journal>;
};
let broker: TestBroker;
let nc: NatsConnection;
let dir: string;
const adapters: Record<string, () => Promise<Adapter>> = {
  memory: async () => {
    const tape = new MemoryTape();
    const journal = new MemoryJournal(firstHash);
    return { tape: () => tape, reader: async () => tape, journal: async () => journal };
  },
  'day files': async () => {
    const journals = new Map<string, DayFileJournal>();
    return {
      tape: (date) => new DayFileTape(dir, date),
      reader: async (date) => new DayFileTape(dir, date),
      journal: async (date) => journals.get(date) ?? journals.set(date, new DayFileJournal(dir, date, firstHash)).get(date)!,
    };
  },
  JetStream: async () => {
    const [js, jsm] = [jetstream(nc), await jetstreamManager(nc)];
    await ensureStreams(jsm, broker.run);
    return {
      tape: (date) => new JetStreamTapeWriter(js, jsm, broker.run, date),
      reader: async () => new JetStreamTapeReader(js, broker.run, (await newestDay(jsm, broker.run))!.openSeq),
      journal: async (date) => {
        const journal = new JetStreamJournal(js, jsm, broker.run, date, firstHash);
        await journal.open();
        return journal;
      },
    };
  },
};

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fenshi-log-'));
  broker = await startTestBroker({ onDisk: true });
  nc = await connectBroker(broker.access('engine'), 'conformance');
});
afterAll(async () => {
  await nc.close();
  await broker.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** Every fifth minute of a small generated day, closed properly. */
function sampleDay(date: string): TapeEntry[] {
  const entries = [
    ...pace(
      { tradeDate: date, bundle: firstHash, codeVersion: 'test', origin: 'simulated' },
      new MarketDay({ seed: 3, date, day: 0, count: 8 }),
    ),
  ];
  return entries.filter((_entry, i) => i === 0 || i === entries.length - 1 || i % 40 === 0);
}

describe.each(Object.keys(adapters))('%s log', (name) => {
  test('a tape reads back entry by entry, from the start and from the middle; repeats are harmless', async () => {
    const adapter = await adapters[name]!();
    const day = sampleDay('20261123');
    const writer = adapter.tape('20261123');
    for (const [n, entry] of day.entries()) await writer.append(n, entry);
    await writer.close();

    const whole = await collect((await adapter.reader('20261123')).entries(0));
    const tail = await collect((await adapter.reader('20261123')).entries(day.length - 50));

    expect(whole.map(hex)).toEqual(day.map(hex));
    expect(tail.map(hex)).toEqual(day.slice(-50).map(hex));
  });

  test('a journal keeps its steps in order with their chain, repeats compare, forks are refused', async () => {
    const adapter = await adapters[name]!();
    const journal = await adapter.journal('20261124');
    const written: JournalStep[] = [];
    for (let step = 1; step <= 30; step++) written.push(await journal.append(draftOf(step)));

    const again = await journal.append(draftOf(7));
    await expect(journal.append(draftOf(9, 'other'))).rejects.toThrow('JOURNAL_FORK');
    await expect(journal.append(draftOf(99))).rejects.toThrow('JOURNAL_GAP');
    await journal.close();

    expect(again).toEqual(written[6]);
    expect(await collect(journal.steps(0))).toEqual(written);
    expect(await collect(journal.steps(20))).toEqual(written.slice(20));
  });
});

test('the same drafts have the same hashes in every log', async () => {
  const tips: string[] = [];
  for (const make of Object.values(adapters)) {
    const journal = await (await make()).journal('20261125');
    for (let step = 1; step <= 10; step++) tips[step === 1 ? tips.length : tips.length - 1] = (await journal.append(draftOf(step))).hash;
    await journal.close();
  }

  expect(new Set(tips).size).toBe(1);
});

test('a journal on JetStream is opened at a mark that the stream holds with its hash, and at no other', async () => {
  const [js, jsm] = [jetstream(nc), await jetstreamManager(nc)];
  await ensureStreams(jsm, broker.run);
  const journalOf = (date: string) => new JetStreamJournal(js, jsm, broker.run, date, firstHash);
  const whole = journalOf('20261126');
  await whole.open();
  for (let step = 1; step <= 20; step++) await whole.append(draftOf(step));
  const other = journalOf('20261201');
  await other.open();
  await other.append(draftOf(1));
  const mark = whole.markAt(12);

  const part = journalOf('20261126');
  for (const wrong of [
    { ...mark, hash: whole.markAt(13).hash },
    { ...mark, seq: mark.seq + 1 },
    { ...mark, step: 11 },
    { ...mark, seq: 1_000_000 },
    { ...mark, seq: other.markAt(1).seq },
  ])
    expect(await part.openAt(wrong), JSON.stringify(wrong)).toBe(false);
  expect(part.step).toBe(0);

  expect(await part.openAt(mark)).toBe(true);
  expect([part.step, part.hash]).toEqual([whole.step, whole.hash]);
  expect(await part.append(draftOf(13))).toEqual(await whole.append(draftOf(13)));
  expect((await part.append(draftOf(21))).step).toBe(21);

  const fresh = journalOf('20261202');
  expect(await fresh.openAt(journalOf('20261202').markAt(0))).toBe(true);
  expect((await fresh.append(draftOf(1))).step).toBe(1);
});

test('a tape writer that starts over stores nothing twice and goes on after the last stored entry', async () => {
  const [js, jsm] = [jetstream(nc), await jetstreamManager(nc)];
  await ensureStreams(jsm, broker.run);
  const day = sampleDay('20261127');
  const first = new JetStreamTapeWriter(js, jsm, broker.run, '20261127');
  for (const [n, entry] of day.slice(0, 100).entries()) await first.append(n, entry);
  await first.flush();
  await broker.killAndRestart();

  const second = new JetStreamTapeWriter(js, jsm, broker.run, '20261127');
  for (const [n, entry] of day.entries()) await second.append(n, entry);
  await second.close();

  const { openSeq } = (await newestDay(jsm, broker.run))!;
  expect((await collect(new JetStreamTapeReader(js, broker.run, openSeq).entries(0))).map(hex)).toEqual(day.map(hex));
});

test('a full stream is asked at longer and longer intervals, and nothing is lost once there is room', async () => {
  const [js, jsm] = [jetstream(nc), await jetstreamManager(nc)];
  await ensureStreams(jsm, broker.run);
  const { tape } = streams(broker.run);
  const { config, state } = await jsm.streams.info(tape);
  await jsm.streams.update(tape, { ...config, max_msgs: state.messages + 20, discard: DiscardPolicy.New });
  const day = sampleDay('20261130').slice(0, 60);
  const waited: number[] = [];
  const writer = new JetStreamTapeWriter(js, jsm, broker.run, '20261130', async (refusals) => {
    waited.push(refusals);
    if (refusals === 3) await jsm.streams.update(tape, { ...config, max_msgs: -1 });
  });
  for (const [n, entry] of day.entries()) await writer.append(n, entry);
  await writer.close();

  const { openSeq } = (await newestDay(jsm, broker.run))!;
  const read: TapeEntry[] = [];
  for await (const entry of new JetStreamTapeReader(js, broker.run, openSeq).entries(0)) if (read.push(entry) === day.length) break;
  expect(read.map(hex)).toEqual(day.map(hex));
  expect(waited).toEqual([0, 1, 2, 3]);
});

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const out: T[] = [];
  for await (const item of items) out.push(item);
  return out;
}
const hex = (entry: TapeEntry): string => Buffer.from(encodeTape(entry)).toString('base64');
