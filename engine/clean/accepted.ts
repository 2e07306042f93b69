/** The last accepted quote of each symbol, and what cleaning must remember between quotes. */
import { absentMilli, bookLevels, type Quote, type QuoteBatch, quoteFlag } from '../../contracts/quote.ts';
import type { Universe } from './universe.ts';

/** How many last prices Q7 takes its median of. */
export const recentCount = 5;
export const neverSlot = -1_000_000;

/** A first price this soon after 09:30 is the day's open for a feed that carries none; later it is unknown. */
const openSlotMax = 5;

export type Accepted = ReturnType<typeof acceptedColumns>;

export type KnownLimits = Pick<Universe, 'count' | 'preClose' | 'limitUp' | 'limitDown' | 'limitTold'>;

export function acceptedColumns({ count, preClose, limitUp, limitDown, limitTold }: KnownLimits) {
  const ints = (fill: number, width = 1) => new Int32Array(count * width).fill(fill);
  const doubles = (width = 1) => new Float64Array(count * width).fill(Number.NaN);
  return {
    /** 0 until the first accepted quote of the day. */
    seen: new Uint8Array(count),
    source: new Uint8Array(count),
    tsExchangeMs: doubles(),
    /** The source's own cumulative totals. */
    volume: doubles(),
    amount: doubles(),
    outer: doubles(),
    inner: doubles(),
    last: ints(absentMilli),
    open: ints(absentMilli),
    /** Of the day so far: the feed's where it carries them, else of accepted last prices. */
    high: ints(absentMilli),
    low: ints(absentMilli),
    bid: ints(absentMilli, bookLevels),
    bidShares: doubles(bookLevels),
    ask: ints(absentMilli, bookLevels),
    askShares: doubles(bookLevels),
    /** 0 in auctions and after Q4 or Q5: the book says nothing. */
    bookOk: new Uint8Array(count),
    recent: ints(absentMilli, recentCount),
    recentSeen: ints(0),
    /** Q1 in a row. */
    decreases: new Uint8Array(count),
    halted: new Uint8Array(count),
    /** Two sources disagree about the price. */
    disputed: new Uint8Array(count),
    /** Grid slot of the last accepted continuous quote. */
    slot: ints(neverSlot),
    /** Slot at which the last gap, halt or freeze ended. */
    resumeSlot: ints(neverSlot),
    /** The exchange's reference price: the bundle's, else what a feed tells first. */
    preClose: preClose.slice(),
    /** The price limits in force, absent where there are none or nobody knows them: the bundle's, then what the feed tells. */
    limitUp: limitUp.slice(),
    limitDown: limitDown.slice(),
    /** 1 where they were told, not computed. */
    limitTold: limitTold.slice(),
    /** Slot whose interval had no known volume: windows over it have none. */
    volumeGapSlot: ints(neverSlot),
  };
}

/** A held quote of Q7, waiting one snapshot for its confirmation. */
export type Held = { readonly quote: Quote; readonly source: string; readonly tsMs: number; readonly n: number; readonly row: number };

export const sameBook = (accepted: Accepted, s: number, batch: QuoteBatch, i: number): boolean => {
  for (let level = 0; level < bookLevels; level++) {
    const own = s * bookLevels + level;
    const theirs = i * bookLevels + level;
    if (accepted.bid[own] !== batch.bidMilli[theirs] || accepted.ask[own] !== batch.askMilli[theirs]) return false;
    if (!sameDouble(accepted.bidShares[own]!, batch.bidShares[theirs]!)) return false;
    if (!sameDouble(accepted.askShares[own]!, batch.askShares[theirs]!)) return false;
  }
  return true;
};

export const sameDouble = (a: number, b: number): boolean => a === b || (Number.isNaN(a) && Number.isNaN(b));

