import { describe, expect, test } from 'vitest';
import { type DailyRow, type ListEntry, limitDays } from './days.ts';
import { forecastsOf, limitDefinitions, limitModels, probabilityOf } from './events.ts';
import { listsOf } from './lists.ts';

const dates = ['20260701', '20260702', '20260703', '20260706', '20260707', '20260708', '20260709'];
/** Three names at 10.00, limit 11.00, 40 million yuan a day; on the sixth day the second seals, on the seventh they open apart. */
const row = (symbol: number, day: number, more: Partial<DailyRow> = {}): DailyRow => ({
  symbol,
  date: dates[day]!,
  open: 10,
  high: 10,
  low: 10,
  close: 10,
  preClose: 10,
  upLimit: 11,
  volume: 4_000_000,
  amount: 40e6,
  turnover: 2,
  ...more,
});
const [a, b, c] = [1_600_001, 1_600_002, 1_600_003];
const rows = dates.flatMap((_date, day) => {
  const gaps = day === 6 ? [10.1, 10.6, 9.9] : [10, 10, 10];
  const sealed = { open: 10.2, high: 11, low: 10.2, close: 11 };
  return [a, b, c].map((symbol, i) =>
    row(symbol, day, symbol === b && day === 5 ? sealed : { open: gaps[i]!, high: Math.max(10, gaps[i]!), low: Math.min(10, gaps[i]!) }),
  );
});
const seal = (more: Partial<ListEntry> = {}): ListEntry => ({
  symbol: b,
  date: dates[5]!,
  firstMinute: 30,
  opens: 2,
  sealAmount: 8e6,
  ...more,
});
const market = limitDays(rows, [seal()]);

describe('the lists of a day', () => {
  test('at its open: who will touch, by the model; each beside its place in the naive ranking', () => {
    const [touch, second] = listsOf(market, dates[6]!, 2);
    const session = market.sessions.find(({ symbol, date }) => symbol === b && date === dates[6])!;

    expect(touch).toMatchObject({ event: 'touch', date: '20260709', knownAt: 'open', speaks: true, n: 3, base: 0.01857 });
    expect(touch!.names.map(({ symbol, naiveRank }) => [symbol, naiveRank])).toEqual([
      [b, 1],
      [a, 2],
    ]);
    expect(touch!.names[0]!.p).toBe(probabilityOf(limitModels.touch, limitDefinitions.touch.features(session, market.days)));
    expect(touch!.names[0]!.naive).toBeCloseTo(0.6, 12);
    expect(second).toMatchObject({ event: 'second-board', speaks: true, n: 1 });
    expect(second!.names.map(({ symbol }) => symbol)).toEqual([b]);
  });

  test('at 09:25 of the last day an open is enough: the same lists as once it is whole, and nothing is taken for what came', () => {
    const nothing = { high: Number.NaN, low: Number.NaN, close: Number.NaN, volume: Number.NaN, amount: Number.NaN, turnover: Number.NaN };
    const begun = limitDays(
      rows.map((each) => (each.date === dates[6] ? { ...each, ...nothing } : each)),
      [seal()],
    );

    expect(listsOf(begun, dates[6]!, 20)).toEqual(listsOf(market, dates[6]!, 20));
    expect(forecastsOf('touch', begun, 0).map(({ day }) => day)).not.toContain(6);
    expect(forecastsOf('touch', market, 0).map(({ day }) => day)).toContain(6);
    // tomorrow's open is all that a next open waits for
    expect(forecastsOf('next-open', begun, 0)).toEqual(forecastsOf('next-open', market, 0));
    expect(forecastsOf('next-open', begun, 0)).toHaveLength(1);
  });

  test('an open alone of an earlier day, or with half of the rest, is no session', () => {
    const without = (day: number, more: Partial<DailyRow>) =>
      limitDays(
        rows.map((each) => (each.date === dates[day] && each.symbol === a ? { ...each, ...more } : each)),
        [],
      ).sessions.filter(({ symbol, date }) => symbol === a && date === dates[day]);
    const none = { high: Number.NaN, low: Number.NaN, close: Number.NaN, volume: Number.NaN };

    expect(without(3, none)).toEqual([]);
    expect(without(6, { ...none, high: 10.2 })).toEqual([]);
    expect(without(6, none)).toMatchObject([{ isWhole: false, touched: false, sealed: false, boards: 0 }]);
  });

  test('at its close: the model that beat nothing gives way to the one number, and says the base rate', () => {
    const two = limitDays(
      rows.map((each) => (each.date === dates[5] && each.symbol === c ? { ...each, open: 10.2, high: 11, close: 11 } : each)),
      [seal(), seal({ symbol: c, sealAmount: 20e6 })],
    );
    const next = listsOf(two, dates[5]!, 20).find(({ event }) => event === 'next-open')!;

    expect(next).toMatchObject({ knownAt: 'close', speaks: false, n: 2, base: 0.5135 });
    expect(next.names).toEqual([
      { symbol: c, p: 0.5135, naive: 0.5, naiveRank: 1 },
      { symbol: b, p: 0.5135, naive: 0.2, naiveRank: 2 },
    ]);
  });

  test('a name whose one number is unknown comes last; an event about nobody has no list', () => {
    const unknown = limitDays(rows, [seal({ sealAmount: Number.NaN })]);
    expect(listsOf(unknown, dates[5]!, 20).find(({ event }) => event === 'next-open')!.names).toEqual([
      { symbol: b, p: 0.5135, naive: null, naiveRank: 1 },
    ]);
    expect(listsOf(market, dates[5]!, 20).map(({ event }) => event)).toEqual(['touch', 'next-open']);
    expect(listsOf(market, '20200101', 20)).toEqual([]);
  });

  test('a model speaks where it was ahead of the naive ranking on later days: two of three', () => {
    const ahead = Object.entries(limitModels).map(([event, { later }]) => [event, later.ahead95[0]! > 0]);
    expect(ahead).toEqual([
      ['touch', true],
      ['second-board', true],
      ['next-open', false],
    ]);
  });
});
