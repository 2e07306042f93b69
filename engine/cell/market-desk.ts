/** The market's side of a clock entry: phases, the cross-section, regime, feed health (K1), frozen exchanges, silent sources. */
import { type Regime, regimeOf } from '../../actors/market/regime.ts';
import { isContinuous, type Phase, phaseOf, slotSec, tsecOf } from '../../contracts/session.ts';
import type { Exchange } from '../../contracts/units.ts';
import { exchanges } from '../../contracts/units.ts';
import type { FeatureEngine } from '../features/engine.ts';
import { IndexLine } from '../features/index-line.ts';
import type { Actors } from './actors.ts';
import { kinds } from './kinds.ts';
import type { Recorder } from './recorder.ts';

const everyClocks = 3;
/** K1: unhealthy this long freezes new opportunities, healthy this long frees them. Seconds of the tape's clock. */
const staleAfterSec = 10;
const healthyAfterSec = 60;
const healthMin = 0.9;
/** A source is lagging after this long without a batch: a whole market is never silent so long, a handful of symbols often. */
const sourceSilentSec = (quoted: number): number => (quoted >= 30 ? 15 : 60);

export const marketId = 'market';

/** Plain data, saved as it is. */
type State = {
  phase: Phase;
  clocks: number;
  unhealthySec: number;
  healthySec: number;
  proposed: Regime | null;
  frozen: string[];
  sources: Record<string, { heardMs: number; silent: boolean }>;
};

export class MarketDesk {
  readonly #features: FeatureEngine;
  readonly #actors: Actors;
  readonly #recorder: Recorder;
  readonly index = new IndexLine();
  #state: State = { phase: 'CLOSED', clocks: 0, unhealthySec: 0, healthySec: 0, proposed: null, frozen: [], sources: {} };

  constructor(features: FeatureEngine, actors: Actors, recorder: Recorder, tradeDate: string) {
    this.#features = features;
    this.#actors = actors;
    this.#recorder = recorder;
    actors.spawn(kinds.market, marketId, { tradeDate });
  }

  get phase(): Phase {
    return this.#state.phase;
  }

  /** K1 as a guard: whether new opportunities may open at all. */
  get feedHealthy(): boolean {
    return this.#actors.state(marketId, 'feed') === 'fresh';
  }

  /** A second passed. Returns true when the phase changed. */
  clock(): boolean {
    const { nowMs } = this.#recorder;
    const phase = phaseOf(nowMs);
    const changed = this.#enterPhase(phase);
    if (!isContinuous(phase)) return changed;
    const tsec = tsecOf(nowMs);
    for (const exchange of this.#features.cleaner.clock(tsec)) {
      this.#state.frozen.push(exchange);
      this.#send(`exchange.frozen.${exchange as Exchange}`);
    }
    this.#thaw();
    this.#state.clocks += 1;
    if (this.#state.clocks % everyClocks === 0) this.#crossSection(tsec);
    this.#feed();
    this.#silentSources(nowMs);
    return changed;
  }

  close(): void {
    this.#enterPhase('CLOSED');
  }

  #enterPhase(phase: Phase): boolean {
    if (phase === this.#state.phase) return false;
    this.#state.phase = phase;
    this.#send(`phase.${phase}`);
    return true;
  }

  #thaw(): void {
    const { frozen } = this.#features.cleaner.freshness;
    const thawed = this.#state.frozen.filter((exchange) => frozen[exchanges.indexOf(exchange as Exchange)] === 0);
    for (const exchange of thawed) this.#send(`exchange.thawed.${exchange as Exchange}`);
    if (thawed.length > 0) this.#state.frozen = this.#state.frozen.filter((exchange) => !thawed.includes(exchange));
  }

  #crossSection(tsec: number): void {
    this.#features.crossSection.idxRet3m = this.index.ret(Math.floor(tsec / slotSec), 60);
    this.#features.updateCrossSection(tsec);
    const current = this.#actors.state(marketId, 'regime') as Regime;
    const regime = regimeOf(current, this.#features.crossSection);
    if (regime === null || regime === (this.#state.proposed ?? current)) return;
    this.#state.proposed = regime;
    this.#actors.send(marketId, { type: 'regime.proposed', tsMs: this.#recorder.nowMs, regime } as never);
  }

  /** A frozen exchange does not count here: its gate is its own. */
  #feed(): void {
    const { feedHealth } = this.#features.crossSection;
    const healthy = Number.isNaN(feedHealth) || feedHealth >= healthMin;
    this.#state.unhealthySec = healthy ? 0 : this.#state.unhealthySec + 1;
    this.#state.healthySec = healthy ? this.#state.healthySec + 1 : 0;
    if (this.feedHealthy && this.#state.unhealthySec >= staleAfterSec) this.#send('feed.staled');
    else if (!this.feedHealthy && this.#state.healthySec >= healthyAfterSec) this.#send('feed.recovered');
  }

  /** A batch of a source arrived. */
  heard(source: string): void {
    const known = this.#state.sources[source];
    const { nowMs } = this.#recorder;
    if (known === undefined) {
      this.#source(source, 'feed.resumed');
      this.#state.sources[source] = { heardMs: nowMs, silent: false };
      return;
    }
    known.heardMs = nowMs;
    if (!known.silent) return;
    known.silent = false;
    this.#source(source, 'feed.resumed');
  }

  #silentSources(nowMs: number): void {
    const quoted = this.#features.cleaner.freshness.quoted.reduce((sum, n) => sum + n, 0);
    for (const [source, state] of Object.entries(this.#state.sources)) {
      // lunch and the auctions are silent by nature
      if (state.silent || tsecOf(nowMs) - tsecOf(state.heardMs) < sourceSilentSec(quoted)) continue;
      state.silent = true;
      this.#source(source, 'feed.lagged');
    }
  }

  /** A fact of the feed about one source. */
  fact(source: string, event: string): void {
    this.#source(source, `source.${event}`);
  }

  #source(name: string, type: string): void {
    const id = `source.${name}`;
    if (!this.#actors.has(id)) this.#actors.spawn(kinds.source, id, { name });
    this.#actors.send(id, { type, tsMs: this.#recorder.nowMs });
  }

  #send(type: string): void {
    this.#actors.send(marketId, { type, tsMs: this.#recorder.nowMs });
  }

  image = () => ({ state: structuredClone(this.#state), index: this.index.image() });

  restore(image: ReturnType<MarketDesk['image']>): void {
    this.#state = structuredClone(image.state);
    this.index.restore(image.index);
  }
}
