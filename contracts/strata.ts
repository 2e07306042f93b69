/** By what a close under seal is told from others: contracts/spec/limit-forecasts.md#strata. */
export const stratumKinds = ['boards', 'first-seal', 'seal-share'] as const;
export type StratumKind = (typeof stratumKinds)[number];

/**
 * Upper ends of all strata of a kind but the last, which has none. A first seal's minute is within its end (trading minutes since 09:30), a share
 * of the seal in the day's amount below it.
 */
export const stratumEnds: Readonly<Record<StratumKind, readonly number[]>> = {
  boards: [1, 2],
  'first-seal': [5, 30, 120, 150, 210],
  'seal-share': [0.02, 0.1, 0.3],
};

/** Place of a value among the strata of its kind; null of an unknown one. */
export function stratumOf(kind: StratumKind, value: number | null): number | null {
  if (value === null || Number.isNaN(value)) return null;
  const ends = stratumEnds[kind];
  const at = ends.findIndex((end) => (kind === 'seal-share' ? value < end : value <= end));
  return at < 0 ? ends.length : at;
}
