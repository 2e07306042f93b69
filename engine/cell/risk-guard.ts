/** Asks the risk watches at every new cross-section, and tells the risk desk what changed. No strategy can switch it off. */
import type { RiskDesk } from '../opportunities/risk-desk.ts';
import { quiet, riskWatches, type WatchState, watched } from '../opportunities/risk-watch.ts';
import type { Actors } from './actors.ts';
import type { MarketCoordinator } from './market-coordinator.ts';
import type { MarketState } from './market-state.ts';
import type { Openings } from './openings.ts';
import type { OpportunityBook } from './opportunity-book.ts';

export class RiskGuard {
  readonly #market: MarketState;
  readonly #desk: OpportunityBook;
  readonly #coordinator: MarketCoordinator;
  readonly #openings: Openings;
  #states = new Map<string, WatchState>();

  constructor(market: MarketState, desk: OpportunityBook, coordinator: MarketCoordinator, openings: Openings) {
    [this.#market, this.#desk, this.#coordinator, this.#openings] = [market, desk, coordinator, openings];
  }

  update(tsec: number): void {
    const { features } = this.#market;
    const { live, mktMed3m, brokenRate, nTouched } = features.crossSection;
    const numbers = { live, mktMed3m, brokenRate, nTouched, regime: this.#coordinator.regime, ...this.#openings.rate(tsec) };
    for (const { id, scope, levelOf } of riskWatches) {
      const was = this.#states.get(id) ?? quiet;
      const now = watched(was, levelOf(numbers, was.level), tsec);
      if (now === was) continue;
      this.#states.set(id, now);
      if (now.level !== was.level) this.#desk.setRisk(scope, now.level, 'hold', id);
    }
    for (const { strategy, level } of this.#openings.mature(tsec, features.midOf))
      this.#desk.setRisk(`strategy.${strategy}`, level, 'hold', 'K13');
  }

  image = (): readonly (readonly [string, WatchState])[] => [...this.#states];

  restore(image: ReturnType<RiskGuard['image']>): void {
    this.#states = new Map(image);
  }
}

/** The scope's actor hears what its causes come to; it is made when it first has something to hear. */
export function tellRisk(actors: Actors, desk: RiskDesk, scope: string, by: string, tsMs: number): void {
  const id = `risk.${scope}`;
  if (!actors.has(id)) actors.spawn('risk', id, { scope });
  actors.send('risk', id, { type: 'risk.level', tsMs, by, level: desk.of([scope]).level, causes: desk.causes(scope) });
}
