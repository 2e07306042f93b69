import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dayKind } from '../../reference/calendar.ts';
import { daysInFile, learnAbout, recallDays } from './calendar-days.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fenshi-calendar-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));
const file = (text: string): string => {
  const path = join(dir, 'days.csv');
  writeFileSync(path, text);
  return path;
};

describe('a user’s calendar', () => {
  test('with a header, dashes, more columns and a weekend between', () => {
    expect(daysInFile(file('\uFEFFexchange,cal_date,is_open\r\nSSE,2031-01-02,1\r\nSSE,20310103,0\r\nSSE,20310106,1\r\n'))).toEqual([
      ['20310102', true],
      ['20310103', false],
      ['20310106', true],
    ]);
  });

  test.each([
    ['20310102,1\n20310103,maybe\n', /days.csv:2: expected a date and 1 or 0/],
    ['20310102,1\n20310106,1\n', /20310103 is missing between/],
  ])('%j is refused with its place', (text, message) => {
    expect(() => daysInFile(file(text))).toThrow(message);
  });
});

test('a year beyond the shipped calendar is asked for in turn, in each one’s words, and once learnt it is kept', async () => {
  const date = '20320105';
  expect(dayKind(date)).toBe('UNKNOWN');
  const none = await learnAbout(date, { file: null, library: (work) => work(null), tushare: null, dataDir: dir });
  expect(none).toEqual({ told: null, why: [`the library does not reach ${date}`] });
  expect(dayKind(date)).toBe('UNKNOWN');

  const path = file(`${date},1\n20320106,0\n`);
  expect(await learnAbout(date, { file: path, library: null, tushare: null, dataDir: dir })).toEqual({ told: path, why: [] });
  expect([dayKind(date), dayKind('20320106')]).toEqual(['TRADING', 'CLOSED']);
  expect(JSON.parse(readFileSync(join(dir, 'calendar.json'), 'utf8'))).toEqual({ [date]: true, '20320106': false });
  writeFileSync(join(dir, 'calendar.json'), '{"20320107":true}');
  expect([recallDays(dir), dayKind('20320107')]).toEqual([1, 'TRADING']);
  writeFileSync(join(dir, 'calendar.json'), '{"203');
  expect(recallDays(dir)).toBe(0);
});
