/**
 * The store role: chDB (or a ClickHouse elsewhere), the archive of the run, and the day files. It may be away for hours: the streams keep
 * what it has not stored yet.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { JetStreamManager } from '@nats-io/jetstream';
import { FenshiError } from '../../contracts/errors.ts';
import { isDiskFull, type RoleProcess, runRole } from '../../contracts/process/run-role.ts';
import { streams } from '../../contracts/subjects.ts';
import { loadBundle } from '../log/bundle-store.ts';
import { firstUnfinishedDay, type OpenDay } from '../log/jetstream-tape.ts';
import { isBrokerError } from '../log/trouble.ts';
import { roleOnBroker } from '../runtime/role-on-broker.ts';
import { storeMetrics } from '../telemetry/store-metrics.ts';
import { type ChdbProcess, startChdb } from './chdb-process.ts';
import { Store } from './client.ts';
import { archivedDays, dayRecord, failedDays, keepFailure, keepRecord, purgeDays, verifyDay, writeDayFiles } from './day-archive.ts';
import { writeStoreAddress } from './locate.ts';
import { keepQuality } from './quality-archive.ts';
import { migrate } from './schema.ts';
import { StorageNote } from './storage-note.ts';
import { followDay } from './store-day.ts';

const waitMs = 500;
const storageMs = 10_000;
const troubledMs = 5000;
const retention = { tapeDays: 5, journalDays: 60 };

async function main(role: RoleProcess): Promise<void> {
  const { start, log, signal, up } = role;
  const days = join(start.dir, 'days');
  /** Null once it stores. */
  let [code, trouble]: [string | null, string | null] = ['STARTING', null];
  let storage: StorageNote | null = null;
  const { js, jsm } = await roleOnBroker(role, 'store', () => ({
    code,
    detail: trouble,
    facts: { days: archivedDays(days), failed: failedDays(days), storage: storage?.latest ?? null },
  }));
  const note = new StorageNote({ dir: start.dir, run: start.run, jsm }, log);
  storage = note;
  const noting = setInterval(
    () => void note.look().catch((error: unknown) => log.warn({ event: 'store.disk-unseen', error: String(error) })),
    storageMs,
  );
  up();
  while (!signal.aborted) {
    try {
      await archiveDays(days, () => {
        if (trouble !== null) log.info({ event: 'store.well-again' });
        [code, trouble] = [null, null];
      });
    } catch (error) {
      if (signal.aborted) break;
      // the streams keep what is not stored; a full disk or a lost chDB is waited for, not died of
      code = isDiskFull(error) ? 'DISK_FULL' : isBrokerError(error) ? 'BROKER_UNREACHABLE' : 'STORE_UNAVAILABLE';
      if (code === 'STORE_UNAVAILABLE' && !(error instanceof FenshiError && error.retryable)) throw error;
      if (trouble !== String(error)) log.error({ event: 'store.troubled', code, why: String(error) });
      trouble = String(error);
      await pause(troubledMs, undefined, { signal }).catch(() => undefined);
    }
  }
  clearInterval(noting);

  /** With a store of its own, until the signal or the first failure. */
  async function archiveDays(folder: string, well: () => void): Promise<void> {
    mkdirSync(start.dir, { recursive: true });
    await note.look();
    const chdb: ChdbProcess | null = start.store === undefined ? await startChdb(join(start.dir, 'store')) : null;
    const store = new Store(start.store ?? chdb!);
    const lost = new AbortController();
    const either = AbortSignal.any([signal, lost.signal]);
    void chdb?.exited.then((why) => lost.abort(new FenshiError('STORE_UNAVAILABLE', `chDB ended: ${why}`)));
    const keeping = new AbortController();
    let kept: Promise<void> = Promise.resolve();
    try {
      await migrate(store);
      writeStoreAddress(start.dir, start.store ?? chdb!);
      storeMetrics.failed.set(failedDays(folder).length);
      kept = keepQuality(js, start.run, store, { dir: start.dir, log, signal: AbortSignal.any([either, keeping.signal]) });
      well();
      while (!either.aborted) {
        const day = await nextDay(jsm, start.run, folder);
        if (day === null) await pause(waitMs, undefined, { signal: either }).catch(() => undefined);
        else await archive(store, folder, day, either);
      }
      if (lost.signal.aborted && !signal.aborted) throw lost.signal.reason;
    } finally {
      keeping.abort();
      await kept.catch(() => undefined);
      await store.close();
      await chdb?.stop();
    }
  }

  async function archive(store: Store, folder: string, day: OpenDay, until: AbortSignal): Promise<void> {
    const { tradeDate, bundle } = day.open;
    log.info({ event: 'store.day', tradeDate, openSeq: day.openSeq });
    const followed = await followDay(js, start.run, store, loadBundle(start.bundles, bundle), day, until);
    if (followed === null) return;
    await writeDayFiles(js, start.run, folder, tradeDate, day.openSeq, followed.closeSeq);
    const record = await verifyDay(folder, start.bundles, tradeDate).catch((error: unknown) => {
      if (!(error instanceof FenshiError)) throw error;
      return error;
    });
    if (record instanceof FenshiError) {
      keepFailure(folder, tradeDate, record);
      storeMetrics.failed.set(failedDays(folder).length);
      log.error({ event: 'store.day.failed', tradeDate, code: record.code, why: record.message });
      return;
    }
    keepRecord(folder, record);
    const purged = await purgeDays(jsm, start.run, folder, retention);
    storeMetrics.days.set(archivedDays(folder).length);
    log.info({ event: 'store.day.verified', ...record, purged });
  }
}

async function nextDay(jsm: JetStreamManager, run: string, days: string): Promise<OpenDay | null> {
  if ((await jsm.streams.info(streams(run).tape).catch(() => null)) === null) return null; // the engine makes the streams
  return firstUnfinishedDay(jsm, run, 1, (date) => Promise.resolve(dayRecord(days, date) !== null || failedDays(days).includes(date)));
}

await runRole('store', main);
