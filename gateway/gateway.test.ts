import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from 'nats';
import { WebSocket } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decode } from '../contracts/codec.ts';
import { type ListedOpportunity, listed, OpportunityBook, type OpportunityView, type StreamedEvent } from '../contracts/fold.ts';
import { frameLimits, ServerFrame } from '../contracts/frames.ts';
import type { JournalDraft, JournalStep } from '../contracts/journal.ts';
import { type SocketConstructor, StreamClient } from '../contracts/stream-client.ts';
import { connectBroker } from '../engine/log/connect.ts';
import { JetStreamJournal } from '../engine/log/jetstream-journal.ts';
import { ensureStreams } from '../engine/log/streams.ts';
import { foldDay } from '../engine/runtime/fold.ts';
import { generatedDay } from '../scenarios/support/days.ts';
import { gatewayOptions } from '../scenarios/support/gateway.ts';
import { freePort, startTestBroker, type TestBroker } from '../scenarios/support/test-broker.ts';
import { DayState } from './day-state.ts';
import { connectGateway, followJournal } from './journal-feed.ts';
import { type Gateway, startGateway } from './server.ts';
import { loadUws, type Uws } from './uws.ts';
import { Connection } from './ws/connection.ts';
import { Hub } from './ws/hub.ts';
import { Values } from './ws/values.ts';

const loaded = await loadUws().catch((error: Error) => error);
const reason = loaded instanceof Error ? loaded.message : '';
const date = '20261123';

