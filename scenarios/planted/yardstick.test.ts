import { expect, test } from 'vitest';
import { type Look, overlapOf, typesOf, type YardstickId } from './yardstick.ts';

const quiet: Look = {
  ret1m: 0,
  ret3m: 0,
  ret5m: 0,
  distHigh: -0.01,
  fromPeak: 0,
  fromLow: 0,
  lowBelow: 0,
  peakAbove: 0,
  print: 0,
  printNet: 0,
  amount1m: 1,
  locked: false,
  wasLocked: false,
};

test.each<[YardstickId, Partial<Look>, Partial<Look>]>([
  [8201, { ret3m: 0.02, distHigh: -0.003 }, { distHigh: -0.0031 }],
  [8201, { ret3m: 0.02, distHigh: 0 }, { ret3m: 0.0199 }],
  [8202, { lowBelow: -0.01, fromLow: 0.02 }, { fromLow: 0.0199 }],
  [8202, { lowBelow: -0.01, fromLow: 0.02 }, { lowBelow: -0.0099 }],
  [8202, { lowBelow: -0.01, fromLow: 0.02 }, { distHigh: 0 }],
  [8203, { peakAbove: 0.02, fromPeak: -0.02 }, { peakAbove: 0.0199 }],
  [8203, { peakAbove: 0.02, fromPeak: -0.02 }, { fromPeak: -0.0199 }],
  [8204, { ret1m: -0.01, ret5m: -0.02 }, { ret1m: -0.0099 }],
  [8204, { ret1m: -0.01, ret5m: -0.02 }, { ret5m: -0.01 }],
  [8204, { ret1m: -0.01, ret5m: -0.036 }, { ret5m: -0.038 }],
  [8193, { print: 1e6, amount1m: 3e6, printNet: 0.51e6 }, { print: 0.99e6 }],
  [8193, { print: 1e6, amount1m: 3e6, printNet: 0.51e6 }, { amount1m: 3.1e6 }],
  [8193, { print: 1e6, amount1m: 3e6, printNet: 0.51e6 }, { printNet: 0.5e6 }],
  [8194, { print: 1e6, amount1m: 3e6, printNet: -0.51e6 }, { printNet: -0.5e6 }],
  [4, { locked: true }, { wasLocked: true }],
  [16, { wasLocked: true }, { locked: true }],
])('%i', (id, holds, fails) => {
  expect(typesOf({ ...quiet, ...holds })).toEqual([id]);
  expect(typesOf({ ...quiet, ...holds, ...fails })).not.toContain(id);
});

test('nothing is known of the unknown', () =>
  expect(
    typesOf(Object.fromEntries(Object.entries(quiet).map(([key, value]) => [key, typeof value === 'number' ? Number.NaN : value])) as Look),
  ).toEqual([]));

test('overlap counts both ways, within a minute, of the same symbol', () => {
  const theirs = [
    { key: 'a', tsec: 100 },
    { key: 'b', tsec: 100 },
    { key: 'a', tsec: 500 },
  ];
  const ours = [
    { key: 'a', tsec: 160 },
    { key: 'a', tsec: 161 },
  ];
  expect(overlapOf(theirs, ours)).toEqual({ theirs: 3, ours: 2, met: 1, shared: 1 });
});
