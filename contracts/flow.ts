/**
 * Money flow (资金) as a source tells it, columnar. Totals since the open in yuan; a vendor's classes are its own, so batches of two
 * sources are never one series.
 *
 * Subject  `tape.v1.<run>.flow`
 * Absent   NaN in a column, null in a row
 */
import { z } from 'zod';
import { bytesOf, columnOf } from './codec.ts';
import { EpochMs } from './units.ts';

const names = ['tsExchangeMs', 'mainYuan', 'superYuan', 'largeYuan', 'mediumYuan', 'smallYuan'] as const;
const Column = z.instanceof(Uint8Array);
/** The batch as it travels: little-endian columns of `count` elements, instrumentNo as Uint32, the others as doubles. */
export const FlowBatch = z
  .object({
    type: z.literal('flow'),
    v: z.literal(1),
    tsMs: EpochMs,
    source: z.string(),
    count: z.int().nonnegative().max(65_536),
    columns: z.object({
      instrumentNo: Column,
      ...(Object.fromEntries(names.map((name) => [name, Column])) as Record<(typeof names)[number], typeof Column>),
    }),
  })
  .refine(
    ({ count, columns }) => columns.instrumentNo.byteLength === 4 * count && names.every((name) => columns[name].byteLength === 8 * count),
    'a column has another length than count says',
  );
export type FlowBatch = z.infer<typeof FlowBatch>;

export type Flow = {
  readonly instrumentNo: number;
  readonly tsExchangeMs: number;
  readonly mainYuan: number;
  readonly superYuan: number | null;
  readonly largeYuan: number | null;
  readonly mediumYuan: number | null;
  readonly smallYuan: number | null;
};

export function flowBatchOf(source: string, tsMs: number, rows: readonly Flow[]): FlowBatch {
  const column = (name: (typeof names)[number]) => bytesOf(Float64Array.from(rows, (row) => row[name] ?? Number.NaN)).slice();
  return {
    type: 'flow',
    v: 1,
    tsMs,
    source,
    count: rows.length,
    columns: {
      instrumentNo: bytesOf(Uint32Array.from(rows, ({ instrumentNo }) => instrumentNo)).slice(),
      ...(Object.fromEntries(names.map((name) => [name, column(name)])) as Record<(typeof names)[number], Uint8Array<ArrayBuffer>>),
    },
  };
}

export function flowsOf({ count, columns }: FlowBatch): Flow[] {
  const numbers = Object.fromEntries(names.map((name) => [name, columnOf(Float64Array, columns[name])])) as Record<
    (typeof names)[number],
    Float64Array
  >;
  const instruments = columnOf(Uint32Array, columns.instrumentNo);
  const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
  return Array.from({ length: count }, (_, i) => ({
    instrumentNo: instruments[i]!,
    tsExchangeMs: numbers.tsExchangeMs[i]!,
    mainYuan: numbers.mainYuan[i]!,
    superYuan: orNull(numbers.superYuan[i]!),
    largeYuan: orNull(numbers.largeYuan[i]!),
    mediumYuan: orNull(numbers.mediumYuan[i]!),
    smallYuan: orNull(numbers.smallYuan[i]!),
  }));
}
