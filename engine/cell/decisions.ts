/**
 * The deciding side of a cell: lanes, opportunities, actors, timers and the record of what they concluded, over a market state that it
 * reads and never changes. Any number of them share one market.
 */
import type { Bundle } from '../../contracts/bundle.ts';
import { entityActorId } from '../../contracts/entity.ts';
import type { JournalEntry } from '../../contracts/journal.ts';
import type { QuoteBatch } from '../../contracts/quote.ts';
import { isContinuous, tsecOf } from '../../contracts/session.ts';
import type { StrategyMode } from '../../contracts/signal.ts';
import type { AnyCommand, ExternalReading, TapeEntry } from '../../contracts/tape.ts';
import { instrumentNo } from '../../contracts/units.ts';
import type { RowVerdict } from '../clean/cleaner.ts';
import type { AnyDetector } from '../detectors/detector.ts';
import { type ExternalState, external, withReading } from '../detectors/external.ts';
import { instantiable } from '../detectors/registry.ts';
import { mapsKey } from '../opportunities/confidence.ts';
import { type ActorImage, Actors, type TimerEvent } from './actors.ts';
import { Answered } from './answered.ts';
import { applyCommand } from './commands.ts';
import { type Lane, type LaneImage, lanesOf, type Mismatch } from './lanes.ts';
import { MarketCoordinator, marketId } from './market-coordinator.ts';
import type { Decider, MarketState } from './market-state.ts';
import { Models } from './models.ts';
import { Openings } from './openings.ts';
import { OpportunityBook, type OpportunityBookImage } from './opportunity-book.ts';
import { Recorder } from './recorder.ts';
import { RiskGuard } from './risk-guard.ts';
import { SectorCoordinator, type SectorLane } from './sector-coordinator.ts';
import { Settings } from './settings.ts';
import { SymbolCoordinator, type SymbolImage, type SymbolLane } from './symbol-coordinator.ts';
import { TimerQueue } from './timer-queue.ts';

/** A price is of this cross-section or the one before, or nothing was heard. */
const heardSec = 6;

export class Decisions implements Decider {
  readonly bundle: Bundle;
  readonly market: MarketState;
  readonly recorder = new Recorder();
  readonly actors: Actors;
  readonly desk: OpportunityBook;
  readonly settings: Settings;
  readonly symbols: SymbolCoordinator;
  readonly marketCoordinator: MarketCoordinator;
  readonly sectors: SectorCoordinator;
  readonly #guard: RiskGuard;
  readonly openings: Openings;
  readonly models: Models;
  readonly lanes: readonly Lane[];
  readonly #mismatches: readonly Mismatch[];
  readonly #timers = new TimerQueue();
  readonly #answered = new Answered();
  /** Instrument numbers whose features VIEW publishes. */
  readonly watched = new Set<number>();
  /** Symbols about which this decider threw: nothing more is decided about them. */
  readonly #poisoned = new Set<number>();

