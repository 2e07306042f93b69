/** What a replayed day came to, as numbers a person or a script can read. */
import { statedOf } from '../../contracts/bundle.ts';
import type { JournalEntry } from '../../contracts/journal.ts';
import type { Cell } from '../cell/cell.ts';

export type DayReport = {
  readonly date: string;
  readonly bundle: string;
  readonly assumed: readonly string[];
  readonly rows: number;
  readonly accepted: number;
  readonly duplicate: number;
  readonly outOfSession: number;
  readonly quarantined: Readonly<Record<string, number>>;
  readonly bookDropped: number;
  readonly signals: Readonly<Record<string, number>>;
  readonly transitions: number;
  readonly opportunities: Readonly<Record<string, number>>;
  readonly suppressed: Readonly<Record<string, number>>;
  readonly faults: number;
  /** Quotes whose price did what a rally does, by the gate or condition that refused them. */
  readonly refused: Readonly<Record<string, number>>;
  readonly actorEvents: number;
  readonly steps: number;
  readonly hash: string;
};

export class Tally {
  readonly #signals: Record<string, number> = {};
  readonly #opportunities: Record<string, number> = {};
  readonly #suppressed: Record<string, number> = {};
  #transitions = 0;
  #faults = 0;

  add(entries: readonly JournalEntry[]): void {
    for (const entry of entries) {
      if (entry.kind === 'signal') count(this.#signals, entry.signal.phase);
      if (entry.kind === 'suppressed') count(this.#suppressed, entry.reason);
      if (entry.kind === 'fault') this.#faults += 1;
      if (entry.kind !== 'transition') continue;
      this.#transitions += 1;
      if (entry.machine !== 'opportunity' || entry.region !== 'lifecycle') continue;
      if (entry.from === null) count(this.#opportunities, 'discovered');
      else if (entry.to === 'confirmed') count(this.#opportunities, 'confirmed');
      else if (entry.to === 'ended') count(this.#opportunities, String(entry.data.endReason));
    }
  }

  report(cell: Cell, bundle: string, hash: string): DayReport {
    const { accepted, duplicate, outOfSession, held, quarantined, bookDropped } = cell.cleaner.counts;
    return {
      date: cell.bundle.tradeDate,
      bundle,
      assumed: statedOf(cell.bundle),
      rows: cell.quotes,
      accepted: accepted + held,
      duplicate,
      outOfSession,
      quarantined: { ...quarantined },
      bookDropped,
      signals: this.#signals,
      transitions: this.#transitions,
      opportunities: this.#opportunities,
      suppressed: this.#suppressed,
      faults: this.#faults,
      refused: Object.fromEntries(
        Object.entries(cell.symbols.refusals).flatMap(([strategy, counts]) =>
          Object.entries(counts).map(([gate, n]) => [`${strategy}.${gate}`, n]),
        ),
      ),
      actorEvents: cell.actors.events,
      steps: cell.step,
      hash,
    };
  }
}

const count = (into: Record<string, number>, key: string): void => {
  into[key] = (into[key] ?? 0) + 1;
};
