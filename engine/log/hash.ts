/** The hash chain over the journal. Here and not in the cell: pure folders have no crypto. */
import { createHash } from 'node:crypto';
import { hashedBytes, type JournalDraft, type JournalStep } from '../../contracts/journal.ts';

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** hash = SHA-256(prevHash ‖ MessagePack{step, n, origin, entries}); prevHash as its 64 hexadecimal characters. */
export function chain(prevHash: string, draft: JournalDraft): JournalStep {
  const hash = createHash('sha256').update(prevHash).update(hashedBytes(draft)).digest('hex');
  const { step, n, origin, entries } = draft;
  return { v: 2, step, n, prevHash, hash, ...(origin === undefined ? {} : { origin }), entries: entries as JournalStep['entries'] };
}
