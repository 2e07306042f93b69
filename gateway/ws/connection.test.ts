import { describe, expect, test } from 'vitest';
import { closeCodes, frameLimits, type ServerFrame } from '../../contracts/frames.ts';
import type { JournalStep } from '../../contracts/journal.ts';
import { DayState } from '../day-state.ts';
import { Connection } from './connection.ts';

const date = '20261123';
/** A day of `steps` phases, each a delta of the channel `market`. */
function dayOf(steps: number): DayState {
  const day = new DayState('test-1');
  for (let step = 1; step <= steps; step++) day.apply(date, phaseStep(step));
  day.caughtUp = true;
  return day;
}
const phaseStep = (step: number): JournalStep => ({
  v: 2,
  step,
  n: step,
  prevHash: '',
  hash: '',
  origin: 'simulated',
  entries: [
    {
      kind: 'transition',
      tsMs: 1000 * step,
      actorId: 'market',
      machine: 'market',
      region: 'phase',
      from: 'CLOSED',
      to: step % 2 === 0 ? 'CONT_AM' : 'LUNCH',
      event: 'phase',
      evidence: [],
    } as never,
  ],
});

function connected(day: DayState) {
  const frames: ServerFrame[] = [];
  const closed: number[] = [];
  const socket = { buffered: 0 };
  const refused: string[] = [];
  const connection = new Connection(
    'fenshi.v1.json',
    {
      send: (message) => {
        frames.push(ServerFrameOf(message));
        return true;
      },
      buffered: () => socket.buffered,
      close: (code) => closed.push(code),
    },
    day,
    { sent: () => undefined, refused: (code) => refused.push(code) },
    { nowMs: 0, snapshotPart: 100 },
  );
  const say = (frame: unknown): void => {
    const bytes = Buffer.from(JSON.stringify(frame));
    connection.receive(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer, false);
  };
  return { connection, frames, closed, socket, say, refused };
}
const ServerFrameOf = (message: string | Uint8Array): ServerFrame => JSON.parse(String(message)) as ServerFrame;
const sub = (ch: string, offset?: number, epoch = `test-1/${date}/simulated`) => ({
  op: 'sub',
  id: 1,
  ch,
  ...(offset === undefined ? {} : { since: { epoch, offset } }),
});

describe('resuming', () => {
  test('every step since is given, and only those', () => {
    const { say, frames } = connected(dayOf(10));
    say(sub('market', 7));
    expect(frames).toMatchObject([{ recovered: true, offset: 10, events: [{ seq: 8 }, { seq: 9 }, { seq: 10 }] }]);
  });

  test('at the newest step there is nothing to give', () => {
    const { say, frames } = connected(dayOf(10));
    say(sub('market', 10));
    expect(frames).toMatchObject([{ recovered: true, events: [] }]);
  });

  test('what is no longer at hand whole is a snapshot, never a part; what just is, is given', () => {
    const day = dayOf(5003);
    const { say, frames } = connected(day);
    say(sub('market', 2));
    say(sub('market', 3));
    expect(frames[0]).toMatchObject({ recovered: false, part: 1, parts: 1, offset: 5003 });
    expect(frames[1]).toMatchObject({ recovered: true });
    expect((frames[1] as { events: unknown[] }).events).toHaveLength(5000);
  });

  test.each([
    ['a step that we have not read', 11, undefined],
    ['a day that we have not read', 1, 'test-1/20261124/simulated'],
  ])('a client that has seen %s is sent away for a moment, and never shown an older one', (_what, offset, epoch) => {
    const { say, frames, closed } = connected(dayOf(10));
    say(sub('market', offset, epoch));
    expect(frames).toEqual([{ op: 'bye', code: closeCodes.shutdown, reason: 'behind', reconnectInMs: 500 }]);
    expect(closed).toEqual([closeCodes.shutdown]);
  });

  test.each(['test-1/20261120/simulated', 'other/20261123/simulated', `test-1/${date}/live`])(
    'another epoch, %s, gets a snapshot',
    (epoch) => {
      const { say, frames } = connected(dayOf(10));
      say(sub('market', 3, epoch));
      expect(frames).toMatchObject([{ recovered: false }]);
    },
  );

  test('before the past is read it is asked to wait, and answered then', () => {
    const day = dayOf(4);
    day.caughtUp = false;
    const { say, frames, connection } = connected(day);
    say(sub('market'));
    expect(frames).toEqual([]);
    day.caughtUp = true;
    connection.caughtUp();
    expect(frames).toMatchObject([{ recovered: false, offset: 4 }]);
  });
});

