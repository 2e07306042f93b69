import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { clientScript } from '../gateway/page/client.ts';
import { frameLimits } from './frames.ts';
import { FenshiClient, type SocketConstructor, StreamClient } from './stream-client.ts';

/** A server written by the test: what the client sent, and what it is told. */
class Line {
  static lines: Line[] = [];
  readonly sent: { op: string; id: number; ch: string; since?: { epoch: string; offset: number } }[] = [];
  onopen = null;
  onerror = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  closed = false;

  constructor() {
    Line.lines.push(this);
  }
  send(data: string): void {
    this.sent.push(JSON.parse(data) as (typeof this.sent)[number]);
  }
  close(): void {
    this.closed = true; // of a half-open connection nobody answers the close
  }
  say(...frames: readonly object[]): void {
    // an answer is one to what was asked last
    for (const frame of frames) this.onmessage?.({ data: JSON.stringify('re' in frame ? { ...frame, re: this.sent.at(-1)!.id } : frame) });
  }
}
const line = () => Line.lines.at(-1)!;
const welcome = { op: 'welcome', session: { phase: 'CONT_AM' } };
const ch = 'opportunities';
const snapshot = (offset: number, items: unknown[], more: object = {}) => ({ re: 1, ch, epoch: 'e', offset, snapshot: items, ...more });
const delta = (prev: number, seq: number, events: unknown[] = [seq], ts = seq * 1000) => ({ ch, type: 'delta', prev, seq, events, ts });

let client: StreamClient;
let log: unknown[];
beforeEach(() => {
  vi.useFakeTimers();
  Line.lines = [];
  log = [];
  client = new StreamClient({ url: 'ws://there', ch, WebSocket: Line as unknown as SocketConstructor });
  client.onSnapshot = (items, offset) => log.push(['snapshot', items, offset]);
  client.onEvents = (seq, events, tsMs) => log.push(['events', seq, events, tsMs]);
  client.onState = (connected) => log.push(connected ? 'connected' : 'away');
  client.onWelcome = (phase) => log.push(phase);
  client.start();
});
afterEach(() => {
  client.stop();
  vi.useRealTimers();
});

describe('the stream client', () => {
  test('asks when it is welcomed, shows the snapshot, then each step once', () => {
    line().say(welcome, snapshot(4, ['a']), delta(4, 6), delta(6, 7));

    expect(line().sent).toEqual([{ op: 'sub', id: 1, ch }]);
    expect(log).toEqual(['connected', 'CONT_AM', ['snapshot', ['a'], 4], ['events', 6, [6], 6000], ['events', 7, [7], 7000]]);
    expect([client.inSync, client.position]).toEqual([true, { epoch: 'e', offset: 7 }]);
  });

  test('a step whose predecessor it has not seen is never shown: it asks once from where it stands', () => {
    line().say(welcome, snapshot(4, []), delta(5, 6), delta(6, 7));

    expect(log.slice(3)).toEqual([]);
    expect(line().sent.slice(1)).toEqual([{ op: 'sub', id: 2, ch, since: { epoch: 'e', offset: 4 } }]);
    expect(client.inSync).toBe(false);
  });

  test('of what was recovered it shows what it has not seen', () => {
    line().say(welcome, snapshot(4, []), delta(4, 5), delta(7, 8));
    const missed = [4, 5, 6, 7].map((seq) => ({ seq, events: [seq] }));
    line().say({ re: 1, ch, recovered: true, epoch: 'e', offset: 7, events: missed }, delta(7, 8));

    expect(log.slice(4)).toEqual([
      ['events', 6, [6], null],
      ['events', 7, [7], null],
      ['events', 8, [8], 8000],
    ]);
  });

  test('parts are shown as one, and after a break between two parts the next connection begins anew', () => {
    line().say(welcome, snapshot(9, ['a'], { part: 1, parts: 2 }));
    line().onclose!({ code: 1006 });
    vi.advanceTimersByTime(30_000);
    line().say(welcome, snapshot(9, ['a'], { part: 1, parts: 2 }), snapshot(9, ['b'], { part: 2, parts: 2 }));

    expect(log.filter((each) => Array.isArray(each))).toEqual([['snapshot', ['a', 'b'], 9]]);
  });

  test('what another channel or an error says is not for it', () => {
    line().say(welcome, snapshot(4, []), { ...delta(4, 5), ch: 'market' }, { re: 1, ch, error: { code: 'RATE_LIMITED' } });

    expect(log.slice(3)).toEqual([]);
  });

  test('after a break it comes back and resumes by its offset; after a refusal (45xx) it does not', () => {
    line().say(welcome, snapshot(4, []));
    line().onclose!({ code: 1006 });
    vi.advanceTimersByTime(400);
    line().say(welcome);
    expect([Line.lines.length, line().sent[0]?.since]).toEqual([2, { epoch: 'e', offset: 4 }]);

    line().onclose!({ code: 4503 });
    vi.advanceTimersByTime(60_000);
    expect(Line.lines.length).toBe(2);
  });

  test('15 s without a word: the connection is given up, although nobody answers the close', () => {
    line().say(welcome, snapshot(4, []));
    vi.advanceTimersByTime(14_000);
    line().say({ op: 'hb', ts: 1, seq: 4 });
    vi.advanceTimersByTime(14_999);
    expect([line().closed, log.at(-1)]).toEqual([false, ['snapshot', [], 4]]);

    vi.advanceTimersByTime(1);
    expect([line().closed, log.at(-1)]).toEqual([true, 'away']);
    vi.advanceTimersByTime(30_000);
    expect(Line.lines.length).toBeGreaterThan(1);
  });

  test('a server that takes the connection and never speaks is given up as well', () => {
    vi.advanceTimersByTime(15_000);

    expect(line().closed).toBe(true);
  });

  test('the page is served this very client', async () => {
    const served = (await import(`data:text/javascript,${encodeURIComponent(clientScript)}`)) as { StreamClient: typeof StreamClient };
    const other = new served.StreamClient({ url: 'ws://there', ch, WebSocket: Line as unknown as SocketConstructor });
    other.onSnapshot = (items) => log.push(items);
    other.start();
    line().say(welcome, snapshot(4, ['a']));
    other.stop();

    expect(log).toEqual([['a']]);
    expect(clientScript).not.toMatch(/^import /m);
  });
});

