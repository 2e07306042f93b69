import { describe, expect, test } from 'vitest';
import type { Bundle } from '../../contracts/bundle.ts';
import { absentMilli, bookLevels, emptyColumns } from '../../contracts/quote.ts';
import { heatmapOf, type LastQuotes, ladderOf, overviewOf, quotesAt } from './overview.ts';
import { Seals } from './seals.ts';

type Row = {
  readonly last: number | null;
  readonly pre: number | null;
  readonly high?: number;
  readonly amount?: number;
  readonly seen?: boolean;
};

/** Limits at ten per cent of 10 yuan; instruments 1600001, 1600002, … */
function quotes(rows: readonly Row[], sectors: readonly { code: string; members: number[] }[] = []): LastQuotes {
  const columns = emptyColumns(rows.length, true);
  for (const [i, { last, pre, high, amount }] of rows.entries()) {
    columns.lastMilli[i] = last ?? absentMilli;
    columns.preCloseMilli[i] = pre ?? absentMilli;
    columns.highMilli![i] = high ?? last ?? absentMilli;
    columns.amountYuan[i] = amount ?? Number.NaN;
  }
  const instruments = rows.map((_, i) => ({
    no: 1_600_001 + i,
    name: `n${i}`,
    preCloseMilli: null,
    limitUpMilli: 11_000,
    limitDownMilli: 9000,
    boards: 0,
  }));
  const bundle = {
    instruments,
    sectors: sectors.map((each) => ({ ...each, name: each.code, kind: 'industry', asOf: '20261123' })),
  } as unknown as Bundle;
  const seen = Uint8Array.from(rows, ({ seen: was = true }) => (was ? 1 : 0));
  return { bundle, rows: columns, seen, at: new Map(instruments.map(({ no }, i) => [no, i])) };
}

describe('the market in one look', () => {
  const look = overviewOf(
    quotes([
      { last: 11_000, pre: 10_000, amount: 5 },
      { last: 10_900, pre: 10_000, high: 11_000 },
      { last: 9000, pre: 10_000 },
      { last: 10_000, pre: 10_000, amount: 7 },
      { last: 9990, pre: 10_000 },
      { last: 10_100, pre: 10_000 },
      { last: null, pre: 10_000 },
      { last: 10_500, pre: null },
      { last: 10_500, pre: 10_000, seen: false },
      { last: 10_500, pre: 0 },
    ]),
    [[0, 0.01]],
  );

  test('counts who rose, fell and stood; what has no price, no reference or no quote is unknown and no zero', () => {
    expect(look).toMatchObject({ up: 3, down: 2, flat: 1, unknown: 4 });
  });
  test('tells who stands at a limit from who stood there', () => {
    expect(look).toMatchObject({ atLimitUp: 1, brokenLimitUp: 1, atLimitDown: 1 });
  });
  test('puts a gain into the bin that begins with it', () => {
    // −10 %, −0.1 %, +1 %, +9 %, +10 %; one that stood is in none
    expect(look.breadth).toEqual([1, 0, 0, 0, 1, 0, 1, 0, 0, 2]);
  });
  test('sums the amounts that are known, and means the gains that are', () => {
    expect(look.amountYuan).toBe(12);
    expect(look.meanGain).toBeCloseTo((0.1 + 0.09 - 0.1 + 0 - 0.001 + 0.01) / 6, 12);
    expect(look.line).toEqual([[0, 0.01]]);
  });
  test('has no mean where nothing is known', () => {
    expect(overviewOf(quotes([{ last: null, pre: null }]), [])).toMatchObject({ meanGain: null, unknown: 1 });
  });
});

test('a sector has the largest amount first, one of unknown amount last, and its mean over who has a gain', () => {
  const { rows } = heatmapOf(
    quotes(
      [
        { last: 10_100, pre: 10_000, amount: 1 },
        { last: null, pre: 10_000 },
        { last: 11_000, pre: 10_000, amount: 3 },
      ],
      [
        { code: 'I01', members: [1_600_001, 1_600_002, 1_600_003, 1_600_099] },
        { code: 'I02', members: [1_600_002] },
      ],
    ),
    2,
  );
  expect(rows[0]).toMatchObject({ code: 'I01', count: 4, live: 2, up: 2, limitUps: 1, amountYuan: 4 });
  expect(rows[0]!.meanGain).toBeCloseTo(0.055, 12);
  expect(rows[0]!.members.map(({ symbol, amountYuan }) => [symbol, amountYuan])).toEqual([
    ['600003.SH', 3],
    ['600001.SH', 1],
  ]);
  // of a sector that nobody has a gain in, no mean is known
  expect(rows[1]).toMatchObject({ live: 0, up: 0, meanGain: null, amountYuan: 0 });
});

