/** Order-book quantities of one quote (contracts/spec/features.md#inputs). NaN where the book says nothing. */
import { absentMilli, bookLevels, type QuoteBatch } from '../../contracts/quote.ts';

const weights = [1, 0.8, 0.6, 0.4, 0.2] as const;
/** A level's share of the imbalance: its weight times its shares; 0 where the level is empty. */
const sharesAt = (prices: Int32Array, shares: Float64Array, at: number): number => (prices[at] === absentMilli ? 0 : shares[at]!);

/** 32: Σ w (b − a) / Σ w (b + a) over five levels. Locked up +1, locked down −1 by the formula itself. */
export function obi5Of(batch: Book, from: number): number {
  let difference = 0;
  let sum = 0;
  for (let level = 0; level < bookLevels; level++) {
    const bid = sharesAt(batch.bidMilli, batch.bidShares, from + level);
    const ask = sharesAt(batch.askMilli, batch.askShares, from + level);
    difference += weights[level]! * (bid - ask);
    sum += weights[level]! * (bid + ask);
  }
  return sum > 0 ? difference / sum : Number.NaN;
}

/** 31. */
export function obi1Of(batch: Book, from: number): number {
  const bid = sharesAt(batch.bidMilli, batch.bidShares, from);
  const ask = sharesAt(batch.askMilli, batch.askShares, from);
  return bid + ask > 0 ? (bid - ask) / (bid + ask) : Number.NaN;
}

/** 35: Σ price × shares of both sides, yuan. */
export function depth5Of(batch: Book, from: number): number {
  let yuan = 0;
  for (let level = 0; level < bookLevels; level++) {
    const at = from + level;
    if (batch.bidMilli[at] !== absentMilli) yuan += (batch.bidMilli[at]! / 1000) * batch.bidShares[at]!;
    if (batch.askMilli[at] !== absentMilli) yuan += (batch.askMilli[at]! / 1000) * batch.askShares[at]!;
  }
  return yuan;
}

/** Σ price × shares of the asks, yuan. */
export function askYuanOf(askMilli: Int32Array, askShares: Float64Array, from: number): number {
  let yuan = 0;
  for (let at = from; at < from + bookLevels; at++) if (askMilli[at] !== absentMilli) yuan += (askMilli[at]! / 1000) * askShares[at]!;
  return yuan;
}

/** Shares at the two best prices: the scale of ofiN. */
export const depth1Of = (batch: Book, from: number): number =>
  sharesAt(batch.bidMilli, batch.bidShares, from) + sharesAt(batch.askMilli, batch.askShares, from);

/** (bid + ask) / 2 in Milli, the last price when a side is absent or the book is unsound. */
export function midOf(batch: Book, from: number, last: number, bookOk: boolean): number {
  const bid = batch.bidMilli[from]!;
  const ask = batch.askMilli[from]!;
  return bookOk && bid !== absentMilli && ask !== absentMilli ? (bid + ask) / 2 : last;
}

type Book = Pick<QuoteBatch, 'bidMilli' | 'bidShares' | 'askMilli' | 'askShares'>;
