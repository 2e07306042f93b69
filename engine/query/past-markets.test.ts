import { describe, expect, test } from 'vitest';
import { FenshiError } from '../../contracts/errors.ts';
import { clockOf, midnightOf } from '../../contracts/session.ts';
import type { TapeEntry } from '../../contracts/tape.ts';
import { instrumentId } from '../../contracts/units.ts';
import { generatedDay } from '../../scenarios/support/days.ts';
import { Answers } from './answers.ts';
import { DayTable } from './day-table.ts';
import { PastMarkets, type TapeOf } from './past-markets.ts';

const date = '20261120';
const then = generatedDay({ count: 40, date, seed: 3 });
const today = generatedDay({ count: 20, until: '09:40' });
const bundleOf = () => then.bundle;
const forever = () => new Promise<never>(() => undefined);
const atOnce = () => Promise.resolve();

async function* of(entries: readonly TapeEntry[]): AsyncIterable<TapeEntry> {
  yield* entries;
}
const tapeOf: TapeOf = async (day) => (day === date ? of(then.entries) : null);
const tableOf = (made: typeof then, untilMs = Number.POSITIVE_INFINITY): DayTable => {
  const table = new DayTable(made.bundle);
  for (const [n, entry] of made.entries.entries()) if (entry.tsMs <= untilMs) table.apply(n, entry);
  return table;
};

