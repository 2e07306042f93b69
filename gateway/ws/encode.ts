/** A frame encoded once for all who get it, in either protocol and when first asked for. */
import { encode } from '../../contracts/codec.ts';
import type { ServerFrame, Subprotocol } from '../../contracts/frames.ts';

export type Message = string | Uint8Array;
export const encoded = (frame: ServerFrame, protocol: Subprotocol): Message =>
  protocol === 'fenshi.v1.json' ? JSON.stringify(frame) : encode(frame);
export const sizeOf = (message: Message): number => (typeof message === 'string' ? Buffer.byteLength(message) : message.byteLength);

export class Shared {
  readonly #frame: ServerFrame;
  #json: string | null = null;
  #packed: Uint8Array | null = null;

  constructor(frame: ServerFrame) {
    this.#frame = frame;
  }

  in(protocol: Subprotocol): Message {
    if (protocol === 'fenshi.v1.json') {
      this.#json ??= JSON.stringify(this.#frame);
      return this.#json;
    }
    this.#packed ??= encode(this.#frame);
    return this.#packed;
  }
}

const fixMapMax = 15;

/** A shared frame with a few fields of one client's before it: what differs between a thousand answers is eight bytes. */
export function headed(head: Readonly<Record<string, unknown>>, body: Message): Message {
  if (typeof body === 'string') return `${JSON.stringify(head).slice(0, -1)},${body.slice(1)}`;
  const own = encode(head);
  // both are maps of at most fifteen entries: one byte says how many
  const entries = (own[0]! & fixMapMax) + (body[0]! & fixMapMax);
  const out = new Uint8Array(own.length + body.length - 1);
  out.set(own, 0);
  out.set(body.subarray(1), own.length);
  out[0] = 0x80 | entries;
  return out;
}
