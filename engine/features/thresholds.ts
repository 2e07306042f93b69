/** What counts as a large print of a symbol (contracts/spec/features.md#large-prints). */
import { clamp } from '../../contracts/math.ts';
import { absentMilli } from '../../contracts/quote.ts';
import { slotSec } from '../../contracts/session.ts';
import type { Universe } from '../clean/universe.ts';

export const buckets = 8;
/** 30-minute bucket 0..7 of a grid slot. */
export const bucketOf = (slot: number): number => Math.min(Math.floor((slot * slotSec) / 1800), buckets - 1);

/** θ1 in yuan: 2e-5 of the float's value, clipped to [200 k, 5 M], and no less than the symbol's own 99 % print. NaN without a float. */
export function bigThreshold(universe: Universe, s: number, bucket: number, preClose: number): number {
  const { floatShares, profile } = universe.instruments[s]!;
  if (floatShares === null || preClose === absentMilli) return Number.NaN;
  const byFloat = clamp(2e-5 * floatShares * (preClose / 1000), 200_000, 5_000_000);
  const own = universe.amountQ99[profile]!;
  return own === null ? byFloat : Math.max(byFloat, own[bucket]! * universe.adv20[s]!);
}
