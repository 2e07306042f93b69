/**
 * Who a request is from. On loopback a program of this machine may read without a token, unless the configuration asks for one; to command takes
 * an operator's. A page gets its own by the one-time code of the link that `fenshi up` prints.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { FenshiError } from '../../contracts/errors.ts';
import { type Caller, ofCode, type Tokens } from '../../contracts/process/tokens.ts';

const guest: Caller = { role: 'viewer', subject: 'guest', id: null };
const nobody: Caller = { role: 'viewer', subject: 'nobody', id: null };
const sessionMs = 30 * 86_400_000;
/** Wrong codes after which the code is void. */
const triesMax = 10;

export class Access {
  readonly #tokens: Tokens;
  readonly #needsToken: boolean;
  /** SHA-256 of the one-time code; null once it was used, or where there is none. */
  #codeHash: Buffer | null;
  #tries = 0;

  constructor(tokens: Tokens, { needsToken, code }: { readonly needsToken: boolean; readonly code: string | null }) {
    this.#tokens = tokens;
    this.#needsToken = needsToken;
    // one that was used before a restart stays used
    const wasUsed = code !== null && tokens.list().some(({ name }) => name === nameOf(sha256(code)));
    this.#codeHash = code === null || wasUsed ? null : sha256(code);
  }

  get needsToken(): boolean {
    return this.#needsToken;
  }

  /** By an Authorization header. @throws FenshiError UNAUTHORIZED */
  callerOf = (authorization: string): Caller | Promise<Caller> => {
    if (authorization === '') return this.#needsToken ? nobody : guest;
    const token = /^Bearer ([\w.-]{20,2000})$/.exec(authorization)?.[1];
    if (token === undefined) throw new FenshiError('UNAUTHORIZED', 'Authorization: Bearer <token>');
    return this.#tokens.callerOf(token);
  };

  /** Whether this caller may read at all. */
  mayRead = (caller: Caller): boolean => !this.#needsToken || caller.id !== null;

  /** The one-time code for a session of an admin. @throws FenshiError UNAUTHORIZED: wrong, used, or tried too often */
  async exchange(code: string): Promise<{ readonly token: string; readonly role: string; readonly expiresMs: number }> {
    const wanted = this.#codeHash;
    if (wanted === null)
      throw new FenshiError('UNAUTHORIZED', 'there is no code, or it was used: `fenshi token create` makes another token');
    if (!timingSafeEqual(wanted, sha256(code))) {
      this.#tries += 1;
      if (this.#tries >= triesMax) this.#codeHash = null;
      throw new FenshiError('UNAUTHORIZED', 'the code is wrong');
    }
    this.#codeHash = null;
    const { token, issued } = await this.#tokens.issue(nameOf(wanted), 'admin', sessionMs).catch((error: unknown) => {
      this.#codeHash = wanted; // nothing was given for it
      throw error;
    });
    return { token, role: issued.role, expiresMs: issued.expiresMs };
  }
}

/** Of the token that a code was given for. */
const nameOf = (hash: Buffer): string => `${ofCode}${hash.toString('hex').slice(0, 12)}`;
const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
