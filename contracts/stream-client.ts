/**
 * Clients of `/v1/stream` that reconnect with full jitter, resume by offset, and never show a gap: a delta whose `prev` is beyond what
 * was seen is dropped and fetched anew. Run in a browser and in Node (WebSocket global or given).
 *
 * FenshiClient   any number of channels on one socket       StreamClient   one channel and nothing else
 * Silence        a server says something every five seconds; who hears nothing for three times as long is cut off and does not know it
 * Imports        types and the outbox only: a page is served both as one file, with their types taken off
 */
import type { Filter } from './frames.ts';
import type { Phase } from './session.ts';
import { Outbox } from './stream-outbox.ts';
import type { EventOf, ItemOf, ValueOf } from './stream-types.ts';

type Data = string | Uint8Array;
/** Another encoding than JSON: `fenshi.v1.msgpack` with any MessagePack library. */
export type Codec = {
  readonly protocol: string;
  readonly encode: (value: unknown) => Data;
  readonly decode: (data: unknown) => unknown;
};
export type ClientOptions = {
  /** One gateway, or several: after a break the next is tried, and resumes what the one before told. */
  readonly url: string | readonly string[];
  /** Where no global WebSocket exists (Node 20). */
  readonly WebSocket?: SocketConstructor;
  /** Sent as a further subprotocol, for a browser can set no header. */
  readonly token?: string;
  readonly codec?: Codec;
  /** Milliseconds without a word after which the connection is given up. */
  readonly silenceMs?: number;
  /** Longest wait in milliseconds before it tries again; 30 s without it. */
  readonly mostWaitMs?: number;
};
type SocketLike = {
  binaryType?: string;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  onerror: ((event: never) => void) | null;
  send(data: never): void;
  close(): void;
};
export type SocketConstructor = new (url: string, protocols: never) => SocketLike;

type Frame = {
  op?: string;
  re?: number;
  ts?: number;
  session?: { phase: Phase };
  limits?: { msgPerSec: number; burst: number };
  at?: Record<string, number>;
  reconnectInMs?: number;
  ch?: string;
  type?: string;
  epoch?: string;
  offset?: number;
  recovered?: boolean;
  seq?: number;
  prev?: number;
  events?: unknown[];
  snapshot?: unknown[];
  values?: unknown[];
  whole?: boolean;
  part?: number;
  parts?: number;
  error?: { code: string; detail: string; temporary: boolean };
};

/** `I`: items of its snapshots, `E`: its events, `V`: values of a conflated channel. */
export type Handlers<I = unknown, E = unknown, V = unknown> = {
  /** Whole snapshots, never a part: what was shown before is to be replaced. */
  readonly onSnapshot?: (items: readonly I[], offset: number) => void;
  /** `tsMs`: tape time of the step; null for what was missed while away. */
  readonly onEvents?: (seq: number, events: readonly E[], tsMs: number | null) => void;
  /** The subscription was answered: what was told is what the server has. After each connection once, behind what was missed. */
  readonly onCurrent?: () => void;
  /** Of a conflated channel; `whole`: in place of what was before. */
  readonly onValues?: (values: readonly V[], whole: boolean, tsMs: number) => void;
  /** The server refuses the subscription; it is not asked again. */
  readonly onRefused?: (code: string, detail: string) => void;
};

const json: Codec = {
  protocol: 'fenshi.v1.json',
  encode: (value) => JSON.stringify(value),
  decode: (data) => JSON.parse(String(data)) as unknown,
};

/** One channel of a client: where it stands, and what it tells. */
export class Subscription {
  readonly ch: string;
  readonly filter: Filter | undefined;
  readonly handlers: Handlers;
  readonly #ask: (subscription: Subscription) => void;
  /** The frame that asks for it; what answers an older one is passed over. */
  askedBy = -1;
  isRefused = false;
  epoch: string | null = null;
  offset = 0;
  #lastSeq = 0;
  #parts: unknown[] = [];
  /** A subscription is on its way: deltas before its answer are not judged. */
  asking = true;

  constructor(ch: string, filter: Filter | undefined, handlers: Handlers, ask: (subscription: Subscription) => void) {
    this.ch = ch;
    this.filter = filter;
    this.handlers = handlers;
    this.#ask = ask;
  }

  /** Drops the position: the next connection gets a whole snapshot. */
  forget(): void {
    this.epoch = null;
    this.offset = 0;
  }

  /** A new connection: what was half told is told anew. */
  begin(): void {
    this.#parts = [];
    this.asking = true;
  }

