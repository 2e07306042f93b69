/**
 * The store role: chDB (or a ClickHouse elsewhere), the archive of the run, and the day files. It may be away for hours: the streams keep
 * what it has not stored yet.
 */
import { join } from 'node:path';
import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { FenshiError } from '../../contracts/errors.ts';
import { RoleStart, roleEnv } from '../../contracts/roles.ts';
import { streams } from '../../contracts/subjects.ts';
import { codeVersion } from '../cli/root.ts';
import { loadBundle } from '../log/bundle-store.ts';
import { connectBroker } from '../log/connect.ts';
import { firstUnfinishedDay, type OpenDay } from '../log/jetstream-tape.ts';
import { makeLog } from '../telemetry/log.ts';
import { metrics, registry } from '../telemetry/metrics.ts';
import { serveOps } from '../telemetry/ops-server.ts';
import { storeMetrics } from '../telemetry/store-metrics.ts';
import { type ChdbProcess, startChdb } from './chdb-process.ts';
import { Store } from './client.ts';
import { archivedDays, dayRecord, failedDays, keepFailure, keepRecord, purgeDays, verifyDay, writeDayFiles } from './day-archive.ts';
import { diskUnder } from './disk.ts';
import { writeStoreAddress } from './locate.ts';
import { keepQuality } from './quality-archive.ts';
import { migrate } from './schema.ts';
import { followDay } from './store-day.ts';

const start = RoleStart.parse(JSON.parse(process.env[roleEnv] ?? 'null'));
const log = makeLog('store', start.logLevel);
const waitMs = 500;
const diskMs = 10_000;
const retention = { tapeDays: 5, journalDays: 60 };
const stop = new AbortController();
process
  .on('SIGTERM', () => stop.abort())
  .on('SIGINT', () => stop.abort())
  .on('disconnect', () => stop.abort());

try {
  await main();
  log.info({ event: 'store.stopped' });
  process.exit(0);
} catch (error) {
  log.fatal({ event: 'store.failed', code: error instanceof FenshiError ? error.code : 'BUG', error: String(error) });
  process.exit(1);
}

async function main(): Promise<void> {
  const nc = await connectBroker(start, 'fenshi-store');
  const [js, jsm] = [jetstream(nc), await jetstreamManager(nc)];
  metrics.build.set({ version: codeVersion, node: process.version }, 1);
  const chdb: ChdbProcess | null = start.store === undefined ? await startChdb(join(start.dir, 'store')) : null;
  const address = start.store ?? chdb!;
  void chdb?.exited.then((why) => {
    if (stop.signal.aborted) return;
    log.fatal({ event: 'store.chdb.ended', why });
    process.exit(1);
  });
  const store = new Store(address);
  await migrate(store);
  writeStoreAddress(start.dir, address);
  const days = join(start.dir, 'days');
  const ops = await serveOps({ host: start.opsHost, port: start.opsPort }, registry, () => ({
    ready: true,
    checks: { days: archivedDays(days), failed: failedDays(days) },
  }));
  storeMetrics.failed.set(failedDays(days).length);
  const disk = setInterval(() => void noteDisk(), diskMs);
  await noteDisk();
  const keeping = keepQuality(js, start.run, store, stop.signal).catch((error: unknown) =>
    log.error({ event: 'store.quality', error: String(error) }),
  );
  process.send?.({ type: 'up' });
  while (!stop.signal.aborted) {
    const day = await nextDay(jsm, days);
    if (day === null) await new Promise((resolve) => setTimeout(resolve, waitMs));
    else await archive(day);
  }
  clearInterval(disk);
  await keeping;
  ops.close();
  await store.close();
  await chdb?.stop();
  await nc.close();

  async function archive(day: OpenDay): Promise<void> {
    const { tradeDate, bundle } = day.open;
    log.info({ event: 'store.day', tradeDate, openSeq: day.openSeq });
    const followed = await followDay(js, start.run, store, loadBundle(start.bundles, bundle), day, stop.signal);
    if (followed === null) return;
    await writeDayFiles(js, start.run, days, tradeDate, day.openSeq, followed.closeSeq);
    const record = await verifyDay(days, start.bundles, tradeDate).catch((error: unknown) => {
      if (!(error instanceof FenshiError)) throw error;
      return error;
    });
    if (record instanceof FenshiError) {
      keepFailure(days, tradeDate, record);
      storeMetrics.failed.set(failedDays(days).length);
      log.error({ event: 'store.day.failed', tradeDate, code: record.code, why: record.message });
      return;
    }
    keepRecord(days, record);
    const purged = await purgeDays(jsm, start.run, days, retention);
    storeMetrics.days.set(archivedDays(days).length);
    log.info({ event: 'store.day.verified', ...record, purged });
  }
}

async function nextDay(jsm: JetStreamManager, days: string): Promise<OpenDay | null> {
  if ((await jsm.streams.info(streams(start.run).tape).catch(() => null)) === null) return null; // the engine makes the streams
  return firstUnfinishedDay(jsm, start.run, 1, (date) =>
    Promise.resolve(dayRecord(days, date) !== null || failedDays(days).includes(date)),
  );
}

async function noteDisk(): Promise<void> {
  const { usedRatio, level, freeBytes } = await diskUnder(start.dir);
  storeMetrics.disk.set(usedRatio);
  if (level !== 'ok') log[level === 'warn' ? 'warn' : 'error']({ event: 'store.disk', level, usedRatio, freeBytes });
}
