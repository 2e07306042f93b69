/** What a new opportunity is bound to: the one that handed over to it, and the sector's that it is a part of. */
import { entityActorId } from '../../contracts/entity.ts';
import { type KeyRecord, keyOf } from '../opportunities/manager.ts';
import type { SignalCase } from './signal-case.ts';

type Links = { readonly predecessorId: string | null; readonly parentId: string | null };

export function linksOf(keys: ReadonlyMap<string, KeyRecord>, { subject, lane, reading }: SignalCase): Links {
  if (subject.entity.kind === 'sector') return { predecessorId: null, parentId: null };
  const { direction } = reading;
  // what ended at the limit hands over to the board
  const before =
    lane.detector.family === 'board' ? (keys.get(keyOf(entityActorId(subject.entity), direction, 'momentum'))?.last ?? null) : null;
  // the first of its sectors that has a live one
  const [parent] = subject.scopes.flatMap((scope) => keys.get(keyOf(scope, direction, 'sector'))?.lives ?? []);
  return { predecessorId: before?.reason === 'LIMIT' ? before.id : null, parentId: parent?.id ?? null };
}
