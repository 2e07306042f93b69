import { expect, test } from 'vitest';
import { encode } from '../contracts/codec.ts';
import { followView } from './view-feed.ts';
import { Values } from './ws/values.ts';

test('what cannot be read is said once and costs nobody anything; what comes after it is taken', () => {
  const callbacks: ((error: null, message: { data: Uint8Array }) => void)[] = [];
  const faults: unknown[] = [];
  const values = new Values();
  const nc = { subscribe: (_subject: string, { callback }: { callback: never }) => void callbacks.push(callback) };
  followView(nc as never, 'test-1', values, (error) => faults.push(error));
  const [symbols, , gains] = callbacks;
  for (const data of [encode({ v: 1 }), encode({ v: 1 }), Uint8Array.of(0xc1)]) symbols!(null, { data });
  gains!(null, { data: encode({ v: 1, step: 1, tsMs: 7, boards: [] }) });
  expect(faults).toHaveLength(2);
  expect(values.newest('gains')).toEqual({ tsMs: 7, values: [] });
});
