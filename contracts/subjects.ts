/** Every NATS subject and stream name. No other file writes a literal with dots for one. */
import { entityToken } from './entity.ts';
import type { JournalEntry } from './journal.ts';
import { type TapeEntry, tapeKinds } from './tape.ts';
import type { TradeDate } from './units.ts';

/** `live`, `demo-<n>` or `replay-<id>`: in every subject and stream name, so that runs never meet. */
export const runPattern = /^(live|demo-\d+|replay-[a-z0-9-]+|test-[a-z0-9-]+)$/;

export const streams = (run: string) => ({
  tape: `TAPE-${run}`,
  journal: `JOURNAL-${run}`,
  lifecycle: `LIFECYCLE-${run}`,
  dead: `DEAD-${run}`,
  quality: `QUALITY-${run}`,
});

export const subjects = (run: string) => ({
  tape: (entry: TapeEntry): string => `tape.v1.${run}.${tapeKinds[entry.type]}${entry.type === 'ext' ? `.${entry.strategy}` : ''}`,
  allTape: `tape.v1.${run}.>`,
  journal: (date: TradeDate): string => `journal.v1.${run}.${date}`,
  allJournal: `journal.v1.${run}.*`,
  /** `lifecycle.v1.<run>.<actor id>`; signals have a root of their own. */
  lifecycle: (entry: JournalEntry): string =>
    entry.kind === 'signal'
      ? `signal.v1.${run}.${entry.signal.strategy.id}.${entityToken(entry.signal.entity)}`
      : `lifecycle.v1.${run}.${entry.actorId}`,
  allLifecycle: `lifecycle.v1.${run}.>`,
  allSignals: `signal.v1.${run}.>`,
  view: (what: 'symbols' | 'opportunities' | 'gains'): string => `view.v1.${run}.${what}`,
  /** `token`: `SH.600519`. */
  feature: (token: string): string => `feature.v1.${run}.${token}`,
  dead: (stage: string, reason: string): string => `dead.v1.${run}.${stage}.${reason}`,
  allDead: `dead.v1.${run}.>`,
  service: (name: string): string => `svc.v1.${run}.${name}`,
  /** A role's own judgement of itself, once a second; not kept. */
  status: (role: string): string => `status.v1.${run}.${role}`,
  allStatus: `status.v1.${run}.*`,
  quality: (source: string): string => `quality.v1.${run}.${source}`,
  allQuality: `quality.v1.${run}.>`,
});
