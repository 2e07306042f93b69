/**
 * The values that wake predicates may ask for, of one symbol at its head slot: computed when asked, once a moment, whoever asks.
 */
import { slotSec } from '../../contracts/session.ts';
import type { Hot } from '../detectors/detector.ts';
import type { FeatureEngine } from '../features/engine.ts';
import { flowRatio, flowSurprise } from '../features/flow-windows.ts';
import { SymbolView } from '../features/symbol-view.ts';

const known = { surprise1m: 1, surprise5m: 2, flow1m: 4, flow3m: 8, view: 16 } as const;

export class HotValues implements Hot {
  readonly #features: FeatureEngine;
  readonly #view: SymbolView;
  #known = 0;
  #s = -1;
  #serial = -1;
  #surprise1m = Number.NaN;
  #surprise5m = Number.NaN;
  #flow1m = Number.NaN;
  #flow3m = Number.NaN;
  ret3m = Number.NaN;
  toLimit = Number.NaN;

  constructor(features: FeatureEngine) {
    this.#features = features;
    this.#view = new SymbolView(features);
  }

  /** `toLimit` as the market has it of the quote at hand. */
  look(s: number, serial: number, toLimit: number): void {
    if (s === this.#s && serial === this.#serial) return;
    this.#s = s;
    this.#serial = serial;
    this.#known = 0;
    this.toLimit = toLimit;
    this.ret3m = this.#features.ret3m(s);
  }

  #is(bit: number): boolean {
    const was = (this.#known & bit) !== 0;
    this.#known |= bit;
    return was;
  }

  readonly amountSurprise = (window: '1m' | '5m'): number => {
    if (window === '1m') {
      if (!this.#is(known.surprise1m)) this.#surprise1m = this.#surprise(20);
      return this.#surprise1m;
    }
    if (!this.#is(known.surprise5m)) this.#surprise5m = this.#surprise(100);
    return this.#surprise5m;
  };

  /** Over the last `slots`, or since the first quote of the day where that is less. */
  #surprise(slots: number): number {
    if (!this.#is(known.view)) this.#view.look(this.#s, 0);
    const reach = slots === 100 ? this.#view.reach(slots) : slots;
    return this.#view.surprise(this.#features.amountOver(this.#s, reach), reach * slotSec);
  }

  readonly flowRatio = (window: '1m' | '3m'): number => {
    if (window === '1m') {
      if (!this.#is(known.flow1m)) this.#flow1m = this.#flow(20);
      return this.#flow1m;
    }
    if (!this.#is(known.flow3m)) this.#flow3m = this.#flow(60);
    return this.#flow3m;
  };

  readonly flowSurprise = (): number => {
    if (!this.#is(known.view)) this.#view.look(this.#s, 0);
    return flowSurprise(this.#features.universe, this.#s, this.#view.head, this.flowRatio('3m'));
  };

  #flow(slots: number): number {
    return flowRatio(this.#features.netOver(this.#s, slots), this.#features.amountOver(this.#s, slots));
  }
}