  /** `detectors`: what the bundle's strategies are instances of; others than the product's only in tests. */
  constructor(bundle: Bundle, market: MarketState, detectors: readonly AnyDetector[] = instantiable) {
    this.bundle = bundle;
    this.market = market;
    const { lanes, mismatches } = lanesOf(bundle, detectors, { symbol: market.universe.count, sector: market.sectors.count });
    this.lanes = lanes;
    this.#mismatches = mismatches;
    this.actors = new Actors(this.recorder, this.#timers);
    this.marketCoordinator = new MarketCoordinator(market, this.actors, this.recorder, bundle.tradeDate);
    this.settings = new Settings(bundle.config);
    this.openings = new Openings(this.settings);
    this.models = new Models(bundle.models, this.settings, lanes, this.actors, this.recorder);
    const scopes = new Set(['market', 'account', ...market.universe.actorIds]);
    for (const code of market.sectors.codes) scopes.add(`sector.${code}`);
    for (const { id } of lanes) scopes.add(`strategy.${id}`);
    const exits = new Map(lanes.map((lane) => [lane.id, lane]));
    this.desk = new OpportunityBook(bundle, this.settings, this.actors, this.recorder, {
      isScope: (scope) => scopes.has(scope),
      opened: (given, standing) => {
        const tsec = tsecOf(this.recorder.nowMs);
        this.openings.note(given, standing, tsec);
        this.models.note(given, tsec);
      },
      released: (row, id) => {
        const own = market.sectorOf(row) ?? row;
        for (const lane of lanes) if (lane.runs.get(own)?.opportunity === id) lane.outlive(own);
      },
      subjectOf: (row) => {
        const k = market.sectorOf(row);
        return k === null ? this.symbols.subjectOf(row) : this.sectors.subjectOf(k);
      },
      exitScore: (strategy) => exits.get(strategy)?.scores.exit ?? 0,
    });
    const { actors, desk, recorder, models, settings, marketCoordinator } = this;
    const parts = { actors, desk, recorder, models, settings, market: marketCoordinator };
    const ofKind = (kind: AnyDetector['entity']) => lanes.filter(({ detector }) => detector.entity === kind);
    this.symbols = new SymbolCoordinator(bundle, market, ofKind('symbol') as unknown as SymbolLane[], parts);
    this.sectors = new SectorCoordinator(bundle, market, ofKind('sector') as unknown as SectorLane[], parts);
    this.#guard = new RiskGuard(market, this.desk, this.marketCoordinator, this.openings);
    market.join(this);
  }

  /** What was concluded since the last time. */
  take = (): JournalEntry[] => this.recorder.take();

  /** Fires every timer due by `timeMs`, each at its own due, then stands at `timeMs`. */
  advance(timeMs: number): void {
    for (let due = this.#timers.take(timeMs); due !== null; due = this.#timers.take(timeMs)) {
      this.recorder.nowMs = due.dueMs;
      const event: TimerEvent = { type: `timer.${due.timerId}`, tsMs: due.dueMs };
      if (due.actorId.startsWith('opportunity.')) this.desk.fired(due.actorId, event as never);
      else this.actors.fire(due.actorId, event);
    }
    this.recorder.nowMs = timeMs;
  }

  /** Says of each strategy the bundle named and this code does not have as named, and as what each model begins. */
  opened(): void {
    for (const { id, code, message } of this.#mismatches) this.recorder.fault(marketId, `strategy:${id}`, code, message);
    this.models.opened();
  }

  settled(verdict: Readonly<RowVerdict>, batch: QuoteBatch, i: number): void {
    const { s } = verdict;
    if (this.#poisoned.size > 0 && this.#poisoned.has(s)) return;
    try {
      this.symbols.settled(verdict, batch, i);
    } catch (error) {
      this.poisoned(s, error);
    }
  }

  halted(s: number): void {
    if (!this.#poisoned.has(s)) this.symbols.states.halted(s);
  }

  poisoned(s: number, error: unknown): void {
    if (this.#poisoned.has(s)) return;
    this.#poisoned.add(s);
    this.recorder.fault(this.market.universe.actorIds[s]!, 'symbol', 'SYMBOL_THREW', error);
    this.desk.send(s, { type: 'gap', tsMs: this.recorder.nowMs }); // nothing more will be heard of it
  }

  /** A strategy in a process of its own has spoken: its lane holds what it said, and the symbol's next quote is judged with it. */
  external(entry: ExternalReading): void {
    const { strategy, entity } = entry;
    const lane = this.lanes.find(({ id, detector }) => id === strategy && detector.id === external.id);
    const row = entity.kind === 'symbol' ? this.market.universe.rowOf(instrumentNo(entity.key)) : -1;
    const reason = lane === undefined ? 'UNKNOWN_STRATEGY' : lane.disabled ? 'STRATEGY_DISABLED' : row < 0 ? 'UNKNOWN_ENTITY' : null;
    const tsec = tsecOf(this.recorder.nowMs);
    if (reason === null) {
      if (lane!.runsFor(row)) lane!.keep(row, withReading(lane!.stateOf(row) as ExternalState, entry, tsec));
      return;
    }
    // what goes on being refused is said once
    if (lane === undefined || row < 0 || !lane.refuses(row, reason, tsec))
      this.recorder.record('suppressed', entityActorId(entity), { strategy, reason });
  }

  batchFrom(source: string): void {
    this.marketCoordinator.batchFrom(source);
  }

  fact({ source, event }: Extract<TapeEntry, { type: 'source' }>): void {
    this.marketCoordinator.fact(source, event);
  }

  /** A second passed: its phase first. True in continuous trading. */
  phaseClock(): boolean {
    const changed = this.marketCoordinator.phaseClock();
    this.desk.lapseOverrides();
    const { phase } = this.marketCoordinator;
    if (changed && phase === 'CLOSE_CALL') this.desk.broadcast({ type: 'session.end', tsMs: this.recorder.nowMs });
    return isContinuous(phase);
  }

  /** A second of continuous trading passed in the market; `isNew`: with a new cross-section. */
  clock(isNew: boolean): void {
    this.marketCoordinator.clock(isNew);
    if (isNew) this.#guard.update(tsecOf(this.recorder.nowMs));
    if (isNew) this.#judgeModels(tsecOf(this.recorder.nowMs));
    if (isNew) this.symbols.guard.tidy();
    if (isNew) this.sectors.update();
    this.symbols.states.watchData(this.recorder.nowMs);
  }

  /** What a symbol is worth that is not quoted now is not known now. */
  #judgeModels(tsec: number): void {
    const { features } = this.market;
    this.models.update(tsec, (row) => features.midWithin(row, tsec, heardSec));
  }

  /** A command and its answer, the same one for its id all day. `skip` is the cell's to answer. */
  control(commandId: string, command: AnyCommand, skip: (command: AnyCommand) => string | null): void {
    const code = this.#answered.answer(commandId, command, () => applyCommand(this, command, skip));
    this.recorder.record('control', 'control', {
      commandId,
      command: command.name === 'unknown' ? command.asked : command.name,
      accepted: code === null,
      code,
    });
  }

  /** Whether the bundle has maps of this model for the strategy; of none it always has. */
  hasModel = (lane: Lane, modelId: string | null): boolean =>
    modelId === null || Object.keys(this.bundle.calibration).some((key) => key.split('.')[0] === mapsKey(lane.id, modelId));

  /** What a strategy's runs stand by is lowered, and the runs are over. */
  lower(lane: Lane, rows: readonly number[]): void {
    for (const row of rows) {
      const opportunity = lane.runs.get(row)?.opportunity ?? null;
      lane.release(row);
      if (opportunity !== null) this.desk.lower(opportunity, lane.id);
    }
  }

  /** A run that begins or ceases to act with the new mode is over: it may be raised anew. */
  promote(lane: Lane, mode: StrategyMode): void {
    const isSymbol = lane.detector.entity === 'symbol';
    // of sectors there is no one in ten
    const acts = (row: number): boolean => (isSymbol ? lane.actsOn(this.market.universe.instruments[row]!.no) : lane.mode === 'active');
    const rows = [...lane.runs.keys()];
    const acted = rows.filter(acts);
    lane.promote(mode);
    this.lower(
      lane,
      rows.filter((row) => acted.includes(row) !== acts(row)),
    );
  }

  close(): void {
    this.desk.broadcast({ type: 'session.end', tsMs: this.recorder.nowMs });
    this.marketCoordinator.close();
    this.#timers.clear();
  }

  image(): DecisionsImage {
    return {
      poisoned: [...this.#poisoned],
      watched: [...this.watched],
      lanes: this.lanes.map((lane) => lane.image()),
      symbols: this.symbols.image(),
      desk: this.desk.image(),
      market: this.marketCoordinator.image(),
      guard: this.#guard.image(),
      openings: this.openings.image(),
      models: this.models.image(),
      settings: this.settings.image(),
      sectors: this.sectors.image(),
      actors: this.actors.image(),
      actorEvents: this.actors.events,
      answered: this.#answered.image(),
      seq: this.recorder.image(),
      nowMs: this.recorder.nowMs,
    };
  }

  restore(image: DecisionsImage, closed: boolean): void {
    this.actors.drop(marketId);
    this.actors.restore(image.actors);
    this.actors.events = image.actorEvents;
    for (const lane of this.lanes) {
      const own = image.lanes.find(({ id }) => id === lane.id);
      if (own !== undefined) lane.restore(own);
    }
    this.symbols.restore(image.symbols);
    this.desk.restore(image.desk);
    this.marketCoordinator.restore(image.market);
    this.#guard.restore(image.guard);
    this.openings.restore(image.openings);
    this.models.restore(image.models);
    this.settings.restore(image.settings);
    this.sectors.restore(image.sectors);
    this.#answered.restore(image.answered);
    this.recorder.restore(image.seq);
    this.recorder.nowMs = image.nowMs;
    for (const s of image.poisoned) this.#poisoned.add(s);
    for (const no of image.watched) this.watched.add(no);
    if (closed) this.#timers.clear();
  }
}

export type DecisionsImage = {
  readonly poisoned: readonly number[];
  readonly watched: readonly number[];
  readonly lanes: readonly LaneImage[];
  readonly symbols: SymbolImage;
  readonly desk: OpportunityBookImage;
  readonly market: ReturnType<MarketCoordinator['image']>;
  readonly guard: ReturnType<RiskGuard['image']>;
  readonly openings: ReturnType<Openings['image']>;
  readonly models: ReturnType<Models['image']>;
  readonly settings: ReturnType<Settings['image']>;
  readonly sectors: ReturnType<SectorCoordinator['image']>;
  readonly actors: readonly ActorImage[];
  readonly actorEvents: number;
  readonly answered: ReturnType<Answered['image']>;
  readonly seq: readonly (readonly [string, number])[];
  readonly nowMs: number;
};
