/**
 * What has changed of a living opportunity besides its state, each kind against what was last told of it (contracts/spec/notify.md#what-is-told):
 * who hears of one kind alone hears of each of its steps. Of a journal: a chance that moves between two changes is heard of with the next one.
 * Pure: the same steps say the same.
 *
 * rank     among the first ten by what it is expected to gain, from behind the fifteenth
 * chance   of what it is about, ten points away; where an edge was measured
 * target   target 1 was touched and the stop trails from there on
 * stop     the stop was drawn in
 * risk     its level is another
 *
 * At most once in 15 s of the market an opportunity; what comes sooner waits, and is told if it still stands.
 */
import type { FoldedEvent, ListedOpportunity, OpportunityView } from '../../contracts/fold.ts';
import { speaks } from '../../contracts/forecast.ts';
import type { UpdateKind } from '../../contracts/notify.ts';
import { rankOf } from '../../contracts/shown.ts';

const [enters, leaves] = [10, 15];
const chanceStep = 0.1;
const everyMs = 15_000;
/** A difference of two decimals is not exact. */
const slack = 1e-9;

export type Known = {
  readonly chance: number | null;
  readonly risk: string;
  readonly stopMilli: number | null;
  readonly isTrailing: boolean;
};
export type Update = {
  readonly opportunity: ListedOpportunity;
  readonly kinds: readonly UpdateKind[];
  readonly before: Known;
  readonly tsMs: number;
};
type Told = { known: Known; tsMs: number; isBehind: boolean; cameFirst: boolean };

export class Updates {
  readonly #told = new Map<string, Told>();
  /** What may be other than what was told. */
  readonly #open = new Set<string>();

  /** Of a step whose events the book has folded; `tsMs` its market time. */
  take(events: readonly FoldedEvent[], get: (id: string) => OpportunityView | null, tsMs: number): Update[] {
    for (const event of events) this.#hear(event, tsMs);
    if (events.length > 0) this.#place(get);
    return [...this.#open].flatMap((id) => {
      const opportunity = get(id);
      return opportunity === null ? [] : this.#due(opportunity, tsMs);
    });
  }

  #hear({ id, opportunity, was }: FoldedEvent, tsMs: number): void {
    const { state } = opportunity;
    if (state === 'ended' || state === 'archived') {
      this.#told.delete(id);
      this.#open.delete(id);
      return;
    }
    this.#open.add(id);
    const told = this.#told.get(id);
    const now = knownOf(opportunity, told?.known ?? null);
    if (told === undefined) this.#told.set(id, { known: now, tsMs, isBehind: false, cameFirst: false });
    // a confirmation has a plan of its own, and a message of its own
    else if (was?.state !== state)
      [told.known, told.tsMs] = [{ ...told.known, stopMilli: now.stopMilli, isTrailing: now.isTrailing }, tsMs];
  }

  /** Who is among the first now; who is born there has not come from behind. */
  #place(get: (id: string) => OpportunityView | null): void {
    const ranked = [...this.#told.keys()]
      .map((id) => ({ id, rank: rankNow(get(id)) }))
      .sort((a, b) => b.rank - a.rank || (a.id < b.id ? -1 : 1));
    for (const [i, { id, rank }] of ranked.entries()) {
      const told = this.#told.get(id)!;
      const place = rank > 0 ? i + 1 : Number.POSITIVE_INFINITY;
      if (place <= enters && told.isBehind) {
        [told.isBehind, told.cameFirst] = [false, true];
        this.#open.add(id);
      } else if (place > leaves) [told.isBehind, told.cameFirst] = [true, false];
    }
  }

  #due(opportunity: OpportunityView, tsMs: number): Update[] {
    const told = this.#told.get(opportunity.id)!;
    const now = knownOf(opportunity, told.known);
    const kinds = [...(told.cameFirst ? (['rank'] as const) : []), ...changesOf(told.known, now)];
    if (kinds.length > 0 && tsMs - told.tsMs < everyMs) return [];
    this.#open.delete(opportunity.id);
    const before = told.known;
    // what is not worth telling adds up against what was told
    told.known = {
      chance: kinds.includes('chance') ? now.chance : (before.chance ?? now.chance),
      risk: now.risk,
      stopMilli: now.stopMilli,
      isTrailing: now.isTrailing,
    };
    if (kinds.length === 0) return [];
    [told.tsMs, told.cameFirst] = [tsMs, false];
    return [{ opportunity, kinds, before, tsMs }];
  }
}

const rankNow = (opportunity: OpportunityView | null): number => (opportunity === null ? Number.NEGATIVE_INFINITY : rankOf(opportunity));

type Facts = {
  readonly forecasts?: readonly { readonly p: number | null; readonly auc95: [number, number] | null }[];
  readonly stopMilli?: number | null;
  readonly trailMilli?: number | null;
};

/** An unknown chance is no change: the last known one stands. */
export function knownOf({ facts, risk }: ListedOpportunity, before: Known | null): Known {
  const { forecasts = [], stopMilli = null, trailMilli = null } = facts as Facts;
  const [first] = forecasts;
  const chance = first !== undefined && speaks(first) ? first.p : null;
  return { chance: chance ?? before?.chance ?? null, risk, stopMilli, isTrailing: trailMilli !== null };
}

function changesOf(before: Known, now: Known): UpdateKind[] {
  const isOther = before.chance !== null && now.chance !== null && Math.abs(now.chance - before.chance) >= chanceStep - slack;
  return [
    ...(isOther ? (['chance'] as const) : []),
    ...(now.isTrailing && !before.isTrailing ? (['target'] as const) : []),
    // a stop that trails moves with every peak
    ...(!now.isTrailing && now.stopMilli !== before.stopMilli ? (['stop'] as const) : []),
    ...(now.risk !== before.risk ? (['risk'] as const) : []),
  ];
}
