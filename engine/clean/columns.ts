/** Groups of typed arrays of one length: how the hot path keeps state, and how a checkpoint saves it. */
import { bytesOf } from '../../contracts/codec.ts';

export type Column = Uint8Array | Int32Array | Float64Array;
export type Columns = Readonly<Record<string, Column>>;
export type ColumnImage<Bytes = Uint8Array> = Readonly<Record<string, Bytes>>;

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

/** Bytes of a column as they were at one moment, handed out in order and once; a piece is copied when it is asked for, and good until the next. */
export class LateBytes {
  readonly byteLength: number;
  readonly pieces: () => Iterable<Uint8Array>;

  constructor(byteLength: number, pieces: () => Iterable<Uint8Array>) {
    this.byteLength = byteLength;
    this.pieces = pieces;
  }
}
/** What an image may be made of while it is taken: bytes, or bytes yet to be read. */
export type Taken = Uint8Array | LateBytes;
/** An image of now that is read out while what it shows goes on; `end` when it has been read, or will not be. */
export type OpenImage<Image> = { readonly image: Image; readonly end: () => void };

const pieceBytes = 1024 * 1024;
/** Records an undo log has room for at first; it doubles. */
const undoRoom = 8192;

/** One column with the records of it that have changed since. `width`: elements a record. */
class Undo {
  readonly #column: Column;
  readonly width: number;
  #log: Column;

  constructor(column: Column, width: number) {
    this.#column = column;
    this.width = width;
    this.#log = like(column, undoRoom * width);
  }

  /** Notes record `at` as the log's `k`-th. */
  note(at: number, k: number): void {
    const { width } = this;
    if ((k + 1) * width > this.#log.length) this.#grow();
    for (let i = 0; i < width; i++) this.#log[k * width + i] = this.#column[at * width + i]!;
  }

  #grow(): void {
    const wider = like(this.#column, this.#log.length * 2);
    wider.set(this.#log);
    this.#log = wider;
  }

  /** Room for so many records; one piece after the other is read into it: a new one each was 139 MB of garbage an image. */
  room = (records: number): Column => like(this.#column, records * this.width);

  /** The records from `from` to `until`, as they are now, at the start of `room`. */
  copyInto(room: Column, from: number, until: number): Column {
    const piece = room.subarray(0, (until - from) * this.width);
    piece.set(this.#column.subarray(from * this.width, until * this.width));
    return piece;
  }

  /** Puts the `k`-th of the log at `at` of a copy. */
  undo(copy: Column, at: number, k: number): void {
    for (let i = 0; i < this.width; i++) copy[at * this.width + i] = this.#log[k * this.width + i]!;
  }
}
const like = (column: Column, length: number): Column => new (column.constructor as new (length: number) => Column)(length);

/**
 * Columns of one shape as of one moment, read out while they go on changing. They lie layer by layer, each layer with a record of every row:
 * before a record changes `keep` notes what it was, unless it has been read out, and what is read is put back from that. Columns without
 * layers are small, and copied at once.
 */
export class ColumnsAsOf {
  readonly image: Readonly<Record<string, Taken>>;
  readonly #layered: readonly Undo[];
  readonly #layers: number;
  readonly #rows: number;
  /** By layer, in the order in which they were noted: row and place in the logs, by turns. */
  readonly #noted: number[][];
  #notes = 0;
  /** Layers that have been read out of every column. */
  #passed = 0;

  constructor(columns: Columns, layered: readonly string[], layers: number, rows: number) {
    this.#layers = layers;
    this.#rows = rows;
    this.#noted = Array.from({ length: layers }, () => []);
    this.#layered = layered.map((name) => new Undo(columns[name]!, columns[name]!.length / layers / rows));
    const taken = (name: string, column: Column): Taken => {
      const c = layered.indexOf(name);
      return c < 0 ? bytesOf(column).slice() : new LateBytes(column.byteLength, () => this.#pieces(this.#layered[c]!, column.byteLength));
    };
    this.image = Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, taken(name, column)]));
  }

  /** To be called before anything of `row` in `layer` changes. */
  keep(layer: number, row: number): void {
    if (layer < this.#passed) return;
    for (const undo of this.#layered) undo.note(layer * this.#rows + row, this.#notes);
    this.#noted[layer]!.push(row, this.#notes);
    this.#notes += 1;
  }

  /** The layered columns are read one after the other, in their order. */
  *#pieces(column: Undo, byteLength: number): Generator<Uint8Array, void> {
    const isLast = column === this.#layered.at(-1);
    const together = Math.max(1, Math.floor(pieceBytes / (byteLength / this.#layers)));
    const room = column.room(Math.min(together, this.#layers) * this.#rows);
    for (let from = 0; from < this.#layers; from += together) {
      const until = Math.min(this.#layers, from + together);
      const piece = column.copyInto(room, from * this.#rows, until * this.#rows);
      for (let layer = from; layer < until; layer++) {
        const noted = this.#noted[layer]!;
        // the first note of a record is what it was: it is put back last
        for (let i = noted.length - 2; i >= 0; i -= 2) column.undo(piece, (layer - from) * this.#rows + noted[i]!, noted[i + 1]!);
      }
      if (isLast) this.#passed = until;
      yield bytesOf(piece);
    }
  }
}
