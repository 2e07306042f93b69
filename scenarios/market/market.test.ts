import { describe, expect, test } from 'vitest';
import { phaseCode, rowOf } from '../../contracts/quote.ts';
import { clockOf, midnightOf } from '../../contracts/session.ts';
import { testDate } from '../support/days.ts';
import { meanFacts, outOfBand } from './bands.ts';
import { episodesOf, episodeTypes, plainRates, type Rates, scaledRates } from './episodes.ts';
import { factsOf } from './facts.ts';
import { hashOf } from './hash.ts';
import { MarketDay, type MarketOptions } from './market-day.ts';
import { statusOf } from './status.ts';
import { universeOf } from './universe.ts';
import { waveEpisodes, wavesOf } from './waves.ts';

const day = (options: Partial<MarketOptions> = {}): MarketDay => new MarketDay({ seed: 1, date: testDate, day: 0, count: 40, ...options });
const only = (type: (typeof episodeTypes)[number], rate = 1): Rates => ({ ...plainRates, [type]: rate });
/** Rows of the day by instrument, in order. */
function rowsOf(market: MarketDay) {
  const rows = new Map<number, ReturnType<typeof rowOf>[]>();
  const midnight = midnightOf(market.date);
  for (let ms = midnight + 8.5 * 3_600_000; ms <= midnight + 15.5 * 3_600_000; ms += 1000)
    for (const entry of market.take(ms))
      if (entry.type === 'quotes')
        for (let i = 0; i < entry.batch.count; i++) {
          const row = rowOf(entry.batch, i);
          const own = rows.get(row.instrumentNo);
          if (own === undefined) rows.set(row.instrumentNo, [row]);
          else own.push(row);
        }
  return rows;
}

describe('the invented market', () => {
  test('has the stylised facts of a market: every band of contracts/spec/invented-market.md#facts on the mean of five days', () => {
    const days = [1, 2, 3, 4, 5].map((seed) => factsOf(day({ seed, count: 150, faulty: false, rates: plainRates })));
    expect(outOfBand(meanFacts(days))).toEqual([]);
    expect(days.every(({ offTick, offLot, offSum }) => offTick + offLot + offSum === 0)).toBe(true);
  });

  test('is the same twice, and another with another seed', () => {
    expect(hashOf(day()).sha).toBe(hashOf(day()).sha);
    expect(hashOf(day({ seed: 2 })).sha).not.toBe(hashOf(day()).sha);
  });

  test('a symbol is the same in a small universe and in a large one', () => {
    const small = day({ count: 20 });
    const large = day({ count: 60 });
    const [few, many] = [rowsOf(small), rowsOf(large)];
    const shared = [...few.keys()].filter((no) => many.has(no));
    expect(shared.length).toBeGreaterThan(15);
    for (const no of shared) expect(many.get(no)).toEqual(few.get(no));
  });

  test('boards, sectors, concepts in the shares asked for', () => {
    const issues = universeOf(1, 5500);
    const share = (board: string) => issues.filter((each) => each.board === board).length / 5500;
    expect([share('MAIN'), share('CHINEXT'), share('STAR'), share('BSE')].map((x) => Math.round(100 * x))).toEqual([58, 26, 11, 5]);
    expect(new Set(issues.map(({ sector }) => sector)).size).toBe(31);
    const sizes = Array.from({ length: 200 }, (_, concept) => issues.filter(({ concepts }) => concepts.includes(concept)).length);
    expect(Math.max(...sizes)).toBeGreaterThan(100);
    expect(issues.every(({ concepts }) => concepts.length >= 1)).toBe(true);
    const statuses = issues.map((issue) => statusOf(1, 0, issue));
    const count = (of: (status: (typeof statuses)[number]) => boolean) => statuses.filter(of).length;
    expect(count(({ suspended }) => suspended)).toBeGreaterThan(5);
    expect(count(({ exDate }) => exDate)).toBeGreaterThan(8);
    expect(count(({ listingDayN }) => listingDayN !== null)).toBeGreaterThan(3);
  });
});

