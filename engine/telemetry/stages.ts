/** Latency by stage over the last minute, out of a histogram that only grows. Pure but for the clock it is given. */
import { type Bucket, quantileOfBuckets } from '../../contracts/buckets.ts';
import type { StageLatency } from '../../contracts/status.ts';

/** Per stage, cumulative counts by upper edge in seconds, as prom-client tells them. */
export type Counts = ReadonlyMap<string, readonly Bucket[]>;
const windowMs = 60_000;

export class StageWindow {
  /** Counts and when they stood so, the oldest first; it begins with none. */
  #seen: { readonly atMs: number; readonly counts: Counts }[];

  constructor(nowMs: number) {
    this.#seen = [{ atMs: nowMs, counts: new Map() }];
  }

  /** What has happened in each stage since a minute ago, or since it began; stages of which nothing has are left out. */
  take(counts: Counts, nowMs: number): StageLatency[] {
    this.#seen.push({ atMs: nowMs, counts });
    // of those a minute old the newest is the beginning
    while (this.#seen.length > 2 && nowMs - this.#seen[1]!.atMs >= windowMs) this.#seen.shift();
    const { atMs, counts: before } = this.#seen[0]!;
    return [...counts].flatMap(([stage, now]) => {
      const then = new Map(before.get(stage)?.map(({ edge, count }) => [edge, count]));
      const buckets = now.map(({ edge, count }) => ({ edge, count: count - (then.get(edge) ?? 0) }));
      const [p50, p99] = [quantileOfBuckets(buckets, 0.5), quantileOfBuckets(buckets, 0.99)];
      if (p50 === null || p99 === null) return [];
      return [{ stage, p50Ms: 1000 * p50, p99Ms: 1000 * p99, count: buckets.at(-1)!.count, windowSec: (nowMs - atMs) / 1000 }];
    });
  }
}

/** `values`: of a prom-client histogram with the label `stage`. */
export function countsOf(
  values: readonly { readonly value: number; readonly metricName?: string; readonly labels: Readonly<Record<string, unknown>> }[],
): Counts {
  const counts = new Map<string, Bucket[]>();
  for (const { value, metricName, labels } of values) {
    if (metricName?.endsWith('_bucket') !== true) continue;
    const stage = String(labels.stage);
    const edge = labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le);
    counts.set(stage, [...(counts.get(stage) ?? []), { edge, count: value }]);
  }
  return counts;
}
