import { beforeAll, describe, expect, test } from 'vitest';
import type { Bundle } from '../../contracts/bundle.ts';
import { Config } from '../../contracts/config.ts';
import type { JournalStep } from '../../contracts/journal.ts';
import { type Quote, rowOf } from '../../contracts/quote.ts';
import { midnightOf } from '../../contracts/session.ts';
import type { TapeEntry } from '../../contracts/tape.ts';
import { generatedDay, lcg, testDate } from '../../scenarios/support/days.ts';
import { isLong } from '../../scenarios/support/long.ts';
import { type DayFacts, Facts, fileBundle } from '../feeds/tick-files/file-bundle.ts';
import { pace } from '../log/pacer.ts';
import { quoteRows } from '../log/row-source.ts';
import { bundleSha, foldDay } from '../runtime/fold.ts';

const points = isLong ? 50 : 25;
const from = midnightOf(testDate) + 9.4 * 3_600_000;
const until = midnightOf(testDate) + 10.6 * 3_600_000;
type BundleOf = (day: DayFacts, rows: readonly Quote[]) => Bundle;
/** Few symbols and no history: a strategy that is content with less speaks here. */
const config = Config.parse({ detectors: { rally: { az: 0.3, z3: 1.5, pvd: 1, enter: 0.1, exit: 0.05 } } });
const honest: BundleOf = (day) => fileBundle(day, config);

let quotes: Quote[];
let whole: readonly JournalStep[];

/** The whole pipeline from rows: bundle, tape, journal. */
function journalOf(rows: readonly Quote[], bundleOf: BundleOf = honest): readonly JournalStep[] {
  const facts = new Facts();
  for (const row of rows) facts.add(row);
  const bundle = bundleOf({ date: testDate, preClose: facts.preClose, earlier: new Map() }, rows);
  const frame = { tradeDate: testDate, bundle: bundleSha(bundle), codeVersion: 'test', origin: 'simulated' } as const;
  const tape: TapeEntry[] = [];
  for (const entry of pace(frame, quoteRows('file', rows))) {
    if (entry.tsMs > until) break;
    tape.push(entry);
  }
  return foldDay(bundle, tape).steps;
}

const decidedBy = (steps: readonly JournalStep[], tsMs: number): string[] =>
  steps.filter(({ entries }) => entries.every((entry) => entry.tsMs <= tsMs)).map(({ hash }) => hash);

/** The same row, and nothing in it true. */
function poison(quote: Quote): Quote {
  const wrong = (milli: number | null) => (milli === null ? null : Math.round((milli * 1.05) / 10) * 10);
  const side = (levels: Quote['bids']) => levels.map((level) => (level === null ? null : ([wrong(level[0])!, level[1] * 7] as const)));
  return {
    ...quote,
    lastMilli: wrong(quote.lastMilli),
    volumeShares: (quote.volumeShares ?? 0) * 3,
    amountYuan: (quote.amountYuan ?? 0) * 3.1,
    bids: side(quote.bids),
    asks: side(quote.asks),
  };
}

/** Symbols of the generated market with a rally in the first hour, and two without. */
function rowsOfInterest(): Quote[] {
  const { market, entries } = generatedDay({ seed: 5, count: 120, faulty: false, until: '10:40' });
  const early = market.episodes.filter(({ type, tStart }) => type !== 'THIN_POP' && tStart < 2700).map(({ no }) => no);
  const chosen = new Set([...early.slice(0, 6), ...market.issues.slice(0, 2).map(({ no }) => no)]);
  const rows: Quote[] = [];
  for (const entry of entries) {
    if (entry.type !== 'quotes' || entry.tsMs < from || entry.tsMs > until) continue;
    for (let i = 0; i < entry.batch.count; i++) {
      // a file carries no limits and no day's high: the pipeline has to do without
      if (chosen.has(entry.batch.instrumentNo[i]!))
        rows.push({ ...rowOf(entry.batch, i), limitUpMilli: null, limitDownMilli: null, highMilli: null, lowMilli: null, openMilli: null });
    }
  }
  return rows;
}

beforeAll(() => {
  quotes = rowsOfInterest();
  whole = journalOf(quotes);
});

describe('nothing after t changes what was decided by t', () => {
  const instants = () => {
    const random = lcg(2026);
    return Array.from({ length: points }, () => from + 600_000 + random(until - from - 600_000));
  };

  test('the rows hold signals to be changed', () => {
    expect(whole.flatMap(({ entries }) => entries).filter(({ kind }) => kind === 'signal').length).toBeGreaterThan(4);
  });

  test(`the input cut at ${points} random instants`, () => {
    for (const t of instants()) {
      const second = Math.floor(t / 1000) * 1000;
      expect(decidedBy(journalOf(quotes.filter(({ tsExchangeMs }) => tsExchangeMs <= second)), second)).toEqual(decidedBy(whole, second));
    }
  });

  test(`garbage after ${points} random instants`, () => {
    let changedLater = 0;
    for (const t of instants()) {
      const second = Math.floor(t / 1000) * 1000;
      const poisoned = journalOf(quotes.map((quote) => (quote.tsExchangeMs <= second ? quote : poison(quote))));
      expect(decidedBy(poisoned, second)).toEqual(decidedBy(whole, second));
      if (poisoned.at(-1)!.hash !== whole.at(-1)!.hash) changedLater += 1;
    }
    expect(changedLater).toBe(points); // the garbage did matter afterwards
  });

  test('a planted leak, the day’s high put into the bundle, is caught', () => {
    const leaking: BundleOf = (day, rows) => {
      const bundle = honest(day, rows);
      const high = (no: number) => Math.max(...rows.filter((quote) => quote.instrumentNo === no).map(({ lastMilli }) => lastMilli ?? 0));
      return { ...bundle, instruments: bundle.instruments.map((each) => ({ ...each, prevHighMilli: high(each.no) })) };
    };
    const t = instants()[0]!;
    const second = Math.floor(t / 1000) * 1000;
    const all = journalOf(quotes, leaking);

    const poisoned = journalOf(
      quotes.map((quote) => (quote.tsExchangeMs <= second ? quote : poison(quote))),
      leaking,
    );

    expect(decidedBy(poisoned, second)).not.toEqual(decidedBy(all, second));
  });
});
