/**
 * The cell: one deterministic step per tape entry, for one market and one trading day. journal = fold(tape).
 *
 * Time     cell time = max(previous, entry.tsMs); every timer due by it fires first, each at its own due
 * Poison   a throw in a detector, in cleaning, in features or in an actor is journaled as a fault and repeats identically
 * Pure     no clock, no chance, no I/O; the whole state is the image
 */
import type { Bundle } from '../../contracts/bundle.ts';
import type { JournalDraft } from '../../contracts/journal.ts';
import { absentMilli, bookLevels } from '../../contracts/quote.ts';
import { isContinuous, slotSec, tsecOf } from '../../contracts/session.ts';
import type { Origin } from '../../contracts/status.ts';
import type { Command, TapeEntry } from '../../contracts/tape.ts';
import { neverSlot } from '../clean/accepted.ts';
import { Cleaner, type OnAccepted, type Quarantined } from '../clean/cleaner.ts';
import type { GradualImage } from '../clean/columns.ts';
import { universeOf } from '../clean/universe.ts';
import { FeatureEngine } from '../features/engine.ts';
import { Actors } from './actors.ts';
import { Desk } from './desk.ts';
import type { CellImage } from './image.ts';
import { kinds } from './kinds.ts';
import { MarketDesk, marketId } from './market-desk.ts';
import { Recorder } from './recorder.ts';
import { SymbolDesk } from './symbols.ts';
import { TimerWheel } from './wheel.ts';

/** What leaves the cell for one entry. `draft` is null when nothing was concluded. */
export type StepResult = { readonly draft: JournalDraft | null; readonly quarantined: readonly Quarantined[] };
const staleSec = 15;
const gapSec = 120;
const dqDegraded = 0.8;

export class Cell {
  readonly bundle: Bundle;
  readonly cleaner: Cleaner;
  readonly features: FeatureEngine;
  readonly actors: Actors;
  readonly desk: Desk;
  readonly symbols: SymbolDesk;
  readonly market: MarketDesk;
  readonly #recorder = new Recorder();
  readonly #wheel = new TimerWheel();
  readonly #handlers: OnAccepted;
  readonly #poisoned = new Set<number>();
  readonly #skips: Set<number>;
  /** Ordinal of the next entry, last step, cell time. */
  n = 0;
  step = 0;
  timeMs = 0;
  /** As day.open says it. */
  origin: Origin | undefined;
  quotes = 0;
  closed = false;

  /** `skips`: entries a supervisor has named as crashing, read from the day's controls before the start. */
  constructor(bundle: Bundle, skips: readonly number[] = []) {
    this.bundle = bundle;
    const universe = universeOf(bundle);
    this.cleaner = new Cleaner(universe, bundle.tradeDate, bundle.config.clean.staleGuard);
    this.features = new FeatureEngine(universe, this.cleaner);
    this.actors = new Actors(this.#recorder, this.#wheel);
    this.market = new MarketDesk(this.features, this.actors, this.#recorder, bundle.tradeDate);
    this.desk = new Desk(bundle, this.actors, this.#recorder);
    this.symbols = new SymbolDesk(bundle, this.features, this.actors, this.desk, this.#recorder, () => this.market.feedHealthy);
    this.#skips = new Set(skips);
    this.#handlers = {
      add: (s, batch, i, slot) => {
        if (!this.#poisoned.has(s)) this.features.add(s, batch, i, slot);
      },
      settled: (s, batch, i, slot) => {
        if (!this.#poisoned.has(s)) this.symbols.settled(s, batch, i, slot);
      },
      halted: (s) => {
        if (!this.#poisoned.has(s)) this.symbols.halted(s);
      },
      threw: (s, error) => this.#poison(s, error),
    };
  }

  /** Whether the next entry was named to be skipped; it need not even be decoded. */
  get isSkipped(): boolean {
    return this.#skips.has(this.n);
  }

  /** Passes over the next entry, at the time reached: a fault in its place, and nothing of what it said. */
  skip(): StepResult {
    return this.#conclude(this.timeMs, (n) => this.#recorder.fault(marketId, `entry:${n}`, 'ENTRY_SKIPPED', 'named by a control entry'));
  }

  /** Applies the next entry of the day's tape. */
  apply(entry: TapeEntry): StepResult {
    if (this.isSkipped) return this.skip();
    return this.#conclude(entry.tsMs, (n) => this.#dispatch(entry, n));
  }

  #conclude(tsMs: number, work: (n: number) => void): StepResult {
    const n = this.n;
    this.n += 1;
    this.timeMs = Math.max(this.timeMs, tsMs);
    this.#fireTimers();
    this.#recorder.nowMs = this.timeMs;
    work(n);
    const entries = this.#recorder.take();
    const { quarantined } = this.cleaner;
    if (quarantined.length > 0) this.cleaner.quarantined = [];
    if (entries.length === 0) return { draft: null, quarantined };
    this.step += 1;
    return { draft: { step: this.step, n, ...(this.origin === undefined ? {} : { origin: this.origin }), entries }, quarantined };
  }

  #dispatch(entry: TapeEntry, n: number): void {
    switch (entry.type) {
      case 'quotes':
        this.quotes += entry.batch.count;
        this.market.heard(entry.batch.source);
        return this.cleaner.batch(entry.batch, n, this.#handlers);
      case 'clock':
        return this.#clock();
      case 'index':
        return this.market.index.add(entry.batch);
      case 'flow':
        return; // recorded; no feature of fs-1 reads it
      case 'source':
        return this.market.fact(entry.source, entry.event);
      case 'control':
        return this.#control(entry.commandId, entry.command, n);
      case 'day.close':
        return this.#close();
      case 'day.open':
        this.origin = entry.origin;
        return;
    }
  }

  #clock(): void {
    const changed = this.market.clock();
    if (changed && this.market.phase === 'CLOSE_CALL') this.desk.tellAll({ type: 'session.end', tsMs: this.timeMs });
    if (isContinuous(this.market.phase)) this.#watchData();
  }

  /** Freshness of the symbols that carry opportunities: the others only have their flags. */
  #watchData(): void {
    const now = tsecOf(this.timeMs);
    for (const s of this.desk.rows()) {
      const silentSec = now - this.cleaner.accepted.slot[s]! * slotSec;
      if (silentSec > gapSec) this.desk.tell(s, { type: 'gap', tsMs: this.timeMs });
      else if (silentSec > staleSec) this.symbols.setData(s, 'stale');
      else this.symbols.setData(s, this.#quality(s) < dqDegraded ? 'degraded' : 'fresh');
    }
  }

  #quality(s: number): number {
    const { rings } = this.features;
    const head = rings.head[s]!;
    const then = rings.lookBack(s, head - 60);
    if (head === neverSlot || then < 0) return 1; // too early to speak of three minutes
    return (rings.values[rings.base(s, head) + 14]! - rings.values[then + 14]!) / 60;
  }

  #control(commandId: string, command: Command, n: number): void {
    const code = this.#command(command, n);
    this.#recorder.record('control', 'control', { commandId, command: command.name, accepted: code === null, code });
  }

  /** Null when done, else why not. */
  #command(command: Command, n: number): string | null {
    switch (command.name) {
      case 'dismiss':
        return this.desk.dismiss(command.opportunity) ? null : 'NOT_FOUND';
      case 'risk':
        return this.desk.setRisk(command.scope, command.level, command.policy) ? null : 'NOT_FOUND';
      case 'disable':
        return this.symbols.disable(command.detector) ? null : 'NOT_FOUND';
      case 'skip':
        if (command.tradeDate !== this.bundle.tradeDate) return 'OTHER_DAY';
        if (command.n <= n) return this.#skips.has(command.n) ? null : 'ALREADY_DECIDED';
        this.#skips.add(command.n);
        return null;
      case 'fence':
        return null;
    }
  }

  #close(): void {
    this.cleaner.flushHeld(this.#handlers);
    this.desk.tellAll({ type: 'session.end', tsMs: this.timeMs });
    this.market.close();
    this.#wheel.clear();
    this.closed = true;
  }

  #fireTimers(): void {
    for (let due = this.#wheel.take(this.timeMs); due !== null; due = this.#wheel.take(this.timeMs)) {
      this.#recorder.nowMs = due.dueMs;
      const event = { type: `timer.${due.timerId}`, tsMs: due.dueMs };
      if (due.actorId.startsWith('opportunity.')) this.desk.fired(due.actorId, event);
      else this.actors.send(due.actorId, event);
    }
  }

