/** Sector actors and the lanes of sector detectors, at every new cross-section. */

import { type SectorFacts, type SectorState, sectorStateOf } from '../../actors/sector/sector.machine.ts';
import { dataLimits } from '../../actors/symbol/symbol.machine.ts';
import type { Bundle } from '../../contracts/bundle.ts';
import { sectorEntity } from '../../contracts/entity.ts';
import { slotSec, tsecOf } from '../../contracts/session.ts';
import type { SignalPhase } from '../../contracts/signal.ts';
import type { Reading, SectorDetector, SectorInput } from '../detectors/detector.ts';
import { claimsOf, type Knowledge, knowledgeOf, mapsKey, mapsOf } from '../opportunities/confidence.ts';
import { newsOf } from '../opportunities/report.ts';
import type { Actors } from './actors.ts';
import type { Lane } from './lanes.ts';
import { onNews } from './levels.ts';
import type { MarketState } from './market-state.ts';
import type { OpportunityBook } from './opportunity-book.ts';
import type { Recorder } from './recorder.ts';
import { SectorMoment } from './sector-moment.ts';
import type { SignalCase, Subject } from './signal-case.ts';
import type { MarketAnswers } from './symbol-coordinator.ts';

// biome-ignore lint/suspicious/noExplicitAny: a lane hands a detector back its own params and state
export type SectorLane = Lane<SectorDetector<any, any>>;

const lookBackSec = 300;
/** A sector's base rates depend on no price. */
const nowhere = { tickBp: Number.NaN, sigma600: Number.NaN, tsec: 0 };

/** Two sectors are one to a person when they share half of what either has. */
const overlapMin = 0.5;

export class SectorCoordinator {
  readonly #market: MarketState;
  readonly #actors: Actors;
  readonly #recorder: Recorder;
  readonly #answers: MarketAnswers;
  readonly #lanes: readonly SectorLane[];
  readonly #desk: OpportunityBook;
  readonly #knowledge: Knowledge;
  readonly #moment: SectorMoment;

  constructor(
    bundle: Bundle,
    market: MarketState,
    lanes: readonly SectorLane[],
    parts: { readonly actors: Actors; readonly desk: OpportunityBook; readonly recorder: Recorder; readonly market: MarketAnswers },
  ) {
    [this.#market, this.#lanes, this.#actors, this.#desk, this.#recorder, this.#answers] = [
      market,
      lanes,
      parts.actors,
      parts.desk,
      parts.recorder,
      parts.market,
    ];
    this.#knowledge = knowledgeOf(bundle);
    this.#moment = new SectorMoment(market);
  }

  /** Heat of sector `k` at a moment, as its detectors see it. */
  heatOf(k: number, tsec: number): number {
    this.#market.sectorHeat.look(tsec);
    return this.#market.sectorHeat.heat(k);
  }

  /** The state of sector `k`; cold before it was ever anything else. */
  stateOf(k: number): SectorState {
    const id = `sector.${this.#market.sectors.codes[k]}`;
    return this.#actors.has(id) ? (this.#actors.state(id, 'state') as SectorState) : 'cold';
  }

  update(): void {
    const { sectors, features } = this.#market;
    for (let k = 0; k < sectors.count; k++) {
      const current = this.stateOf(k);
      const state = sectorStateOf(current, sectors.columns.ret3m[k]! - features.crossSection.mktMed3m, sectors.columns.advShare[k]!);
      if (state !== current) this.#send(k, state);
      for (const lane of this.#lanes) if (lane.runsFor(k)) this.#run(k, lane, state);
      this.#price(k);
    }
  }

  #send(k: number, state: SectorState): void {
    const { codes, names } = this.#market.sectors;
    const id = `sector.${codes[k]}`;
    if (!this.#actors.has(id)) this.#actors.spawn('sector', id, { code: codes[k]!, name: names[k]! });
    this.#actors.send('sector', id, { type: `sector.${state}`, tsMs: this.#recorder.nowMs, facts: this.#factsOf(k, state) });
  }

  #factsOf(k: number, state: SectorState): SectorFacts {
    const { heat, breadth, diffusion, diffusionSpeed, movers } = this.#moment.take(k, state, this.#answers.regime, this.#recorder.nowMs);
    return {
      heat: known(heat),
      breadth: known(breadth),
      diffusion: known(diffusion),
      diffusionSpeed: known(diffusionSpeed),
      leader: movers().leaders[0]?.id ?? null,
    };
  }

