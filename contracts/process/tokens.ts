/**
 * Tokens: EdDSA JWTs of this machine's own key. Which were issued and which of them were revoked stands in one file beside the key.
 *
 * Files    `auth/key.json` (the private key as JWK) and `auth/tokens.json` in the data folder, readable by their owner alone
 * Roles    viewer reads, operator commands, admin makes and revokes tokens
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, importJWK, type JWK, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { FenshiError } from '../errors.ts';
import { whileLocked } from './file-lock.ts';

/** In this order: who may more may what the ones before may. */
export const callerRoles = ['viewer', 'operator', 'admin'] as const;
export type CallerRole = (typeof callerRoles)[number];
/** `id`: of the token, null where none was needed. */
export type Caller = { readonly role: CallerRole; readonly subject: string; readonly id: string | null };

export const Issued = z.object({
  id: z.string(),
  name: z.string(),
  role: z.enum(callerRoles),
  issuedMs: z.number(),
  expiresMs: z.number(),
  revokedMs: z.number().nullable(),
});
export type Issued = z.infer<typeof Issued>;
const Claims = z.object({ jti: z.string(), sub: z.string(), role: z.enum(callerRoles) });

type Key = Awaited<ReturnType<typeof importJWK>>;
const algorithm = 'EdDSA';
const issuer = 'fenshi';
const audience = 'fenshi-gateway';
const validMax = 1000;
/** Codes that were used are remembered longer than the tokens they were given for. */
const codesMax = 200;
/** How the names of tokens begin that a one-time code was given for. */
export const ofCode = 'first page ';

export class Tokens {
  readonly #dir: string;
  #keys: { readonly signs: Key; readonly verifies: Key } | null = null;
  #list: { readonly atMs: number; readonly issued: ReadonlyMap<string, Issued> } = { atMs: -1, issued: new Map() };

  /** `dir`: the data folder. */
  constructor(dir: string) {
    this.#dir = join(dir, 'auth');
  }

  async issue(
    name: string,
    role: CallerRole,
    ttlMs: number,
    nowMs = Date.now(),
  ): Promise<{ readonly token: string; readonly issued: Issued }> {
    if (!/^.{1,60}$/u.test(name)) throw new FenshiError('USAGE', 'a token’s name has 1 to 60 characters');
    const issued: Issued = {
      id: randomBytes(9).toString('base64url'),
      name,
      role,
      issuedMs: nowMs,
      expiresMs: nowMs + ttlMs,
      revokedMs: null,
    };
    const token = await new SignJWT({ role })
      .setProtectedHeader({ alg: algorithm })
      .setJti(issued.id)
      .setSubject(name)
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt(Math.floor(nowMs / 1000))
      .setExpirationTime(Math.floor(issued.expiresMs / 1000))
      .sign((await this.#ownKeys()).signs);
    await this.#change((all) => {
      const isOld = ({ expiresMs }: Issued): boolean => expiresMs <= nowMs;
      const standing = all.filter((each) => !isOld(each));
      if (standing.length >= validMax) throw new FenshiError('TOKENS_FULL', `${validMax} stand; revoked ones count until they expire`);
      return [...all.filter((each) => isOld(each) && each.name.startsWith(ofCode)).slice(-codesMax), ...standing, issued];
    });
    return { token, issued };
  }

  /** @throws FenshiError UNAUTHORIZED: not ours, expired, revoked, or not on the list */
  async callerOf(token: string): Promise<Caller> {
    const claims = await jwtVerify(token, (await this.#ownKeys()).verifies, { algorithms: [algorithm], issuer, audience }).then(
      ({ payload }) => Claims.safeParse(payload).data ?? null,
      () => null,
    );
    const known = claims === null ? undefined : this.#known().get(claims.jti);
    if (claims === null || known === undefined || known.revokedMs !== null) throw new FenshiError('UNAUTHORIZED', 'the token is not valid');
    return { role: known.role, subject: claims.sub, id: claims.jti };
  }

  /** How many are neither expired nor revoked. */
  valid = (nowMs: number): number => this.list().filter(({ expiresMs, revokedMs }) => revokedMs === null && expiresMs > nowMs).length;
  /** Which are valid now, for many questions at once. @throws FenshiError TOKENS_UNREADABLE */
  validity(nowMs: number): (id: string) => boolean {
    const known = this.#known();
    return (id) => {
      const found = known.get(id);
      return found !== undefined && found.revokedMs === null && found.expiresMs > nowMs;
    };
  }
  list = (): readonly Issued[] => [...this.#known().values()];

  /** False when there is none of that id that is still valid. */
  async revoke(id: string, nowMs = Date.now()): Promise<boolean> {
    let found = false;
    await this.#change((all) => {
      found = all.some((each) => each.id === id && each.revokedMs === null);
      return found ? all.map((each) => (each.id === id ? { ...each, revokedMs: nowMs } : each)) : all;
    });
    return found;
  }

  /** Read again where the file has changed: another process revokes as well. @throws FenshiError TOKENS_UNREADABLE */
  #known(): ReadonlyMap<string, Issued> {
    const path = join(this.#dir, 'tokens.json');
    if (!existsSync(path)) return new Map();
    const atMs = statSync(path).mtimeMs;
    if (atMs !== this.#list.atMs) {
      this.#list = { atMs, issued: new Map(issuedIn(path).map((each) => [each.id, each])) };
    }
    return this.#list.issued;
  }

  /** One change at a time, whoever makes it: none is lost to another. */
  async #change(change: (all: readonly Issued[]) => readonly Issued[]): Promise<void> {
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
    const path = join(this.#dir, 'tokens.json');
    await whileLocked(`${path}.lock`, () => this.#save('tokens.json', change(existsSync(path) ? issuedIn(path) : [])));
    this.#list = { atMs: -1, issued: new Map() };
  }

  async #ownKeys() {
    if (this.#keys !== null) return this.#keys;
    const path = join(this.#dir, 'key.json');
    if (!existsSync(path)) {
      const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
      const made = await exportJWK(privateKey);
      mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
      await whileLocked(`${path}.lock`, () => existsSync(path) || this.#save('key.json', made));
    }
    const { d, ...open } = JSON.parse(readFileSync(path, 'utf8')) as JWK;
    const [signs, verifies] = await Promise.all([importJWK({ ...open, d: d! }, algorithm), importJWK(open, algorithm)]);
    this.#keys = { signs, verifies };
    return this.#keys;
  }

  #save(name: string, value: unknown): void {
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
    const path = join(this.#dir, name);
    writeFileSync(`${path}.tmp`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
    chmodSync(`${path}.tmp`, 0o600);
    renameSync(`${path}.tmp`, path);
  }
}

/** @throws FenshiError TOKENS_UNREADABLE */
function issuedIn(path: string): readonly Issued[] {
  try {
    return z.array(Issued).parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw new FenshiError('TOKENS_UNREADABLE', path, { cause: error });
  }
}
