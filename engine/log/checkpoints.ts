/**
 * Checkpoints of the cell on disk: `<date>-<n>.ckpt`, a sha256 and the image. Written to a temporary name, fsynced, renamed;
 * the three newest are kept. One that does not verify is passed over: the tape can always be read from an older one.
 */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type CellImage, decodeImage, encodeImage } from '../cell/image.ts';
import { sha256 } from './hash.ts';

const keep = 3;
const digestLength = 64;

export class CheckpointStore {
  readonly #dir: string;

  constructor(runDir: string) {
    this.#dir = join(runDir, 'checkpoints');
    mkdirSync(this.#dir, { recursive: true });
  }

  /** `onHalf` runs between the two halves of the write: for crash tests. */
  save(image: CellImage, onHalf: () => void = () => undefined): void {
    const bytes = encodeImage(image);
    const path = join(this.#dir, `${image.tradeDate}-${String(image.n).padStart(9, '0')}.ckpt`);
    const temporary = `${path}.tmp`;
    const fd = openSync(temporary, 'w');
    writeSync(fd, sha256(bytes));
    const half = bytes.byteLength >> 1;
    writeSync(fd, bytes, 0, half);
    onHalf();
    writeSync(fd, bytes, half, bytes.byteLength - half);
    fsyncSync(fd);
    closeSync(fd);
    renameSync(temporary, path);
    for (const old of this.#names().slice(keep)) rmSync(join(this.#dir, old), { force: true });
  }

  /** The newest image of the day that verifies and does not lead the journal, or null. */
  newest(date: string, lastStep: number): CellImage | null {
    for (const name of this.#names().filter((each) => each.startsWith(date))) {
      const image = read(join(this.#dir, name));
      if (image !== null && image.step <= lastStep) return image;
    }
    return null;
  }

  #names = (): string[] =>
    readdirSync(this.#dir)
      .filter((name) => name.endsWith('.ckpt'))
      .sort()
      .reverse();
}

function read(path: string): CellImage | null {
  if (!existsSync(path)) return null;
  const file = readFileSync(path);
  const bytes = new Uint8Array(file.subarray(digestLength));
  return file.subarray(0, digestLength).toString() === sha256(bytes) ? decodeImage(bytes) : null;
}
