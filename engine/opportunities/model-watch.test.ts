/** What models said, what came, and when one is taken back: each number by hand. */
import { describe, expect, test } from 'vitest';
import { logit } from '../../contracts/math.ts';
import type { Claim } from './confidence.ts';
import * as watch from './model-watch.ts';

const claim = (event: Claim['event'], p: number | null, horizonSec = 900): Claim => ({
  event,
  horizonSec,
  p0: 0.5,
  source: 'paper',
  data: 'test',
  days: 1,
  n: 1,
  auc95: [0.6, 0.7],
  odds: p === null ? null : logit(p),
});
const opened = (claims: ReadonlyMap<string, readonly Claim[]>, over: Partial<watch.Opened> = {}): watch.Opened => ({
  row: 0,
  midMilli: 10_000,
  direction: 1,
  scale: 0.01,
  cost: 0.002,
  tsec: 1000,
  claims,
  ...over,
});
const both = (a: number, b: number, event: Claim['event'] = 'moves-1pct') =>
  new Map([
    ['new', [claim(event, a)]],
    [watch.own, [claim(event, b)]],
  ]);

describe('an opening is put to each model', () => {
  test('with the chance it gives, of the events that a price of the day decides', () => {
    const claims = new Map([
      ['new', [claim('moves-1pct', 0.7), claim('net-gain', 0.3), claim('sealed-at-close', 0.9)]],
      ['silent', []],
      ['unknown', [claim('moves-1pct', null)]],
      ['other-horizon', [claim('moves-1pct', 0.9, 180)]],
    ]);
    const { waiting } = watch.asked(watch.newModelRecord, opened(claims));

    // where the strategy's own maps are silent the base rate stands
    expect(waiting.map(({ event, said }) => [event, Object.keys(said), said[watch.own]])).toEqual([
      ['moves-1pct', ['', 'new'], 0.5],
      ['net-gain', ['', 'new'], 0.5],
    ]);
    expect(waiting[0]).toMatchObject({ dueTsec: 1900, seenTsec: 1000 });
    expect(waiting[0]!.said.new).toBeCloseTo(0.7, 12);
  });

  test('nobody speaks of it: nothing is waited for', () => {
    expect(watch.asked(watch.newModelRecord, opened(new Map([['new', []]])))).toBe(watch.newModelRecord);
  });

  test('late in the day it is due at 14:56:57', () => {
    expect(watch.asked(watch.newModelRecord, opened(both(0.6, 0.5), { tsec: 14_000 })).waiting[0]!.dueTsec).toBe(14_217);
  });
});

type Path = readonly (readonly [tsec: number, mid: number])[];
const cameOf = (event: Claim['event'], path: Path, over: Partial<watch.Opened> = {}) => {
  let record = watch.asked(watch.newModelRecord, opened(both(0.6, 0.5, event), over));
  for (const [tsec, mid] of path) record = watch.ripened(record, tsec, () => mid);
  return { came: record.judged.map(({ came }) => came), open: record.waiting.length };
};
const still = (mid: number, to: number): Path => Array.from({ length: (to - 1000) / 50 }, (_, i) => [1050 + 50 * i, mid]);

