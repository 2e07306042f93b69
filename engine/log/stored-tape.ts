/** Entries of a stored day: out of the stream as long as it has them, else out of the day's file. */
import { existsSync } from 'node:fs';
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import { streams, subjects } from '../../contracts/subjects.ts';
import { decodeTape, type TapeEntry } from '../../contracts/tape.ts';
import type { TradeDate } from '../../contracts/units.ts';
import { dayFile, frames } from './day-files.ts';
import { nextOnSubject, streamFrom } from './jetstream-read.ts';

/** `days`: folder of the day files. A day that somebody still writes has no end here: what follows it is awaited. Null where neither has it. */
export async function storedTape(
  js: JetStreamClient,
  jsm: JetStreamManager,
  run: string,
  days: string,
  date: TradeDate,
  signal: AbortSignal,
): Promise<AsyncIterable<TapeEntry> | null> {
  const openSeq = await openOf(jsm, run, date);
  if (openSeq !== null) return dayOf(streamFrom(js, streams(run).tape, openSeq, { signal }));
  const file = dayFile(days, date, 'tape');
  return existsSync(file) ? dayOf(bodiesOf(file)) : null;
}

async function* bodiesOf(file: string): AsyncIterable<{ readonly body: Uint8Array }> {
  for await (const body of frames(file)) yield { body };
}

/** From its `day.open` to its `day.close`, or to where the next day begins. */
async function* dayOf(messages: AsyncIterable<{ readonly body: Uint8Array }>): AsyncIterable<TapeEntry> {
  let isOpen = false;
  for await (const { body } of messages) {
    const entry = decodeTape(body);
    if (entry.type === 'day.open' && isOpen) return;
    isOpen = true;
    yield entry;
    if (entry.type === 'day.close') return;
  }
}

/** Where a date was opened last; null where the stream no longer has it. */
async function openOf(jsm: JetStreamManager, run: string, date: TradeDate): Promise<number | null> {
  const subject = subjects(run).tape({ type: 'day.close', v: 1, tsMs: 0, tradeDate: date });
  const next = (seq: number) => nextOnSubject(jsm, streams(run).tape, seq, subject);
  let found: number | null = null;
  for (let message = await next(1); message !== null; message = await next(message.seq + 1)) {
    const entry = decodeTape(message.data);
    if (entry.type === 'day.open' && entry.tradeDate === date) found = message.seq;
  }
  return found;
}
