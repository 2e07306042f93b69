/**
 * A closed day out of the streams into day files: written, replayed once, compared, and only then let go of the streams.
 *
 * Files    `days/<date>.tape.br`, `.journal.br`, and `<date>.json`, which says what they hold and that they were verified
 * Purge    TAPE keeps `tapeDays`, JOURNAL `journalDays` of verified days; the newest day always stays
 */

import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import { z } from 'zod';
import { decode } from '../../contracts/codec.ts';
import { readStep } from '../../contracts/compat/read.ts';
import { FenshiError } from '../../contracts/errors.ts';
import { streams, subjects } from '../../contracts/subjects.ts';
import { decodeTape } from '../../contracts/tape.ts';
import { TradeDate } from '../../contracts/units.ts';
import { Cell } from '../cell/cell.ts';
import { loadBundle } from '../log/bundle-store.ts';
import { dayFile, FrameFile, frames } from '../log/day-files.ts';
import { chain } from '../log/hash.ts';
import { nextOnSubject, streamFrom } from '../log/jetstream-read.ts';

export const DayRecord = z.object({
  v: z.literal(1),
  tradeDate: TradeDate,
  bundle: z.string(),
  entries: z.int(),
  quotes: z.int(),
  steps: z.int(),
  /** Hash of the last step. */
  hash: z.string(),
  files: z.object({ tape: z.string(), journal: z.string() }),
});
export type DayRecord = z.infer<typeof DayRecord>;

const recordFile = (dir: string, date: TradeDate): string => join(dir, `${date}.json`);
export const dayRecord = (dir: string, date: TradeDate): DayRecord | null =>
  existsSync(recordFile(dir, date)) ? DayRecord.parse(JSON.parse(readFileSync(recordFile(dir, date), 'utf8'))) : null;
export const archivedDays = (dir: string): TradeDate[] =>
  existsSync(dir)
    ? readdirSync(dir)
        .flatMap((name) => (/^\d{8}\.json$/.test(name) ? [name.slice(0, 8)] : []))
        .sort()
    : [];

/** Copies a closed day's bodies, `openSeq` to `closeSeq` of TAPE and its subject of JOURNAL up to the step of entry `closeN`. */
export async function writeDayFiles(
  js: JetStreamClient,
  run: string,
  dir: string,
  date: TradeDate,
  openSeq: number,
  closeSeq: number,
): Promise<void> {
  const tape = new FrameFile(dayFile(dir, date, 'tape'));
  for await (const { seq, body } of streamFrom(js, streams(run).tape, openSeq)) {
    await tape.write(body);
    if (seq === closeSeq) break;
  }
  await tape.close();
  const journal = new FrameFile(dayFile(dir, date, 'journal'));
  for await (const { body } of streamFrom(js, streams(run).journal, 1, { filter: subjects(run).journal(date) })) {
    await journal.write(body);
    if (readStep(body).n === closeSeq - openSeq) break;
  }
  await journal.close();
}

const breathEvery = 500;

/**
 * Replays the day's tape file and compares every step with its journal file.
 * @throws FenshiError JOURNAL_FORK, JOURNAL_GAP where they part; TAPE_CORRUPT, BUNDLE_MISSING
 */
export async function verifyDay(dir: string, bundles: string, date: TradeDate): Promise<DayRecord> {
  const stored = frames(dayFile(dir, date, 'journal'))[Symbol.asyncIterator]();
  let [cell, bundle, hash, entries, quotes, steps]: [Cell | null, string, string, number, number, number] = [null, '', '', 0, 0, 0];
  for await (const body of frames(dayFile(dir, date, 'tape'))) {
    const entry = decodeTape(body);
    if (entry.type === 'day.open' && cell === null) {
      bundle = hash = entry.bundle;
      cell = new Cell(loadBundle(bundles, bundle), await skipsIn(dir, date));
    }
    if (cell === null) throw new FenshiError('TAPE_CORRUPT', `${date}: the file does not begin with day.open`);
    if (entry.type === 'quotes') quotes += entry.batch.count;
    entries += 1;
    const { draft } = cell.apply(entry);
    if (entries % breathEvery === 0) await new Promise((resolve) => setImmediate(resolve));
    if (draft === null) continue;
    const step = chain(hash, draft);
    const next = await stored.next();
    if (next.done === true) throw new FenshiError('JOURNAL_GAP', `${date}: the journal file ends before step ${step.step}`);
    if (readStep(next.value).hash !== step.hash)
      throw new FenshiError('JOURNAL_FORK', `${date}: step ${step.step} replays to another hash`);
    hash = step.hash;
    steps += 1;
  }
  if ((await stored.next()).done !== true) throw new FenshiError('JOURNAL_FORK', `${date}: the journal file goes on after step ${steps}`);
  const files = { tape: await shaOf(dayFile(dir, date, 'tape')), journal: await shaOf(dayFile(dir, date, 'journal')) };
  return { v: 1, tradeDate: date, bundle, entries, quotes, steps, hash, files };
}