describe('planted episodes', () => {
  const issues = universeOf(1, 400);

  test.each(episodeTypes)('%s has a truth record with its legs, window and who should see it', (type) => {
    const planted = issues.flatMap((issue) => episodesOf(1, 0, issue, only(type)));
    expect(planted.length).toBeGreaterThan(300);
    for (const { legs, tStart, tPeak, tEnd, expected, difficulty, type: own } of planted) {
      expect(own).toBe(type);
      expect(tStart <= tPeak && tPeak <= tEnd).toBe(true);
      expect(legs[0]!.from).toBe(tStart);
      expect(expected.window[0]).toBe(tStart);
      expect(difficulty).toBeGreaterThanOrEqual(0.2);
    }
  });

  test('at the market’s rates as many as contracts/spec/invented-market.md#episodes says', () => {
    const all = universeOf(1, 5500).flatMap((issue) => episodesOf(1, 0, issue, scaledRates(1)));
    const many = (type: string) => all.filter((each) => each.type === type).length;
    const near = (type: string, expected: number) =>
      expect(Math.abs(many(type) - expected), type).toBeLessThan(4 * Math.sqrt(expected) + 5);
    near('RALLY_TRUE', 220);
    near('RALLY_FADE', 180);
    near('THIN_POP', 400);
    near('BLOCK_PRINT', 100);
    near('LIMIT_SEAL', 60);
    near('DIVE', 60);
  });

  test('a seal is a seal: last at the limit, asks empty, and it opens when it is to open', () => {
    const market = day({ count: 12, faulty: false, rates: only('SEAL_OPEN') });
    const rows = rowsOf(market);
    let [sealed, opened] = [0, 0];
    for (const { no, legs } of market.episodes) {
      const at = (tsec: number) =>
        rows
          .get(no)
          ?.filter(
            ({ tsExchangeMs, phaseCode: code }) =>
              code === phaseCode.continuous &&
              tsExchangeMs <= midnightOf(testDate) + 9.5 * 3_600_000 + (tsec + (tsec > 7200 ? 5400 : 0)) * 1000,
          )
          .at(-1);
      const hold = at(legs[1]!.to - 30);
      const after = at(legs[2]!.to);
      if (hold?.lastMilli === hold?.limitUpMilli && hold?.asks[0] === null) sealed += 1;
      if (after !== undefined && after.lastMilli! < after.limitUpMilli!) opened += 1;
    }
    expect(market.episodes.length).toBeGreaterThan(5);
    expect(sealed).toBeGreaterThanOrEqual(market.episodes.length - 2);
    expect(opened).toBeGreaterThanOrEqual(market.episodes.length - 2);
  });

  test('one word: sealed from the first print; a block: one interval, no drift; a halt: one row, then none', () => {
    const word = rowsOf(day({ count: 8, faulty: false, rates: only('ONEWORD') }));
    for (const rows of word.values()) {
      const traded = rows.filter(({ phaseCode: code, limitUpMilli }) => code === phaseCode.continuous && limitUpMilli !== null);
      expect(traded.every(({ lastMilli, limitUpMilli }) => lastMilli === limitUpMilli)).toBe(true);
    }
    const halted = rowsOf(day({ count: 8, faulty: false, rates: only('SUSPEND_RESUME') }));
    for (const rows of halted.values()) {
      const stops = rows.flatMap(({ phaseCode: code }, i) => (code === phaseCode.halted ? [i] : []));
      if (stops.length === 0) continue;
      const gapMs = rows[stops[0]! + 1]!.tsExchangeMs - rows[stops[0]!]!.tsExchangeMs;
      expect(gapMs).toBeGreaterThanOrEqual(590_000);
    }
  });

  test('an unlimited day has no limits in its rows, and stands still for ten minutes at 30 % from its open', () => {
    const [listed] = Array.from({ length: 400 }, (_, k) => k).flatMap((seed) =>
      universeOf(seed + 1, 40)
        .filter((issue) => statusOf(seed + 1, 0, issue).listingDayN === 1)
        .map(() => seed + 1),
    );
    const market = day({ seed: listed!, faulty: false, rates: plainRates });
    const issue = market.days.find(({ status }) => status.listingDayN === 1)!;
    const rows = rowsOf(market).get(issue.issue.no)!;
    expect(rows.every(({ limitUpMilli }) => limitUpMilli === null)).toBe(true);
    const far = rows.findIndex(
      ({ lastMilli, phaseCode: code }) =>
        code === phaseCode.continuous && lastMilli !== null && Math.abs(lastMilli / issue.openMilli - 1) >= 0.3,
    );
    if (far >= 0) expect(rows.some(({ phaseCode: code }) => code === phaseCode.halted)).toBe(true);
  });

  test('rotations: leaders first, followers with a lag, the others not', () => {
    const waves = wavesOf(3, 0).filter(({ type }) => type === 'ROTATION');
    expect(waves.length).toBeGreaterThan(3);
    const all = universeOf(3, 3000).flatMap((issue) => waveEpisodes(3, 0, issue, waves));
    const of = (sub: string) => all.filter((each) => each.sub === sub);
    expect(of('leader').length).toBeGreaterThan(10);
    expect(of('follower').length).toBeGreaterThan(of('leader').length * 3);
    expect(of('follower').every(({ tStart, expected }) => tStart > expected.window[0])).toBe(true);
  });
});

describe('auctions', () => {
  test('one price on both sides, what is unmatched on level two without a price; withdrawn bluffs before 09:20; a cross at 09:25 and at 15:00', () => {
    const rows = rowsOf(day({ count: 60, faulty: false, rates: plainRates }));
    let bluffs = 0;
    for (const own of rows.values()) {
      const opening = own.filter(({ phaseCode: code }) => code === phaseCode.openCall);
      expect(
        opening.every(
          ({ bids, asks, lastMilli }) =>
            lastMilli === null && bids[0]![0] === asks[0]![0] && bids[0]![1] === asks[0]![1] && (bids[1]?.[0] ?? null) === null,
        ),
      ).toBe(true);
      const at = (clock: string) => opening.filter(({ tsExchangeMs }) => clockOf(tsExchangeMs) < clock).at(-1);
      const [early, later] = [at('09:20:00'), opening.at(-1)];
      if (early && later && Math.abs(early.bids[0]![0]! / later.bids[0]![0]! - 1) > 0.03) bluffs += 1;
      const close = own.at(-1)!;
      const before = own.filter(({ phaseCode: code }) => code === phaseCode.continuous).at(-1)!;
      expect([close.phaseCode, clockOf(close.tsExchangeMs)]).toEqual([phaseCode.closed, '15:00:00']);
      expect(close.volumeShares! >= before.volumeShares!).toBe(true);
    }
    expect(bluffs).toBeGreaterThan(0);
    expect(bluffs).toBeLessThan(20);
  });
});
