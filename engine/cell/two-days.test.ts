import { expect, test } from 'vitest';
import { encodeTape } from '../../contracts/tape.ts';
import { instrumentNo } from '../../contracts/units.ts';
import { generatedDay } from '../../scenarios/support/days.ts';
import { nextTradingDay } from '../reference/calendar.ts';
import { foldDay } from '../runtime/fold.ts';

test('two generated days with a weekend between: each starts empty, the second from the closes of the first', () => {
  const friday = generatedDay({ date: '20261120', day: 0, count: 30 });
  const closes = friday.market.closes();
  const monday = generatedDay({ date: nextTradingDay('20261120'), day: 1, count: 30, closes });

  const [first, second] = [foldDay(friday.bundle, friday.entries), foldDay(monday.bundle, monday.entries)];

  expect(monday.market.date).toBe('20261123');
  for (const { no, preCloseMilli } of monday.bundle.instruments) expect(preCloseMilli).toBe(closes.get(no));
  for (const { cell, steps } of [first, second]) {
    expect(steps[0]!.step).toBe(1);
    expect(cell.closed).toBe(true);
    expect(cell.desk.live).toBe(0);
  }
  expect(second.steps[0]!.prevHash).toBe(monday.sha);
  expect(foldDay(monday.bundle, monday.entries.map(encodeTape)).journal.hash).toBe(second.journal.hash);
});

test('three days in a row: what was sealed at one close is a board higher at the next, and each day is its own', () => {
  let [date, closes, counted] = ['20261123', undefined as Map<number, number> | undefined, new Map<number, number>()];
  const seconds: number[] = [];
  for (let day = 0; day < 3; day++) {
    const today = generatedDay({ date, day, count: 60, faulty: false, detectors: ['limitup'], counted, ...(closes ? { closes } : {}) });
    const { cell, steps } = foldDay(today.bundle, today.entries);
    const before = today.market.boardsBefore(counted);
    for (const { no, boards, preCloseMilli } of today.bundle.instruments) {
      expect(boards).toBe(before.get(no) ?? 0);
      if (closes !== undefined) expect(preCloseMilli).toBe(closes.get(no));
    }
    const sealed = steps.flatMap(({ entries }) =>
      entries.flatMap((entry) => (entry.kind === 'signal' && entry.signal.phase === 'enter' && entry.signal.opens ? [entry.signal] : [])),
    );
    // a board above the first is scored as one: .7 for the first, 1 for the second
    const second = sealed.filter(({ entity }) => (before.get(instrumentNo(entity.key)) ?? 0) === 1);
    for (const { evidence } of second) expect(evidence.find(({ feature }) => feature === 'boards')?.value).toBe(1);
    if (day > 0) seconds.push(second.length);
    expect([steps[0]!.prevHash, cell.closed, cell.desk.live]).toEqual([today.sha, true, 0]);
    [closes, counted, date] = [today.market.closes(), today.market.boards(before), nextTradingDay(date)];
    expect([...counted.values()].some((boards) => boards > 0)).toBe(true);
  }
  expect(Math.max(...seconds)).toBeGreaterThan(0);
});
