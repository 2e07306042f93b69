import { beforeEach, describe, expect, test } from 'vitest';
import { decode, encode } from '../../contracts/codec.ts';
import { closeCodes, frameLimits, type ServerFrame, type Subprotocol } from '../../contracts/frames.ts';
import type { JournalStep } from '../../contracts/journal.ts';
import type { SymbolsView } from '../../contracts/view.ts';
import { DayState } from '../day-state.ts';
import { Connection } from './connection.ts';
import { Hub } from './hub.ts';
import { Values } from './values.ts';

const date = '20261123';
const stepOf = (step: number, entries: readonly object[]): JournalStep => ({
  v: 2,
  step,
  n: step,
  prevHash: '',
  hash: '',
  origin: 'simulated',
  entries: entries as never,
});
const transition = (actorId: string, machine: string, to: string, more: object = {}) => ({
  kind: 'transition',
  tsMs: 1000,
  actorId,
  actorSeq: 1,
  machine,
  region: machine === 'opportunity' ? 'lifecycle' : machine === 'market' ? 'phase' : 'state',
  from: null,
  to,
  event: 'e',
  note: null,
  evidence: [],
  data: {},
  ...more,
});
const phaseStep = (step: number): JournalStep => stepOf(step, [transition('market', 'market', step % 2 === 0 ? 'CONT_AM' : 'LUNCH')]);
type Told = { readonly key?: string; readonly family?: string; readonly tracks?: object; readonly p?: number | null };
/** An opportunity comes to `to`. */
const opportunityStep = (
  step: number,
  id: string,
  to: string,
  { key = '600519.SH', family = 'momentum', tracks = { rally: {} }, p = 0.5 }: Told = {},
): JournalStep =>
  stepOf(step, [
    transition(`opportunity.${id}`, 'opportunity', to, {
      data: { entity: { kind: 'symbol', key }, direction: 'up', family, tracks, p, openedMs: 0 },
    }),
  ]);

/** A day of `steps` phases, each a delta of the channel `market`. */
function dayOf(steps: number): DayState {
  const day = new DayState('test-1');
  for (let step = 1; step <= steps; step++) day.apply(date, phaseStep(step));
  day.caughtUp = true;
  return day;
}

let hub: Hub;
let values: Values;
let counted: [string, string, number][];
beforeEach(() => {
  values = new Values();
  counted = [];
});
function hubOf(day: DayState, snapshotPart = 100): Hub {
  hub = new Hub(day, { snapshotPart, sent: (channel, protocol, count) => counted.push([channel, protocol, count]) });
  return hub;
}

