/**
 * What the feed role and its neighbours tell each other through the bucket `FEED-<run>`.
 *
 * `handover`       from when on, and in which run time, the market is collected from sources; a demo's sources are emulators
 * `lease.source.<name>`, `lease.clock`   who may ask a source, or write the clock: one at a time, whoever runs beside
 */
import { z } from 'zod';
import { EpochMs, TradeDate } from './units.ts';

export const feedBucket = (run: string): string => `FEED-${run}`;
export const handOverKey = 'handover';
export const leaseKey = (what: string): string => `lease.${what}`;
export const sourceLease = (source: string): string => `source.${source}`;

export const HandOver = z.object({
  v: z.literal(1),
  tradeDate: TradeDate,
  /** Run time `runMs` was wall time `wallMs`: the run's offset. Live they are equal. */
  runMs: EpochMs,
  wallMs: EpochMs,
  /** Addresses by source where they are not the vendors' own. */
  hosts: z.record(z.string(), z.string()).nullable(),
});
export type HandOver = z.infer<typeof HandOver>;

export const Lease = z.object({ owner: z.string(), untilMs: EpochMs });
export type Lease = z.infer<typeof Lease>;
