/**
 * What runs for which symbol: distance to the limit, halts, data state, and the lanes that are awake for it.
 *
 * A quote that wakes no lane, of a symbol without a run and without an opportunity, costs the wake predicates and nothing more
 */
import type { RegimeSource } from '../../actors/market/regime.ts';
import type { Bundle } from '../../contracts/bundle.ts';
import { symbolEntity } from '../../contracts/entity.ts';
import type { FeatureId } from '../../contracts/features.ts';
import { tickMilli } from '../../contracts/instruments.ts';
import { absentMilli, bookLevels, type QuoteBatch } from '../../contracts/quote.ts';
import { slotSec, tsecOf } from '../../contracts/session.ts';
import type { SignalPhase } from '../../contracts/signal.ts';
import { neverSlot } from '../clean/accepted.ts';
import type { RowVerdict } from '../clean/cleaner.ts';
import type { ColumnImage } from '../clean/columns.ts';
import type { DetectorInput, Reading, SymbolDetector } from '../detectors/detector.ts';
import type { Snapshot } from '../features/snapshot.ts';
import { claimsOf, type Knowledge, knowledgeOf, mapsKey, mapsOf, sigma600Of } from '../opportunities/confidence.ts';
import { isDive } from '../opportunities/dive.ts';
import { newsOf } from '../opportunities/report.ts';
import type { Actors } from './actors.ts';
import { explain, type SymbolWhy } from './explain.ts';
import type { Lane, LaneRows } from './lanes.ts';
import { onNews } from './levels.ts';
import type { MarketState } from './market-state.ts';
import type { Models } from './models.ts';
import { Moment } from './moment.ts';
import type { OpportunityBook } from './opportunity-book.ts';
import type { Recorder } from './recorder.ts';
import type { Settings } from './settings.ts';
import type { SignalCase, Subject } from './signal-case.ts';
import { SymbolGuard } from './symbol-guard.ts';
import { SymbolStates } from './symbol-states.ts';

// biome-ignore lint/suspicious/noExplicitAny: a lane hands a detector back its own params and state
export type SymbolLane = Lane<SymbolDetector<any, any>>;
/** A reading that made news. */
export type Spoke = Reading & { readonly phase: SignalPhase };
/** For tests and reports; never part of a decision. */
export type Observer = {
  readonly refused?: (s: number, strategy: string, refused: readonly string[], input: DetectorInput) => void;
  readonly signal?: (s: number, strategy: string, signal: Spoke, input: DetectorInput) => void;
  readonly snapshot?: (s: number, snapshot: Snapshot, input: DetectorInput) => void;
};

/** What the desk asks of the market's actor. */
export type MarketAnswers = RegimeSource & { readonly feedHealthy: boolean };

const lookBackSec = 180;
const awakeSec = 60;

/** What it tells and asks of the deciding side. */
type Parts = {
  readonly actors: Actors;
  readonly desk: OpportunityBook;
  readonly recorder: Recorder;
  readonly models: Models;
  readonly settings: Settings;
  readonly market: MarketAnswers;
};

export class SymbolCoordinator {
  readonly #knowledge: Knowledge;
  readonly #state: MarketState;
  readonly #actors: Actors;
  readonly #desk: OpportunityBook;
  readonly #recorder: Recorder;
  readonly #market: MarketAnswers;
  readonly #models: Models;
  readonly #lanes: readonly SymbolLane[];
  /** null where there are no lanes. */
  readonly #rows: LaneRows | null;
  /** Lanes whose wake predicate asks what a variant's at the same place does; as of these versions of both. */
  #shared = 0;
  #sharedAt = -1;
  #tunedAt = -1;
  readonly #moment: Moment;
  readonly #subjects: (Subject | undefined)[] = [];
  readonly #monitored: ReadonlySet<number>;
  readonly states: SymbolStates;
  readonly guard: SymbolGuard;
  /** Slot of the last quote that anything was evaluated for. */
  readonly #awakeSlot: Int32Array;
  observer: Observer = {};
  refusals: Record<string, Record<string, number>> = {};
  signals = 0;
  /** Quotes for which a lane was awake. */
  evaluated = 0;
  /** Wakes every lane for every quote: what a test compares the predicates with. */
  openGate = false;

