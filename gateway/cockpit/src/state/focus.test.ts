import { describe, expect, test } from 'vitest';
import { midnightOf, msOfTsec } from '../../../../contracts/session.ts';
import { focusOf, spread } from './focus.ts';
import type { Change, Facts } from './shapes.ts';

const date = '20261123';
const at = (tsec: number): number => msOfTsec(date, tsec);
const plan = { entryMilli: 21_300, stopMilli: 21_110, target1Milli: 21_540, target2Milli: 21_730, sigmaH: 0.011, rewardRisk: 1.07 };
const change = (tsec: number, to: string, more: Partial<Change> = {}): Change => ({
  step: tsec,
  hash: '',
  actorSeq: 1,
  tsMs: at(tsec),
  region: 'lifecycle',
  from: 'x',
  to,
  event: 'e',
  note: null,
  evidence: [],
  ...more,
});
const path = [1000, 1003, 1100, 1200, 1300].map((tsec, i) => ({ tsMs: at(tsec), lastMilli: 21_200 + 100 * i }));
const transitions = [
  change(1060, 'discovered'),
  change(1090, 'confirmed'),
  change(1093, 'tracking.rising'),
  change(1200, 'tracking.rising', { from: 'tracking.rising', note: 'target1' }),
  change(1210, 'tracking.rising', { from: 'tracking.rising' }),
  change(1220, 'caution', { region: 'risk' }),
];
const live: Facts = { confirmedMs: at(1090), plan, timers: { horizon: at(1990) } };
const of = (facts: Facts, stopMilli: number | null = 21_520, limitMilli: number | null = 21_850, nowMs = at(1300)) =>
  focusOf({ openedMs: at(1060), facts, transitions }, path, stopMilli, limitMilli, nowMs);

describe('close up', () => {
  test('from a minute before it was discovered to where it is due; what lies outside is not drawn', () => {
    const { from, to, dueTsec, points } = of(live);
    expect([from, to, dueTsec]).toEqual([1000, 1990, 1990]);
    expect(points).toEqual([
      [1000, 21.2],
      [1003, 21.3],
      [1100, 21.4],
      [1200, 21.5],
      [1300, 21.6],
    ]);
    const over = of({ ...live, endedMs: at(1250) });
    expect([over.from, over.to, over.dueTsec, over.points.length]).toEqual([1000, 1310, null, 5]);
    // the day's ends are the picture's
    const early = focusOf({ openedMs: midnightOf(date) + 9.5 * 3_600_000, facts: {}, transitions: [] }, path, null, null, at(20));
    expect([early.from, early.to]).toEqual([0, 80]);
    // due in 45 minutes, and in a second more: as much again as it has lived
    const due = (tsec: number, nowMs = at(1300)) => of({ ...live, timers: { horizon: at(tsec) } }, 21_520, 21_850, nowMs);
    expect([due(3760).to, due(3760).dueTsec]).toEqual([3760, 3760]);
    expect([due(3761).to, due(3761).dueTsec]).toEqual([1540, null]);
    expect(due(3761, at(1080)).to).toBe(1140);
    expect(due(15_000, at(14_000)).to).toBe(14_400);
  });

  test('lunch takes no room', () => {
    const noon = focusOf(
      { openedMs: at(7190), facts: { timers: { horizon: at(8000) } }, transitions: [] },
      [
        { tsMs: at(7199), lastMilli: 1 },
        { tsMs: at(7203), lastMilli: null },
        { tsMs: at(7206), lastMilli: 2 },
      ],
      null,
      null,
      at(7300),
    );
    expect(noon.points.map(([tsec]) => tsec)).toEqual([7199, 7206]);
  });

  test('has a mark for each change of its life, at the price of then, words apart in lanes', () => {
    expect(of(live).marks.map(({ tsec, price, lane, change: { note } }) => [tsec, price, lane, note])).toEqual([
      [1060, 21.3, 0, null],
      [1090, 21.3, 1, null],
      [1093, 21.3, 2, null],
      [1200, 21.5, 0, 'target1'],
    ]);
  });

  test('has the plan once it is frozen; the stop that holds while it lives, the first one when it is over; the limit where it is near', () => {
    const kinds = (facts: Facts, ...more: [(number | null)?, (number | null)?]) =>
      of(facts, ...more).levels.map(({ kind, price }) => [kind, price]);
    expect(kinds(live)).toEqual([
      ['limit', 21.85],
      ['target2', 21.73],
      ['target1', 21.54],
      ['entry', 21.3],
      ['stop', 21.52],
    ]);
    // 21.60 is 1.5 % under 21.928
    expect(kinds(live, 21_520, 21_940)[0]).toEqual(['target2', 21.73]);
    expect(kinds(live, 21_520, null)[0]).toEqual(['target2', 21.73]);
    expect(kinds({ ...live, endedMs: at(1250) }).at(-1)).toEqual(['firstStop', 21.11]);
    expect(kinds(live, null).at(-1)).toEqual(['stop', 21.11]);
    expect(kinds({ ...live, confirmedMs: null })).toEqual([['limit', 21.85]]);
    expect(of({ ...live, confirmedMs: null }).stops).toEqual([]);
  });

  test('a stop is drawn from the confirmation, and the one that holds from the last change on: between them nothing is told', () => {
    expect(of(live).stops).toEqual([
      { from: 1090, to: 1200, price: 21.11 },
      { from: 1200, to: 1300, price: 21.52 },
    ]);
    expect(of(live, 21_110).stops).toEqual([{ from: 1090, to: 1300, price: 21.11 }]);
    expect(of({ ...live, endedMs: at(1250) }).stops).toEqual([{ from: 1090, to: 1250, price: 21.11 }]);
  });

  test('all of it fits, with room; without a path it is empty and has bounds', () => {
    const { low, high } = of(live);
    expect([low, high]).toEqual([expect.closeTo(21.11 - 0.0592, 6), expect.closeTo(21.85 + 0.0592, 6)]);
    expect(focusOf({ openedMs: at(1060), facts: {}, transitions: [] }, [], null, 21_850, at(1300))).toMatchObject({
      points: [],
      levels: [],
      low: -0.08,
      high: 1.08,
    });
  });
});

test('labels are pushed apart in their order, and none past the end', () => {
  expect(spread([100, 10, 105], 17, 200)).toEqual([100, 10, 117]);
  expect(spread([190, 195, 198], 17, 200)).toEqual([166, 183, 200]);
  expect(spread([], 17, 200)).toEqual([]);
});
