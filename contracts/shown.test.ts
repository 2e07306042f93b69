import { describe, expect, test } from 'vitest';
import { topOf } from './shown.ts';

type Given = {
  readonly rank?: number | null;
  readonly state?: string;
  readonly openedMs?: number;
  readonly kind?: 'symbol' | 'sector';
  readonly edge?: boolean;
};
const of = (id: string, { rank = null, state = 'confirmed', openedMs = 0, kind = 'symbol', edge = true }: Given = {}) => ({
  id,
  entity: { kind, key: id } as const,
  state,
  openedMs,
  facts: { rank, forecasts: [{ event: 'net-gain', p: edge ? 0.6 : 0.4, p0: 0.33, auc95: [0.55, 0.6] }] },
});
const many = (from: number, count: number, more: (i: number) => Given = () => ({})) =>
  Array.from({ length: count }, (_, i) => of(`s${from + i}`, more(i)));
const ids = (items: readonly { readonly id: string }[]): string => items.map(({ id }) => id).join(' ');
const nowhere = () => null;

describe('what is put before a person first', () => {
  test('is by rank, the newer one of equals, what has no rank behind all that has', () => {
    const items = [
      of('none', { openedMs: 9 }),
      of('low', { rank: -20 }),
      of('old', { rank: 5, openedMs: 1 }),
      of('new', { rank: 5, openedMs: 2 }),
      of('b', { rank: 0 }),
      of('a', { rank: 0 }),
    ];
    expect(ids(topOf(items, nowhere))).toBe('new old a b low none');
  });

  test('counts a rank whose edge is gone since as nothing gained', () => {
    const items = [of('gone', { rank: 90, edge: false }), of('small', { rank: 1 }), of('loses', { rank: -1, edge: false })];
    expect(ids(topOf(items, nowhere))).toBe('small gone loses');
  });

  test('lives: what has ended stands in the whole list alone', () => {
    const states = ['discovered', 'confirmed', 'tracking', 'suspended', 'ended', 'archived'];
    const items = states.map((state) => of(state, { state }));
    expect(
      topOf(items, nowhere)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(['confirmed', 'discovered', 'suspended', 'tracking']);
  });

  test('is thirty of thirty-one, the worst is left out', () => {
    const items = many(0, 31, (i) => ({ rank: i }));
    const top = topOf(items, nowhere);
    expect([top.length, top[0]!.id, top.at(-1)!.id]).toEqual([30, 's30', 's1']);
  });

  test('is eight of one sector, its own opportunity one of them; others come in behind', () => {
    const own = [of('BANK', { kind: 'sector', rank: 100 }), ...many(0, 9, (i) => ({ rank: 50 - i }))];
    const others = many(20, 2, () => ({ rank: 1 }));
    const sectorOf = (instrument: string) => (Number(instrument.slice(1)) < 20 ? 'BANK' : 'COAL');
    expect(ids(topOf([...own, ...others], sectorOf))).toBe('BANK s0 s1 s2 s3 s4 s5 s6 s20 s21');
    // of none that is known none holds back
    expect(topOf(many(0, 12), nowhere)).toHaveLength(12);
  });
});
