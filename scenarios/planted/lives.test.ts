import { describe, expect, test } from 'vitest';
import { agreementOf, type BoardWord, type ExpectedLife, type Life } from './lives.ts';

const rise = (type: string, states: readonly string[], key = 'a'): ExpectedLife => ({
  type,
  key,
  from: 100,
  to: 400,
  family: 'momentum',
  states,
});
const grows = rise('RALLY_TRUE', ['discovered', 'confirmed', 'tracking']);
const fades = rise('RALLY_FADE', ['discovered', 'ended']);
const life = (states: readonly string[], more: Partial<Life> = {}): Life => ({
  key: 'a',
  family: 'momentum',
  tsec: 150,
  strategies: new Set(['rally']),
  states: new Set(states),
  endReason: null,
  ...more,
});
const of = (expected: ExpectedLife, lives: readonly Life[], boards: readonly BoardWord[] = []) => {
  const { met = 0, agreed = 0 } = agreementOf([expected], lives, boards).get(expected.type) ?? {};
  return `${agreed}/${met}`;
};

describe('a rise', () => {
  test('that goes on agrees where it was confirmed and followed', () => {
    expect(of(grows, [life(['discovered', 'confirmed', 'tracking', 'ended'])])).toBe('1/1');
    expect(of(grows, [life(['discovered', 'ended'])])).toBe('0/1');
  });

  test('that fades agrees where it ended otherwise than at its target', () => {
    expect(of(fades, [life(['discovered', 'ended'], { endReason: 'STOP' })])).toBe('1/1');
    expect(of(fades, [life(['discovered', 'confirmed', 'ended'], { endReason: 'TARGET' })])).toBe('0/1');
    expect(of(fades, [life(['discovered'])])).toBe('0/1');
  });

  test('that another strategy opened alone is not met', () => {
    expect(of(grows, [life(['discovered'], { strategies: new Set(['moneyflow']) })])).toBe('0/0');
  });

  test('is met by the first life in its window of its own stock and family, both ends included', () => {
    const whole = ['discovered', 'confirmed', 'tracking'];
    expect(
      of(grows, [life(whole, { tsec: 99 }), life(whole, { tsec: 401 }), life(whole, { key: 'b' }), life(whole, { family: 'board' })]),
    ).toBe('0/0');
    expect([of(grows, [life(whole, { tsec: 100 })]), of(grows, [life(whole, { tsec: 400 })])]).toEqual(['1/1', '1/1']);
    expect(of(grows, [life(whole, { tsec: 300 }), life(['discovered'], { tsec: 200 })])).toBe('0/1');
  });
});

describe('a board', () => {
  const board = (states: readonly string[]): ExpectedLife => ({ type: 'RESEAL', key: 'a', from: 100, to: 400, family: 'board', states });
  const word = (path: string, tsec = 200, key = 'a'): BoardWord => ({ key, tsec, path });

  test('agrees where what it went through was said within its window, in its order and nothing else; a touch before it is a watch', () => {
    const whole = [word('touched', 150), word('sealed'), word('sealed', 220), word('opened', 300), word('resealed', 400)];
    expect(of(board(['sealed', 'opened', 'resealed']), [], whole)).toBe('1/1');
    expect(of(board(['sealed', 'opened']), [], [word('sealed')])).toBe('0/1');
    expect(of(board(['sealed']), [], [word('sealed'), word('opened', 300)])).toBe('0/1');
    expect(of(board(['sealed', 'opened']), [], [word('sealed'), word('opened', 401)])).toBe('0/1');
    expect(of(board(['sealed', 'opened']), [], [word('opened', 150), word('sealed')])).toBe('0/1');
  });

  test('of which nothing was said from its beginning on was not met', () => {
    expect(of(board(['sealed']), [], [word('sealed', 99), word('sealed', 200, 'b')])).toBe('0/0');
  });
});
