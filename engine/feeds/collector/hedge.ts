/**
 * A second source asked when the first is slow: after its 95th percentile (300 ms at least), for at most one request in twenty; the
 * loser is cancelled (Dean and Barroso, The Tail at Scale, 2013; contracts/spec/quality.md#ingest).
 */
const shortestMs = 300;
const share = 0.05;
const remembered = 200;

export class Hedge {
  #durations: number[] = [];
  #asked = 0;
  #hedged = 0;

  /** Ms after which a second source may be asked. */
  get afterMs(): number {
    if (this.#durations.length < 20) return shortestMs * 2;
    const sorted = [...this.#durations].sort((a, b) => a - b);
    return Math.max(shortestMs, sorted[Math.floor(sorted.length * 0.95)]!);
  }

  /** The faster answer of both, and which it was. The first one's failure is not waited out either. */
  async race<T>(
    first: (signal: AbortSignal) => Promise<T>,
    second: ((signal: AbortSignal) => Promise<T>) | null,
  ): Promise<{ readonly answer: T; readonly hedged: boolean }> {
    this.#asked += 1;
    const [ours, theirs] = [new AbortController(), new AbortController()];
    const startedMs = Date.now();
    const main = first(ours.signal).then((answer) => {
      this.#note(Date.now() - startedMs);
      return { answer, hedged: false };
    });
    if (second === null || this.#hedged + 1 > share * this.#asked) return main;
    let timer: NodeJS.Timeout | undefined;
    let started = false;
    const spare = new Promise<{ readonly answer: T; readonly hedged: boolean }>((resolve, reject) => {
      timer = setTimeout(() => {
        started = true;
        this.#hedged += 1;
        second(theirs.signal).then((answer) => resolve({ answer, hedged: true }), reject);
      }, this.afterMs);
      // a first that failed is told at once, unless the second is on its way
      main.catch((error: Error) => (started ? undefined : reject(error)));
    });
    spare.catch(() => undefined);
    try {
      return await Promise.any([main, spare]).catch((error: AggregateError) => Promise.reject(error.errors[0] as Error));
    } finally {
      clearTimeout(timer);
      ours.abort();
      theirs.abort();
    }
  }

  get load(): number {
    return this.#asked === 0 ? 0 : this.#hedged / this.#asked;
  }

  #note(ms: number): void {
    this.#durations.push(ms);
    if (this.#durations.length > remembered) this.#durations.shift();
  }
}
