/**
 * Whether a source lives: last request, last byte, last change among the large caps.
 *
 * Stalled  in continuous trading the large caps (300, the biggest by adv20) did not change for more than 3 s and two sweeps: a feed
 *          that answers with the same rows is not alive. Lunch, auctions and an idle small cap are silent by nature
 * Late     the newest exchange stamp lies more than 15 s behind the run's clock
 */
import { isContinuous, phaseOf } from '../../../contracts/session.ts';
import type { SourceQuote } from '../adapter.ts';

const stalledAfterMs = 3000;
const lateAfterMs = 15_000;
const fewestWatched = 5;

export type FeedStatus = {
  readonly requestMs: number | null;
  readonly byteMs: number | null;
  readonly changeMs: number | null;
  readonly stalled: boolean;
  readonly late: boolean;
};

export class Heartbeat {
  readonly #watched: ReadonlySet<number>;
  readonly #last = new Map<number, string>();
  #requestMs: number | null = null;
  #byteMs: number | null = null;
  #changeMs: number | null = null;
  #newestMs = 0;
  #unchanged = 0;

  constructor(largeCaps: readonly number[]) {
    this.#watched = new Set(largeCaps);
  }

  /** The first of the large caps: whose rows tell whether the source lives. */
  sample = (count: number): readonly number[] => [...this.#watched].slice(0, count);

  requested(nowMs: number): void {
    this.#requestMs = nowMs;
  }

  received(nowMs: number): void {
    this.#byteMs = nowMs;
  }

  /** The rows of one whole cycle. */
  observe(rows: Iterable<SourceQuote>, nowMs: number): void {
    let [seen, changed] = [0, false];
    for (const { quote } of rows) {
      this.#newestMs = Math.max(this.#newestMs, quote.tsExchangeMs);
      if (!this.#watched.has(quote.instrumentNo)) continue;
      seen += 1;
      const state = `${quote.lastMilli}|${quote.volumeShares}|${quote.bids[0]?.[0]}|${quote.asks[0]?.[0]}`;
      changed ||= this.#last.get(quote.instrumentNo) !== state;
      this.#last.set(quote.instrumentNo, state);
    }
    if (seen < fewestWatched) return;
    this.#unchanged = changed ? 0 : this.#unchanged + 1;
    if (changed) this.#changeMs = nowMs;
  }

  status(nowMs: number): FeedStatus {
    const trading = isContinuous(phaseOf(nowMs)) && isContinuous(phaseOf(nowMs - lateAfterMs));
    const stalled = trading && this.#unchanged >= 2 && this.#changeMs !== null && nowMs - this.#changeMs > stalledAfterMs;
    const late = trading && this.#newestMs > 0 && nowMs - this.#newestMs > lateAfterMs;
    return { requestMs: this.#requestMs, byteMs: this.#byteMs, changeMs: this.#changeMs, stalled, late };
  }
}
