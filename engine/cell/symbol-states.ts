/**
 * Where each symbol stands to its limit and what its data is worth: crossings go to its actor and to its opportunities, quotes do not.
 */
import { type DataState, dataLimits, type LimitState, limitDistances, type SymbolEvent } from '../../actors/symbol/symbol.machine.ts';
import { slotSec, tsecOf } from '../../contracts/session.ts';
import { type ColumnImage, imageOf, restoreColumns } from '../clean/columns.ts';
import { at } from '../features/rings.ts';
import type { Actors } from './actors.ts';
import type { MarketState } from './market-state.ts';
import type { OpportunityBook } from './opportunity-book.ts';
import type { Recorder } from './recorder.ts';

const limitCode: Readonly<Record<LimitState, number>> = { free: 0, near: 1, sealed: 2, opened: 3, resealed: 4 };
const dataCode: Readonly<Record<DataState, number>> = { fresh: 0, degraded: 1, stale: 2, halted: 3 };

export class SymbolStates {
  readonly #state: MarketState;
  readonly #actors: Actors;
  readonly #desk: OpportunityBook;
  readonly #recorder: Recorder;
  /** What the symbol actors' regions say, as codes: written from them and nowhere else. */
  readonly #columns: ReturnType<typeof symbolColumns>;

  constructor(state: MarketState, parts: { readonly actors: Actors; readonly desk: OpportunityBook; readonly recorder: Recorder }) {
    this.#state = state;
    this.#actors = parts.actors;
    this.#desk = parts.desk;
    this.#recorder = parts.recorder;
    this.#columns = symbolColumns(state.universe.count);
  }

  /** An accepted quote: the end of a halt, a crossing near the limit. */
  quoted(s: number, last: number): void {
    if (this.#columns.data[s] === dataCode.halted) this.#resumed(s, last);
    const { toLimit } = this.#state;
    // most quotes of most symbols: nowhere near, and unknown is not near
    if (this.#columns.limit[s] === limitCode.free && !(toLimit <= limitDistances.near)) return;
    if (!Number.isNaN(toLimit)) this.#limitState(s, toLimit);
  }

  halted(s: number): void {
    if (this.#columns.data[s] === dataCode.halted) return;
    const lastMilli = this.#state.cleaner.accepted.last[s]!;
    const tsMs = this.#recorder.nowMs;
    this.#send(s, { type: 'data.halted', tsMs });
    this.#desk.send(s, { type: 'halt', tsMs, lastMilli });
    this.#desk.send(s, { type: 'data.halted', tsMs });
  }

  #resumed(s: number, lastMilli: number): void {
    const tsMs = this.#recorder.nowMs;
    this.#send(s, { type: 'data.fresh', tsMs });
    this.#desk.send(s, { type: 'resume', tsMs, lastMilli });
    this.#desk.send(s, { type: 'data.fresh', tsMs });
  }

  #limitState(s: number, distance: number): void {
    const state = this.#columns.limit[s]!;
    const sealed = state === limitCode.sealed || state === limitCode.resealed;
    const locked = this.#state.features.isLockedUp(s);
    if (locked && !sealed) this.#limit(s, 'limit.locked');
    else if (!locked && sealed) this.#limit(s, 'limit.unlocked');
    else if (state === limitCode.free) this.#limit(s, 'limit.neared');
    else if (!sealed && distance > limitDistances.leave) this.#limit(s, 'limit.left');
  }

  #limit(s: number, type: 'limit.locked' | 'limit.unlocked' | 'limit.neared' | 'limit.left'): void {
    const tsMs = this.#recorder.nowMs;
    this.#send(s, { type, tsMs });
    if (type === 'limit.locked' || type === 'limit.unlocked') this.#desk.send(s, { type, tsMs });
  }

  /** Symbol actors are made when they first have something to hear; the columns follow what they say. */
  #send(s: number, event: SymbolEvent): void {
    const id = this.#state.universe.actorIds[s]!;
    if (!this.#actors.has(id)) this.#actors.spawn('symbol', id, { instrument: id });
    this.#actors.send('symbol', id, event);
    this.#mirror(s, id);
  }

  #mirror(s: number, id: string): void {
    this.#columns.limit[s] = limitCode[this.#actors.state(id, 'limit') as LimitState];
    this.#columns.data[s] = dataCode[this.#actors.state(id, 'data') as DataState];
  }

  /** Freshness of the symbols that carry opportunities: the others only have their flags. */
  watchData(timeMs: number): void {
    const now = tsecOf(timeMs);
    for (const s of this.#desk.rows()) {
      if (this.#state.sectorOf(s) !== null) continue;
      const silentSec = now - this.#state.cleaner.accepted.slot[s]! * slotSec;
      if (silentSec > dataLimits.gapSec) this.#desk.send(s, { type: 'gap', tsMs: timeMs });
      else this.#setData(s, silentSec > dataLimits.staleSec ? 'stale' : this.#quality(s) < dataLimits.degradedUnder ? 'degraded' : 'fresh');
    }
  }

  /** Data state of a symbol that carries an opportunity, told when it changes. */
  #setData(s: number, state: 'fresh' | 'degraded' | 'stale'): void {
    if (this.#columns.data[s] === dataCode[state] || this.#columns.data[s] === dataCode.halted) return;
    const event = { type: `data.${state}`, tsMs: this.#recorder.nowMs } as const;
    this.#send(s, event);
    this.#desk.send(s, event);
  }

  /** dqW over three minutes; 1 where it is too early to speak of them. */
  #quality(s: number): number {
    const { rings } = this.#state.features;
    const head = rings.head[s]!;
    const then = rings.lookBack(s, head - 60);
    return then < 0 ? 1 : (rings.values[rings.base(s, head) + at.covered]! - rings.values[then + at.covered]!) / 60;
  }

  image = (): ColumnImage => imageOf(this.#columns);

  restore(image: ColumnImage): void {
    restoreColumns(this.#columns, image);
  }
}

const symbolColumns = (count: number) => ({ limit: new Uint8Array(count), data: new Uint8Array(count) });
