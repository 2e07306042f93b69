/** New parameters of a running strategy: the given ones over those it runs with, by a command through the engine. */
import { z } from 'zod';
import { FenshiError } from '../../contracts/errors.ts';
import { paramHashOf } from '../../contracts/process/param-hash.ts';
import { type Route, route } from '../http/table.ts';
import { askCommand, commandRoute } from './ask-command.ts';
import { type RestContext, runningStrategies } from './context.ts';

export function paramRoutes(context: RestContext): Route[] {
  return [
    route({
      ...commandRoute,
      method: 'POST',
      path: '/v1/strategies/{id}/params',
      id: 'postParams',
      summary:
        'New values of some of its parameters, from the next quote on; 409 with the same body where the cell refuses them, or others were written meanwhile',
      params: z.strictObject({ id: z.string().min(1).max(96) }),
      body: z.strictObject({
        params: z.record(z.string().max(60), z.union([z.number(), z.boolean(), z.string().max(200)])),
        /** Of the parameters that the values were chosen beside; without it: of those that run now. */
        paramHash: z.string().max(100).optional(),
      }),
      codes: ['NOT_FOUND', ...commandRoute.codes],
      handle: async ({ params: { id }, body, ...asking }) => {
        const row = (await runningStrategies(context)).rows.find((each) => each.id === id);
        if (row === undefined) throw new FenshiError('NOT_FOUND', id);
        const { params: given, paramHash: from = row.paramHash } = body;
        const unknown = Object.keys(given).filter((name) => !Object.hasOwn(row.params, name));
        if (unknown.length > 0) throw new FenshiError('BAD_REQUEST', `${id} has no parameter ${unknown.join(', ')}`);
        // in the order of its schema, which the hash is taken over
        const params = { ...row.params, ...given };
        const command = { name: 'params', strategy: id, params, paramHash: paramHashOf(params), from } as const;
        // a repeated request is the same one, whatever runs by now
        return askCommand(context, asking, command, { strategy: id, ...body });
      },
    }),
  ];
}
