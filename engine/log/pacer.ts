/**
 * The pacer writes a whole day of tape from sorted rows: day.open 08:30:00, rows and a clock every second, day.close 15:30:00.
 *
 * Order   rows of (s − 1, s] as entries with tsMs = s, then clock s. Same rows, same tape, byte for byte
 */
import { midnightOf } from '../../contracts/session.ts';
import type { Origin } from '../../contracts/status.ts';
import type { TapeEntry } from '../../contracts/tape.ts';
import type { TradeDate } from '../../contracts/units.ts';

/** Rows by the second they were received in; asked once for every second, in order. */
export type RowSource = { readonly take: (secondMs: number) => TapeEntry[] };
export type AsyncRowSource = { readonly take: (secondMs: number) => TapeEntry[] | Promise<TapeEntry[]> };
export type PacedDay = { readonly tradeDate: TradeDate; readonly bundle: string; readonly codeVersion: string; readonly origin: Origin };

const openMs = 8.5 * 3_600_000;
const closeMs = 15.5 * 3_600_000;

/** The day's entries; entry `n` is the n-th yielded, from 0. */
export function* pace(day: PacedDay, rows: RowSource): Generator<TapeEntry, void> {
  const { open, seconds, close } = frameOf(day);
  yield open;
  for (const clock of seconds) {
    yield* rows.take(clock.tsMs);
    yield clock;
  }
  yield* rows.take(close.tsMs);
  yield close;
}

/** The same day from rows that have to be waited for. */
export async function* paceAsync(day: PacedDay, rows: AsyncRowSource): AsyncGenerator<TapeEntry, void> {
  const { open, seconds, close } = frameOf(day);
  yield open;
  for (const clock of seconds) {
    yield* await rows.take(clock.tsMs);
    yield clock;
  }
  yield* await rows.take(close.tsMs);
  yield close;
}

/** What ends a day, whatever was heard before. */
export const closeOf = ({ tradeDate }: Pick<PacedDay, 'tradeDate'>) =>
  ({ type: 'day.close', v: 1, tsMs: midnightOf(tradeDate) + closeMs, tradeDate }) as const;

function frameOf(day: PacedDay) {
  const { tradeDate, bundle, codeVersion, origin } = day;
  const midnight = midnightOf(tradeDate);
  return {
    open: { type: 'day.open', v: 1, tsMs: midnight + openMs, tradeDate, bundle, codeVersion, origin } as const,
    seconds: secondsOf(midnight),
    close: closeOf(day),
  };
}

function* secondsOf(midnight: number): Generator<TapeEntry & { readonly type: 'clock' }, void> {
  for (let ms = midnight + openMs + 1000; ms < midnight + closeMs; ms += 1000) yield { type: 'clock', v: 1, tsMs: ms };
}
