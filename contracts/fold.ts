/**
 * The pure fold of a day's journal into what people see: opportunities with their transitions.
 * Gateway, tail and tests use this one fold; snapshots, resume and REST come from it.
 */
import { type Entity, entityToken } from './entity.ts';
import type { JournalStep, Transition } from './journal.ts';
import { publicState } from './opportunity.ts';
import type { Direction, SignalPayload } from './signal.ts';

/** One visible change of an opportunity: where it stands in the journal, and what happened. */
export type OpportunityEvent = {
  readonly step: number;
  readonly hash: string;
  readonly actorSeq: number;
  readonly tsMs: number;
  readonly region: string;
  readonly from: string | null;
  readonly to: string;
  readonly event: string;
  readonly note: string | null;
  readonly evidence: Transition['evidence'];
};

/** Who spoke for an opportunity when it last changed: as what, from which quote. */
export type Spoken = Pick<SignalPayload, 'tsExchangeMs' | 'horizonSec' | 'direction'> &
  SignalPayload['strategy'] & {
    /** Of the journal, at which it spoke. */
    readonly step: number;
  };

export type OpportunityView = {
  readonly id: string;
  readonly entity: Entity;
  /** Instrument id of a symbol; the key of what else it is about. */
  readonly instrument: string;
  readonly direction: Direction;
  readonly family: string;
  /** The strategies that stand or stood by it. */
  readonly strategies: readonly string[];
  /** 发现, 确认, 跟踪, 结束, archived. */
  readonly state: string;
  readonly path: string;
  readonly risk: string;
  readonly dataState: string;
  readonly openedMs: number;
  readonly updatedMs: number;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly transitions: readonly OpportunityEvent[];
  /** The newest word of each of its strategies while it lived, as of its last change. */
  readonly spoken: readonly Spoken[];
};

/** An opportunity as lists and streams have it: without its history. */
export type ListedOpportunity = Omit<OpportunityView, 'transitions' | 'spoken'>;

/** An event as streamed: the opportunity after it. */
export type StreamedEvent = {
  readonly id: string;
  readonly change: OpportunityEvent;
  readonly opportunity: ListedOpportunity;
};
/** An event with the opportunity before it, null at its birth: what a filter asks for as well. */
export type FoldedEvent = StreamedEvent & { readonly was: ListedOpportunity | null };

export function listed({ transitions: _history, spoken: _spoken, ...rest }: OpportunityView): ListedOpportunity {
  return rest;
}

/** As a page of one has it. */
export const withHistory = (view: OpportunityView): ListedOpportunity & Pick<OpportunityView, 'transitions'> => ({
  ...listed(view),
  transitions: view.transitions,
});

const prefix = 'opportunity.';

export class OpportunityBook {
  readonly #byId = new Map<string, OpportunityView>();
  /** By entity and strategy: its newest word. */
  readonly #spoken = new Map<string, Map<string, Spoken>>();
  step = 0;
  hash = '';

  get size(): number {
    return this.#byId.size;
  }

  get = (id: string): OpportunityView | null => this.#byId.get(id) ?? null;

  /** Newest first. */
  list = (): OpportunityView[] => [...this.#byId.values()].reverse();

  /** Applies the next step and returns what it changed. The caller vouches for the order. */
  apply(step: JournalStep): FoldedEvent[] {
    const events: FoldedEvent[] = [];
    for (const entry of step.entries) {
      if (entry.kind === 'signal') this.#hear(entry.signal, step.step);
      if (entry.kind !== 'transition' || !entry.actorId.startsWith(prefix)) continue;
      const id = entry.actorId.slice(prefix.length);
      const before = this.#byId.get(id);
      const said = this.#spoken.get(entityToken(entry.data.entity as Entity));
      const view = viewAfter(before, id, entry, step, said);
      this.#byId.set(id, view);
      events.push({ id, change: view.transitions.at(-1)!, opportunity: listed(view), was: before === undefined ? null : listed(before) });
    }
    this.step = step.step;
    this.hash = step.hash;
    return events;
  }

  #hear({ strategy, entity, direction, tsExchangeMs, horizonSec }: SignalPayload, step: number): void {
    const token = entityToken(entity);
    const said = this.#spoken.get(token) ?? new Map<string, Spoken>();
    this.#spoken.set(token, said.set(strategy.id, { ...strategy, direction, tsExchangeMs, horizonSec, step }));
  }
}

function viewAfter(
  before: OpportunityView | undefined,
  id: string,
  entry: Transition,
  step: JournalStep,
  said: ReadonlyMap<string, Spoken> | undefined,
): OpportunityView {
  const { tsMs, actorSeq, region, from, to, event, note, evidence, data } = entry;
  const change: OpportunityEvent = { step: step.step, hash: step.hash, actorSeq, tsMs, region, from, to, event, note, evidence };
  const strategies = Object.keys((data.tracks ?? {}) as object);
  const path = region === 'lifecycle' ? to : (before?.path ?? 'discovered');
  return {
    id,
    entity: data.entity as Entity,
    instrument: (data.entity as Entity).key,
    direction: data.direction as Direction,
    family: String(data.family),
    strategies,
    state: publicState(path),
    path,
    risk: region === 'risk' ? to : (before?.risk ?? 'normal'),
    dataState: region === 'data' ? to : (before?.dataState ?? 'fresh'),
    openedMs: Number(data.openedMs),
    updatedMs: tsMs,
    facts: data,
    transitions: [...(before?.transitions ?? []), change],
    spoken: spokenOf(before, strategies, data.direction as Direction, said),
  };
}

/** What is said after its end is said of another. */
function spokenOf(
  before: OpportunityView | undefined,
  strategies: readonly string[],
  direction: Direction,
  said: ReadonlyMap<string, Spoken> | undefined,
): readonly Spoken[] {
  if (before?.state === 'ended') return before.spoken;
  return strategies.flatMap((strategy) => {
    const word = said?.get(strategy);
    return word === undefined || word.direction !== direction ? [] : [word];
  });
}
