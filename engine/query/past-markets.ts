/**
 * Whole markets of stored days, read from their tapes when somebody asks: what the day at hand was to those who looked then.
 *
 * Kept    the two days that were asked for last. A reading is ended by nobody's question: a third day waits while two are read
 * Turns   a few milliseconds each: the day at hand is read on meanwhile
 * Waits   for a second, which is less than a question may take, then says how far the tape has been read
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Bundle } from '../../contracts/bundle.ts';
import { FenshiError } from '../../contracts/errors.ts';
import { clockOf } from '../../contracts/session.ts';
import type { TapeEntry } from '../../contracts/tape.ts';
import type { TradeDate } from '../../contracts/units.ts';
import { DayTable } from './day-table.ts';

/** Null where no tape of the day is stored. */
export type TapeOf = (date: TradeDate) => Promise<AsyncIterable<TapeEntry> | null>;
type Kept = { readonly whole: Promise<DayTable>; table: DayTable | null; isWhole: boolean };

const keptDays = 2;
const turnMs = 4;
const patienceMs = 1000;
const patience = (signal: AbortSignal): Promise<unknown> => pause(patienceMs, undefined, { signal }).catch(() => undefined);

export class PastMarkets {
  readonly #tapeOf: TapeOf;
  readonly #bundleOf: (sha: string) => Bundle;
  readonly #patience: typeof patience;
  readonly #kept = new Map<TradeDate, Kept>();

  constructor(tapeOf: TapeOf, bundleOf: (sha: string) => Bundle, waits: typeof patience = patience) {
    [this.#tapeOf, this.#bundleOf, this.#patience] = [tapeOf, bundleOf, waits];
  }

  /** @throws FenshiError NOT_FOUND where no tape is stored, NOT_READY while it is read, BUSY while two others are, TAPE_CORRUPT, BUNDLE_MISSING */
  async of(date: TradeDate): Promise<DayTable> {
    const kept = this.#kept.get(date) ?? this.#begin(date);
    this.#kept.delete(date);
    this.#kept.set(date, kept);
    if (kept.isWhole) return kept.whole;
    const enough = new AbortController();
    const table = await Promise.race([kept.whole, this.#patience(enough.signal).then(() => null)]).finally(() => enough.abort());
    if (table !== null) return table;
    const upTo = kept.table === null ? 'its beginning' : clockOf(kept.table.tsMs);
    throw new FenshiError('NOT_READY', `the tape of ${date} is being read, up to ${upTo} so far`);
  }

  /** The day, where it is kept and whole. */
  peek(date: TradeDate): DayTable | null {
    const kept = this.#kept.get(date);
    return kept?.isWhole === true ? kept.table : null;
  }

  #begin(date: TradeDate): Kept {
    const whole = [...this.#kept].filter(([, { isWhole }]) => isWhole);
    const read = this.#kept.size - whole.length;
    if (read >= keptDays) throw new FenshiError('BUSY', `the tapes of ${read} other days are being read`);
    for (const [old] of whole.slice(0, Math.max(0, this.#kept.size + 1 - keptDays))) this.#kept.delete(old);
    const kept: Kept = { whole: Promise.resolve().then(() => this.#read(date, kept)), table: null, isWhole: false };
    kept.whole.catch(() => {
      // asked for again it is tried again
      if (this.#kept.get(date) === kept) this.#kept.delete(date);
    });
    return kept;
  }

  async #read(date: TradeDate, kept: Kept): Promise<DayTable> {
    const tape = await this.#tapeOf(date);
    if (tape === null) throw new FenshiError('NOT_FOUND', `no tape of ${date} is stored in this run`);
    let [n, begunMs] = [0, performance.now()];
    for await (const entry of tape) {
      if (entry.type === 'day.open') kept.table = new DayTable(this.#bundleOf(entry.bundle));
      kept.table?.apply(n, entry);
      n += 1;
      if (performance.now() - begunMs < turnMs) continue;
      await new Promise((resolve) => setImmediate(resolve));
      begunMs = performance.now();
    }
    if (kept.table === null) throw new FenshiError('TAPE_CORRUPT', `${date}: its tape does not begin with day.open`);
    kept.isWhole = true;
    return kept.table;
  }
}
