/**
 * What a user points at, as files: one file, a folder of them in any depth, or a zip archive. Names prove nothing: whether a file is
 * gzipped is read from its first bytes, and every file of a folder is tried.
 */
import { createHash } from 'node:crypto';
import { closeSync, createReadStream, type Dirent, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { PassThrough, pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import yauzl from 'yauzl';
import { FenshiError } from '../../contracts/errors.ts';

export type Input = {
  /** For people and for what a name may tell: of an archive, the entry's. */
  readonly name: string;
  /** Where it came from, whole: what tells two files of one name apart. */
  readonly path: string;
  readonly bytes: number;
  /** Its content, unzipped and gunzipped. */
  readonly open: () => Promise<Readable>;
};

/** @throws FenshiError NOT_FOUND */
export async function inputsOf(path: string): Promise<Input[]> {
  if (!existsSync(path)) throw new FenshiError('NOT_FOUND', `${path}: neither a file nor a folder`);
  if (statSync(path).isDirectory()) return (await Promise.all(filesUnder(path).map(fileInputs))).flat();
  return fileInputs(path);
}

function filesUnder(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? filesUnder(join(dir, entry.name)) : isFile(entry, dir) ? [join(dir, entry.name)] : []));
}

/** A link to a file is one; a link to a folder could lead in a circle, and is passed over. */
const isFile = (entry: Dirent, dir: string): boolean =>
  entry.isFile() || (entry.isSymbolicLink() && statSync(join(dir, entry.name), { throwIfNoEntry: false })?.isFile() === true);

async function fileInputs(path: string): Promise<Input[]> {
  try {
    if (startsWith(path, [0x50, 0x4b, 0x03, 0x04])) return await zipInputs(path);
  } catch (error) {
    // the failure of one file is its own, when it is its turn
    return [{ name: basename(path), path, bytes: 0, open: () => Promise.reject(codedError(path, error)) }];
  }
  return [{ name: basename(path), path, bytes: statSync(path).size, open: () => Promise.resolve(plain(createReadStream(path), path)) }];
}

function startsWith(path: string, bytes: readonly number[]): boolean {
  const file = openSync(path, 'r');
  const head = Buffer.alloc(bytes.length);
  readSync(file, head, 0, head.length, 0);
  closeSync(file);
  return bytes.every((byte, i) => head[i] === byte);
}

/** Gunzipped where its first two bytes say so, whatever it is called; what is cut short ends with IMPORT_INVALID. */
const plain = (raw: Readable, path: string): Readable => Readable.from(coded(unzipped(raw), path), { objectMode: false });

function unzipped(raw: Readable): Readable {
  const out = new PassThrough();
  raw.once('error', (error) => out.destroy(error));
  raw.once('readable', () => {
    const first = raw.read() as Buffer | null;
    if (first === null) return void out.end();
    raw.unshift(first);
    const isGzip = first[0] === 0x1f && first[1] === 0x8b;
    pipeline(raw, isGzip ? createGunzip() : new PassThrough(), out, () => undefined);
  });
  return out;
}

async function* coded(stream: Readable, path: string): AsyncGenerator<Buffer, void> {
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    throw codedError(path, error);
  }
}

function codedError(path: string, error: unknown): FenshiError {
  if (error instanceof FenshiError) return error;
  return new FenshiError('IMPORT_INVALID', `${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
}

/** Entries of an archive that are files. @throws FenshiError IMPORT_INVALID for a broken archive */
async function zipInputs(path: string): Promise<Input[]> {
  const zip = await opened(path);
  const entries: yauzl.Entry[] = [];
  await new Promise<void>((resolve, reject) => {
    zip.on('entry', (entry: yauzl.Entry) => {
      if (!entry.fileName.endsWith('/') && !basename(entry.fileName).startsWith('.')) entries.push(entry);
      zip.readEntry();
    });
    zip.once('end', resolve).once('error', reject);
    zip.readEntry();
  });
  zip.close();
  return entries.map(({ fileName, uncompressedSize }) => ({
    name: basename(fileName),
    path: `${path}!${fileName}`,
    bytes: uncompressedSize,
    open: () => entryOf(path, fileName).catch((error: unknown) => Promise.reject(codedError(`${path}!${fileName}`, error))),
  }));
}

const opened = (path: string): Promise<yauzl.ZipFile> =>
  new Promise((resolve, reject) =>
    yauzl.open(path, { lazyEntries: true, autoClose: false }, (error, zip) =>
      error === null || error === undefined
        ? resolve(zip)
        : reject(new FenshiError('IMPORT_INVALID', `${path}: not a sound zip: ${error.message}`)),
    ),
  );

async function entryOf(path: string, name: string): Promise<Readable> {
  const zip = await opened(path);
  const stream = await new Promise<Readable>((resolve, reject) => {
    zip.on('entry', (entry: yauzl.Entry) => {
      if (entry.fileName !== name) return zip.readEntry();
      zip.openReadStream(entry, (error, found) => (error ? reject(error) : resolve(found)));
    });
    zip.once('error', reject);
    zip.readEntry();
  });
  stream.once('close', () => zip.close());
  return plain(stream, `${path}!${name}`);
}

/** SHA-256 of the content, however it is packed. */
export async function shaOfInput(input: Input): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of await input.open()) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