describe('the whole market of a stored day', () => {
  const now = tableOf(today);
  const answers = new Answers({ day: () => now, store: () => null, past: new PastMarkets(tapeOf, bundleOf, forever) });

  test.each(['09:41:07', '10:52:30', '11:31:00', '13:00:02', '14:58:59', '15:10:00'])(
    'is at %s what it was to those who looked back at that very minute on the day',
    async (clock) => {
      const [hours = 0, minutes = 0, seconds = 0] = clock.split(':').map(Number);
      const atMs = midnightOf(date) + ((hours * 60 + minutes) * 60 + seconds) * 1000;
      const on = tableOf(then, atMs);
      const { ok: _ok, asOf, ...overview } = await answers.answer('overview', { date, atMs });
      expect(overview).toEqual(on.overview(atMs));
      expect(asOf).toMatchObject({ tradeDate: date, n: then.entries.length - 1 });
      const rows = async (name: 'ladder' | 'heatmap') => (await answers.answer(name, { date, atMs })).rows;
      expect(await rows('ladder')).toEqual(on.ladder(atMs));
      expect(await rows('heatmap')).toEqual(on.heatmap(30, atMs).rows);
      const symbols = on.ladder(atMs).map(({ symbol }) => symbol);
      if (symbols.length === 0) return;
      const { rows: seals } = await answers.answer('seals', { instruments: symbols.slice(0, 40), date, atMs });
      for (const { symbol, points } of seals)
        expect(points).toEqual(on.sealCurve(then.bundle.instruments.find(({ no }) => instrumentId(no) === symbol)!.no, atMs)!.points);
    },
  );

  test('has its own instruments, sectors and auctions, and those of the day at hand stay as they are', async () => {
    const { rows } = await answers.answer('instruments', { date });
    expect(rows.map(({ preCloseMilli, limitUpMilli }) => [preCloseMilli, limitUpMilli])).toEqual(
      then.bundle.instruments.map(({ preCloseMilli, limitUpMilli }) => [preCloseMilli, limitUpMilli]),
    );
    expect((await answers.answer('sectors', { date })).rows.map(({ code }) => code)).toEqual(then.bundle.sectors.map(({ code }) => code));
    for (const which of ['open', 'close'] as const)
      expect(await answers.answer('auction', { date, which })).toMatchObject(tableOf(then).auction({ which, order: 'yuan' }));
    expect((await answers.answer('instruments', {})).rows.length).toBe(20);
    expect((await answers.answer('instruments', { date: today.bundle.tradeDate })).rows.length).toBe(20);
  });

  test('has its minutes and lines, with and without a store', async () => {
    const { no } = then.bundle.instruments[0]!;
    const symbol = instrumentId(no);
    const untilMs = midnightOf(date) + 10.5 * 3_600_000;
    const whole = tableOf(then);
    expect(await answers.answer('minutes', { instrument: symbol, date })).toMatchObject(whole.minutes(no));
    expect((await answers.answer('sparks', { instruments: [symbol, '999999.SH'], date, untilMs })).rows).toEqual([
      { symbol, closes: whole.closes(no, untilMs) },
    ]);
    // a store has what was repaired since: it is asked, whoever looked at the day before
    const asked: string[] = [];
    const rows = async (query: string) => {
      asked.push(query);
      return [];
    };
    const stored = new Answers({ day: () => now, store: () => ({ rows }) as never, past: new PastMarkets(tapeOf, bundleOf, forever) });
    const minutes = () => stored.answer('minutes', { instrument: symbol, date });
    await stored.answer('overview', { date });
    expect((await minutes()).count).toBe(0);
    expect(asked.length).toBe(1);
    await expect(answers.answer('minutes', { instrument: symbol, date: '20261119' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('without a tape is not found, and is looked for again when asked again', async () => {
    await expect(answers.answer('overview', { date: '20261119' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    let there = false;
    const later = new PastMarkets(async () => (there ? of(then.entries) : null), bundleOf, forever);
    await expect(later.of(date)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    there = true;
    expect((await later.of(date)).bundle.tradeDate).toBe(date);
    expect(later.peek('20261119')).toBeNull();
  });

  test('can be looked at before there is a day at hand', async () => {
    const early = new Answers({ day: () => null, store: () => null, past: new PastMarkets(tapeOf, bundleOf, forever) });
    expect((await early.answer('overview', { date })).asOf.tradeDate).toBe(date);
    await expect(early.answer('overview', {})).rejects.toMatchObject({ code: 'NOT_READY' });
  });
});

describe('while its tape is read', () => {
  test('it is not ready and says up to where; it is whole for who asks when it is, and read once', async () => {
    let [go, readings] = [(): void => undefined, 0];
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    const noon = then.entries.findIndex(({ tsMs }) => tsMs >= midnightOf(date) + 11 * 3_600_000);
    async function* half(): AsyncIterable<TapeEntry> {
      readings += 1;
      yield* then.entries.slice(0, noon);
      await held;
      yield* then.entries.slice(noon);
    }
    const past = new PastMarkets(async () => half(), bundleOf, atOnce);
    const upTo = clockOf(then.entries[noon - 1]!.tsMs);
    await expect.poll(() => past.of(date).catch((error: Error) => error.message)).toContain(upTo);
    await expect(past.of(date)).rejects.toMatchObject({ code: 'NOT_READY' });
    expect(past.peek(date)).toBeNull();
    go();
    await expect
      .poll(() =>
        past.of(date).then(
          ({ tsMs }) => tsMs,
          () => 0,
        ),
      )
      .toBe(then.entries.at(-1)!.tsMs);
    expect([readings, past.peek(date)?.n]).toEqual([1, then.entries.length - 1]);
  });

  test('of the two days asked for last none is let go of; the oldest of them is read anew', async () => {
    const begun: string[] = [];
    const past = new PastMarkets(
      async (day) => {
        begun.push(day);
        return of(then.entries);
      },
      bundleOf,
      forever,
    );
    for (const day of ['1', '2', '1', '3', '1', '2']) await past.of(day);
    expect(begun).toEqual(['1', '2', '3', '2']);
    expect(['1', '2', '3'].map((day) => past.peek(day) !== null)).toEqual([true, true, false]);
  });

  test('a third day waits until one of two is read, and ends neither of them', async () => {
    const going: (() => void)[] = [];
    const past = new PastMarkets(
      async () => {
        await new Promise<void>((resolve) => going.push(resolve));
        return of(then.entries);
      },
      bundleOf,
      forever,
    );
    const [first, second] = [past.of('1'), past.of('2')];
    await expect(past.of('3')).rejects.toMatchObject({ code: 'BUSY' });
    await expect.poll(() => going.length).toBe(2);
    going[1]!();
    await second;
    const third = past.of('3');
    await expect.poll(() => going.length).toBe(3);
    for (const go of going) go();
    expect((await first).bundle).toBe((await third).bundle);
    expect(['1', '2', '3'].map((day) => past.peek(day) !== null)).toEqual([true, false, true]);
  });

  test('a tape without its beginning is corrupt', async () => {
    const cut = new PastMarkets(async () => of(then.entries.slice(1)), bundleOf, forever);
    await expect(cut.of(date)).rejects.toBeInstanceOf(FenshiError);
    await expect(cut.of(date)).rejects.toMatchObject({ code: 'TAPE_CORRUPT' });
  });
});
