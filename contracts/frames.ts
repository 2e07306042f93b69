/**
 * WebSocket frames of `/v1/stream` (subprotocols fenshi.v1.json and fenshi.v1.msgpack) and its close codes.
 *
 * Resume  epoch = `<run>/<tradeDate>/<origin>`, offset = journal step. Same epoch and every later step at hand: `recovered`
 *         with the missed events. Otherwise a whole snapshot with `recovered: false`. Never a part
 * Gap     a delta's `prev` must be the last `seq` seen on that channel; if not, subscribe again with `since`
 */
import { z } from 'zod';
import { origins } from './status.ts';

export const subprotocols = ['fenshi.v1.msgpack', 'fenshi.v1.json'] as const;
export type Subprotocol = (typeof subprotocols)[number];

export const frameLimits = {
  inboundBytes: 4096,
  framesPerSec: 10,
  channels: 256,
  heartbeatMs: 5000,
  backlogBytes: 1_048_576,
  backlogMs: 5000,
} as const;

export const Since = z.object({ epoch: z.string(), offset: z.int().nonnegative() });
export const Filter = z.object({ state: z.array(z.string()).optional(), symbol: z.array(z.string()).optional() });
export type Filter = z.infer<typeof Filter>;
/** A client's own name for a frame; comes back as `re`. */
export const FrameId = z.union([z.int(), z.string().max(64)]);
const id = FrameId;

export const ClientFrame = z.discriminatedUnion('op', [
  z.object({ op: z.literal('sub'), id, ch: z.string().max(128), since: Since.optional(), filter: Filter.optional() }),
  z.object({ op: z.literal('unsub'), id, ch: z.string().max(128) }),
  z.object({ op: z.literal('ping'), id }),
]);
export type ClientFrame = z.infer<typeof ClientFrame>;

const items = z.array(z.unknown());
const place = { ch: z.string(), epoch: z.string(), offset: z.int().nonnegative() };

/** Everything a server says. Events and items are those of contracts/fold.ts. */
export const ServerFrame = z.union([
  /** First of all. */
  z.strictObject({
    op: z.literal('welcome'),
    proto: z.enum(subprotocols),
    conn: z.string(),
    hbMs: z.int(),
    limits: z.strictObject({ msgPerSec: z.int(), channels: z.int() }),
    session: z.strictObject({ epoch: z.string(), origin: z.enum(origins), phase: z.string(), tradeDate: z.string() }),
    ts: z.number(),
  }),
  /** Nothing else was sent for `hbMs`. */
  z.strictObject({ op: z.literal('hb'), ts: z.number(), seq: z.int() }),
  /** The connection ends with `code`; come back after `reconnectInMs`, where the code says one may. */
  z.strictObject({ op: z.literal('bye'), code: z.int(), reason: z.string().optional(), reconnectInMs: z.int() }),
  z.strictObject({ re: id, ok: z.literal(true), ts: z.number() }),
  z.strictObject({ re: id, ok: z.literal(true), ch: z.string() }),
  /** Every step since was at hand. */
  z.strictObject({
    re: id,
    ok: z.literal(true),
    ...place,
    recovered: z.literal(true),
    events: z.array(z.strictObject({ seq: z.int(), ts: z.number(), events: items })),
  }),
  /** A part of a whole snapshot: the answer to a subscription (`re`), or a new day (`type`). */
  z.strictObject({
    re: id.optional(),
    ok: z.literal(true).optional(),
    type: z.literal('snapshot').optional(),
    ...place,
    recovered: z.literal(false),
    part: z.int().positive(),
    parts: z.int().positive(),
    snapshot: items,
  }),
  z.strictObject({
    ch: z.string(),
    type: z.literal('delta'),
    origin: z.enum(origins),
    seq: z.int(),
    prev: z.int(),
    ts: z.number(),
    events: items,
  }),
  /** `re` null: of a frame that could not be read. */
  z.strictObject({ re: id.nullable(), error: z.strictObject({ code: z.string(), detail: z.string(), temporary: z.boolean() }) }),
]);
export type ServerFrame = z.infer<typeof ServerFrame>;

/** 4000–4499: connect again with back-off. 4500–4999: do not. */
export const closeCodes = {
  shutdown: 4000,
  slow: 4008,
  rateLimited: 4013,
  badProtocol: 4501,
} as const;
