import { describe, expect, test } from 'vitest';
import { absentMilli } from '../../contracts/quote.ts';
import { minuteOf } from '../../contracts/session.ts';
import { type RefSymbol, slowDivergence, slowMarket, slowMedian, slowPivots, slowReturn } from '../../scenarios/oracles/slow-market.ts';
import { generatedDay, lcg } from '../../scenarios/support/days.ts';
import { recordQuotes } from '../../scenarios/support/record-quotes.ts';
import { Cell } from '../cell/cell.ts';
import { benchmarkOf, type CrossSection, emptyCrossSection } from './cross-section.ts';
import { at } from './rings.ts';
import { legsOf } from './zigzag.ts';

const close = (got: number, want: number | null): boolean => (want === null ? Number.isNaN(got) : Math.abs(got - want) <= 1e-9);

describe('the cross-section against the slow reference', () => {
  /** Runs a day and hands `judge` the cross-section with the quotes behind it, from 09:35 on at every `every`-th computation. */
  function compare(count: number, every: number, judge: (xs: CrossSection, symbols: RefSymbol[], slot: number, cell: Cell) => void): void {
    const day = generatedDay({ seed: 5, count });
    const cell = new Cell(day.bundle);
    const histories = recordQuotes(cell);
    const update = cell.features.updateCrossSection.bind(cell.features);
    let calls = 0;
    cell.features.updateCrossSection = (tsec) => {
      update(tsec);
      calls += 1;
      if (tsec < 300 || calls % every !== 0) return;
      const symbols = [...histories].map(([s, history]) => ({
        instrument: day.bundle.instruments[s]!,
        staleSec: cell.features.universe.staleSec[s]!,
        high: cell.cleaner.accepted.high[s]!,
        history,
      }));
      judge(cell.features.crossSection, symbols, Math.floor(tsec / 3), cell);
    };
    for (const entry of day.entries) cell.apply(entry);
  }

  test('medians, breadth, limit counts and feed health, through outages', () => {
    let compared = 0;
    let lowest = 1;
    let locked = 0;
    const wrong: string[] = [];
    compare(60, 37, (xs, symbols, slot) => {
      compared += 1;
      const want = slowMarket(symbols, slot);
      for (const [name, value] of Object.entries(want))
        if (!close(xs[name as keyof CrossSection], value)) wrong.push(`${slot} ${name}: ${xs[name as keyof CrossSection]} is not ${value}`);
      lowest = Math.min(lowest, want.feedHealth);
      locked = Math.max(locked, want.nUp + want.nDn);
    });

    expect(wrong.slice(0, 5)).toEqual([]);
    expect(compared).toBeGreaterThan(15);
    expect(lowest, 'an outage was among them').toBeLessThan(1);
    expect(locked).toBeGreaterThan(0);
  });

  test('the benchmark of a symbol is the median of the others', () => {
    let compared = 0;
    compare(41, 397, (xs, symbols, slot, cell) => {
      const { rings, universe } = cell.features;
      for (const symbol of symbols) {
        if (slowReturn(symbol, slot, 60) === null) continue;
        const s = universe.rowOf(symbol.instrument.no);
        const then = rings.values[rings.lookBack(s, rings.head[s]! - 60) + at.lnMid]!;
        const own = rings.values[rings.base(s, rings.head[s]!) + at.lnMid]! - then; // to the last bit: it may be the median itself
        const others = symbols.flatMap((other) => (other === symbol ? [] : [slowReturn(other, slot, 60)])).filter((each) => each !== null);
        const { kind, ret3m } = benchmarkOf({ ...xs, idxRet3m: Number.NaN }, own);
        if (kind === 'none') continue;
        compared += 1;
        expect(close(ret3m, slowMedian(others))).toBe(true);
      }
    });
    expect(compared).toBeGreaterThan(100);
  });

  test('a quote moved by one tick moves the median: the comparison can fail', () => {
    let differs = false;
    compare(9, 997, (xs, symbols, slot) => {
      const moved = symbols.map((symbol) => ({
        ...symbol,
        history: symbol.history.map((quote, i) =>
          i === symbol.history.length - 1 ? { ...quote, last: quote.last * 1.001, bookOk: false } : quote,
        ),
      }));
      differs ||= !close(xs.mktMed3m, slowMarket(moved, slot).mktMed3m);
    });
    expect(differs).toBe(true);
  });
});

