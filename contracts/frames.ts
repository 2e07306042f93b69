/**
 * WebSocket frames of `/v1/stream` (subprotocols fenshi.v1.json and fenshi.v1.msgpack), its channels and its close codes.
 *
 * Resume  epoch = `<run>/<tradeDate>/<origin>`, offset = journal step. Same epoch and every later step at hand: `recovered`
 *         with the missed events. Otherwise a whole snapshot with `recovered: false`. Never a part
 * Gap     `prev` is the `seq` of the delta before on that channel and filter, whoever it was sent to: one that is greater than the last
 *         `seq` or `offset` seen says that something is missing, and one whose `seq` is not greater has been seen
 * Page    contracts/spec/protocol.md says the same in prose
 */
import { z } from 'zod';
import { families, publicStates } from './opportunity.ts';
import { origins } from './status.ts';

export const subprotocols = ['fenshi.v1.msgpack', 'fenshi.v1.json'] as const;
export type Subprotocol = (typeof subprotocols)[number];

export const frameLimits = {
  inboundBytes: 4096,
  /** Frames a second, and how many at once. */
  framesPerSec: 20,
  framesBurst: 64,
  channels: 256,
  heartbeatMs: 5000,
  /** Of a connection that is not read: past it, or without progress for `stuckMs`, it is closed as slow. */
  backlogBytes: 4_194_304,
  stuckMs: 5000,
  /** A resumption beyond either of these is a snapshot. */
  resumeEvents: 5000,
  resumeBytes: 2_097_152,
} as const;

/** Journaled: every event in order, resumed by offset. */
export const losslessChannels = ['opportunities', 'market', 'sources', 'risk', 'sectors', 'signals', 'strategies'] as const;
/** Last values only, at most four a second; what was missed is of no use. `since` is not asked. */
export const conflatedChannels = ['quotes', 'live', 'gains', 'heatmap', 'auction', 'notifications', 'ops'] as const;
export type LosslessChannel = (typeof losslessChannels)[number];
export type ConflatedChannel = (typeof conflatedChannels)[number];
/** One opportunity or one symbol, journaled as well. */
export const oneOfPattern = /^(opportunity|symbol):([\w.]{1,96})$/;

export const Since = z.strictObject({ epoch: z.string().max(128), offset: z.int().nonnegative() });
const names = z.array(z.string().max(96)).min(1).max(500);
/**
 * All that is given must hold. An event passes when the opportunity passes after it or before it; in the second case it is marked `left`.
 * `symbol` names the instruments of `quotes`; without it they are of every one.
 */
export const Filter = z.strictObject({
  state: z.array(z.enum(publicStates)).min(1).optional(),
  family: z.array(z.enum(families)).min(1).optional(),
  detector: names.optional(),
  sector: names.optional(),
  symbol: names.optional(),
  /** Least chance of a net gain; what has none does not pass. */
  pMin: z.number().min(0).max(1).optional(),
});
export type Filter = z.infer<typeof Filter>;
/** A client's own name for a frame; comes back as `re`. */
export const FrameId = z.union([z.int(), z.string().max(64)]);
const id = FrameId;

export const ClientFrame = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('sub'), id, ch: z.string().max(128), since: Since.optional(), filter: Filter.optional() }),
  z.strictObject({ op: z.literal('unsub'), id, ch: z.string().max(128) }),
  z.strictObject({ op: z.literal('ping'), id }),
]);
export type ClientFrame = z.infer<typeof ClientFrame>;

const items = z.array(z.unknown());
const place = { ch: z.string(), epoch: z.string(), offset: z.int().nonnegative() };

/** Everything a server says. Events and items are those of contracts/fold.ts and contracts/stream-items.ts. */
export const ServerFrame = z.union([
  /** First of all. */
  z.strictObject({
    op: z.literal('welcome'),
    proto: z.enum(subprotocols),
    server: z.string(),
    conn: z.string(),
    role: z.string(),
    hbMs: z.int(),
    limits: z.strictObject({ msgPerSec: z.int(), burst: z.int(), channels: z.int() }),
    session: z.strictObject({ epoch: z.string(), origin: z.enum(origins), phase: z.string(), tradeDate: z.string() }),
    ts: z.number(),
  }),
  /** Nothing else was sent for `hbMs`. `at`: the last `seq` of each journaled channel: a greater one than the last seen was lost. */
  z.strictObject({ op: z.literal('hb'), ts: z.number(), seq: z.int(), at: z.record(z.string(), z.int()) }),
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
  /** Of a conflated channel: values as of `ts`, all of them (`whole`) or those that changed. */
  z.strictObject({ ch: z.string(), type: z.literal('values'), ts: z.number(), whole: z.boolean(), values: items }),
  /** `re` null: of a frame that could not be read. */
  z.strictObject({ re: id.nullable(), error: z.strictObject({ code: z.string(), detail: z.string(), temporary: z.boolean() }) }),
]);
export type ServerFrame = z.infer<typeof ServerFrame>;

/** 4000–4499: connect again with back-off. 4500–4999: do not. */
export const closeCodes = {
  shutdown: 4000,
  slow: 4008,
  rateLimited: 4013,
  tooMany: 4029,
  unauthorized: 4500,
  badProtocol: 4501,
  notAllowed: 4502,
} as const;
