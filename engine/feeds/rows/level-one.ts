/** The numbers of one level-1 row as every vendor's parser hands them over, and the row they make. */
import { type Level, phaseCode, type Quote, quoteFlag } from '../../../contracts/quote.ts';
import { type Field, lot } from '../../wire/numbers.ts';
import { isIndex } from '../../wire/symbols.ts';
import { type CountUnit, indexUnitOf, unitOf } from '../../wire/units.ts';
import type { SourceQuote } from '../adapter.ts';

/** Milli, yuan, and counts in the vendor's unit until `inShares`. A field the vendor does not carry is null. */
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

/** Up to five levels, null where one is empty, shares without a price where an auction cannot match them; undefined when a number is unsound. */
export function sideOf(levels: readonly (readonly [milli: Field, shares: Field])[]): Side | undefined {
  const side: Level[] = [];
  for (const [milli, shares] of levels) {
    if (milli === undefined || shares === undefined) return undefined;
    side.push(milli === null && !shares ? null : [milli, shares ?? 0]);
  }
  return side;
}

/** All zero: how a suspended instrument is told. */
export const isIdle = ({ last, preClose, open, volume }: LevelOne): boolean =>
  last === null && preClose === null && open === null && (volume === null || volume === 0);

/** The day's range holds its prices, and the limits are not the wrong way round. */
export function isOrdered({ last, open, high, low, limitUp, limitDown }: LevelOne): boolean {
  if (limitUp !== null && limitDown !== null && limitUp <= limitDown) return false;
  if (high === null || low === null) return true;
  if (high < low) return false;
  for (const price of [last, open]) if (price !== null && (price > high || price < low)) return false;
  return true;
}

/**
 * The same row with its totals in shares, by the unit in which it is true (units.ts); null when it is true in none. An index has no
 * average price of its own: a volume that fits nothing is unknown there, and the row stands.
 * `byTurnover`: shares as turnover × float say.
 */
export function inShares(
  no: number,
  raw: LevelOne,
  usual: CountUnit,
  byTurnover: number | null = null,
): { readonly one: LevelOne; readonly unit: CountUnit } | null {
  const { volume: count, amount: yuan, low: lowMilli, high: highMilli } = raw;
  const found = isIndex(no) ? indexUnitOf(count, yuan, usual) : unitOf({ count, yuan, lowMilli, highMilli, shares: byTurnover }, usual);
  if (found === null && !isIndex(no)) return null;
  const unit = found ?? usual;
  const shares = (each: number | null): number | null => (each === null || found === null ? null : each * unit);
  return { one: { ...raw, volume: shares(count), outer: shares(raw.outer), inner: shares(raw.inner) }, unit };
}

type Named = {
  readonly name: string | null;
  readonly afterHours?: SourceQuote['afterHours'];
  /** The source says that there is no price limit today: something else than not saying one. */
  readonly noLimit?: boolean;
};

export function sourceQuote(
  no: number,
  tsExchangeMs: number,
  n: LevelOne,
  bids: Side,
  asks: Side,
  { name, afterHours, noLimit = false }: Named,
  unit: CountUnit = lot,
): SourceQuote {
  return {
    quote: {
      instrumentNo: no,
      tsExchangeMs,
      phaseCode: phaseCode.unknown,
      flags: (unit === lot ? quoteFlag.lotVolume : 0) | (noLimit ? quoteFlag.noLimit : 0),
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
