import { describe, expect, test } from 'vitest';
import { type DailyRow, type ListEntry, limitDays, type Session } from './days.ts';
import { evaluateLimits } from './evaluate.ts';
import { forecastsOf, type LimitEvent, limitDefinitions, limitModels, probabilityOf } from './events.ts';

const dates = ['20260701', '20260702', '20260703', '20260706', '20260707', '20260708', '20260709'];
/** Reference 10.00, limit 11.00, 40 million yuan, flat at the reference. */
const flat = (day: number, more: Partial<DailyRow> = {}): DailyRow => ({
  symbol: 1_600_001,
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
const week = (...changes: readonly (Partial<DailyRow> | null)[]): DailyRow[] =>
  dates.flatMap((_date, day) => (changes[day] === null ? [] : [flat(day, changes[day])]));
const sealed = { open: 10.2, high: 11, low: 10.2, close: 11 };
const listed = (day: number, more: Partial<ListEntry> = {}): ListEntry => ({
  symbol: 1_600_001,
  date: dates[day]!,
  firstMinute: 30,
  opens: 2,
  sealAmount: 8e6,
  ...more,
});
const sessionsOf = (rows: readonly DailyRow[], list: readonly ListEntry[] = []): readonly Session[] => limitDays(rows, list).sessions;
const last = (rows: readonly DailyRow[], list: readonly ListEntry[] = []): Session => sessionsOf(rows, list).at(-1)!;

describe('sessions', () => {
  test('what a row shows of its limit', () => {
    const kinds = (row: Partial<DailyRow>) => {
      const { touched, sealed: held, oneWord } = last([flat(0, row)]);
      return [touched, held, oneWord];
    };
    expect(kinds({})).toEqual([false, false, false]);
    expect(kinds({ high: 11 })).toEqual([true, false, false]);
    expect(kinds(sealed)).toEqual([true, true, false]);
    expect(kinds({ open: 11, high: 11, low: 11, close: 11 })).toEqual([true, true, true]);
    expect(kinds({ high: 10.999999, close: 10.99 })).toEqual([true, false, false]);
    expect(kinds({ high: 10.99, close: 10.99 })).toEqual([false, false, false]);
  });

  test.each([
    ['5 %', 10.5, true, false],
    ['10 %', 11, false, false],
    ['20 %', 12, false, true],
    ['30 %', 13, false, true],
  ])('a limit of %s', (_what, upLimit, isRiskWarning, isWide) => {
    expect(last([flat(0, { upLimit })])).toMatchObject({ isRiskWarning, isWide });
  });

  test.each([
    ['no limit in force', { upLimit: 9999 }],
    ['an unknown one', { upLimit: Number.NaN }],
    ['not traded', { volume: 0 }],
    ['a high that nobody knows', { high: Number.NaN }],
    ['an open that nobody knows', { open: Number.NaN }],
    ['a low that nobody knows', { low: Number.NaN }],
    ['a close that nobody knows', { close: Number.NaN }],
    ['a limit under 3 %', { upLimit: 10.29 }],
  ])('%s: no session', (_what, row) => {
    expect(sessionsOf([flat(0, row)])).toEqual([]);
  });

  test('boards are sessions in a row, adv what lay before, the session before is of the market’s day before', () => {
    const other = dates.map((_date, day) => flat(day, { symbol: 2_000_001 }));
    const rows = [...week({ amount: 10e6 }, sealed, sealed, null, sealed, sealed, { amount: 90e6 }), ...other];
    const own = sessionsOf(rows).filter(({ symbol }) => symbol === 1_600_001);
    expect(own.map(({ boards }) => boards)).toEqual([0, 1, 2, 3, 4, 0]);
    // nobody traded it on the fourth day: it goes on counting boards, and has no session before
    expect(own.map(({ before }) => before?.date ?? null)).toEqual([null, dates[0], dates[1], null, dates[4], dates[5]]);
    expect(own.map(({ adv }) => adv)).toEqual([...Array.from({ length: 5 }, () => Number.NaN), 34e6]);
  });

  test('at most twenty amounts count', () => {
    const rows = Array.from({ length: 26 }, (_, i) =>
      flat(0, { date: `202606${String(i + 1).padStart(2, '0')}`, amount: i < 5 ? 1e12 : 40e6 }),
    );
    expect(last(rows).adv).toBe(40e6);
  });

  test('a second row of a day takes the place of the first', () => {
    expect(sessionsOf([flat(0), flat(0, { close: 10.5 })]).map(({ close }) => close)).toEqual([10.5]);
  });

  test('a day counts all that sealed, and of those without a risk warning the share that did not hold', () => {
    const names = [sealed, { high: 11 }, { high: 11 }, { ...sealed, upLimit: 10.5, high: 10.5, close: 10.5, open: 10.1, low: 10.1 }];
    const { days } = limitDays(
      names.map((row, i) => flat(0, { ...row, symbol: 1_600_001 + i })),
      [],
    );
    expect(days).toEqual([{ date: dates[0], sealed: 2, broken: 1 - 1 / 3 }]);
  });
});

describe('whom a forecast is about', () => {
  const about = (event: LimitEvent, rows: readonly DailyRow[], list: readonly ListEntry[] = []): string[] =>
    sessionsOf(rows, list)
      .filter(limitDefinitions[event].isAbout)
      .map(({ date }) => date);

  test('touch: five sessions behind it, traded the day before, opens under its limit', () => {
    expect(about('touch', week())).toEqual(dates.slice(5));
    const atLimit = { open: 11, high: 11, low: 10.5, close: 10.6 };
    expect(about('touch', week({}, {}, {}, {}, {}, atLimit))).toEqual([dates[6]]);
    const small = Array.from({ length: 7 }, () => ({ amount: 30e6 }));
    expect(about('touch', week(...small))).toEqual([]);
    const warned = Array.from({ length: 7 }, () => ({ upLimit: 10.5 }));
    expect(about('touch', week(...warned))).toEqual([]);
    const other = dates.map((_date, day) => flat(day, { symbol: 2_000_001, amount: 1e6 }));
    expect(about('touch', [...week({}, {}, {}, {}, {}, null, {}), ...other])).toEqual([]);
  });

  test('second board: sealed the day before, not one-word, listed, opens under its limit', () => {
    const on = (before: Partial<DailyRow>, today: Partial<DailyRow> = {}, list = [listed(5)]) =>
      about('second-board', week({}, {}, {}, {}, {}, before, today), list);
    expect(on(sealed)).toEqual([dates[6]]);
    expect(on({ high: 11 })).toEqual([]);
    expect(on({ open: 11, high: 11, low: 11, close: 11 })).toEqual([]);
    expect(on(sealed, {}, [])).toEqual([]);
    expect(on(sealed, { open: 11, high: 11 })).toEqual([]);
  });

  test('next open: sealed, not one-word, listed; judged where it was traded the next day', () => {
    const rows = week({}, {}, {}, {}, {}, sealed, { open: 10.01 });
    expect(about('next-open', rows, [listed(5)])).toEqual([dates[5]]);
    expect(about('next-open', rows)).toEqual([]);
    const came = (open: number, list = [listed(5)]) =>
      forecastsOf('next-open', limitDays(week({}, {}, {}, {}, {}, sealed, { open }), list), 0).map((forecast) => forecast.came);
    // costs of .00122 and a tick of .01 on 11.00: .00213
    expect([came(10.03), came(10.02)]).toEqual([[true], [false]]);
    expect(forecastsOf('next-open', limitDays(week({}, {}, {}, {}, {}, sealed).slice(0, 6), [listed(5)]), 0)).toEqual([]);
  });
});

describe('what is said', () => {
  test('features of a seal: as the close shows them', () => {
    const market = limitDays(week({}, {}, {}, {}, {}, { ...sealed, amount: 80e6 }), [listed(5, { firstMinute: -7, opens: 14 })]);
    const session = market.sessions.find(({ date }) => date === dates[5])!;
    const x = limitDefinitions['next-open'].features(session, market.days);
    expect(x).toMatchObject({ ftm: -5, opens: 10, b2: 0, b3: 0, wide: 0, nlu: 0, broken: 0 });
    expect(x.lsealT).toBeCloseTo(Math.log(0.1), 12);
    expect(x.lfd).toBeCloseTo(Math.log(8e6), 12);
    expect(x.lrv).toBeCloseTo(Math.log(2), 12);
    expect(x.lturn).toBeCloseTo(Math.log(2), 12);
    expect(x.lpx).toBeCloseTo(Math.log(11), 12);
    expect(limitDefinitions['next-open'].naive(session)).toBe(0.1);
  });

  test('features at 09:25: the gap of today, all else of the day before', () => {
    const rows = week({}, {}, {}, {}, {}, { high: 11, close: 10.4, amount: 120e6, turnover: 0.01 }, { open: 10.3, high: 11, close: 10.9 });
    const x = limitDefinitions.touch.features(last(rows), []);
    expect(x).toMatchObject({ gneg: 0, plu_: 0, pfail: 1, wide: 0 });
    expect(x.gpos).toBeCloseTo(0.03, 12);
    expect(x.pret).toBeCloseTo(0.04, 12);
    expect(x.lprv).toBeCloseTo(Math.log(3), 12);
    expect(x.lpturn).toBeCloseTo(Math.log(0.05), 12);
    expect(x.ladv).toBeCloseTo(Math.log((5 * 40e6 + 120e6) / 6), 12);
    expect(limitDefinitions.touch.naive(last(rows))).toBeCloseTo(0.3, 12);
    expect(limitDefinitions.touch.features(last(week({}, {}, {}, {}, {}, {}, { open: 9.9, low: 9.9 })), [])).toMatchObject({
      gpos: 0,
      gneg: 9.9 / 10 - 1,
    });
  });

  test('a probability: clipped to what the fit has seen, the median for what is unknown', () => {
    const model = {
      ...limitModels.touch,
      features: ['a', 'b'],
      w: { a: 2, b: 1 },
      b: -1,
      median: { a: 0, b: 3 },
      clip: { a: [-1, 1], b: [0, 2] },
    };
    const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
    expect(probabilityOf(model, { a: 0.5, b: 1 })).toBeCloseTo(sigmoid(1), 12);
    expect(probabilityOf(model, { a: 9, b: 1 })).toBeCloseTo(sigmoid(2), 12);
    expect(probabilityOf(model, { a: 0, b: Number.NaN })).toBeCloseTo(sigmoid(1), 12);
  });
});

describe('the report', () => {
  const market = (mark: (day: number, k: number) => Partial<DailyRow>) => {
    const rows = Array.from({ length: 12 }, (_, day) => `202607${String(day + 1).padStart(2, '0')}`).flatMap((date, day) =>
      Array.from({ length: 40 }, (_, k) => flat(0, { date, symbol: 1_600_000 + k, ...mark(day, k) })),
    );
    return limitDays(rows, []);
  };
  /** The wider its gap the likelier a name touches. */
  const gaps = market((_day, k) => ({ open: 10 + k / 100, high: k >= 35 ? 11 : 10.5, close: 10.2, low: 10 }));

  test('days before `from` are history only, and what came on a day says nothing about others', () => {
    const [touch] = evaluateLimits(gaps, '20260708');
    expect(touch).toMatchObject({
      event: 'touch',
      from: '20260708',
      to: '20260712',
      days: 5,
      n: 200,
      base: 0.125,
      auc: 1,
      inSample: false,
    });
    expect(touch!.naive).toEqual({ auc: 1, top20: 0.25, bestFifth: 0.625 });
    expect(touch!.calibration).toHaveLength(10);
    expect([touch!.ahead95, touch!.speaks]).toEqual([[0, 0], false]);
    const changed = market((day, k) => ({ open: 10 + k / 100, high: day < 2 || k >= 35 ? 11 : 10.5, close: 10.2, low: 10 }));
    expect(evaluateLimits(changed, '20260708')).toEqual([touch]);
  });

  test('without `from`: behind the last day a model was fitted on; within those days it says so', () => {
    expect(evaluateLimits(gaps, null)[0]!.from).toBe('20260706');
    expect(evaluateLimits(gaps, null)[0]!.from > limitModels.touch.train.last).toBe(true);
    expect(
      evaluateLimits(
        limitDays(
          week().map((row) => ({ ...row, date: row.date.replace('202607', '202606') })),
          [],
        ),
        '20260601',
      )[0],
    ).toMatchObject({ inSample: true });
  });

  test('a day that does not exist, and events without a case: nothing is said of them', () => {
    expect(evaluateLimits(gaps, '20270101')).toEqual([]);
    expect(evaluateLimits(gaps, null).map(({ event }) => event)).toEqual(['touch']);
  });
});
