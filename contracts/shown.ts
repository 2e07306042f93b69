/**
 * What is put before a person first: of what lives the best by rank, thirty at most and no more than eight of one industry
 * (contracts/spec/lifecycle.md#rank-and-cool-down). Nothing else is lost: all of it stands in the whole list.
 */
import type { Entity } from './entity.ts';
import { type Forecast, hasEdge } from './forecast.ts';

export const topMax = 30;
export const topOfSectorMax = 8;

type Ranked = {
  readonly id: string;
  readonly entity: Pick<Entity, 'kind' | 'key'>;
  readonly state: string;
  readonly openedMs: number;
  readonly facts: { readonly rank?: unknown; readonly forecasts?: unknown };
};

/** `sectorOf`: the industry a symbol counts for, null where none is known: it is held back by no sector. */
export function topOf<T extends Ranked>(items: Iterable<T>, sectorOf: (instrument: string) => string | null): T[] {
  const living = [...items].filter(({ state }) => state !== 'ended' && state !== 'archived');
  const best = living.sort((a, b) => compare(rankOf(b), rankOf(a)) || b.openedMs - a.openedMs || (a.id < b.id ? -1 : 1));
  const ofSector = new Map<string, number>();
  const top: T[] = [];
  for (const each of best) {
    if (top.length === topMax) break;
    const sector = each.entity.kind === 'sector' ? each.entity.key : sectorOf(each.entity.key);
    const before = sector === null ? 0 : (ofSector.get(sector) ?? 0);
    if (before === topOfSectorMax) continue;
    if (sector !== null) ofSector.set(sector, before + 1);
    top.push(each);
  }
  return top;
}

/** What has no rank stands behind all that has one. A rank is the last offer's: where its edge is gone since, nothing is gained. */
export function rankOf({ facts: { rank, forecasts } }: Pick<Ranked, 'facts'>): number {
  if (typeof rank !== 'number') return Number.NEGATIVE_INFINITY;
  return hasEdge((forecasts ?? []) as readonly Forecast[]) ? rank : Math.min(0, rank);
}
const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);
