/**
 * Two sources about one symbol (contracts/spec/quality.md#ingest): prices that differ by more than two ticks and 0.2 %, in two comparisons running,
 * are disputed until they agree again. Rows of different moments are not compared.
 */
import { tickMilli } from '../../../contracts/instruments.ts';
import type { Quote } from '../../../contracts/quote.ts';

const ticks = 2;
const share = 0.002;
const cycles = 2;
/** One exchange snapshot apart: a price may honestly have moved. */
const sameMomentMs = 1500;

export type Verdict = 'agrees' | 'differs' | 'incomparable';

export class Comparison {
  readonly #differing = new Map<number, number>();

  compare(a: Quote, b: Quote): Verdict {
    if (a.lastMilli === null || b.lastMilli === null || Math.abs(a.tsExchangeMs - b.tsExchangeMs) > sameMomentMs) return 'incomparable';
    const apart = Math.abs(a.lastMilli - b.lastMilli);
    const differs = apart > Math.max(ticks * tickMilli, share * a.lastMilli);
    if (differs) this.#differing.set(a.instrumentNo, (this.#differing.get(a.instrumentNo) ?? 0) + 1);
    else this.#differing.delete(a.instrumentNo);
    return differs ? 'differs' : 'agrees';
  }

  isDisputed = (instrumentNo: number): boolean => (this.#differing.get(instrumentNo) ?? 0) >= cycles;
  /** Apart when last compared, once or more often: to be looked at again soon. */
  get suspected(): readonly number[] {
    return [...this.#differing.keys()];
  }
  get disputed(): readonly number[] {
    return [...this.#differing.keys()].filter(this.isDisputed);
  }
}