describe.skipIf(reason !== '')(`gateway${reason === '' ? '' : ` (${reason})`}`, () => {
  let broker: TestBroker;
  let engine: NatsConnection;
  let reader: NatsConnection;
  let gateway: Gateway;
  let port: number;
  let day: DayState;
  let journal: JetStreamJournal;
  let drafts: JournalDraft[];
  const stop = new AbortController();

  beforeAll(async () => {
    broker = await startTestBroker();
    engine = await connectBroker(broker.access('engine'), 'test-engine');
    const [js, jsm] = [jetstream(engine), await jetstreamManager(engine)];
    await ensureStreams(jsm, broker.run);
    const made = generatedDay({ count: 120 });
    drafts = [...foldDay(made.bundle, made.entries).steps];
    journal = new JetStreamJournal(js, jsm, broker.run, date, made.sha);
    day = new DayState(broker.run);
    port = await freePort();
    gateway = await startGateway(loaded as Uws, gatewayOptions(day, port, { snapshotPart: 2 }));
    reader = await connectGateway(broker.access('gateway'));
    void followJournal(
      reader,
      broker.run,
      {
        onStep: (tradeDate, step) => {
          const { delta, newDay } = day.apply(tradeDate, step);
          gateway.broadcast(delta, newDay);
        },
        onCaughtUp: () => {
          day.caughtUp = true;
          gateway.caughtUp();
        },
      },
      stop.signal,
    );
  });
  afterAll(async () => {
    stop.abort();
    await gateway.close();
    await reader.close();
    await engine.close();
    await broker.stop();
  });

  const stored = async (): Promise<JournalStep[]> => {
    const steps: JournalStep[] = [];
    for await (const step of journal.steps(0)) steps.push(step);
    return steps;
  };

  test('a client cut 20 times, five of them inside a snapshot, ends equal to JOURNAL read directly', async () => {
    const knife = new Knife();
    const client = new StreamClient({ url: `ws://127.0.0.1:${port}/v1/stream`, ch: 'opportunities', WebSocket: knife.Socket });
    const mine = new Map<string, ListedOpportunity>();
    client.onSnapshot = (items) => {
      mine.clear();
      for (const item of items as ListedOpportunity[]) mine.set(item.id, item);
    };
    const seen = new Set<string>();
    let doubled = 0;
    client.onEvents = (_seq, events) => {
      for (const { id, change, opportunity } of events as StreamedEvent[]) {
        const key = `${id}#${change.actorSeq}`;
        if (seen.has(key)) doubled += 1;
        seen.add(key);
        mine.set(id, opportunity);
      }
    };
    let connected = false;
    let left = 0;
    client.onState = (state) => {
      connected = state;
      if (!state) left += 1;
    };
    client.start();
    const chunk = Math.ceil(drafts.length / 20);
    for (let cut = 0; cut < 20; cut++) {
      for (const draft of drafts.slice(cut * chunk, (cut + 1) * chunk)) await journal.append(draft);
      await until(() => connected && client.inSync);
      if (cut >= 15) {
        await until(() => day.book.size >= 4);
        client.forget(); // the next connection is sent a whole snapshot, and loses it after its first part
        knife.armed = true;
      }
      const before = left;
      client.cut();
      await until(() => left > before); // it may be back before we look
      await until(() => !knife.armed);
    }
    await until(() => client.position.offset >= lastOpportunityStep(drafts) && day.step === drafts.length);

    const book = new OpportunityBook();
    for (const step of await stored()) book.apply(step);
    const expected = book.list();
    expect(knife.cuts).toBe(5);
    expect([...mine.values()].map(({ id }) => id).sort()).toEqual(expected.map(({ id }) => id).sort());
    for (const view of expected) expect(mine.get(view.id)).toEqual(JSON.parse(JSON.stringify(listed(view))));
    expect(doubled).toBe(0);
    client.stop();
  });

  test('REST serves the same fold, page by page, and one by id', async () => {
    const get = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).json() as Promise<Record<string, never>>;
    const ids: string[] = [];
    for (let cursor: string | null = null; ; ) {
      const body = (await get(`/v1/opportunities?limit=3${cursor === null ? '' : `&cursor=${cursor}`}`)) as unknown as {
        items: OpportunityView[];
        page: { nextCursor: string | null };
      };
      ids.push(...body.items.map(({ id }) => id));
      cursor = body.page.nextCursor;
      if (cursor === null) break;
    }

    expect(ids).toEqual(day.book.list().map(({ id }) => id));
    expect(((await get(`/v1/opportunities/${ids[0]}`)) as unknown as { item: OpportunityView }).item.id).toBe(ids[0]);
    const missing = await fetch(`http://127.0.0.1:${port}/v1/opportunities/nothing`);
    expect([missing.status, missing.headers.get('content-type'), ((await missing.json()) as { code: string }).code]).toEqual([
      404,
      'application/problem+json',
      'NOT_FOUND',
    ]);
    expect((await fetch(`http://127.0.0.1:${port}/v1/opportunities?limit=0`)).status).toBe(400);
    expect((await fetch(`http://127.0.0.1:${port}/v1/opportunities?cursor=bm9uZQ`)).status).toBe(400);
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
    expect(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).toContain('fenshi_ws_connections');
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toContain('分时');
  });

  test('a foreign Host or Origin is refused', async () => {
    const { request } = await import('undici');
    const status = async (headers: Record<string, string>) =>
      (await request(`http://127.0.0.1:${port}/v1/opportunities`, { headers })).statusCode;

    expect(await status({ host: `evil.example:${port}` })).toBe(403);
    expect(await status({ origin: 'http://evil.example' })).toBe(403);
    expect(await status({ origin: `http://127.0.0.1:${port}` })).toBe(200);
  });

  test('both subprotocols speak the same frames; none offered in common is refused', async () => {
    const json = await exchange(port, 'fenshi.v1.json', [JSON.stringify({ op: 'sub', id: 1, ch: 'opportunities' })], 2);
    const packed = await exchange(
      port,
      'fenshi.v1.msgpack',
      [new Uint8Array(await import('../contracts/codec.ts').then(({ encode }) => encode({ op: 'sub', id: 1, ch: 'opportunities' })))],
      2,
    );

    expect(json[0]).toMatchObject({ op: 'welcome', proto: 'fenshi.v1.json' });
    expect(packed[0]).toMatchObject({ op: 'welcome', proto: 'fenshi.v1.msgpack' });
    expect((packed[1] as { snapshot: unknown[] }).snapshot).toEqual((json[1] as { snapshot: unknown[] }).snapshot);
    await expect(exchange(port, 'something.else', [], 1)).rejects.toThrow('closed 4501');
  });

  test.each([
    ['not JSON', '{', 'BAD_FRAME'],
    ['no operation', '{"id":1}', 'BAD_FRAME'],
    ['an unknown operation', '{"op":"buy","id":1}', 'UNKNOWN_OP'],
    ['an unknown channel', '{"op":"sub","id":1,"ch":"secrets"}', 'UNKNOWN_CHANNEL'],
    ['a message past 4 KiB', JSON.stringify({ op: 'ping', id: 'x'.repeat(5000) }), 'FRAME_TOO_LARGE'],
  ])('%s is answered with a coded error, and the connection lives', async (_what, message, code) => {
    const frames = await exchange(port, 'fenshi.v1.json', [message, '{"op":"ping","id":2}'], 3);

    expect(frames[1]).toMatchObject({ error: { code } });
    expect(frames[2]).toMatchObject({ re: 2, ok: true });
  });

  test('more frames at once than a burst are refused, and 64 KiB ends only that connection', async () => {
    const over = frameLimits.framesBurst + 4;
    const many = await exchange(
      port,
      'fenshi.v1.json',
      Array.from({ length: over }, (_, id) => JSON.stringify({ op: 'ping', id })),
      over + 1,
    );
    const refused = many.filter((frame) => (frame as { error?: { code: string } }).error?.code === 'RATE_LIMITED').length;
    // a second may pass meanwhile and bring twenty more
    expect(refused === 4 || refused === 0).toBe(true);

    await expect(exchange(port, 'fenshi.v1.json', ['x'.repeat(70_000)], 3)).rejects.toThrow();
    expect((await exchange(port, 'fenshi.v1.json', ['{"op":"ping","id":9}'], 2))[1]).toMatchObject({ re: 9 });
  });

  test('a filter narrows snapshot and stream; resuming with an unknown epoch gets a snapshot', async () => {
    const [, reply] = await exchange(
      port,
      'fenshi.v1.json',
      [JSON.stringify({ op: 'sub', id: 1, ch: 'opportunities', filter: { state: ['ended'] } })],
      2,
    );
    expect((reply as { snapshot: OpportunityView[] }).snapshot.every(({ state }) => state === 'ended')).toBe(true);

    const [, other] = await exchange(
      port,
      'fenshi.v1.json',
      [JSON.stringify({ op: 'sub', id: 1, ch: 'opportunities', since: { epoch: 'live/19990101', offset: 5 } })],
      2,
    );
    expect(other).toMatchObject({ recovered: false });
    const [, same] = await exchange(
      port,
      'fenshi.v1.json',
      [JSON.stringify({ op: 'sub', id: 1, ch: 'opportunities', since: { epoch: day.epoch, offset: day.step } })],
      2,
    );
    expect(same).toMatchObject({ recovered: true, events: [] });
  });
});

