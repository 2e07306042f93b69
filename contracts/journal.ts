/**
 * The journal: all that the engine concluded, one message per tape entry that concluded anything.
 *
 * Subject  `journal.v1.<run>.<tradeDate>`
 * Order    `step` 1, 2, … without holes within a day; `actorSeq` likewise within an actor
 * Hash     SHA-256(prevHash ‖ MessagePack{step, n, origin, entries}); the first prevHash is the bundle's sha256
 * Compared body only; sequence numbers, wall times and traces are headers
 */
import { z } from 'zod';
import { encode } from './codec.ts';
import { Evidence, SignalPayload } from './signal.ts';
import { type Origin, origins } from './status.ts';
import { EpochMs } from './units.ts';

const base = { actorId: z.string(), actorSeq: z.int().positive(), tsMs: EpochMs };

/** One actor's change of state. `region` names the part of a parallel machine; `note` marks a change within a state. */
export const Transition = z.object({
  kind: z.literal('transition'),
  ...base,
  machine: z.string(),
  region: z.string(),
  from: z.string().nullable(),
  to: z.string(),
  event: z.string(),
  note: z.string().nullable(),
  evidence: z.array(Evidence),
  /** Facts of the actor after the change, by machine (see actors/<machine>): targets, reason, levels. */
  data: z.record(z.string(), z.unknown()),
});
export type Transition = z.infer<typeof Transition>;

export const SignalEntry = z.object({ kind: z.literal('signal'), ...base, signal: SignalPayload });
/** Something threw or was skipped; `scope` is now disabled for the day. */
export const FaultEntry = z.object({ kind: z.literal('fault'), ...base, scope: z.string(), code: z.string(), message: z.string() });
/** A signal that would have opened an opportunity, and why it did not. Counts in coverage, not in accuracy. */
export const SuppressedEntry = z.object({ kind: z.literal('suppressed'), ...base, strategy: z.string(), reason: z.string() });
export const ControlEntry = z.object({
  kind: z.literal('control'),
  ...base,
  commandId: z.string(),
  command: z.string(),
  accepted: z.boolean(),
  code: z.string().nullable(),
});

export const JournalEntry = z.discriminatedUnion('kind', [Transition, SignalEntry, FaultEntry, SuppressedEntry, ControlEntry]);
export type JournalEntry = z.infer<typeof JournalEntry>;

/** What a step concluded, before the log hashes it. */
export type JournalDraft = {
  readonly step: number;
  readonly n: number;
  /** Of the day, as its day.open says; hashed with the rest. */
  readonly origin?: Origin | undefined;
  readonly entries: readonly JournalEntry[];
};

export const JournalStep = z.object({
  v: z.literal(2),
  step: z.int().positive(),
  n: z.int().nonnegative(),
  prevHash: z.string().length(64),
  hash: z.string().length(64),
  /** Absent in journals of before this was said: taken for simulated. */
  origin: z.enum(origins).optional(),
  entries: z.array(JournalEntry),
});
export type JournalStep = z.infer<typeof JournalStep>;

/** The bytes the hash is taken over, after prevHash. Key order is part of the contract. */
export const hashedBytes = ({ step, n, origin, entries }: JournalDraft): Uint8Array =>
  encode(origin === undefined ? { step, n, entries } : { step, n, origin, entries });

/** Body on `lifecycle.v1…` and `signal.v1…`: one entry with its place in the journal. */
export const LifecycleMessage = z.object({
  v: z.literal(2),
  tradeDate: z.string(),
  step: z.int().positive(),
  index: z.int().nonnegative(),
  hash: z.string(),
  origin: z.enum(origins).default('simulated'),
  entry: JournalEntry,
});
export type LifecycleMessage = z.infer<typeof LifecycleMessage>;
