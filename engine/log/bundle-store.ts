/** Bundles by sha256 in one folder shared by all runs; written before the day.open that names them. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bundle, decodeBundle, encodeBundle } from '../../contracts/bundle.ts';
import { FenshiError } from '../../contracts/errors.ts';
import { sha256 } from './hash.ts';

/** Stores the bundle and returns its sha256. */
export function saveBundle(dir: string, bundle: Bundle): string {
  const bytes = encodeBundle(bundle);
  const sha = sha256(bytes);
  const path = join(dir, sha);
  if (existsSync(path)) return sha;
  mkdirSync(dir, { recursive: true });
  writeFileSync(`${path}.${process.pid}`, bytes);
  renameSync(`${path}.${process.pid}`, path);
  return sha;
}

/** @throws FenshiError BUNDLE_MISSING | BUNDLE_CORRUPT */
export function loadBundle(dir: string, sha: string): Bundle {
  const path = join(dir, sha);
  if (!existsSync(path)) throw new FenshiError('BUNDLE_MISSING', sha);
  const bytes = new Uint8Array(readFileSync(path));
  if (sha256(bytes) !== sha) throw new FenshiError('BUNDLE_CORRUPT', `${sha}: the content has another sha256`);
  return decodeBundle(bytes);
}
