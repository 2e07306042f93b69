/** Lists of JSON objects, row by row. */
import type { Parsed, Rejected, RejectReason } from '../adapter.ts';

export type JsonRow = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonRow => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Rows of a list; what is no object or unsound is rejected under its key; null is a row that says nothing, counted as `noTrade`. */
export function readRows<R>(list: readonly unknown[], key: string, read: (row: JsonRow) => R | RejectReason | null): Parsed<R> {
  const rows: R[] = [];
  const rejected: Rejected[] = [];
  let noTrade = 0;
  for (const item of list) {
    const outcome = isObject(item) ? read(item) : ('SHAPE' as const);
    if (typeof outcome === 'string') rejected.push({ key: isObject(item) ? String(item[key] ?? '') : '', reason: outcome as RejectReason });
    else if (outcome === null) noTrade += 1;
    else rows.push(outcome as R);
  }
  return { rows, rejected, ...(noTrade === 0 ? {} : { anomalies: { noTrade } }) };
}