function connected(day: DayState, protocol: Subprotocol = 'fenshi.v1.json', own: Hub = hubOf(day)) {
  const raw: (string | Uint8Array)[] = [];
  const frames: ServerFrame[] = [];
  const closed: number[] = [];
  const socket = { buffered: 0, isOpen: true };
  const refused: string[] = [];
  const connection = new Connection(
    protocol,
    {
      send: (message) => {
        raw.push(message);
        frames.push((typeof message === 'string' ? JSON.parse(message) : decode(message)) as ServerFrame);
        return socket.isOpen;
      },
      buffered: () => socket.buffered,
      close: (code) => closed.push(code),
    },
    { hub: own, values, refused: (code) => refused.push(code) },
    0,
  );
  connection.welcome({ id: 'c_1', server: 'test', role: 'viewer' }, 0);
  frames.length = 0;
  raw.length = 0;
  /** Says it, and lets its turn come. */
  const say = async (...said: readonly unknown[]): Promise<void> => {
    for (const frame of said) {
      const bytes = Buffer.from(JSON.stringify(frame));
      connection.receive(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer, false, 0);
    }
    for (let turn = 0; turn < said.length + 2; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  return { connection, frames, raw, closed, socket, say, refused };
}
const apply = (day: DayState, step: JournalStep, on = date): void => {
  const { delta, newDay } = day.apply(on, step);
  hub.publish(delta, newDay);
};
const sub = (ch: string, more: { offset?: number; epoch?: string; filter?: object; id?: number } = {}) => ({
  op: 'sub',
  id: more.id ?? 1,
  ch,
  ...(more.offset === undefined ? {} : { since: { epoch: more.epoch ?? `test-1/${date}/simulated`, offset: more.offset } }),
  ...(more.filter === undefined ? {} : { filter: more.filter }),
});

describe('resuming', () => {
  test('every step since is given, and only those', async () => {
    const { say, frames } = connected(dayOf(10));
    await say(sub('market', { offset: 7 }));
    expect(frames).toMatchObject([{ re: 1, ok: true, recovered: true, offset: 10, events: [{ seq: 8 }, { seq: 9 }, { seq: 10 }] }]);
  });

  test('at the newest step there is nothing to give', async () => {
    const { say, frames } = connected(dayOf(10));
    await say(sub('market', { offset: 10 }));
    expect(frames).toMatchObject([{ recovered: true, events: [] }]);
  });

  test('what is no longer at hand whole is a snapshot, never a part; what just is, is given', async () => {
    const { say, frames } = connected(dayOf(5003));
    await say(sub('market', { offset: 2 }), sub('market', { offset: 3 }));
    expect(frames[0]).toMatchObject({ recovered: false, part: 1, parts: 1, offset: 5003 });
    expect(frames[1]).toMatchObject({ recovered: true });
    expect((frames[1] as { events: unknown[] }).events).toHaveLength(frameLimits.resumeEvents);
  });

  test('more than five thousand events are a snapshot, in however few steps', async () => {
    const day = dayOf(1);
    const two = [transition('market', 'market', 'LUNCH'), transition('market', 'market', 'CONT_PM')];
    for (let step = 2; step <= 2502; step++) day.apply(date, stepOf(step, two));
    const { say, frames } = connected(day);
    await say(sub('market', { offset: 1 }), sub('market', { offset: 2 }));
    expect(frames.map((frame) => (frame as { recovered: boolean }).recovered)).toEqual([false, true]);
  });

  test('what is longer than two megabytes is a snapshot', async () => {
    const day = dayOf(1);
    for (let step = 2; step <= 30; step++)
      day.apply(date, stepOf(step, [transition('market', 'market', 'LUNCH', { note: 'x'.repeat(100_000) })]));
    const { say, frames } = connected(day);
    await say(sub('market', { offset: 1 }), sub('market', { offset: 15 }));
    expect(frames.map((frame) => (frame as { recovered: boolean }).recovered)).toEqual([false, true]);
  });

  test.each([
    ['a step that we have not read', 11, undefined],
    ['a day that we have not read', 1, 'test-1/20261124/simulated'],
  ])('a client that has seen %s is sent away for a moment, and never shown an older one', async (_what, offset, epoch) => {
    const { say, frames, closed } = connected(dayOf(10));
    await say(sub('market', { offset, ...(epoch === undefined ? {} : { epoch }) }));
    expect(frames).toMatchObject([{ op: 'bye', code: closeCodes.shutdown, reason: 'behind' }]);
    expect(closed).toEqual([closeCodes.shutdown]);
  });

  test.each(['test-1/20261120/simulated', 'other/20261123/simulated', `test-1/${date}/live`])(
    'another epoch, %s, gets a snapshot',
    async (epoch) => {
      const { say, frames } = connected(dayOf(10));
      await say(sub('market', { offset: 3, epoch }));
      expect(frames).toMatchObject([{ recovered: false }]);
    },
  );

  test('before the past is read it is asked to wait, and answered then', async () => {
    const day = dayOf(4);
    day.caughtUp = false;
    const { say, frames, connection } = connected(day);
    await say(sub('market'), { op: 'unsub', id: 2, ch: 'risk' });
    expect(frames).toEqual([]);
    day.caughtUp = true;
    connection.caughtUp();
    await say();
    await say();
    expect(frames).toMatchObject([
      { recovered: false, offset: 4 },
      { re: 2, ch: 'risk' },
    ]);
  });
});

describe('the stream', () => {
  test('each delta names the one before on its channel; a step without news for it sends none', async () => {
    const day = dayOf(2);
    const { say, frames } = connected(day);
    await say(sub('market'));
    frames.length = 0;
    for (const step of [phaseStep(3), stepOf(4, []), phaseStep(5)]) apply(day, step);
    expect(frames).toMatchObject([
      { type: 'delta', prev: 2, seq: 3 },
      { type: 'delta', prev: 3, seq: 5 },
    ]);
  });

  test('prev is the channel’s own, never beyond what one who came later has', async () => {
    const day = dayOf(2);
    const own = hubOf(day);
    const [early, late] = [connected(day, 'fenshi.v1.json', own), connected(day, 'fenshi.v1.json', own)];
    await early.say(sub('risk'));
    for (const step of [stepOf(3, [transition('risk.market', 'risk', 'caution')]), phaseStep(4)]) apply(day, step);
    await late.say(sub('risk'));
    apply(day, stepOf(5, [transition('risk.market', 'risk', 'normal')]));
    expect(early.frames.at(-1)).toMatchObject({ prev: 3, seq: 5 });
    expect(late.frames).toMatchObject([{ offset: 4 }, { prev: 3, seq: 5 }]);
  });

  test('is encoded once for all who listen alike, in the protocol of each', async () => {
    const day = dayOf(1);
    const own = hubOf(day);
    const [a, b, c] = [
      connected(day, 'fenshi.v1.json', own),
      connected(day, 'fenshi.v1.json', own),
      connected(day, 'fenshi.v1.msgpack', own),
    ];
    for (const each of [a, b]) await each.say(sub('market'));
    const bytes = (await import('../../contracts/codec.ts')).encode(sub('market'));
    c.connection.receive(new Uint8Array(bytes).buffer, true, 0);
    await a.say();
    apply(day, phaseStep(2));
    expect(a.raw.at(-1)).toBe(b.raw.at(-1));
    expect(c.frames).toEqual(a.frames);
    expect(counted).toEqual([
      ['market', 'fenshi.v1.json', 2],
      ['market', 'fenshi.v1.msgpack', 1],
    ]);
  });

  test('a new day is a snapshot of its own epoch', async () => {
    const day = dayOf(2);
    const { say, frames } = connected(day);
    await say(sub('market'));
    frames.length = 0;
    apply(day, phaseStep(1), '20261124');
    expect(frames).toMatchObject([{ type: 'snapshot', epoch: 'test-1/20261124/simulated', offset: 1, recovered: false }]);
  });

  test('unsubscribed, or gone: nothing more', async () => {
    const day = dayOf(2);
    const own = hubOf(day);
    const [one, other] = [connected(day, 'fenshi.v1.json', own), connected(day, 'fenshi.v1.json', own)];
    await one.say(sub('market'), { op: 'unsub', id: 2, ch: 'market' });
    await other.say(sub('market'));
    other.connection.gone();
    const before = [one.frames.length, other.frames.length];
    apply(day, phaseStep(3));
    expect([one.frames.length, other.frames.length]).toEqual(before);
  });

  test('after five seconds without a frame a heartbeat says where the day stands, and each channel', async () => {
    const day = dayOf(2);
    const { say, frames, connection } = connected(day);
    await say(sub('market'), sub('risk'));
    apply(day, phaseStep(3));
    frames.length = 0;
    connection.tick(frameLimits.heartbeatMs - 1);
    expect(frames).toEqual([]);
    connection.tick(frameLimits.heartbeatMs);
    expect(frames).toEqual([{ op: 'hb', ts: frameLimits.heartbeatMs, seq: 3, at: { market: 3, risk: 2 } }]);
  });
});

describe('channels', () => {
  test.each([
    ['sources', transition('source.tencent', 'source', 'active'), { actor: 'source.tencent', state: 'active' }],
    ['sectors', transition('sector.BK1', 'sector', 'hot'), { actor: 'sector.BK1', state: 'hot' }],
    [
      'signals',
      { kind: 'signal', tsMs: 7, actorId: 'symbol.SH.600519', actorSeq: 1, signal: { score: 1 } },
      { actor: 'symbol.SH.600519', tsMs: 7 },
    ],
    [
      'strategies',
      { kind: 'control', tsMs: 7, actorId: 'control', actorSeq: 1, commandId: 'c', command: 'disable', accepted: true, code: null },
      { command: 'disable' },
    ],
    [
      'strategies',
      { kind: 'fault', tsMs: 7, actorId: 'symbol.SH.600519', actorSeq: 1, scope: 'strategy:mine', code: 'DETECTOR_THREW', message: 'no' },
      { strategy: 'mine' },
    ],
  ])('%s has its entries, in the stream and in its snapshot', async (ch, entry, item) => {
    const day = dayOf(1);
    const first = connected(day);
    await first.say(sub(ch));
    apply(day, stepOf(2, [entry]));
    expect(first.frames.at(-1)).toMatchObject({ ch, seq: 2, events: [item] });
    const second = connected(day, 'fenshi.v1.json', hub);
    await second.say(sub(ch));
    expect(second.frames).toMatchObject([{ snapshot: [item] }]);
  });

  test('one opportunity and one symbol have their own alone', async () => {
    const day = dayOf(1);
    const { say, frames } = connected(day);
    await say(sub('opportunity:a'), sub('symbol:000001.SZ'));
    frames.length = 0;
    apply(day, opportunityStep(2, 'a', 'discovered'));
    apply(day, opportunityStep(3, 'b', 'discovered', { key: '000001.SZ' }));
    expect(frames).toMatchObject([
      { ch: 'opportunity:a', seq: 2, events: [{ id: 'a' }] },
      { ch: 'symbol:000001.SZ', seq: 3, events: [{ id: 'b' }] },
    ]);
  });
});

describe('a filter', () => {
  const told = async (filter: object, ...steps: readonly JournalStep[]) => {
    const day = dayOf(1);
    const { say, frames } = connected(day);
    await say(sub('opportunities', { filter }));
    for (const step of steps) apply(day, step);
    return frames
      .slice(1)
      .flatMap((frame) =>
        (frame as unknown as { events: { id: string; left?: true }[] }).events.map(({ id, left }) => (left ? `${id} left` : id)),
      );
  };

  test('sends the end of what it showed, marked, and nothing of what it never showed', async () => {
    const seen = await told(
      { state: ['confirmed'] },
      opportunityStep(2, 'a', 'discovered'),
      opportunityStep(3, 'a', 'confirmed'),
      opportunityStep(4, 'a', 'ended'),
      opportunityStep(5, 'a', 'archived'),
    );
    expect(seen).toEqual(['a', 'a left']);
  });

  test.each<[string, object, Told, Told]>([
    ['family', { family: ['board'] }, { family: 'board' }, {}],
    ['detector', { detector: ['mine'] }, { tracks: { mine: {} } }, {}],
    ['symbol', { symbol: ['000001.SZ'] }, { key: '000001.SZ' }, {}],
    ['least chance', { pMin: 0.6 }, { p: 0.6 }, { p: 0.59 }],
    ['least chance, where there is none', { pMin: 0 }, { p: 0 }, { p: null }],
  ])('by %s', async (_what, filter, passes, fails) => {
    expect(await told(filter, opportunityStep(2, 'a', 'discovered', passes), opportunityStep(3, 'b', 'discovered', fails))).toEqual(['a']);
  });

  test('narrows the snapshot too, and its items have no history', async () => {
    const day = dayOf(1);
    day.apply(date, opportunityStep(2, 'a', 'discovered'));
    day.apply(date, opportunityStep(3, 'b', 'confirmed'));
    const { say, frames } = connected(day);
    await say(sub('opportunities', { filter: { state: ['confirmed'] } }));
    const [{ snapshot }] = frames as unknown as [{ snapshot: object[] }];
    expect(snapshot).toMatchObject([{ id: 'b' }]);
    expect(snapshot[0]).not.toHaveProperty('transitions');
  });

  test.each([
    ['an unknown key', sub('opportunities', { filter: { minScore: 60 } })],
    ['a state that is none', sub('opportunities', { filter: { state: ['bogus'] } })],
    ['one of a channel that knows none', sub('market', { filter: { state: ['ended'] } })],
    ['quotes of nobody', sub('quotes')],
    ['quotes of what is no instrument', sub('quotes', { filter: { symbol: ['ABC'] } })],
  ])('%s is refused', async (_what, frame) => {
    const { say, frames } = connected(dayOf(1));
    await say(frame);
    expect(frames).toMatchObject([{ re: 1, error: { code: 'BAD_FRAME' } }]);
  });
});

describe('values', () => {
  /** As it comes from the broker: a part of a larger buffer, aligned to nothing. */
  const view = (...rows: readonly (readonly [no: number, last: number])[]): SymbolsView => decode(encode(made(rows))) as SymbolsView;
  const made = (rows: readonly (readonly [no: number, last: number])[]) => ({
    v: 1 as const,
    step: 1,
    tsMs: 5000,
    count: rows.length,
    columns: {
      instrumentNo: new Uint8Array(Uint32Array.from(rows, ([no]) => no).buffer),
      lastMilli: new Uint8Array(Int32Array.from(rows, ([, last]) => last).buffer),
      preCloseMilli: new Uint8Array(Int32Array.from(rows, () => 10_000).buffer),
      awake: new Uint8Array(rows.length),
    },
  });
  const quotes = (frame: unknown) =>
    (frame as { values: { symbol: string; lastMilli: number }[] }).values.map(({ symbol, lastMilli }) => `${symbol} ${lastMilli}`);

  test('quotes are of the symbols asked for: all at first, then those that changed', async () => {
    values.symbols(view([1_600_519, 1_000_000], [2_000_001, 10_000]));
    const { say, frames } = connected(dayOf(1));
    await say(sub('quotes', { filter: { symbol: ['600519.SH', '000001.SZ'] } }));
    values.symbols(view([1_600_519, 1_000_000], [2_000_001, 10_010]));
    values.symbols(view([1_600_519, 1_000_000], [2_000_001, 10_010]));
    expect(frames[0]).toEqual({ re: 1, ok: true, ch: 'quotes' });
    expect(frames.slice(1).map((frame) => [(frame as { whole: boolean }).whole, quotes(frame)])).toEqual([
      [true, ['600519.SH 1000000', '000001.SZ 10000']],
      [false, ['000001.SZ 10010']],
    ]);
  });

  test('one who has no room gets the newest when he has, and not what was between', async () => {
    const { say, frames, socket } = connected(dayOf(1));
    await say(sub('quotes', { filter: { symbol: ['600519.SH'] } }));
    frames.length = 0;
    socket.buffered = 64 * 1024;
    for (const last of [1, 2, 3]) values.symbols(view([1_600_519, last]));
    expect(frames).toEqual([]);
    socket.buffered = 0;
    values.symbols(view([1_600_519, 3]));
    expect(frames.map(quotes)).toEqual([['600519.SH 3']]);
  });

  test('what is told whole is there at once, and nothing comes after leaving', async () => {
    values.live({ v: 1, step: 1, tsMs: 1, live: [] });
    const { say, frames } = connected(dayOf(1));
    await say(sub('live'));
    expect(frames).toMatchObject([
      { re: 1, ch: 'live' },
      { ch: 'live', type: 'values', whole: true },
    ]);
    await say({ op: 'unsub', id: 2, ch: 'live' });
    values.live({ v: 1, step: 2, tsMs: 2, live: [] });
    expect(frames).toHaveLength(3);
  });
});

describe('bounds', () => {
  test('256 channels, and not one more; the same again is none more', async () => {
    const { say, frames, connection, refused } = connected(dayOf(1));
    for (let i = 0; i < frameLimits.channels; i++) {
      if (i % frameLimits.framesPerSec === 0) connection.tick(0);
      await say(sub(`symbol:${600_000 + i}.SH`));
    }
    connection.tick(0);
    frames.length = 0;
    await say(sub('market'), sub('symbol:600000.SH'));
    expect(frames).toMatchObject([{ error: { code: 'TOO_MANY_CHANNELS' } }, { ch: 'symbol:600000.SH' }]);
    expect(refused).toEqual(['TOO_MANY_CHANNELS']);
  });

  test('five seconds without a byte gone: closed, to resume by its offset; while bytes go, however slowly, it stays', async () => {
    const { connection, socket, closed, frames, say } = connected(dayOf(1));
    await say({ op: 'ping', id: 'x'.repeat(60) });
    // seventy bytes were sent; one leaves every four seconds
    for (let i = 0; i < 6; i++) {
      socket.buffered = 60 - i;
      connection.tick(1000 + 4000 * i);
    }
    expect(closed).toEqual([]);
    socket.buffered = frames.reduce((sum, frame) => sum + JSON.stringify(frame).length, 0);
    connection.tick(24_000);
    connection.tick(24_000 + 2 * frameLimits.stuckMs);
    expect(closed).toEqual([closeCodes.slow]);
    expect(frames.at(-1)).toMatchObject({ op: 'bye', code: closeCodes.slow, reason: 'slow' });
  });

  test('what it is not sent waits in order, up to 4 MiB of it', async () => {
    const day = dayOf(1);
    const { say, frames, socket, connection, closed } = connected(day);
    await say(sub('market'));
    frames.length = 0;
    socket.buffered = 256 * 1024;
    const long = (step: number) => stepOf(step, [transition('market', 'market', 'LUNCH', { note: 'x'.repeat(1_000_000) })]);
    for (let step = 2; step <= 5; step++) apply(day, long(step));
    expect([frames.length, closed]).toEqual([0, []]);
    socket.buffered = 0;
    connection.drained();
    expect(frames.map((frame) => (frame as { seq: number }).seq)).toEqual([2, 3, 4, 5]);
    socket.buffered = 256 * 1024;
    for (let step = 6; step <= 10; step++) apply(day, long(step));
    expect(closed).toEqual([closeCodes.slow]);
  });

  test('a socket that takes no more is closed', async () => {
    const { socket, closed, say } = connected(dayOf(1));
    socket.isOpen = false;
    await say({ op: 'ping', id: 1 });
    expect(closed).toEqual([closeCodes.slow]);
  });

  test('64 frames at once, then twenty a second', async () => {
    const { say, connection, refused, frames } = connected(dayOf(1));
    const pings = (count: number) => Array.from({ length: count }, (_, id) => ({ op: 'ping', id }));
    await say(...pings(frameLimits.framesBurst + 1));
    expect(refused).toEqual(['RATE_LIMITED']);
    connection.tick(1000);
    await say(...pings(frameLimits.framesPerSec));
    expect(refused).toEqual(['RATE_LIMITED']);
    expect(frames.filter((frame) => 're' in frame && 'ok' in frame)).toHaveLength(frameLimits.framesBurst + frameLimits.framesPerSec);
  });

  test('twenty refusals are borne, the next is the last; a second without one forgives one', async () => {
    const { say, connection, closed } = connected(dayOf(1));
    await say(...Array.from({ length: 20 }, (_, id) => ({ op: 'dance', id })));
    connection.tick(0);
    await say({ op: 'dance', id: 21 });
    expect(closed).toEqual([]);
    await say({ op: 'dance', id: 22 });
    expect(closed).toEqual([closeCodes.badProtocol]);
  });

  test.each([
    ['a frame over 4 KiB', { op: 'ping', id: 'x'.repeat(5000) }, 'FRAME_TOO_LARGE'],
    ['another operation', { op: 'dance', id: 1 }, 'UNKNOWN_OP'],
    ['no operation', { id: 1 }, 'BAD_FRAME'],
    ['a key too many', { op: 'ping', id: 1, extra: true }, 'BAD_FRAME'],
    ['another channel', sub('weather'), 'UNKNOWN_CHANNEL'],
  ])('%s is refused by its name', async (_what, frame, code) => {
    const { say, frames } = connected(dayOf(1));
    await say(frame);
    expect(frames).toMatchObject([{ error: { code } }]);
  });
});
