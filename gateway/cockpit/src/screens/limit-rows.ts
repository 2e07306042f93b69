/** What the page of limits makes of its rows. */
import { clockOf, msOfDay, tsecOf } from '../../../../contracts/session.ts';
import { stratumEnds, stratumOf } from '../../../../contracts/strata.ts';
import type { Ladder, SealRow } from '../state/shapes.ts';

type Row = Ladder['rows'][number];

/** 09:25 of an instant. */
export const minuteText = (ms: number): string => clockOf(ms).slice(0, 5);

/** Rungs from the highest to the first, empty ones between among them. */
export function rungsOf(rows: readonly Row[]): readonly (readonly [boards: number, rows: readonly Row[]])[] {
  const standing = rows.filter(({ state }) => state !== 'broken');
  const highest = Math.max(...standing.map(({ boards }) => boards), 0);
  return Array.from({ length: highest }, (_, i) => {
    const boards = highest - i;
    return [boards, standing.filter((row) => row.boards === boards)] as const;
  });
}

export const orders = ['seal', 'first', 'sector'] as const;
/** Rows as a rung shows them: most at the limit, first sealed, or by sector; what is not known comes last, and what is equal stays as it was. */
export function inOrder(rows: readonly Row[], order: (typeof orders)[number], sectorOf: (symbol: string) => string): readonly Row[] {
  if (order === 'seal') return [...rows].sort((a, b) => (b.sealYuan ?? -1) - (a.sealYuan ?? -1));
  if (order === 'first') return [...rows].sort((a, b) => (a.firstSealMs ?? Number.MAX_VALUE) - (b.firstSealMs ?? Number.MAX_VALUE));
  return [...rows].sort((a, b) => sectorOf(a.symbol).localeCompare(sectorOf(b.symbol)));
}

/** Pieces of a seal's curve between its openings, each as [x, height], x the trading minute and height a share of the peak. */
export function piecesOf({ points }: Pick<SealRow, 'points'>): readonly (readonly (readonly [x: number, height: number])[])[] {
  const peak = Math.max(...points.map(([, yuan]) => yuan), 1);
  const pieces: (readonly [number, number])[][] = [[]];
  for (const [minute, yuan] of points) {
    if (yuan > 0) pieces.at(-1)!.push([minute, yuan / peak]);
    else if (pieces.at(-1)!.length > 0) pieces.push([]);
  }
  return pieces.filter((piece) => piece.length > 0);
}

/** What became of a symbol by now: `null` where it never was at its limit. */
export function fateOf(row: Row | undefined): { readonly kind: 'sealed' | 'broken' | 'touched'; readonly ms: number | null } | null {
  if (row === undefined) return null;
  if (row.state === 'locked') return { kind: 'sealed', ms: row.firstSealMs };
  return row.firstSealMs === null ? { kind: 'touched', ms: null } : { kind: 'broken', ms: row.lastOpenMs };
}

/** Kinds that the page shows as tables. */
export const shownKinds = ['first-seal', 'seal-share'] as const;
export type ShownKind = (typeof shownKinds)[number];
const shownBy: Readonly<Record<ShownKind, (row: Row) => number | null>> = {
  'first-seal': ({ firstSealMs }) => (firstSealMs === null ? null : tsecOf(firstSealMs) / 60),
  'seal-share': ({ sealYuan, amountYuan }) => (sealYuan === null || !amountYuan ? null : sealYuan / amountYuan),
};

/**
 * How many of who is sealed now would be in each stratum if this were the close; one-word names apart, in none. Names under a risk warning are in
 * none of it: the strata are not about them.
 */
export function sealedStrata(
  rows: readonly Row[],
  isWarned: (symbol: string) => boolean,
): { readonly of: Readonly<Record<ShownKind, readonly number[]>>; readonly oneWord: number } {
  const locked = rows.filter(({ state, symbol }) => state === 'locked' && !isWarned(symbol));
  const held = locked.filter(({ lowMilli, limitUpMilli }) => lowMilli !== limitUpMilli);
  const of = Object.fromEntries(
    shownKinds.map((kind) => [
      kind,
      Array.from(
        { length: stratumEnds[kind].length + 1 },
        (_, i) => held.filter((row) => stratumOf(kind, shownBy[kind](row)) === i).length,
      ),
    ]),
  ) as Record<ShownKind, number[]>;
  return { of, oneWord: locked.length - held.length };
}

/** 15:05: nothing of the day changes any more. */
const finalMs = (15 * 60 + 5) * 60_000;
export const isFinalAt = (tsMs: number): boolean => msOfDay(tsMs) >= finalMs;
