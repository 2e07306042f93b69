/**
 * How far a source's clock runs from ours: the least of (receive − exchange time) over the last five minutes of accepted quotes
 * (contracts/spec/quality.md#ingest). Kept as two halves of the window, the older dropped whole. Plain data, saved as it is.
 */
export type Skew = { halfEndsMs: number; current: number; previous: number };

const halfWindowMs = 150_000;
/** Q2 lets nothing further ahead through, so nothing further can be learned. */
const leadMaxMs = 5000;

export const newSkew = (): Skew => ({
  halfEndsMs: Number.NEGATIVE_INFINITY,
  current: Number.POSITIVE_INFINITY,
  previous: Number.POSITIVE_INFINITY,
});

export function learnSkew(skew: Skew, recvMs: number, exchangeMs: number): void {
  if (recvMs >= skew.halfEndsMs) {
    const isNext = recvMs < skew.halfEndsMs + halfWindowMs;
    skew.previous = isNext ? skew.current : Number.POSITIVE_INFINITY;
    skew.current = Number.POSITIVE_INFINITY;
    skew.halfEndsMs = recvMs + halfWindowMs;
  }
  skew.current = Math.min(skew.current, recvMs - exchangeMs);
}

/** Milliseconds by which the source's clock leads ours; 0 when it does not. */
export const leadOf = ({ current, previous }: Skew): number => {
  const least = Math.min(current, previous);
  return least < 0 ? Math.min(-least, leadMaxMs) : 0;
};
