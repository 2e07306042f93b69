import { expect, test } from 'vitest';
import { assertHeld, assertKind } from './run-kind.ts';
import { type Origin, sayStatus } from './status.ts';
import { decodeTape, encodeTape } from './tape.ts';

test('an invented or a recorded market is never written into the live run, nor the live one into a demo', () => {
  for (const [run, origin] of [
    ['live', 'simulated'],
    ['live', 'recorded'],
    ['demo-1', 'live'],
    ['replay-1', 'live'],
  ] as const) {
    expect(() => assertKind(run, origin), `${origin} into ${run}`).toThrow(/RUN_KIND/);
    expect(() => assertHeld(run, '20261123', origin), `${origin} held by ${run}`).toThrow(/RUN_KIND: .*20261123/);
  }
  for (const [run, origin] of [
    ['live', 'live'],
    ['demo-1', 'simulated'],
    ['demo-1', 'recorded'],
    ['test-1', 'live'],
  ] as const) {
    expect(() => assertKind(run, origin)).not.toThrow();
    expect(() => assertHeld(run, '20261123', origin)).not.toThrow();
  }
});

test('a day of before its origin was said is taken for simulated: never for the real one', () => {
  const open = { type: 'day.open', v: 1, tsMs: 1_764_030_600_000, tradeDate: '20261123', bundle: 'a'.repeat(64), codeVersion: 'x' };
  const old = decodeTape(encodeTape(open as never)) as { origin?: string };
  expect(old.origin).toBeUndefined(); // and hashed as it was
  expect(() => assertHeld('live', '20261123', (old.origin ?? 'simulated') as Origin)).toThrow(/RUN_KIND/);
  expect(decodeTape(encodeTape({ ...open, origin: 'live' } as never))).toMatchObject({ origin: 'live' });
});

test('a status is said in both languages, without a colon before nothing, and an unknown code by itself', () => {
  expect(sayStatus('BEFORE_OPEN', '08:50', 'en')).toBe('Not open yet; the day is prepared from 08:50 on');
  expect(sayStatus('DISK_FULL', null, 'zh')).toBe('磁盘已满，暂停写入；腾出空间后自动继续');
  expect(sayStatus('SOMETHING', 'more', 'en')).toBe('SOMETHING: more');
});
