/**
 * Message bodies: standard MessagePack without extensions, so that any decoder in any language reads them.
 * Object keys are written in insertion order, which is what makes a hash over a body repeatable.
 */
import { Packr, Unpackr } from 'msgpackr';

const options = { useRecords: false, mapsAsObjects: true, int64AsType: 'number', variableMapSize: true } as const;
const packr = new Packr({ ...options, encodeUndefinedAsNil: true });
const unpackr = new Unpackr(options);

export function encode(value: unknown): Uint8Array {
  const packed = packr.pack(value);
  return new Uint8Array(packed.buffer, packed.byteOffset, packed.byteLength).slice();
}

/** @throws a plain Error on bytes that are not one whole MessagePack value */
export const decode = (bytes: Uint8Array): unknown => unpackr.unpack(bytes);

/** A typed array's bytes, little-endian, as a MessagePack `bin`. */
export const bytesOf = (column: ArrayBufferView): Uint8Array => new Uint8Array(column.buffer, column.byteOffset, column.byteLength);

type TypedArray = Uint8Array | Uint16Array | Int32Array | Uint32Array | Float64Array;
type Constructor<T extends TypedArray> = { new (buffer: ArrayBuffer): T; BYTES_PER_ELEMENT: number };

/** The column behind a `bin`. Copies, because the bytes of a message are not aligned and may be reused. */
export function columnOf<T extends TypedArray>(type: Constructor<T>, bytes: Uint8Array): T {
  if (bytes.byteLength % type.BYTES_PER_ELEMENT !== 0) throw new RangeError(`column of ${bytes.byteLength} bytes`);
  return new type(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer);
}