describe('the stream', () => {
  test('each delta names the one before on its channel; a step without news for it sends none', () => {
    const day = dayOf(2);
    const { say, frames, connection } = connected(day);
    say(sub('market'));
    frames.length = 0;
    for (const step of [phaseStep(3), { ...phaseStep(4), entries: [] }, phaseStep(5)]) {
      const { delta, newDay } = day.apply(date, step);
      connection.step(delta, newDay);
    }
    expect(frames).toMatchObject([
      { type: 'delta', prev: 2, seq: 3 },
      { type: 'delta', prev: 3, seq: 5 },
    ]);
  });

  test('a new day is a snapshot of its own epoch', () => {
    const day = dayOf(2);
    const { say, frames, connection } = connected(day);
    say(sub('market'));
    frames.length = 0;
    const { delta, newDay } = day.apply('20261124', phaseStep(1));
    connection.step(delta, newDay);
    expect(frames).toMatchObject([{ type: 'snapshot', epoch: 'test-1/20261124/simulated', offset: 1, recovered: false }]);
  });

  test('unsubscribed: nothing more', () => {
    const day = dayOf(2);
    const { say, frames, connection } = connected(day);
    say(sub('market'));
    say({ op: 'unsub', id: 2, ch: 'market' });
    frames.length = 0;
    const { delta, newDay } = day.apply(date, phaseStep(3));
    connection.step(delta, newDay);
    expect(frames).toEqual([]);
  });

  test('after five seconds without a frame a heartbeat says where the day stands', () => {
    const { frames, connection } = connected(dayOf(2));
    connection.tick(frameLimits.heartbeatMs - 1);
    expect(frames).toEqual([]);
    connection.tick(frameLimits.heartbeatMs);
    expect(frames).toEqual([{ op: 'hb', ts: frameLimits.heartbeatMs, seq: 2 }]);
  });
});

describe('bounds', () => {
  test('256 channels, and not one more; the same again is none more', () => {
    const { say, frames, connection, refused } = connected(dayOf(1));
    for (let i = 0; i < frameLimits.channels; i++) {
      if (i % frameLimits.framesPerSec === 0) connection.tick(0);
      say(sub(`symbol:${600_000 + i}.SH`));
    }
    connection.tick(0);
    frames.length = 0;
    say(sub('market'));
    say(sub('symbol:600000.SH'));
    expect(frames).toMatchObject([{ error: { code: 'TOO_MANY_CHANNELS' } }, { ch: 'symbol:600000.SH' }]);
    expect(refused).toEqual(['TOO_MANY_CHANNELS']);
  });

  test('more than five seconds behind: gone, to resume by its offset; up to then, and once caught up, it stays', () => {
    const { connection, socket, closed, frames } = connected(dayOf(1));
    socket.buffered = 1;
    connection.tick(1000);
    connection.tick(1000 + frameLimits.backlogMs);
    expect(closed).toEqual([]);
    socket.buffered = 0;
    connection.tick(2000 + frameLimits.backlogMs);
    socket.buffered = 1;
    connection.tick(3000 + frameLimits.backlogMs);
    connection.tick(3001 + 2 * frameLimits.backlogMs);
    expect(closed).toEqual([closeCodes.slow]);
    expect(frames.at(-1)).toEqual({ op: 'bye', code: closeCodes.slow, reason: 'slow', reconnectInMs: 500 });
  });

  test('more than 1 MiB of backlog ends it without another word', () => {
    const { connection, socket, closed, frames } = connected(dayOf(1));
    socket.buffered = frameLimits.backlogBytes + 1;
    connection.tick(frameLimits.heartbeatMs);
    expect([frames, closed]).toEqual([[], [closeCodes.slow]]);
  });

  test('ten frames a second: the eleventh is refused, and after a second they are ten again', () => {
    const { say, connection, refused, frames } = connected(dayOf(1));
    for (let i = 0; i <= frameLimits.framesPerSec; i++) say({ op: 'ping', id: i });
    expect(refused).toEqual(['RATE_LIMITED']);
    connection.tick(1000);
    for (let i = 0; i < frameLimits.framesPerSec; i++) say({ op: 'ping', id: i });
    expect(refused).toEqual(['RATE_LIMITED']);
    expect(frames.filter((frame) => 're' in frame && 'ok' in frame)).toHaveLength(2 * frameLimits.framesPerSec);
  });

  test('twenty refusals are borne, the next is the last; a second without one forgives one', () => {
    const { say, connection, closed } = connected(dayOf(1));
    for (let i = 0; i < 20; i++) {
      if (i % 10 === 0) connection.tick(0);
      say({ op: 'dance', id: i });
    }
    connection.tick(0);
    say({ op: 'dance', id: 21 });
    expect(closed).toEqual([]);
    say({ op: 'dance', id: 22 });
    say({ op: 'dance', id: 23 });
    expect(closed).toEqual([closeCodes.badProtocol]);
  });

  test.each([
    ['a frame over 4 KiB', { op: 'ping', id: 'x'.repeat(5000) }, 'FRAME_TOO_LARGE'],
    ['another operation', { op: 'dance', id: 1 }, 'UNKNOWN_OP'],
    ['no operation', { id: 1 }, 'BAD_FRAME'],
    ['another channel', sub('weather'), 'UNKNOWN_CHANNEL'],
  ])('%s is refused by its name', (_what, frame, code) => {
    const { say, frames } = connected(dayOf(1));
    say(frame);
    expect(frames).toMatchObject([{ error: { code } }]);
  });
});
