/**
 * Validation of one quote, Q1–Q7 of contracts/spec/quality.md#rows. Reject with a reason, never repair.
 *
 * Order     instrument, date, duplicate, session, Q2, Q1, Q3, Q6, Q7; Q4 and Q5 keep the quote and drop its book
 * Source    of totals and deltas is one feed at a time: after a switch the first interval's volume is unknown
 */
import { tickMilli } from '../../contracts/instruments.ts';
import { absentMilli, bookLevels, type QuoteBatch, quoteFlag } from '../../contracts/quote.ts';
import { type Accepted, isNearRecent, recentMedian, sameBook, sameDouble } from './accepted.ts';

export const quarantineReasons = [
  'UNKNOWN_INSTRUMENT',
  'WRONG_DATE',
  'Q1_TOTAL_DECREASED',
  'Q2_TIME_BACKWARDS',
  'Q2_TIME_FUTURE',
  'Q3_OUTSIDE_LIMITS',
  'Q3_NO_PRICE',
  'Q6_UNIT',
  'Q7_BAD_TICK',
] as const;
export type QuarantineReason = (typeof quarantineReasons)[number];

/** Q2: how far ahead of our clock an exchange stamp may be, after the source's skew. */
const futureMs = 5000;
/** Q1: so many decreases in a row mean that the source started over. */
const resetAfter = 3;
/** Q7: a jump past this on little volume waits one quote; the way back must come within `returnWithin`. */
const holdJump = 0.03;
const holdShares = 10_000;
const returnWithin = 0.01;
/** Q6 where the feed counts lots. */
const lotShares = 100;
/** And where one feed tells whole yuan. */
const roundedYuan = 1;
/** Q6 without the feed's own high and low: trades between two quotes may lie outside the last prices by this much. */
const unseenRange = 0.02;

export const isDuplicate = (accepted: Accepted, s: number, batch: QuoteBatch, i: number, source: number): boolean =>
  accepted.seen[s] === 1 &&
  accepted.source[s] === source &&
  accepted.tsExchangeMs[s] === batch.tsExchangeMs[i] &&
  sameDouble(accepted.volume[s]!, batch.volumeShares[i]!) &&
  sameDouble(accepted.amount[s]!, batch.amountYuan[i]!) &&
  sameBook(accepted, s, batch, i);

/** Q2. `skewMs` ≥ 0 is how far the source's clock runs ahead of ours. */
export function checkTime(accepted: Accepted, s: number, batch: QuoteBatch, i: number, skewMs: number): QuarantineReason | null {
  const at = batch.tsExchangeMs[i]!;
  if (at - skewMs > batch.tsMs + futureMs) return 'Q2_TIME_FUTURE';
  return accepted.seen[s] === 1 && at < accepted.tsExchangeMs[s]! ? 'Q2_TIME_BACKWARDS' : null;
}

/** Q1. Counts decreases in a row; from the third on the source is taken to have started over and the quote passes. */
export function checkTotals(accepted: Accepted, s: number, batch: QuoteBatch, i: number, source: number): QuarantineReason | null {
  const decreased =
    accepted.seen[s] === 1 &&
    accepted.source[s] === source &&
    (batch.volumeShares[i]! < accepted.volume[s]! || batch.amountYuan[i]! < accepted.amount[s]!);
  if (!decreased) {
    accepted.decreases[s] = 0;
    return null;
  }
  accepted.decreases[s]! += 1;
  return accepted.decreases[s]! < resetAfter ? 'Q1_TOTAL_DECREASED' : null;
}

/** Q3. */
export function checkPrice(batch: QuoteBatch, i: number, limitUp: number, limitDown: number): QuarantineReason | null {
  const last = batch.lastMilli[i]!;
  if (last === absentMilli || last <= 0) return batch.volumeShares[i]! > 0 || last !== absentMilli ? 'Q3_NO_PRICE' : null;
  if (limitUp !== absentMilli && last > limitUp) return 'Q3_OUTSIDE_LIMITS';
  return limitDown !== absentMilli && last < limitDown ? 'Q3_OUTSIDE_LIMITS' : null;
}

