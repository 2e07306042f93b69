import { describe, expect, test } from 'vitest';
import { CheckpointTime } from './checkpoint-time.ts';

const start = 36_000_000;
/** Entries an eighth of a second apart on the wall, each taking `stepMs`; the tape goes at `speed` times the wall. */
function play(
  time: CheckpointTime,
  wall: { ms: number },
  sec: number,
  stepMs: number,
  atMs: () => number,
  phase = 'continuous.am',
): number | null {
  for (let i = 0; i < sec * 8; i++) {
    wall.ms += 125;
    time.stepped(wall.ms, wall.ms + stepMs);
    const tapeMs = atMs();
    if (time.isDue(tapeMs, phase)) return tapeMs;
  }
  return null;
}

describe('a checkpoint is begun', () => {
  test('where a phase ends, and two minutes of the tape after the last', () => {
    const time = new CheckpointTime(start, 'open.call');
    expect(time.isDue(start, 'open.call')).toBe(false);
    expect(time.isDue(start + 1000, 'open.call')).toBe(false);
    expect(time.isDue(start + 2000, 'continuous.am')).toBe(true);
    time.begun(start + 2000);
    expect(time.isDue(start + 121_999, 'continuous.am')).toBe(false);
    expect(time.isDue(start + 122_000, 'continuous.am')).toBe(true);
  });

  test('a phase that ends while one is due does not put it off', () => {
    const time = new CheckpointTime(start, 'a');
    play(time, { ms: 0 }, 10, 25, () => start + 1000, 'a');
    expect(time.isDue(start + 130_000, 'a')).toBe(false);
    expect(time.isDue(start + 175_000, 'b')).toBe(false);
    expect(time.isDue(start + 180_000, 'b')).toBe(true);
  });

  // a step of 3 ms in 125 is the load of a whole market, one of 20 ms that of a burst of ten times as much
  test.each([
    ['at the usual load when it is due', 3, start + 120_000],
    ['within a burst once it is a minute late', 20, start + 180_000],
  ])('%s', (_what, stepMs, begun) => {
    const time = new CheckpointTime(start, 'continuous.am');
    let tapeMs = start;
    const wall = { ms: 0 };
    expect(play(time, wall, 300, stepMs, () => (tapeMs += 1000))).toBe(begun);
  });

  test('as soon as a burst is over', () => {
    const time = new CheckpointTime(start, 'continuous.am');
    const wall = { ms: 0 };
    expect(play(time, wall, 5, 20, () => start + 100_000)).toBeNull();
    expect(play(time, wall, 5, 20, () => start + 121_000)).toBeNull();
    expect(play(time, wall, 3, 2, () => start + 125_000)).toBe(start + 125_000);
  });
});
