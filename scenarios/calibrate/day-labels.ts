/**
 * One invented day's rally signals with their matured labels, those of the declared baseline B0, and placebos B2 (contracts/spec/evaluation.md#baselines).
 *
 * Fill   the ask of the symbol's first quote at least 0.3 s after the decision; none within 15 s: no label
 * B2     at each signal's moment, five other symbols by seed: what the label is worth without choosing
 * B0     ret_3m ≥ 2 % by board, at most every 600 trading seconds, 09:31 to 14:51
 */
import { absentMilli, bookLevels } from '../../contracts/quote.ts';
import { tsecOf } from '../../contracts/session.ts';
import { type Label, TripleBarrier } from '../../engine/backtest/triple-barrier.ts';
import type { Cell } from '../../engine/cell/cell.ts';
import { at } from '../../engine/features/rings.ts';
import { costOf } from '../../engine/opportunities/plan.ts';
import { foldDay } from '../../engine/runtime/fold.ts';
import { marketRates } from '../market/episodes.ts';
import { generatedDay, lcg } from '../support/days.ts';

/** `path`: which way of the rule spoke; `baseline` for B0's. */
export type Labelled = { readonly path: string; readonly score: number; readonly label: Label };
export type DayLabels = {
  readonly signals: readonly Labelled[];
  readonly baseline: readonly Labelled[];
  readonly placebo: readonly Labelled[];
};

type Case = {
  readonly s: number;
  readonly path: string;
  readonly score: number;
  readonly sigma600: number;
  readonly decidedMs: number;
  barrier: TripleBarrier | null;
};
const orderMs = 300;
const fillWithinSec = 15;
const placebos = 5;
const baseline = { ret3m: 0.02, coolSec: 600, fromTsec: 60, toTsec: 13_860 } as const;
/** B0's own, as the detector's may be tuned and the baseline may not. */
const boardScale = (limitRate: number | null): number => (limitRate === null || limitRate <= 0.1 ? 1 : limitRate <= 0.2 ? 4 / 3 : 5 / 3);

export function dayLabels(seed: number, count: number): DayLabels {
  const day = generatedDay({ seed, count, rates: marketRates });
  const signals = new Pool();
  const base = new Pool();
  const placebo = new Pool();
  const random = lcg(seed);
  const cooled = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
  let current: Cell;
  foldDay(
    day.bundle,
    afterEach(day.entries, () => afterEntry()),
    {
      prepare: (cell) => {
        current = cell;
        cell.symbols.observer = {
          signal: (s, _strategy, { phase, path, score }, input) => {
            if (phase !== 'enter' || score === null) return;
            const sigma600 = input.feature('sigma900') * Math.sqrt(600 / 900);
            signals.open({ s, path, score, sigma600, decidedMs: input.tsMs, barrier: null });
            for (let k = 0; k < placebos; k++) openPlacebo(current, placebo, random(count));
          },
        };
      },
    },
  );
  return { signals: signals.matured(), baseline: base.matured(), placebo: placebo.matured() };

  function afterEntry(): void {
    const { timeMs } = current;
    if (timeMs % 3000 === 0) enterBaseline(current, base, cooled);
    signals.look(current);
    base.look(current);
    placebo.look(current);
  }
}

/** Yields entries; calls `after` once the consumer has dealt with each clock. */
function* afterEach<T extends { readonly type: string }>(entries: readonly T[], after: () => void): Generator<T, void> {
  for (const entry of entries) {
    yield entry;
    if (entry.type === 'clock') after();
  }
}

function openPlacebo(cell: Cell, pool: Pool, s: number): void {
  const { rings } = cell.features;
  const head = rings.head[s]!;
  if (rings.lookBack(s, head) < 0) return;
  const sigma600 = cell.features.sigma(s, head * 3, 600, rings.values[rings.base(s, head) + at.last]!);
  pool.open({ s, path: 'placebo', score: 0.5, sigma600, decidedMs: cell.timeMs, barrier: null });
}

function enterBaseline(cell: Cell, pool: Pool, cooled: Float64Array): void {
  const tsec = tsecOf(cell.timeMs);
  if (tsec < baseline.fromTsec || tsec > baseline.toTsec) return;
  const { rings, universe } = cell.features;
  for (const [s, instrument] of universe.instruments.entries()) {
    const head = rings.head[s]!;
    const then = tsec < cooled[s]! ? -1 : rings.lookBack(s, head - 60);
    if (then < 0) continue;
    const now = rings.base(s, head);
    const ret = rings.values[now + at.lnMid]! - rings.values[then + at.lnMid]!;
    if (!(ret >= baseline.ret3m * boardScale(instrument.limitRate))) continue;
    cooled[s] = tsec + baseline.coolSec;
    const sigma600 = cell.features.sigma(s, head * 3, 600, rings.values[now + at.last]!);
    pool.open({ s, path: 'baseline', score: ret, sigma600, decidedMs: cell.timeMs, barrier: null });
  }
}

class Pool {
  #open: Case[] = [];
  readonly #done: Labelled[] = [];
  readonly #seenMs = new Map<number, number>();

  open(given: Case): void {
    this.#open.push(given);
  }

  /** Shows each open case its symbol's newest accepted quote, once. */
  look(cell: Cell): void {
    if (this.#open.length === 0) return;
    const { accepted } = cell.cleaner;
    const fresh = new Set<number>();
    for (const { s } of this.#open) {
      if (accepted.tsExchangeMs[s] === this.#seenMs.get(s)) continue;
      fresh.add(s);
    }
    for (const s of fresh) this.#seenMs.set(s, accepted.tsExchangeMs[s]!);
    this.#open = this.#open.filter((each) => !fresh.has(each.s) || !this.#judge(cell, each));
  }

  /** True when the case is over. */
  #judge(cell: Cell, each: Case): boolean {
    const { accepted } = cell.cleaner;
    const { s, path, score } = each;
    const atMs = accepted.tsExchangeMs[s]!;
    const ask = accepted.ask[s * bookLevels]!;
    if (each.barrier === null) {
      if (atMs < each.decidedMs + orderMs) return false;
      if (tsecOf(atMs) - tsecOf(each.decidedMs) > fillWithinSec || ask === absentMilli) return true;
      each.barrier = new TripleBarrier(ask, each.sigma600, costOf(ask, cell.bundle.config.opportunities), tsecOf(atMs));
      return false;
    }
    const bid = accepted.bid[s * bookLevels]!;
    const label = each.barrier.quote(tsecOf(atMs), bid === absentMilli ? accepted.last[s]! : bid);
    if (label !== null) this.#done.push({ path, score, label });
    return label !== null;
  }

  matured(): Labelled[] {
    for (const { path, score, barrier } of this.#open) if (barrier !== null) this.#done.push({ path, score, label: barrier.close() });
    this.#open = [];
    return this.#done;
  }
}
