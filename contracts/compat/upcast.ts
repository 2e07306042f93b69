/**
 * Upcasters: pure functions that read an older shape as today's. Every wire body carries `v`.
 *
 * There is one version of everything so far, so the table is a statement, not a conversion: a reader that meets an
 * unknown (type, v) refuses it instead of guessing.
 */
import { FenshiError } from '../errors.ts';

type Upcaster = (body: Record<string, unknown>) => Record<string, unknown>;
const current: Readonly<Record<string, number>> = { journal: 1, lifecycle: 1, tape: 1, bundle: 1 };
const upcasters: Readonly<Record<string, Upcaster>> = {};

/** Brings `body` to the current version of `shape`. @throws FenshiError TAPE_CORRUPT for a version from the future or without a path */
export function upcast(shape: keyof typeof current & string, body: Record<string, unknown>): Record<string, unknown> {
  if (typeof body !== 'object' || body === null) throw new FenshiError('TAPE_CORRUPT', `a ${shape} is no object`);
  let at = body;
  while (at.v !== current[shape]) {
    const next = upcasters[`${shape}@${String(at.v)}`];
    if (next === undefined) throw new FenshiError('TAPE_CORRUPT', `${shape} version ${String(at.v)} is not known here`);
    at = next(at);
  }
  return at;
}
