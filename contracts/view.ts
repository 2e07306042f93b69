/** Bodies that are shown or put aside, never decided on: VIEW and dead letters. */
import { z } from 'zod';
import { featureVersion } from './features.ts';
import { EpochMs, InstrumentId } from './units.ts';

const column = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

/** `view.v1.<run>.symbols`, once a second: last prices in little-endian columns, published after the ack of `step`. */
export const SymbolsView = z.object({
  v: z.literal(1),
  step: z.int().nonnegative(),
  tsMs: EpochMs,
  count: z.int().nonnegative(),
  /** instrumentNo Uint32, prices Int32 in Milli, absent −2147483648; awake Uint8: 1 where a strategy had use for its quotes in the last minute. */
  columns: z.object({ instrumentNo: column, lastMilli: column, preCloseMilli: column, awake: column }),
});
export type SymbolsView = z.infer<typeof SymbolsView>;

/** `view.v1.<run>.opportunities`, once a second, after the ack of `step`: what moves between two transitions of the live ones. */
export const OpportunitiesView = z.object({
  v: z.literal(1),
  step: z.int().nonnegative(),
  tsMs: EpochMs,
  live: z.array(
    z.object({
      id: z.string(),
      p: z.number().nullable(),
      score: z.number().nullable(),
      peakMilli: z.number(),
      trailMilli: z.int().nullable(),
      /** Pull-back from the peak in σ over the horizon; null before the first quote. */
      pull: z.number().nullable(),
      /** Instants at which timers fire, and trading seconds of those set aside: some are armed and dropped between two changes. */
      timers: z.record(z.string(), z.number()),
      paused: z.record(z.string(), z.number()),
    }),
  ),
});
export type OpportunitiesView = z.infer<typeof OpportunitiesView>;

/**
 * `feature.v1.<run>.<ex>.<code>`, once a second, of every watched symbol and every one with a live opportunity: its snapshot as of the
 * last entry, null where unknown. Recomputed to the bit by `fenshi replay --features <symbol>@<n>`.
 */
export const FeatureView = z.object({
  v: z.literal(1),
  step: z.int().nonnegative(),
  /** Tape entries applied: the snapshot is as of the one before this ordinal. */
  n: z.int().nonnegative(),
  tsMs: EpochMs,
  version: z.literal(featureVersion),
  instrument: InstrumentId,
  values: z.record(z.string(), z.number().nullable()),
  /** One second's messages have the same round, and are `of` together; each is as of its own moment. */
  round: z.int().nonnegative(),
  of: z.int().positive(),
});
export type FeatureView = z.infer<typeof FeatureView>;

/** `view.v1.<run>.gains`, once a second: 涨速榜, who gained most by last price over one, five and ten trading minutes, to the second; best first. */
export const GainsView = z.object({
  v: z.literal(1),
  step: z.int().nonnegative(),
  tsMs: EpochMs,
  boards: z.array(z.object({ spanSec: z.int(), instrumentNo: z.array(z.int()), gain: z.array(z.number()) })),
});
export type GainsView = z.infer<typeof GainsView>;

/** `dead.v1.<run>.clean.<reason>`: a quarantined row as it came, with its place on the tape. */
export const DeadLetter = z.object({
  v: z.literal(1),
  /** Ordinal of the tape entry and row in it. */
  n: z.int().nonnegative(),
  row: z.int().nonnegative(),
  source: z.string(),
  reason: z.string(),
  quote: z.record(z.string(), z.unknown()),
});
export type DeadLetter = z.infer<typeof DeadLetter>;
