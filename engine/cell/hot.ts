/** The values that wake predicates may ask for, of one symbol at its head slot; the dear ones only when asked, once a moment. */
import { slotSec } from '../../contracts/session.ts';
import type { Hot } from '../detectors/detector.ts';
import type { FeatureEngine } from '../features/engine.ts';
import { at } from '../features/rings.ts';
import { SymbolView } from '../features/symbol-view.ts';

export class HotValues implements Hot {
  readonly #features: FeatureEngine;
  readonly #view: SymbolView;
  #looked = false;
  #s = 0;
  #nowMs = 0;
  ret3m = Number.NaN;

  constructor(features: FeatureEngine) {
    this.#features = features;
    this.#view = new SymbolView(features);
  }

  look(s: number, nowMs: number): void {
    this.#s = s;
    this.#nowMs = nowMs;
    this.#looked = false;
    this.ret3m = this.#features.ret3m(s);
  }

  readonly amountSurprise = (window: '1m' | '5m'): number => {
    if (!this.#looked) this.#view.look(this.#s, this.#nowMs);
    this.#looked = true;
    const view = this.#view;
    return window === '1m' ? view.surprise(view.volume(20, at.amount), 60) : view.surprise(view.amount5m(), view.reach(100) * slotSec);
  };
}
