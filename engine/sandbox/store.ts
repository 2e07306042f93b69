/**
 * The strategies installed here, by id and version, with who signed them and what is on. Every change is one file written whole; a version once installed
 * is never changed, so that going back is going back to the same bytes.
 *
 * Folder   <data>/strategies/index.json, <id>/<version>/…
 * Signed   Ed25519 over the checksum, in the folder's signature.json; a key is trusted by `trust`
 */
import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compare } from 'semver';
import { z } from 'zod';
import { FenshiError } from '../../contracts/errors.ts';
import { type StrategyMode, strategyModes } from '../../contracts/signal.ts';
import { external } from '../detectors/external.ts';
import { detectors } from '../detectors/registry.ts';
import { invalid, paramsOf, readStrategy, signatureFile, type UserStrategy } from './manifest.ts';

const Signature = z.strictObject({ key: z.string(), signature: z.string() });
const Entry = z.strictObject({
  versions: z.record(z.string(), z.strictObject({ sha256: z.string(), signedBy: z.string().nullable() })),
  /** Newest last: what was current, and `rollback` goes back along. */
  history: z.array(z.string()),
  mode: z.enum(['off', ...strategyModes]),
  params: z.record(z.string(), z.unknown()),
});
export type StoreEntry = z.infer<typeof Entry>;
const Index = z.strictObject({
  v: z.literal(1),
  trusted: z.record(z.string(), z.string()),
  strategies: z.record(z.string(), Entry),
});
type Index = z.infer<typeof Index>;

/** What a run seats. */
export type Enabled = {
  readonly strategy: UserStrategy;
  readonly mode: StrategyMode;
  readonly params: Readonly<Record<string, unknown>>;
};

export class StrategyStore {
  readonly #dir: string;

  constructor(dataDir: string) {
    this.#dir = join(dataDir, 'strategies');
  }

  list(): [string, StoreEntry][] {
    return Object.entries(this.#read().strategies).sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** Copies the folder in; the version becomes current, the mode stays. @throws FenshiError STRATEGY_INVALID */
  install(
    from: string,
    { unsigned = false } = {},
  ): { readonly strategy: UserStrategy; readonly signedBy: string | null; readonly turnedOff: boolean } {
    const { manifest, sha256 } = readStrategy(from);
    const { id, version } = manifest;
    if ([...detectors, external].some((each) => each.id === id)) throw invalid(`id: ${id} is a strategy of the product`);
    const index = this.#read();
    const signedBy = signerOf(from, sha256, index.trusted);
    if (signedBy === null && !unsigned)
      throw invalid(`${signatureFile}: no key that is trusted here signed it; --unsigned installs it all the same`);
    const entry = entryOf(index, id) ?? { versions: {}, history: [], mode: 'off', params: {} };
    const known = entry.versions[version];
    if (known !== undefined && known.sha256 !== sha256)
      throw invalid(`version: ${version} is installed with other bytes; give it a new version`);
    const dir = this.#place(id, version);
    if (!existsSync(dir)) {
      cpSync(from, `${dir}.new`, { recursive: true });
      renameSync(`${dir}.new`, dir);
    }
    const history = entry.history.at(-1) === version ? entry.history : [...entry.history, version];
    // parameters that the new version does not know turn it off: the next start must not fail on them
    const fits = isFit(manifest, entry.params);
    const mode = fits ? entry.mode : 'off';
    this.#write(index, id, {
      ...entry,
      mode,
      params: fits ? entry.params : {},
      versions: { ...entry.versions, [version]: { sha256, signedBy } },
      history,
    });
    return { strategy: readStrategy(dir), signedBy, turnedOff: entry.mode !== 'off' && mode === 'off' };
  }

  /** @throws FenshiError NOT_FOUND, STRATEGY_INVALID */
  enable(id: string, mode: StrategyMode, params?: Readonly<Record<string, unknown>>): void {
    const { index, entry } = this.#entry(id);
    const strategy = this.#current(id, entry);
    const given = { ...(params ?? entry.params) };
    paramsOf(strategy.manifest, given);
    this.#write(index, id, { ...entry, mode, params: given });
  }

  /** @throws FenshiError NOT_FOUND */
  disable(id: string): void {
    const { index, entry } = this.#entry(id);
    this.#write(index, id, { ...entry, mode: 'off' });
  }

