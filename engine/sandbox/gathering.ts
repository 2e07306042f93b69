/** The features of one second come a message a symbol: gathered by tape position and handed on whole. */
import type { FeatureView } from '../../contracts/view.ts';

/** The last message of a second is known by the silence after it. */
const quietMs = 50;

export class Gathering {
  readonly #look: (tsMs: number, views: readonly FeatureView[]) => void;
  #views = new Map<string, FeatureView>();
  #n = -1;
  #timer: NodeJS.Timeout | null = null;

  constructor(look: (tsMs: number, views: readonly FeatureView[]) => void) {
    this.#look = look;
  }

  add(view: FeatureView): void {
    if (view.n !== this.#n) this.#views.clear();
    this.#n = view.n;
    this.#views.set(view.instrument, view);
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#flush(), quietMs);
  }

  #flush(): void {
    this.#timer = null;
    const views = [...this.#views.values()];
    this.#views = new Map();
    if (views.length > 0) this.#look(views[0]!.tsMs, views);
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#views.clear();
  }
}
