/** Watches the symbols that have live opportunities, quote by quote, and tells the risk desk what changed. */
import type { QuoteBatch } from '../../contracts/quote.ts';
import { bookLevels } from '../../contracts/quote.ts';
import type { DetectorInput } from '../detectors/detector.ts';
import type { FeatureEngine } from '../features/engine.ts';
import { newSymbolWatch, type SymbolWatch, symbolWatches, watchedSymbol } from '../opportunities/symbol-watch.ts';
import type { OpportunityBook } from './opportunity-book.ts';

const [minute, fiveMinutes] = [20, 100];

export class SymbolGuard {
  readonly #features: FeatureEngine;
  readonly #desk: OpportunityBook;
  readonly #actorIds: readonly string[];
  readonly #watches = new Map<number, SymbolWatch>();

  constructor(features: FeatureEngine, desk: OpportunityBook, actorIds: readonly string[]) {
    [this.#features, this.#desk, this.#actorIds] = [features, desk, actorIds];
  }

  /** One accepted quote of a symbol with live opportunities. */
  priced(s: number, input: DetectorInput, batch: QuoteBatch, i: number): void {
    const { tsec, locked, lastMilli } = input;
    const { bidMilli, bidShares, askMilli, askShares } = batch;
    const was = this.#watches.get(s) ?? newSymbolWatch;
    const now = watchedSymbol(was, {
      tsec,
      locked,
      lastMilli,
      depth1m: this.#features.depthOver(s, minute),
      depth5m: this.#features.depthOver(s, fiveMinutes),
      sealYuan: input.feature('sealAmt'),
      bidMilli,
      bidShares,
      askMilli,
      askShares,
      from: i * bookLevels,
    });
    this.#watches.set(s, now);
    for (const id of symbolWatches) {
      const { level } = now.states[id];
      if (level !== was.states[id].level) this.#desk.setRisk(this.#actorIds[s]!, level, 'hold', id);
    }
  }

  /** What no longer lives is watched no more, and asks for nothing. */
  tidy(): void {
    for (const [s, { states }] of this.#watches) {
      if (this.#desk.hasLive(s)) continue;
      this.#watches.delete(s);
      for (const id of symbolWatches) if (states[id].level > 0) this.#desk.setRisk(this.#actorIds[s]!, 0, 'hold', id);
    }
  }

  image = (): readonly (readonly [number, SymbolWatch])[] => [...this.#watches];

  restore(image: ReturnType<SymbolGuard['image']>): void {
    this.#watches.clear();
    for (const [s, watch] of image) this.#watches.set(s, watch);
  }
}