  /** To the version that was current before. Returns it. @throws FenshiError NOT_FOUND, STRATEGY_INVALID */
  rollback(id: string): string {
    const { index, entry } = this.#entry(id);
    const history = entry.history.slice(0, -1);
    const before = history.at(-1);
    if (before === undefined) throw invalid(`${id}: there is no version before ${entry.history.at(-1)}`);
    paramsOf(this.#current(id, { ...entry, history }).manifest, entry.params);
    this.#write(index, id, { ...entry, history });
    return before;
  }

  /** @throws FenshiError NOT_FOUND */
  remove(id: string): void {
    const { index } = this.#entry(id);
    const { [id]: _gone, ...strategies } = index.strategies;
    this.#save({ ...index, strategies });
    rmSync(join(this.#dir, id), { recursive: true, force: true });
  }

  /** Strategies signed with it are installed without asking. @throws FenshiError STRATEGY_INVALID */
  trust(name: string, publicKeyPem: string): string {
    const index = this.#read();
    const key = fingerprintOf(keyOf(publicKeyPem));
    this.#save({ ...index, trusted: { ...index.trusted, [key]: name } });
    return key;
  }

  /** Those that are on, each checked against the bytes it was installed with. One that cannot be run is told and left out: the others run. */
  enabled(refused: (id: string, why: string) => void = () => undefined): Enabled[] {
    return this.list().flatMap(([id, entry]) => {
      if (entry.mode === 'off') return [];
      try {
        const strategy = this.#current(id, entry);
        return [{ strategy, mode: entry.mode, params: paramsOf(strategy.manifest, entry.params) }];
      } catch (error) {
        refused(id, (error as Error).message);
        return [];
      }
    });
  }

  #current(id: string, entry: StoreEntry): UserStrategy {
    const version = entry.history.at(-1)!;
    const strategy = readStrategy(this.#place(id, version));
    if (strategy.sha256 !== entry.versions[version]?.sha256) throw invalid(`${id} ${version}: its files are not those that were installed`);
    return strategy;
  }

  #entry(id: string): { readonly index: Index; readonly entry: StoreEntry } {
    const index = this.#read();
    const entry = entryOf(index, id);
    if (entry === undefined) throw new FenshiError('NOT_FOUND', `no strategy ${id} is installed`);
    return { index, entry };
  }

  #read(): Index {
    const file = join(this.#dir, 'index.json');
    if (!existsSync(file)) return { v: 1, trusted: {}, strategies: {} };
    try {
      return Index.parse(JSON.parse(readFileSync(file, 'utf8')));
    } catch (error) {
      throw invalid(`${file}: ${(error as Error).message}`);
    }
  }

  #write(index: Index, id: string, entry: StoreEntry): void {
    this.#save({ ...index, strategies: { ...index.strategies, [id]: entry } });
  }

  #save(index: Index): void {
    mkdirSync(this.#dir, { recursive: true });
    const file = join(this.#dir, 'index.json');
    writeFileSync(`${file}.tmp`, `${JSON.stringify(index, null, 2)}\n`);
    renameSync(`${file}.tmp`, file);
  }

  #place = (id: string, version: string): string => join(this.#dir, id, version);
}

const entryOf = ({ strategies }: Index, id: string): StoreEntry | undefined => (Object.hasOwn(strategies, id) ? strategies[id] : undefined);

function isFit(manifest: UserStrategy['manifest'], params: Readonly<Record<string, unknown>>): boolean {
  try {
    paramsOf(manifest, params);
    return true;
  } catch {
    return false;
  }
}

/** By version, newest first. */
export const versionsOf = ({ versions }: StoreEntry): string[] => Object.keys(versions).sort((a, b) => compare(b, a));

/** The signature file for a folder, with the public key in it. */
export function signatureOf(sha256: string, privateKey: KeyObject): string {
  const key = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
  return `${JSON.stringify({ key, signature: sign(null, Buffer.from(sha256), privateKey).toString('base64') }, null, 2)}\n`;
}

/** Name of the trusted key that signed it; null where there is no signature or its key is not trusted. @throws FenshiError STRATEGY_INVALID on a wrong one */
function signerOf(dir: string, sha256: string, trusted: Readonly<Record<string, string>>): string | null {
  const file = join(dir, signatureFile);
  if (!existsSync(file)) return null;
  let parsed: z.infer<typeof Signature>;
  try {
    parsed = Signature.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw invalid(`${signatureFile}: ${(error as Error).message}`);
  }
  const key = keyOf(parsed.key);
  if (!verify(null, Buffer.from(sha256), key, Buffer.from(parsed.signature, 'base64')))
    throw invalid(`${signatureFile}: it is not the signature of these files`);
  return trusted[fingerprintOf(key)] ?? null;
}

function keyOf(pem: string): KeyObject {
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // said below
  }
  throw invalid('a key is expected as an Ed25519 public key in PEM');
}

const fingerprintOf = (key: KeyObject): string =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);
