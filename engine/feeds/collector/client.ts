/**
 * One source as the collector asks it: token bucket, breaker, retries with full jitter inside a budget, parsing, heartbeat.
 *
 * Order    bucket → breaker → request → parse. Only one layer retries, and only what another try can help
 * Budget   a retry takes what ten requests have earned (reliability.md §4); in a sweep nothing waits longer than its deadline
 */
import {
  type CircuitBreakerPolicy,
  ExponentialBackoff,
  fullJitterGenerator,
  handleWhen,
  isBrokenCircuitError,
  type RetryPolicy,
  retry,
} from 'cockatiel';
import { FenshiError } from '../../../contracts/errors.ts';
import { type Endpoint, type Parsed, SourceLimited, type SourceName } from '../adapter.ts';
import type { SourceHttp } from '../http.ts';
import { type BreakerRule, CircuitState, sourceBreaker } from './breaker.ts';
import type { Heartbeat } from './heartbeat.ts';
import { type Rate, TokenBucket } from './token-bucket.ts';

export type ClientOptions = {
  readonly name: SourceName;
  readonly http: SourceHttp;
  readonly rates: Readonly<Record<string, Rate>>;
  readonly breaker: BreakerRule;
  readonly heartbeat: Heartbeat;
  readonly onState: (endpoint: string, state: CircuitState) => void;
  readonly onAnswer: (endpoint: string, outcome: string, ms: number) => void;
  /** What came besides the rows: the first sign of a layout that changes. */
  readonly onOdd?: (endpoint: string, what: string, count: number) => void;
};
export type Answer<R> = Parsed<R> & { readonly firstByteMs: number; readonly doneMs: number; readonly askedMs: number };

const retriesMax = 5;
const earned = 0.1;
const budgetMax = 10;
/** A source that says "too often" without saying for how long. */
const unsaidWaitMs = 60_000;
const anyRate: Rate = { perSec: 1, burst: 1 };

/** Our own bucket kept us from asking: it says nothing of the source. */
export class OwnRate extends SourceLimited {}

export class SourceClient {
  readonly name: SourceName;
  readonly #options: ClientOptions;
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #breakers = new Map<string, CircuitBreakerPolicy>();
  readonly #retry: RetryPolicy;
  #budget = budgetMax;
  /** Requests put on the wire, retries included. */
  requests = 0;

  constructor(options: ClientOptions) {
    this.name = options.name;
    this.#options = options;
    this.#retry = retry(
      handleWhen((error) => this.#mayRetry(error)),
      {
        maxAttempts: retriesMax,
        backoff: new ExponentialBackoff({ initialDelay: 250, maxDelay: 20_000, exponent: 2, generator: fullJitterGenerator }),
      },
    );
  }

  /** Asks once. @throws FenshiError SOURCE_*; SOURCE_LIMITED also when our own bucket or breaker keeps us from asking */
  async ask<P, R>(endpoint: Endpoint<P, R>, params: P, signal?: AbortSignal): Promise<Answer<R>> {
    const waitMs = this.#bucket(endpoint.host).take(Date.now());
    if (waitMs > 0) throw new OwnRate(`own rate of ${endpoint.host}`, waitMs);
    return this.#guarded(endpoint, params, signal);
  }

  /** Asks again where that can help, waiting for tokens. For what has no next cycle: backfill, reference data. */
  persist<P, R>(endpoint: Endpoint<P, R>, params: P, signal?: AbortSignal): Promise<Answer<R>> {
    return this.#retry.execute(async () => {
      for (let waitMs = this.#bucket(endpoint.host).take(Date.now()); waitMs > 0; waitMs = this.#bucket(endpoint.host).take(Date.now()))
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      return this.#guarded(endpoint, params, signal);
    }, signal);
  }

  async #guarded<P, R>(endpoint: Endpoint<P, R>, params: P, signal?: AbortSignal): Promise<Answer<R>> {
    const breaker = this.#breaker(endpoint.name);
    // a probe is waited out whoever was faster: given up, it would count as an answer and close the breaker
    const giveUp = breaker.state === CircuitState.Closed ? signal : undefined;
    try {
      return await breaker.execute(() => this.#once(endpoint, params, giveUp));
    } catch (error) {
      if (isBrokenCircuitError(error))
        throw new FenshiError('SOURCE_UNREACHABLE', `${this.name} ${endpoint.name} is left alone`, { cause: error });
      throw error;
    }
  }

  isOpen = (endpoint: string): boolean => this.#breakers.get(endpoint)?.state === CircuitState.Open;
  /** Share of a host's full rate that is allowed now. */
  share = (host: string): number => this.#bucket(host).share;

  async #once<P, R>(endpoint: Endpoint<P, R>, params: P, signal?: AbortSignal): Promise<Answer<R>> {
    const { http, heartbeat, onAnswer } = this.#options;
    const askedMs = Date.now();
    this.requests += 1;
    this.#budget = Math.min(budgetMax, this.#budget + earned);
    heartbeat.requested(askedMs);
    try {
      const { body, firstByteMs, doneMs } = await http.fetch(endpoint.host, endpoint.request(params), signal);
      heartbeat.received(doneMs);
      const parsed = endpoint.parse(body, params);
      onAnswer(endpoint.name, 'ok', doneMs - askedMs);
      for (const [what, count] of Object.entries(parsed.odd ?? {})) if (count > 0) this.#options.onOdd?.(endpoint.name, what, count);
      return { ...parsed, askedMs, firstByteMs, doneMs };
    } catch (error) {
      const code = error instanceof FenshiError ? error.code : signal?.aborted === true ? 'ABORTED' : 'BUG';
      onAnswer(endpoint.name, code, Date.now() - askedMs);
      if (error instanceof SourceLimited) this.#bucket(endpoint.host).slowDown(Date.now(), error.retryAfterMs ?? unsaidWaitMs);
      throw error;
    }
  }

  #mayRetry(error: Error): boolean {
    if (!(error instanceof FenshiError) || !error.retryable || error instanceof SourceLimited || this.#budget < 1) return false;
    this.#budget -= 1;
    return true;
  }

  #bucket(host: string): TokenBucket {
    let bucket = this.#buckets.get(host);
    if (bucket === undefined) {
      bucket = new TokenBucket(this.#options.rates[host] ?? anyRate, Date.now());
      this.#buckets.set(host, bucket);
    }
    return bucket;
  }

  #breaker(endpoint: string): CircuitBreakerPolicy {
    let breaker = this.#breakers.get(endpoint);
    if (breaker === undefined) {
      breaker = sourceBreaker(this.#options.breaker);
      breaker.onStateChange((state) => this.#options.onState(endpoint, state));
      this.#breakers.set(endpoint, breaker);
    }
    return breaker;
  }
}
