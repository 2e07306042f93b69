/** Wilson's 95 % interval of a share; [0, 1] of nothing. */
export function wilson95(came: number, n: number): readonly [lo: number, hi: number] {
  if (n === 0) return [0, 1];
  const [z, p] = [1.96, came / n];
  const middle = (p + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  return [middle - half, middle + half];
}
