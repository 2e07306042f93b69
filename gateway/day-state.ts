/**
 * The newest day as the gateway knows it: the fold, and the recent events for resuming.
 * epoch `<run>/<tradeDate>`, offset = journal step. Snapshots are taken between steps, so they are never torn.
 */
import { OpportunityBook, type OpportunityView, type StreamedEvent } from '../contracts/fold.ts';
import type { JournalEntry, JournalStep } from '../contracts/journal.ts';

/** What one step holds for the channels. */
export type DayDelta = {
  readonly step: number;
  readonly tsMs: number;
  readonly opportunities: readonly StreamedEvent[];
  readonly market: readonly JournalEntry[];
};

/** Deltas kept for resuming: about an hour of a busy market; an older offset gets a snapshot. */
const keptDeltas = 5000;

export class DayState {
  readonly run: string;
  date = '';
  book = new OpportunityBook();
  market: Record<string, string> = {};
  tsMs = 0;
  #deltas: DayDelta[] = [];
  /** Every step up to and including this is covered by #deltas from the one after. */
  #floor = 0;

  constructor(run: string) {
    this.run = run;
  }

  get epoch(): string {
    return `${this.run}/${this.date}`;
  }
  get step(): number {
    return this.book.step;
  }

  /** Applies a step; returns its delta and whether it began a new day. */
  apply(date: string, step: JournalStep): { readonly delta: DayDelta; readonly newDay: boolean } {
    const newDay = date !== this.date;
    if (newDay) this.#reset(date);
    const opportunities = this.book.apply(step);
    const market = step.entries.filter(
      (entry) => entry.kind === 'transition' && (entry.machine === 'market' || entry.machine === 'source'),
    );
    for (const entry of market) if (entry.kind === 'transition') this.market[`${entry.actorId}.${entry.region}`] = entry.to;
    this.tsMs = step.entries.at(-1)?.tsMs ?? this.tsMs;
    const delta = { step: step.step, tsMs: this.tsMs, opportunities, market };
    if (opportunities.length > 0 || market.length > 0) this.#deltas.push(delta);
    if (this.#deltas.length > keptDeltas) {
      const dropped = this.#deltas.splice(0, this.#deltas.length - keptDeltas);
      this.#floor = dropped.at(-1)!.step;
    }
    return { delta, newDay };
  }

  /** Deltas after `offset`, or null when they cannot all be given. */
  since(epoch: string, offset: number): readonly DayDelta[] | null {
    if (epoch !== this.epoch || offset > this.step || offset < this.#floor) return null;
    return this.#deltas.filter((delta) => delta.step > offset);
  }

  opportunities = (): OpportunityView[] => this.book.list();

  #reset(date: string): void {
    this.date = date;
    this.book = new OpportunityBook();
    this.market = {};
    this.#deltas = [];
    this.#floor = 0;
  }
}
