import { expect, test } from 'vitest';
import { FenshiError } from '../../contracts/errors.ts';
import { midnightOf } from '../../contracts/session.ts';
import { momentOf, refusedBecause } from './live-state.ts';

const at = (date: string, clock: string): number => {
  const [h, m] = clock.split(':').map(Number) as [number, number];
  return midnightOf(date) + (h * 60 + m) * 60_000;
};

test.each([
  ['20261126', '08:49', 'BEFORE_OPEN', '08:50'],
  ['20261126', '08:50', null, null],
  ['20261126', '12:00', null, null],
  ['20261126', '15:30', 'AFTER_CLOSE', 'next 20261127 08:50'],
  ['20261128', '10:00', 'MARKET_CLOSED', 'weekend 周末, next 20261130 08:50'],
  ['20261001', '10:00', 'MARKET_CLOSED', 'holiday 节假日, next 20261008 08:50'],
  ['20261231', '16:00', 'AFTER_CLOSE', 'the calendar ends'],
  ['20330104', '10:00', 'CALENDAR_UNKNOWN', '20330104'],
])('%s at %s: %s', (date, clock, code, detail) => {
  expect(momentOf(at(date, clock))).toEqual({ date, code, detail });
});

test.each([
  ['SOURCE_UNREACHABLE', 'eastmoney: getaddrinfo ENOTFOUND push2.example; sina: getaddrinfo EAI_AGAIN', 'NO_NETWORK', 'ENOTFOUND'],
  [
    'REFERENCE_MISSING',
    'eastmoney: ENOTFOUND; tushare: SOURCE_DENIED 您的token不对',
    'DAY_REFUSED',
    expect.stringContaining('您的token不对'),
  ],
  ['DISK_FULL', 'full', 'DISK_FULL', expect.any(String)],
] as const)('a day refused with %s (%s) is %s', (code, message, said, detail) => {
  expect(refusedBecause(new FenshiError(code, message))).toEqual({ code: said, detail });
});
