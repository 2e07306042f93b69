/** QUALITY into the store: one row a class. A report stored twice is the same rows. */
import type { JetStreamClient } from '@nats-io/jetstream';
import { decode } from '../../contracts/codec.ts';
import { QualityReport } from '../../contracts/quality.ts';
import { streams, subjects } from '../../contracts/subjects.ts';
import { streamFrom } from '../log/jetstream-read.ts';
import type { Store } from './client.ts';
import { RowBinary } from './row-binary.ts';
import { database } from './schema.ts';

const flushMs = 2000;
const waitMs = 500;

export async function keepQuality(js: JetStreamClient, run: string, store: Store, signal: AbortSignal): Promise<void> {
  const rows = new RowBinary();
  let flushed = Date.now();
  while (!signal.aborted) {
    try {
      for await (const { body } of streamFrom(js, streams(run).quality, 1, { filter: subjects(run).allQuality, signal })) {
        const report = QualityReport.safeParse(decode(body));
        if (!report.success) continue;
        const { tradeDate, tsMs, source, values } = report.data;
        for (const [name, value] of Object.entries(values)) rows.date(tradeDate).i64(tsMs).string(source).string(name).f64(value).endRow();
        if (Date.now() - flushed < flushMs) continue;
        await store.insert(`${database}.quality`, rows);
        rows.clear();
        flushed = Date.now();
      }
    } catch {
      await new Promise((resolve) => setTimeout(resolve, waitMs)); // the engine makes the stream
    }
  }
}
