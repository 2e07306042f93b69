/** What storage holds, looked at now and then: the disk under the run, and each of its streams. For status, page, metric and log. */
import type { JetStreamManager } from '@nats-io/jetstream';
import type { Log } from '../../contracts/process/log.ts';
import type { StorageReport } from '../../contracts/status.ts';
import { streams } from '../../contracts/subjects.ts';
import { storeMetrics } from '../telemetry/store-metrics.ts';
import { type DiskLevel, diskUnder } from './disk.ts';

type Place = { readonly dir: string; readonly run: string; readonly jsm: Pick<JetStreamManager, 'streams'> };

export class StorageNote {
  readonly #place: Place;
  readonly #log: Log;
  #level: DiskLevel = 'ok';
  /** Null before the first look. */
  latest: StorageReport | null = null;

  constructor(place: Place, log: Log) {
    [this.#place, this.#log] = [place, log];
  }

  /** A stream that is not there yet, or a broker that is away, leaves its streams out. @throws what the disk says */
  async look(): Promise<void> {
    const { dir, run, jsm } = this.#place;
    const disk = await diskUnder(dir);
    storeMetrics.disk.set(disk.usedRatio);
    const found = await Promise.all(
      Object.values(streams(run)).map(async (name) => {
        const info = await jsm.streams.info(name).catch(() => null);
        if (info === null) return [];
        const { messages, bytes, first_ts: first } = info.state;
        return [{ name, messages, bytes, firstMs: messages === 0 ? null : Date.parse(first) }];
      }),
    );
    this.latest = { disk, streams: found.flat() };
    if (disk.level === this.#level) return;
    this.#level = disk.level;
    const { level, usedRatio, freeBytes } = disk;
    this.#log[level === 'ok' ? 'info' : level === 'warn' ? 'warn' : 'error']({ event: 'store.disk', level, usedRatio, freeBytes });
  }
}
