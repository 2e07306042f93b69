/** New parameters of a running strategy: the given ones over those it runs with, by a command through the engine. */
import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { encode } from '../../contracts/codec.ts';
import { FenshiError } from '../../contracts/errors.ts';
import { type Route, route } from '../http/table.ts';
import { Answered, waitMs } from './commands.ts';
import { type RestContext, runningStrategies } from './context.ts';

export function paramRoutes(context: RestContext): Route[] {
  const { command } = context;
  return [
    route({
      method: 'POST',
      path: '/v1/strategies/{id}/params',
      id: 'postParams',
      tag: 'commands',
      summary: 'New values of some of its parameters, from the next quote on; 409 with the same body where the cell refuses them',
      role: 'operator',
      params: z.strictObject({ id: z.string().min(1).max(96) }),
      body: z.strictObject({ params: z.record(z.string().max(60), z.union([z.number(), z.boolean(), z.string().max(200)])) }),
      answer: Answered,
      deadlineMs: 2 * waitMs,
      codes: ['NOT_FOUND', 'SERVICE_UNAVAILABLE', 'CONTROL_PENDING', 'BUSY'],
      handle: async ({ params: { id }, body: { params: given }, caller, header }) => {
        const row = (await runningStrategies(context)).rows.find((each) => each.id === id);
        if (row === undefined) throw new FenshiError('NOT_FOUND', id);
        const unknown = Object.keys(given).filter((name) => !Object.hasOwn(row.params, name));
        if (unknown.length > 0) throw new FenshiError('BAD_REQUEST', `${id} has no parameter ${unknown.join(', ')}`);
        // in the order of its schema, which the hash is taken over
        const params = { ...row.params, ...given };
        const paramHash = createHash('sha256').update(encode(params)).digest('hex').slice(0, 16);
        const wanted = { name: 'params' as const, strategy: id, params, paramHash };
        const key = header('idempotency-key');
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
      },
    }),
  ];
}
