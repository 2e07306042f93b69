import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { encode } from '../../contracts/codec.ts';
import { FenshiError } from '../../contracts/errors.ts';
import type { JournalStep } from '../../contracts/journal.ts';
import { midnightOf } from '../../contracts/session.ts';
import { streams } from '../../contracts/subjects.ts';
import { decodeTape, encodeTape, type TapeEntry } from '../../contracts/tape.ts';
import { type FoldedDay, foldedDay } from '../../scenarios/support/days.ts';
import { startTestBroker } from '../../scenarios/support/test-broker.ts';
import { Cell } from '../cell/cell.ts';
import { saveBundle } from '../log/bundle-store.ts';
import { connectBroker } from '../log/connect.ts';
import { dayFile, FrameFile } from '../log/day-files.ts';
import { chain } from '../log/hash.ts';
import { nextOnSubject } from '../log/jetstream-read.ts';
import { JetStreamTapeWriter } from '../log/jetstream-tape.ts';
import { ensureStreams } from '../log/streams.ts';
import { type DayRecord, failedDays, keepFailure, keepRecord, purgeDays, verifyDay } from './day-archive.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fenshi-days-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('a day is let go only after its files replay to its journal', () => {
  let day: FoldedDay;
  beforeAll(() => {
    day = foldedDay({ count: 12, seed: 2, until: '10:00' });
  });
  const frameFile = async (kind: 'tape' | 'journal', bodies: readonly Uint8Array[]) => {
    const file = new FrameFile(dayFile(dir, day.bundle.tradeDate, kind));
    for (const body of bodies) await file.write(body);
    await file.close();
  };
  const verified = async (tape: readonly TapeEntry[], journal: readonly JournalStep[]) => {
    saveBundle(dir, day.bundle);
    await frameFile('tape', tape.map(encodeTape));
    await frameFile('journal', journal.map(encode));
    return verifyDay(dir, dir, day.bundle.tradeDate);
  };
  const last = () => day.steps.at(-1)!;

  test('as it was: what the files hold, and the hash of the last step', async () => {
    expect(await verified(day.entries, day.steps)).toMatchObject({
      bundle: day.sha,
      entries: day.entries.length,
      steps: day.steps.length,
      hash: last().hash,
    });
  });

  test.each([
    ['one that had been decided long ago was refused', 50, []],
    ['one that crashed was skipped', 150, [150]],
  ])('a skip on the tape is what it was in the journal: %s', async (_what, n, skips) => {
    const at = day.entries[200]!;
    const skip: TapeEntry = {
      type: 'control',
      v: 1,
      tsMs: at.tsMs,
      commandId: 's',
      command: { name: 'skip', tradeDate: day.bundle.tradeDate, n },
    };
    const tape = [...day.entries.slice(0, 200), skip, ...day.entries.slice(200)];
    const cell = new Cell(day.bundle, skips);
    const steps: JournalStep[] = [];
    for (const entry of tape) {
      const { draft } = cell.apply(entry);
      if (draft !== null) steps.push(chain(steps.at(-1)?.hash ?? day.sha, draft));
    }

    expect(await verified(tape, steps)).toMatchObject({ steps: steps.length, hash: steps.at(-1)!.hash });
  });

  test('a step too few, a step beyond the tape, another hash, no day.open: each is named', async () => {
    await expect(verified(day.entries, day.steps.slice(0, -1))).rejects.toThrow('JOURNAL_GAP');
    await expect(verified(day.entries, [...day.steps, { ...last(), step: last().step + 1 }])).rejects.toThrow('goes on after');
    await expect(verified(day.entries, day.steps.with(-1, { ...last(), hash: 'f'.repeat(64) }))).rejects.toThrow('JOURNAL_FORK');
    await expect(verified(day.entries.slice(1), day.steps)).rejects.toThrow('TAPE_CORRUPT');
  });
});

describe('what the streams let go', () => {
  const dates = ['20261123', '20261124', '20261125', '20261126', '20261127'] as const;
  const record = (tradeDate: string): DayRecord => ({
    v: 1,
    tradeDate,
    bundle: 'b',
    entries: 2,
    quotes: 0,
    steps: 0,
    hash: 'b',
    files: { tape: '', journal: '' },
  });

  /** Five days of TAPE of which `failed` could not be verified; the days that TAPE still opens, and what the purge says it did. */
  async function purged(failed: readonly string[], retention: { tapeDays: number; journalDays: number }) {
    const broker = await startTestBroker();
    const nc = await connectBroker(broker.access('engine'), 'test');
    const jsm = await jetstreamManager(nc);
    await ensureStreams(jsm, broker.run);
    for (const tradeDate of dates) {
      const writer = new JetStreamTapeWriter(jetstream(nc), jsm, broker.run, tradeDate);
      const tsMs = midnightOf(tradeDate) + 9 * 3_600_000;
      const [bundle, codeVersion, origin] = ['b'.repeat(64), 'test', 'simulated'] as const;
      await writer.append(0, { type: 'day.open', v: 1, tsMs, tradeDate, bundle, codeVersion, origin });
      await writer.append(1, { type: 'day.close', v: 1, tsMs, tradeDate });
      await writer.close();
      if (failed.includes(tradeDate)) keepFailure(dir, tradeDate, new FenshiError('JOURNAL_FORK', 'another hash'));
      else keepRecord(dir, record(tradeDate));
    }
    const gone = await purgeDays(jsm, broker.run, dir, retention);
    const kept: string[] = [];
    for (let seq = 1; ; ) {
      const message = await nextOnSubject(jsm, streams(broker.run).tape, seq, '>');
      if (message === null) break;
      const entry = decodeTape(message.data);
      if (entry.type === 'day.open') kept.push(entry.tradeDate);
      seq = message.seq + 1;
    }
    await nc.close();
    await broker.stop();
    return { gone, kept };
  }

  test('the newest days stay', async () => {
    expect(await purged([], { tapeDays: 2, journalDays: 4 })).toEqual({
      gone: { tape: dates.slice(0, 3), journal: dates.slice(0, 1) },
      kept: dates.slice(3),
    });
  });

  test('nothing goes from a day on that could not be verified, however old it grows', async () => {
    const { gone, kept } = await purged(['20261125'], { tapeDays: 1, journalDays: 1 });

    expect(failedDays(dir)).toEqual(['20261125']);
    expect(gone).toEqual({ tape: ['20261123'], journal: ['20261123'] });
    expect(kept).toEqual(dates.slice(1));
  });
});
