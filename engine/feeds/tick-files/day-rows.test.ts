import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Quote, quoteFlag, rowOf } from '../../../contracts/quote.ts';
import { generatedDay, lcg, testDate } from '../../../scenarios/support/days.ts';
import { DayRows, RowMemory, recordBytes } from './day-rows.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fenshi-day-rows-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function quotesOfADay(): Quote[] {
  const rows: Quote[] = [];
  for (const entry of generatedDay({ count: 6 }).entries) {
    if (entry.type !== 'quotes') continue;
    for (let i = 0; i < entry.batch.count; i++)
      rows.push({ ...rowOf(entry.batch, i), openMilli: null, highMilli: null, lowMilli: null, outerShares: null, innerShares: null });
  }
  return rows;
}
function shuffled<T>(rows: readonly T[], seed: number): T[] {
  const random = lcg(seed);
  return rows
    .map((row) => ({ row, at: random(1e9) }))
    .sort((a, b) => a.at - b.at)
    .map(({ row }) => row);
}
const ordered = (rows: readonly Quote[]): Quote[] =>
  rows.toSorted((a, b) => a.tsExchangeMs - b.tsExchangeMs || a.instrumentNo - b.instrumentNo);

test('rows come back in the order of their time, every field as it was, from memory and from files', () => {
  const rows = quotesOfADay()
    .filter(
      (row, i, all) => all.findIndex((other) => other.tsExchangeMs === row.tsExchangeMs && other.instrumentNo === row.instrumentNo) === i,
    )
    .slice(0, 5000);
  expect(rows.length).toBeGreaterThan(2000);
  for (const limit of [Number.POSITIVE_INFINITY, 200 * recordBytes]) {
    const memory = new RowMemory(dir, limit);
    const day = new DayRows(testDate, memory);
    for (const row of shuffled(rows, 7)) day.add(row);
    expect(memory.spilled > 0).toBe(limit !== Number.POSITIVE_INFINITY);
    expect([...day.inOrder()]).toEqual(ordered(rows));
    expect([...day.inOrder()].length).toBe(day.rows); // and once more
  }
  expect(readdirSync(dir).length).toBeGreaterThan(1);
});

test('what was traded since the row before is summed in the order of time, whatever order it was read in', () => {
  const at = (second: number, yuan: number, no = 1_600_000): Quote => ({
    ...quotesOfADay()[0]!,
    instrumentNo: no,
    tsExchangeMs: 1_764_034_200_000 + second * 1000,
    flags: quoteFlag.derivedVolume,
    lastMilli: 10_000,
    volumeShares: null,
    amountYuan: yuan,
  });
  const day = new DayRows(testDate, new RowMemory(dir));
  for (const row of [at(9, 3000), at(3, 1000), at(6, 2000), at(9, 3000), at(6, 500, 1_600_001)]) day.add(row);
  expect([...day.inOrder()].map(({ instrumentNo, amountYuan, volumeShares }) => [instrumentNo, amountYuan, volumeShares])).toEqual([
    [1_600_000, 1000, 100],
    [1_600_000, 3000, 300],
    [1_600_001, 500, 50],
    [1_600_000, 6000, 600],
    [1_600_000, 6000, 600], // the same row again: traded once
  ]);
});
