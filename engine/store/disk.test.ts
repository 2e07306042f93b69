import { execFileSync } from 'node:child_process';
import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { diskUnder, levelOf, usedRatioOf } from './disk.ts';

test.each([
  ['nothing kept for root', { blocks: 100, bfree: 30, bavail: 30 }, 0.7],
  ['most of what is free kept for root', { blocks: 264, bfree: 244, bavail: 76 }, 20 / 96],
  ['nothing left for us', { blocks: 100, bfree: 5, bavail: 0 }, 1],
  ['a file system that has no blocks', { blocks: 0, bfree: 0, bavail: 0 }, 0],
])('used is what df says: %s', (_what, stats, used) => {
  expect(usedRatioOf(stats)).toBeCloseTo(used, 12);
});

test('of this machine it is what df prints, which rounds up', async () => {
  const told = /(\d+)%/.exec(execFileSync('df', ['-P', tmpdir()], { encoding: 'utf8' }))![1]!;
  const { usedRatio, freeBytes, level } = await diskUnder(tmpdir());
  expect(Math.abs(Math.ceil(100 * usedRatio) - Number(told))).toBeLessThanOrEqual(1);
  expect(level).toBe(levelOf(usedRatio));
  const { bavail, bsize } = statfsSync(tmpdir());
  expect(Math.abs(freeBytes - bavail * bsize)).toBeLessThan(1e9);
});

test.each([
  [0.69, 'ok'],
  [0.7, 'warn'],
  [0.85, 'alarm'],
  [0.95, 'full'],
] as const)('%f of it used is %s', (used, level) => {
  expect(levelOf(used)).toBe(level);
});
