/** What a strategy says at one moment, with its evidence. Immutable once journaled. */
import { z } from 'zod';
import { Entity } from './entity.ts';
import { EpochMs, Milli } from './units.ts';

/** One number a person can check: the feature, what it was, what was asked of it, its share of the score. */
export const Evidence = z.object({
  feature: z.string(),
  value: z.number().nullable(),
  op: z.enum(['>=', '<=', 'info']),
  threshold: z.number().nullable(),
  contrib: z.number(),
});
export type Evidence = z.infer<typeof Evidence>;

export const variants = ['rule', 'stat', 'ml'] as const;
export type Variant = (typeof variants)[number];

/** `active` acts on every symbol, `canary` on one instrument in ten, `shadow` is journaled and acts on none. */
export const strategyModes = ['shadow', 'canary', 'active'] as const;
export type StrategyMode = (typeof strategyModes)[number];

/** Who spoke: an instance of a detector, with the parameters and the model it spoke from. */
export const StrategyRef = z.object({
  id: z.string(),
  variant: z.enum(variants),
  version: z.int(),
  paramHash: z.string(),
  modelId: z.string().nullable(),
  mode: z.enum(strategyModes),
});
export type StrategyRef = z.infer<typeof StrategyRef>;

/** What changed of a strategy's level: raised, confirmable for the first time, moved, fallen under its exit score, lowered. */
export const signalPhases = ['enter', 'confirm', 'update', 'weaken', 'exit'] as const;
export const directions = ['up', 'down'] as const;
export type Direction = (typeof directions)[number];

export const Anchor = z.object({ p0Milli: z.number(), enterMilli: Milli, peakMilli: z.number(), impulse: z.number() });
export type Anchor = z.infer<typeof Anchor>;

export const SignalPayload = z.object({
  strategy: StrategyRef,
  entity: Entity,
  direction: z.enum(directions),
  phase: z.enum(signalPhases),
  /** Which path of the rule spoke: `main`, or `early` (量在价先). */
  path: z.string(),
  /** False: worth watching, and by itself no opportunity. */
  opens: z.boolean().default(true),
  /** The level itself: whether the strategy stands by its signal, and whether it would confirm it now. */
  raised: z.boolean(),
  confirmable: z.boolean(),
  tsExchangeMs: EpochMs,
  /** Tape time of the decision. */
  tsMs: EpochMs,
  /** null where a feature that it rests on is unknown. */
  score: z.number().nullable(),
  evidence: z.array(Evidence),
  anchor: Anchor,
  horizonSec: z.int(),
  benchmark: z.string(),
  profileSource: z.string(),
});
export type SignalPayload = z.infer<typeof SignalPayload>;
export type SignalPhase = SignalPayload['phase'];
