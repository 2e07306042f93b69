/**
 * One client of `/v1/stream`: its frames in, its subscriptions, its frames out.
 *
 * Splice    subscribing and snapshot happen between two steps of one thread: what the snapshot holds is not sent again,
 *           what comes after is not missed
 * Long      the parts of a snapshot leave as the socket drains, and what comes meanwhile stands behind them
 * Slow      over 1 MiB of backlog, 5 s behind, or too much behind a snapshot: `bye` and close 4008; the client resumes by offset
 */
import { decode, encode } from '../../contracts/codec.ts';
import { type ErrorCode, errorCodes } from '../../contracts/errors.ts';
import { ClientFrame, closeCodes, FrameId, frameLimits, type ServerFrame, type Subprotocol } from '../../contracts/frames.ts';
import type { DayDelta, DayState } from '../day-state.ts';
import { eventsFor, isChannel, type Subscription, snapshotFor } from './channels.ts';

/** What a connection needs of its socket. `send` returns false once the backlog is past its bound. */
export type Socket = {
  readonly send: (message: string | Uint8Array) => boolean;
  readonly buffered: () => number;
  readonly close: (code: number, reason: string) => void;
};
export type ConnectionStats = { readonly sent: (ch: string, protocol: string) => void; readonly refused: (code: ErrorCode) => void };

const strikesMax = 20;
/** A part of a snapshot is sent while less than this is buffered; frames that may stand behind it. */
const drainBytes = 256 * 1024;
const queueMax = 10_000;

export class Connection {
  readonly protocol: Subprotocol;
  readonly #socket: Socket;
  readonly #day: DayState;
  readonly #stats: ConnectionStats;
  readonly #subscriptions = new Map<string, Subscription>();
  #tokens: number = frameLimits.framesPerSec;
  readonly #snapshotPart: number;
  readonly #queue: ServerFrame[] = [];
  /** Subscriptions of before the past was read. */
  readonly #early: ClientFrame[] = [];
  #strikes = 0;
  #sentMs: number;
  #behindSinceMs: number | null = null;
  closed = false;

  constructor(
    protocol: Subprotocol,
    socket: Socket,
    day: DayState,
    stats: ConnectionStats,
    { nowMs, snapshotPart }: { readonly nowMs: number; readonly snapshotPart: number },
  ) {
    this.#snapshotPart = snapshotPart;
    this.protocol = protocol;
    this.#socket = socket;
    this.#day = day;
    this.#stats = stats;
    this.#sentMs = nowMs;
  }

