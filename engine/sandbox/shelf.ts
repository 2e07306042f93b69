/**
 * A shelf: a folder of strategies with an index of them, to be handed on as a whole (a disk, a mirror, a repository). The index says what there is;
 * whether it may be installed is decided by checksum and signature all the same (contracts/spec/strategies.md#shelf).
 *
 * Index   <shelf>/strategies.json, written whole; `path` is a folder below the shelf
 */
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compare } from 'semver';
import { z } from 'zod';
import { FenshiError } from '../../contracts/errors.ts';
import { describeStrategy, fitsEngine, invalid, Manifest, manifestFile, readStrategy } from './manifest.ts';

export const shelfFile = 'strategies.json';
const Listed = Manifest.pick({ id: true, version: true, engine: true, label: true }).extend({
  sha256: z.string().length(64),
  path: z.string().regex(/^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/, 'a folder below the shelf'),
});
export type ListedStrategy = z.infer<typeof Listed>;
const Shelf = z.strictObject({ v: z.literal(1), strategies: z.array(Listed) });

/**
 * Writes the index of every folder, down to two below, that has a manifest; by id, newest version first. One that is not sound stands nowhere and is
 * told. @throws FenshiError STRATEGY_INVALID where a version is there twice
 */
export function indexShelf(shelf: string, refused: (path: string, why: string) => void): ListedStrategy[] {
  const found = foldersOf(shelf).flatMap((path): ListedStrategy[] => {
    try {
      const { manifest, sha256 } = describeStrategy(join(shelf, path));
      const { id, version, engine, label } = manifest;
      return [Listed.parse({ id, version, engine, label, sha256, path })];
    } catch (error) {
      refused(path, (error as Error).message);
      return [];
    }
  });
  const strategies = found.sort((a, b) => (a.id === b.id ? compare(b.version, a.version) : a.id < b.id ? -1 : 1));
  const twice = strategies.find(({ id, version }, i) => strategies[i + 1]?.id === id && strategies[i + 1]?.version === version);
  if (twice !== undefined) throw invalid(`${twice.id} ${twice.version} is there twice`);
  const file = join(shelf, shelfFile);
  writeFileSync(`${file}.tmp`, `${JSON.stringify({ v: 1, strategies }, null, 2)}\n`);
  renameSync(`${file}.tmp`, file);
  return strategies;
}

function foldersOf(shelf: string): string[] {
  const below = (path: string): string[] =>
    readdirSync(join(shelf, path), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => (path === '' ? name : `${path}/${name}`));
  const isStrategy = (path: string): boolean => existsSync(join(shelf, path, manifestFile));
  if (!existsSync(shelf)) throw new FenshiError('NOT_FOUND', shelf);
  return below('').flatMap((path) => (isStrategy(path) ? [path] : below(path).filter(isStrategy)));
}

/** @throws FenshiError NOT_FOUND, STRATEGY_INVALID */
export function readShelf(shelf: string): readonly ListedStrategy[] {
  const file = join(shelf, shelfFile);
  if (!existsSync(file)) throw new FenshiError('NOT_FOUND', `${file}; fenshi strategy index ${shelf} writes it`);
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw invalid(`${file}: ${(error as Error).message}`);
  }
  const parsed = Shelf.safeParse(json);
  if (parsed.success) return parsed.data.strategies;
  const [issue] = parsed.error.issues;
  throw invalid(`${file}: ${issue!.path.join('.')}: ${issue!.message}`);
}

/** By part of its id or of its label; all without a word. */
export const searchShelf = (shelf: string, word = ''): readonly ListedStrategy[] =>
  readShelf(shelf).filter(({ id, label }) => [id, label.zh, label.en].some((text) => text.toLowerCase().includes(word.toLowerCase())));

/**
 * The folder of `id` or `id@version`: the newest that is for this version of the product. @throws FenshiError NOT_FOUND; STRATEGY_INVALID where its files
 * are not those of the index
 */
export function takeFromShelf(shelf: string, wanted: string): string {
  const [id, version] = wanted.split('@');
  const known = readShelf(shelf).filter((each) => each.id === id && (version === undefined || each.version === version));
  if (known.length === 0) throw new FenshiError('NOT_FOUND', `${wanted} is not on the shelf ${shelf}`);
  const fitting = known.filter(({ engine }) => fitsEngine(engine)).sort((a, b) => compare(b.version, a.version));
  const [newest] = fitting;
  if (newest === undefined) throw invalid(`${wanted}: it is for ${known.map(({ engine }) => engine).join(', ')}`);
  const dir = join(shelf, newest.path);
  const { manifest, sha256 } = readStrategy(dir);
  if (sha256 !== newest.sha256 || manifest.id !== newest.id || manifest.version !== newest.version)
    throw invalid(`${wanted}: its files are not those of ${shelfFile}`);
  return dir;
}
