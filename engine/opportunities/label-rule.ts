/** What a label asks of the prices after a decision (contracts/spec/evaluation.md#label): one set of numbers for days judged whole and for models judged within one. */
export const labelRule = {
  horizonSec: 900,
  /** 14:56:57: what is later belongs to the closing call. */
  lastTsec: 14_217,
  /** Unseen for longer, nobody knows what happened. */
  gapSec: 60,
  /** y_tb: barriers in units of s = max(`scaleMin`, σ(600 s)). */
  upper: 1.5,
  lower: 1,
  scaleMin: 0.006,
  /** moves-1pct. */
  move: 0.01,
} as const;