/** Entries a supervisor had named as crashing and the cell skipped: read ahead, as the cell did. What had been decided by then was not. */
async function skipsIn(dir: string, date: TradeDate): Promise<number[]> {
  const skips: number[] = [];
  for await (const body of frames(dayFile(dir, date, 'tape'))) {
    if ((decode(body) as { type?: string }).type !== 'control') continue;
    const entry = decodeTape(body);
    if (entry.type === 'control' && entry.command.name === 'skip' && entry.command.tradeDate === date) skips.push(entry.command.n);
  }
  if (skips.length === 0) return skips;
  const skipped = new Set<number>();
  for await (const body of frames(dayFile(dir, date, 'journal'))) {
    const { n, entries } = readStep(body);
    if (entries.some((entry) => entry.kind === 'fault' && entry.code === 'ENTRY_SKIPPED')) skipped.add(n);
  }
  return skips.filter((n) => skipped.has(n));
}

/** Says that the files were verified: from now on the streams may let the day go. */
export function keepRecord(dir: string, record: DayRecord): void {
  const path = recordFile(dir, record.tradeDate);
  writeFileSync(`${path}.tmp`, `${JSON.stringify(record, null, 1)}\n`);
  renameSync(`${path}.tmp`, path);
}

const failureFile = (dir: string, date: TradeDate): string => join(dir, `${date}.failed.json`);
/** Days whose files did not replay to their journal: kept in the streams, and not tried again until the file is removed. */
export const failedDays = (dir: string): TradeDate[] =>
  existsSync(dir)
    ? readdirSync(dir)
        .flatMap((name) => (/^\d{8}\.failed\.json$/.test(name) ? [name.slice(0, 8)] : []))
        .sort()
    : [];
export const keepFailure = (dir: string, date: TradeDate, error: FenshiError): void =>
  writeFileSync(failureFile(dir, date), `${JSON.stringify({ v: 1, tradeDate: date, code: error.code, why: error.message }, null, 1)}\n`);

export type Retention = { readonly tapeDays: number; readonly journalDays: number };

/** Lets verified days go that are older than the newest `keep`. Returns what was purged. */
export async function purgeDays(
  jsm: JetStreamManager,
  run: string,
  dir: string,
  { tapeDays, journalDays }: Retention,
): Promise<{ readonly tape: TradeDate[]; readonly journal: TradeDate[] }> {
  // nothing is let go past a day that could not be verified
  const firstFailed = failedDays(dir)[0];
  const verified = archivedDays(dir).filter((date) => firstFailed === undefined || date < firstFailed);
  const [tape, journal] = [
    verified.slice(0, Math.max(0, verified.length - tapeDays)),
    verified.slice(0, Math.max(0, verified.length - journalDays)),
  ];
  const last = tape.at(-1);
  if (last !== undefined) {
    // everything before the first day.open that is to stay
    const open = await firstOpenAfter(jsm, run, last);
    if (open !== null) await jsm.streams.purge(streams(run).tape, { seq: open });
  }
  for (const date of journal) await jsm.streams.purge(streams(run).journal, { filter: subjects(run).journal(date) });
  return { tape, journal };
}

async function firstOpenAfter(jsm: JetStreamManager, run: string, date: TradeDate): Promise<number | null> {
  const subject = subjects(run).tape({ type: 'day.close', v: 1, tsMs: 0, tradeDate: date });
  for (
    let message = await nextOnSubject(jsm, streams(run).tape, 1, subject);
    message !== null;
    message = await nextOnSubject(jsm, streams(run).tape, message.seq + 1, subject)
  ) {
    const entry = decodeTape(message.data);
    if (entry.type === 'day.open' && entry.tradeDate > date) return message.seq;
  }
  return null;
}

export async function shaOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path)) hash.update(part as Buffer);
  return hash.digest('hex');
}