describe('as many channels as a server allows', () => {
  test('are asked for no faster than its limits, by a second of its own, and all of them', () => {
    const many = new FenshiClient({ url: 'ws://there', WebSocket: Line as unknown as SocketConstructor });
    const { channels, framesBurst: burst, framesPerSec: msgPerSec } = frameLimits;
    for (let i = 0; i < channels; i++) many.subscribe(`opportunity:${i}`, {});
    many.start();
    const own = line();
    own.say({ ...welcome, limits: { msgPerSec, burst, channels } });
    let tokens: number = burst;
    let counted = 0;
    for (let sec = 0; sec <= 15; sec++) {
      tokens -= own.sent.length - counted;
      counted = own.sent.length;
      expect(tokens, `second ${sec}`).toBeGreaterThanOrEqual(0);
      vi.advanceTimersByTime(1000);
      own.say({ op: 'hb', ts: 0 });
      tokens = Math.min(burst, tokens + msgPerSec);
    }
    expect(new Set(own.sent.map((frame) => frame.ch)).size).toBe(channels);
    many.stop();
  });

  test('of one that is asked for again and again the newest alone waits, and a new beginning has no word of the old', () => {
    const one = new FenshiClient({ url: 'ws://there', WebSocket: Line as unknown as SocketConstructor });
    one.start();
    const own = line();
    own.say({ ...welcome, limits: { msgPerSec: 20, burst: 8, channels: 256 } });
    for (let i = 0; i < 30; i++) one.subscribe('quotes', {}, { symbol: [`60000${i % 10}.SH`] });
    expect(own.sent).toHaveLength(4);
    vi.advanceTimersByTime(1100);
    expect(own.sent.slice(4)).toEqual([{ op: 'sub', id: 30, ch: 'quotes', filter: { symbol: ['600009.SH'] } }]);
    for (let i = 0; i < 40; i++) one.subscribe(`opportunity:${i}`, {});
    one.stop();
    one.start();
    const next = line();
    expect(next.sent).toEqual([]);
    next.say({ ...welcome, limits: { msgPerSec: 20, burst: 64, channels: 256 } });
    expect(next.sent).toHaveLength(41);
    one.stop();
  });
});
