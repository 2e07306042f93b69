import { describe, expect, test } from 'vitest';
import { absentMilli, batchOf, type Quote, quoteFlag } from '../../contracts/quote.ts';
import { midnightOf } from '../../contracts/session.ts';
import { generatedDay, testDate } from '../../scenarios/support/days.ts';
import { Cleaner, type OnAccepted } from './cleaner.ts';
import { universeOf } from './universe.ts';

const { bundle } = generatedDay({ count: 12 });
const instrument = bundle.instruments[0]!;
const base = instrument.preCloseMilli!;
const at = (clock: string): number => {
  const [h = 0, m = 0, s = 0] = clock.split(':').map(Number);
  return midnightOf(testDate) + ((h * 60 + m) * 60 + s) * 1000;
};
const quote = (clock: string, more: Partial<Quote> = {}): Quote => {
  const lastMilli = more.lastMilli ?? base;
  return {
    instrumentNo: instrument.no,
    tsExchangeMs: at(clock),
    phaseCode: 4,
    flags: 0,
    lastMilli,
    preCloseMilli: base,
    openMilli: null,
    highMilli: null,
    lowMilli: null,
    limitUpMilli: null,
    limitDownMilli: null,
    volumeShares: 1_000_000,
    amountYuan: 1000 * base,
    outerShares: null,
    innerShares: null,
    bids: [[base - 10, 500], [base - 20, 500], null, null, null],
    asks: [[base + 10, 500], [base + 20, 500], null, null, null],
    ...more,
  };
};
const ignore: OnAccepted = {
  add: () => undefined,
  settled: () => undefined,
  halted: () => undefined,
  threw: (_s, error) => expect.fail(String(error)),
};

function clean(rows: readonly (readonly [string, Partial<Quote>])[], received?: (clock: string) => number) {
  const cleaner = new Cleaner(universeOf(bundle), testDate, true);
  for (const [clock, more] of rows) cleaner.batch(batchOf('a', received?.(clock) ?? at(clock), [quote(clock, more)]), 0, ignore);
  const { accepted, duplicate, outOfSession, held, quarantined } = cleaner.counts;
  return { cleaner, counts: { accepted, duplicate, outOfSession, held }, quarantined };
}
/** Totals that rise with the rows: `n` thousand shares at the base price. */
const traded = (n: number): Partial<Quote> => ({ volumeShares: 1_000_000 + 1000 * n, amountYuan: base * (1000 + n) });

