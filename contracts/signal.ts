/** What a detector says at one moment, with its evidence. Immutable once journaled. */
import { z } from 'zod';
import { EpochMs, InstrumentId, Milli } from './units.ts';

/** One number a person can check: the feature, what it was, what was asked of it, its share of the score. */
export const Evidence = z.object({
  feature: z.string(),
  value: z.number().nullable(),
  op: z.enum(['>=', '<=', 'info']),
  threshold: z.number().nullable(),
  contrib: z.number(),
});
export type Evidence = z.infer<typeof Evidence>;

export const signalPhases = ['enter', 'confirm', 'update', 'weaken', 'exit'] as const;

export const SignalPayload = z.object({
  detector: z.string(),
  version: z.int(),
  paramHash: z.string(),
  instrument: InstrumentId,
  direction: z.enum(['up', 'down', 'risk']),
  phase: z.enum(signalPhases),
  /** Which path of the rule spoke: `main`, or `early` (量在价先: discovered only). */
  path: z.string(),
  tsExchangeMs: EpochMs,
  /** Tape time of the decision. */
  tsMs: EpochMs,
  score: z.number(),
  evidence: z.array(Evidence),
  anchor: z.object({ p0Milli: z.number(), enterMilli: Milli, peakMilli: z.number(), impulse: z.number() }),
  horizonSec: z.int(),
  benchmark: z.string(),
  profileSource: z.string(),
});
export type SignalPayload = z.infer<typeof SignalPayload>;
export type SignalPhase = SignalPayload['phase'];
