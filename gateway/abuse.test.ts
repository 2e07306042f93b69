/** Sockets that keep to no rule: each costs itself and nobody else. A client that behaves is answered all the while, and nothing of it is a fault of ours. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Door, openDoor } from '../scenarios/support/door.ts';
import { loadUws, type Uws } from './uws.ts';

const loaded = await loadUws().catch((error: Error) => error);
const reason = loaded instanceof Error ? loaded.message : '';

describe.skipIf(reason !== '')(`abuse by raw sockets${reason === '' ? '' : ` (${reason})`}`, () => {
  let door: Door;
  beforeAll(async () => {
    door = await openDoor(loaded as Uws);
  });
  afterAll(() => door.close());

  const raw = async (): Promise<Socket> => {
    const socket = connect(door.port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  };
  const ended = (socket: Socket): Promise<unknown> =>
    socket.destroyed ? Promise.resolve() : new Promise((resolve) => socket.once('close', resolve)); // a reset closes too
  const answers = async (): Promise<void> => expect((await door.ask('/v1/opportunities?limit=1')).status).toBe(200);

  /** A stream that is open, by hand; what the server sends is dropped. */
  async function stream(more = ''): Promise<Socket> {
    const socket = await raw();
    socket.write(
      `GET /v1/stream HTTP/1.1\r\nHost: 127.0.0.1:${door.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: fenshi.v1.json\r\n${more}\r\n`,
    );
    const [head] = (await once(socket, 'data')) as [Buffer];
    expect(head.toString()).toContain('101 Switching Protocols');
    socket.resume();
    return socket;
  }
  const mask = Buffer.from([1, 2, 3, 4]);
  /** One masked frame; `length` may lie about the body. */
  function frame(opcode: number, body: Buffer, { fin = true, length = BigInt(body.length), masked = true } = {}): Buffer {
    const head = Buffer.alloc(10);
    head[0] = (fin ? 0x80 : 0) | opcode;
    head[1] = (masked ? 0x80 : 0) | 127;
    head.writeBigUInt64BE(length, 2);
    const coded = masked ? Buffer.from(body.map((byte, i) => byte ^ mask[i % 4]!)) : body;
    return Buffer.concat([head, ...(masked ? [mask] : []), coded]);
  }

  test.each<[string, () => Buffer]>([
    ['a frame that says it has four gigabytes', () => frame(1, Buffer.from('x'), { length: 4n * 1024n ** 3n })],
    ['a frame of 128 KiB', () => frame(1, Buffer.alloc(128 * 1024, 65))],
    ['a ping in parts', () => frame(9, Buffer.from('x'), { fin: false })],
    ['a ping longer than a ping may be', () => frame(9, Buffer.alloc(200, 65))],
    ['text that is no UTF-8', () => frame(1, Buffer.from([0xff, 0xfe, 0xc0]))],
    ['an opcode that is none', () => frame(3, Buffer.from('x'))],
  ])('%s costs the connection', async (_name, bytes) => {
    const socket = await stream();
    socket.write(bytes());
    await ended(socket);
    await answers();
  });

  test('a frame that nobody masked, and a hundred empty ones, leave the others alone', async () => {
    const [bare, many] = [await stream(), await stream()];
    bare.write(frame(1, Buffer.from('{"op":"ping","id":1}'), { masked: false }));
    for (let i = 0; i < 100; i++) many.write(frame(1, Buffer.alloc(0)));
    await ended(many); // past the strikes
    await answers();
    bare.destroy();
  });

  test.each<[string, string]>([
    ['bytes that are no HTTP', '\x00\x01\x02\xff\xfe garbage\r\n\r\n'],
    ['a request line without an end', `GET /${'a'.repeat(20_000)}`],
    ['a length that is none', 'POST /v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n'],
  ])('%s ends there', async (_name, text) => {
    const socket = await raw();
    socket.resume();
    socket.write(Buffer.from(text, 'latin1'));
    await ended(socket);
    await answers();
  });

  test('a head of 64 KiB and one of two hundred lines are no business of the others', async () => {
    const [long, wide] = [await raw(), await raw()];
    long.write(`GET / HTTP/1.1\r\nHost: x\r\n${`A: ${'b'.repeat(1000)}\r\n`.repeat(64)}\r\n`);
    wide.write(`GET / HTTP/1.1\r\nHost: x\r\n${Array.from({ length: 200 }, (_, i) => `H${i}: v\r\n`).join('')}\r\n`);
    await answers();
    for (const socket of [long, wide]) socket.destroy();
  });

  test('heads that never end, and bodies that never come, are held by themselves: three hundred of them', async () => {
    const slow = await Promise.all(Array.from({ length: 300 }, raw));
    for (const [i, socket] of slow.entries())
      socket.write(
        i % 2 === 0 ? 'GET /v1/opp' : `POST /v1/session HTTP/1.1\r\nHost: 127.0.0.1:${door.port}\r\nContent-Length: 500\r\n\r\n{`,
      );
    for (let i = 0; i < 20; i++) await answers();
    for (const socket of slow) socket.destroy();
    await answers();
  });

  test('a head that comes a byte at a time is ended while it still comes', async () => {
    const socket = await raw();
    socket.resume();
    const bytes = setInterval(() => socket.write('a'), 50);
    socket.write('GET /');
    await ended(socket);
    clearInterval(bytes);
    await answers();
  });

  test('ten thousand that come and go as fast as they can, half of them without a word', async () => {
    for (let round = 0; round < 40; round++) {
      const all = await Promise.all(Array.from({ length: 250 }, raw));
      // a reset: else ten thousand ports of this machine would rest for a minute
      for (const [i, socket] of all.entries()) {
        if (i % 2 === 0) socket.write(`GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:${door.port}\r\n\r\n`);
        socket.resetAndDestroy();
      }
      if (round % 8 === 0) await answers();
    }
    await answers();
  });

  test.each([
    ['alg none', 'eyJhbGciOiJub25lIn0.eyJyb2xlIjoiYWRtaW4ifQ.'],
    ['no token at all', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'],
  ])('a token of %s commands nothing', async (_name, token) => {
    const answer = await door.ask('/v1/tokens', { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(401);
  });
});
