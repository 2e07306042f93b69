/**
 * Who listens to what: one group a channel and filter, however many connections.
 *
 * Once      a step's events are chosen and encoded once a group and protocol, and handed to each of its members
 * prev      is the group's: the seq of the delta before, whoever it was sent to
 * Bounded   a few subscriptions are answered a turn of the event loop; a resumption beyond its bound is a snapshot
 */
import { type Filter, frameLimits, type Subprotocol } from '../../contracts/frames.ts';
import type { DayDelta, DayState } from '../day-state.ts';
import { channelsOf, eventsFor, isOfOpportunities, keyOf, snapshotFor } from './channels.ts';
import { encoded, headed, type Message, Shared, sizeOf } from './encode.ts';

/** What a group needs of a connection. */
export type Member = {
  readonly protocol: Subprotocol;
  /** `isPart`: of a snapshot, which may be longer than a backlog. */
  readonly deliver: (message: Message, isPart?: boolean) => void;
};
export type Group = { readonly ch: string; readonly filter: Filter; readonly members: Set<Member>; lastSeq: number };
export type HubOptions = { readonly snapshotPart: number; readonly sent: (channel: string, protocol: string, count: number) => void };

/** Answers a turn. */
const perTurn = 4;
/** Bytes of answers that are kept for the next who asks. */
const answersMax = 32 * 1024 * 1024;

export class Hub {
  readonly day: DayState;
  readonly #options: HubOptions;
  readonly #groups = new Map<string, Group>();
  readonly #byChannel = new Map<string, Set<Group>>();
  readonly #waiting: (() => void)[] = [];
  /** Answers of the step at hand, by what was asked: a thousand clients that come back ask the same. */
  readonly #answers = new Map<string, readonly Message[]>();
  #answerBytes = 0;
  #turn: ReturnType<typeof setImmediate> | null = null;

  constructor(day: DayState, options: HubOptions) {
    this.day = day;
    this.#options = options;
  }

  /** Runs `work` in one of the next turns, few of them in each. */
  soon(work: () => void): void {
    this.#waiting.push(work);
    this.#turn ??= setImmediate(() => this.#next());
  }

  #next(): void {
    this.#turn = null;
    for (const work of this.#waiting.splice(0, perTurn)) work();
    if (this.#waiting.length > 0) this.#turn = setImmediate(() => this.#next());
  }

  join(member: Member, ch: string, filter: Filter): Group {
    const key = keyOf(ch, filter);
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = { ch, filter, members: new Set(), lastSeq: this.day.step };
      this.#groups.set(key, group);
      const own = this.#byChannel.get(ch);
      if (own === undefined) this.#byChannel.set(ch, new Set([group]));
      else own.add(group);
    }
    group.members.add(member);
    return group;
  }

  leave(member: Member, group: Group): void {
    group.members.delete(member);
    if (group.members.size > 0) return;
    this.#groups.delete(keyOf(group.ch, group.filter));
    const own = this.#byChannel.get(group.ch);
    own?.delete(group);
    if (own?.size === 0) this.#byChannel.delete(group.ch);
  }

  /** A step was applied to the day. */
  publish(delta: DayDelta, newDay: boolean): void {
    this.#forget();
    const groups = newDay ? new Set(this.#groups.values()) : this.#concerned(delta);
    for (const group of groups) {
      if (newDay) {
        group.lastSeq = delta.step;
        for (const member of group.members)
          for (const part of this.answer(group, undefined, member.protocol)) member.deliver(headed({ type: 'snapshot' }, part), true);
        continue;
      }
      const events = [...eventsFor(group.ch, group.filter, delta)];
      if (events.length === 0) continue;
      const { ch, lastSeq: prev } = group;
      const frame = new Shared({ ch, type: 'delta', origin: delta.origin, seq: delta.step, prev, ts: delta.tsMs, events });
      group.lastSeq = delta.step;
      for (const member of group.members) member.deliver(frame.in(member.protocol));
      this.#count(group);
    }
  }

  #count({ ch, members }: Group): void {
    const of = { 'fenshi.v1.json': 0, 'fenshi.v1.msgpack': 0 };
    for (const { protocol } of members) of[protocol] += 1;
    for (const [protocol, count] of Object.entries(of)) if (count > 0) this.#options.sent(ch.split(':')[0]!, protocol, count);
  }

  #concerned(delta: DayDelta): Set<Group> {
    const found = new Set<Group>();
    const add = (ch: string): void => {
      for (const group of this.#byChannel.get(ch) ?? []) found.add(group);
    };
    for (const ch of delta.others.keys()) add(ch);
    for (const event of delta.opportunities) for (const ch of channelsOf(event)) add(ch);
    return found;
  }

  /** Bodies that answer a subscription: what was missed, or the parts of a snapshot. Each still lacks its `re` and `ok`. */
  answer(group: Group, since: { readonly epoch: string; readonly offset: number } | undefined, protocol: Subprotocol): readonly Message[] {
    const asked = `${protocol}\n${keyOf(group.ch, group.filter)}`;
    if (since !== undefined) {
      const key = `${asked}\n${since.epoch} ${since.offset}`;
      const known = this.#answers.get(key);
      if (known !== undefined) return known;
      const missed = this.#missed(group, since, protocol);
      if (missed !== null) return this.#keep(key, [missed]);
    }
    return this.#answers.get(asked) ?? this.#keep(asked, this.#snapshot(group, protocol));
  }

  /** For the next who asks the same; not more than so much of it, for a client may ask what it likes. */
  #keep(key: string, bodies: readonly Message[]): readonly Message[] {
    const bytes = bodies.reduce((sum, body) => sum + sizeOf(body), 0);
    if (this.#answerBytes + bytes > answersMax) this.#forget();
    this.#answers.set(key, bodies);
    this.#answerBytes += bytes;
    return bodies;
  }

  #forget(): void {
    this.#answers.clear();
    this.#answerBytes = 0;
  }

  /** null where it cannot all be given, or is too much. */
  #missed({ ch, filter }: Group, since: { readonly epoch: string; readonly offset: number }, protocol: Subprotocol): Message | null {
    const deltas = this.day.since(since.epoch, since.offset);
    if (deltas === null) return null;
    const events: { seq: number; ts: number; events: unknown[] }[] = [];
    let count = 0;
    for (const delta of deltas) {
      if (isOfOpportunities(ch) ? delta.opportunities.length === 0 : delta.others.size === 0) continue;
      const own = eventsFor(ch, filter, delta);
      if (own.length === 0) continue;
      count += own.length;
      if (count > frameLimits.resumeEvents) return null;
      events.push({ seq: delta.step, ts: delta.tsMs, events: [...own] });
    }
    const { epoch, step: offset } = this.day;
    const message = encoded({ ch, epoch, offset, recovered: true, events } as never, protocol);
    return sizeOf(message) > frameLimits.resumeBytes ? null : message;
  }

  #snapshot({ ch, filter }: Group, protocol: Subprotocol): Message[] {
    const { snapshotPart: size } = this.#options;
    const items = snapshotFor(ch, filter, this.day);
    const parts = Math.max(1, Math.ceil(items.length / size));
    const place = { ch, epoch: this.day.epoch, offset: this.day.step, recovered: false as const };
    return Array.from({ length: parts }, (_, i) =>
      encoded({ ...place, part: i + 1, parts, snapshot: items.slice(i * size, (i + 1) * size) } as never, protocol),
    );
  }
}
