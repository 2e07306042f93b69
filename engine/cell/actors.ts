/**
 * The registry: one XState actor per entity, each its own system (thousands under one root are O(n²)).
 *
 * send()   delivers an event, journals every region that changed and every note, and keeps the timer queue in step
 * Poison   an actor that throws is journaled as a fault and hears nothing more that day
 */
import { type AnyStateMachine, createActor, type Snapshot, type StateValue } from 'xstate';
import type { Timers } from '../../actors/common/timers.ts';
import type { Evidence } from '../../contracts/signal.ts';
import { type KindName, kinds, type Spoken } from './kinds.ts';
import type { Recorder } from './recorder.ts';
import type { TimerQueue } from './timer-queue.ts';

/** How a machine's actors are made and told of. */
export type Kind<K extends KindName = KindName> = {
  readonly name: K;
  readonly machine: AnyStateMachine;
  /** What a transition's `data` says of the context after it. */
  readonly facts: (context: never) => Record<string, unknown>;
};
type Regions = Readonly<Record<string, string>>;
type AnyContext = { readonly timers?: Timers; readonly note?: string | null; readonly noteSeq?: number };
/** `failed`: what the context was before the event that threw; the actor itself is gone. */
type Held = {
  readonly kind: Kind;
  readonly actor: ReturnType<typeof createActor<AnyStateMachine>> | null;
  regions: Regions;
  failed: { readonly context: unknown } | null;
};

/** Evidence, when it is asked for. */
export type Evidences = () => readonly Evidence[];
const nothing: Evidences = () => [];

/** A timer's event as the queue makes it. */
export type TimerEvent = { readonly type: `timer.${string}`; readonly tsMs: number };
export type ActorImage = { readonly id: string; readonly kind: KindName } & (
  | { readonly snapshot: unknown }
  | { readonly failed: { readonly context: unknown }; readonly regions: Regions }
);

export class Actors {
  readonly #held = new Map<string, Held>();
  readonly #recorder: Recorder;
  readonly #timers: TimerQueue;
  /** Events delivered today: the share of quotes that reach actors. */
  events = 0;

  constructor(recorder: Recorder, timers: TimerQueue) {
    this.#recorder = recorder;
    this.#timers = timers;
  }

  has = (id: string): boolean => this.#held.has(id);
  get size(): number {
    return this.#held.size;
  }
  /** Ids in the order of creation. */
  ids = (): string[] => [...this.#held.keys()];

  context<C>(id: string): C {
    const { actor, failed } = this.#held.get(id)!;
    return (failed?.context ?? actor!.getSnapshot().context) as C;
  }

  hasFailed = (id: string): boolean => this.#held.get(id)?.failed !== null;

  /** State of one region as a path, `tracking.rising`. */
  state = (id: string, region: string): string => this.#held.get(id)!.regions[region]!;

  /** Creates an actor. With `event`, its birth is journaled as a transition of `region` from nothing. */
  spawn<K extends KindName>(
    kind: K,
    id: string,
    input: Spoken[K]['input'],
    birth?: { readonly region: string; readonly event: string; readonly evidence: Evidences },
  ): void {
    const held = this.#start(kinds[kind], id, { input });
    if (birth === undefined) return;
    this.#transition(id, held, { ...birth, from: null, to: held.regions[birth.region]!, note: null });
  }

  /** `evidence` is asked for where something is journaled. */
  send<K extends KindName>(_kind: K, id: string, event: Spoken[K]['event'], evidence: Evidences = nothing): void {
    this.#deliver(id, event, evidence);
  }

  /** A timer of whatever actor it is. */
  fire(id: string, event: TimerEvent): void {
    this.#deliver(id, event, nothing);
  }

  #deliver(id: string, event: { readonly type: string; readonly tsMs: number }, evidence: Evidences): void {
    const held = this.#held.get(id);
    if (held === undefined || held.actor === null) return;
    this.events += 1;
    const before = held.actor.getSnapshot();
    held.actor.send(event);
    const after = held.actor.getSnapshot();
    if (after.status === 'error') return this.#fail(id, held, before.context, after.error);
    if (after === before) return;
    const context = after.context as AnyContext;
    if (context.timers !== undefined) this.#timers.index(id, context.timers);
    this.#journalChanges(id, held, event.type, evidence, regionsOf(after.value), before.context as AnyContext, context);
  }

