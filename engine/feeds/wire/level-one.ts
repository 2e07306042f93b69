/** The numbers of one level-1 row as every vendor's parser hands them over, and the row they make. */
import { phaseCode, type Quote, quoteFlag } from '../../../contracts/quote.ts';
import type { SourceQuote } from '../adapter.ts';
import { type Field, lot } from './numbers.ts';

/** Milli, shares, yuan. A field the vendor does not carry is null. */
export type LevelOne = {
  readonly last: number | null;
  readonly preClose: number | null;
  readonly open: number | null;
  readonly high: number | null;
  readonly low: number | null;
  readonly limitUp: number | null;
  readonly limitDown: number | null;
  readonly volume: number | null;
  readonly amount: number | null;
  readonly outer: number | null;
  readonly inner: number | null;
  readonly floatShares: number | null;
  readonly totalShares: number | null;
};
export type Side = Quote['bids'];
export const emptySide: Side = [null, null, null, null, null];
const none: LevelOne = {
  last: null,
  preClose: null,
  open: null,
  high: null,
  low: null,
  limitUp: null,
  limitDown: null,
  volume: null,
  amount: null,
  outer: null,
  inner: null,
  floatShares: null,
  totalShares: null,
};

/** Null when one of the fields is unsound. */
export function levelOneOf(fields: Readonly<Partial<Record<keyof LevelOne, Field>>>): LevelOne | null {
  return Object.values(fields).includes(undefined) ? null : { ...none, ...(fields as Partial<LevelOne>) };
}

/** Up to five levels, null where one is empty; undefined when a number is unsound. */
export function sideOf(levels: readonly (readonly [milli: Field, shares: Field])[]): Side | undefined {
  const side: ([number, number] | null)[] = [];
  for (const [milli, shares] of levels) {
    if (milli === undefined || shares === undefined) return undefined;
    side.push(milli === null ? null : [milli, shares ?? 0]);
  }
  return side;
}

/** All nought: how a suspended instrument is told. */
export const isIdle = ({ last, preClose, open, volume }: LevelOne): boolean =>
  last === null && preClose === null && open === null && (volume === null || volume === 0);

/** amount / volume may leave [low, high] by this much. */
const vwapSlack = 0.01;

/**
 * The day's range holds its prices, and its average. Off by 100 is lots for shares, by 10,000 万 for yuan.
 * `resolution`: shares the volume is known to. An index has no average price: `priced` false.
 */
export function isConsistent(
  { last, open, high, low, volume, amount, limitUp, limitDown }: LevelOne,
  resolution = lot,
  priced = true,
): boolean {
  if (limitUp !== null && limitDown !== null && limitUp <= limitDown) return false;
  if (high === null || low === null) return true;
  if (high < low) return false;
  for (const price of [last, open]) if (price !== null && (price > high || price < low)) return false;
  if (!priced || volume === null || volume === 0 || amount === null) return true;
  const most = ((volume + resolution) * high * (1 + vwapSlack)) / 1000 + 1;
  const least = ((volume - resolution) * low * (1 - vwapSlack)) / 1000 - 1;
  return amount <= most && amount >= least;
}

type Named = { readonly name: string | null; readonly afterHours?: SourceQuote['afterHours'] };

export function sourceQuote(
  no: number,
  tsExchangeMs: number,
  n: LevelOne,
  bids: Side,
  asks: Side,
  { name, afterHours }: Named,
  inLots = true,
): SourceQuote {
  return {
    quote: {
      instrumentNo: no,
      tsExchangeMs,
      phaseCode: phaseCode.unknown,
      flags: inLots ? quoteFlag.lotVolume : 0,
      lastMilli: n.last,
      preCloseMilli: n.preClose,
      openMilli: n.open,
      highMilli: n.high,
      lowMilli: n.low,
      limitUpMilli: n.limitUp,
      limitDownMilli: n.limitDown,
      volumeShares: n.volume,
      amountYuan: n.amount,
      outerShares: n.outer,
      innerShares: n.inner,
      bids,
      asks,
    },
    name,
    floatShares: n.floatShares,
    totalShares: n.totalShares,
    afterHours: afterHours ?? null,
  };
}