describe('cleaning', () => {
  test('each row is exactly one of accepted, duplicate, out of session, quarantined', () => {
    const { counts, quarantined } = clean([
      ['09:10:00', {}],
      ['09:30:03', {}],
      ['09:30:03', {}],
      ['09:30:06', traded(1)],
      ['12:00:00', {}],
      ['09:30:03', {}],
    ]);

    expect(counts).toEqual({ accepted: 2, duplicate: 0 + 1, outOfSession: 2, held: 0 });
    expect(quarantined).toEqual({ Q2_TIME_BACKWARDS: 1 });
  });

  test('Q1: totals that fall are quarantined; at the third in a row the source has started over', () => {
    const { counts, quarantined } = clean([
      ['09:31:00', traded(9)],
      ['09:31:03', traded(1)],
      ['09:31:06', traded(2)],
      ['09:31:09', traded(3)],
      ['09:31:12', traded(4)],
    ]);

    expect([counts.accepted, quarantined]).toEqual([3, { Q1_TOTAL_DECREASED: 2 }]);
  });

  test('Q1: a source that started over in an auction may not fall again', () => {
    const { counts, quarantined } = clean([
      ['14:56:57', traded(9)],
      ['14:57:03', traded(3)],
      ['14:57:06', traded(4)],
      ['14:57:09', traded(5)],
      ['14:57:12', traded(1)],
    ]);

    expect([counts.accepted, quarantined]).toEqual([2, { Q1_TOTAL_DECREASED: 3 }]);
  });

  test('Q2: more than 5 s ahead of our clock', () => {
    const ahead = (ms: number) => clean([['09:31:10', {}]], (clock) => at(clock) - ms).quarantined;
    expect([ahead(5000), ahead(5001)]).toEqual([{}, { Q2_TIME_FUTURE: 1 }]);
  });

  test('Q6: a feed that counts lots may be a lot off, one that counts shares may not; a unit error is one in both', () => {
    // 250 shares traded, told as 2 lots
    const lots = (flags: number, yuan: number) =>
      clean([
        ['09:31:00', { flags, ...traded(0) }],
        ['09:31:03', { flags, volumeShares: 1_000_200, amountYuan: base * 1000 + yuan }],
      ]).quarantined;
    const told = (250 * base) / 1000;

    expect([lots(quoteFlag.lotVolume, told), lots(0, told)]).toEqual([{}, { Q6_UNIT: 1 }]);
    expect(lots(quoteFlag.lotVolume, told * 100)).toEqual({ Q6_UNIT: 1 });
  });

  test('a quote of a symbol that has not traded yet is accepted, and no price comes of it', () => {
    const taken: number[] = [];
    const cleaner = new Cleaner(universeOf(bundle), testDate, true);
    let traded = Number.NaN;
    const watching: OnAccepted = {
      ...ignore,
      add: ({ dv }, batch, i) => {
        traded = dv;
        taken.push(batch.lastMilli[i]!);
      },
    };
    const untraded = { lastMilli: null, volumeShares: 0, amountYuan: 0 };
    for (const clock of ['09:31:00', '09:31:03']) cleaner.batch(batchOf('a', at(clock), [{ ...quote(clock), ...untraded }]), 0, watching);
    cleaner.batch(batchOf('a', at('09:32:00'), [quote('09:32:00', { volumeShares: 100, amountYuan: base / 10 })]), 0, watching);

    expect([cleaner.counts.accepted, taken, traded]).toEqual([3, [base], 100]);
    expect(cleaner.freshness.quoted.reduce((sum, n) => sum + n)).toBe(1);
  });

  test.each([
    ['above the limit', { lastMilli: instrument.limitUpMilli! + 10 }, 'Q3_OUTSIDE_LIMITS'],
    ['below the limit', { lastMilli: instrument.limitDownMilli! - 10 }, 'Q3_OUTSIDE_LIMITS'],
    ['without a price', { lastMilli: 0 }, 'Q3_NO_PRICE'],
  ])('Q3: %s', (_what, more, reason) => expect(clean([['09:31:00', more]]).quarantined).toEqual({ [reason]: 1 }));

  describe('limits that were only computed', () => {
    const instruments = bundle.instruments.map((each) => (each.no === instrument.no ? { ...each, limitSource: 'rule' as const } : each));
    const byRule = () => new Cleaner(universeOf({ ...bundle, instruments }), testDate, true);
    const give = (cleaner: Cleaner, clock: string, more: Partial<Quote>) =>
      cleaner.batch(batchOf('a', at(clock), [quote(clock, more)]), 0, ignore);
    const above = { lastMilli: instrument.limitUpMilli! + 10 };

    test('flag a quote that lies outside and never remove it; they are unknown from there on', () => {
      const cleaner = byRule();
      expect(cleaner.accepted.limitUp[0]).toBe(instrument.limitUpMilli);
      give(cleaner, '09:31:00', above);
      expect([cleaner.counts.accepted, cleaner.counts.quarantined, cleaner.counts.ruleWrong]).toEqual([1, {}, 1]);
      expect([cleaner.accepted.limitUp[0], cleaner.accepted.limitDown[0]]).toEqual([absentMilli, absentMilli]);
    });

    test('give way to what the feed tells: a limit, or that there is none', () => {
      const told = byRule();
      give(told, '09:31:00', { limitUpMilli: base + 500, limitDownMilli: base - 500 });
      give(told, '09:31:03', {
        lastMilli: base + 510,
        limitUpMilli: null,
        limitDownMilli: null,
        volumeShares: 1_000_000,
        amountYuan: base * 1000,
      });
      expect([told.accepted.limitUp[0], told.counts.quarantined]).toEqual([base + 500, { Q3_OUTSIDE_LIMITS: 1 }]);
      const none = byRule();
      give(none, '09:31:00', { ...above, flags: quoteFlag.noLimit });
      expect([none.counts.accepted, none.counts.ruleWrong, none.accepted.limitUp[0], none.accepted.limitTold[0]]).toEqual([
        1,
        0,
        absentMilli,
        1,
      ]);
    });

    test('come back from an image', () => {
      const [cleaner, again] = [byRule(), byRule()];
      give(cleaner, '09:31:00', above);
      again.restore(cleaner.image());
      expect([again.accepted.limitUp[0], again.counts.ruleWrong]).toEqual([absentMilli, 1]);
    });
  });

  test.each([
    ['crossed', { bids: [[base + 20, 5], null, null, null, null], asks: [[base + 10, 5], null, null, null, null] }],
    ['not descending', { bids: [[base - 20, 5], [base - 10, 5], null, null, null] }],
  ] as const)('Q4, Q5: a %s book is dropped, its quote kept', (_what, more) => {
    const { cleaner, counts } = clean([['09:31:00', more as Partial<Quote>]]);

    expect([counts.accepted, cleaner.counts.bookDropped, cleaner.accepted.bookOk[0]]).toEqual([1, 1, 0]);
  });

  test('Q6: an interval whose average price cannot be one is a unit error', () => {
    expect(
      clean([
        ['09:31:00', traded(0)],
        ['09:31:03', { ...traded(1), amountYuan: base * 1000 + base * 100 }],
      ]).quarantined,
    ).toEqual({ Q6_UNIT: 1 });
  });

  test('Q7: a jump on little volume waits one quote, and is bad if the price comes back', () => {
    const steady = Array.from({ length: 6 }, (_, i) => [`09:31:${String(3 * i).padStart(2, '0')}`, traded(i)] as const);
    const jump = Math.round((base * 1.05) / 10) * 10;
    const book = (milli: number): Partial<Quote> => ({
      lastMilli: milli,
      bids: [[milli - 10, 5], null, null, null, null],
      asks: [[milli + 10, 5], null, null, null, null],
    });

    expect(clean([...steady, ['09:31:18', { ...traded(5), ...book(jump) }]]).counts.held).toBe(1);
    expect(clean([...steady, ['09:31:18', { ...traded(5), ...book(jump) }], ['09:31:21', traded(6)]]).quarantined).toEqual({
      Q7_BAD_TICK: 1,
    });
    const stays = clean([...steady, ['09:31:18', { ...traded(5), ...book(jump) }], ['09:31:21', { ...traded(5), ...book(jump) }]]);
    expect([stays.quarantined, stays.counts]).toEqual([{}, { accepted: 8, duplicate: 0, outOfSession: 0, held: 0 }]);
  });

  test('Q7: a jump is more than 3 % off the median of the last five prices, to either side', () => {
    const steady = Array.from({ length: 6 }, (_, i) => [`09:31:${String(3 * i).padStart(2, '0')}`, traded(i)] as const);
    const held = (lastMilli: number) => clean([...steady, ['09:31:18', { ...traded(5), lastMilli }]]).counts.held;
    const upper = Math.floor((base * 1.03) / 10) * 10;
    const lower = Math.ceil((base * 0.97) / 10) * 10;

    expect([held(upper), held(upper + 10), held(lower), held(lower - 10)]).toEqual([0, 1, 0, 1]);
  });

  test('Q7: only a sound quote confirms or refutes, and a third level is held in its turn', () => {
    const steady = Array.from({ length: 6 }, (_, i) => [`09:31:${String(3 * i).padStart(2, '0')}`, traded(i)] as const);
    const level = (share: number) => Math.round((base * share) / 10) * 10;
    const at5 = { ...traded(5), lastMilli: level(1.05) };

    const absurd = clean([...steady, ['09:31:18', at5], ['09:31:21', { ...traded(5), lastMilli: base * 3 }]]);
    expect([absurd.counts.held, absurd.quarantined]).toEqual([1, { Q3_OUTSIDE_LIMITS: 1 }]);

    const repeated = clean([...steady, ['09:31:18', at5], ['09:31:15', traded(5)], ['09:31:21', at5]]);
    expect([repeated.counts.held, repeated.counts.duplicate, repeated.quarantined]).toEqual([0, 1, {}]);

    const third = clean([...steady, ['09:31:18', at5], ['09:31:21', { ...traded(5), lastMilli: level(1.09) }]]);
    expect([third.counts.held, third.counts.accepted, third.quarantined]).toEqual([1, 7, {}]);
  });

  test('rows of one entry out of time order are put in order; an unknown symbol and a foreign date are quarantined', () => {
    const cleaner = new Cleaner(universeOf(bundle), testDate, true);
    cleaner.batch(batchOf('a', at('09:31:06'), [quote('09:31:06', traded(1)), quote('09:31:03', traded(0))]), 0, ignore);
    cleaner.batch(
      batchOf('a', at('09:31:09'), [
        quote('09:31:09', { instrumentNo: 1_999_999 }),
        { ...quote('09:31:09'), tsExchangeMs: at('09:31:09') - 86_400_000 },
      ]),
      1,
      ignore,
    );

    expect(cleaner.counts.accepted).toBe(2);
    expect(cleaner.counts.quarantined).toEqual({ UNKNOWN_INSTRUMENT: 1, WRONG_DATE: 1 });
    expect(cleaner.quarantined.map(({ reason }) => reason)).toEqual(['UNKNOWN_INSTRUMENT', 'WRONG_DATE']);
  });

  const yuan = (shares: number) => (shares * base) / 1000;
  test.each([
    ['the same totals', 0, 0, [0, 0]],
    ['more, as a lot rounds it', 340, yuan(340), [340, yuan(340)]],
    ['a lot less told, nothing traded', -60, 0, [0, 0]],
    ['a lot less told, twenty shares traded', -40, yuan(20), [0, yuan(20)]],
    ['a yuan less told, nothing traded', 30, -0.4, [0, 0]],
    ['a total that lies behind', -5000, yuan(-5000), [Number.NaN, Number.NaN]],
    ['a unit a hundred times larger', 50_000, yuan(500), [Number.NaN, Number.NaN]],
    ['much more yuan than shares', 300, yuan(30_000), [Number.NaN, Number.NaN]],
    ['yuan without shares past a lot', 150, 0, [Number.NaN, Number.NaN]],
  ] as const)('a switch of sources: %s', (_what, shares, money, interval) => {
    const cleaner = new Cleaner(universeOf(bundle), testDate, true);
    const first = quote('09:31:00', traded(5));
    const totals = { volumeShares: first.volumeShares! + shares, amountYuan: first.amountYuan! + money };
    let told: readonly number[] = [];
    const watching: OnAccepted = {
      ...ignore,
      add: ({ dv, da }) => {
        told = [dv, Math.round(da * 100) / 100];
      },
    };
    cleaner.batch(batchOf('a', at('09:31:00'), [first]), 0, watching);
    cleaner.batch(batchOf('b', at('09:31:03'), [quote('09:31:03', totals)]), 1, watching);

    expect([cleaner.counts.accepted, cleaner.counts.quarantined]).toEqual([2, {}]);
    expect(told).toEqual([interval[0], Math.round(interval[1] * 100) / 100]);
    expect(cleaner.accepted.volumeGapSlot[0] === 21).toBe(Number.isNaN(interval[0]));
  });
});

describe('the reference price', () => {
  const referenceAfter = (known: number | null, ...told: readonly (number | null)[]) => {
    const own = { ...bundle, instruments: bundle.instruments.map((each, row) => (row === 0 ? { ...each, preCloseMilli: known } : each)) };
    const cleaner = new Cleaner(universeOf(own), testDate, true);
    told.forEach((preCloseMilli, i) => {
      const clock = `09:31:${String(3 * i).padStart(2, '0')}`;
      cleaner.batch(batchOf('a', at(clock), [quote(clock, { preCloseMilli })]), 0, ignore);
    });
    return cleaner.accepted.preClose[0];
  };

  test('is the bundle’s; where it has none the first that a feed tells, and no later one', () => {
    expect(referenceAfter(base, base + 500)).toBe(base);
    expect(referenceAfter(null, null)).toBe(absentMilli);
    expect(referenceAfter(null, null, base + 500, base + 900)).toBe(base + 500);
  });
});
