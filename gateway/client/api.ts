/** REST with a token: answers as JSON, refusals as errors with the server's code. Imports types only. */

/** RFC 9457, as a throw. */
export class FenshiProblem extends Error {
  readonly code: string;
  readonly status: number;
  readonly retryable: boolean;
  /** Milliseconds that the server asks to wait; 0 where it does not say. */
  readonly retryAfterMs: number;

  constructor({ code, detail, status, retryable }: Told, retryAfterMs = 0) {
    super(`${code}: ${detail}`);
    [this.code, this.status, this.retryable, this.retryAfterMs] = [code, status, retryable, retryAfterMs];
  }
}
type Told = { readonly code: string; readonly detail: string; readonly status: number; readonly retryable: boolean };

type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;
export type Page<T> = {
  readonly epoch: string;
  readonly offset: number;
  readonly items: readonly T[];
  readonly page: { readonly nextCursor: string | null };
};

export class FenshiApi {
  readonly #base: string;
  readonly #token: string | undefined;
  readonly #timeoutMs: number;

  /** `base`: `http://127.0.0.1:8787`. `timeoutMs`: after which a question is given up; a command may take ten seconds to be answered. */
  constructor(base: string, token?: string, timeoutMs = 30_000) {
    [this.#base, this.#token, this.#timeoutMs] = [base.replace(/\/$/, ''), token, timeoutMs];
  }

  /** @throws FenshiProblem */
  get = <T>(path: string, query: Query = {}): Promise<T> => {
    const asked = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
    return this.#ask<T>('GET', `${path}${asked.length === 0 ? '' : `?${new URLSearchParams(asked as [string, string][])}`}`);
  };

  /** Every item of a list, page by page. */
  async *all<T>(path: string, query: Query = {}): AsyncGenerator<T, void> {
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const { items, page }: Page<T> = await this.get<Page<T>>(path, { ...query, cursor });
      yield* items;
      cursor = page.nextCursor;
    }
  }

  post = <T>(path: string, body: unknown, key?: string): Promise<T> =>
    this.#ask('POST', path, body, key === undefined ? {} : { 'idempotency-key': key });
  delete = <T>(path: string): Promise<T> => this.#ask('DELETE', path);
  put = <T>(path: string, body: unknown): Promise<T> => this.#ask('PUT', path, body);

  /** `key`: a repeated command of the same one is answered and not carried out again. */
  command = (command: Readonly<Record<string, unknown>>, key?: string): Promise<{ readonly step: number; readonly accepted: boolean }> =>
    this.#ask('POST', '/v1/commands', command, key === undefined ? {} : { 'idempotency-key': key });

  async #ask<T>(method: string, path: string, body?: unknown, more: Readonly<Record<string, string>> = {}): Promise<T> {
    const headers = {
      ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...more,
    };
    const answer = await fetch(`${this.#base}${path}`, {
      method,
      headers,
      signal: AbortSignal.timeout(this.#timeoutMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const told: unknown = answer.status === 204 ? null : await answer.json();
    // a refused command is an answer with a step of its own
    if (answer.ok || (answer.status === 409 && (told as { accepted?: boolean }).accepted === false)) return told as T;
    throw new FenshiProblem(told as Told, Number(answer.headers.get('retry-after') ?? '0') * 1000);
  }
}
