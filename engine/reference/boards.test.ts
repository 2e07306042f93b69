import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { boardOf } from '../../contracts/instruments.ts';
import { instrumentNo } from '../../contracts/units.ts';
import { adjustedCloses, boardsIn, type DayClose } from './boards.ts';
import { readName } from './pre-open.ts';

/** Newest first, on the trading days up to 2026-07-07. */
const days = ['20260707', '20260706', '20260703', '20260702', '20260701'];
const closes = (...told: (number | readonly [close: number, reference: number])[]): DayClose[] =>
  told.map((each, i) => {
    const [closeMilli, preCloseMilli] = typeof each === 'number' ? [each, null] : each;
    return { date: days[i]!, closeMilli, preCloseMilli };
  });

describe('consecutive boards', () => {
  test('are counted back from the newest close', () => {
    expect(boardsIn(closes(13_310, 12_100, 11_000, 10_000), 'MAIN', 'normal')).toBe(3);
    expect(boardsIn(closes(13_300, 12_100, 11_000), 'MAIN', 'normal')).toBe(0);
    expect(boardsIn([], 'MAIN', 'normal')).toBe(0);
    expect(boardsIn(closes(11_000), 'MAIN', 'normal')).toBe(0); // a close alone tells nothing
    expect(boardsIn(closes([11_000, 10_000]), 'MAIN', 'normal')).toBe(1); // one with its reference does
  });

  test('count each day by its own rate: 5 % under risk warning until 2026-07-05, 10 % from then on', () => {
    expect(boardsIn(closes(12_130, 11_030, 10_030, 9550), 'MAIN', 'riskWarning')).toBe(3);
    expect(boardsIn(closes(11_580, 11_030, 10_030), 'MAIN', 'riskWarning')).toBe(0);
  });

  // 002560.SZ: 16.50 on 2026-05-12, reference 11.73 and close 12.90 the day after
  test('are not broken by an ex-date whose reference price is on record', () => {
    const told: DayClose[] = [
      { date: '20260513', closeMilli: 12_900, preCloseMilli: 11_730 },
      { date: '20260512', closeMilli: 16_500, preCloseMilli: 15_000 },
    ];
    expect(boardsIn(told, 'MAIN', 'normal')).toBe(2);
    expect(
      boardsIn(
        told.map((each) => ({ ...each, preCloseMilli: null })),
        'MAIN',
        'normal',
      ),
    ).toBe(0);
  });
});

test('closes are on the scale of today’s reference price', () => {
  expect(adjustedCloses(closes(13_310, 12_100), 13_310)).toEqual([13_310, 12_100]);
  expect(adjustedCloses(closes([13_310, 12_100], 12_100), null)).toEqual([13_310, 12_100]);
  // half is taken off today, a tenth was yesterday
  expect(adjustedCloses(closes([10_000, 9000], 10_000, 8000), 5000)).toEqual([5000, 4500, 3600]);
});

const shared = join(import.meta.dirname, '..', '..', '..', 'shared', 'data');
const rowsOf = (name: string): Record<string, string>[] =>
  parse(gunzipSync(readFileSync(join(shared, `${name}.csv.gz`))), { columns: true });

/** Witness: 连板数 as a vendor publishes it, where it does; the daily record gives closes and reference prices. */
test.skipIf(!existsSync(shared))('agree with the published count (needs ../shared)', () => {
  const bySymbol = new Map<string, DayClose[]>();
  for (const { symbol, date, close, pre_close: reference } of rowsOf('daily_all_a_2026_dev')) {
    if (close === '') continue;
    const before = bySymbol.get(symbol!) ?? [];
    before.push({ date: date!, closeMilli: Math.round(1000 * Number(close)), preCloseMilli: Math.round(1000 * Number(reference)) });
    bySymbol.set(symbol!, before);
  }
  const tally = { agree: 0, cut: 0, other: [] as string[] };
  for (const { ts_code: id, trade_date: date, name, limit_type: type, limit_times: times } of rowsOf('limit_list_2026_dev')) {
    const record = bySymbol
      .get(id!)
      ?.filter((each) => each.date <= date!)
      .toSorted((a, b) => (a.date < b.date ? 1 : -1));
    if (type !== 'U' || times === '' || record?.[0]?.date !== date) continue;
    const own = boardsIn(record!, boardOf(instrumentNo(id!))!, readName(name!).status);
    if (own === Number(times)) tally.agree += 1;
    else if (own === record!.length) tally.cut += 1;
    else tally.other.push(`${id} ${date} ${name}: ${own}, published ${times}`);
  }
  expect([tally.agree, tally.cut]).toEqual([1600, 0]);
  // delisting: the vendor counts from the period's beginning, which no record here tells
  expect(tally.other.filter((line) => !line.includes('退'))).toEqual([]);
  expect(tally.other).toHaveLength(3);
});
