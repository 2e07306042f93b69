/**
 * One client of `/v1/stream`: its frames in, its subscriptions, its frames out.
 *
 * Splice    subscribing and its answer happen in one turn, between two steps: what the answer holds is not sent again,
 *           what comes after is not missed
 * Long      parts of a snapshot leave as the socket drains, and what comes meanwhile stands behind them
 * Slow      is who makes no progress for five seconds, or leaves over 4 MiB lying: `bye` and close 4008; he resumes by offset
 */
import { decode } from '../../contracts/codec.ts';
import type { Consumer } from '../../contracts/door.ts';
import { type ErrorCode, errorCodes } from '../../contracts/errors.ts';
import { ClientFrame, closeCodes, type Filter, FrameId, frameLimits, type ServerFrame, type Subprotocol } from '../../contracts/frames.ts';
import { isConflated, isLossless, isOfOpportunities } from './channels.ts';
import { encoded, headed, type Message, sizeOf } from './encode.ts';
import type { Group, Hub } from './hub.ts';
import { Values } from './values.ts';

/** What a connection needs of its socket. `send` returns false once the backlog is past its bound. */
export type Socket = {
  readonly send: (message: Message) => boolean;
  readonly buffered: () => number;
  readonly close: (code: number, reason: string) => void;
};
export type Welcome = { readonly id: string; readonly server: string; readonly role: string };
export type ConnectionParts = {
  readonly hub: Hub;
  readonly values: Values;
  readonly refused: (code: ErrorCode) => void;
};

const strikesMax = 20;
/** Frames leave our own queue while less than this is buffered; conflated ones only while less than a quarter of it is. */
const drainBytes = 256 * 1024;
const roomBytes = 64 * 1024;
/** Frames that have come in and wait for their turn. */
const inboxMax = 2 * frameLimits.channels;

export class Connection {
  readonly protocol: Subprotocol;
  readonly #socket: Socket;
  readonly #parts: ConnectionParts;
  readonly #groups = new Map<string, Group>();
  readonly #conflated = new Set<string>();
  #tokens: number = frameLimits.framesBurst;
  readonly #queue: { readonly message: Message; readonly isPart: boolean }[] = [];
  /** Of what stands behind the parts of a snapshot. */
  #behindBytes = 0;
  /** Frames of before the past was read, or behind a subscription that waits for its turn. */
  readonly #inbox: Exclude<ClientFrame, { op: 'ping' }>[] = [];
  #isTurnDue = false;
  #strikes = 0;
  #sentMs: number;
  readonly #beganMs: number;
  #id = '';
  /** Bytes handed to the socket, and how many of them had left it when last looked at. */
  #sentBytes = 0;
  #gone = { bytes: 0, ms: 0 };
  closed = false;
  /** Who it is has been judged: before, nothing is answered. */
  #isAdmitted = false;
  readonly #early: { readonly message: ArrayBuffer; readonly isBinary: boolean }[] = [];
  /** Of its token; null where it needed none. */
  tokenId: string | null = null;

  constructor(protocol: Subprotocol, socket: Socket, parts: ConnectionParts, nowMs: number) {
    this.protocol = protocol;
    this.#socket = socket;
    this.#parts = parts;
    this.#sentMs = nowMs;
    this.#beganMs = nowMs;
    this.#gone.ms = nowMs;
  }

