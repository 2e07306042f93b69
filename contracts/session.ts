/**
 * The trading day's phases and its own clock, `tsec`.
 *
 * Source  SSE and SZSE trading rules as of contracts/spec/market.md#sessions; both exchanges and BSE share these hours since 2018-08-20
 * tsec    trading seconds since 09:30 with lunch removed, 0..14400: windows and timers do not age over lunch
 */
import type { TradeDate } from './units.ts';

export const phases = [
  'CLOSED',
  'PRE_OPEN',
  'OPEN_CALL_1',
  'OPEN_CALL_2',
  'OPEN_PAUSE',
  'CONT_AM',
  'LUNCH',
  'CONT_PM',
  'CLOSE_CALL',
  'AFTER_QUIET',
  'AFTER_FIXED',
] as const;
export type Phase = (typeof phases)[number];

const hm = (hour: number, minute: number): number => (hour * 60 + minute) * 60_000;
const starts: readonly (readonly [number, Phase])[] = [
  [hm(8, 30), 'PRE_OPEN'],
  [hm(9, 15), 'OPEN_CALL_1'],
  [hm(9, 20), 'OPEN_CALL_2'],
  [hm(9, 25), 'OPEN_PAUSE'],
  [hm(9, 30), 'CONT_AM'],
  [hm(11, 30), 'LUNCH'],
  [hm(13, 0), 'CONT_PM'],
  [hm(14, 57), 'CLOSE_CALL'],
  [hm(15, 0), 'AFTER_QUIET'],
  [hm(15, 5), 'AFTER_FIXED'],
  [hm(15, 30), 'CLOSED'],
];

const dayMs = 86_400_000;
const shanghaiOffsetMs = 8 * 3_600_000;
export const slotSec = 3;
/** Grid slots of a day: slot = floor(tsec / 3), 0..4800 (the last one only for 15:00:00 itself). */
export const slotsPerDay = 14_400 / slotSec + 1;

/** Milliseconds since midnight in Shanghai. */
export const msOfDay = (tsMs: number): number => (tsMs + shanghaiOffsetMs) % dayMs;

/** Midnight in Shanghai of a `yyyymmdd` day, as epoch ms. */
export function midnightOf(date: TradeDate): number {
  return Date.UTC(Number(date.slice(0, 4)), Number(date.slice(4, 6)) - 1, Number(date.slice(6, 8))) - shanghaiOffsetMs;
}

export const tradeDateOf = (tsMs: number): TradeDate => new Date(tsMs + shanghaiOffsetMs).toISOString().slice(0, 10).replaceAll('-', ''); // clock-ok: a given instant

/** `09:31:03` of an instant, Shanghai time. */
export const clockOf = (tsMs: number): string => new Date(tsMs + shanghaiOffsetMs).toISOString().slice(11, 19); // clock-ok: a given instant

/** Phase by the clock alone; the caller knows whether the date is a trading day. */
export function phaseOf(tsMs: number): Phase {
  const ms = msOfDay(tsMs);
  let phase: Phase = 'CLOSED';
  for (const [start, name] of starts) {
    if (ms < start) return phase;
    phase = name;
  }
  return phase;
}

export const isContinuous = (phase: Phase): boolean => phase === 'CONT_AM' || phase === 'CONT_PM';

/** Trading seconds with fraction: 0 before 09:30, 7200 over lunch, 14400 from 15:00 on. */
export function tsecOf(tsMs: number): number {
  const ms = msOfDay(tsMs);
  if (ms < hm(13, 0)) return Math.min(Math.max(ms - hm(9, 30), 0), 7_200_000) / 1000;
  return (7_200_000 + Math.min(ms - hm(13, 0), 7_200_000)) / 1000;
}

/** The instant at which the day's session clock first reads `tsec`; 7200 is 11:30:00, not 13:00. Past 14400 the wall goes on from 15:00. */
export function msOfTsec(date: TradeDate, tsec: number): number {
  const ms = tsec <= 7200 ? hm(9, 30) + tsec * 1000 : hm(13, 0) + (tsec - 7200) * 1000;
  return midnightOf(date) + ms;
}

/** Trading minute 0..239; 237..239 are the closing call. */
export const minuteOf = (tsec: number): number => Math.min(Math.floor(tsec / 60), 239);

/** `2026-11-23` of `20261123`. */
export const dashed = (date: TradeDate): string => `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`;
