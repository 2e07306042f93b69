import { expect, test } from 'vitest';
import type { RoleStatus } from '../contracts/status.ts';
import { DayState } from './day-state.ts';
import { RunStatus } from './run-status.ts';

const now = 1_764_040_000_000;
const role = (name: string, code: string | null, detail: string | null = null, tsMs = now): RoleStatus => ({
  v: 1,
  role: name,
  tsMs,
  ready: code === null,
  code,
  detail,
  facts: {},
});
/** A gateway that is connected and has read its journal, and what the others say of themselves. */
function verdictOf(caughtUp: boolean, ...heard: readonly RoleStatus[]) {
  const day = new DayState('test-1');
  day.caughtUp = caughtUp;
  const status = new RunStatus(day);
  status.watch({ subscribe: () => undefined, status: async function* () {} } as never, () => undefined);
  for (const each of heard) status.heard(each);
  const { ready, code, detail } = status.verdict(now);
  return [ready, code, detail];
}

test('ready is what the engine says, behind a journal that has been read', () => {
  expect(verdictOf(true, role('engine', null), role('feed', null))).toEqual([true, null, null]);
  expect(verdictOf(false, role('engine', null))).toEqual([false, 'CATCHING_UP', expect.any(String)]);
  expect(verdictOf(true)).toEqual([false, 'ROLE_AWAY', 'engine']);
  expect(verdictOf(true, role('engine', null, null, now - 4000))).toEqual([false, 'ROLE_AWAY', 'engine']);
});

test('the reason is the feed’s where it has one, and a store that is full counts before the engine has noticed', () => {
  expect(verdictOf(true, role('engine', 'NO_DAY'), role('feed', 'MARKET_CLOSED', 'weekend'))).toEqual([false, 'MARKET_CLOSED', 'weekend']);
  expect(verdictOf(true, role('engine', 'NO_DAY'), role('feed', 'STANDBY'))).toEqual([false, 'NO_DAY', null]);
  expect(verdictOf(true, role('engine', null), role('feed', 'DISK_FULL', '0 MB'))).toEqual([false, 'DISK_FULL', '0 MB']);
  expect(verdictOf(true, role('engine', null), role('feed', 'BEFORE_OPEN', '08:50'))).toEqual([true, null, null]);
});

test('without the broker nothing else counts', () => {
  const status = new RunStatus(new DayState('test-1'));
  status.heard(role('engine', null));
  expect(status.verdict(Date.now())).toMatchObject({ ready: false, code: 'BROKER_UNREACHABLE' });
});

test('an outage stands in the report with its sentence, and that it is over', () => {
  const day = new DayState('test-1');
  day.caughtUp = true;
  const status = new RunStatus(day);
  status.watch({ subscribe: () => undefined, status: async function* () {} } as never, () => undefined);
  status.heard(role('engine', null));
  status.lookAround(now);
  status.lookAround(now + 4000); // its word is too old
  status.heard(role('engine', null, null, now + 5000));
  status.lookAround(now + 5000);
  expect(status.report(now + 5000).availability).toMatchObject({
    sinceMs: now,
    readySec: 4,
    notReadySec: 1,
    outages: [
      {
        fromMs: now + 4000,
        toMs: now + 5000,
        code: 'ROLE_AWAY',
        why: { zh: '进程 engine 没有响应', en: 'The role engine does not answer' },
      },
    ],
  });
});
