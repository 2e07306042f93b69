import { expect, test } from 'vitest';
import { leadOf, learnSkew, newSkew } from './skew.ts';

const after = (...quotes: readonly (readonly [recvSec: number, ageMs: number])[]) => {
  const skew = newSkew();
  for (const [sec, age] of quotes) learnSkew(skew, sec * 1000, sec * 1000 - age);
  return leadOf(skew);
};

test('a source whose quotes are always older than their arrival leads by nothing', () => {
  expect(after([0, 400], [3, 350], [6, 900])).toBe(0);
  expect(leadOf(newSkew())).toBe(0);
});

test('the greatest lead of the last minutes counts, up to what Q2 lets through', () => {
  expect(after([0, -300], [3, -1200], [6, 200])).toBe(1200);
  expect(after([0, -9000])).toBe(5000);
});

test('a lead is remembered for two and a half minutes at least and five at most', () => {
  expect(after([0, -1200], [140, 100], [290, 100])).toBe(1200);
  expect(after([0, -1200], [160, 100], [320, 100])).toBe(0);
  expect(after([0, -1200], [400, 100])).toBe(0);
});
