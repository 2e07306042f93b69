/** The cell's whole state between two entries: what a checkpoint file holds, as MessagePack. */
import { decode, encode } from '../../contracts/codec.ts';
import type { Origin } from '../../contracts/status.ts';
import { LateBytes, type Taken } from '../clean/columns.ts';
import type { DecisionsImage } from './decisions.ts';
import type { MarketImage } from './market-state.ts';

/** Raised whenever an image's parts mean something else, also where they fit: a checkpoint of another version is not taken. */
export const imageVersion = 14;

export type CellImage<Bytes = Uint8Array> = {
  readonly v: typeof imageVersion;
  readonly tradeDate: string;
  readonly n: number;
  readonly step: number;
  readonly timeMs: number;
  readonly closed: boolean;
  readonly origin?: Origin | undefined;
  readonly market: MarketImage<Bytes>;
  readonly decisions: DecisionsImage;
};

/** Its bytes in their order, and about how many they are. Each piece is good until the next is asked for. */
export type PackedImage = { readonly pieces: () => Generator<Uint8Array, void>; readonly aboutBytes: number };
const blobBytes = 65_536;
const pieceBytes = 1024 * 1024;
/** Elements of a list that are encoded in one go, the cell waiting meanwhile: an actor costs 10 µs or more, a strategy has all its runs. */
const elementsAtOnce = (name: string): number => (name === 'lanes' ? 1 : 100);
const lengthBytes = 4;
type Blob = { readonly $blob: number };
/** A part of the decisions: its name, how many of the body's bytes it is, and whether a list goes on in the next part of that name. */
type Part = { readonly name: string; readonly bytes: number; readonly isList: boolean };
type Head = {
  readonly key: string;
  readonly note: unknown;
  readonly image: CellImage<Uint8Array | Blob>;
  readonly parts: readonly Part[];
  readonly sizes: readonly number[];
};

/**
 * An image as a file holds it: the parts of the decisions as MessagePack, the large columns as they are, then a head that says which is
 * which, and its length in 4 bytes, little endian. The parts are encoded when they are asked for: none of them may be changed in place.
 * `note`: what whoever saves it wants to find beside it.
 */
export function packImage(image: CellImage<Taken>, key: string, note: unknown = null): PackedImage {
  const blobs: Taken[] = [];
  const market = lifted(image.market, blobs) as MarketImage<Uint8Array | Blob>;
  const sizes = blobs.map(({ byteLength }) => byteLength);
  function* pieces(): Generator<Uint8Array, void> {
    const parts: Part[] = [];
    for (const [name, value, isList] of partsOf(image.decisions)) {
      const bytes = encode(value);
      parts.push({ name, bytes: bytes.byteLength, isList });
      yield bytes;
    }
    for (const blob of blobs) yield* blob instanceof LateBytes ? blob.pieces() : slicesOf(blob);
    const head = encode({ key, note, image: { ...image, market, decisions: {} }, parts, sizes });
    const length = new Uint8Array(lengthBytes);
    new DataView(length.buffer).setUint32(0, head.byteLength, true);
    yield head;
    yield length;
  }
  return { pieces, aboutBytes: sizes.reduce((sum, size) => sum + size, 0) };
}

/** The columns of at least `blobBytes` put aside, and a note of which in their place. */
function lifted(value: unknown, blobs: Taken[]): unknown {
  if (value instanceof LateBytes) return { $blob: blobs.push(value) - 1 };
  if (value instanceof Uint8Array) return value.byteLength < blobBytes ? value : { $blob: blobs.push(value) - 1 };
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, lifted(inner, blobs)]));
}

function* partsOf(decisions: DecisionsImage): Generator<readonly [name: string, value: unknown, isList: boolean], void> {
  for (const [name, value] of Object.entries(decisions) as [string, unknown][]) {
    const most = elementsAtOnce(name);
    if (!Array.isArray(value) || value.length <= most) yield [name, value, false];
    else for (let from = 0; from < value.length; from += most) yield [name, value.slice(from, from + most), true];
  }
}

function* slicesOf(bytes: Uint8Array): Generator<Uint8Array, void> {
  for (let from = 0; from < bytes.byteLength; from += pieceBytes) yield bytes.subarray(from, from + pieceBytes);
}

/** Null when the image was packed under another key, or by another layout. @throws what does not decode */
export function unpackImage(file: Uint8Array, wanted: string): { readonly image: CellImage; readonly note: unknown } | null {
  if (file.byteLength < lengthBytes) return null;
  const headEnd = file.byteLength - lengthBytes;
  const headBytes = new DataView(file.buffer, file.byteOffset + headEnd).getUint32(0, true);
  const { key, note, image, parts, sizes } = decode(file.subarray(headEnd - headBytes, headEnd)) as Head;
  if (key !== wanted || image.v !== imageVersion) return null;
  let at = 0;
  const next = (bytes: number): Uint8Array => {
    at += bytes;
    return file.subarray(at - bytes, at);
  };
  const decisions: Record<string, unknown> = {};
  for (const { name, bytes, isList } of parts) {
    const value = decode(next(bytes));
    decisions[name] = isList ? [...((decisions[name] ?? []) as unknown[]), ...(value as unknown[])] : value;
  }
  const blobs = sizes.map(next);
  const market = sunk(image.market, blobs) as MarketImage;
  return { image: { ...image, market, decisions: decisions as DecisionsImage }, note };
}

function sunk(value: unknown, blobs: readonly Uint8Array[]): unknown {
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array || Array.isArray(value)) return value;
  const { $blob: blob } = value as Blob;
  if (blob !== undefined) return blobs[blob]!;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, sunk(inner, blobs)]));
}

export const encodeImage = (image: CellImage): Uint8Array => encode(image);
/** The file's sha256 vouches for the shape: nothing but encodeImage writes it. */
export const decodeImage = (bytes: Uint8Array): CellImage => decode(bytes) as CellImage;
