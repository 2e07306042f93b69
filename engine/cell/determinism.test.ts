import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { beforeAll, describe, expect, test } from 'vitest';
import type { JournalStep } from '../../contracts/journal.ts';
import { decodeTape, encodeTape, type TapeEntry } from '../../contracts/tape.ts';
import { type GeneratedDay, generatedDay, lcg } from '../../scenarios/support/days.ts';
import { startTestBroker } from '../../scenarios/support/test-broker.ts';
import { connectBroker } from '../log/connect.ts';
import { DayFileJournal, DayFileTape } from '../log/day-files.ts';
import { sha256 } from '../log/hash.ts';
import { JetStreamJournal } from '../log/jetstream-journal.ts';
import { JetStreamTapeReader, JetStreamTapeWriter, newestDay } from '../log/jetstream-tape.ts';
import { MemoryJournal } from '../log/memory.ts';
import { ensureStreams } from '../log/streams.ts';
import { foldDay } from '../runtime/fold.ts';
import { Cell } from './cell.ts';
import { decodeImage, encodeImage, packImage, unpackImage } from './image.ts';

let day: GeneratedDay;
let bodies: Uint8Array[];
let steps: readonly JournalStep[];
const tip = (journal: readonly JournalStep[]): string => journal.at(-1)!.hash;

beforeAll(() => {
  day = generatedDay();
  bodies = day.entries.map(encodeTape);
  steps = foldDay(day.bundle, bodies).steps;
});

describe('one tape, one journal', () => {
  test('twice, and from decoded entries, the journal is byte-equal and holds opportunities', () => {
    const again = foldDay(day.bundle, bodies);
    const decoded = foldDay(day.bundle, day.entries);

    expect(tip(again.steps)).toBe(tip(steps));
    expect(tip(decoded.steps)).toBe(tip(steps));
    const opened = steps
      .flatMap((step) => step.entries)
      .filter((entry) => entry.kind === 'transition' && entry.machine === 'opportunity' && entry.from === null);
    expect(opened.length).toBeGreaterThan(3);
  });

  test('actorSeq and step have no holes', () => {
    const last = new Map<string, number>();
    for (const [i, step] of steps.entries()) {
      expect(step.step).toBe(i + 1);
      for (const { actorId, actorSeq } of step.entries) {
        expect(actorSeq).toBe((last.get(actorId) ?? 0) + 1);
        last.set(actorId, actorSeq);
      }
    }
  });

  test.each([1, 16, Number.POSITIVE_INFINITY])('handed over %d entries at a time, through an event loop between', async (chunk) => {
    const cell = new Cell(day.bundle);
    const journal = new MemoryJournal(day.sha);
    for (let from = 0; from < bodies.length; from += chunk) {
      for (const body of bodies.slice(from, from + chunk)) {
        const { draft } = cell.apply(decodeTape(body));
        if (draft !== null) journal.appendNow(draft);
      }
      if (chunk > 1) await new Promise((resolve) => setImmediate(resolve));
    }

    expect(journal.hash).toBe(tip(steps));
  });

  test('an image read out piece by piece while the cell goes on is the image of the moment it was opened', () => {
    const random = lcg(7);
    const cell = new Cell(day.bundle);
    const at = bodies.length >> 1;
    for (const body of bodies.slice(0, at)) cell.apply(decodeTape(body));
    const whole = sha256(encodeImage(cell.image()));

    const { image, end } = cell.openImage();
    const { pieces } = packImage(image, 'key');
    const read: Uint8Array[] = [];
    let n = at;
    const goOn = () => {
      for (const until = n + random(120); n < until; n++) cell.apply(decodeTape(bodies[n]!));
    };
    goOn();
    for (const piece of pieces()) {
      read.push(piece.slice());
      goOn();
    }
    end();

    expect(n - at).toBeGreaterThan(200);
    expect(sha256(encodeImage(unpackImage(Buffer.concat(read), 'key')!.image))).toBe(whole);
    expect(sha256(encodeImage(cell.image()))).not.toBe(whole);
  });

  test('restored from its image at random positions, through bytes, it goes on as if nothing had been', () => {
    const random = lcg(20_261_123);
    const places = new Set(Array.from({ length: 60 }, () => 1000 + random(bodies.length - 1000)));
    let cell = new Cell(day.bundle);
    const journal = new MemoryJournal(day.sha);
    let at = 0;
    let next = 0;
    for (const [n, body] of bodies.entries()) {
      if (places.has(n)) {
        cell = Cell.restore(day.bundle, decodeImage(encodeImage(cell.image())));
        at = n;
      }
      const { draft } = cell.apply(decodeTape(body));
      if (draft === null) continue;
      journal.appendNow(draft);
      // step by step, so that a failure names the restore it follows
      expect({ at, hash: journal.hash }).toEqual({ at, hash: steps[next++]!.hash });
    }
    expect(next).toBe(steps.length);
  });

  test('one price of one quote behind a signal, moved by a tick, changes the journal', () => {
    const signal = steps
      .flatMap((step) => step.entries.map((entry) => ({ n: step.n, entry })))
      .find(({ entry }) => entry.kind === 'signal')!;
    const id = signal.entry.kind === 'signal' ? signal.entry.signal.entity.key : '';
    const no = day.bundle.instruments.find((each) => `${String(each.no % 1e6).padStart(6, '0')}` === id.slice(0, 6))!.no;
    const moved = day.entries.map((entry, n) => {
      if (n !== signal.n || entry.type !== 'quotes') return entry;
      const copy = decodeTape(encodeTape(entry));
      if (copy.type !== 'quotes') return entry;
      const row = [...copy.batch.instrumentNo].lastIndexOf(no);
      copy.batch.askMilli[row * 5]! += 10;
      return copy;
    });

    expect(tip(foldDay(day.bundle, moved).steps)).not.toBe(tip(steps));
  });
});

