/** How a request becomes a command: one name a key, one answer a command. */
import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { FenshiError } from '../../contracts/errors.ts';
import type { Caller } from '../../contracts/process/tokens.ts';
import type { Command } from '../../contracts/tape.ts';
import type { Did, Reply } from '../http/table.ts';
import type { RestContext } from './context.ts';

const Answered = z.object({
  commandId: z.string(),
  tradeDate: z.string(),
  step: z.int(),
  accepted: z.boolean(),
  /** Why not, where it was refused. */
  code: z.string().nullable(),
});
const keyPattern = /^[\w.:-]{1,100}$/;
const waitMs = 5000;
/** Skipping an entry and handing over are the supervisor's, by its own door. */
const notHere: readonly string[] = ['skip', 'fence'];

/** What every route that commands has. */
export const commandRoute = {
  tag: 'commands',
  role: 'operator',
  answer: Answered,
  alsoAt: [409],
  deadlineMs: 2 * waitMs,
  codes: ['SERVICE_UNAVAILABLE', 'CONTROL_PENDING', 'BUSY'],
} as const;

export type Asking = { readonly caller: Caller; readonly header: (name: string) => string; readonly did: (what: Did) => void };

/**
 * Carried out once: a repeated Idempotency-Key is answered with what the command came to. 409 where the cell refuses it.
 *
 * @param said what the client asked, where the command was made of more than that
 * @throws FenshiError BAD_REQUEST for a key that is none, FORBIDDEN for a command of the machine's own
 */
export async function askCommand(
  { command }: Pick<RestContext, 'command'>,
  { caller, header, did }: Asking,
  wanted: Command,
  said: unknown = wanted,
): Promise<Reply> {
  const key = header('idempotency-key');
  if (key !== '' && !keyPattern.test(key)) throw new FenshiError('BAD_REQUEST', 'Idempotency-Key: letters, digits, . : _ -, at most 100');
  if (notHere.includes(wanted.name)) throw new FenshiError('FORBIDDEN', `${wanted.name} is asked on the machine itself: fenshi control`);
  // of the token, not of its name, and of what is asked: another command under the same key is another command
  const own = key === '' ? randomUUID() : hash(`${key}\n${JSON.stringify(said)}`);
  const commandId = `api:${caller.id}:${own}`;
  const act = { command: wanted.name, of: targetOf(wanted), commandId };
  did(act); // it may be carried out without an answer in time
  const { tradeDate, step, accepted, code } = await command({ commandId, command: wanted, waitMs });
  did({ ...act, tradeDate, step, accepted, code });
  return { status: accepted ? 200 : 409, body: { commandId, tradeDate, step, accepted, code } };
}
const targetOf = (wanted: Command): string | null =>
  'scope' in wanted
    ? wanted.scope
    : 'opportunity' in wanted
      ? wanted.opportunity
      : 'strategy' in wanted
        ? wanted.strategy
        : 'detector' in wanted
          ? wanted.detector
          : null;
const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);
