import { describe, expect, test } from 'vitest';
import { FenshiError } from '../contracts/errors.ts';
import { OpportunityBook } from '../contracts/fold.ts';
import type { JournalStep } from '../contracts/journal.ts';
import { midnightOf } from '../contracts/session.ts';
import { foldDay } from '../engine/runtime/fold.ts';
import { generatedDay } from '../scenarios/support/days.ts';
import { isLong } from '../scenarios/support/long.ts';
import { PastDays } from './past-days.ts';

const made = generatedDay({ count: 40 });
const date = made.bundle.tradeDate;
const { steps } = foldDay(made.bundle, made.entries);
const at = (clock: string): number => {
  const [h, m, s] = clock.split(':').map(Number);
  return midnightOf(date) + ((h! * 60 + m!) * 60 + s!) * 1000;
};
const reader = (all: readonly JournalStep[] = steps) => {
  const asked: number[] = [];
  return {
    asked,
    days: async () => [{ date, steps: all.length }],
    steps: async (of: string, have: number) => {
      asked.push(have);
      if (of !== date) throw new FenshiError('NOT_FOUND', of);
      return all.slice(have);
    },
  };
};

describe('a stored day as of an instant', () => {
  /** Instants spread over the day by a fixed rule, none of them chosen by what happened. */
  const spread = Array.from({ length: isLong ? 20 : 8 }, (_, k) => at('09:30:00') + ((k * 7919) % 19_800) * 1000 + 311);
  /** And the very instants of some steps: what came then is in. */
  const instants = [...spread, ...[3, 40, 90].map((k) => steps[k]!.entries[0]!.tsMs)];

  test('is what a fresh replay of the tape cut there concludes', async () => {
    const past = new PastDays(reader(), 'test-1');
    for (const instant of instants) {
      const cut = foldDay(
        made.bundle,
        made.entries.filter(({ tsMs }) => tsMs <= instant),
      );
      const book = new OpportunityBook();
      for (const step of cut.steps) book.apply(step);
      const { day } = await past.at(date, instant);
      expect([day.step, day.book.hash]).toEqual([book.step, book.hash]);
      expect(day.book.list()).toEqual(book.list());
    }
  });

  test('has a mark for each visible change so far, and none of later', async () => {
    const past = new PastDays(reader(), 'test-1');
    const { marks, day } = await past.at(date, at('10:40:00'));
    expect(marks.length).toBe(day.book.list().reduce((sum, { transitions }) => sum + transitions.length, 0));
    expect(marks.length).toBeGreaterThan(2);
    expect(Math.max(...marks.map(({ tsMs }) => tsMs))).toBeLessThanOrEqual(at('10:40:00'));
  });

  test('an instant is folded once, however often it is asked for, and only a few at a time', async () => {
    const past = new PastDays(reader(), 'test-1');
    const [one, same, other] = await Promise.all([
      past.at(date, at('10:40:00')),
      past.at(date, at('10:40:00')),
      past.at(date, at('10:30:00')),
    ]);
    expect(same.day).toBe(one.day);
    expect(other.day).not.toBe(one.day);
  });

  /** The day so often that its fold takes many turns. */
  const times = (n: number): JournalStep[] =>
    Array.from({ length: n }, (_, i) => steps.map((step) => ({ ...step, step: i * steps.length + step.step }))).flat();
  const long = times(200);

  test('more than thirty-two that wait are told to come again, and later answered', async () => {
    const late = times(6).map((step, i) => ({ ...step, entries: step.entries.map((entry) => ({ ...entry, tsMs: i })) }));
    const many = new PastDays(reader(late), 'test-1');
    const told = await Promise.allSettled(Array.from({ length: 60 }, (_, i) => many.at(date, late.length - 1 - i)));
    const codes = told.flatMap((each) => (each.status === 'rejected' ? (each.reason as FenshiError).code : []));
    expect(new Set(codes)).toEqual(new Set(['BUSY']));
    expect(codes.length).toBeLessThan(30);
    // and nobody who was told to come again has thrown out what was read meanwhile
    const again = many.at(date, late.length - 1);
    expect((await again).day).toBe((await many.at(date, late.length - 1)).day);
    expect((await many.at(date, 50)).day.step).toBe(late[50]!.step);
  });

  test('while a day is folded others have their turn', async () => {
    const past = new PastDays(reader(long), 'test-1');
    let turns = 0;
    let isDone = false;
    const beat = (): void => {
      turns += 1;
      if (!isDone) setImmediate(beat);
    };
    setImmediate(beat);
    await past.at(date, at('23:00:00'));
    isDone = true;
    expect(turns).toBeGreaterThan(2);
  });

  test('is nothing before anything was concluded', async () => {
    const { day, marks } = await new PastDays(reader(), 'test-1').at(date, at('06:00:00'));
    expect([day.step, day.book.size, marks]).toEqual([0, 0, []]);
  });

  test('leads to the change before and after, and to none beyond the ends', async () => {
    const past = new PastDays(reader(), 'test-1');
    const { marks } = await past.at(date, at('15:30:00'));
    const [first, second] = [...new Set(marks.map(({ tsMs }) => tsMs))];
    expect(await past.next(date, first! - 1, false)).toBe(first);
    expect(await past.next(date, first!, false)).toBe(second);
    expect(await past.next(date, second!, true)).toBe(first);
    expect(await past.next(date, first!, true)).toBeNull();
    expect(await past.next(date, at('23:00:00'), false)).toBeNull();
  });

  test('is read once, and the day at hand is read on', async () => {
    const all = steps.slice(0, 40);
    const from = reader(all);
    const past = new PastDays(from, 'test-1');
    await past.at(date, at('15:00:00'));
    all.push(...steps.slice(40));
    const { day } = await past.at(date, at('23:00:00'));
    expect(from.asked).toEqual([0, 40]);
    expect(day.step).toBe(steps.length);
  });

  test('that is not stored is refused by its code, also the second time', async () => {
    const past = new PastDays(reader(), 'test-1');
    for (let k = 0; k < 2; k++) await expect(past.at('20200102', 1)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('that could not be read on keeps what was read', async () => {
    const from = reader();
    let broken = false;
    const past = new PastDays(
      { ...from, steps: (of, have) => (broken ? Promise.reject(new Error('away')) : from.steps(of, have)) },
      'test-1',
    );
    await past.at(date, at('10:00:00'));
    broken = true;
    await expect(past.at(date, at('10:00:00'))).rejects.toThrow('away');
    broken = false;
    await past.at(date, at('10:00:00'));
    expect(from.asked).toEqual([0, steps.length]);
  });
});

test('two that fail at once cost nobody the day: the next one reads it', async () => {
  const from = reader();
  let broken = true;
  const past = new PastDays(
    { ...from, steps: (of, have) => (broken ? Promise.reject(new Error('away')) : from.steps(of, have)) },
    'test-1',
  );
  const both = await Promise.allSettled([past.at(date, at('10:00:00')), past.at(date, at('10:00:00'))]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  broken = false;
  expect((await past.at(date, at('23:00:00'))).day.step).toBe(steps.length);
});

test('days that are none push no stored one out', async () => {
  const from = reader();
  const past = new PastDays(from, 'test-1');
  await past.at(date, at('10:00:00'));
  for (const none of ['20200102', '20200103', '20200106']) await past.at(none, 1).catch(() => null);
  await past.at(date, at('10:00:00'));
  expect(from.asked.at(-1)).toBe(steps.length);
});
