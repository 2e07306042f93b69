/**
 * WebSocket frames of `/v1/stream` (subprotocols fenshi.v1.json and fenshi.v1.msgpack) and its close codes.
 *
 * Resume  epoch = `<run>/<tradeDate>/<origin>`, offset = journal step. Same epoch and every later step at hand: `recovered`
 *         with the missed events. Otherwise a whole snapshot with `recovered: false`. Never a part
 * Gap     a delta's `prev` must be the last `seq` seen on that channel; if not, subscribe again with `since`
 */
import { z } from 'zod';

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
const id = z.union([z.int(), z.string().max(64)]);

export const ClientFrame = z.discriminatedUnion('op', [
  z.object({ op: z.literal('sub'), id, ch: z.string().max(128), since: Since.optional(), filter: Filter.optional() }),
  z.object({ op: z.literal('unsub'), id, ch: z.string().max(128) }),
  z.object({ op: z.literal('ping'), id }),
]);
export type ClientFrame = z.infer<typeof ClientFrame>;

/** 4000–4499: connect again with back-off. 4500–4999: do not. */
export const closeCodes = {
  shutdown: 4000,
  slow: 4008,
  rateLimited: 4013,
  badProtocol: 4501,
} as const;
