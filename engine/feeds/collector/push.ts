/**
 * What a vendor pushes: one connection a source, for the watch-list and the largest caps. It costs one request for hours.
 *
 * Idle     no byte for the channel's `idleMs`: connect anew. A WebSocket is pinged every 25 s, and a pong counts
 * Again    full jitter within 1, 2, 4 … 30 s; from 1 s again after rows came. Denied: not again this day
 */
import { on } from 'node:events';
import { request } from 'undici';
import { WebSocket } from 'ws';
import { FenshiError } from '../../../contracts/errors.ts';
import type { PushChannel, PushFrame } from '../adapter.ts';

const pingMs = 25_000;
const connectMs = 5000;
const firstWaitMs = 1000;
const longestWaitMs = 30_000;

export type PushState = 'connected' | 'lost' | 'denied';
export type PushOptions = {
  readonly channel: PushChannel;
  readonly url: (path: string) => string;
  readonly instruments: readonly number[];
  readonly frame: (frame: PushFrame) => Promise<void>;
  readonly state: (state: PushState, reason: string) => void;
  /** A share of the wait, 0..1. */
  readonly jitter?: () => number;
};

export class PushFollower {
  readonly #options: PushOptions;
  /** What the channel said it does not carry. */
  readonly #unsupported = new Set<number>();

  constructor(options: PushOptions) {
    this.#options = options;
  }

  /** Until the signal, or until the source denies it. */
  async run(signal: AbortSignal): Promise<void> {
    const { state, jitter = Math.random } = this.#options;
    for (let waitMs = firstWaitMs; !signal.aborted; waitMs = Math.min(longestWaitMs, waitMs * 2)) {
      let hadRows = false;
      let reason = 'ended';
      try {
        hadRows = await this.#follow(signal);
      } catch (error) {
        if (signal.aborted) return;
        const code = error instanceof FenshiError ? error.code : ((error as { code?: string }).code ?? 'SOURCE_UNREACHABLE');
        if (code === 'SOURCE_DENIED') return state('denied', code);
        reason = code;
      }
      if (signal.aborted) return;
      state('lost', reason);
      if (hadRows) waitMs = firstWaitMs;
      await pause(waitMs * jitter(), signal);
    }
  }

  /** One connection. Whether it brought rows; what it failed with, only when it brought none. */
  async #follow(signal: AbortSignal): Promise<boolean> {
    const { channel, instruments, frame, state } = this.#options;
    const wanted = instruments.filter((no) => !this.#unsupported.has(no)).slice(0, channel.capacity);
    const read = channel.reader();
    let hadRows = false;
    try {
      for await (const bytes of this.#bytes(wanted, signal)) {
        const told = read(bytes);
        for (const no of told.unsupported) this.#unsupported.add(no);
        if (told.rows.length > 0 && !hadRows) state('connected', '');
        hadRows ||= told.rows.length > 0;
        await frame(told);
      }
    } catch (error) {
      if (!hadRows || (error instanceof FenshiError && error.code === 'SOURCE_DENIED')) throw error;
    }
    return hadRows;
  }

  #bytes(wanted: readonly number[], signal: AbortSignal): AsyncIterable<Uint8Array> {
    const { channel, url } = this.#options;
    const { path, headers } = channel.request({ instruments: wanted });
    return channel.transport === 'websocket'
      ? socketFrames(url(path).replace(/^http/, 'ws'), headers ?? {}, channel.idleMs, signal)
      : eventBytes(url(path), headers ?? {}, channel.idleMs, signal);
  }
}

async function* socketFrames(
  url: string,
  headers: Readonly<Record<string, string>>,
  idleMs: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const socket = new WebSocket(url, { headers, handshakeTimeout: connectMs, maxPayload: 4_000_000 });
  const idle = setTimeout(() => socket.terminate(), idleMs);
  const ping = setInterval(() => socket.readyState === WebSocket.OPEN && socket.ping(), pingMs);
  const end = (): void => socket.terminate();
  signal.addEventListener('abort', end, { once: true });
  try {
    socket.on('pong', () => idle.refresh());
    for await (const [data] of on(socket, 'message', { close: ['close'] }) as AsyncIterable<[Uint8Array]>) {
      idle.refresh();
      yield data;
    }
  } finally {
    clearTimeout(idle);
    clearInterval(ping);
    signal.removeEventListener('abort', end);
    socket.on('error', () => undefined); // what a connection that is given up says is nobody's news
    socket.terminate();
  }
}

async function* eventBytes(
  url: string,
  headers: Readonly<Record<string, string>>,
  idleMs: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { statusCode, body } = await request(url, { headers, signal, headersTimeout: connectMs, bodyTimeout: idleMs });
  if (statusCode >= 400) {
    await body.dump();
    throw new FenshiError(statusCode === 401 || statusCode === 403 ? 'SOURCE_DENIED' : 'SOURCE_STATUS', `HTTP ${statusCode}`);
  }
  yield* body as AsyncIterable<Uint8Array>;
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
