/**
 * Upcasters: pure functions that read an older shape as today's. Every wire body carries `v`; a reader that meets a version from the
 * future, or one without a path to today, refuses it instead of guessing. Journals of every version are kept in scenarios/histories.
 */
import { FenshiError } from '../errors.ts';
import { bundleFrom1, entryFrom1 } from './from-1.ts';
import { bundleFrom2 } from './from-2.ts';

type Body = Record<string, unknown>;
const current = { journal: 2, lifecycle: 2, tape: 1, bundle: 3 } as const;
const upcasters: Readonly<Record<string, (body: Body) => Body>> = {
  'journal@1': (body) => ({ ...body, v: 2, entries: (body.entries as Body[]).map(entryFrom1) }),
  'lifecycle@1': (body) => ({ ...body, v: 2, entry: entryFrom1(body.entry as Body) }),
  'bundle@1': bundleFrom1,
  'bundle@2': bundleFrom2,
};

/** Brings `body` to the current version of `shape`. @throws FenshiError TAPE_CORRUPT for a version from the future or without a path */
export function upcast(shape: keyof typeof current, body: Body): Body {
  if (typeof body !== 'object' || body === null) throw new FenshiError('TAPE_CORRUPT', `${shape}: not an object`);
  let at = body;
  while (at.v !== current[shape]) {
    const next = upcasters[`${shape}@${String(at.v)}`];
    if (next === undefined) throw new FenshiError('TAPE_CORRUPT', `${shape} version ${String(at.v)} is not known here`);
    at = next(at);
  }
  return at;
}