describe('a snapshot larger than a socket takes at once', () => {
  const day = new DayState('test-1');
  day.caughtUp = true;
  let template: JournalStep['entries'][number];
  const stepOf = (step: number, count: number, from: number): JournalStep => ({
    v: 2,
    step,
    n: step,
    prevHash: 'a'.repeat(64),
    hash: 'b'.repeat(64),
    entries: Array.from({ length: count }, (_, i) => ({
      ...template,
      actorId: `opportunity.${date}.SH.${600_000 + from + i}.up.momentum.1`,
    })),
  });
  beforeAll(() => {
    const { bundle, entries } = generatedDay({ count: 40 });
    template = foldDay(bundle, entries)
      .steps.flatMap((step) => step.entries)
      .find((entry) => entry.kind === 'transition' && entry.machine === 'opportunity' && entry.from === null)!;
    day.apply(date, stepOf(1, 3000, 0));
  });

  test('leaves part by part as the socket drains, and what happens meanwhile stands behind it', async () => {
    const sent: { part?: number; parts?: number; type?: string; prev?: number; offset?: number }[] = [];
    let buffered = 0;
    const socket = {
      send: (message: string | Uint8Array) => {
        buffered += message.length;
        sent.push(JSON.parse(String(message)));
        return true;
      },
      buffered: () => buffered,
      close: (code: number) => expect.fail(`closed with ${code}`),
    };
    const hub = new Hub(day, { snapshotPart: 100, sent: () => undefined });
    const connection = new Connection('fenshi.v1.json', socket, { hub, values: new Values(), refused: () => undefined }, 0);
    connection.welcome({ id: 'c_1', server: 'test', role: 'viewer' }, 0);
    sent.length = 0;
    buffered = 0;
    connection.receive(new TextEncoder().encode('{"op":"sub","id":1,"ch":"opportunities"}').buffer, false);
    await turns();
    const atFirst = sent.length;
    const { delta } = day.apply(date, stepOf(2, 5, 3000));
    hub.publish(delta, false);

    expect(atFirst).toBeLessThan(30);
    expect(sent).toHaveLength(atFirst);
    for (; buffered > 0; connection.drained()) buffered = 0;
    expect(sent.map(({ part, type }) => type ?? part)).toEqual([...Array.from({ length: 30 }, (_, i) => i + 1), 'delta']);
    expect(sent.at(-1)).toMatchObject({ prev: sent[0]!.offset, seq: 2 });
  });

  test.skipIf(reason !== '')('arrives whole over a real socket', async () => {
    const port = await freePort();
    const gateway = await startGateway(loaded as Uws, gatewayOptions(day, port));
    const Socket = WebSocket as unknown as SocketConstructor;
    const client = new StreamClient({ url: `ws://127.0.0.1:${port}/v1/stream`, ch: 'opportunities', WebSocket: Socket });
    let breaks = 0;
    client.onState = (connected) => {
      breaks += connected ? 0 : 1;
    };
    const items = await new Promise<number>((resolve) => {
      client.onSnapshot = (snapshot) => resolve(snapshot.length);
      client.start();
    });
    expect([items, breaks]).toEqual([day.book.size, 0]);
    client.stop();
    await gateway.close();
  });
});