  receive(frame: Frame): void {
    if (frame.type === 'values') return this.handlers.onValues?.(frame.values ?? [], frame.whole === true, frame.ts ?? 0);
    if (frame.type === 'delta') return this.#delta(frame);
    if (frame.recovered === true) return this.#recovered(frame);
    if (frame.snapshot !== undefined) return this.#snapshot(frame);
    // a conflated channel is answered by its values alone
    this.asking = false;
  }

  /** The server's own count of this channel: what is beyond ours was lost. */
  heartbeat(seq: number | undefined): void {
    if (!this.asking && seq !== undefined && seq > this.#lastSeq) this.#ask(this);
  }

  #delta({ seq = 0, prev = 0, events = [], ts }: Frame): void {
    if (this.asking || seq <= this.#lastSeq) return;
    if (prev > this.#lastSeq) return this.#ask(this);
    this.#lastSeq = seq;
    this.offset = seq;
    this.handlers.onEvents?.(seq, events, ts ?? null);
  }

  /** What was missed; anything up to the offset was seen before. */
  #recovered({ epoch = '', offset = 0, events = [] }: Frame): void {
    for (const each of events as { seq: number; events: unknown[] }[])
      if (each.seq > this.offset) this.handlers.onEvents?.(each.seq, each.events, null);
    this.#stand(epoch, offset);
    this.handlers.onCurrent?.();
  }

  #snapshot({ epoch = '', offset = 0, snapshot = [], part = 1, parts = 1 }: Frame): void {
    if (part === 1) this.#parts = [];
    this.#parts.push(...snapshot);
    if (part < parts) return;
    this.#stand(epoch, offset);
    const items = this.#parts;
    this.#parts = [];
    this.handlers.onSnapshot?.(items, offset);
    this.handlers.onCurrent?.();
  }

  #stand(epoch: string, offset: number): void {
    this.asking = false;
    this.epoch = epoch;
    this.offset = offset;
    this.#lastSeq = offset;
  }
}