/** Q6. `dv` shares and `da` yuan of the interval; NaN where unknown. */
export function checkUnits(accepted: Accepted, s: number, batch: QuoteBatch, i: number, dv: number, da: number): QuarantineReason | null {
  if (!(dv >= 0) || Number.isNaN(da) || (batch.flags[i]! & quoteFlag.derivedVolume) !== 0) return null;
  const lot = (batch.flags[i]! & quoteFlag.lotVolume) === 0 ? 0 : lotShares;
  // no share was traded, or less than a lot of them: no more money than that
  const fits =
    dv > 0
      ? tradedWithin(accepted, s, batch, i, dv, da, lot)
      : da <= (lot * Math.max(batch.lastMilli[i]!, 0) * (1 + unseenRange)) / 1000 + roundedYuan;
  return fits ? null : 'Q6_UNIT';
}

/**
 * The interval from a row of one source to row `i` of another. The exchange's total is one number, told in shares by one vendor and in
 * lots by another, in cents or in whole yuan: so it is known to a lot and a yuan. NaN where one lies behind, or counts otherwise.
 */
export function intervalAcross(
  accepted: Accepted,
  s: number,
  batch: QuoteBatch,
  i: number,
  dv: number,
  da: number,
): readonly [dv: number, da: number] {
  if ((batch.flags[i]! & quoteFlag.derivedVolume) !== 0 || !(dv > -lotShares)) return unknownInterval;
  if (Math.abs(da) <= roundedYuan) return dv < lotShares ? [0, 0] : unknownInterval;
  if (!(da > 0)) return unknownInterval;
  return dv <= 0 || tradedWithin(accepted, s, batch, i, dv, da, lotShares) ? [Math.max(0, dv), da] : unknownInterval;
}
const unknownInterval = [Number.NaN, Number.NaN] as const;

/** Whether the interval's average price lies among its prices, if up to `lot` shares more or less were traded than it says. */
function tradedWithin(accepted: Accepted, s: number, batch: QuoteBatch, i: number, dv: number, da: number, lot: number): boolean {
  const vwap = (da / dv) * 1000;
  const last = batch.lastMilli[i]!;
  const feedHigh = batch.highMilli?.[i] ?? absentMilli;
  const feedLow = batch.lowMilli?.[i] ?? absentMilli;
  const unseen = feedHigh === absentMilli || feedLow === absentMilli ? unseenRange * last : 0;
  const low = lowest(
    lowest(lowest(lowest(last, accepted.last[s]!), batch.bidMilli[i * bookLevels]!), accepted.bid[s * bookLevels]!),
    feedLow,
  );
  const high = Math.max(last, accepted.last[s]!, batch.askMilli[i * bookLevels]!, accepted.ask[s * bookLevels]!, feedHigh);
  const slack = 2 * tickMilli + unseen + 500 / dv; // the amount may be rounded to a yuan
  return vwap * dv >= (low - slack) * (dv - lot) && vwap * dv <= (high + slack) * (dv + lot);
}

/** The lower of two prices, absent ones ignored (their column value is below all prices, so the higher needs no care). */
const lowest = (price: number, other: number): number => (other > 0 && other < price ? other : price);

/** Q7, first half: a jump on little volume must be confirmed by the next quote. */
export function mustHold(accepted: Accepted, s: number, last: number, dv: number): boolean {
  if (isNearRecent(accepted, s, last, holdJump) || !(dv < holdShares)) return false;
  const median = recentMedian(accepted, s);
  return Math.abs(last / median - 1) > holdJump;
}

/** Q7, second half: the quote after a held one is back where the prices were. */
export const hasReturned = (accepted: Accepted, s: number, last: number): boolean =>
  Math.abs(last / recentMedian(accepted, s) - 1) <= returnWithin;

/** Whether a price confirms the level of a held one. */
export const isSameLevel = (held: number, last: number): boolean => Math.abs(last / held - 1) <= returnWithin;

/** Q4 and Q5: false when the book contradicts itself; the quote's price and totals stand. */
export function isBookSound(batch: QuoteBatch, i: number): boolean {
  const from = i * bookLevels;
  const bid = batch.bidMilli[from]!;
  const ask = batch.askMilli[from]!;
  if (bid === absentMilli && ask === absentMilli) return false;
  if (bid !== absentMilli && ask !== absentMilli && bid >= ask) return false;
  return isMonotone(batch.bidMilli, from, -1) && isMonotone(batch.askMilli, from, 1);
}

function isMonotone(prices: Int32Array, from: number, direction: 1 | -1): boolean {
  for (let at = from + 1; at < from + bookLevels; at++) {
    const price = prices[at]!;
    if (price === absentMilli) continue;
    if (prices[at - 1] === absentMilli || (price - prices[at - 1]!) * direction <= 0) return false;
  }
  return true;
}