/** Sockets that, once armed, lose their connection between the first and the second part of a snapshot. */
class Knife {
  armed = false;
  cuts = 0;
  readonly Socket: SocketConstructor;

  constructor() {
    const knife = this;
    this.Socket = class {
      onopen = null;
      onmessage: ((event: { data: unknown }) => void) | null = null;
      onclose: ((event: { code: number }) => void) | null = null;
      onerror = null;
      readonly #inner: WebSocket;
      #dead = false;

      constructor(url: string, protocol: string) {
        this.#inner = new WebSocket(url, protocol);
        this.#inner.onmessage = (event) => {
          const { part } = JSON.parse(String(event.data)) as { part?: number };
          if (knife.armed && part === 2) {
            knife.armed = false;
            knife.cuts += 1;
            this.#dead = true;
            this.#inner.close();
          }
          if (!this.#dead) this.onmessage?.(event);
        };
        this.#inner.onclose = ({ code }) => this.onclose?.({ code });
      }

      send = (data: string) => this.#inner.send(data);
      close = () => this.#inner.close();
    };
  }
}

/** A few turns of the event loop: what waits for its turn has had it. */
const turns = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
};

const lastOpportunityStep = (drafts: readonly JournalDraft[]): number =>
  drafts.filter(({ entries }) => entries.some(({ actorId }) => actorId.startsWith('opportunity.'))).at(-1)!.step;

/** Polls a condition that must come true; the test's own limit is the bound. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** Opens a connection, sends the messages after the welcome, resolves with the first `count` frames. */
function exchange(port: number, protocol: string, messages: readonly (string | Uint8Array)[], count: number): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/stream`, protocol);
    socket.binaryType = 'arraybuffer';
    const frames: unknown[] = [];
    socket.onmessage = ({ data }) => {
      const frame: unknown = typeof data === 'string' ? JSON.parse(data) : decode(new Uint8Array(data as ArrayBuffer));
      const known = ServerFrame.safeParse(frame);
      if (!known.success) reject(new Error(`not a frame of the contract: ${JSON.stringify(frame)}`));
      frames.push(frame);
      if (frames.length === 1) for (const message of messages) socket.send(message as string);
      if (frames.length < count) return;
      socket.onclose = null;
      socket.close();
      resolve(frames);
    };
    socket.onerror = () => reject(new Error('refused'));
    socket.onclose = ({ code }) => reject(new Error(`closed ${code}`));
  });
}
