/**
 * One invented day's rally signals with their matured labels, those of the declared baseline B0, and placebos B2 (contracts/spec/evaluation.md#baselines).
 *
 * B2     at each signal's moment, five other symbols by seed: what the label is worth without choosing
 * B0     ret_3m ≥ 2 % by board, at most every 600 trading seconds, 09:31 to 14:51
 */
import { tsecOf } from '../../contracts/session.ts';
import { type Decision, LabelPool, type Labels } from '../../engine/backtest/label-pool.ts';
import type { Cell } from '../../engine/cell/cell.ts';
import { at } from '../../engine/features/rings.ts';
import { costOf } from '../../engine/opportunities/plan.ts';
import { foldDay } from '../../engine/runtime/fold.ts';
import { ratesOf } from '../market/episodes.ts';
import type { Preset } from '../market/nature.ts';
import { generatedDay, lcg } from '../support/days.ts';

/** `path`: which way of the rule spoke; `baseline` for B0's. */
type Spoken = Decision & { readonly path: string; readonly score: number; readonly regime: string };
export type Labelled = { readonly path: string; readonly score: number; readonly regime: string; readonly labels: Labels };
export type DayLabels = {
  readonly signals: readonly Labelled[];
  readonly baseline: readonly Labelled[];
  readonly placebo: readonly Labelled[];
};

const placebos = 5;
const baseline = { ret3m: 0.02, coolSec: 600, fromTsec: 60, toTsec: 13_860 } as const;
/** B0's own, as the detector's may be tuned and the baseline may not. */
const boardScale = (limitRate: number | null): number => (limitRate === null || limitRate <= 0.1 ? 1 : limitRate <= 0.2 ? 4 / 3 : 5 / 3);

export function dayLabels(seed: number, count: number, preset: Preset): DayLabels {
  const day = generatedDay({ seed, count, preset, rates: ratesOf(preset) });
  const signals = new LabelPool<Spoken>((entry) => costOf(entry, day.bundle.config.opportunities));
  const base = new LabelPool<Spoken>((entry) => costOf(entry, day.bundle.config.opportunities));
  const placebo = new LabelPool<Spoken>((entry) => costOf(entry, day.bundle.config.opportunities));
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
          signal: (s, _strategy, { phase, path, opens, score }, input) => {
            if (phase !== 'enter' || !opens || score === null) return;
            const sigma600 = input.feature('sigma900') * Math.sqrt(600 / 900);
            signals.open({ s, path, score, regime: input.regime, sigma600, decidedMs: input.tsMs, midMilli: input.midMilli });
            for (let k = 0; k < placebos; k++) openPlacebo(current, placebo, random(count));
          },
        };
      },
    },
  );
  return { signals: labelled(signals), baseline: labelled(base), placebo: labelled(placebo) };

  function afterEntry(): void {
    const { timeMs } = current;
    if (timeMs % 3000 === 0) enterBaseline(current, base, cooled);
    for (const pool of [signals, base, placebo]) pool.look(current.cleaner.accepted);
  }
}

/** Yields entries; calls `after` once the consumer has dealt with each clock. */
function* afterEach<T extends { readonly type: string }>(entries: readonly T[], after: () => void): Generator<T, void> {
  for (const entry of entries) {
    yield entry;
    if (entry.type === 'clock') after();
  }
}

function openPlacebo(cell: Cell, pool: LabelPool<Spoken>, s: number): void {
  const { rings } = cell.features;
  const head = rings.head[s]!;
  if (rings.lookBack(s, head) < 0) return;
  const sigma600 = cell.features.sigma(s, head * 3, 600, rings.values[rings.base(s, head) + at.last]!);
  pool.open({
    s,
    path: 'placebo',
    score: 0.5,
    regime: 'any',
    sigma600,
    decidedMs: cell.timeMs,
    midMilli: rings.values[rings.base(s, head) + at.mid]!,
  });
}

function enterBaseline(cell: Cell, pool: LabelPool<Spoken>, cooled: Float64Array): void {
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
    pool.open({
      s,
      path: 'baseline',
      score: ret,
      regime: 'any',
      sigma600,
      decidedMs: cell.timeMs,
      midMilli: rings.values[rings.base(s, head) + at.mid]!,
    });
  }
}

const labelled = (pool: LabelPool<Spoken>): Labelled[] =>
  pool.matured().map(({ decision: { path, score, regime }, labels }) => ({ path, score, regime, labels }));
