import { expect, test } from 'vitest';
import { Availability, isExpected } from './availability.ts';

const ready = { ready: true, code: null, detail: null };
const out = (code: string) => ({ ready: false, code, detail: code === 'ROLE_AWAY' ? 'engine' : null });

test('from the first ready second on, each second is of what was found at its beginning; an outage has a beginning, an end and a reason', () => {
  const own = new Availability();
  own.look(out('STARTING'), 0);
  own.look(ready, 5000);
  for (let ms = 6000; ms <= 15_000; ms += 1000) own.look(ready, ms);
  own.look(out('ROLE_AWAY'), 16_000);
  own.look(out('ROLE_AWAY'), 17_000);
  own.look(out('CATCHING_UP'), 18_000);
  own.look(ready, 19_000);
  own.look(ready, 20_000);

  // ready 5 to 16 and 19 to 20, out 16 to 19
  expect(own.report()).toEqual({
    sinceMs: 5000,
    readySec: 12,
    notReadySec: 3,
    ratio: 12 / 15,
    outages: [
      { fromMs: 18_000, toMs: 19_000, code: 'CATCHING_UP', detail: null },
      { fromMs: 16_000, toMs: 18_000, code: 'ROLE_AWAY', detail: 'engine' },
    ],
  });
});

test('before it was ready nothing is counted; an outage that lasts has no end', () => {
  const own = new Availability();
  own.look(out('STARTING'), 0);
  own.look(out('STARTING'), 1000);
  expect(own.report()).toEqual({ sinceMs: null, readySec: 0, notReadySec: 0, ratio: null, outages: [] });
  own.look(ready, 2000);
  own.look(out('DISK_FULL'), 3000);
  own.look(out('DISK_FULL'), 4000);
  expect(own.report()).toMatchObject({ readySec: 1, notReadySec: 1, outages: [{ fromMs: 3000, toMs: null, code: 'DISK_FULL' }] });
});

test.each(['MARKET_CLOSED', 'BEFORE_OPEN', 'AFTER_CLOSE'])('%s is rest: neither ready nor an outage', (code) => {
  const own = new Availability();
  for (const [verdict, ms] of [
    [ready, 0],
    [ready, 1000],
    [out(code), 2000],
    [out(code), 9000],
    [ready, 10_000],
    [ready, 11_000],
  ] as const)
    own.look(verdict, ms);
  expect(own.report()).toMatchObject({ readySec: 3, notReadySec: 0, ratio: 1, outages: [] });
});

test('a gateway that was held itself has not seen the run: the time counts neither way, and an outage ends where it was seen last', () => {
  const own = new Availability();
  own.look(ready, 0);
  own.look(ready, 1000);
  own.look(ready, 3_600_000);
  own.look(out('ROLE_AWAY'), 3_601_000);
  own.look(out('ROLE_AWAY'), 7_200_000);
  own.look(ready, 7_201_000);
  expect(own.report()).toMatchObject({
    readySec: 2,
    notReadySec: 1,
    outages: [
      { fromMs: 7_200_000, toMs: 7_201_000, code: 'ROLE_AWAY' },
      { fromMs: 3_601_000, toMs: 3_601_000, code: 'ROLE_AWAY' },
    ],
  });
});

test('a clock that is set back is as a time unseen', () => {
  const own = new Availability();
  for (const ms of [7_200_000, 7_201_000, 3_600_000, 3_601_000]) own.look(ready, ms);
  expect(own.report()).toMatchObject({ readySec: 2, notReadySec: 0, ratio: 1 });
});

test.each([
  ['live', '09:14:59', false],
  ['live', '09:15:00', true],
  ['live', '12:00:00', true],
  ['live', '15:00:00', false],
  ['demo-1', '03:00:00', true],
])('%s is expected at %s: %s', (run, clock, expected) => {
  expect(isExpected(run, Date.parse(`2026-11-23T${clock}+08:00`))).toBe(expected);
});

test('while nobody expects it nothing counts, ready or not', () => {
  const own = new Availability();
  own.look(ready, 0);
  own.look(ready, 1000, false);
  own.look(out('OPENING'), 2000, false);
  own.look(out('ROLE_AWAY'), 3000, false);
  own.look(ready, 4000);
  expect(own.report()).toMatchObject({ readySec: 1, notReadySec: 0, outages: [] });
});
