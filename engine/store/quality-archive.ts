/**
 * QUALITY into the store: one row a class. A report stored twice is the same rows. Where the reading stands is kept beside the run, so that
 * a restart goes on there.
 */

import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JetStreamClient } from '@nats-io/jetstream';
import { decode } from '../../contracts/codec.ts';
import type { Log } from '../../contracts/process/log.ts';
import { QualityReport } from '../../contracts/quality.ts';
import { streams, subjects } from '../../contracts/subjects.ts';
import { streamFrom } from '../log/jetstream-read.ts';
import type { Store } from './client.ts';
import { RowBinary } from './row-binary.ts';
import { database } from './schema.ts';

const flushMs = 2000;
const waitMs = 1000;

export type KeepOptions = { readonly dir: string; readonly log: Log; readonly signal: AbortSignal };

export async function keepQuality(js: JetStreamClient, run: string, store: Store, { dir, log, signal }: KeepOptions): Promise<void> {
  const place = new Place(dir);
  for (let told = ''; !signal.aborted; ) {
    const rows = new RowBinary();
    let flushed = Date.now();
    try {
      const filter = subjects(run).allQuality;
      for await (const { seq, body } of streamFrom(js, streams(run).quality, place.next, { filter, signal })) {
        const report = QualityReport.safeParse(decode(body));
        if (report.success) {
          const { tradeDate, tsMs, source, values } = report.data;
          for (const [name, value] of Object.entries(values))
            rows.date(tradeDate).i64(tsMs).string(source).string(name).f64(value).endRow();
        } else log.warn({ event: 'quality.unreadable', seq });
        if (Date.now() - flushed < flushMs) continue;
        await store.insert(`${database}.quality`, rows);
        rows.clear();
        place.passed(seq);
        flushed = Date.now();
        told = '';
      }
    } catch (error) {
      // the engine makes the stream; a store that is away comes back
      if (!signal.aborted && String(error) !== told) log.warn({ event: 'quality.retry', error: String(error) });
      told = String(error);
      await sleep(waitMs);
    }
  }
}

/** The stream sequence to go on at, in a file; a lost one costs a second reading. */
class Place {
  readonly #file: string;
  next: number;

  constructor(dir: string) {
    this.#file = join(dir, 'quality.seq');
    this.next = read(this.#file) + 1;
  }

  passed(seq: number): void {
    this.next = seq + 1;
    try {
      writeFileSync(`${this.#file}.tmp`, String(seq));
      renameSync(`${this.#file}.tmp`, this.#file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
}

function read(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    return 0; // never written
  }
}