  /** For people: what it follows, how much it was sent and what waits. */
  shown = (nowMs: number): Consumer => ({
    id: this.#id,
    protocol: this.protocol,
    channels: [...this.#groups.keys(), ...this.#conflated].sort(),
    sinceSec: Math.round((nowMs - this.#beganMs) / 1000),
    sentBytes: this.#sentBytes,
    waitingBytes: this.closed ? 0 : this.#socket.buffered() + this.#behindBytes,
    waitingFrames: this.#queue.length,
  });

  welcome({ id, server, role }: Welcome, nowMs: number): void {
    const { heartbeatMs, framesPerSec, framesBurst, channels } = frameLimits;
    const { epoch, origin, phase, date } = this.#parts.hub.day;
    this.#isAdmitted = true;
    this.#id = id;
    this.#send({
      op: 'welcome',
      proto: this.protocol,
      server,
      conn: id,
      role,
      hbMs: heartbeatMs,
      limits: { msgPerSec: framesPerSec, burst: framesBurst, channels },
      session: { epoch, origin, phase, tradeDate: date },
      ts: nowMs,
    });
    for (const { message, isBinary } of this.#early.splice(0)) this.receive(message, isBinary, nowMs);
    this.#turn();
  }

  receive(message: ArrayBuffer, isBinary: boolean, nowMs = Date.now()): void {
    if (this.closed) return;
    if (!this.#isAdmitted) return this.#keepEarly(message, isBinary);
    if (message.byteLength > frameLimits.inboundBytes) return this.#refuse(null, 'FRAME_TOO_LARGE', `${message.byteLength} bytes`);
    const raw = parse(message, isBinary, this.protocol);
    const id = FrameId.nullable()
      .catch(null)
      .parse((raw as { id?: unknown } | null | undefined)?.id ?? null);
    if (this.#tokens < 1) return this.#refuse(id, 'RATE_LIMITED', 'slow down');
    this.#tokens -= 1;
    if (raw === undefined) return this.#refuse(null, 'BAD_FRAME', `not ${this.protocol}`);
    const op = (raw as { op?: unknown } | null)?.op;
    const frame = ClientFrame.safeParse(raw);
    if (frame.success) return this.#take(frame.data, nowMs);
    if (typeof op === 'string' && !['sub', 'unsub', 'ping'].includes(op)) return this.#refuse(id, 'UNKNOWN_OP', op.slice(0, 40));
    const issue = frame.error.issues[0];
    this.#refuse(id, 'BAD_FRAME', issue === undefined ? 'not a frame' : `${issue.path.join('.')}: ${issue.message}`.replace(/^: /, ''));
  }

  /** Who it is has not been judged: nothing is answered before, not even what is wrong. */
  #keepEarly(message: ArrayBuffer, isBinary: boolean): void {
    if (this.#early.length >= frameLimits.framesBurst) return this.#end(closeCodes.rateLimited, 'RATE_LIMITED');
    this.#early.push({ message: message.slice(0, frameLimits.inboundBytes + 1), isBinary });
  }

  /** In the order in which they came, whatever waits for its turn. */
  #take(frame: ClientFrame, nowMs: number): void {
    if (frame.op === 'ping') return this.#send({ re: frame.id, ok: true, ts: nowMs });
    if (!isLossless(frame.ch) && !isConflated(frame.ch)) return this.#refuse(frame.id, 'UNKNOWN_CHANNEL', frame.ch);
    if (this.#inbox.length >= inboxMax) return this.#refuse(frame.id, 'RATE_LIMITED', 'too much waits already');
    this.#inbox.push(frame);
    this.#turn();
  }

  #turn(): void {
    if (this.#isTurnDue || this.#inbox.length === 0 || !this.#isAdmitted || !this.#parts.hub.day.caughtUp) return;
    this.#isTurnDue = true;
    this.#parts.hub.soon(() => {
      this.#isTurnDue = false;
      if (this.closed) return;
      const frame = this.#inbox.shift();
      if (frame?.op === 'sub') this.#subscribe(frame);
      else if (frame?.op === 'unsub') this.#unsubscribe(frame);
      this.#turn();
    });
  }

  #unsubscribe({ id, ch }: Extract<ClientFrame, { op: 'unsub' }>): void {
    this.#leave(ch);
    this.#send({ re: id, ok: true, ch });
  }

  #subscribe({ id, ch, since, filter = {} }: Extract<ClientFrame, { op: 'sub' }>): void {
    const { hub, values } = this.#parts;
    const wrong = wrongFilter(ch, filter);
    if (wrong !== null) return this.#refuse(id, 'BAD_FRAME', wrong);
    const isNew = !this.#groups.has(ch) && !this.#conflated.has(ch);
    if (isNew && this.#groups.size + this.#conflated.size >= frameLimits.channels)
      return this.#refuse(id, 'TOO_MANY_CHANNELS', String(frameLimits.channels));
    if (isConflated(ch)) {
      this.#conflated.add(ch);
      this.#send({ re: id, ok: true, ch });
      return values.join(this, ch, filter.symbol ?? null);
    }
    // a client ahead of us has seen what we have not read yet: it is told to wait, never given an older day
    if (since !== undefined && hub.day.isBehind(since)) return this.#bye(closeCodes.shutdown, 'behind');
    this.#leave(ch);
    const group = hub.join(this, ch, filter);
    this.#groups.set(ch, group);
    for (const body of hub.answer(group, since, this.protocol)) this.deliver(headed({ re: id, ok: true }, body), true);
  }

  #leave(ch: string): void {
    const group = this.#groups.get(ch);
    if (group !== undefined) this.#parts.hub.leave(this, group);
    this.#groups.delete(ch);
    if (this.#conflated.delete(ch) && isConflated(ch)) this.#parts.values.leave(this, ch);
  }

  /** The journal has been read to its end: what was asked for meanwhile is answered now. */
  caughtUp(): void {
    this.#turn();
  }

  /** The socket has room again. */
  drained(): void {
    while (!this.closed && this.#queue.length > 0 && this.#socket.buffered() < drainBytes) {
      const { message, isPart } = this.#queue.shift()!;
      if (!isPart) this.#behindBytes -= sizeOf(message);
      this.#write(message);
    }
  }

  /** A frame of a lossless channel, in order and not one too few; a part of a snapshot may be as long as it is. */
  readonly deliver = (message: Message, isPart = false): void => {
    if (this.closed) return;
    if (this.#queue.length === 0 && this.#socket.buffered() < drainBytes) return this.#write(message);
    this.#queue.push({ message, isPart });
    if (!isPart) this.#behindBytes += sizeOf(message);
    if (this.#behindBytes > frameLimits.backlogBytes) this.#bye(closeCodes.slow, 'slow');
  };

  /** A frame of a conflated channel: taken where there is room, else never. */
  readonly hasRoom = (): boolean => !this.closed && this.#queue.length === 0 && this.#socket.buffered() < roomBytes;
  readonly offer = (message: Message): boolean => {
    if (!this.hasRoom()) return false;
    this.#write(message);
    return true;
  };

  /** Once a second. */
  tick(nowMs: number): void {
    this.#tokens = Math.min(frameLimits.framesBurst, this.#tokens + frameLimits.framesPerSec);
    this.#strikes = Math.max(0, this.#strikes - 1);
    this.drained();
    if (this.#isStuck(nowMs)) return this.#bye(closeCodes.slow, 'slow');
    if (!this.#isAdmitted || nowMs - this.#sentMs < frameLimits.heartbeatMs) return;
    this.#sentMs = nowMs;
    const at = Object.fromEntries([...this.#groups].map(([ch, { lastSeq }]) => [ch, lastSeq]));
    this.#send({ op: 'hb', ts: nowMs, seq: this.#parts.hub.day.step, at });
  }

  /** Whether bytes wait and none has left for too long. */
  #isStuck(nowMs: number): boolean {
    const buffered = this.#socket.buffered();
    const gone = this.#sentBytes - buffered;
    if (buffered === 0 || gone > this.#gone.bytes) {
      this.#gone = { bytes: gone, ms: nowMs };
      return false;
    }
    return nowMs - this.#gone.ms >= frameLimits.stuckMs;
  }

  shutdown(): void {
    this.#bye(closeCodes.shutdown, 'shutdown');
  }

  /** Its token is not valid any more. */
  turnAway(): void {
    this.#bye(closeCodes.unauthorized, 'UNAUTHORIZED');
  }

  /** The connection is gone: nobody of it is told anything more. */
  gone(): void {
    this.closed = true;
    for (const group of this.#groups.values()) this.#parts.hub.leave(this, group);
    for (const ch of this.#conflated) if (isConflated(ch)) this.#parts.values.leave(this, ch);
    this.#groups.clear();
    this.#conflated.clear();
    this.#queue.length = 0;
  }

  #refuse(id: string | number | null, code: ErrorCode, detail: string): void {
    this.#parts.refused(code);
    this.#send({ re: id, error: { code, detail, temporary: errorCodes[code].retryable } });
    this.#strikes += 1;
    if (this.#strikes > strikesMax) this.#bye(code === 'RATE_LIMITED' ? closeCodes.rateLimited : closeCodes.badProtocol, code);
  }

  #bye(code: number, reason: string): void {
    this.#write(encoded({ op: 'bye', code, reason, reconnectInMs: backInMs() }, this.protocol));
    this.#end(code, reason);
  }

  #end(code: number, reason: string): void {
    if (this.closed) return;
    this.closed = true;
    this.#socket.close(code, reason);
  }

  #send = (frame: ServerFrame): void => this.deliver(encoded(frame, this.protocol));

  #write(message: Message): void {
    if (this.closed) return;
    this.#sentBytes += sizeOf(message);
    if (!this.#socket.send(message)) this.#end(closeCodes.slow, 'slow');
  }
}

/** Apart from each other, so that a thousand do not come back in one instant. */
const backInMs = (): number => 250 + Math.floor(Math.random() * 1750); // clock-ok: a client's jitter decides nothing

function wrongFilter(ch: string, filter: Filter): string | null {
  const given = Object.keys(filter);
  if (ch === 'quotes') {
    const unknown = Values.unknownOf(filter.symbol ?? []);
    if (unknown.length > 0) return `filter.symbol: ${unknown[0]} is no instrument such as 600519.SH`;
    return given.some((name) => name !== 'symbol') ? 'filter: quotes know symbol alone' : null;
  }
  const unknown = Values.unknownOf(filter.symbol ?? []);
  if (unknown.length > 0) return `filter.symbol: ${unknown[0]} is no instrument such as 600519.SH`;
  return given.length > 0 && !isOfOpportunities(ch) ? `filter: ${ch} knows none` : null;
}

function parse(message: ArrayBuffer, isBinary: boolean, protocol: Subprotocol): unknown {
  try {
    if (protocol === 'fenshi.v1.json') return isBinary ? undefined : JSON.parse(Buffer.from(message).toString('utf8'));
    return isBinary ? decode(new Uint8Array(message.slice(0))) : undefined;
  } catch {
    return undefined;
  }
}
