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
  /** Requests a second over the last minute. */
  'requestsPerSec',
  /** Requests of the last minute over what the source bears. */
  'banBudgetRatio',
] as const;
export type QualityClass = (typeof qualityClasses)[number];

/** How a source may be asked at this moment, and what it last failed with. */
export const Asking = z.object({
  /** `*`: all hosts of the source share it. `share`: of what the vendor was seen to bear; less after it complained. */
  hosts: z.array(z.object({ host: z.string(), perSec: z.number(), share: z.number(), closedUntilMs: EpochMs.nullable() })),
  /** Endpoints that are not asked: requests to them failed too often. */
  open: z.array(z.string()),
  /** Endpoints whose vendor asked us to wait, and until when. */
  waiting: z.array(z.object({ endpoint: z.string(), untilMs: EpochMs })),
  /** Of the run time; null where nothing has failed since the day's collector began. */
  lastFailure: z.object({ endpoint: z.string(), code: z.string(), message: z.string(), tsMs: EpochMs }).nullable(),
});
export type Asking = z.infer<typeof Asking>;

export const QualityReport = z.object({
  v: z.literal(1),
  tradeDate: TradeDate,
  tsMs: EpochMs,
  source: z.string(),
  windowSec: z.number(),
  /** Absent where nothing was measured in the window. */
  values: z.partialRecord(z.enum(qualityClasses), z.number()),
  asking: Asking.optional(),
});
export type QualityReport = z.infer<typeof QualityReport>;
