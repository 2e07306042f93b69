/**
 * TAPE on JetStream.
 *
 * Writer  the pacer: windows of 16, each message expecting the stream's last sequence, so that order survives a broken window;
 *         its ordinal travels in Nats-Msg-Id, and a restart resumes after the last stored one
 * Reader  the cell: entry n of a day is the n-th message from its day.open on
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import { FenshiError } from '../../contracts/errors.ts';
import type { QuoteScratch } from '../../contracts/quote.ts';
import { streams, subjects } from '../../contracts/subjects.ts';
import { decodeTape, encodeTape, type TapeEntry } from '../../contracts/tape.ts';
import type { TradeDate } from '../../contracts/units.ts';
import type { Backoff } from './append.ts';
import { nextOnSubject, type ReadOptions, streamFrom } from './jetstream-read.ts';
import type { TapeReader, TapeWriter } from './ports.ts';

const window = 16;
const publishMs = 5000;
const pacerId = /:p(\d+)$/;

/** Before a refused window is asked for again: longer and longer, up to two seconds. */
export const refusedBackoff: Backoff = (attempt) => sleep(Math.min(2000, 50 * 2 ** attempt));

export class JetStreamTapeWriter implements TapeWriter {
  readonly #js: JetStreamClient;
  readonly #jsm: JetStreamManager;
  readonly #run: string;
  readonly #date: TradeDate;
  readonly #backoff: Backoff;
  #pending: { n: number; entry: TapeEntry }[] = [];
  /** Last stream sequence as far as we know; null: ask. */
  #lastSeq: number | null = null;

  constructor(js: JetStreamClient, jsm: JetStreamManager, run: string, date: TradeDate, backoff: Backoff = refusedBackoff) {
    this.#backoff = backoff;
    this.#js = js;
    this.#jsm = jsm;
    this.#run = run;
    this.#date = date;
  }

  /** Ordinal of the pacer's last stored entry of the day, −1 for none. */
  async stored(): Promise<number> {
    const { state } = await this.#jsm.streams.info(streams(this.#run).tape);
    this.#lastSeq = state.last_seq;
    for (let seq = state.last_seq; seq >= state.first_seq && seq > 0; seq--) {
      const message = await this.#jsm.streams.getMessage(streams(this.#run).tape, { seq });
      const id = message?.header.get('Nats-Msg-Id') ?? '';
      const ordinal = pacerId.exec(id);
      if (ordinal === null) continue; // a control entry between the pacer's
      return id.startsWith(`${this.#run}:${this.#date}:`) ? Number(ordinal[1]) : -1;
    }
    return -1;
  }

  append = async (n: number, entry: TapeEntry): Promise<void> => {
    this.#pending.push({ n, entry });
    if (this.#pending.length >= window) await this.flush();
  };

  /** Stores what waits; returns once it is on disk. */
  async flush(): Promise<void> {
    let refusals = 0;
    while (this.#pending.length > 0) {
      const stored = this.#lastSeq === null ? await this.#resync() : null;
      if (stored !== null) this.#pending = this.#pending.filter(({ n }) => n > stored);
      const batch = this.#pending;
      const base = this.#lastSeq ?? 0;
      const results = await Promise.allSettled(batch.map(({ n, entry }, i) => this.#publish(n, entry, base + i)));
      if (results.every(({ status }) => status === 'fulfilled')) {
        this.#lastSeq = base + batch.length;
        this.#pending = [];
        refusals = 0;
      } else {
        this.#lastSeq = null;
        // a stream that is full, a broker that is away
        await this.#backoff(refusals);
        refusals += 1;
      }
    }
  }

  async #resync(): Promise<number> {
    for (;;) {
      try {
        return await this.stored();
      } catch {
        await sleep(100); // the broker is away
      }
    }
  }

  #publish(n: number, entry: TapeEntry, expected: number): Promise<unknown> {
    return this.#js.publish(subjects(this.#run).tape(entry), encodeTape(entry), {
      msgID: `${this.#run}:${this.#date}:p${n}`,
      expect: { lastSequence: expected },
      timeout: publishMs,
    });
  }

  close = (): Promise<void> => this.flush();
}

export class JetStreamTapeReader implements TapeReader {
  readonly #js: JetStreamClient;
  readonly #stream: string;
  readonly #openSeq: number;
  readonly #read: ReadOptions;
  /** When the broker stored the entry last handed out: for latency, never for logic. */
  storedMs = 0;

