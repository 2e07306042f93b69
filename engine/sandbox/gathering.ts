/** The features of one second come a message a symbol: gathered by tape position, handed on whole, one batch at a time, the newest if several wait. */
import type { FeatureView } from '../../contracts/view.ts';

/** The last message of a second is known by the silence after it. */
const quietMs = 50;

export class Gathering {
  readonly #look: (tsMs: number, views: readonly FeatureView[]) => Promise<void>;
  #views = new Map<string, FeatureView>();
  #n = -1;
  #timer: NodeJS.Timeout | null = null;
  #running = false;

  constructor(look: (tsMs: number, views: readonly FeatureView[]) => Promise<void>) {
    this.#look = look;
  }

  add(view: FeatureView): void {
    if (view.n !== this.#n) this.#views.clear();
    this.#n = view.n;
    this.#views.set(view.instrument, view);
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#flush(), quietMs);
  }

  async #flush(): Promise<void> {
    this.#timer = null;
    const views = [...this.#views.values()];
    if (this.#running || views.length === 0) return;
    this.#views = new Map();
    this.#running = true;
    try {
      await this.#look(views[0]!.tsMs, views);
    } finally {
      this.#running = false;
    }
    if (this.#views.size > 0 && this.#timer === null) await this.#flush();
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#views.clear();
  }
}