/** Stores row `i` as the last accepted quote of symbol `s`. `bookOk` as cleaning found it; `slot` null outside continuous trading. */
export function commit(
  accepted: Accepted,
  s: number,
  batch: QuoteBatch,
  i: number,
  source: number,
  bookOk: boolean,
  slot: number | null,
): void {
  const last = batch.lastMilli[i]!;
  accepted.seen[s] = 1;
  accepted.source[s] = source;
  accepted.tsExchangeMs[s] = batch.tsExchangeMs[i]!;
  accepted.volume[s] = batch.volumeShares[i]!;
  accepted.amount[s] = batch.amountYuan[i]!;
  accepted.outer[s] = batch.outerShares?.[i] ?? Number.NaN;
  accepted.inner[s] = batch.innerShares?.[i] ?? Number.NaN;
  accepted.bookOk[s] = bookOk ? 1 : 0;
  accepted.disputed[s] = (batch.flags[i]! & quoteFlag.disputed) === 0 ? 0 : 1;
  for (let level = 0; level < bookLevels; level++) {
    const own = s * bookLevels + level;
    const theirs = i * bookLevels + level;
    accepted.bid[own] = batch.bidMilli[theirs]!;
    accepted.bidShares[own] = batch.bidShares[theirs]!;
    accepted.ask[own] = batch.askMilli[theirs]!;
    accepted.askShares[own] = batch.askShares[theirs]!;
  }
  if (last === absentMilli) return;
  accepted.last[s] = last;
  const open = batch.openMilli?.[i] ?? absentMilli;
  if (open !== absentMilli) accepted.open[s] = open;
  else if (accepted.open[s] === absentMilli && slot !== null && slot <= openSlotMax) accepted.open[s] = last;
  if (slot === null && (batch.highMilli?.[i] ?? absentMilli) === absentMilli) return; // an auction's virtual price is no trade
  widen(accepted, s, batch.highMilli?.[i] ?? absentMilli, batch.lowMilli?.[i] ?? absentMilli, last);
  if (slot === null) return;
  accepted.recent[s * recentCount + (accepted.recentSeen[s]! % recentCount)] = last;
  accepted.recentSeen[s]! += 1;
  accepted.slot[s] = slot;
}

/** A reference price that the bundle lacks is the first one a feed tells. */
export function notePreClose(accepted: Accepted, s: number, batch: QuoteBatch, i: number): void {
  if (accepted.preClose[s] === absentMilli) accepted.preClose[s] = batch.preCloseMilli?.[i] ?? absentMilli;
}

/**
 * Limits that the row tells, or says there are none of, hold from here on. Computed ones that an accepted price lies outside of are
 * wrong, and unknown from here on; true is returned then.
 */
export function noteLimits(accepted: Accepted, s: number, batch: QuoteBatch, i: number): boolean {
  const up = batch.limitUpMilli?.[i] ?? absentMilli;
  const down = batch.limitDownMilli?.[i] ?? absentMilli;
  if ((batch.flags[i]! & quoteFlag.noLimit) !== 0 || (up !== absentMilli && down !== absentMilli)) {
    accepted.limitUp[s] = up;
    accepted.limitDown[s] = down;
    accepted.limitTold[s] = 1;
    return false;
  }
  const last = batch.lastMilli[i]!;
  if (accepted.limitTold[s] === 1 || accepted.limitUp[s] === absentMilli || last === absentMilli) return false;
  if (last <= accepted.limitUp[s]! && last >= accepted.limitDown[s]!) return false;
  accepted.limitUp[s] = absentMilli;
  accepted.limitDown[s] = absentMilli;
  return true;
}

function widen(accepted: Accepted, s: number, high: number, low: number, last: number): void {
  const top = Math.max(high, last, accepted.high[s]!);
  const bottom = low === absentMilli ? last : Math.min(low, last);
  accepted.high[s] = top;
  accepted.low[s] = accepted.low[s] === absentMilli ? bottom : Math.min(bottom, accepted.low[s]!);
}

/** Whether a price lies within `share` of every one of the last five, so surely of their median. */
export function isNearRecent(accepted: Accepted, s: number, last: number, share: number): boolean {
  const from = s * recentCount;
  for (let at = from; at < from + recentCount; at++) {
    const price = accepted.recent[at]!;
    if (Math.abs(last - price) > share * price) return false;
  }
  return true;
}

/** Median of the last five accepted prices in Milli; NaN before five. */
export function recentMedian(accepted: Accepted, s: number): number {
  if (accepted.recentSeen[s]! < recentCount) return Number.NaN;
  return accepted.recent.slice(s * recentCount, (s + 1) * recentCount).sort()[2]!;
}
