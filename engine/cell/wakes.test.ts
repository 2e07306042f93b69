import { expect, test } from 'vitest';
import { type Question, Wakes } from './wakes.ts';

const [one, other, third] = [{}, {}, {}];
const [rally, flow, limit] = [{}, {}, {}];
const asked = (...of: (readonly [bit: number, detector: object, params: string])[]): Question[] =>
  of.map(([bit, detector, params]) => ({ bit, detector, params }));

test('places are shared where the same is asked, and only while it is', () => {
  const wakes = new Wakes();
  expect(wakes.claim(one, asked([1, rally, 'a'], [2, flow, 'a']))).toBe(3);
  expect(wakes.isShared).toBe(false);
  expect(wakes.claim(other, asked([1, rally, 'a'], [2, flow, 'b'], [4, limit, 'a']))).toBe(5);
  expect(wakes.isShared).toBe(true);
  const before = wakes.version;

  // whoever came first may ask something else; who came later may not say what is asked there
  expect(wakes.claim(other, asked([1, rally, 'c'], [2, flow, 'b']))).toBe(0);
  expect(wakes.claim(other, asked([1, { ...rally }, 'a']))).toBe(0);
  expect(wakes.version).toBe(before);
  wakes.begin(7);
  wakes.note(1, true);
  wakes.note(2, true);
  expect(wakes.claim(one, asked([1, rally, 'c'], [2, flow, 'a']))).toBe(3);
  expect(wakes.version).toBeGreaterThan(before);
  // the answer to what was asked before is none to what is asked now
  expect([wakes.asked, wakes.woke]).toEqual([2, 2]);
  expect(wakes.claim(third, asked([1, rally, 'a'], [2, flow, 'a']))).toBe(2);
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