  #journalChanges(
    id: string,
    held: Held,
    event: string,
    evidence: Evidences,
    regions: Regions,
    was: AnyContext,
    context: AnyContext,
  ): void {
    const from = held.regions;
    held.regions = regions;
    let note = context.noteSeq === was.noteSeq ? null : (context.note ?? null);
    for (const region of Object.keys(regions)) {
      if (regions[region] === from[region]) continue;
      this.#transition(id, held, { region, from: from[region]!, to: regions[region]!, event, note, evidence });
      note = null;
    }
    if (note === null) return;
    const region = 'lifecycle' in regions ? 'lifecycle' : Object.keys(regions)[0]!;
    this.#transition(id, held, { region, from: regions[region]!, to: regions[region]!, event, note, evidence });
  }

  #transition(
    id: string,
    held: Held,
    change: { region: string; from: string | null; to: string; event: string; note: string | null; evidence: Evidences },
  ): void {
    const { region, from, to, event, note, evidence } = change;
    const data = held.kind.facts(held.actor!.getSnapshot().context as never);
    this.#recorder.record('transition', id, { machine: held.kind.name, region, from, to, event, note, evidence: [...evidence()], data });
  }

  #fail(id: string, held: Held, context: unknown, error: unknown): void {
    this.#held.set(id, { ...held, actor: null, failed: { context } });
    this.#timers.forget(id);
    this.#recorder.fault(id, `actor:${id}`, 'ACTOR_THREW', error);
  }

  drop(id: string): void {
    this.#held.get(id)?.actor?.stop();
    this.#held.delete(id);
    this.#timers.forget(id);
  }

  image(): ActorImage[] {
    return [...this.#held].map(([id, { kind, actor, failed, regions }]) => {
      const named = { id, kind: kind.name };
      return actor === null ? { ...named, failed: failed!, regions } : { ...named, snapshot: actor.getPersistedSnapshot() };
    });
  }

  restore(image: readonly ActorImage[]): void {
    for (const each of image) {
      const kind: Kind = kinds[each.kind];
      if ('failed' in each) this.#held.set(each.id, { kind, actor: null, regions: each.regions, failed: each.failed });
      else this.#start(kind, each.id, { snapshot: each.snapshot as Snapshot<unknown> });
    }
  }

  #start(kind: Kind, id: string, options: { input?: unknown; snapshot?: Snapshot<unknown> }): Held {
    const actor = createActor(kind.machine, options as never);
    actor.subscribe({ error: () => undefined }); // the status is read after each send; without an observer XState would crash the process
    actor.start();
    const snapshot = actor.getSnapshot();
    const held: Held = { kind, actor, regions: regionsOf(snapshot.value), failed: null };
    this.#held.set(id, held);
    const { timers } = snapshot.context as AnyContext;
    if (timers !== undefined) this.#timers.index(id, timers);
    return held;
  }
}

/** `{lifecycle: {live: {tracking: 'rising'}}}` → `{lifecycle: 'tracking.rising'}`; a plain machine has one region, `state`. */
export function regionsOf(value: StateValue): Regions {
  if (typeof value === 'string') return { state: value };
  const regions: Record<string, string> = {};
  for (const [region, inner] of Object.entries(value)) {
    const path = pathOf(inner!);
    if (path !== '') regions[region] = path.replace(/^live\./, '');
  }
  return regions;
}

function pathOf(value: StateValue): string {
  if (typeof value === 'string') return value;
  const [entry] = Object.entries(value);
  if (entry === undefined) return '';
  const rest = pathOf(entry[1]!);
  return rest === '' ? entry[0] : `${entry[0]}.${rest}`;
}
