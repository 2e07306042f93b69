/**
 * A user's strategy as a folder: `strategy.json` beside its code (contracts/spec/strategies.md#manifest). What is read here is checked whole before
 * anything of it runs; the checksum is of every file's name and bytes.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { satisfies, valid, validRange } from 'semver';
import { z } from 'zod';
import { FenshiError } from '../../contracts/errors.ts';
import { featureIds } from '../../contracts/features.ts';
import { codeVersion } from '../runtime/paths.ts';

export const Manifest = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'small letters, digits and hyphens, at most 32'),
  version: z.string().refine((text) => valid(text) !== null, 'a version such as 1.0.0'),
  /** Versions of the product it was written for. */
  engine: z.string().refine((text) => validRange(text) !== null, 'a range such as >=0.1.0 <0.2.0'),
  main: z.string().regex(/^[\w./-]+\.mjs$/, 'a .mjs file in the folder'),
  label: z.strictObject({ zh: z.string().min(1), en: z.string().min(1) }),
  /** What it is shown of every symbol. */
  features: z.array(z.enum(featureIds)).min(1),
  /** JSON Schema of its parameters; every one with a default. */
  params: z.record(z.string(), z.unknown()).default({ type: 'object', properties: {}, additionalProperties: false }),
  horizonSec: z.int().min(60).max(14_400).default(900),
  enter: z.number().min(0).max(1).default(0.35),
  exit: z.number().min(0).max(1).default(0.2),
  holdSec: z.int().min(3).max(600).default(30),
  /** CPU of one call, and memory of the process. */
  limits: z.strictObject({ cpuMs: z.int().min(1).max(1000).default(100), memoryMb: z.int().min(64).max(1024).default(192) }).prefault({}),
});
export type Manifest = z.infer<typeof Manifest>;
export type UserStrategy = { readonly dir: string; readonly manifest: Manifest; readonly sha256: string };

export const manifestFile = 'strategy.json';
export const signatureFile = 'signature.json';
const mostBytes = 1_048_576;
const mostFiles = 200;

/** @throws FenshiError STRATEGY_INVALID naming file and key */
export function readStrategy(dir: string): UserStrategy {
  const strategy = describeStrategy(dir);
  const { engine } = strategy.manifest;
  if (!fitsEngine(engine)) throw invalid(`engine: it is for ${engine}, this is ${codeVersion}`);
  return strategy;
}
export const fitsEngine = (range: string): boolean => satisfies(codeVersion, range);

/** One that may be for another version of the product. @throws FenshiError STRATEGY_INVALID naming file and key */
export function describeStrategy(dir: string): UserStrategy {
  const files = filesOf(dir);
  const manifest = manifestOf(dir);
  if (!files.includes(manifest.main)) throw invalid(`main: there is no file ${manifest.main}`);
  paramsOf(manifest, {});
  return { dir, manifest, sha256: checksumOf(dir, files) };
}

/** The parameters with every default in them. @throws FenshiError STRATEGY_INVALID naming the key */
export function paramsOf({ params }: Manifest, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const properties = Object.entries((params.properties ?? {}) as Record<string, unknown>);
  const bare = properties.find(([, each]) => typeof each !== 'object' || each === null || !('default' in each));
  if (bare !== undefined) throw invalid(`params.${bare[0]}: it has no default`);
  let schema: z.ZodType;
  try {
    schema = z.fromJSONSchema(params as Parameters<typeof z.fromJSONSchema>[0]);
  } catch (error) {
    throw invalid(`params: ${(error as Error).message}`);
  }
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data as Record<string, unknown>;
  const [issue] = parsed.error.issues;
  throw invalid(`params${issue!.path.map((key) => `.${String(key)}`).join('')}: ${issue!.message}`);
}

export const invalid = (why: string): FenshiError => new FenshiError('STRATEGY_INVALID', why);

function manifestOf(dir: string): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(join(dir, manifestFile), 'utf8'));
  } catch (error) {
    throw invalid(`${manifestFile}: ${(error as Error).message}`);
  }
  const parsed = Manifest.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const key = issue!.code === 'unrecognized_keys' ? issue!.keys[0] : issue!.path.join('.');
  throw invalid(`${manifestFile}: ${key}: ${issue!.code === 'unrecognized_keys' ? 'unknown key' : issue!.message}`);
}

/** Plain files only, with slashes, sorted; the signature is not among them. */
function filesOf(dir: string): string[] {
  const found: string[] = [];
  let bytes = 0;
  const walk = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (!entry.isFile()) throw invalid(`${entry.name}: neither a file nor a folder`);
      else {
        found.push(relative(dir, path).split(sep).join('/'));
        bytes += statSync(path).size;
      }
      if (found.length > mostFiles || bytes > mostBytes) throw invalid(`more than ${mostFiles} files or ${mostBytes} bytes`);
    }
  };
  try {
    walk(dir);
  } catch (error) {
    throw error instanceof FenshiError ? error : invalid(`${dir}: ${(error as Error).message}`);
  }
  return found.filter((path) => path !== signatureFile).sort();
}

function checksumOf(dir: string, files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of files) {
    const body = readFileSync(join(dir, path));
    hash.update(`${path}\n${body.length}\n`).update(body);
  }
  return hash.digest('hex');
}
