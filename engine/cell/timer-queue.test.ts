import { describe, expect, test } from 'vitest';
import { lcg } from '../../scenarios/support/days.ts';
import { TimerQueue } from './timer-queue.ts';

function drained(queue: TimerQueue, untilMs: number): string[] {
  const taken: string[] = [];
  for (let due = queue.take(untilMs); due !== null; due = queue.take(untilMs)) taken.push(`${due.dueMs} ${due.actorId} ${due.timerId}`);
  return taken;
}

describe('timers', () => {
  test('fire in the order due, actor, timer, whatever order they were armed in', () => {
    const queue = new TimerQueue();
    queue.index('opportunity.b', { horizon: 20, decay: 20 });
    queue.index('opportunity.c', { horizon: 10 });
    queue.index('opportunity.a', { pullHold: 20 });
    queue.index('market', { regimeDwell: 20 });

    expect(drained(queue, 20)).toEqual([
      '10 opportunity.c horizon',
      '20 market regimeDwell',
      '20 opportunity.a pullHold',
      '20 opportunity.b decay',
      '20 opportunity.b horizon',
    ]);
  });

  test('names are compared by code, not as a reader would sort them', () => {
    const queue = new TimerQueue();
    for (const actor of ['opportunity.ä', 'opportunity.z', 'opportunity.Z', 'opportunity.10', 'opportunity.9'])
      queue.index(actor, { decay: 5 });
    expect(drained(queue, 5).map((line) => line.split(' ')[1]!.slice('opportunity.'.length))).toEqual(['10', '9', 'Z', 'z', 'ä']);
  });

  test('only what is due fires, and what its actor no longer says does not', () => {
    const queue = new TimerQueue();
    queue.index('a', { horizon: 10, decay: 12 });
    queue.index('a', { horizon: 15, decay: 12 });
    queue.index('b', { decay: 11 });
    queue.forget('b');

    expect(drained(queue, 11)).toEqual([]);
    expect(drained(queue, 12)).toEqual(['12 a decay']);
    queue.index('a', { horizon: 15 });
    expect(drained(queue, 14)).toEqual([]);
    expect(drained(queue, 15)).toEqual(['15 a horizon']);
  });

  test.each([1, 2, 3])('of thousands, armed anew and dropped at random, each fires once and in order (seed %i)', (seed) => {
    const below = lcg(seed);
    const queue = new TimerQueue();
    const standing = new Map<string, number>();
    for (let i = 0; i < 4000; i++) {
      const actor = `a${below(300)}`;
      const dueMs = below(500);
      if (below(5) === 0) {
        queue.forget(actor);
        standing.delete(actor);
      } else {
        queue.index(actor, { decay: dueMs });
        standing.set(actor, dueMs);
      }
    }
    const wanted = [...standing]
      .map(([actor, dueMs]) => ({ actor, dueMs }))
      .sort((a, b) => a.dueMs - b.dueMs || (a.actor < b.actor ? -1 : 1));
    // a timer that fired is dropped by its actor, as the registry does
    const taken: string[] = [];
    for (let due = queue.take(500); due !== null; due = queue.take(500)) {
      taken.push(`${due.dueMs} ${due.actorId}`);
      queue.index(due.actorId, {});
    }
    expect(taken).toEqual(wanted.map(({ actor, dueMs }) => `${dueMs} ${actor}`));
  });

  test('cleared, nothing fires', () => {
    const queue = new TimerQueue();
    queue.index('a', { horizon: 10 });
    queue.clear();
    expect(drained(queue, 99)).toEqual([]);
  });
});
