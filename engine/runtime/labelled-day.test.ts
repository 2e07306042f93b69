import { describe, expect, test } from 'vitest';
import { generatedDay } from '../../scenarios/support/days.ts';
import { reportOf } from './days-report.ts';
import { type Labelled, type LabelledDay, labelledDay } from './labelled-day.ts';

describe('a labelled day', () => {
  test('has a case for each birth and each confirmation, with what was said there, and a grid that nothing chose', async () => {
    const day = generatedDay({ seed: 2, count: 30, until: '11:00' });
    const { entries, cases, symbols } = await labelledDay(day.bundle, day.entries);
    const lives = entries.flatMap((entry) =>
      entry.kind === 'transition' && entry.machine === 'opportunity' && entry.region === 'lifecycle' ? [entry] : [],
    );
    const born = lives.filter(({ from }) => from === null);
    const confirmed = lives.filter(({ from, to }) => from === 'discovered' && to === 'confirmed');
    const of = (stage: Labelled['stage']) => cases.filter((each) => each.stage === stage);

    expect(born.length).toBeGreaterThan(0);
    expect(
      of('discovered')
        .map(({ opportunity }) => opportunity)
        .sort(),
    ).toEqual(born.map(({ actorId }) => actorId).sort());
    expect(
      of('confirmed')
        .map(({ opportunity }) => opportunity)
        .sort(),
    ).toEqual(confirmed.map(({ actorId }) => actorId).sort());
    expect(of('confirmed').every(({ forecasts }) => forecasts[0]?.event === 'moves-1pct')).toBe(true);
    // every five minutes from 09:35 to 11:00, of those that trade
    expect(of('grid').length).toBe(of('grid').filter(({ forecasts }) => forecasts.length === 2).length);
    expect(new Set(of('grid').map(({ tsMs }) => tsMs)).size).toBe(18);
    expect([symbols <= 30, of('grid').length <= 18 * symbols, of('grid').length > 15 * symbols]).toEqual([true, true, true]);
  });
});

describe('what labelled days come to', () => {
  const one = (stage: Labelled['stage'], moved: 0 | 1 | 'censored', gained: 0 | 1 | null, p: number | null): Labelled => ({
    date: '20261123',
    symbol: '600000.SH',
    tsMs: 0,
    stage,
    opportunity: stage === 'grid' ? null : 'opportunity.x',
    family: stage === 'grid' ? null : 'momentum',
    forecasts: [
      { event: 'moves-1pct', p, p0: 0.2 },
      { event: 'net-gain', p: 0.3, p0: 0.3 },
    ],
    labels: { 'moves-1pct': moved, 'net-gain': gained },
  });
  const day = (...cases: Labelled[]): LabelledDay => ({ date: '20261123', symbols: 4, entries: [], cases, moves: [] });

  test('what was said beside what came, without what has no label', () => {
    const { symbolDays, days, forecasts } = reportOf([
      day(one('confirmed', 1, 0, 0.6), one('confirmed', 0, null, 0.4)),
      day(one('confirmed', 'censored', 1, 0.9)),
    ]);

    expect([days, symbolDays]).toEqual([2, 8]);
    expect(forecasts).toEqual([
      {
        stage: 'confirmed',
        family: 'momentum',
        event: 'moves-1pct',
        n: 2,
        censored: 1,
        said: 0.5,
        base: 0.2,
        came: 0.5,
        came95: [expect.closeTo(0.0945, 3), expect.closeTo(0.9055, 3)],
      },
      {
        stage: 'confirmed',
        family: 'momentum',
        event: 'net-gain',
        n: 2,
        censored: 1,
        said: 0.3,
        base: 0.3,
        came: 0.5,
        came95: expect.anything(),
      },
    ]);
  });

  test('three minutes after a signal, less what the same symbol did that day', () => {
    const moved = (of: string, s: number, bp: number) => ({ of, s, bp });
    const up = [
      moved('grid', 0, 2),
      moved('grid', 0, 4),
      moved('grid', 1, 50),
      moved('flow.drive up', 0, 10),
      moved('flow.drive up', 0, 20),
    ];
    const { moves } = reportOf([{ ...day(), moves: [...up, moved('flow.drive down', 0, 5), moved('rally.main up', 7, 1)] }]);

    expect(moves).toEqual([
      // fell by 5 where the day rose by 3
      { of: 'flow.drive down', n: 1, meanBp: 5, excessBp: 8 },
      { of: 'flow.drive up', n: 2, meanBp: 15, excessBp: 12 },
      { of: 'rally.main up', n: 1, meanBp: 1, excessBp: Number.NaN },
    ]);
  });

  test('where nothing was said there is no mean, and base rates are judged on the grid alone', () => {
    const { forecasts, baseRates } = reportOf([
      day(one('discovered', 1, 1, null), ...Array.from({ length: 5 }, (_, i) => one('grid', i === 0 ? 1 : 0, null, 0.2))),
    ]);

    expect(forecasts[0]).toMatchObject({ event: 'moves-1pct', said: null, base: null, came: 1 });
    expect(baseRates).toEqual([{ event: 'moves-1pct', n: 5, base: 0.2, fifths: expect.anything() }]);
    expect(baseRates[0]!.fifths.map(({ said }) => said)).toEqual([0.2, 0.2, 0.2, 0.2, 0.2]);
  });
});
