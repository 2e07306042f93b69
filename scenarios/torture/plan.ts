/** A seeded plan of kills: every point in turn, each at a count that it will reach. */
import { crashPoints } from '../../engine/runtime/crash-points.ts';
import { type FoldedDay, lcg } from '../support/days.ts';
import type { Kill } from './fire.ts';

export const points = [...crashPoints, 'nats-server', 'gateway', 'refused'] as const;

export function planOf(day: FoldedDay, kills: number, seed: number, without: readonly string[] = []): Kill[] {
  const random = lcg(seed);
  const used = points.filter((point) => !without.includes(point));
  const portion = day.steps.length / (kills + 1);
  return Array.from({ length: kills }, (_, i) => {
    const point = used[i % used.length]!;
    if (point === 'midCheckpoint') return { point, count: 1 };
    if (point === 'refused') return { point, count: Math.max(Math.ceil((i + 0.5) * portion), 2) };
    return { point, count: 1 + random(Math.max(1, Math.floor(portion / 2))) };
  });
}

/** The step before the last one that precedes a quarantined row, at or after `near`: what leaves too early shows there. */
export function beforeDeadLetter({ steps, quarantined }: FoldedDay, near: number): number {
  const lasts = quarantined.map(({ n }) => steps.findLastIndex((step) => step.n < n));
  return lasts.find((last) => last > near) ?? near;
}
