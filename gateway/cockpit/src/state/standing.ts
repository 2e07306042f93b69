/**
 * Whether answers stand still while the tape goes on: who gives them has lost it, and what it says is no longer of now. Judged by what was seen
 * here, so that the speed of a replay does not matter.
 */
export type Seen = { readonly asOfMs: number; readonly tapeMs: number; readonly sinceMs: number };

/** An answer of instant `asOfMs`, with the tape at `tapeMs`, at `nowMs` of the wall clock. */
export const seenAgain = (seen: Seen | null, asOfMs: number, tapeMs: number, nowMs: number): Seen =>
  seen === null || seen.asOfMs !== asOfMs ? { asOfMs, tapeMs, sinceMs: nowMs } : seen;

/** More than two of the longest times between two questions. */
const standingMs = 15_000;
export const isBehind = (seen: Seen, tapeMs: number, nowMs: number): boolean =>
  nowMs - seen.sinceMs >= standingMs && tapeMs - seen.tapeMs >= standingMs;