test('memory, day files and JetStream end at one hash', async () => {
  const morning = generatedDay({ until: '10:30' });
  const want = tip(foldDay(morning.bundle, morning.entries).steps);
  const dir = mkdtempSync(join(tmpdir(), 'fenshi-hash-'));
  const broker = await startTestBroker();
  const nc = await connectBroker(broker.access('engine'), 'determinism');
  try {
    const [js, jsm] = [jetstream(nc), await jetstreamManager(nc)];
    await ensureStreams(jsm, broker.run);
    const [fileTape, streamTape] = [new DayFileTape(dir, '20261123'), new JetStreamTapeWriter(js, jsm, broker.run, '20261123')];
    for (const [n, entry] of morning.entries.entries()) {
      await fileTape.append(n, entry);
      await streamTape.append(n, entry);
    }
    await Promise.all([fileTape.close(), streamTape.close()]);

    const fileJournal = new DayFileJournal(dir, '20261123', morning.sha);
    await run(morning, new DayFileTape(dir, '20261123').entries(0), fileJournal);
    const streamJournal = new JetStreamJournal(js, jsm, broker.run, '20261123', morning.sha);
    await run(morning, new JetStreamTapeReader(js, broker.run, (await newestDay(jsm, broker.run))!.openSeq).entries(0), streamJournal);

    expect(fileJournal.hash).toBe(want);
    expect(streamJournal.hash).toBe(want);
  } finally {
    await nc.close();
    await broker.stop();
    rmSync(dir, { recursive: true, force: true });
  }
});

async function run({ bundle }: GeneratedDay, entries: AsyncIterable<TapeEntry>, journal: DayFileJournal | JetStreamJournal): Promise<void> {
  const cell = new Cell(bundle);
  for await (const entry of entries) {
    const { draft } = cell.apply(entry);
    if (draft !== null) await journal.append(draft);
  }
}

describe.each(['22', '24'])('Node %s', (major) => {
  const binary = process.env[`FENSHI_NODE_${major}`] ?? '';

  test.skipIf(!existsSync(binary))(`ends at the same hash (needs FENSHI_NODE_${major})`, () => {
    const out = execFileSync(binary, ['engine/cli/launch.mjs', 'scenarios/support/print-hash.ts'], { encoding: 'utf8' });

    expect(out.trim().split('\n').at(-1)).toBe(tip(steps));
  });
});