  welcome(id: string, nowMs: number): void {
    const { heartbeatMs, framesPerSec, channels } = frameLimits;
    this.#send({
      op: 'welcome',
      proto: this.protocol,
      conn: id,
      hbMs: heartbeatMs,
      limits: { msgPerSec: framesPerSec, channels },
      session: {
        epoch: this.#day.epoch,
        origin: this.#day.origin,
        phase: this.#day.market['market.phase'] ?? 'CLOSED',
        tradeDate: this.#day.date,
      },
      ts: nowMs,
    });
  }

  receive(message: ArrayBuffer, isBinary: boolean): void {
    if (message.byteLength > frameLimits.inboundBytes) return this.#refuse(null, 'FRAME_TOO_LARGE', `${message.byteLength} bytes`);
    if (this.#tokens < 1) return this.#refuse(null, 'RATE_LIMITED', 'slow down');
    this.#tokens -= 1;
    const raw = parse(message, isBinary, this.protocol);
    if (raw === undefined) return this.#refuse(null, 'BAD_FRAME', `not ${this.protocol}`);
    const id = FrameId.nullable()
      .catch(null)
      .parse((raw as { id?: unknown } | null)?.id ?? null);
    const op = (raw as { op?: unknown } | null)?.op;
    const frame = ClientFrame.safeParse(raw);
    if (frame.success) return this.#apply(frame.data);
    if (typeof op === 'string' && !['sub', 'unsub', 'ping'].includes(op)) return this.#refuse(id, 'UNKNOWN_OP', op.slice(0, 40));
    this.#refuse(id, 'BAD_FRAME', frame.error.issues[0]?.message ?? 'not a frame');
  }

  #apply(frame: ClientFrame): void {
    if (frame.op === 'sub' && !this.#day.caughtUp) return void this.#early.push(frame);
    if (frame.op === 'ping') return this.#send({ re: frame.id, ok: true, ts: this.#day.tsMs });
    if (!isChannel(frame.ch)) return this.#refuse(frame.id, 'UNKNOWN_CHANNEL', frame.ch);
    if (frame.op === 'unsub') {
      this.#subscriptions.delete(frame.ch);
      return this.#send({ re: frame.id, ok: true, ch: frame.ch });
    }
    if (!this.#subscriptions.has(frame.ch) && this.#subscriptions.size >= frameLimits.channels)
      return this.#refuse(frame.id, 'TOO_MANY_CHANNELS', String(frameLimits.channels));
    // a client ahead of us has seen what we have not read yet: it is told to wait, never given an older day
    if (frame.since !== undefined && this.#day.isBehind(frame.since)) return this.#bye(closeCodes.shutdown, 'behind');
    const subscription: Subscription = { ch: frame.ch, filter: frame.filter ?? {}, lastSeq: this.#day.step };
    const missed = frame.since === undefined ? null : this.#day.since(frame.since.epoch, frame.since.offset);
    this.#subscriptions.set(frame.ch, subscription);
    if (missed === null) this.#snapshot(subscription, { re: frame.id, ok: true });
    else {
      const events = missed
        .map((delta) => ({ seq: delta.step, ts: delta.tsMs, events: [...eventsFor(subscription, delta)] }))
        .filter((each) => each.events.length > 0);
      this.#send({ re: frame.id, ok: true, ch: frame.ch, epoch: this.#day.epoch, offset: this.#day.step, recovered: true, events });
    }
  }

  #snapshot(subscription: Subscription, head: { readonly re: string | number; readonly ok: true } | { readonly type: 'snapshot' }): void {
    const size = this.#snapshotPart;
    const items = snapshotFor(subscription, this.#day);
    const parts = Math.max(1, Math.ceil(items.length / size));
    const frame = { ...head, ch: subscription.ch, epoch: this.#day.epoch, offset: this.#day.step, recovered: false as const };
    for (let part = 1; part <= parts && !this.closed; part++) {
      const snapshot = [...items].slice((part - 1) * size, part * size);
      this.#queue.push({ ...frame, part, parts, snapshot });
    }
    this.drained();
  }

  /** The journal has been read to its end: what was asked for meanwhile is answered now. */
  caughtUp(): void {
    for (const frame of this.#early.splice(0)) this.#apply(frame);
  }

  /** The socket has room again. */
  drained(): void {
    while (!this.closed && this.#queue.length > 0 && this.#socket.buffered() < drainBytes) this.#write(this.#queue.shift()!);
  }

  /** A step was applied to the day. */
  step(delta: DayDelta, newDay: boolean): void {
    for (const subscription of this.#subscriptions.values()) {
      if (newDay) {
        subscription.lastSeq = delta.step;
        this.#snapshot(subscription, { type: 'snapshot' });
        continue;
      }
      const events = eventsFor(subscription, delta);
      if (events.length === 0) continue;
      this.#send({
        ch: subscription.ch,
        type: 'delta',
        origin: delta.origin,
        seq: delta.step,
        prev: subscription.lastSeq,
        ts: delta.tsMs,
        events: [...events],
      });
      subscription.lastSeq = delta.step;
      this.#stats.sent(subscription.ch.split(':')[0]!, this.protocol);
    }
  }

  /** Once a second. */
  tick(nowMs: number): void {
    this.#tokens = Math.min(frameLimits.framesPerSec, this.#tokens + frameLimits.framesPerSec);
    this.#strikes = Math.max(0, this.#strikes - 1);
    if (this.#socket.buffered() === 0) this.#behindSinceMs = null;
    else this.#behindSinceMs ??= nowMs;
    if (this.#behindSinceMs !== null && nowMs - this.#behindSinceMs > frameLimits.backlogMs) return this.#bye(closeCodes.slow, 'slow');
    if (nowMs - this.#sentMs < frameLimits.heartbeatMs) return;
    this.#sentMs = nowMs;
    this.#send({ op: 'hb', ts: nowMs, seq: this.#day.step });
  }

  shutdown(reconnectInMs: number): void {
    this.#write({ op: 'bye', code: closeCodes.shutdown, reconnectInMs });
    this.#end(closeCodes.shutdown, 'shutdown');
  }

  #refuse(id: string | number | null, code: ErrorCode, detail: string): void {
    this.#stats.refused(code);
    this.#send({ re: id, error: { code, detail, temporary: errorCodes[code].retryable } });
    this.#strikes += 1;
    if (this.#strikes > strikesMax) this.#bye(code === 'RATE_LIMITED' ? closeCodes.rateLimited : closeCodes.badProtocol, code);
  }

  #bye(code: number, reason: string): void {
    this.#write({ op: 'bye', code, reason, reconnectInMs: 500 });
    this.#end(code, reason);
  }

  #end(code: number, reason: string): void {
    if (this.closed) return;
    this.closed = true;
    this.#socket.close(code, reason);
  }

  #send(frame: ServerFrame): void {
    if (this.#queue.length === 0) return this.#write(frame);
    this.#queue.push(frame);
    if (this.#queue.length > queueMax) this.#end(closeCodes.slow, 'slow');
  }

  #write(frame: ServerFrame): void {
    if (this.closed) return;
    const message = this.protocol === 'fenshi.v1.json' ? JSON.stringify(frame) : encode(frame);
    if (this.#socket.buffered() > frameLimits.backlogBytes || !this.#socket.send(message)) this.#end(closeCodes.slow, 'slow');
  }
}

function parse(message: ArrayBuffer, isBinary: boolean, protocol: Subprotocol): unknown {
  try {
    if (protocol === 'fenshi.v1.json') return isBinary ? undefined : JSON.parse(Buffer.from(message).toString('utf8'));
    return isBinary ? decode(new Uint8Array(message.slice(0))) : undefined;
  } catch {
    return undefined;
  }
}
