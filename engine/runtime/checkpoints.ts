/**
 * Checkpoints of the cell on disk: `<date>-<n>.ckpt`. Written to a temporary name, fsynced, renamed; the three newest are kept, two while
 * one is written. One that does not verify is passed over: the tape can always be read from an older one.
 *
 * File      sha256 of the rest (64 hex digits), then the image as engine/cell/image.ts packs it
 * Key       of the day's bundle and the code: an image of another day's rules or of other code is passed over, too
 * Pieces    hashed and written one at a time with a breath between, and synced a megabyte at a time: neither the event loop nor the
 *           disk, which the broker's own syncs share, is held longer than one takes
 */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type CellImage, type PackedImage, packImage, unpackImage } from '../cell/image.ts';
import type { Taken } from '../clean/columns.ts';
import type { JournalMark } from '../log/append.ts';
import { sha256 } from '../log/hash.ts';

const keep = 3;
const digestBytes = 64;
/** An image and where the journal stood at its step. */
export type Checkpoint<Bytes extends Taken = Uint8Array> = { readonly image: CellImage<Bytes>; readonly mark: JournalMark };
export type Breath = () => Promise<void>;
const syncedBytes = 1024 * 1024;

export class CheckpointStore {
  readonly #dir: string;

  constructor(runDir: string) {
    this.#dir = join(runDir, 'checkpoints');
    mkdirSync(this.#dir, { recursive: true });
    for (const name of readdirSync(this.#dir)) if (name.endsWith('.tmp')) rmSync(join(this.#dir, name), { force: true });
  }

  /** `breath`: what is waited for after each slice; null when nothing else waits. `onHalf` runs when half of it is written: for crash tests. */
  async save(
    { image, mark }: Checkpoint<Taken>,
    key: string,
    breath: Breath | null = null,
    onHalf: () => void = () => undefined,
  ): Promise<void> {
    const path = join(this.#dir, `${image.tradeDate}-${String(image.n).padStart(9, '0')}.ckpt`);
    const file = await this.#room(`${path}.tmp`);
    try {
      await writeImage(file, packImage(image, key, mark), breath, onHalf);
    } catch (error) {
      await rm(`${path}.tmp`, { force: true }); // a disk may be full
      throw error;
    } finally {
      await file.close();
    }
    await rename(`${path}.tmp`, path);
    for (const old of this.#byAge().slice(keep)) await rm(join(this.#dir, old), { force: true });
  }

  /**
   * The file that was written first is written over: to give back 140 MB takes the disk 30 ms, in which nobody else is served. Two are never
   * written over, so a save that fails costs one at most.
   */
  async #room(path: string): Promise<FileHandle> {
    const oldest = this.#byAge()[keep - 1];
    if (oldest === undefined) return open(path, 'w');
    await rename(join(this.#dir, oldest), path);
    return open(path, 'r+');
  }

  /**
   * Those of the day that verify and were saved under `key`, the newest first, each read when it is asked for. `passedOver`: is told of one
   * that cannot be read; an older one, or the whole day, will do.
   */
  *of(date: string, key: string, passedOver: (name: string, error: unknown) => void = () => undefined): Generator<Checkpoint, void> {
    for (const name of this.#names().filter((each) => each.startsWith(date))) {
      let found: Checkpoint | null = null;
      try {
        found = read(join(this.#dir, name), key);
      } catch (error) {
        passedOver(name, error);
      }
      if (found !== null) yield found;
    }
  }

  /** Written last, first: after other code has begun the day anew, the newest has not the highest step. */
  #byAge(): string[] {
    const writtenMs = new Map(this.#names().map((name) => [name, statSync(join(this.#dir, name)).mtimeMs]));
    return [...writtenMs.keys()].sort((a, b) => writtenMs.get(b)! - writtenMs.get(a)!);
  }

  /** The highest step first. */
  #names = (): string[] =>
    readdirSync(this.#dir)
      .filter((name) => name.endsWith('.ckpt'))
      .sort()
      .reverse();
}

async function writeImage(file: FileHandle, { pieces, aboutBytes }: PackedImage, breath: Breath | null, onHalf: () => void): Promise<void> {
  const hash = createHash('sha256');
  let [at, synced, halved] = [digestBytes, digestBytes, false];
  for (const piece of pieces()) {
    hash.update(piece);
    await file.write(piece, 0, piece.byteLength, at);
    at += piece.byteLength;
    if (breath !== null) {
      if (at - synced >= syncedBytes) {
        await file.datasync();
        synced = at;
      }
      await breath();
    }
    if (halved || at < aboutBytes / 2) continue;
    halved = true;
    onHalf();
  }
  await file.truncate(at);
  await file.write(Buffer.from(hash.digest('hex')), 0, digestBytes, 0);
  await file.sync();
}

/** Null for one of another key or version. @throws what the disk says, RangeError for one that was cut or spoilt, what does not decode */
function read(path: string, key: string): Checkpoint | null {
  if (!existsSync(path)) return null;
  const file = readFileSync(path);
  if (file.byteLength <= digestBytes) throw new RangeError('cut short');
  const body = new Uint8Array(file.buffer, file.byteOffset + digestBytes, file.byteLength - digestBytes);
  if (file.subarray(0, digestBytes).toString() !== sha256(body)) throw new RangeError('its hash is not that of its bytes');
  const found = unpackImage(body, key);
  return found === null ? null : { image: found.image, mark: found.note as JournalMark };
}