export class FenshiClient {
  readonly #options: ClientOptions;
  readonly #codec: Codec;
  readonly #subscriptions = new Map<string, Subscription>();
  #socket: SocketLike | null = null;
  #stopped = true;
  #attempt = 0;
  /** Which of the gateways. */
  #at = 0;
  #leastWaitMs = 0;
  #connected = false;
  #frames = 1;
  readonly #outbox = new Outbox((frame) => this.#socket?.send(this.#codec.encode(frame) as never));
  #timer: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  onState: (connected: boolean) => void = () => undefined;
  /** Phase of the session, as the server welcomes. */
  onWelcome: (phase: Phase | undefined) => void = () => undefined;
  /** The server will have none of us: not allowed, no valid token, another protocol. It is not asked again. */
  onTurnedAway: (code: number) => void = () => undefined;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#codec = options.codec ?? json;
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** Asks for a channel, now and after every break; another filter for the same channel takes the place of the one before. */
  subscribe<C extends string>(ch: C, handlers: Handlers<ItemOf<C>, EventOf<C>, ValueOf<C>>, filter?: Filter): Subscription {
    // what comes is of the contract of its channel: the server has checked it as it left
    const subscription = new Subscription(ch, filter, handlers as Handlers, (own) => this.#ask(own));
    this.#subscriptions.set(ch, subscription);
    if (this.#connected) this.#ask(subscription);
    return subscription;
  }

  unsubscribe(ch: string): void {
    if (this.#subscriptions.delete(ch) && this.#connected) this.#outbox.push({ op: 'unsub', id: this.#frames++, ch });
  }

  start(): void {
    this.#stopped = false;
    const Socket = this.#options.WebSocket ?? (globalThis as unknown as { WebSocket?: SocketConstructor }).WebSocket;
    if (Socket === undefined) throw new Error('this runtime has no WebSocket; pass one (Node 22 has it)');
    const { token } = this.#options;
    const protocols = token === undefined ? this.#codec.protocol : [this.#codec.protocol, `fenshi.token.${token}`];
    const urls = [this.#options.url].flat();
    const socket = new Socket(urls[this.#at % urls.length]!, protocols as never);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    for (const subscription of this.#subscriptions.values()) subscription.begin();
    this.#heard(socket);
    socket.onmessage = ({ data }) => {
      if (this.#socket !== socket) return;
      this.#heard(socket);
      this.#receive(this.#codec.decode(data) as Frame);
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

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#silence);
    this.#outbox.clear();
    this.#socket?.close();
  }

  #closed(socket: SocketLike, code: number): void {
    if (this.#socket !== socket) return; // given up before
    this.#socket = null;
    clearTimeout(this.#silence);
    this.#outbox.clear();
    this.#connected = false;
    this.onState(false);
    if (code >= 4500) this.onTurnedAway(code);
    if (this.#stopped || code >= 4500) return;
    this.#at++;
    const wait = this.#leastWaitMs + Math.random() * Math.min(this.#options.mostWaitMs ?? 30_000, 200 * 2 ** this.#attempt++); // clock-ok: a client's jitter decides nothing
    this.#leastWaitMs = 0;
    this.#timer = setTimeout(() => this.start(), wait); // clock-ok: a client's reconnect
  }

  #ask(subscription: Subscription): void {
    if (subscription.isRefused) return;
    subscription.begin();
    subscription.askedBy = this.#frames++;
    const { ch, filter, epoch, offset, askedBy: id } = subscription;
    const since = epoch === null ? {} : { since: { epoch, offset } };
    this.#outbox.push({ op: 'sub', id, ch, ...(filter === undefined ? {} : { filter }), ...since });
  }

  #receive(frame: Frame): void {
    if (frame.op === 'welcome') {
      this.#connected = true;
      if (frame.limits !== undefined) this.#outbox.keepTo(frame.limits);
      this.onState(true);
      this.onWelcome(frame.session?.phase);
      for (const subscription of this.#subscriptions.values()) this.#ask(subscription);
      return;
    }
    if (frame.op === 'bye') this.#leastWaitMs = frame.reconnectInMs ?? 0;
    if (frame.op === 'hb') for (const [ch, seq] of Object.entries(frame.at ?? {})) this.#subscriptions.get(ch)?.heartbeat(seq);
    if (frame.error !== undefined) return this.#refused(frame);
    const subscription = frame.ch === undefined ? undefined : this.#subscriptions.get(frame.ch);
    if (subscription === undefined || (frame.re !== undefined && frame.re !== subscription.askedBy)) return;
    this.#attempt = 0; // it got as far as data: the next break is a new one
    subscription.receive(frame);
  }

  #refused({ re, error }: Frame): void {
    const subscription = [...this.#subscriptions.values()].find(({ askedBy }) => askedBy === re);
    if (subscription === undefined || error === undefined) return;
    if (error.temporary) {
      const again = (): void => {
        // the connection, or what is asked for, may be another by then
        const stands = this.#connected && this.#subscriptions.get(subscription.ch) === subscription && subscription.asking;
        if (stands) this.#ask(subscription);
      };
      setTimeout(again, 1000 + Math.random() * 1000); // clock-ok: a client's patience
    } else {
      subscription.isRefused = true;
      subscription.handlers.onRefused?.(error.code, error.detail);
    }
  }
}

export type StreamOptions = ClientOptions & { readonly ch: string; readonly filter?: Filter };

/** One channel on a socket of its own. */
export class StreamClient {
  readonly #client: FenshiClient;
  readonly #subscription: Subscription;
  onSnapshot: (items: readonly unknown[], offset: number) => void = () => undefined;
  onEvents: (seq: number, events: readonly unknown[], tsMs: number | null) => void = () => undefined;
  onState: (connected: boolean) => void = () => undefined;
  onWelcome: (phase: Phase | undefined) => void = () => undefined;
  onTurnedAway: (code: number) => void = () => undefined;

  constructor({ ch, filter, ...options }: StreamOptions) {
    this.#client = new FenshiClient(options);
    this.#client.onState = (connected) => this.onState(connected);
    this.#client.onWelcome = (phase) => this.onWelcome(phase);
    this.#client.onTurnedAway = (code) => this.onTurnedAway(code);
    this.#subscription = this.#client.subscribe(
      ch,
      {
        onSnapshot: (items, offset) => this.onSnapshot(items, offset),
        onEvents: (seq, events, tsMs) => this.onEvents(seq, events, tsMs),
      },
      filter,
    );
  }

  get position(): { readonly epoch: string | null; readonly offset: number } {
    const { epoch, offset } = this.#subscription;
    return { epoch, offset };
  }

  /** Connected, and the subscription answered: what is shown is what the server last said. */
  get inSync(): boolean {
    return this.#client.connected && !this.#subscription.asking;
  }

  start = (): void => this.#client.start();
  cut = (): void => this.#client.cut();
  stop = (): void => this.#client.stop();
  forget = (): void => this.#subscription.forget();
}