  constructor(bundle: Bundle, state: MarketState, lanes: readonly SymbolLane[], parts: Parts) {
    this.#knowledge = knowledgeOf(bundle);
    this.#monitored = new Set(bundle.monitored);
    this.#state = state;
    this.#lanes = lanes;
    this.#rows = lanes[0]?.rows ?? null;
    this.#actors = parts.actors;
    this.#desk = parts.desk;
    this.#recorder = parts.recorder;
    this.#market = parts.market;
    this.#models = parts.models;
    this.#moment = new Moment(state, parts.settings);
    this.states = new SymbolStates(state, parts);
    this.guard = new SymbolGuard(state.features, parts.desk, state.universe.actorIds);
    this.#awakeSlot = new Int32Array(bundle.instruments.length).fill(neverSlot);
  }

  /** An accepted quote is in the rings and is the last: halts, limit state, lanes, prices of live opportunities. */
  settled(verdict: Readonly<RowVerdict>, batch: QuoteBatch, i: number): void {
    const { s } = verdict;
    this.states.quoted(s, batch.lastMilli[i]!);
    const awake = this.#awake(s);
    const live = this.#desk.hasLive(s);
    if (awake === 0 && !live) return;
    this.evaluated += 1;
    this.#awakeSlot[s] = verdict.slot;
    const input = this.#moment.take(verdict, batch, i, this.#market.regime, this.#recorder.nowMs);
    this.observer.snapshot?.(s, this.#state.snapshot, input);
    for (const lane of this.#lanes) if ((awake & lane.bit) !== 0) this.#run(s, lane, input, batch, i);
    if (!this.#desk.hasLive(s)) return;
    this.#price(s, input, batch, i);
    if (this.#desk.hasLive(s)) this.guard.priced(s, input, batch, i);
  }

  /** A bit for every lane that has a run with the symbol or could begin one. */
  #awake(s: number): number {
    const rows = this.#rows;
    if (rows === null) return 0;
    const open = rows.openFor(s);
    if (this.openGate) return open;
    let awake = open & rows.running[s]!;
    if (awake === open) return awake;
    const { hot, serial, toLimit, wakes } = this.#state;
    if (this.#sharedAt !== wakes.version || this.#tunedAt !== rows.tuned) this.#share(rows);
    wakes.begin(serial);
    const answered = open & ~awake & this.#shared & wakes.asked;
    const asking = open & ~awake & ~answered;
    awake |= answered & wakes.woke;
    if (asking === 0) return awake;
    hot.look(s, serial, toLimit);
    const told = wakes.isShared ? this.#shared : 0;
    for (const { bit, detector, params } of this.#lanes) {
      if ((asking & bit) === 0) continue;
      const woke = detector.wakes(hot, params);
      if (woke) awake |= bit;
      if ((told & bit) !== 0) wakes.note(bit, woke);
    }
    return awake;
  }

  #share(rows: LaneRows): void {
    const { wakes } = this.#state;
    this.#shared = wakes.claim(
      this,
      this.#lanes.map(({ question }) => question),
    );
    this.#sharedAt = wakes.version;
    this.#tunedAt = rows.tuned;
  }

  #run(s: number, lane: SymbolLane, input: DetectorInput, batch: QuoteBatch, i: number): void {
    const { detector } = lane;
    let result: ReturnType<typeof detector.step>;
    try {
      result = detector.step(lane.stateOf(s), input, lane.params);
    } catch (error) {
      const opportunity = lane.runs.get(s)?.opportunity ?? null;
      lane.threw(s);
      this.#recorder.fault(this.#state.universe.actorIds[s]!, `strategy:${lane.id}`, 'DETECTOR_THREW', error);
      if (opportunity !== null) this.#desk.lower(opportunity, lane.id);
      return;
    }
    const run = lane.runs.get(s);
    lane.keep(s, result.state);
    if (result.refused.length > 0) this.#count(s, lane.id, result.refused, input);
    if (result.reading !== null) this.#read(s, lane, run, result.reading, input, batch, i);
  }

  #count(s: number, strategy: string, refused: readonly string[], input: DetectorInput): void {
    this.refusals[strategy] ??= {};
    const counts = this.refusals[strategy];
    for (const gate of refused) counts[gate] = (counts[gate] ?? 0) + 1;
    this.observer.refused?.(s, strategy, refused, input);
  }