describe('the ladder', () => {
  /** [last, bid, bid shares, ask, boards before]; the high is the limit. */
  const ladder = (...rows: readonly (readonly [number, number, number, number | null, number])[]) => {
    const made = quotes(rows.map(([last]) => ({ last, pre: 10_000, high: 11_000 })));
    for (const [i, [, bid, shares, ask, boards]] of rows.entries()) {
      made.rows.bidMilli[i * bookLevels] = bid;
      made.rows.bidShares[i * bookLevels] = shares;
      made.rows.askMilli[i * bookLevels] = ask ?? absentMilli;
      (made.bundle.instruments[i] as { boards: number }).boards = boards;
    }
    const seals = new Seals(made.bundle.instruments.map(({ limitUpMilli }) => limitUpMilli));
    for (const i of rows.keys()) seals.take(made.rows as never, i, i);
    return ladderOf(made, seals.of.bind(seals)).map(({ symbol, state, sealYuan, boards }) => [symbol.slice(0, 6), state, sealYuan, boards]);
  };

  test('is locked where the limit is bid and nothing is asked, and only there is a seal', () => {
    expect(
      ladder(
        [11_000, 11_000, 200, null, 1], // locked: its second board
        [11_000, 11_000, 200, 11_000, 0], // still asked for at the limit
        [11_000, 10_990, 200, null, 0], // bid under it
        [10_900, 10_900, 200, null, 0], // fallen from it
      ),
    ).toEqual([
      ['600001', 'locked', 2200, 2],
      ['600002', 'at-limit', null, 1],
      ['600003', 'at-limit', null, 1],
      ['600004', 'broken', null, 0],
    ]);
  });

  test('has no place for who never was there, has no limit, or was not heard of', () => {
    const made = quotes([
      { last: 10_900, pre: 10_000 },
      { last: 11_000, pre: 10_000 },
      { last: 11_000, pre: 10_000, seen: false },
    ]);
    (made.bundle.instruments[1] as { limitUpMilli: number | null }).limitUpMilli = null;
    expect(ladderOf(made, () => null)).toEqual([]);
    expect(overviewOf(made, [])).toMatchObject({ atLimitUp: 0, brokenLimitUp: 0 });
  });
});

describe('as of an instant', () => {
  const now = quotes([
    { last: 11_000, pre: 10_000, amount: 9 },
    { last: 10_500, pre: 10_000, amount: 9 },
    { last: 10_500, pre: 10_000, amount: 9 },
  ]);
  const bar = (tsMs: number, closeMilli: number | null, highMilli: number | null, amountYuan: number | null) => ({
    tsMs,
    closeMilli,
    highMilli,
    lowMilli: closeMilli === null ? null : Math.min(closeMilli, 10_900 + tsMs),
    amountYuan,
  });
  const bars = new Map([
    [1_600_001, [bar(60, 10_100, 11_000, 1), bar(120, 10_200, 10_300, 2), bar(180, 11_000, 11_000, 6)]],
    [1_600_002, [bar(60, 11_000, 11_000, 4), bar(120, null, null, null)]],
    [1_600_003, [bar(180, 9000, 9000, 1)]],
  ]);

  test('the market is what the minutes that had ended tell: closes, highs and amounts so far, and nothing of later', () => {
    const then = quotesAt(now, bars, 120);
    expect(overviewOf(then, [])).toMatchObject({
      up: 2,
      down: 0,
      unknown: 1,
      atLimitUp: 1,
      brokenLimitUp: 1,
      atLimitDown: 0,
      amountYuan: 7,
    });
    expect(overviewOf(quotesAt(now, bars, 59), [])).toMatchObject({ up: 0, unknown: 3, amountYuan: 0 });
    expect(overviewOf(quotesAt(now, bars, 180), [])).toMatchObject({ up: 2, down: 1, atLimitUp: 2, brokenLimitUp: 0, atLimitDown: 1 });
  });

  test('the ladder says who stood at the limit by its minutes, and who was locked by its seals, whatever its last minute was', () => {
    const seal = { firstMs: 100, opens: 0, lastOpenMs: null, yuan: null, peakYuan: null };
    const told = (sealOf: Parameters<typeof ladderOf>[1]) =>
      ladderOf(quotesAt(now, bars, 120), sealOf).map(({ symbol, state, lastMilli, firstSealMs }) => [
        symbol,
        state,
        lastMilli,
        firstSealMs,
      ]);
    expect(told(() => null)).toEqual([
      ['600002.SH', 'at-limit', 11_000, null],
      ['600001.SH', 'broken', 10_200, null],
    ]);
    expect(ladderOf(quotesAt(now, bars, 120), () => null).map(({ lowMilli }) => lowMilli)).toEqual([10_960, 10_100]);
    // sealed and opened before its first minute ended: it is there, its price is not known
    expect(told((i) => (i === 2 ? { ...seal, isLocked: false, opens: 1 } : null))).toContainEqual(['600003.SH', 'broken', null, 100]);
    // the third has no minute yet, and is sealed; the first was sealed and opened
    expect(told((i) => (i === 1 ? null : { ...seal, isLocked: i === 2, opens: i === 0 ? 1 : 0 }))).toEqual([
      ['600002.SH', 'at-limit', 11_000, null],
      ['600003.SH', 'locked', 11_000, 100],
      ['600001.SH', 'broken', 10_200, 100],
    ]);
  });
});