  /** `openSeq`: stream sequence of the day's day.open. */
  constructor(js: JetStreamClient, run: string, openSeq: number, signal?: AbortSignal) {
    this.#js = js;
    this.#read = signal === undefined ? {} : { signal };
    this.#stream = streams(run).tape;
    this.#openSeq = openSeq;
  }

  async *entries(fromN: number, scratch?: QuoteScratch): AsyncIterable<TapeEntry> {
    for await (const read of this.bodies(fromN)) {
      const entry = read(scratch);
      yield entry;
      if (entry.type === 'day.close') return;
    }
  }

  /** Entries still encoded, for ever: decoding is part of applying one, so that what cannot be decoded can be skipped. */
  async *bodies(fromN: number): AsyncGenerator<ReadEntry, void> {
    for await (const { body, storedMs } of streamFrom(this.#js, this.#stream, this.#openSeq + fromN, this.#read)) {
      this.storedMs = storedMs;
      yield (scratch) => parse(body, scratch);
    }
  }
}

/** Decodes an entry that was read; with a scratch, its quotes are good until the scratch's next. @throws FenshiError TAPE_CORRUPT */
export type ReadEntry = (scratch?: QuoteScratch) => TapeEntry;

function parse(body: Uint8Array, scratch?: QuoteScratch): TapeEntry {
  try {
    return decodeTape(body, scratch);
  } catch (error) {
    throw new FenshiError('TAPE_CORRUPT', error instanceof Error ? error.message : String(error), { cause: error });
  }
}

export type OpenDay = { readonly openSeq: number; readonly open: Extract<TapeEntry, { type: 'day.open' }>; readonly closed: boolean };

/** The newest day of the stream, or null before the first. */
export async function newestDay(jsm: JetStreamManager, run: string): Promise<OpenDay | null> {
  const name = streams(run).tape;
  const last = await jsm.streams.getMessage(name, { last_by_subj: `tape.v1.${run}.day` });
  if (last === null) return null;
  const entry = parse(last.data);
  if (entry.type === 'day.open') return { openSeq: last.seq, open: entry, closed: false };
  for (let seq = 1; ; ) {
    const message = await nextOnSubject(jsm, name, seq, `tape.v1.${run}.day`);
    if (message === null) return null;
    const found = parse(message.data);
    if (found.type === 'day.open' && entry.type === 'day.close' && found.tradeDate === entry.tradeDate)
      return { openSeq: message.seq, open: found, closed: true };
    seq = message.seq + 1;
  }
}

/**
 * The first day of the stream, at or after `fromSeq`, that `isFinished` does not know to be over: days are folded in order, none
 * is passed over. Null while there is none.
 */
export async function firstUnfinishedDay(
  jsm: JetStreamManager,
  run: string,
  fromSeq: number,
  isFinished: (date: TradeDate, closeN: number) => Promise<boolean>,
): Promise<OpenDay | null> {
  const next = (seq: number) => nextOnSubject(jsm, streams(run).tape, seq, `tape.v1.${run}.day`);
  for (let opened = await next(fromSeq); opened !== null; ) {
    const open = parse(opened.data);
    const after = await next(opened.seq + 1);
    if (open.type !== 'day.open') {
      opened = after;
      continue;
    }
    const closed = after !== null && parse(after.data).type === 'day.close';
    if (!closed || !(await isFinished(open.tradeDate, after.seq - opened.seq))) return { openSeq: opened.seq, open, closed };
    opened = await next(after.seq + 1);
  }
  return null;
}

/** Tape time of the newest clock entry, 0 before the first. */
export async function lastClock(jsm: JetStreamManager, run: string): Promise<number> {
  const message = await jsm.streams.getMessage(streams(run).tape, { last_by_subj: `tape.v1.${run}.clock` });
  return message === null ? 0 : parse(message.data).tsMs;
}

/** Entries of the day that a supervisor has named as crashing, wherever on the tape: the one thing read ahead of it. */
export async function skipsOf(jsm: JetStreamManager, run: string, date: TradeDate, openSeq: number): Promise<number[]> {
  const skips: number[] = [];
  for (let seq = openSeq; ; ) {
    const message = await nextOnSubject(jsm, streams(run).tape, seq, `tape.v1.${run}.control`);
    if (message === null) return skips;
    const entry = parse(message.data);
    if (entry.type === 'control' && entry.command.name === 'skip' && entry.command.tradeDate === date) skips.push(entry.command.n);
    seq = message.seq + 1;
  }
}
