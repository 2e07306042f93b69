import { expect, test } from 'vitest';
import { Wakes } from './wakes.ts';

const [one, other, third] = [{}, {}, {}];

test('places are shared where the same is asked, and only while it is', () => {
  const wakes = new Wakes();
  expect(wakes.claim(one, [[1, 'rally a'], [2, 'flow a']])).toBe(3); // biome-ignore format: a row a line
  expect(wakes.isShared).toBe(false);
  expect(wakes.claim(other, [[1, 'rally a'], [2, 'flow b'], [4, 'limit a']])).toBe(5); // biome-ignore format: a row a line
  expect(wakes.isShared).toBe(true);
  const before = wakes.version;

  // whoever came first may ask something else; who came later may not say what is asked there
  expect(wakes.claim(other, [[1, 'rally c'], [2, 'flow b']])).toBe(0); // biome-ignore format: a row a line
  expect(wakes.version).toBe(before);
  expect(wakes.claim(one, [[1, 'rally c'], [2, 'flow a']])).toBe(3); // biome-ignore format: a row a line
  expect(wakes.version).toBeGreaterThan(before);
  expect(wakes.claim(third, [[1, 'rally a'], [2, 'flow a']])).toBe(2); // biome-ignore format: a row a line
});

test('answers are of one quote', () => {
  const wakes = new Wakes();
  wakes.begin(7);
  wakes.note(1, true);
  wakes.note(4, false);
  wakes.begin(7);
  expect([wakes.asked, wakes.woke]).toEqual([5, 1]);
  wakes.begin(8);
  expect([wakes.asked, wakes.woke]).toEqual([0, 0]);
});
