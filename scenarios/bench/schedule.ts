/**
 * A generated day as a feed would deliver it live: each second's rows in eight batches, an eighth of a second apart, then the clock;
 * and the wall moments at which each entry is sent, fixed before the first one is.
 */
import { batchFrom, bookLevels, type QuoteBatch, type QuoteColumns } from '../../contracts/quote.ts';
import { midnightOf } from '../../contracts/session.ts';
import type { TapeEntry } from '../../contracts/tape.ts';
import { pace } from '../../engine/log/pacer.ts';
import type { MarketDay } from '../market/market-day.ts';

const batchesPerSec = 8;

/** The day's entries up to `untilSec` of the tape, quotes spread over the second before their clock. */
export function* livePace(day: { tradeDate: string; bundle: string }, market: MarketDay, untilSec: number): Generator<TapeEntry, void> {
  const until = midnightOf(day.tradeDate) + untilSec * 1000;
  let second: TapeEntry[] = [];
  for (const entry of pace({ ...day, codeVersion: 'bench', origin: 'simulated' }, market)) {
    if (entry.tsMs > until) return;
    second.push(entry);
    if (entry.type !== 'clock') continue;
    yield* spread(second.flatMap((each) => (each.type === 'quotes' ? [each.batch] : [])));
    yield* second.filter(({ type }) => type !== 'quotes');
    second = [];
  }
}

/** A second's batches one after the other, in eight parts or a little more, each due later than the one before. */
function* spread(batches: readonly QuoteBatch[]): Generator<TapeEntry, void> {
  const parts = Math.ceil(batchesPerSec / Math.max(1, batches.length));
  const total = parts * batches.length;
  for (const [b, batch] of batches.entries()) {
    const size = Math.ceil(batch.count / parts);
    for (let part = 0; part * size < batch.count; part++) {
      const tsMs = Math.floor(batch.tsMs - 1000 + ((b * parts + part + 1) * 1000) / total);
      yield { type: 'quotes', tsMs, batch: slice(batch, part * size, Math.min(batch.count, (part + 1) * size), tsMs) };
    }
  }
}

function slice(batch: QuoteBatch, from: number, to: number, tsMs: number): QuoteBatch {
  const columns = Object.fromEntries(
    Object.entries(batch)
      .filter(([, column]) => column === null || typeof column === 'object')
      .map(([name, column]) => {
        if (column === null) return [name, null];
        const width = (column as Float64Array).length / batch.count >= bookLevels ? bookLevels : 1;
        return [name, (column as Float64Array).slice(from * width, to * width)];
      }),
  ) as unknown as QuoteColumns;
  return batchFrom(batch.source, tsMs, to - from, columns);
}

/** From `fromSec` of the tape on, at `speed` times the wall, for `wallSec`. */
export type Stretch = { readonly fromSec: number; readonly wallSec: number; readonly speed: number };

/** Wall offset in ms, from the first stretch's start, at which an entry of the tape is due; null when no stretch covers it. */
export function dueOf(stretches: readonly Stretch[], tapeSec: number): number | null {
  let elapsed = 0;
  for (const { fromSec, wallSec, speed } of stretches) {
    if (tapeSec >= fromSec && tapeSec < fromSec + wallSec * speed) return elapsed + ((tapeSec - fromSec) / speed) * 1000;
    elapsed += wallSec * 1000;
  }
  return null;
}
