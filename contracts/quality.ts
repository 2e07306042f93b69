/**
 * How good a source has been over the last seconds, as the feed saw it.
 *
 * Subject  `quality.v1.<run>.<source>`
 * Latency  exchange age (stamp to receipt), the part of it that is our polling, request time, and time to TAPE stand apart
 */
import { z } from 'zod';
import { EpochMs, TradeDate } from './units.ts';

export const qualityClasses = [
  /** Exchange stamp to receipt of new rows, seconds. */
  'ageP50Sec',
  'ageP99Sec',
  /** Of the age, what our own polling may have cost: at most the time since the symbol was last looked at, seconds. */
  'pollP50Sec',
  'pollP99Sec',
  /** Request to last byte, seconds. */
  'requestP99Sec',
  /** Last byte to stored on TAPE, seconds. */
  'publishP99Sec',
  /** Share of asked instruments without a row. */
  'missingRatio',
  /** Share of rows a parser refused: outliers, unit errors, drift. */
  'rejectedRatio',
  /** Share of compared prices that differ from another source's. */
  'disagreementRatio',
  /** Since the large caps last changed; 0 outside trading. */
  'staleSec',
  /** Requests of the last minute over what the source bears. */
  'banBudgetRatio',
] as const;
export type QualityClass = (typeof qualityClasses)[number];

export const QualityReport = z.object({
  v: z.literal(1),
  tradeDate: TradeDate,
  tsMs: EpochMs,
  source: z.string(),
  windowSec: z.number(),
  /** Absent where nothing was measured in the window. */
  values: z.partialRecord(z.enum(qualityClasses), z.number()),
});
export type QualityReport = z.infer<typeof QualityReport>;
