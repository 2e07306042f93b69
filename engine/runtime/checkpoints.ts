/**
 * Checkpoints of the cell on disk: `<date>-<n>.ckpt`. Written to a temporary name, fsynced, renamed; the three newest are kept.
 * One that does not verify is passed over: the tape can always be read from an older one.
 *
 * File      sha256 of the rest (64 hex digits), length of the head (4 bytes, little endian), head, columns
 * Key       of the day's bundle and the code: an image of another day's rules or of other code is passed over, too
 * Slices    hashed, written and synced a megabyte at a time with a breath between: neither the event loop nor the disk, which the
 *           broker's own syncs share, is held longer than one slice takes
 */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type CellImage, type PackedImage, packImage, unpackImage } from '../cell/image.ts';
import { LateBytes, type Taken } from '../clean/columns.ts';
import { sha256 } from '../log/hash.ts';

const keep = 3;
const digestBytes = 64;
const lengthBytes = 4;
export type Breath = () => Promise<void>;
const sliceBytes = 1024 * 1024;

export class CheckpointStore {
  readonly #dir: string;

  constructor(runDir: string) {
    this.#dir = join(runDir, 'checkpoints');
    mkdirSync(this.#dir, { recursive: true });
    for (const name of readdirSync(this.#dir)) if (name.endsWith('.tmp')) rmSync(join(this.#dir, name), { force: true });
  }

  /** `breath`: what is waited for after each slice; null when nothing else waits. `onHalf` runs when half of it is written: for crash tests. */
  async save(image: CellImage<Taken>, key: string, breath: Breath | null = null, onHalf: () => void = () => undefined): Promise<void> {
    const path = join(this.#dir, `${image.tradeDate}-${String(image.n).padStart(9, '0')}.ckpt`);
    const file = await open(`${path}.tmp`, 'w');
    try {
      await writeImage(file, packImage(image, key), breath, onHalf);
    } finally {
      await file.close();
    }
    await rename(`${path}.tmp`, path);
    for (const old of this.#names().slice(keep)) rmSync(join(this.#dir, old), { force: true });
  }

  /** What `restore` makes of the newest image of the day that verifies, fits, and does not lead the journal; null for none. */
  newest<T>(date: string, lastStep: number, key: string, restore: (image: CellImage) => T): T | null {
    for (const name of this.#names().filter((each) => each.startsWith(date))) {
      try {
        const image = read(join(this.#dir, name), key);
        if (image !== null && image.step <= lastStep) return restore(image);
      } catch {
        // of another shape: an older one, or the whole day, will do
      }
    }
    return null;
  }

  #names = (): string[] =>
    readdirSync(this.#dir)
      .filter((name) => name.endsWith('.ckpt'))
      .sort()
      .reverse();
}

async function writeImage(file: FileHandle, { head, blobs }: PackedImage, breath: Breath | null, onHalf: () => void): Promise<void> {
  const length = new Uint8Array(lengthBytes);
  new DataView(length.buffer).setUint32(0, head.byteLength, true);
  const total = blobs.reduce((sum, { byteLength }) => sum + byteLength, lengthBytes + head.byteLength);
  const hash = createHash('sha256');
  let [at, halved] = [digestBytes, false];
  for (const slice of slicesOf([length, head, ...blobs])) {
    hash.update(slice);
    await file.write(slice, 0, slice.byteLength, at);
    at += slice.byteLength;
    if (breath !== null) {
      await file.datasync();
      await breath();
    }
    if (halved || at < total / 2) continue;
    halved = true;
    onHalf();
  }
  await file.write(Buffer.from(hash.digest('hex')), 0, digestBytes, 0);
  await file.sync();
}

function* slicesOf(parts: readonly Taken[]): Generator<Uint8Array, void> {
  for (const part of parts) {
    if (part instanceof LateBytes) yield* part.pieces();
    else for (let from = 0; from < part.byteLength; from += sliceBytes) yield part.subarray(from, from + sliceBytes);
  }
}

function read(path: string, key: string): CellImage | null {
  if (!existsSync(path)) return null;
  const file = readFileSync(path);
  const body = new Uint8Array(file.subarray(digestBytes));
  if (body.byteLength < lengthBytes || file.subarray(0, digestBytes).toString() !== sha256(body)) return null;
  const headBytes = new DataView(body.buffer, body.byteOffset).getUint32(0, true);
  return unpackImage(body.subarray(lengthBytes, lengthBytes + headBytes), body.subarray(lengthBytes + headBytes), key);
}
