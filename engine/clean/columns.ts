/** Groups of typed arrays of one length: how the hot path keeps state, and how a checkpoint saves it. */
import { bytesOf } from '../../contracts/codec.ts';

export type Column = Uint8Array | Int32Array | Float64Array;
export type Columns = Readonly<Record<string, Column>>;
export type ColumnImage = Record<string, Uint8Array>;

export const imageOf = (columns: Columns): ColumnImage =>
  Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, bytesOf(column).slice()]));

/** Fills `columns` from an image made with the same shape. @throws RangeError when a column is missing or of another length */
export function restoreColumns(columns: Columns, image: ColumnImage): void {
  for (const [name, column] of Object.entries(columns)) {
    const bytes = image[name];
    if (bytes?.byteLength !== column.byteLength) throw new RangeError(`checkpoint column ${name} does not fit`);
    bytesOf(column).set(bytes);
  }
}
