/** What changes something: commands through the engine's door, answered by the journal step they caused; sessions and tokens. */
import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { FenshiError } from '../../contracts/errors.ts';
import { type Caller, callerRoles, Issued } from '../../contracts/process/tokens.ts';
import { Command } from '../../contracts/tape.ts';
import { ok, type Reply, type Route, route } from '../http/table.ts';
import type { RestContext } from './context.ts';
import { OpportunityParams } from './shapes.ts';

export const Answered = z.object({
  commandId: z.string(),
  tradeDate: z.string(),
  step: z.int(),
  accepted: z.boolean(),
  /** Why not, where it was refused. */
  code: z.string().nullable(),
});
const keyPattern = /^[\w.:-]{1,100}$/;
export const waitMs = 5000;
const dayMs = 86_400_000;
/** Skipping an entry and handing over are the supervisor's, by its own door. */
const notHere: readonly string[] = ['skip', 'fence'];

export function commandRoutes({ command, access, tokens }: RestContext): Route[] {
  /** The key names the command: a repeated one is answered and not carried out again. */
  const ask = async (key: string, caller: Caller, wanted: Command): Promise<Reply> => {
    if (key !== '' && !keyPattern.test(key)) throw new FenshiError('BAD_REQUEST', 'Idempotency-Key: letters, digits, . : _ -, at most 100');
    if (notHere.includes(wanted.name)) throw new FenshiError('FORBIDDEN', `${wanted.name} is asked on the machine itself: fenshi control`);
    // of the token, not of its name, and of what is asked: another command under the same key is another command
    const own =
      key === ''
        ? randomUUID()
        : createHash('sha256')
            .update(`${key}\n${JSON.stringify(wanted)}`)
            .digest('hex')
            .slice(0, 32);
    const commandId = `api:${caller.id}:${own}`;
    const { tradeDate, step, accepted, code } = await command({ commandId, command: wanted, waitMs });
    return { status: accepted ? 200 : 409, body: { commandId, tradeDate, step, accepted, code } };
  };
  const acts = {
    tag: 'commands',
    role: 'operator',
    answer: Answered,
    deadlineMs: 2 * waitMs,
    codes: ['SERVICE_UNAVAILABLE', 'CONTROL_PENDING', 'BUSY'],
  } as const;
  return [
    route({
      ...acts,
      method: 'POST',
      path: '/v1/commands',
      id: 'postCommand',
      summary: 'Any command; an Idempotency-Key makes it one. 409 with the same body where the cell refuses it',
      body: Command,
      handle: ({ body, header, caller }) => ask(header('idempotency-key'), caller, body),
    }),
    route({
      ...acts,
      method: 'POST',
      path: '/v1/opportunities/{id}/dismiss',
      id: 'dismissOpportunity',
      summary: 'Ends it by hand',
      params: OpportunityParams,
      handle: ({ params: { id }, header, caller }) => ask(header('idempotency-key'), caller, { name: 'dismiss', opportunity: id }),
    }),
    route({
      method: 'POST',
      path: '/v1/session',
      id: 'postSession',
      tag: 'access',
      summary: 'The one-time code of the first-run link for a token',
      role: null,
      body: z.strictObject({ code: z.string().min(8).max(200) }),
      answer: z.object({ token: z.string(), role: z.string(), expiresMs: z.number() }),
      codes: ['UNAUTHORIZED'],
      handle: async ({ body: { code } }) => ({ body: await access.exchange(code), headers: { 'cache-control': 'no-store' } }),
    }),
    route({
      method: 'GET',
      path: '/v1/me',
      id: 'getMe',
      tag: 'access',
      summary: 'Who is asking, and whether reading takes a token here',
      role: null,
      answer: z.object({ subject: z.string(), role: z.enum(callerRoles), tokenId: z.string().nullable(), needsToken: z.boolean() }),
      handle: ({ caller: { subject, role, id } }) => ok({ subject, role, tokenId: id, needsToken: access.needsToken }),
    }),
    route({
      method: 'GET',
      path: '/v1/tokens',
      id: 'listTokens',
      tag: 'access',
      summary: 'Tokens that were issued, without themselves',
      role: 'admin',
      answer: z.object({ items: z.array(Issued) }),
      handle: () => ok({ items: tokens.list() }),
    }),
    route({
      method: 'POST',
      path: '/v1/tokens',
      id: 'postToken',
      tag: 'access',
      summary: 'A new token; it is shown this once',
      role: 'admin',
      body: z.strictObject({ name: z.string().trim().min(1).max(60), role: z.enum(callerRoles), days: z.number().positive().max(366) }),
      answer: z.object({ token: z.string(), issued: Issued }),
      handle: async ({ body: { name, role, days } }) => ({
        body: await tokens.issue(name, role, days * dayMs),
        headers: { 'cache-control': 'no-store' },
      }),
    }),
    route({
      method: 'DELETE',
      path: '/v1/tokens/{id}',
      id: 'deleteToken',
      tag: 'access',
      summary: 'Revokes a token at once',
      role: 'admin',
      params: z.strictObject({ id: z.string().min(1).max(40) }),
      answer: z.object({ id: z.string() }),
      codes: ['NOT_FOUND'],
      handle: ({ params: { id } }) => {
        if (!tokens.revoke(id)) throw new FenshiError('NOT_FOUND', id);
        return ok({ id });
      },
    }),
  ];
}
