import { expect, test } from 'vitest';
import { TapeAppender } from './tape-appender.ts';

const clock = { type: 'clock', v: 1, tsMs: 1_764_034_200_000 } as const;
/** A broker that answers in turn; what it answered last, from then on. */
function appenderOver(...answers: readonly (Error | 'stored')[]) {
  const ids: string[] = [];
  let asked = 0;
  const publish = (_subject: string, _body: Uint8Array, { msgID }: { msgID: string }): Promise<unknown> => {
    ids.push(msgID);
    const answer = answers[Math.min(asked++, answers.length - 1)]!;
    return answer === 'stored' ? Promise.resolve({}) : Promise.reject(answer);
  };
  return { appender: new TapeAppender({ publish } as never, 'test-1', '20261123', 'owner'), ids };
}

test('an entry that must be kept is repeated under one id until it is stored; the trouble in between is named, and over then', async () => {
  const { appender, ids } = appenderOver(new Error('insufficient storage resources available'), new Error('timeout'), 'stored');
  const storing = appender.append(clock, true);
  await expect.poll(() => appender.trouble?.code).toBe('DISK_FULL');
  expect([appender.storedMs, appender.isStoring]).toEqual([null, true]); // a hiccup until three seconds are over
  expect(await storing).toBe(true);
  expect([new Set(ids).size, ids.length, appender.trouble, appender.lost]).toEqual([1, 3, null, 0]);
  expect(appender.storedMs).not.toBeNull();
});

test('a right that is refused is no outage: it is not asked for again', async () => {
  const { appender, ids } = appenderOver(new Error('Permissions Violation for Publish to "tape.v1.test-1.clock"'));
  await expect(appender.append(clock, true)).rejects.toThrow(/ACCESS_REFUSED: tape\.v1\.test-1/);
  expect([ids.length, appender.trouble?.code]).toEqual([1, 'ACCESS_REFUSED']);
});
