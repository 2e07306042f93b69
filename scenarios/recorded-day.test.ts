import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { midnightOf } from '../contracts/session.ts';
import type { TapeEntry } from '../contracts/tape.ts';
import { tencent } from '../engine/feeds/tencent/adapter.ts';
import { saveBundle } from '../engine/log/bundle-store.ts';
import { DayFileTape, dayFile } from '../engine/log/day-files.ts';
import { RecordedDay, recordedDays } from './recorded-day.ts';
import { startEmulators } from './sources/emulators.ts';
import { MarketTable } from './sources/table.ts';
import { type GeneratedDay, generatedDay, testDate } from './support/days.ts';

describe('a recorded day served by the emulated vendors', () => {
  let dir: string;
  let day: GeneratedDay;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'fenshi-recorded-'));
    day = generatedDay({ count: 20, until: '09:40' });
    saveBundle(dir, day.bundle);
    const tape = new DayFileTape(dir, testDate);
    for (const [n, entry] of day.entries.entries()) await tape.append(n, entry);
    await tape.close();
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  test('its rows come second by second, each once, without clock, facts or commands', async () => {
    const recorded = await RecordedDay.open(dir, testDate, dir);
    const taken: TapeEntry[] = [];
    for (let ms = midnightOf(testDate) + 8.5 * 3_600_000; ms <= midnightOf(testDate) + 15.5 * 3_600_000; ms += 1000) {
      const entries = await recorded.take(ms);
      expect(entries.every(({ tsMs }) => tsMs > ms - 1000 && tsMs <= ms)).toBe(true);
      taken.push(...entries);
    }
    expect(taken).toEqual(day.entries.filter(({ type }) => type === 'quotes' || type === 'index'));
    expect([recorded.date, recorded.bundle]).toEqual([testDate, day.sha]);
  });

  test('a vendor answers with what was recorded by then', async () => {
    const recorded = await RecordedDay.open(dir, testDate, dir);
    const table = new MarketTable(recorded.date, recorded.listings);
    const until = midnightOf(testDate) + (9 * 60 + 35) * 60_000;
    for (const entry of await recorded.take(until)) if (entry.type === 'quotes') table.apply(entry.batch);
    table.nowMs = until;
    const emulators = await startEmulators(table);
    const instruments = day.bundle.instruments.map(({ no }) => no);
    const { path } = tencent.quotes.request({ instruments });
    const body = Buffer.from(await (await fetch(`${emulators.urls.tencent}${path}`)).arrayBuffer());
    await emulators.close();

    const { rows, rejected } = tencent.quotes.parse(body, { instruments });
    const newest = new Map(
      day.entries.flatMap((entry) =>
        entry.type === 'quotes' && entry.tsMs <= until
          ? Array.from({ length: entry.batch.count }, (_, i) => [entry.batch.instrumentNo[i], entry.batch.lastMilli[i]] as const)
          : [],
      ),
    );
    expect(rejected).toEqual([]);
    expect(new Map(rows.map(({ quote }) => [quote.instrumentNo, quote.lastMilli]))).toEqual(newest);
    expect(rows.length).toBe(20);
    expect(rows.every(({ name }) => name !== null && name.length > 0)).toBe(true);
  });

  test('a folder without day files, one without the bundle, and a cut file are refused by their codes', async () => {
    expect(() => recordedDays(join(dir, 'nowhere'))).toThrow('NOT_FOUND');
    expect(recordedDays(dir)).toEqual([testDate]);
    await expect(RecordedDay.open(dir, testDate, join(dir, 'nowhere'))).rejects.toThrow('BUNDLE_MISSING');
    writeFileSync(dayFile(dir, '20261124', 'tape'), 'cut');
    await expect(RecordedDay.open(dir, '20261124', dir)).rejects.toThrow('TAPE_CORRUPT');
  });
});
