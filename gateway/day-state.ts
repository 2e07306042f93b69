/**
 * The newest day as the gateway knows it: the fold, and the recent events for resuming.
 * epoch `<run>/<tradeDate>/<origin>`, offset = journal step. Snapshots are taken between steps, so they are never torn.
 */
import { OpportunityBook, type OpportunityView, type StreamedEvent } from '../contracts/fold.ts';
import type { JournalEntry, JournalStep } from '../contracts/journal.ts';
import type { Origin } from '../contracts/status.ts';

/** What one step holds for the channels. */
export type DayDelta = {
  readonly origin: Origin;
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
  /** Of the day at hand; an invented market until a journal says otherwise. */
  origin: Origin = 'simulated';
  book = new OpportunityBook();
  market: Record<string, string> = {};
  tsMs = 0;
  /** The fold has reached the end that the journal had when we came: before, nobody is told an old day as today's. */
  caughtUp = false;
  #deltas: DayDelta[] = [];
  /** Every step up to and including this is covered by #deltas from the one after. */
  #floor = 0;

  constructor(run: string) {
    this.run = run;
  }

  get epoch(): string {
    return `${this.run}/${this.date}/${this.origin}`;
  }
  get step(): number {
    return this.book.step;
  }

  /** Applies a step; returns its delta and whether it began a new day. */
  apply(date: string, step: JournalStep): { readonly delta: DayDelta; readonly newDay: boolean } {
    const newDay = date !== this.date;
    if (newDay) this.#reset(date, step.origin ?? 'simulated');
    const opportunities = this.book.apply(step);
    const market = step.entries.filter(
      (entry) => entry.kind === 'transition' && (entry.machine === 'market' || entry.machine === 'source'),
    );
    for (const entry of market) if (entry.kind === 'transition') this.market[`${entry.actorId}.${entry.region}`] = entry.to;
    this.tsMs = step.entries.at(-1)?.tsMs ?? this.tsMs;
    const delta = { step: step.step, origin: this.origin, tsMs: this.tsMs, opportunities, market };
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

  /** Whether a position is one that this fold has not reached: same day, later step, or a later day of the run. */
  isBehind({ epoch, offset }: { readonly epoch: string; readonly offset: number }): boolean {
    const [run, date = ''] = epoch.split('/');
    return run === this.run && (date === this.date ? offset > this.step : /^\d{8}$/.test(date) && date > this.date && this.date !== '');
  }

  opportunities = (): OpportunityView[] => this.book.list();

  #reset(date: string, origin: Origin): void {
    this.date = date;
    this.origin = origin;
    this.book = new OpportunityBook();
    this.market = {};
    this.#deltas = [];
    this.#floor = 0;
  }
}
