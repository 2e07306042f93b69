/** What changes something: commands through the engine's door, answered by the journal step they caused; sessions and tokens. */
import { z } from 'zod';
import { FenshiError } from '../../contracts/errors.ts';
import { callerRoles, Issued } from '../../contracts/process/tokens.ts';
import { Command } from '../../contracts/tape.ts';
import { ok, type Route, route } from '../http/table.ts';
import { askCommand, commandRoute } from './ask-command.ts';
import type { RestContext } from './context.ts';
import { OpportunityParams } from './shapes.ts';

const dayMs = 86_400_000;

export function commandRoutes(context: RestContext): Route[] {
  const { access, tokens } = context;
  return [
    route({
      ...commandRoute,
      method: 'POST',
      path: '/v1/commands',
      id: 'postCommand',
      summary: 'Any command; an Idempotency-Key makes it one. 409 with the same body where the cell refuses it',
      body: Command,
      handle: (asking) => askCommand(context, asking, asking.body),
    }),
    route({
      ...commandRoute,
      method: 'POST',
      path: '/v1/opportunities/{id}/dismiss',
      id: 'dismissOpportunity',
      summary: 'Ends it by hand',
      params: OpportunityParams,
      handle: ({ params: { id }, ...asking }) => askCommand(context, asking, { name: 'dismiss', opportunity: id }),
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
      codes: ['UNAUTHORIZED', 'BUSY', 'TOKENS_FULL'],
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
      codes: ['BUSY', 'TOKENS_FULL'],
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
      codes: ['NOT_FOUND', 'BUSY'],
      handle: async ({ params: { id } }) => {
        if (!(await tokens.revoke(id))) throw new FenshiError('NOT_FOUND', id);
        return ok({ id });
      },
    }),
  ];
}
