import { expect, test } from 'vitest';
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
  expect(foldDay(monday.bundle, monday.bodies).journal.hash).toBe(second.journal.hash);
});
