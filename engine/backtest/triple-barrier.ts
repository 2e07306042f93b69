/**
 * The primary label y_tb (contracts/spec/evaluation.md#label): which barrier the bid reaches first after a fill, net of cost.
 *
 * Entry    the ask of the first quote an order could meet; barriers +1.5 s and −1.0 s around it, s = max(0.6 %, σ(600 s))
 * Expiry   after 900 trading seconds, or at 14:56:57: 1 if the net return is positive
 * Both     a quote that crosses both barriers is 0; bids cross at most one, so this falls out of asking the lower first
 * Censored a gap of more than 60 trading seconds: nobody knows what happened in it
 */
import { labelRule } from '../opportunities/label-rule.ts';

export type Label = 0 | 1 | 'censored';

export class TripleBarrier {
  readonly #entryMilli: number;
  readonly #scale: number;
  readonly #cost: number;
  readonly #expiryTsec: number;
  #lastTsec: number;
  #net = 0;

  /** `sigma600`: σ of the log return over 600 s at the decision; `cost`: round trip as a fraction of the price. */
  constructor(entryMilli: number, sigma600: number, cost: number, tsec: number) {
    this.#entryMilli = entryMilli;
    this.#scale = Math.max(labelRule.scaleMin, Number.isNaN(sigma600) ? 0 : sigma600);
    this.#cost = cost;
    this.#expiryTsec = Math.min(tsec + labelRule.horizonSec, labelRule.lastTsec);
    this.#lastTsec = tsec;
  }

  /** The next quote. `bidMilli` is the last price where nobody bids. Null while open. */
  quote(tsec: number, bidMilli: number): Label | null {
    if (tsec - this.#lastTsec > labelRule.gapSec) return 'censored';
    this.#lastTsec = tsec;
    if (tsec > this.#expiryTsec) return this.#net > 0 ? 1 : 0;
    this.#net = bidMilli / this.#entryMilli - 1 - this.#cost;
    if (this.#net <= -labelRule.lower * this.#scale) return 0;
    return this.#net >= labelRule.upper * this.#scale ? 1 : null;
  }

  /** No more quotes will come. */
  close(): Label {
    return this.#lastTsec >= this.#expiryTsec - labelRule.gapSec ? (this.#net > 0 ? 1 : 0) : 'censored';
  }
}
