import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { batchOf, rowOf } from '../contracts/quote.ts';
import { midnightOf } from '../contracts/session.ts';
import type { TapeEntry } from '../contracts/tape.ts';
import { emFlowPage } from '../engine/feeds/eastmoney/quotes.ts';
import { tencent } from '../engine/feeds/tencent/adapter.ts';
import { tencentFlow } from '../engine/feeds/tencent/flow.ts';
import { saveBundle } from '../engine/log/bundle-store.ts';
import { DayFileTape, dayFile, FrameFile, recordedDays } from '../engine/log/day-files.ts';
import { RecordedDay } from './recorded-day.ts';
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

  test('what it does not have is told as unknown: flow, float shares; what the record has, from there, before any row too', async () => {
    const [no = 0, quiet = 0] = day.bundle.instruments.map((each) => each.no);
    const [reference] = day.bundle.instruments;
    const unknown = { floatShares: Number.NaN, totalShares: Number.NaN, sector: -1 };
    const record = {
      preCloseMilli: reference!.preCloseMilli,
      limitUpMilli: reference!.limitUpMilli,
      limitDownMilli: reference!.limitDownMilli,
    };
    const table = new MarketTable(testDate, [
      { no, name: '甲', ...unknown, ...record },
      { no: quiet, name: '乙', ...unknown, ...record },
    ]);
    table.nowMs = midnightOf(testDate) + 9.75 * 3_600_000;
    const tick = day.entries.flatMap((entry) =>
      entry.type === 'quotes' && entry.tsMs > table.nowMs - 600_000
        ? Array.from({ length: entry.batch.count }, (_, i) => rowOf(entry.batch, i)).filter(({ instrumentNo }) => instrumentNo === no)
        : [],
    )[0]!;
    const bare = { preCloseMilli: null, openMilli: null, highMilli: null, lowMilli: null, limitUpMilli: null, limitDownMilli: null };
    table.apply(batchOf('file', table.nowMs, [{ ...tick, ...bare, outerShares: null, innerShares: null }]));
    const emulators = await startEmulators(table);
    const read = async (url: string, path: string) => new Uint8Array(await (await fetch(url + path)).arrayBuffer());
    const instruments = [no, quiet];
    const quotes = tencent.quotes.parse(await read(emulators.urls.tencent, tencent.quotes.request({ instruments }).path), { instruments });
    const flow = tencentFlow.parse(await read(emulators.urls.tencent, tencentFlow.request({ instrument: no, date: testDate }).path), {
      instrument: no,
      date: testDate,
    });
    const page = emFlowPage.parse(await read(emulators.urls.eastmoney, emFlowPage.request({ page: 1 }).path), { page: 1 });
    await emulators.close();

    expect(quotes.rejected).toEqual([]);
    expect(quotes.rows.map(({ quote }) => [quote.instrumentNo, quote.lastMilli, quote.preCloseMilli, quote.limitUpMilli])).toEqual([
      [no, tick.lastMilli, record.preCloseMilli, record.limitUpMilli],
      [quiet, null, record.preCloseMilli, record.limitUpMilli],
    ]);
    const [{ quote }] = quotes.rows as [(typeof quotes.rows)[number]];
    expect(quote.lowMilli! <= tick.lastMilli! && tick.lastMilli! <= quote.highMilli!).toBe(true);
    expect([flow.rows, page.rows.filter(({ mainYuan }) => mainYuan !== null)]).toEqual([[], []]);
  });

  test('a folder without the bundle, a cut file, one of another day and one of no entries are refused by their codes', async () => {
    expect([recordedDays(join(dir, 'nowhere')), recordedDays(dir)]).toEqual([[], [testDate]]);
    await expect(RecordedDay.open(dir, testDate, join(dir, 'nowhere'))).rejects.toThrow('BUNDLE_MISSING');
    writeFileSync(dayFile(dir, '20261124', 'tape'), 'cut');
    await expect(RecordedDay.open(dir, '20261124', dir)).rejects.toThrow('TAPE_CORRUPT');
    copyFileSync(dayFile(dir, testDate, 'tape'), dayFile(dir, '20261125', 'tape'));
    await expect(RecordedDay.open(dir, '20261125', dir)).rejects.toThrow('TAPE_CORRUPT');
    const odd = new FrameFile(dayFile(dir, '20261126', 'tape'));
    await odd.write(Uint8Array.of(1, 2, 3));
    await odd.close();
    await expect(RecordedDay.open(dir, '20261126', dir)).rejects.toThrow('TAPE_CORRUPT');
  });
});
