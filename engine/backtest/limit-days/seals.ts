/**
 * When minute bars say that a symbol reached its upper limit, against the first seal that a limit-up list names (contracts/spec/limit-forecasts.md#seals).
 * A bar shows a touch, not who waited at the limit: where the bar is earlier than the list by more than a minute, the limit was touched before it sealed.
 */
import { quantileOf } from '../ranking.ts';
import { isAtLimit, type LimitDays, type ListEntry, type Session } from './days.ts';

/** `endMinute`: trading minutes since 09:30 at the bar's end; 0 for the bar of the opening auction. `high` in yuan. */
export type HighBar = { readonly symbol: number; readonly date: string; readonly endMinute: number; readonly high: number };
/** Trading minutes since 09:30; the auction is −5. `foundMinute` null: no bar reached the limit. */
export type SealCase = {
  readonly symbol: number;
  readonly date: string;
  readonly listedMinute: number;
  readonly foundMinute: number | null;
};

const auctionMinute = -5;
/**
 * A seal comes behind its touch, so late in the bar. On the lists of 2026-06-16 to 07-30 the bar's end has most cases within a minute (.913, median
 * 30 s) and its middle the least median error (15 s, .899); ten seconds before the end lie between (20 s, .909).
 */
const beforeEndMinutes = 1 / 6;

export type SealReport = {
  /** Listed names with bars of that day; those without any are no case. */
  readonly n: number;
  readonly days: number;
  readonly recall: number;
  readonly medianErrorSec: number;
  /** Shares of the cases that were found. */
  readonly within60: number;
  readonly early: number;
  readonly late: number;
  /** Found more than a minute before the list's first seal, and after it. */
  readonly touchedBeforeSealed: readonly SealCase[];
  readonly afterSealed: readonly SealCase[];
  readonly missed: readonly SealCase[];
};

/** A listed name's first bar at its limit, dated ten seconds before the bar's end; the auction's at 09:25. */
export function sealCases({ sessions }: LimitDays, bars: Iterable<HighBar>): SealCase[] {
  const wanted = new Map(
    sessions.flatMap((session) => (session.listed === null ? [] : [[keyOf(session), { session, listed: session.listed }]])),
  );
  const found = new Map<string, number>();
  const covered = new Set<string>();
  for (const bar of bars) {
    const key = keyOf(bar);
    const session = wanted.get(key)?.session;
    if (session === undefined) continue;
    covered.add(key);
    if (!isAtLimit(bar.high, session.upLimit)) continue;
    const at = bar.endMinute <= 0 ? auctionMinute : bar.endMinute - beforeEndMinutes;
    found.set(key, Math.min(at, found.get(key) ?? at));
  }
  return [...wanted].flatMap(([key, { session, listed }]) => (covered.has(key) ? caseOf(session, listed, found.get(key) ?? null) : []));
}

const keyOf = ({ symbol, date }: { readonly symbol: number; readonly date: string }): string => `${date}${symbol}`;
/** Nothing where the list has no time. */
const caseOf = ({ symbol, date }: Session, { firstMinute }: ListEntry, foundMinute: number | null): SealCase[] =>
  Number.isNaN(firstMinute) ? [] : [{ symbol, date, listedMinute: firstMinute, foundMinute }];

export function sealReport(cases: readonly SealCase[]): SealReport {
  const found = cases.filter((each): each is SealCase & { readonly foundMinute: number } => each.foundMinute !== null);
  const errorOf = ({ foundMinute, listedMinute }: { readonly foundMinute: number; readonly listedMinute: number }): number =>
    60 * (foundMinute - listedMinute);
  const before = found.filter((each) => errorOf(each) < -60);
  const after = found.filter((each) => errorOf(each) > 60);
  const share = (count: number): number => count / found.length;
  return {
    n: cases.length,
    days: new Set(cases.map(({ date }) => date)).size,
    recall: found.length / cases.length,
    medianErrorSec: quantileOf(
      found.map((each) => Math.abs(errorOf(each))),
      0.5,
    ),
    within60: share(found.length - before.length - after.length),
    early: share(before.length),
    late: share(after.length),
    touchedBeforeSealed: before,
    afterSealed: after,
    missed: cases.filter(({ foundMinute }) => foundMinute === null),
  };
}