  #run(k: number, lane: SectorLane, state: SectorState): void {
    const { detector } = lane;
    const input = this.#moment.take(k, state, this.#answers.regime, this.#recorder.nowMs);
    const run = lane.runs.get(k);
    let result: ReturnType<typeof detector.step>;
    try {
      result = detector.step(run?.state ?? detector.initial, input, lane.params);
    } catch (error) {
      const opportunity = run?.opportunity ?? null;
      lane.threw(k);
      if (opportunity !== null) this.#desk.lower(opportunity, lane.id);
      this.#recorder.fault(`sector.${input.code}`, `strategy:${lane.id}`, 'DETECTOR_THREW', error);
      return;
    }
    lane.keep(k, result.state);
    if (result.reading === null) return;
    const { reading } = result;
    const news = newsOf(run?.reported ?? null, reading, lane.scores.exit, input.tsec);
    const opportunity = run?.opportunity ?? null;
    const waits = opportunity !== null && reading.raised && reading.confirmable && this.#desk.isDiscovered(opportunity);
    if (news === null && !waits) return;
    const given = this.#caseOf(k, lane, reading, input);
    if (news === null) return this.#desk.level(opportunity!, given, false);
    onNews(this.#desk, this.#recorder, {
      lane,
      row: k,
      actorId: `sector.${input.code}`,
      tsec: input.tsec,
      // no one in ten of sectors: a canary speaks of them as in shadow
      acts: lane.mode === 'active',
      reading,
      opportunity,
      news,
      given,
      journal: (phase) => this.#journal(lane, reading, phase, input),
    });
  }

  image = (): ReturnType<SectorMoment['leaders']['image']> => this.#moment.leaders.image();
  restore = (image: ReturnType<SectorMoment['leaders']['image']>): void => this.#moment.leaders.restore(image);

  /** A sector of which most is in one that lives already: the same market under another name. */
  #isOverlapped(k: number): boolean {
    const { sectors } = this.#market;
    const live = this.#desk.rows().flatMap((row) => this.#market.sectorOf(row) ?? []);
    return live.some((j) => j !== k && sectors.overlap(k, j) >= overlapMin);
  }

  #journal(lane: SectorLane, reading: Reading, phase: SignalPhase, input: SectorInput): void {
    const { direction, path, opens, raised, confirmable, score, anchor } = reading;
    this.#recorder.record('signal', `sector.${input.code}`, {
      signal: {
        strategy: lane.strategy,
        entity: sectorEntity(input.code),
        direction,
        phase,
        path,
        opens,
        raised,
        confirmable,
        tsExchangeMs: input.tsMs,
        tsMs: input.tsMs,
        score,
        evidence: [...reading.evidence()],
        anchor,
        horizonSec: lane.horizonSec,
        benchmark: 'market',
        profileSource: 'none',
      },
    });
  }

  #caseOf(k: number, lane: SectorLane, reading: Reading, { levelMilli, regime, tsec }: SectorInput): SignalCase {
    return {
      subject: this.subjectOf(k),
      lane,
      reading,
      claims: (modelId = lane.modelFor(null)) =>
        claimsOf(this.#knowledge, mapsOf(this.#knowledge.maps, mapsKey(lane.id, modelId), reading.path, regime), reading.score, nowhere),
      t0Tsec: tsec - lookBackSec,
      feedHealthy: this.#answers.feedHealthy,
      plan: null,
      levelMilli,
      overlaps: () => this.#isOverlapped(k),
    };
  }

  /** Rows of sectors lie behind those of the symbols. */
  subjectOf(k: number): Subject {
    const code = this.#market.sectors.codes[k]!;
    return { entity: sectorEntity(code), row: this.#market.universe.count + k, scopes: ['market', `sector.${code}`], industry: -1 };
  }

  /** Levels of the sectors that carry opportunities go to them as prices. */
  #price(k: number): void {
    const row = this.#market.universe.count + k;
    if (!this.#desk.hasLive(row)) return;
    const { sectors, cleaner } = this.#market;
    const { nowMs } = this.#recorder;
    // a sector is as old as its newest member
    if (tsecOf(nowMs) - sectors.newestSlot(k, cleaner.accepted) * slotSec > dataLimits.gapSec)
      return this.#desk.send(row, { type: 'gap', tsMs: nowMs });
    const levelMilli = this.#moment.levelOf(k, nowMs);
    if (Number.isNaN(levelMilli)) return;
    this.#desk.price(row, {
      bidMilli: levelMilli,
      askMilli: levelMilli,
      midMilli: levelMilli,
      lastMilli: levelMilli,
      dive: false,
      locked: false,
    });
  }
}

const known = (value: number): number | null => (Number.isNaN(value) ? null : value);
