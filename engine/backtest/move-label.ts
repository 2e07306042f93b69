/**
 * The label of `moves-1pct`: whether the middle of the book touches 1 % above or below where it was at the decision, within 900 trading
 * seconds or by 14:56:57.
 *
 * Censored   a gap of more than 60 trading seconds before it has moved: what happened in it is unknown
 */
import { labelRule } from '../opportunities/label-rule.ts';
import type { Label } from './triple-barrier.ts';

export class MoveLabel {
  readonly #from: number;
  readonly #expiryTsec: number;
  #lastTsec: number;

  constructor(fromMilli: number, tsec: number) {
    this.#from = fromMilli;
    this.#expiryTsec = Math.min(tsec + labelRule.horizonSec, labelRule.lastTsec);
    this.#lastTsec = tsec;
  }

  /** The next quote. Null while open. */
  quote(tsec: number, milli: number): Label | null {
    if (tsec - this.#lastTsec > labelRule.gapSec) return 'censored';
    if (tsec > this.#expiryTsec) return 0;
    this.#lastTsec = tsec;
    return Math.abs(milli / this.#from - 1) >= labelRule.move ? 1 : null;
  }

  /** No more quotes will come. */
  close(): Label {
    return this.#lastTsec >= this.#expiryTsec - labelRule.gapSec ? 0 : 'censored';
  }
}
