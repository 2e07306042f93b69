import { beforeEach, describe, expect, test } from 'vitest';
import { closeCodes, frameLimits } from '../../contracts/frames.ts';
import { apply, begin, connected, date, dayOf, hubOf, phaseStep, shared, stepOf, sub, transition } from '../../scenarios/support/stream.ts';

beforeEach(begin);

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
    expect(shared.counted).toEqual([
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
    expect(frames.at(-1), 'and says which it was').toMatchObject({ re: frameLimits.framesBurst, error: { code: 'RATE_LIMITED' } });
    connection.tick(1000);
    await say(...pings(frameLimits.framesPerSec));
    expect(refused).toEqual(['RATE_LIMITED']);
    expect(frames.filter((frame) => 're' in frame && 'ok' in frame)).toHaveLength(frameLimits.framesBurst + frameLimits.framesPerSec);
  });

  test('who it is has not been judged: nothing is answered, not even what is wrong, and then all of it in order', async () => {
    const day = dayOf(1);
    const { say, connection, frames } = connected(day, 'fenshi.v1.json', hubOf(day), false);
    await say({ op: 'dance', id: 1 }, { op: 'ping', id: 'x'.repeat(5000) }, { op: 'ping', id: 3 });
    expect(frames).toEqual([]);
    connection.welcome({ id: 'c_1', server: 'test', role: 'viewer' }, 0);
    expect(frames).toMatchObject([
      { op: 'welcome' },
      { re: 1, error: { code: 'UNKNOWN_OP' } },
      { error: { code: 'FRAME_TOO_LARGE' } },
      { re: 3, ok: true },
    ]);
  });

  test('more than a burst from somebody who is not judged ends it', async () => {
    const day = dayOf(1);
    const { say, closed } = connected(day, 'fenshi.v1.json', hubOf(day), false);
    await say(...Array.from({ length: frameLimits.framesBurst }, (_, id) => ({ op: 'ping', id })));
    expect(closed).toEqual([]);
    await say({ op: 'ping', id: 64 });
    expect(closed).toEqual([closeCodes.rateLimited]);
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
