/**
 * A client of `/v1/stream` that reconnects with full jitter, resumes by offset, and never shows a gap: a delta whose `prev`
 * is not the last `seq` seen is dropped and fetched anew. Runs in a browser and in Node (WebSocket global or given).
 *
 * Silence  a server says something every five seconds; who hears nothing for three times as long is cut off and does not know it
 * Imports  types only: the page is served this file with its types taken off
 */
import type { Filter } from './frames.ts';
import type { Phase } from './session.ts';

export type StreamOptions = {
  readonly url: string;
  readonly ch: string;
  readonly filter?: Filter;
  /** Where no global WebSocket exists (Node 20). */
  readonly WebSocket?: SocketConstructor;
  /** Milliseconds without a word after which the connection is given up. */
  readonly silenceMs?: number;
};
type SocketLike = {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  onerror: ((event: never) => void) | null;
  send(data: string): void;
  close(): void;
};
export type SocketConstructor = new (url: string, protocol: string) => SocketLike;

type Frame = {
  op?: string;
  re?: number;
  ts?: number;
  session?: { phase: Phase };
  ch?: string;
  type?: string;
  epoch?: string;
  offset?: number;
  recovered?: boolean;
  seq?: number;
  prev?: number;
  events?: unknown[];
  snapshot?: unknown[];
  part?: number;
  parts?: number;
  error?: unknown;
};

export class StreamClient {
  readonly #options: StreamOptions;
  #socket: SocketLike | null = null;
  #stopped = false;
  #attempt = 0;
  #epoch: string | null = null;
  #offset = 0;
  #lastSeq = 0;
  #parts: unknown[] = [];
  /** A subscription is on its way: deltas before its answer are not judged. */
  #asking = true;
  #connected = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  /** Whole snapshots, never a part: what was shown before is to be replaced. */
  onSnapshot: (items: readonly unknown[], offset: number) => void = () => undefined;
  /** `tsMs`: tape time of the step; null for what was missed while away. */
  onEvents: (seq: number, events: readonly unknown[], tsMs: number | null) => void = () => undefined;
  onState: (connected: boolean) => void = () => undefined;
  /** Phase of the session, as the server welcomes. */
  onWelcome: (phase: Phase | undefined) => void = () => undefined;

  constructor(options: StreamOptions) {
    this.#options = options;
  }

  get position(): { readonly epoch: string | null; readonly offset: number } {
    return { epoch: this.#epoch, offset: this.#offset };
  }

  /** Connected, and the subscription answered: what is shown is what the server last said. */
  get inSync(): boolean {
    return this.#connected && !this.#asking;
  }

  start(): void {
    const Socket = this.#options.WebSocket ?? (globalThis as unknown as { WebSocket?: SocketConstructor }).WebSocket;
    if (Socket === undefined) throw new Error('this runtime has no WebSocket; pass one (Node 22 has it)');
    const socket = new Socket(this.#options.url, 'fenshi.v1.json');
    this.#socket = socket;
    this.#parts = [];
    this.#asking = true;
    this.#heard(socket);
    socket.onmessage = ({ data }) => {
      this.#heard(socket);
      this.#receive(socket, JSON.parse(String(data)) as Frame);
    };
    socket.onerror = () => undefined; // a close follows
    socket.onclose = ({ code }) => this.#closed(socket, code);
  }

  #heard(socket: SocketLike): void {
    clearTimeout(this.#silence);
    const giveUp = () => {
      socket.close();
      this.#closed(socket, 1006); // a close that nobody answers may take a minute
    };
    this.#silence = setTimeout(giveUp, this.#options.silenceMs ?? 15_000); // clock-ok: a client's patience
  }

  /** Cuts the connection as a network would; it comes back by itself. */
  cut(): void {
    this.#socket?.close();
  }

  /** Drops the position: the next connection gets a whole snapshot. */
  forget(): void {
    this.#epoch = null;
    this.#offset = 0;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#silence);
    this.#socket?.close();
  }

  #closed(socket: SocketLike, code: number): void {
    if (this.#socket !== socket) return; // given up before
    this.#socket = null;
    clearTimeout(this.#silence);
    this.#connected = false;
    this.onState(false);
    if (this.#stopped || code >= 4500) return;
    const wait = Math.random() * Math.min(30_000, 200 * 2 ** this.#attempt++); // clock-ok: a client's jitter decides nothing
    this.#timer = setTimeout(() => this.start(), wait); // clock-ok: a client's reconnect
  }

  #subscribe(socket: SocketLike): void {
    this.#asking = true;
    const since = this.#epoch === null ? undefined : { epoch: this.#epoch, offset: this.#offset };
    socket.send(JSON.stringify({ op: 'sub', id: 1, ch: this.#options.ch, filter: this.#options.filter, since }));
  }

  #receive(socket: SocketLike, frame: Frame): void {
    if (frame.op === 'welcome') {
      this.#connected = true;
      this.onState(true);
      this.onWelcome(frame.session?.phase);
      return this.#subscribe(socket);
    }
    if (frame.ch !== this.#options.ch || frame.error !== undefined) return;
    this.#attempt = 0; // it got as far as data: the next break is a new one
    if (frame.type === 'delta') return this.#delta(socket, frame);
    if (frame.recovered === true) return this.#recovered(frame);
    if (frame.snapshot !== undefined) this.#snapshot(frame);
  }

  #delta(socket: SocketLike, { seq = 0, prev = 0, events = [], ts }: Frame): void {
    if (prev !== this.#lastSeq) {
      if (!this.#asking) this.#subscribe(socket);
      return;
    }
    this.#lastSeq = seq;
    this.#offset = seq;
    this.onEvents(seq, events, ts ?? null);
  }

  /** What was missed; anything up to the offset was seen before. */
  #recovered({ epoch = '', offset = 0, events = [] }: Frame): void {
    for (const each of events as { seq: number; events: unknown[] }[])
      if (each.seq > this.#offset) this.onEvents(each.seq, each.events, null);
    this.#asking = false;
    this.#epoch = epoch;
    this.#offset = offset;
    this.#lastSeq = offset;
  }

  #snapshot({ epoch = '', offset = 0, snapshot = [], part = 1, parts = 1 }: Frame): void {
    if (part === 1) this.#parts = [];
    this.#parts.push(...snapshot);
    if (part < parts) return;
    this.#asking = false;
    this.#epoch = epoch;
    this.#offset = offset;
    this.#lastSeq = offset;
    this.onSnapshot(this.#parts, offset);
  }
}
