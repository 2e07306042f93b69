/** What the market's and the sources' actors hear: phases, regime, feed health (K1), frozen exchanges, silent sources. */
import { feedHealth as limits, sourceSilentSec } from '../../actors/market/market.machine.ts';
import { type Regime, regimeOf } from '../../actors/market/regime.ts';
import { type Phase, phaseOf, tsecOf } from '../../contracts/session.ts';
import type { sourceEvents } from '../../contracts/tape.ts';
import type { Exchange } from '../../contracts/units.ts';
import { exchanges } from '../../contracts/units.ts';
import type { Actors } from './actors.ts';
import type { Spoken } from './kinds.ts';
import type { MarketState } from './market-state.ts';
import type { Recorder } from './recorder.ts';

export const marketId = 'market';
type MarketEventType = Exclude<Spoken['market']['event']['type'], 'regime.proposed'>;

/** Plain data, saved as it is. What the market's actor knows is asked of it. */
type State = {
  unhealthySec: number;
  healthySec: number;
  frozen: string[];
  sources: Record<string, { lastBatchMs: number; silent: boolean }>;
};

export class MarketCoordinator {
  readonly #market: MarketState;
  readonly #actors: Actors;
  readonly #recorder: Recorder;
  #state: State = { unhealthySec: 0, healthySec: 0, frozen: [], sources: {} };

  constructor(market: MarketState, actors: Actors, recorder: Recorder, tradeDate: string) {
    this.#market = market;
    this.#actors = actors;
    this.#recorder = recorder;
    actors.spawn('market', marketId, { tradeDate });
  }

  get phase(): Phase {
    return this.#actors.state(marketId, 'phase') as Phase;
  }

  get regime(): Regime {
    return this.#actors.state(marketId, 'regime') as Regime;
  }

  /** K1 as a guard: whether new opportunities may open at all. */
  get feedHealthy(): boolean {
    return this.#actors.state(marketId, 'feed') === 'fresh';
  }

  /** A second passed. True when it began a phase. */
  phaseClock(): boolean {
    return this.#enterPhase(phaseOf(this.#recorder.nowMs));
  }

  /** A second of continuous trading passed; `isNew`: with a new cross-section. */
  clock(isNew: boolean): void {
    for (const exchange of this.#market.newlyFrozen) {
      this.#state.frozen.push(exchange);
      this.#send(`exchange.frozen.${exchange as Exchange}`);
    }
    this.#resume();
    if (isNew) this.#regime();
    this.#feed();
    this.#silentSources(this.#recorder.nowMs);
  }

  close(): void {
    this.#enterPhase('CLOSED');
  }

  #enterPhase(phase: Phase): boolean {
    if (phase === this.phase) return false;
    this.#send(`phase.${phase}`);
    return true;
  }

  #resume(): void {
    const { stalled } = this.#market.cleaner.freshness;
    const resumed = this.#state.frozen.filter((exchange) => stalled[exchanges.indexOf(exchange as Exchange)] === 0);
    for (const exchange of resumed) this.#send(`exchange.thawed.${exchange as Exchange}`);
    if (resumed.length > 0) this.#state.frozen = this.#state.frozen.filter((exchange) => !resumed.includes(exchange));
  }

  #regime(): void {
    const current = this.regime;
    const regime = regimeOf(current, this.#market.features.crossSection);
    const { proposed } = this.#actors.context<{ readonly proposed: Regime | null }>(marketId);
    if (regime === (proposed ?? current)) return;
    this.#actors.send('market', marketId, { type: 'regime.proposed', tsMs: this.#recorder.nowMs, regime });
  }

  /** A frozen exchange does not count here: its gate is its own. */
  #feed(): void {
    const { feedHealth } = this.#market.features.crossSection;
    const healthy = Number.isNaN(feedHealth) || feedHealth >= limits.min;
    this.#state.unhealthySec = healthy ? 0 : this.#state.unhealthySec + 1;
    this.#state.healthySec = healthy ? this.#state.healthySec + 1 : 0;
    if (this.feedHealthy && this.#state.unhealthySec >= limits.staleAfterSec) this.#send('feed.staled');
    else if (!this.feedHealthy && this.#state.healthySec >= limits.healthyAfterSec) this.#send('feed.recovered');
  }

  /** A batch of a source arrived. */
  batchFrom(source: string): void {
    const known = this.#state.sources[source];
    const { nowMs } = this.#recorder;
    if (known === undefined) {
      this.#source(source, 'feed.resumed');
      this.#state.sources[source] = { lastBatchMs: nowMs, silent: false };
      return;
    }
    known.lastBatchMs = nowMs;
    if (!known.silent) return;
    known.silent = false;
    this.#source(source, 'feed.resumed');
  }

  #silentSources(nowMs: number): void {
    const quoted = this.#market.cleaner.freshness.quoted.reduce((sum, n) => sum + n, 0);
    for (const [source, state] of Object.entries(this.#state.sources)) {
      // lunch and the auctions are silent by nature
      if (state.silent || tsecOf(nowMs) - tsecOf(state.lastBatchMs) < sourceSilentSec(quoted)) continue;
      state.silent = true;
      this.#source(source, 'feed.lagged');
    }
  }

  /** A fact of the feed about one source. */
  fact(source: string, event: (typeof sourceEvents)[number]): void {
    this.#source(source, `source.${event}`);
  }

  #source(name: string, type: Spoken['source']['event']['type']): void {
    const id = `source.${name}`;
    if (!this.#actors.has(id)) this.#actors.spawn('source', id, { name });
    this.#actors.send('source', id, { type, tsMs: this.#recorder.nowMs });
  }

  #send(type: MarketEventType): void {
    this.#actors.send('market', marketId, { type, tsMs: this.#recorder.nowMs });
  }

  image = (): State => structuredClone(this.#state);

  restore(image: State): void {
    this.#state = structuredClone(image);
  }
}
