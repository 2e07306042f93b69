/** The features of one second come a message a symbol: gathered by their round, and handed on once they are all there. */
import type { FeatureView } from '../../contracts/view.ts';

export class Gathering {
  readonly #look: (tsMs: number, views: readonly FeatureView[]) => void;
  #views = new Map<string, FeatureView>();
  #round = -1;

  constructor(look: (tsMs: number, views: readonly FeatureView[]) => void) {
    this.#look = look;
  }

  add(view: FeatureView): void {
    // of a round that lost a message nothing is made: the next one is a second away
    if (view.round !== this.#round) this.#views.clear();
    this.#round = view.round;
    this.#views.set(view.instrument, view);
    if (this.#views.size < view.of) return;
    const views = [...this.#views.values()];
    this.#views = new Map();
    this.#look(view.tsMs, views);
  }
}
