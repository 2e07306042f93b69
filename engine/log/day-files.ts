/**
 * Day files: `<date>.tape.br` and `<date>.journal.br`, Brotli over frames of a 32-bit little-endian length and a body.
 * Written to `.partial`, fsynced and renamed on close, so that a file under its own name is whole.
 */

import { once } from 'node:events';
import {
  closeSync,
  createReadStream,
  createWriteStream,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { constants, createBrotliCompress, createBrotliDecompress } from 'node:zlib';
import { encode } from '../../contracts/codec.ts';
import { readStep } from '../../contracts/compat/read.ts';
import { FenshiError } from '../../contracts/errors.ts';
import type { JournalDraft, JournalStep } from '../../contracts/journal.ts';
import type { QuoteScratch } from '../../contracts/quote.ts';
import { decodeTape, encodeTape, type TapeEntry } from '../../contracts/tape.ts';
import type { TradeDate } from '../../contracts/units.ts';
import { chain } from './hash.ts';
import type { Journal, TapeReader, TapeWriter } from './ports.ts';

export const dayFile = (dir: string, date: TradeDate, kind: 'tape' | 'journal'): string => join(dir, `${date}.${kind}.br`);
/** Days of which a folder has a tape, ascending; none where there is no such folder. */
export const recordedDays = (dir: string): TradeDate[] =>
  existsSync(dir)
    ? readdirSync(dir)
        .flatMap((name) => /^(\d{8})\.tape\.br$/.exec(name)?.[1] ?? [])
        .sort()
    : [];
/** Fast rather than small: a replay writes its tape as it goes. */
const quality = 1;
const frameMax = 64 * 1024 * 1024;

export class FrameFile {
  readonly #path: string;
  readonly #brotli = createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: quality } });
  readonly #done: Promise<unknown>;

  constructor(path: string) {
    this.#path = path;
    mkdirSync(dirname(path), { recursive: true });
    const file = createWriteStream(`${path}.partial`);
    this.#brotli.pipe(file);
    this.#done = once(file, 'close');
  }

  async write(body: Uint8Array): Promise<void> {
    const frame = Buffer.allocUnsafe(4 + body.byteLength);
    frame.writeUInt32LE(body.byteLength, 0);
    frame.set(body, 4);
    if (!this.#brotli.write(frame)) await once(this.#brotli, 'drain');
  }

  async close(): Promise<void> {
    this.#brotli.end();
    await this.#done;
    const fd = openSync(`${this.#path}.partial`, 'r+');
    fsyncSync(fd);
    closeSync(fd);
    renameSync(`${this.#path}.partial`, this.#path);
  }
}

/** Bodies of a finished file. @throws FenshiError TAPE_CORRUPT on a cut or oversized frame */
export async function* frames(path: string): AsyncIterable<Uint8Array> {
  let rest: Buffer = Buffer.alloc(0);
  const [source, stream] = [createReadStream(path), createBrotliDecompress()];
  // a pipe hands on neither: what cannot be read ends the reading, and who stops reading lets go of the file
  source.on('error', (error) => stream.destroy(error));
  source.pipe(stream);
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let at = 0;
      while (rest.length - at >= 4) {
        const length = rest.readUInt32LE(at);
        if (length > frameMax) throw new FenshiError('TAPE_CORRUPT', `${path}: a frame of ${length} bytes`);
        if (rest.length - at - 4 < length) break;
        yield rest.subarray(at + 4, at + 4 + length);
        at += 4 + length;
      }
      rest = rest.subarray(at);
    }
  } catch (error) {
    if (error instanceof FenshiError) throw error;
    throw new FenshiError('TAPE_CORRUPT', `${path}: ${String(error)}`);
  } finally {
    source.destroy();
  }
  if (rest.length > 0) throw new FenshiError('TAPE_CORRUPT', `${path}: ends inside a frame`);
}

export class DayFileTape implements TapeWriter, TapeReader {
  readonly #path: string;
  #file: FrameFile | null = null;
  #next = 0;

  constructor(dir: string, date: TradeDate) {
    this.#path = dayFile(dir, date, 'tape');
  }

  append = async (n: number, entry: TapeEntry): Promise<void> => {
    if (n > this.#next) throw new FenshiError('TAPE_HOLE', `entry ${n} after ${this.#next - 1}`);
    if (n < this.#next) return;
    this.#file ??= new FrameFile(this.#path);
    this.#next += 1;
    await this.#file.write(encodeTape(entry));
  };

  async *entries(fromN: number, scratch?: QuoteScratch): AsyncIterable<TapeEntry> {
    let n = 0;
    for await (const body of frames(this.#path)) if (n++ >= fromN) yield decodeTape(body, scratch);
  }

  close = async (): Promise<void> => {
    await this.#file?.close();
  };
}

export class DayFileJournal implements Journal {
  readonly #path: string;
  readonly #hashes: string[];
  #file: FrameFile | null = null;

  constructor(dir: string, date: TradeDate, firstHash: string) {
    this.#path = dayFile(dir, date, 'journal');
    this.#hashes = [firstHash];
  }

  get hash(): string {
    return this.#hashes.at(-1)!;
  }

  append = async (draft: JournalDraft): Promise<JournalStep> => {
    if (draft.step > this.#hashes.length) throw new FenshiError('JOURNAL_GAP', `step ${draft.step} after ${this.#hashes.length - 1}`);
    const step = chain(this.#hashes[draft.step - 1]!, draft);
    if (draft.step < this.#hashes.length) {
      if (this.#hashes[draft.step] !== step.hash) throw new FenshiError('JOURNAL_FORK', `step ${draft.step} has another hash`);
      return step;
    }
    this.#hashes.push(step.hash);
    this.#file ??= new FrameFile(this.#path);
    await this.#file.write(encode(step));
    return step;
  };

  async *steps(afterStep: number): AsyncIterable<JournalStep> {
    for await (const body of frames(this.#path)) {
      const step = readStep(body);
      if (step.step > afterStep) yield step;
    }
  }

  close = async (): Promise<void> => {
    await this.#file?.close();
  };
}
