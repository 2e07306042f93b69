import { describe, expect, test } from 'vitest';
import { defaultConfig } from '../../contracts/config.ts';
import { absentMilli } from '../../contracts/quote.ts';
import { midnightOf } from '../../contracts/session.ts';
import { generatedBundle } from '../../scenarios/market/bundle.ts';
import { MarketDay } from '../../scenarios/market/market-day.ts';
import { type RefQuote, slowSnapshot } from '../../scenarios/oracles/slow-reference.ts';
import { againstReference } from '../../scenarios/support/against-reference.ts';
import { isLong } from '../../scenarios/support/long.ts';
import { Cell } from '../cell/cell.ts';
import { pace } from '../log/pacer.ts';

/** A generated day of `count` symbols, one snapshot in `every` compared. */
function compare(seed: number, count: number, every: number, reference?: typeof slowSnapshot) {
  const day = new MarketDay({ seed, date: '20261123', day: 0, count });
  const bundle = generatedBundle({ seed, date: '20261123', issues: day.issues, config: defaultConfig });
  return againstReference(bundle, pace({ tradeDate: '20261123', bundle: '', codeVersion: '', origin: 'simulated' }, day), every, reference);
}

describe('features against the slow reference', () => {
  const seeds = [
    [7, 40, 1213],
    [1, 40, 1201],
  ] as const;
  test.each(isLong ? seeds : seeds.slice(0, 1))('seed %d: every feature of sampled snapshots', (seed, count, every) => {
    const { snapshots, wrong, never } = compare(seed, count, every);

    expect(wrong.slice(0, 10)).toEqual([]);
    expect(snapshots).toBeGreaterThan(1000);
    expect(never).toEqual([]);
  });

  test('the seal of a locked symbol is what stands at the limit, in yuan; nothing while it is not locked', () => {
    const day = new MarketDay({ seed: 7, date: '20261123', day: 0, count: 60 });
    const cell = new Cell(generatedBundle({ seed: 7, date: '20261123', issues: day.issues, config: defaultConfig }));
    cell.symbols.openGate = true;
    const seen = { locked: 0, free: 0 };
    cell.symbols.observer = {
      snapshot(s, { feature }) {
        const { limitUp, last, bid, bidShares, ask } = cell.cleaner.accepted;
        const locked = last[s] === limitUp[s] && bid[s * 5] === limitUp[s] && ask[s * 5] === absentMilli;
        seen[locked ? 'locked' : 'free'] += 1;
        if (Number.isNaN(feature('distUp'))) return;
        expect(feature('lockUp')).toBe(locked ? 1 : 0);
        expect(feature('sealAmt')).toBe(locked ? (limitUp[s]! / 1000) * bidShares[s * 5]! : Number.NaN);
      },
    };
    for (const entry of pace({ tradeDate: '20261123', bundle: '', codeVersion: '', origin: 'simulated' }, day)) {
      if (entry.tsMs > midnightOf('20261123') + 11 * 3_600_000) break;
      cell.apply(entry);
    }

    expect(seen.locked).toBeGreaterThan(20);
    expect(seen.free).toBeGreaterThan(1000);
  });

  test('a reference with a shifted window edge or strict inequalities does not agree', () => {
    const shifted: typeof slowSnapshot = (history, day, benchmark) =>
      slowSnapshot(
        history.map((q, i) => (i < history.length - 1 ? { ...q, slot: q.slot - 1 } : q)),
        day,
        benchmark,
      );
    const strict: typeof slowSnapshot = (history, day, benchmark) => {
      const result = slowSnapshot(history, day, benchmark);
      return { ...result, ofi1m: strictOrderFlow(history) };
    };

    expect(compare(1, 15, 1601, shifted).wrong.length).toBeGreaterThan(100);
    expect(compare(1, 15, 1601, strict).wrong.some((line) => line.includes('ofi1m'))).toBe(true);
  });
});

/** The common mistake: queue changes at an unchanged price are thrown away. */
function strictOrderFlow(history: readonly RefQuote[]): number | null {
  const k = history.at(-1)!.slot;
  let sum = 0;
  for (const [i, q] of history.entries()) {
    const [b, bw, a, aw] = [q.bids[0], history[i - 1]?.bids[0], q.asks[0], history[i - 1]?.asks[0]];
    if (q.slot <= k - 20 || !b || !bw || !a || !aw) continue;
    sum += (b[0] > bw[0] ? b[1] : 0) - (b[0] < bw[0] ? bw[1] : 0) - (a[0] < aw[0] ? a[1] : 0) + (a[0] > aw[0] ? aw[1] : 0);
  }
  return sum;
}
