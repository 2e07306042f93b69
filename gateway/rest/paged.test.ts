import { expect, test } from 'vitest';
import { DayState } from '../day-state.ts';
import { paged } from './opportunities.ts';

const whole = ['f', 'e', 'd', 'c', 'b', 'a'];
const page = (all: readonly string[], cursor: string | undefined, order: readonly string[] = whole) => {
  const { body } = paged(all, (id) => id, { limit: 2, cursor, day: new DayState('test-1'), asked: {}, path: '/v1/x', whole: () => order });
  return [body.items.join(''), body.page.nextCursor] as const;
};

test('a page goes on behind what the last one ended with', () => {
  const [first, cursor] = page(whole, undefined);
  expect([first, page(whole, cursor!)[0]]).toEqual(['fe', 'dc']);
});

test('what comes meanwhile in front is on no later page, and moves none', () => {
  const [, cursor] = page(whole, undefined);
  expect(page(['g', ...whole], cursor!, ['g', ...whole])[0]).toBe('dc');
});

test('where what the last page ended with has left the filter, the next goes on from its place', () => {
  const [, cursor] = page(whole, undefined);
  expect(page(['f', 'd', 'c', 'a'], cursor!)[0]).toBe('dc');
  expect(page(['c', 'a'], cursor!)[0]).toBe('ca');
  expect(page(['f'], cursor!)).toEqual(['', null]);
});

test('a cursor of nothing is refused', () => {
  expect(() => page(whole, Buffer.from('z').toString('base64url'))).toThrow(/BAD_REQUEST/);
});
