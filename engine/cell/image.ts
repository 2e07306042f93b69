/** The cell's whole state between two entries: what a checkpoint file holds, as MessagePack. */
import { decode, encode } from '../../contracts/codec.ts';
import type { Origin } from '../../contracts/status.ts';
import { LateBytes, type Taken } from '../clean/columns.ts';
import type { DecisionsImage } from './decisions.ts';
import type { MarketImage } from './market-state.ts';

/** Raised whenever an image's parts mean something else, also where they fit: a checkpoint of another version is not taken. */
export const imageVersion = 13;

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

/** An image as a file holds it: everything but the large columns as MessagePack, and those as they are, to be read in their order. */
export type PackedImage = { readonly head: Uint8Array; readonly blobs: readonly Taken[] };
const blobBytes = 65_536;
type Blob = { readonly $blob: number };

export function packImage(image: CellImage<Taken>, key: string): PackedImage {
  const blobs: Taken[] = [];
  const lift = (value: unknown): unknown => {
    if (value instanceof LateBytes) return { $blob: blobs.push(value) - 1 };
    if (value instanceof Uint8Array) return value.byteLength < blobBytes ? value : { $blob: blobs.push(value) - 1 };
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, lift(inner)]));
  };
  // no other part of it is large
  const lifted = { ...image, market: lift(image.market) };
  return { head: encode({ key, image: lifted, sizes: blobs.map(({ byteLength }) => byteLength) }), blobs };
}

/** `body`: what follows the head. Null when the image was packed under another key. */
export function unpackImage(head: Uint8Array, body: Uint8Array, wanted: string): CellImage | null {
  const { key, image, sizes } = decode(head) as { key: string; image: CellImage; sizes: number[] };
  if (key !== wanted || image.v !== imageVersion) return null;
  const starts = sizes.map((_size, i) => sizes.slice(0, i).reduce((sum, size) => sum + size, 0));
  const sink = (value: unknown): unknown => {
    if (value === null || typeof value !== 'object' || value instanceof Uint8Array || Array.isArray(value)) return value;
    const { $blob: blob } = value as Blob;
    if (blob !== undefined) return body.subarray(starts[blob]!, starts[blob]! + sizes[blob]!);
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, sink(inner)]));
  };
  return { ...image, market: sink(image.market) as MarketImage };
}

export const encodeImage = (image: CellImage): Uint8Array => encode(image);
/** The file's sha256 vouches for the shape: nothing but encodeImage writes it. */
export const decodeImage = (bytes: Uint8Array): CellImage => decode(bytes) as CellImage;
