/**
 * Rows of ulist, clist and their streams (contracts/spec/sources.md#eastmoney): prices as decimals with fltt=2, else integers ×10^f1; volume in lots,
 * money in yuan, per cents ×1 or ×100. '-' is absent: suspended, or before the open.
 */
import { instrumentId } from '../../../contracts/units.ts';
import { type Field, jsonNumber, lot, priceOf, scaled } from '../../wire/numbers.ts';
import { ofMarket, ofStockCode } from '../../wire/symbols.ts';
import type { RejectReason, SourceFlow, SourceQuote } from '../adapter.ts';
import { emptySide, inShares, isOrdered, levelOneOf, sourceQuote } from '../rows/level-one.ts';
import type { JsonRow } from '../rows/rows.ts';

/** `decimal`: fltt=2. `integer`: the default. */
export type Scale = 'decimal' | 'integer';
export const quoteFields = 'f1,f2,f5,f6,f12,f13,f14,f15,f16,f17,f18,f38,f39,f124';
export const flowFields = 'f12,f13,f62,f66,f72,f78,f84,f124';
const earliest = 631_152_000; // 1990: before it no exchange

export function quoteOfRow(row: JsonRow, scale: Scale): SourceQuote | RejectReason {
  const no = ofMarket(row.f13, row.f12);
  if (no === null) return 'CODE';
  const at = row.f124;
  if (typeof at !== 'number' || !Number.isInteger(at) || at < earliest) return 'TIME';
  const price = priceReader(row, scale);
  if (price === null) return 'NUMBER';
  const one = levelOneOf({
    last: price('f2'),
    high: price('f15'),
    low: price('f16'),
    open: price('f17'),
    preClose: price('f18'),
    volume: scaled(jsonNumber(row.f5), 1),
    amount: scaled(jsonNumber(row.f6), 1),
    totalShares: scaled(jsonNumber(row.f38), 1),
    floatShares: scaled(jsonNumber(row.f39), 1),
  });
  if (one === null) return 'NUMBER';
  const counted = isOrdered(one) ? inShares(no, one, lot) : null;
  if (counted === null) return 'INVARIANT';
  return sourceQuote(no, at * 1000, counted.one, emptySide, emptySide, { name: textOf(row.f14) }, counted.unit);
}

export const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** Milli of a price field, by the row's decimals; null when those are unsound. */
export function priceReader(row: JsonRow, scale: Scale, decimalsField = 'f1'): ((field: string) => Field) | null {
  if (scale === 'decimal') return (field) => priceOf(jsonNumber(row[field]));
  const decimals = row[decimalsField];
  if (typeof decimals !== 'number' || !Number.isInteger(decimals) || decimals < 0 || decimals > 4) return null;
  const divisor = [1, 10, 100, 1000, 10_000][decimals]!;
  return (field) => {
    const value = jsonNumber(row[field]);
    if (value === null || value === undefined) return value;
    return Number.isInteger(value) ? priceOf(value / divisor) : undefined;
  };
}

/** Today's money flow in a list row: main = super + large, and all classes cancel. Null where nothing was traded. */
export function flowOfRow(row: JsonRow): SourceFlow | RejectReason | null {
  const no = row.f13 === undefined ? ofStockCode(row.f12) : ofMarket(row.f13, row.f12);
  if (no === null) return 'CODE';
  const at = row.f124;
  if (typeof at !== 'number' || !Number.isInteger(at) || at < earliest) return 'TIME';
  const [main, superNet, large, medium, small] = ['f62', 'f66', 'f72', 'f78', 'f84'].map((field) => jsonNumber(row[field]));
  if ([main, superNet, large, medium, small].includes(undefined)) return 'NUMBER';
  if (main === null) return null; // suspended
  const flow = {
    entity: instrumentId(no),
    tsMs: at * 1000,
    mainYuan: main!,
    superYuan: superNet!,
    largeYuan: large!,
    mediumYuan: medium!,
    smallYuan: small!,
  };
  return isBalanced(flow) ? flow : 'INVARIANT';
}

/** To a hundredth of a million yuan or a millionth: the vendor rounds each class by itself. */
export function isBalanced({ mainYuan, superYuan, largeYuan, mediumYuan, smallYuan }: SourceFlow): boolean {
  if (superYuan === null || largeYuan === null) return true;
  const slack = 10 + Math.abs(mainYuan) * 1e-6;
  if (Math.abs(superYuan + largeYuan - mainYuan) > slack) return false;
  return mediumYuan === null || smallYuan === null || Math.abs(mainYuan + mediumYuan + smallYuan) <= 1000 + slack;
}