describe('benchmark ladder (contracts/spec/features.md#benchmarks)', () => {
  const xs = (live: number, idxRet3m: number): CrossSection => ({
    ...emptyCrossSection(),
    live,
    idxRet3m,
    below: 0.001,
    middle: 0.002,
    above: 0.004,
  });

  test.each<[why: string, live: number, index: number, kind: string, ret: number]>([
    ['a whole market', 500, 0.01, 'market', 0.001],
    ['499 symbols and an index', 499, 0.01, 'index', 0.01],
    ['499 symbols, no index', 499, Number.NaN, 'median30', 0.0015],
    ['30 symbols, no index', 30, Number.NaN, 'median30', 0.001],
    ['29 symbols, no index', 29, Number.NaN, 'none', 0],
    ['29 symbols and an index', 29, 0.01, 'index', 0.01],
  ])('%s', (_why, live, index, kind, ret) => {
    const found = benchmarkOf(xs(live, index), 0.05);
    expect(found.kind).toBe(kind);
    expect(found.ret3m).toBeCloseTo(ret, 12);
  });

  test('with none a rally is measured by its own return, and the evidence says so', () => {
    const day = generatedDay({ count: 12 });
    const kinds = new Set<string>();
    const cell = new Cell({ ...day.bundle });
    cell.symbols.openGate = true;
    cell.symbols.observer = {
      snapshot: (_s, { feature, benchmark }) => {
        kinds.add(benchmark);
        if (benchmark === 'none' && !Number.isNaN(feature('ret_3m'))) expect(feature('exRet3m')).toBe(feature('ret_3m'));
      },
    };
    for (const entry of day.entries) if (entry.type !== 'index') cell.apply(entry);
    expect([...kinds]).toEqual(['none']);
  });
});

describe('top divergence', () => {
  test('zig-zag legs join the pivots of the definition, on 300 random walks', () => {
    const random = lcg(3);
    for (let walk = 0; walk < 300; walk++) {
      const closes = [10_000];
      while (closes.length < 40) closes.push(closes.at(-1)! + (random(61) - 30));
      const theta = 0.002 + random(60) / 10_000;
      const legs = legsOf([...closes.keys()], (m) => closes[m]!, theta);
      expect(legs.length === 0 ? [] : [legs[0]!.from, ...legs.map(({ to }) => to)], `walk ${walk}`).toEqual(slowPivots(closes, theta));
    }
  });

  test('a higher high on a third less money a minute and less of it bought diverges; on the same money it does not', () => {
    const bars = (secondPace: number) =>
      [100, 101, 102, 103, 102, 101, 102, 103, 104, 105].map((price, minute) => ({
        minute,
        close: price * 100,
        amount: minute <= 5 ? minute * 100 : 500 + (minute - 5) * secondPace,
        net: minute <= 5 ? minute * 50 : 250 + (minute - 5) * secondPace * 0.2,
      }));
    expect(slowDivergence(bars(60), 0.005)).toBe(1);
    expect(slowDivergence(bars(100), 0.005)).toBe(0);
    expect(slowDivergence(bars(60).slice(0, 5), 0.005)).toBeNull();
  });

  test('the feature is what the definition says of the engine’s own minute bars', () => {
    const day = generatedDay({ seed: 3, count: 40 });
    const cell = new Cell(day.bundle);
    const histories = recordQuotes(cell);
    const seen = { null: 0, 0: 0, 1: 0 };
    let n = 0;
    cell.symbols.openGate = true;
    cell.symbols.observer = {
      snapshot: (s, { feature }, { tsec }) => {
        if (n++ % 23 !== 0 || tsec < 1200) return;
        const { bars, universe } = cell.features;
        const until = Math.floor(tsec / 60) - 1;
        const minutes = Array.from({ length: 60 }, (_, i) => until - 59 + i).filter(
          (m) => m >= 0 && bars.close[bars.at(s, m)] !== absentMilli,
        );
        const list = minutes.map((minute) => {
          const cell = bars.at(s, minute);
          return { minute, close: bars.close[cell]!, amount: bars.amount[cell]!, net: bars.net[cell]! };
        });
        const theta = Math.max(0.004, cell.features.sigma(s, tsec - 300, 300, list.at(-1)!.close));
        const want = list.length < 3 ? null : slowDivergence(list, theta);
        const got = feature('pvDivTop');
        expect(Number.isNaN(got) ? null : got, `${universe.instruments[s]!.no} ${tsec}`).toBe(want);
        seen[String(want) as '0'] += 1;
        const quotes = histories.get(s)!.filter(({ slot }) => minuteOf(slot * 3) === list.at(-1)!.minute);
        expect(list.at(-1)!.close).toBe(quotes.at(-1)!.last);
      },
    };
    for (const entry of day.entries) cell.apply(entry);
    expect(Math.min(seen.null, seen[0], seen[1]), JSON.stringify(seen)).toBeGreaterThan(0);
  });
});
