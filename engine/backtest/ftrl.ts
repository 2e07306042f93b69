/**
 * FTRL-Proximal, logistic, one case at a time (McMahan and others, 2013): weights that stay zero until they earn otherwise. What it has learned is a logistic
 * scorer; labels come once they have matured, in that order.
 */
import { sigmoid } from '../../contracts/math.ts';
import type { Logistic } from './logistic.ts';

export type FtrlRates = { readonly alpha: number; readonly beta: number; readonly l1: number; readonly l2: number };
const usual: FtrlRates = { alpha: 0.05, beta: 1, l1: 0.5, l2: 1 };

export class Ftrl {
  readonly #rates: FtrlRates;
  /** Place 0 is the constant's, which no penalty holds at zero. */
  readonly #z: Float64Array;
  readonly #n: Float64Array;

  constructor(features: number, rates: Partial<FtrlRates> = {}) {
    this.#rates = { ...usual, ...rates };
    this.#z = new Float64Array(features + 1);
    this.#n = new Float64Array(features + 1);
  }

  p(x: readonly number[]): number {
    let odds = this.#weight(0);
    for (let i = 0; i < x.length; i++) odds += this.#weight(i + 1) * x[i]!;
    return sigmoid(odds);
  }

  learn(x: readonly number[], came: boolean): void {
    const error = this.p(x) - (came ? 1 : 0);
    this.#update(0, error);
    for (let i = 0; i < x.length; i++) this.#update(i + 1, error * x[i]!);
  }

  get model(): Logistic {
    return { b: this.#weight(0), w: Array.from({ length: this.#z.length - 1 }, (_, i) => this.#weight(i + 1)) };
  }

  #weight(i: number): number {
    const { alpha, beta, l1, l2 } = this.#rates;
    const z = this.#z[i]!;
    const bound = i === 0 ? 0 : l1;
    if (Math.abs(z) <= bound) return 0;
    return -(z - Math.sign(z) * bound) / ((beta + Math.sqrt(this.#n[i]!)) / alpha + (i === 0 ? 0 : l2));
  }

  #update(i: number, gradient: number): void {
    const was = this.#n[i]!;
    const sigma = (Math.sqrt(was + gradient * gradient) - Math.sqrt(was)) / this.#rates.alpha;
    this.#z[i]! += gradient - sigma * this.#weight(i);
    this.#n[i] = was + gradient * gradient;
  }
}
