import { expect, test } from 'vitest';
import { isBehind, type Seen, seenAgain } from './standing.ts';

/** Answers as they were seen: [as of, tape, wall], in seconds; whether the last is behind. */
const behind = (...seen: readonly (readonly [number, number, number])[]): boolean => {
  let standing: Seen | null = null;
  for (const [asOf, tape, wall] of seen) standing = seenAgain(standing, asOf * 1000, tape * 1000, wall * 1000);
  const [, tape, wall] = seen.at(-1)!;
  return isBehind(standing!, tape * 1000, wall * 1000);
};

test('an answer that stands for fifteen seconds while the tape goes on is behind; one that moves is not, however fast the tape is', () => {
  expect(behind([100, 100, 0], [100, 115, 15])).toBe(true);
  expect(behind([100, 100, 0], [100, 114, 14.9])).toBe(false);
  // sixty times: an answer a second is a minute old when the next one comes
  expect(behind([100, 160, 0], [160, 220, 1], [220, 280, 2])).toBe(false);
  expect(behind([100, 100, 0], [100, 700, 10])).toBe(false);
  expect(behind([100, 100, 0], [101, 115, 15])).toBe(false);
});

test('where the tape stands too, at its end or before it is ready, nothing is behind', () => {
  expect(behind([100, 100, 0], [100, 100, 600])).toBe(false);
  expect(behind([100, 100, 0], [100, 114.9, 600])).toBe(false);
});