const outcomes: readonly [string, Claim['event'], Path, Partial<watch.Opened>, readonly number[], number][] = [
  ['1 % up is a move', 'moves-1pct', [[1003, 10_100]], {}, [1], 0],
  ['1 % down is one', 'moves-1pct', [[1003, 9_900]], {}, [1], 0],
  ['less is none yet', 'moves-1pct', [[1003, 10_099]], {}, [], 1],
  ['none by its time is none', 'moves-1pct', [...still(10_050, 1900), [1903, 10_050]], {}, [0], 0],
  ['at its time it is still open', 'moves-1pct', still(10_050, 1900), {}, [], 1],
  // scale 1 %, cost .2 %: gains from +1.7 %, loses from −.8 %
  ['1.5 σ beyond the cost is a gain', 'net-gain', [[1003, 10_171]], {}, [1], 0],
  ['a little less is not yet', 'net-gain', [[1003, 10_169]], {}, [], 1],
  ['1 σ under the cost is none', 'net-gain', [[1003, 9_919]], {}, [0], 0],
  ['a little more stands', 'net-gain', [[1003, 9_921]], {}, [], 1],
  ['a fall is the gain of a down-opportunity', 'net-gain', [[1003, 9_829]], { direction: -1 }, [1], 0],
  ['by its time what is left beyond the cost counts', 'net-gain', [...still(10_021, 1900), [1903, 10_021]], {}, [1], 0],
  ['what is left under it does not', 'net-gain', [...still(10_019, 1900), [1903, 10_019]], {}, [0], 0],
  ['σ is at least .6 %', 'net-gain', [[1003, 9_961]], { scale: 0.001 }, [], 1],
  ['an unknown σ is .6 %', 'net-gain', [[1003, 9_959]], { scale: Number.NaN }, [0], 0],
  [
    'a minute unseen is forgotten',
    'moves-1pct',
    [
      [1003, Number.NaN],
      [1061, Number.NaN],
      [1064, 10_200],
    ],
    {},
    [],
    0,
  ],
  [
    'unseen for less it goes on',
    'moves-1pct',
    [
      [1003, Number.NaN],
      [1060, 10_200],
    ],
    {},
    [1],
    0,
  ],
];
test.each(outcomes)('%s', (_what, event, path, over, came, open) => {
  expect(cameOf(event, path, over)).toEqual({ came, open });
});

test('nothing is waited for: the record is the same', () => {
  expect(watch.ripened(watch.newModelRecord, 2000, () => 1)).toBe(watch.newModelRecord);
});

/** `n` openings of which each gives `a` by the new one, `b` by the strategy's own, and moves or not. */
function judged(rows: readonly (readonly [a: number, b: number, came: 0 | 1])[]): watch.ModelRecord {
  return { ...watch.newModelRecord, judged: rows.map(([a, b, came]) => ({ came, said: { new: a, [watch.own]: b } })) };
}
const rowsOf = (n: number, a: number, b: number, hits: number) =>
  Array.from({ length: n }, (_, i) => [a, b, i % n < hits ? 1 : 0] as [number, number, 0 | 1]);

describe('what it is worth', () => {
  test('mean squared distance, of the same cases for both', () => {
    const record = judged([
      [0.8, 0.5, 1],
      [0.6, 0.5, 0],
    ]);
    const partly = { ...record, judged: [...record.judged, { came: 1 as const, said: { new: 0.1 } }] };

    expect(watch.standingOf(partly, 'new', watch.own)).toEqual({ n: 2, brier: expect.closeTo(0.2, 12), against: 0.25 });
    expect(watch.standingOf(watch.newModelRecord, 'new', watch.own)).toEqual({ n: 0, brier: null, against: null });
  });

  test('of a model that never spoke nothing is known, whatever it is called', () => {
    expect(watch.standingOf(judged([[0.8, 0.5, 1]]), 'constructor', watch.own)).toEqual({ n: 0, brier: null, against: null });
  });

  test('one that begins anew has said nothing; of the others everything stays', () => {
    const waiting = watch.asked(judged([[0.8, 0.5, 1]]), opened(both(0.6, 0.5)));
    const anew = watch.forgotten(waiting, 'new');
    expect(watch.standingOf(anew, 'new', watch.own).n).toBe(0);
    expect([anew.judged, anew.waiting].map((all) => all.map(({ said }) => Object.keys(said)))).toEqual([[['']], [['']]]);
    expect(watch.standingOf(anew, watch.own, watch.own).n).toBe(1);
  });

  test('under other parameters scores begin anew', () => {
    const record = watch.retuned(watch.scored(watch.spokeAnew(watch.scored(judged([[0.8, 0.5, 1]]), 0.4)), 0.6));
    expect([record.before, record.since, record.judged.length]).toEqual([[], [], 1]);
  });

  test('the last two hundred are kept', () => {
    let record = watch.newModelRecord;
    for (let i = 0; i < 201; i++) {
      record = watch.asked(record, opened(both(0.6, 0.5)));
      record = watch.ripened(record, 1003, () => (i === 0 ? 10_200 : 10_100));
    }
    expect(record.judged).toHaveLength(200);
  });
});

