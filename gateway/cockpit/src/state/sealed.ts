/** How many boards hold: said by the strip and by the page of the limits. */
import type { Ladder } from './shapes.ts';

/** 封板率: of who was sealed today, who is. Who only touched his limit is in neither. */
export const sealedOf = (rows: readonly Ladder['rows'][number][]): { readonly locked: number; readonly sealed: number } => ({
  locked: rows.filter(({ state }) => state === 'locked').length,
  sealed: rows.filter(({ firstSealMs }) => firstSealMs !== null).length,
});
