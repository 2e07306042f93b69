/** Where a change's time goes, by the broker's clock, which is this machine's: sent → on TAPE → in JOURNAL → at the client. */
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import { readStep } from '../../contracts/compat/read.ts';
import { streams } from '../../contracts/subjects.ts';
import { streamFrom } from '../../engine/log/jetstream-read.ts';

/** Wall ms at which the broker stored a tape moment's entry and the step it concluded. */
export type Stored = { readonly tapeMs: number; readonly journalMs: number };

/** By tape time, of the moments that `asked` names. */
export async function storedTimes(
  js: JetStreamClient,
  jsm: JetStreamManager,
  run: string,
  asked: ReadonlySet<number>,
): Promise<Map<number, Stored>> {
  const { tape, journal } = streams(run);
  const { state } = await jsm.streams.info(journal);
  const found = new Map<number, Stored>();
  if (state.last_seq === 0) return found;
  for await (const { seq, body, storedMs } of streamFrom(js, journal, 1)) {
    const step = readStep(body);
    for (const tsMs of new Set(step.entries.map((entry) => entry.tsMs).filter((ms) => asked.has(ms)))) {
      if (found.has(tsMs)) continue;
      // the bench's day is the first on its stream
      const entry = await jsm.streams.getMessage(tape, { seq: step.n + 1 });
      found.set(tsMs, { tapeMs: entry === null ? Number.NaN : wallMsOf(entry.timestamp), journalMs: storedMs });
    }
    if (seq >= state.last_seq) break;
  }
  return found;
}

/** RFC 3339 with nanoseconds, which a Date would cut to whole milliseconds. */
function wallMsOf(timestamp: string): number {
  const [whole, fraction] = /^(.*?)(\.\d+)?Z$/.exec(timestamp)!.slice(1) as [string, string | undefined];
  return Date.parse(`${whole}Z`) + Number(fraction ?? 0) * 1000;
}
