/** The run's streams as they must be (contracts/spec/engine.md#streams). Created by the engine; one that exists is left as it is. */
import { setTimeout as sleep } from 'node:timers/promises';
import { DiscardPolicy, type JetStreamManager, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import type { Log } from '../../contracts/process/log.ts';
import { streams, subjects } from '../../contracts/subjects.ts';
import { troubleOf } from './trouble.ts';

const nanosPerDay = 86_400 * 1e9;
const retryMs = 1000;
const gib = 1024 * 1024 * 1024;
/** Longer than any retry of a step; the hash, not this window, is what makes a retry safe. */
const duplicateWindowNanos = 120 * 1e9;
/** A cell that restarts says its dead letters again, and only their ids tell: they are remembered for the whole day. */
const rememberedNanos = nanosPerDay;

type Wanted = {
  readonly name: string;
  readonly subjects: string[];
  readonly maxBytes: number;
  readonly maxAge: number;
  readonly discard: DiscardPolicy;
  readonly remembered?: number;
};

const wanted = (run: string): Wanted[] => {
  const name = streams(run);
  const on = subjects(run);
  return [
    { name: name.tape, subjects: [on.allTape], maxBytes: 32 * gib, maxAge: 0, discard: DiscardPolicy.New },
    { name: name.journal, subjects: [on.allJournal], maxBytes: 4 * gib, maxAge: 0, discard: DiscardPolicy.New },
    { name: name.lifecycle, subjects: [on.allLifecycle, on.allSignals], maxBytes: 2 * gib, maxAge: 0, discard: DiscardPolicy.Old },
    {
      name: name.dead,
      subjects: [on.allDead],
      maxBytes: gib / 4,
      maxAge: 30 * nanosPerDay,
      discard: DiscardPolicy.Old,
      remembered: rememberedNanos,
    },
    { name: name.quality, subjects: [on.allQuality], maxBytes: gib / 4, maxAge: 30 * nanosPerDay, discard: DiscardPolicy.Old },
  ];
};

/** Waits while the broker has no room, or is not there: without streams there is nothing to do. @throws what a refused right says */
export async function ensureStreams(jsm: JetStreamManager, run: string, log?: Log, signal?: AbortSignal): Promise<void> {
  for (let told = ''; ; ) {
    try {
      return await makeStreams(jsm, run);
    } catch (error) {
      const { code, why } = troubleOf(error);
      if (log === undefined || signal?.aborted === true || code === 'ACCESS_REFUSED') throw error;
      if (why !== told) log.warn({ event: 'streams.retry', code, why });
      told = why;
      await sleep(retryMs);
    }
  }
}

async function makeStreams(jsm: JetStreamManager, run: string): Promise<void> {
  const existing = new Set(await jsm.streams.names().next());
  for (const { name, subjects: on, maxBytes, maxAge, discard, remembered } of wanted(run)) {
    if (existing.has(name)) continue;
    await jsm.streams.add({
      name,
      subjects: on,
      storage: StorageType.File,
      retention: RetentionPolicy.Limits,
      max_bytes: maxBytes,
      max_age: maxAge,
      discard,
      duplicate_window: remembered ?? duplicateWindowNanos,
      allow_direct: false,
    });
  }
}
