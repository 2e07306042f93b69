/**
 * One source's HTTP: what an adapter asks, as bytes with their times, or a coded failure.
 *
 * Limits  connect 2 s, first byte 3 s, between bytes 3 s, whole answer 8 s, 16 MiB (contracts/spec/quality.md#ingest)
 * Errors  SOURCE_UNREACHABLE without an answer or with a cut one, SOURCE_STATUS, SOURCE_DENIED (401, 403), SOURCE_LIMITED (429)
 */
import { Agent, request } from 'undici';
import { FenshiError } from '../../contracts/errors.ts';
import { type RequestSpec, SourceLimited } from './adapter.ts';

const limits = { connectMs: 2000, firstByteMs: 3000, idleMs: 3000, totalMs: 8000, bytes: 16 * 1024 * 1024 } as const;
const connections = 8;

export type Fetched = { readonly body: Uint8Array; readonly firstByteMs: number; readonly doneMs: number };

export class SourceHttp {
  readonly #hosts: Readonly<Record<string, string>>;
  readonly #totalMs: number;
  readonly #agent = new Agent({
    connect: { timeout: limits.connectMs },
    headersTimeout: limits.firstByteMs,
    bodyTimeout: limits.idleMs,
    maxResponseSize: limits.bytes,
    connections,
    pipelining: 1,
  });

  /** `totalMs`: for what is not needed any more after a while. */
  constructor(hosts: Readonly<Record<string, string>>, { totalMs }: { readonly totalMs: number } = limits) {
    this.#hosts = hosts;
    this.#totalMs = totalMs;
  }

  /** @throws FenshiError as above */
  async fetch(host: string, spec: RequestSpec, signal?: AbortSignal): Promise<Fetched> {
    const until = AbortSignal.timeout(this.#totalMs);
    try {
      const response = await request(this.#hosts[host]! + spec.path, {
        dispatcher: this.#agent,
        method: spec.body === undefined ? 'GET' : 'POST',
        signal: signal === undefined ? until : AbortSignal.any([until, signal]),
        ...(spec.headers === undefined ? {} : { headers: spec.headers }),
        ...(spec.body === undefined ? {} : { body: spec.body }),
      });
      const firstByteMs = Date.now();
      const body = await response.body.bytes();
      assertOk(response.statusCode, response.headers['retry-after']);
      return { body, firstByteMs, doneMs: Date.now() };
    } catch (error) {
      if (error instanceof FenshiError) throw error;
      if (signal?.aborted === true) throw signal.reason;
      throw new FenshiError('SOURCE_UNREACHABLE', reasonOf(error), { cause: error });
    }
  }

  /** Address of a host's stream, for what does not go through `fetch`. */
  url = (host: string, path: string): string => this.#hosts[host]! + path;

  close = (): Promise<void> => this.#agent.destroy();
}

function assertOk(status: number, retryAfter: string | string[] | undefined): void {
  if (status < 400) return;
  if (status === 429) throw new SourceLimited('HTTP 429', waitOf(retryAfter));
  throw new FenshiError(status === 401 || status === 403 ? 'SOURCE_DENIED' : 'SOURCE_STATUS', `HTTP ${status}`);
}

/** `Retry-After` in seconds or as a date. */
function waitOf(header: string | string[] | undefined): number | null {
  if (typeof header !== 'string') return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.ceil(Math.max(0, seconds) * 1000);
  const until = Date.parse(header);
  return Number.isNaN(until) ? null : Math.max(0, until - Date.now());
}

/** The system's word for it; never the address, which may carry a key. */
function reasonOf(error: unknown): string {
  const { code, name, message } = error as { code?: string; name?: string; message?: string };
  return code ?? (name === 'TimeoutError' ? 'timeout' : (message ?? 'unknown')).slice(0, 60);
}
