/** Sector actors and the lanes of sector detectors, at every new cross-section. */
import { type SectorState, sectorStateOf } from '../../actors/sector/sector.machine.ts';
import { sectorEntity } from '../../contracts/entity.ts';
import { tsecOf } from '../../contracts/session.ts';
import type { SectorDetector, SectorInput } from '../detectors/detector.ts';
import { newsOf } from '../opportunities/report.ts';
import type { Actors } from './actors.ts';
import type { Lane } from './lanes.ts';
import type { MarketState } from './market-state.ts';
import type { Recorder } from './recorder.ts';
import type { MarketAnswers } from './symbol-desk.ts';

// biome-ignore lint/suspicious/noExplicitAny: a lane hands a detector back its own params and state
export type SectorLane = Lane<SectorDetector<any, any>>;

export class SectorDesk {
  readonly #market: MarketState;
  readonly #actors: Actors;
  readonly #recorder: Recorder;
  readonly #answers: MarketAnswers;
  readonly #lanes: readonly SectorLane[];

  constructor(
    market: MarketState,
    lanes: readonly SectorLane[],
    parts: { readonly actors: Actors; readonly recorder: Recorder; readonly market: MarketAnswers },
  ) {
    [this.#market, this.#lanes, this.#actors, this.#recorder, this.#answers] = [market, lanes, parts.actors, parts.recorder, parts.market];
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
      if (state !== current) this.#tell(k, state);
      for (const lane of this.#lanes) if (lane.runsFor(k)) this.#run(k, lane, state);
    }
  }

  #tell(k: number, state: SectorState): void {
    const { codes, names } = this.#market.sectors;
    const id = `sector.${codes[k]}`;
    if (!this.#actors.has(id)) this.#actors.spawn('sector', id, { code: codes[k]!, name: names[k]! });
    this.#actors.send('sector', id, { type: `sector.${state}`, tsMs: this.#recorder.nowMs });
  }

  #run(k: number, lane: SectorLane, state: SectorState): void {
    const { detector } = lane;
    const input = this.#inputOf(k, state);
    const run = lane.runs.get(k);
    let result: ReturnType<typeof detector.step>;
    try {
      result = detector.step(run?.state ?? detector.initial, input, lane.params);
    } catch (error) {
      lane.threw(k);
      this.#recorder.fault(`sector.${input.code}`, `strategy:${lane.id}`, 'DETECTOR_THREW', error);
      return;
    }
    lane.keep(k, result.state);
    if (result.reading === null) return;
    const news = newsOf(run?.reported ?? null, result.reading, lane.scores.exit, input.tsec);
    if (news === null) return;
    const { reading } = result;
    const { direction, path, opens, raised, confirmable, score, anchor } = reading;
    this.#recorder.record('signal', `sector.${input.code}`, {
      signal: {
        strategy: lane.strategy,
        entity: sectorEntity(input.code),
        direction,
        phase: news.phase,
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
    lane.report(k, news.reported, null);
  }

  #inputOf(k: number, state: SectorState): SectorInput {
    const { sectors, features } = this.#market;
    const { columns } = sectors;
    const tsMs = this.#recorder.nowMs;
    const { returns } = features.sectioner;
    return {
      code: sectors.codes[k]!,
      name: sectors.names[k]!,
      state,
      regime: this.#answers.regime,
      tsMs,
      tsec: tsecOf(tsMs),
      members: sectors.from[k + 1]! - sectors.from[k]!,
      live: columns.live[k]!,
      get ret1m() {
        return sectors.medianOf(k, returns.ret1m);
      },
      ret3m: columns.ret3m[k]!,
      get ret5m() {
        return sectors.medianOf(k, returns.ret5m);
      },
      advShare: columns.advShare[k]!,
      limitUps: columns.limitUps[k]!,
      market3m: features.crossSection.mktMed3m,
    };
  }
}
