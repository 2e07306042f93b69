/** Why the broker did not take a message, as a code: a full store, a missing right, or silence. */
import type { ErrorCode } from '../../contracts/errors.ts';

export type Trouble = { readonly code: Extract<ErrorCode, 'DISK_FULL' | 'ACCESS_REFUSED' | 'NOT_STORED'>; readonly why: string };

/** JetStream's own words for a store that is full or has failed: 10023, 10047, 10077, and the file system's. */
const fullWords = /insufficient (resources|storage)|no space left|maximum bytes exceeded|resource limits exceeded|disk/i;

/** What the broker's client throws, by its names; anything else is our own fault. */
export const isBrokerError = (error: unknown): boolean =>
  /Timeout|NoResponders|JetStream|Connection|Request|Nats/i.test((error as Error).name);

export function troubleOf(error: unknown): Trouble {
  const why = error instanceof Error ? error.message : String(error);
  if (fullWords.test(why)) return { code: 'DISK_FULL', why };
  return { code: /permission/i.test(why) ? 'ACCESS_REFUSED' : 'NOT_STORED', why };
}
