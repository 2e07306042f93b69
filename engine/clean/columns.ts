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

/** An image taken little by little: `advance` copies some more and says whether all is there; only then is it whole. */
export type GradualImage<Image> = { readonly advance: (rows: number) => boolean; readonly image: () => Image };

/**
 * Copies of per-symbol columns as of one moment, made while the columns go on changing: `keep` copies a row that is about to
 * change, `advance` the next rows in turn. Every column holds the same number of elements a row: together, or in `layers` pieces where the
 * column is laid out layer by layer, each with all rows in it.
 */
export class RowCopies {
  readonly #sources: readonly { readonly bytes: Uint8Array; readonly copy: Uint8Array; readonly width: number; readonly layer: number }[];
  readonly #names: readonly string[];
  readonly #kept: Uint8Array;
  #next = 0;

  constructor(columns: Columns, rows: number, layers: Readonly<Record<string, number>> = {}) {
    this.#names = Object.keys(columns);
    this.#kept = new Uint8Array(rows);
    this.#sources = Object.entries(columns).map(([name, column]) => {
      const bytes = bytesOf(column);
      const layer = bytes.byteLength / (layers[name] ?? 1);
      return { bytes, copy: new Uint8Array(bytes.byteLength), width: layer / rows, layer };
    });
  }

  keep(row: number): void {
    if (this.#kept[row] === 1) return;
    this.#kept[row] = 1;
    for (const { bytes, copy, width, layer } of this.#sources)
      for (let from = row * width; from < bytes.byteLength; from += layer) copy.set(bytes.subarray(from, from + width), from);
  }

  advance(rows: number): boolean {
    const end = Math.min(this.#kept.length, this.#next + rows);
    for (; this.#next < end; this.#next++) this.keep(this.#next);
    return this.#next === this.#kept.length;
  }

  image = (): ColumnImage => Object.fromEntries(this.#names.map((name, i) => [name, this.#sources[i]!.copy]));
}
