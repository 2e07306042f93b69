/**
 * Labels from one-minute bars (contracts/spec/evaluation.md#label), entered at the open of the bar after the moment. Where a bar touches
 * both sides, the lower was first.
 */
export type Bars = {
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
};
const horizon = 15;
const move = 0.01;
const roundTrip = 0.00122;
const tick = 0.01;

/** Whether price touches 1 % above or below the close of minute `m` within 15 minutes; null where bars are missing. */
export function movesWithin({ high, low, close }: Bars, m: number, last: number): boolean | null {
  let seen = 0;
  for (let k = m + 1; k <= Math.min(m + horizon, last); k++) {
    if (Number.isNaN(high[k]!)) continue;
    if (high[k]! >= close[m]! * (1 + move) || low[k]! <= close[m]! * (1 - move)) return true;
    seen += 1;
  }
  return seen >= Math.min(horizon, last - m) - 1 ? false : null;
}

/** y_tb: +1.5 s before −1.0 s net of cost, s = max(0.6 %, σ600); at expiry whether the net return is positive. */
export function gainsWithin({ open, high, low, close }: Bars, m: number, sigma600: number, last: number): boolean | null {
  const entry = open[m + 1]!;
  if (Number.isNaN(entry) || Number.isNaN(sigma600)) return null;
  const s = Math.max(0.006, sigma600);
  const cost = roundTrip + tick / entry;
  let net = 0;
  for (let k = m + 1; k <= Math.min(m + horizon, last); k++) {
    if (Number.isNaN(close[k]!)) return null;
    if (low[k]! / entry - 1 - cost <= -s) return false;
    if (high[k]! / entry - 1 - cost >= 1.5 * s) return true;
    net = close[k]! / entry - 1 - cost;
  }
  return net > 0;
}
