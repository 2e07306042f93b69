/**
 * The product and the limit of the language by turns in one run, and whether their answers are equal. The Esper rate was measured on this kind of
 * machine on 2026-11-26 with the same rows (9.0.0, time window to table, one thread); it is not run here.
 */
import { bytesOf } from '../../../contracts/codec.ts';
import { quantileOf } from '../../../engine/backtest/ranking.ts';
import { median } from '../replay.ts';
import { gainBoard } from './board.ts';
import { pattern } from './pattern.ts';
import { boardSize, boardSpans, gainBoardLimit, patternLimit } from './reference.ts';
import { boardWalk, patternWalk, rowsOf } from './rows.ts';

export const esperRowsPerSec = { board: 317_000, pattern: 1_130_000 } as const;

/** Rates in rows a second. `p50`, `p99`: µs a batch of 1,650 rows, of the median round. */
export type PeerBench = {
  readonly rows: number;
  readonly rate: number;
  readonly rates: readonly number[];
  readonly limit: number;
  /** Median of the rounds' own ratios. */
  readonly shareOfLimit: number;
  readonly isEqual: boolean;
};
export type BoardBench = PeerBench & { readonly p50: number; readonly p99: number };

/** One warm round each, then `rounds` by turns. */
function byTurns(rows: number, rounds: number, ours: () => void, limit: () => void) {
  const rateOf = (run: () => void): number => {
    const from = performance.now();
    run();
    return (1000 * rows) / (performance.now() - from);
  };
  ours();
  limit();
  const pairs = Array.from({ length: rounds }, () => ({ ours: rateOf(ours), limit: rateOf(limit) }));
  const rates = pairs.map((pair) => pair.ours);
  return {
    rows,
    rates,
    rate: median(rates),
    limit: median(pairs.map((pair) => pair.limit)),
    shareOfLimit: median(pairs.map((pair) => pair.ours / pair.limit)),
  };
}

export function boardBench(rounds: number): BoardBench {
  const { keys, rounds: batches } = boardWalk;
  const rows = rowsOf(boardWalk);
  const lists = () => new Int16Array(batches * boardSpans.length * boardSize);
  const [ours, theirs] = [lists(), lists()];
  const micros = new Float64Array(batches);
  const p50: number[] = [];
  const p99: number[] = [];
  const timed = byTurns(
    rows.key.length,
    rounds,
    () => {
      gainBoard(rows, keys, ours, micros);
      p50.push(quantileOf([...micros], 0.5));
      p99.push(quantileOf([...micros], 0.99));
    },
    () => gainBoardLimit(rows, keys, theirs, new Float64Array(batches)),
  );
  const isEqual = Buffer.compare(bytesOf(ours), bytesOf(theirs)) === 0;
  return { ...timed, isEqual, p50: median(p50.slice(1)), p99: median(p99.slice(1)) };
}

export function patternBench(rounds: number): PeerBench & { readonly signals: number } {
  const rows = rowsOf(patternWalk);
  const [ours, theirs] = [new Int32Array(3_000_000), new Int32Array(3_000_000)];
  let signals = 0;
  let expected = 0;
  const timed = byTurns(
    rows.key.length,
    rounds,
    () => {
      signals = pattern(rows, patternWalk.keys, ours);
    },
    () => {
      expected = patternLimit(rows, patternWalk.keys, theirs);
    },
  );
  return { ...timed, signals, isEqual: signals === expected && Buffer.compare(bytesOf(ours), bytesOf(theirs)) === 0 };
}
