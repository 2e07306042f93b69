import { describe, expect, test } from 'vitest';
import { lcg } from '../../scenarios/support/days.ts';
import { GainBoard } from './gain-board.ts';
import { LookBack, PriceTrail, trailEntries } from './price-trail.ts';

/** A trail of one symbol from [second, price] pairs, and what stood a minute before its last entry. */
function minuteAgo(...quotes: readonly (readonly [sec: number, milli: number])[]): number {
  const trail = new PriceTrail(1);
  for (const [sec, milli] of quotes) trail.add(0, sec, milli);
  return new LookBack(trail, 60).milliOf(0);
}

describe('the price that stood so many seconds ago', () => {
  test.each([
    [
      'to the second',
      [
        [100, 11],
        [160, 12],
      ],
      11,
    ],
    [
      'a second late is too late',
      [
        [101, 11],
        [160, 12],
      ],
      0,
    ],
    [
      'the latest at or before it',
      [
        [98, 10],
        [99, 11],
        [101, 13],
        [160, 12],
      ],
      11,
    ],
    [
      'the last of two in one second',
      [
        [100, 10],
        [100, 11],
        [160, 12],
      ],
      11,
    ],
    ['none before the first quote', [], 0],
    ['none of a single quote', [[100, 11]], 0],
  ] as const)('%s', (_what, quotes, expected) => {
    expect(minuteAgo(...quotes)).toBe(expected);
  });

  test('is unknown once it is no longer held, and known again when what is held reaches back', () => {
    const trail = new PriceTrail(1);
    const lookBack = new LookBack(trail, trailEntries);
    const found = [];
    for (let sec = 0; sec <= 2 * trailEntries; sec++) {
      trail.add(0, sec, 1000 + sec);
      found.push(lookBack.milliOf(0));
    }
    // one entry a second: the one of 256 seconds ago has just been written over
    expect(found.every((milli) => milli === 0)).toBe(true);
    trail.add(0, 2 * trailEntries + 30, 1);
    expect(lookBack.milliOf(0)).toBe(1000 + trailEntries + 30);
  });

  test('is the same whether it is asked at every entry or once at the end', () => {
    const next = lcg(3);
    const trail = new PriceTrail(1);
    const often = new LookBack(trail, 45);
    let asked = 0;
    for (let sec = 0; sec < 3000; sec += next(5)) {
      trail.add(0, sec, 1000 + next(50));
      asked = often.milliOf(0);
    }
    expect(asked).toBe(new LookBack(trail, 45).milliOf(0));
    expect(asked).toBeGreaterThan(0);
  });
});

describe('the board', () => {
  /** Every quote of a symbol, and the board by its definition: all gains, sorted whole. */
  function slowly(quotes: readonly (readonly [sec: number, milli: number])[][], spanSec: number, sinceSec: number, size: number): number[] {
    const gains = quotes.flatMap((own, s) => {
      const last = own.at(-1);
      const ago = last && own.findLast(([sec]) => sec <= last[0] - spanSec);
      return last && ago && last[0] >= sinceSec ? [{ s, gain: last[1] / ago[1] - 1 }] : [];
    });
    return gains
      .sort((a, b) => b.gain - a.gain || a.s - b.s)
      .slice(0, size)
      .map(({ s }) => s);
  }

  test.each([1, 2, 3, 4, 5, 6])(
    'is every moment what sorting all gains gives: ties, silence, symbols that come and go (seed %i)',
    (seed) => {
      const next = lcg(seed);
      const symbols = 40;
      const size = 12;
      const trail = new PriceTrail(symbols);
      const board = new GainBoard(trail, [30, 90], size);
      const quotes = Array.from({ length: symbols }, (): [number, number][] => []);
      const lengths = new Set<number>();
      let ties = 0;
      for (let sec = 0; sec < 400; sec++) {
        const quiet = sec > 200 && sec < 270;
        for (let s = 0; s < symbols; s++) {
          if (next(1000) < (quiet ? 4 : 300)) {
            const milli = 1000 + next(6);
            trail.add(s, sec, milli);
            quotes[s]!.push([sec, milli]);
          }
        }
        board.update(sec - 20);
        for (const { spanSec, rows, length, gains } of board.leaders) {
          const listed = [...rows.subarray(0, length)];
          expect(listed).toEqual(slowly(quotes, spanSec, sec - 20, size));
          lengths.add(length);
          if (new Set(listed.map((s) => gains[s])).size < length) ties += 1;
        }
      }
      expect(ties).toBeGreaterThan(100);
      expect(lengths).toContain(size);
      expect(lengths.size).toBeGreaterThan(4);
    },
  );
});
