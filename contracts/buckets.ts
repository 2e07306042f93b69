/** Quantiles of a histogram told by cumulative buckets, as Prometheus does. Pure. */

/** `count`: of values up to `edge`; the last edge is infinite. */
export type Bucket = { readonly edge: number; readonly count: number };

/**
 * Within the bucket that the share falls into, straight between its edges; for what lies past the last finite edge, that edge. Null of nothing.
 * `buckets` in the order of their edges.
 */
export function quantileOfBuckets(buckets: readonly Bucket[], share: number): number | null {
  const total = buckets.at(-1)?.count ?? 0;
  if (total === 0) return null;
  const rank = share * total;
  const at = buckets.findIndex(({ count }) => count >= rank);
  const { edge, count } = buckets[at]!;
  const { edge: below, count: before } = buckets[at - 1] ?? { edge: 0, count: 0 };
  if (!Number.isFinite(edge)) return below;
  return count === before ? edge : below + ((edge - below) * (rank - before)) / (count - before);
}
