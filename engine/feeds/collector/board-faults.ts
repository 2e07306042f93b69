/**
 * A whole board whose rows are always refused is our parser's fault and not the source's illness: a vendor who is ill is so for every
 * board. Such a board does not count against the source, and a second source is asked for it.
 */
import { type Board, boardOf } from '../../../contracts/instruments.ts';
import type { Rejected, RejectReason } from '../adapter.ts';

export type BoardFault = { readonly board: Board; readonly reason: RejectReason; readonly refused: number; readonly asked: number };

/** Fewer instruments of a board prove nothing. */
const fewest = 5;
/** Of a board that is refused whole, and of the others that are well. */
const whole = 0.95;
const well = 0.9;

type Tally = { asked: number; received: number; refused: number; reasons: Map<RejectReason, number> };

/** `received`: instruments with a row or told as not traded. */
export function boardFaults(asked: readonly number[], received: ReadonlySet<number>, rejected: readonly Rejected[]): BoardFault[] {
  const tallies = new Map<Board, Tally>();
  for (const no of asked) {
    const board = boardOf(no);
    if (board === null) continue;
    const tally = tallies.get(board) ?? { asked: 0, received: 0, refused: 0, reasons: new Map() };
    tallies.set(board, tally);
    tally.asked += 1;
    if (received.has(no)) tally.received += 1;
  }
  const refused = new Map(rejected.flatMap(({ no, reason }) => (no === undefined || received.has(no) ? [] : [[no, reason] as const])));
  for (const [no, reason] of refused) {
    const tally = tallies.get(boardOf(no)!);
    if (tally === undefined) continue;
    tally.refused += 1;
    tally.reasons.set(reason, (tally.reasons.get(reason) ?? 0) + 1);
  }
  const faulty = [...tallies].filter(([, { asked: n, refused: r }]) => n >= fewest && r >= whole * n);
  const others = [...tallies].filter(([board]) => !faulty.some(([each]) => each === board)).map(([, tally]) => tally);
  const sum = (of: 'asked' | 'received'): number => others.reduce((total, tally) => total + tally[of], 0);
  if (others.length === 0 || sum('received') < well * sum('asked')) return [];
  return faulty.map(([board, { asked: n, refused: r, reasons }]) => ({
    board,
    reason: [...reasons].sort(([, a], [, b]) => b - a)[0]![0],
    refused: r,
    asked: n,
  }));
}
