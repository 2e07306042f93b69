import { expect, test } from 'vitest';
import type { JournalMark } from '../log/append.ts';
import type { Checkpoint } from './checkpoints.ts';
import { newestFitting } from './restored.ts';

const checkpoint = (n: number, step: number, marked = step): Checkpoint => {
  const mark: JournalMark = { step: marked, hash: 'a', seq: marked, decidedN: n, skippedN: [] };
  return { image: { n, step } as Checkpoint['image'], mark };
};

test('the newest is passed over for another step, one the journal does not hold, and one that does not fit', async () => {
  const opened: number[] = [];
  const said: number[] = [];
  const found = await newestFitting(
    [checkpoint(50, 5, 4), checkpoint(40, 4), checkpoint(30, 3), checkpoint(20, 2), checkpoint(10, 1)],
    async ({ step }) => opened.push(step) > 0 && step !== 4,
    ({ n }) => {
      if (n === 30) throw new RangeError('column head does not fit');
      return n;
    },
    (n) => said.push(n),
  );

  expect(found).toBe(20);
  expect(opened).toEqual([4, 3, 2]);
  expect(said).toEqual([30]);
});

test('of none that fits there is none', async () => {
  expect(
    await newestFitting(
      [checkpoint(50, 5)],
      async () => false,
      ({ n }) => n,
      () => undefined,
    ),
  ).toBeNull();
  expect(
    await newestFitting(
      [],
      async () => true,
      ({ n }) => n,
      () => undefined,
    ),
  ).toBeNull();
});