describe('K14', () => {
  test('worse than who would speak in its place by more than .02, and by more than chance: taken back', () => {
    // .9 said where half came: .41 against .25
    expect(watch.worseThan(judged(rowsOf(60, 0.9, 0.5, 30)), 'new', watch.own)).toEqual({
      feature: 'modelBrier',
      value: expect.closeTo(0.41, 12),
      bound: expect.any(Number),
    });
  });
  const stands: readonly [string, watch.ModelRecord][] = [
    ['of fewer than sixty cases nothing is said', judged(rowsOf(59, 0.9, 0.5, 29))],
    ['by less than .02', judged(rowsOf(200, 0.6, 0.5, 100))],
    ['better', judged(rowsOf(60, 0.5, 0.9, 30))],
    // a gap of .031 with a deviation of .27 in sixty cases: chance makes .057
    ['by no more than chance', judged(rowsOf(60, 0.75, 0.5, 36).map(([a, b, came]) => [came === 1 ? a : 0.78, b, came]))],
  ];
  test.each(stands)('%s: it stands', (_what, record) => {
    expect(watch.worseThan(record, 'new', watch.own)).toBeNull();
  });

  const scores = (n: number, of: (i: number) => number | null) => Array.from({ length: n }, (_, i) => of(i));
  test('scores are spread otherwise than before it spoke', () => {
    const before = scores(200, (i) => (i % 10) / 10 + 0.05);
    const shifted = scores(200, (i) => (i % 5) / 10 + 0.55);
    const record = { ...watch.newModelRecord, before, since: shifted };

    expect(watch.scoresDrift(record)).toMatchObject({ feature: 'scorePsi', bound: 0.25 });
    expect(watch.scoresDrift({ ...record, since: before })).toBeNull();
    expect(watch.scoresDrift({ ...record, since: shifted.slice(1) })).toBeNull();
    expect(watch.scoresDrift({ ...record, before: before.slice(1) })).toBeNull();
  });

  test('PSI by hand: .5/.5 against .8/.2 is .416', () => {
    const before = scores(200, (i) => (i < 100 ? 0.15 : 0.25)) as number[];
    const since = scores(200, (i) => (i < 160 ? 0.15 : 0.25)) as number[];
    expect(watch.psiOf(before, since)).toBeCloseTo(0.3 * Math.log(1.6) - 0.3 * Math.log(0.4), 12);
  });

  test('scores of 0 and 1 have a tenth as well', () => {
    const ends = scores(200, (i) => (i < 100 ? 0 : 1)) as number[];
    expect(watch.psiOf(ends, ends)).toBe(0);
  });

  test('more than a fifth of the scores are unknown', () => {
    const some = (unknown: number, n: number) => ({ ...watch.newModelRecord, since: scores(n, (i) => (i < unknown ? null : 0.5)) });
    expect(watch.scoresDrift(some(13, 60))).toMatchObject({ feature: 'scoreUnknown', bound: 0.2 });
    expect(watch.scoresDrift(some(12, 60))).toBeNull();
    expect(watch.scoresDrift(some(13, 59))).toBeNull();
  });

  test('from another’s word on, what scores were is what they are compared with', () => {
    let record = watch.newModelRecord;
    for (let i = 0; i < 150; i++) record = watch.scored(record, 0.4);
    record = watch.spokeAnew(record);
    for (let i = 0; i < 210; i++) record = watch.scored(record, 0.6);

    expect([record.before.length, record.since.length]).toEqual([150, 200]);
    expect(watch.spokeAnew(record)).toMatchObject({ since: [], before: { length: 200 } });
  });
});
