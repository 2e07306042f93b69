/**
 * The newest day as the gateway knows it: the fold, and the recent events for resuming.
 * epoch `<run>/<tradeDate>/<origin>`, offset = journal step. Snapshots are taken between steps, so they are never torn.
 */
import { type FoldedEvent, OpportunityBook } from '../contracts/fold.ts';
import type { LosslessChannel } from '../contracts/frames.ts';
import type { JournalStep } from '../contracts/journal.ts';
import type { Origin } from '../contracts/status.ts';
import { type ChannelEvent, channelEventOf, type StateItem } from '../contracts/stream-items.ts';

/** What one step holds for the channels. */
export type DayDelta = {
  readonly origin: Origin;
  readonly step: number;
  readonly tsMs: number;
  readonly opportunities: readonly FoldedEvent[];
  readonly others: ReadonlyMap<LosslessChannel, readonly ChannelEvent[]>;
};

/** Deltas kept for resuming: about an hour of a busy market; an older offset gets a snapshot. */
const keptDeltas = 5000;
/** Newest items that the snapshot of a channel of events holds. */
const keptItems = 200;
const nothing: ReadonlyMap<LosslessChannel, readonly ChannelEvent[]> = new Map();

export class DayState {
  readonly run: string;
  date = '';
  /** Of the day at hand; an invented market until a journal says otherwise. */
  origin: Origin = 'simulated';
  book = new OpportunityBook();
  tsMs = 0;
  /** The fold has reached the end that the journal had when we came: before, nobody is told an old day as today's. */
  caughtUp = false;
  /** By channel and actor: states, and since when. */
  #states = new Map<LosslessChannel, Map<string, StateItem>>();
  /** Newest items of the channels that are of events alone. */
  #recent = new Map<LosslessChannel, ChannelEvent[]>();
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
  get phase(): string {
    return this.#states.get('market')?.get('market.phase')?.state ?? 'CLOSED';
  }

  /** Applies a step; returns its delta and whether it began a new day. */
  apply(date: string, step: JournalStep): { readonly delta: DayDelta; readonly newDay: boolean } {
    const newDay = date !== this.date;
    if (newDay) this.#reset(date, step.origin ?? 'simulated');
    const opportunities = this.book.apply(step);
    const others = this.#others(step);
    this.tsMs = step.entries.at(-1)?.tsMs ?? this.tsMs;
    const delta = { step: step.step, origin: this.origin, tsMs: this.tsMs, opportunities, others };
    if (opportunities.length > 0 || others.size > 0) this.#deltas.push(delta);
    if (this.#deltas.length > keptDeltas) {
      const dropped = this.#deltas.splice(0, this.#deltas.length - keptDeltas);
      this.#floor = dropped.at(-1)!.step;
    }
    return { delta, newDay };
  }

  #others(step: JournalStep): DayDelta['others'] {
    let found: Map<LosslessChannel, ChannelEvent[]> | null = null;
    for (const entry of step.entries) {
      const own = channelEventOf(entry);
      if (own === null) continue;
      const [channel, event] = own;
      found ??= new Map();
      const events = found.get(channel);
      if (events === undefined) found.set(channel, [event]);
      else events.push(event);
      this.#keep(channel, event);
    }
    return found ?? nothing;
  }

  #keep(channel: LosslessChannel, event: ChannelEvent): void {
    if ('region' in event) {
      const { from: _from, event: _event, ...state } = event;
      const states = this.#states.get(channel) ?? new Map<string, StateItem>();
      this.#states.set(channel, states.set(`${state.actor}.${state.region}`, state));
      return;
    }
    const recent = this.#recent.get(channel) ?? [];
    this.#recent.set(channel, [...recent.slice(-(keptItems - 1)), event]);
  }

  /** What the snapshot of a channel besides opportunities holds: states, or the newest events. */
  itemsOf = (channel: LosslessChannel): readonly unknown[] => [
    ...(this.#states.get(channel)?.values() ?? []),
    ...(this.#recent.get(channel) ?? []),
  ];

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

  #reset(date: string, origin: Origin): void {
    this.date = date;
    this.origin = origin;
    this.book = new OpportunityBook();
    this.#states = new Map();
    this.#recent = new Map();
    this.#deltas = [];
    this.#floor = 0;
  }
}
