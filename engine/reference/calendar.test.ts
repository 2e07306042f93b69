import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { dayKind, listingDayN, nextTradingDay } from './calendar.ts';

const shared = '../shared/data/ref/trade_calendar_SSE_2010_2026_tushare.csv';

describe('trading calendar', () => {
  test.each([
    ['20240209', 'CLOSED'], // an exchange closure that a State Council list misses
    ['20240218', 'CLOSED'], // a make-up working Sunday
    ['20181231', 'CLOSED'],
    ['20260706', 'TRADING'],
    ['20261123', 'TRADING'],
    ['20270104', 'UNKNOWN'],
    ['20091231', 'UNKNOWN'],
    ['20260231', 'UNKNOWN'], // not a date
  ] as const)('%s is %s', (date, kind) => {
    expect(dayKind(date)).toBe(kind);
  });

  test('2024, 2025 and 2026 have 242, 243 and 242 trading days', () => {
    const count = (year: number) => {
      let days = 0;
      for (let month = 1; month <= 12; month++)
        for (let day = 1; day <= 31; day++)
          if (dayKind(`${year}${String(month).padStart(2, '0')}${String(day).padStart(2, '0')}`) === 'TRADING') days++;
      return days;
    };

    expect([2024, 2025, 2026].map(count)).toEqual([242, 243, 242]);
  });

  test('the day after a Friday is Monday, after the last known day an error', () => {
    expect(nextTradingDay('20261120')).toBe('20261123');
    expect(() => nextTradingDay('20261231')).toThrow('CALENDAR_UNKNOWN');
  });

  test('listing days count trading days, the first inclusive', () => {
    expect(listingDayN('20261119', '20261123', 10)).toBe(3);
    expect(listingDayN('20260105', '20261123', 10)).toBeNull();
  });

  test.skipIf(!existsSync(shared))('agrees with the recorded SSE calendar on every day (needs ../shared)', () => {
    const rows = readFileSync(shared, 'utf8').trim().split('\n').slice(1);

    const wrong = rows.filter((row) => {
      const [date = '', open] = row.split(',');
      return (dayKind(date.replaceAll('-', '')) === 'TRADING') !== (open === '1');
    });

    expect(rows.length).toBe(6209);
    expect(wrong).toEqual([]);
  });
});