  /** A throw in cleaning or features takes that symbol out for the day; the same tape takes it out again. */
  #poison(s: number, error: unknown): void {
    if (s < 0) throw error;
    if (this.#poisoned.has(s)) return;
    this.#poisoned.add(s);
    this.#recorder.fault(this.features.universe.actorIds[s]!, 'symbol', 'SYMBOL_THREW', error);
    this.desk.tell(s, { type: 'gap', tsMs: this.timeMs }); // nothing more will be heard of it
  }

  image(): CellImage {
    return { ...this.#imageBut(), features: this.features.image() };
  }

  /** The same image as of now, its large part copied while the cell goes on. */
  beginImage(): GradualImage<CellImage> {
    const rest = this.#imageBut();
    const { advance, image } = this.features.beginImage();
    return { advance, image: () => ({ ...rest, features: image() }) };
  }

  #imageBut(): Omit<CellImage, 'features'> {
    return {
      v: 1,
      tradeDate: this.bundle.tradeDate,
      n: this.n,
      step: this.step,
      timeMs: this.timeMs,
      quotes: this.quotes,
      closed: this.closed,
      poisoned: [...this.#poisoned],
      origin: this.origin,
      cleaner: this.cleaner.image(),
      symbols: this.symbols.image(),
      desk: this.desk.image(),
      market: this.market.image(),
      actors: this.actors.image(),
      actorEvents: this.actors.events,
      seq: this.#recorder.image(),
    };
  }

  /** A cell exactly as `image` left it. */
  static restore(bundle: Bundle, image: CellImage, skips: readonly number[] = []): Cell {
    const cell = new Cell(bundle, skips);
    cell.actors.drop('market');
    cell.actors.restore(image.actors, kinds);
    cell.actors.events = image.actorEvents;
    cell.cleaner.restore(image.cleaner);
    cell.features.restore(image.features);
    cell.symbols.restore(image.symbols);
    cell.desk.restore(image.desk);
    cell.market.restore(image.market);
    cell.#recorder.restore(image.seq);
    for (const s of image.poisoned) cell.#poisoned.add(s);
    cell.origin = image.origin;
    Object.assign(cell, { n: image.n, step: image.step, timeMs: image.timeMs, quotes: image.quotes, closed: image.closed });
    if (image.closed) cell.#wheel.clear();
    return cell;
  }

  /** Best bid and ask, last and day's change of a symbol, for displays; null before its first quote. */
  lastOf(s: number): { readonly lastMilli: number; readonly bidMilli: number | null; readonly askMilli: number | null } | null {
    const { accepted } = this.cleaner;
    if (accepted.last[s] === absentMilli) return null;
    const side = (column: Int32Array) => (column[s * bookLevels] === absentMilli ? null : column[s * bookLevels]!);
    return { lastMilli: accepted.last[s]!, bidMilli: side(accepted.bid), askMilli: side(accepted.ask) };
  }
}
