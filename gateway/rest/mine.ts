/** What is a person's own: watch-lists and marks. Whoever may read may keep his own; nobody sees another's. */
import { z } from 'zod';
import { FenshiError } from '../../contracts/errors.ts';
import { Mine, nothingMine, ownerHere } from '../../contracts/mine.ts';
import { type Caller, ofCode } from '../../contracts/process/tokens.ts';
import { ok, type Route, route } from '../http/table.ts';
import type { RestContext } from './context.ts';

const tag = 'mine';
/** `isHere`: of who sits at this machine, whose lists notification rules mean. */
const Revised = z.object({ revision: z.int(), isHere: z.boolean(), mine: Mine });

export function mineRoutes({ mine }: RestContext): Route[] {
  const common = { tag, path: '/v1/mine', role: 'viewer', answer: Revised, codes: ['SERVICE_UNAVAILABLE'] } as const;
  return [
    route({
      ...common,
      method: 'GET',
      id: 'getMine',
      summary: 'Watch-lists and marks of who asks, and their revision: 0 where there is nothing yet',
      handle: async ({ caller }) => {
        const person = personOf(caller);
        const found = await mine.read(person);
        return ok({ isHere: person === ownerHere, ...(found ?? { revision: 0, mine: nothingMine }) });
      },
    }),
    route({
      ...common,
      method: 'PUT',
      id: 'putMine',
      summary: 'The whole in place of what stood there at `revision`; CONFLICT where another was faster',
      body: z.strictObject({ revision: z.int().nonnegative(), mine: Mine }),
      bodyMax: 1024 * 1024,
      codes: ['SERVICE_UNAVAILABLE', 'CONFLICT'],
      handle: async ({ caller, body }) => {
        const person = personOf(caller);
        const revision = await mine.write(person, body.mine, body.revision);
        if (revision === null) throw new FenshiError('CONFLICT', 'it was changed elsewhere; read it again');
        return ok({ revision, isHere: person === ownerHere, mine: body.mine });
      },
    }),
  ];
}

/**
 * Who sits at this machine is one person, with the link's code or without it, in this start and the next; another token's name is another.
 * The code's token is only of one start.
 */
const personOf = ({ id, subject }: Caller): string => (id === null || subject.startsWith(ofCode) ? ownerHere : subject);
