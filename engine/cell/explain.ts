/** What each strategy holds of a symbol and asks of it now: for people, between two entries. Nothing of it is decided on or kept. */
import type { Evidence } from '../../contracts/signal.ts';
import type { DetectorInput } from '../detectors/detector.ts';
import { failedGates } from '../detectors/gates.ts';
import type { SymbolLane } from './symbol-coordinator.ts';

export type Explained = {
  readonly strategy: string;
  readonly variant: string;
  readonly family: string;
  readonly mode: string;
  /** By command, or because it threw for this symbol. */
  readonly isDisabled: boolean;
  /** A run of it stands: it has raised, or is about to. */
  readonly isRunning: boolean;
  /** The opportunity that the run stands by. */
  readonly opportunity: string | null;
  /** Conditions with what they are now; empty where the strategy has none to tell. */
  readonly asks: readonly Evidence[];
};
export type SymbolWhy = { readonly strategies: readonly Explained[]; readonly shutGates: readonly string[] };

/** `input` null: nothing was heard of the symbol yet, and nothing can be asked. */
export function explain(lanes: readonly SymbolLane[], row: number, input: DetectorInput | null): SymbolWhy {
  const strategies = lanes.map((lane): Explained => {
    const { detector, id, mode, params } = lane;
    return {
      strategy: id,
      variant: detector.variant,
      family: detector.family,
      mode,
      isDisabled: !lane.runsFor(row),
      isRunning: lane.isRunning(row),
      opportunity: lane.runs.get(row)?.opportunity ?? null,
      asks: input === null ? [] : (detector.asks?.(input, params) ?? []),
    };
  });
  return { strategies, shutGates: input === null ? [] : failedGates(input) };
}
