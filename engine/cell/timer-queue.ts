/**
 * The timer queue: a heap over the timers in actors' contexts, nothing more. Rebuilt on restore.
 *
 * Order   (due, actorId, timerId) by `<`, never by locale
 * Stale   an entry counts only while the actor's context still says so; others are dropped when they surface
 */
import type { Timers } from '../../actors/common/timers.ts';

type Due = { readonly dueMs: number; readonly actorId: string; readonly timerId: string };

const isBefore = (a: Due, b: Due): boolean => {
  if (a.dueMs !== b.dueMs) return a.dueMs < b.dueMs;
  return a.actorId !== b.actorId ? a.actorId < b.actorId : a.timerId < b.timerId;
};

export class TimerQueue {
  readonly #heap: Due[] = [];
  readonly #timers = new Map<string, Timers>();

  /** Takes an actor's timers as they are now. */
  index(actorId: string, timers: Timers): void {
    const known = this.#timers.get(actorId);
    if (known === timers) return;
    this.#timers.set(actorId, timers);
    for (const [timerId, dueMs] of Object.entries(timers)) {
      if (known?.[timerId] !== dueMs) this.#push({ dueMs, actorId, timerId });
    }
  }

  forget(actorId: string): void {
    this.#timers.delete(actorId);
  }

  /** Takes the earliest timer due by `timeMs`, or null. */
  take(timeMs: number): Due | null {
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      const stands = this.#timers.get(top.actorId)?.[top.timerId] === top.dueMs;
      if (stands && top.dueMs > timeMs) return null;
      this.#pop();
      if (stands) return top;
    }
    return null;
  }

  clear(): void {
    this.#heap.length = 0;
    this.#timers.clear();
  }

  #push(item: Due): void {
    const heap = this.#heap;
    let at = heap.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(item, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = item;
  }

  #pop(): void {
    const heap = this.#heap;
    const item = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, item)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = item;
  }
}