  /** A level: its news goes to the journal, the level itself to the opportunity that the run stands by. */
  #read(
    s: number,
    lane: SymbolLane,
    run: ReturnType<SymbolLane['runs']['get']>,
    reading: Reading,
    input: DetectorInput,
    batch: QuoteBatch,
    i: number,
  ): void {
    const news = newsOf(run?.reported ?? null, reading, lane.scores.exit, input.tsec);
    const opportunity = run?.opportunity ?? null;
    if (news === null) {
      // most quotes of a run end here: only what waits for its confirmation is asked again
      if (opportunity === null || !reading.raised || !reading.confirmable || !this.#desk.isDiscovered(opportunity)) return;
      this.#desk.level(opportunity, this.#caseOf(s, lane, reading, input, batch, i), false);
      return;
    }
    onNews(this.#desk, this.#recorder, {
      lane,
      row: s,
      actorId: this.#state.universe.actorIds[s]!,
      tsec: input.tsec,
      acts: lane.actsOn(input.instrument.no),
      reading,
      opportunity,
      news,
      given: this.#caseOf(s, lane, reading, input, batch, i),
      journal: (phase) => this.#journal(s, lane, reading, phase, input),
    });
  }

  #journal(s: number, lane: SymbolLane, spoke: Reading, phase: SignalPhase, input: DetectorInput): void {
    this.signals += 1;
    if (phase === 'enter') this.#models.scored(lane, spoke.score);
    this.observer.signal?.(s, lane.id, spokeOf(spoke, phase), input);
    this.#recorder.record('signal', this.#state.universe.actorIds[s]!, {
      signal: {
        strategy: lane.strategyFor(input.instrument.no),
        entity: this.subjectOf(s).entity,
        direction: spoke.direction,
        phase,
        path: spoke.path,
        opens: spoke.opens,
        raised: spoke.raised,
        confirmable: spoke.confirmable,
        tsExchangeMs: input.tsExchangeMs,
        tsMs: input.tsMs,
        score: spoke.score,
        evidence: [...spoke.evidence()],
        anchor: spoke.anchor,
        horizonSec: lane.horizonSec,
        benchmark: input.benchmark,
        profileSource: input.instrument.profileSource,
      },
    });
  }

  #caseOf(s: number, lane: SymbolLane, reading: Reading, input: DetectorInput, batch: QuoteBatch, i: number): SignalCase {
    const { accepted } = this.#state.cleaner;
    const up = reading.direction === 'up';
    const side = up ? batch.askMilli[i * bookLevels]! : batch.bidMilli[i * bookLevels]!;
    const limit = up ? accepted.limitUp[s]! : accepted.limitDown[s]!;
    return {
      subject: this.subjectOf(s),
      lane,
      reading,
      claims: (modelId = lane.modelFor(input.instrument.no)) =>
        claimsOf(this.#knowledge, mapsOf(this.#knowledge.maps, mapsKey(lane.id, modelId), reading.path, input.regime), reading.score, {
          tickBp: (tickMilli / input.lastMilli) * 10_000,
          sigma600: sigma600Of(input.feature('sigma900')),
          tsec: input.tsec,
        }),
      t0Tsec: input.tsec - lookBackSec,
      feedHealthy: this.#market.feedHealthy,
      plan: {
        feature: input.feature,
        instrument: input.instrument,
        direction: reading.direction,
        entryMilli: side === absentMilli ? input.lastMilli : side,
        lastMilli: input.lastMilli,
        p0Milli: reading.anchor.p0Milli,
        limitMilli: limit === absentMilli ? null : limit,
        horizonSec: lane.horizonSec,
        tsec: input.tsec,
        monitored: this.#monitored.has(input.instrument.no),
      },
    };
  }

  #price(s: number, input: DetectorInput, batch: QuoteBatch, i: number): void {
    const side = (column: Int32Array) => (column[i * bookLevels] === absentMilli ? null : column[i * bookLevels]!);
    this.#desk.price(s, {
      bidMilli: side(batch.bidMilli),
      askMilli: side(batch.askMilli),
      midMilli: input.midMilli,
      lastMilli: input.lastMilli,
      dive: this.#dives(s, input.midMilli),
      locked: input.locked,
    });
  }

  #dives(s: number, midMilli: number): boolean {
    const { feature } = this.#state.snapshot;
    const low = this.#state.cleaner.accepted.low[s]!;
    return isDive(feature('ret_z1m'), feature('pull5'), midMilli, low === absentMilli ? null : low);
  }

  /** Risk scopes and sectors of a symbol, made once. */
  subjectOf(s: number): Subject {
    const known = this.#subjects[s];
    if (known !== undefined) return known;
    const { universe, sectors } = this.#state;
    const subject: Subject = {
      entity: symbolEntity(universe.instruments[s]!.no),
      row: s,
      scopes: ['market', universe.actorIds[s]!, ...sectors.ofRow[s]!.map((k) => `sector.${sectors.codes[k]}`)],
      industry: sectors.industryOf[s]!,
    };
    this.#subjects[s] = subject;
    return subject;
  }

  /** 1 for each symbol that anything was evaluated for in the last minute: who is asked for first, and no state of the day. */
  awakeAt(timeMs: number): Uint8Array {
    const from = Math.floor((tsecOf(timeMs) - awakeSec) / slotSec);
    return Uint8Array.from(this.#awakeSlot, (slot) => (slot >= from ? 1 : 0));
  }

  /** What each strategy asks of it and holds, as of the last entry: for people. */
  explain(s: number): SymbolWhy {
    if (this.#state.features.rings.head[s]! < 0) return explain(this.#lanes, s, null);
    this.#state.serial += 1;
    return explain(this.#lanes, s, this.#moment.look(s, this.#market.regime, this.#recorder.nowMs));
  }

  /** A symbol's snapshot as it stands now, good until the next entry: for displays and tests. */
  snapshotOf(s: number): Snapshot {
    this.#state.serial += 1;
    return this.#state.snapshot.take(s, this.#recorder.nowMs, this.#state.serial);
  }

  /** One feature of it. */
  featureOf(s: number, id: FeatureId): number {
    return this.snapshotOf(s).feature(id);
  }

  image(): SymbolImage {
    return {
      refusals: structuredClone(this.refusals),
      signals: this.signals,
      evaluated: this.evaluated,
      states: this.states.image(),
      guard: this.guard.image(),
    };
  }

  restore(image: SymbolImage): void {
    this.states.restore(image.states);
    this.guard.restore(image.guard);
    this.refusals = structuredClone(image.refusals);
    this.signals = image.signals;
    this.evaluated = image.evaluated;
  }
}

export type SymbolImage = {
  readonly states: ColumnImage;
  readonly guard: ReturnType<SymbolGuard['image']>;
  readonly refusals: Record<string, Record<string, number>>;
  readonly signals: number;
  readonly evaluated: number;
};

const spokeOf = (reading: Reading, phase: SignalPhase): Spoke => {
  const { raised, opens, confirmable, path, direction, score, anchor } = reading;
  return { raised, opens, confirmable, path, direction, score, anchor, evidence: () => reading.evidence(), phase };
};
