/**
 * One source as the collector asks it: token bucket, breaker, retries with full jitter inside a budget, parsing, heartbeat.
 *
 * Order    bucket → breaker → request → parse. Only one layer retries, and only what another try can help
 * Budget   a retry takes what ten requests have earned (contracts/spec/quality.md#ingest); in a sweep nothing waits longer than its deadline
 * Limits   a vendor that limits one endpoint closes that endpoint; one that limits us closes the host. Whoever can wait does so for a
 *          bounded time, told and abortable; a longer wait is refused at once
 */
import { setTimeout } from 'node:timers/promises';
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
import type { Asking } from '../../../contracts/quality.ts';
import { type Endpoint, type Parsed, SourceLimited, type SourceName } from '../adapter.ts';
import type { SourceHttp } from '../http.ts';
import { everyHost } from '../rates.ts';
import { type BreakerRule, CircuitState, sourceBreaker } from './breaker.ts';
import type { Heartbeat } from './heartbeat.ts';
import { type Rate, TokenBucket } from './token-bucket.ts';

export type ClientOptions = {
  readonly name: SourceName;
  readonly http: SourceHttp;
  readonly rates: Readonly<Record<string, Rate>>;
  /** How much of the rates is ours now: other processes ask the same hosts. */
  readonly portion?: () => number;
  readonly breaker: BreakerRule;
  readonly heartbeat: Heartbeat;
  readonly onState: (endpoint: string, state: CircuitState) => void;
  readonly onAnswer: (endpoint: string, outcome: string, ms: number) => void;
  /** A question waits because its vendor asked for it. */
  readonly onWait?: (endpoint: string, waitMs: number) => void;
  /** Unexpected content besides the rows: the first sign of a layout change. */
  readonly onAnomaly?: (endpoint: string, what: string, count: number) => void;
};
export type Answer<R> = Parsed<R> & { readonly firstByteMs: number; readonly doneMs: number; readonly askedMs: number };

const retriesMax = 5;
/** A vendor's own words may be as long as it likes. */
const messageMax = 200;
const earned = 0.1;
const budgetMax = 10;
/** A source that says "too often" without saying for how long. */
const unsaidWaitMs = 60_000;
const anyRate: Rate = { perSec: 1, burst: 1 };
/** How long `persist` waits for one question's turn unless told otherwise. */
const patienceMs = 65_000;
/** Waits shorter than this are our own pacing and nobody's news. */
const toldWaitMs = 5000;
export type Patience = { readonly signal?: AbortSignal; readonly maxWaitMs?: number };

type Failure = { readonly endpoint: string; readonly code: string; readonly message: string; readonly atMs: number };
/** As contracts/quality.ts has it, by the wall clock. */
export type Standing = Omit<Asking, 'lastFailure'> & { readonly lastFailure: Failure | null };

/** `offsetMs`: run time less wall time. */
export const inRunTime = ({ hosts, open, waiting, lastFailure }: Standing, offsetMs: number): Asking => ({
  hosts: hosts.map((each) => ({ ...each, closedUntilMs: each.closedUntilMs === null ? null : each.closedUntilMs + offsetMs })),
  open,
  waiting: waiting.map((each) => ({ ...each, untilMs: each.untilMs + offsetMs })),
  lastFailure:
    lastFailure === null
      ? null
      : { endpoint: lastFailure.endpoint, code: lastFailure.code, message: lastFailure.message, tsMs: lastFailure.atMs + offsetMs },
});

/** Our own bucket kept us from asking: it says nothing of the source. */
export class OwnRate extends SourceLimited {}

export class SourceClient {
  readonly name: SourceName;
  readonly #options: ClientOptions;
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #breakers = new Map<string, CircuitBreakerPolicy>();
  /** What an endpoint last failed with: the reason behind an open breaker. */
  readonly #failures = new Map<string, Failure>();
  #lastFailure: Failure | null = null;
  /** Until when an endpoint is not requested because its vendor limits it. */
  readonly #closedUntilMs = new Map<string, number>();
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
    const waitMs = this.#take(endpoint);
    if (waitMs > 0) throw new OwnRate(`own rate of ${endpoint.host}`, waitMs);
    return this.#guarded(endpoint, params, signal);
  }

  /**
   * Asks again where that can help, waiting for tokens. For what has no next cycle: backfill, reference data.
   * @throws FenshiError SOURCE_*; SOURCE_LIMITED when its turn comes later than `maxWaitMs`
   */
  persist<P, R>(endpoint: Endpoint<P, R>, params: P, { signal, maxWaitMs = patienceMs }: Patience = {}): Promise<Answer<R>> {
    return this.#retry.execute(async () => {
      const untilMs = Date.now() + maxWaitMs;
      for (let waitMs = this.#take(endpoint); waitMs > 0; waitMs = this.#take(endpoint)) {
        if (Date.now() + waitMs > untilMs)
          throw new OwnRate(`${this.name} ${endpoint.name} may be asked again in ${Math.ceil(waitMs / 1000)} s`, waitMs);
        if (waitMs >= toldWaitMs) this.#options.onWait?.(endpoint.name, waitMs);
        await setTimeout(waitMs, undefined, signal === undefined ? {} : { signal });
      }
      return this.#guarded(endpoint, params, signal);
    }, signal);
  }

  /** Takes a token of the endpoint's host and returns 0, or the ms until there may be one. */
  #take({ host, name }: { readonly host: string; readonly name: string }): number {
    const closed = (this.#closedUntilMs.get(name) ?? 0) - Date.now();
    return closed > 0 ? closed : this.#bucket(host).take(Date.now());
  }

  async #guarded<P, R>(endpoint: Endpoint<P, R>, params: P, signal?: AbortSignal): Promise<Answer<R>> {
    const breaker = this.#breaker(endpoint.name);
    // a probe is waited out whoever was faster: given up, it would count as an answer and close the breaker
    const giveUp = breaker.state === CircuitState.Closed ? signal : undefined;
    try {
      return await breaker.execute(() => this.#once(endpoint, params, giveUp));
    } catch (error) {
      if (isBrokenCircuitError(error))
        throw new FenshiError(
          'SOURCE_UNREACHABLE',
          `${this.name} ${endpoint.name} is not requested (circuit open) after ${this.#reasonOf(endpoint.name)}`,
          { cause: error },
        );
      throw error;
    }
  }

  isOpen = (endpoint: string): boolean => this.#breakers.get(endpoint)?.state === CircuitState.Open;
  /** Share of a host's full rate that is allowed now. */
  share = (host: string): number => this.#bucket(host).standing(Date.now()).share;

  /** How it may be asked at `nowMs` of the wall clock. */
  standing(nowMs: number): Standing {
    return {
      hosts: Object.keys(this.#options.rates).map((host) => ({ host, ...this.#bucket(host).standing(nowMs) })),
      open: [...this.#breakers.keys()].filter(this.isOpen),
      waiting: [...this.#closedUntilMs].flatMap(([endpoint, untilMs]) => (untilMs > nowMs ? [{ endpoint, untilMs }] : [])),
      lastFailure: this.#lastFailure,
    };
  }

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
      for (const [what, count] of Object.entries(parsed.anomalies ?? {}))
        if (count > 0) this.#options.onAnomaly?.(endpoint.name, what, count);
      return { ...parsed, askedMs, firstByteMs, doneMs };
    } catch (error) {
      const code = error instanceof FenshiError ? error.code : signal?.aborted === true ? 'ABORTED' : 'BUG';
      onAnswer(endpoint.name, code, Date.now() - askedMs);
      if (error instanceof FenshiError)
        this.#failed({ endpoint: endpoint.name, code, message: error.message.slice(code.length + 2, messageMax), atMs: Date.now() });
      if (error instanceof SourceLimited) this.#limited(endpoint, error);
      throw error;
    }
  }

  #failed(failure: Failure): void {
    this.#failures.set(failure.endpoint, failure);
    this.#lastFailure = failure;
  }

  #reasonOf(endpoint: string): string {
    const failure = this.#failures.get(endpoint);
    return failure === undefined ? 'failures' : `${failure.code}: ${failure.message}`;
  }

  #limited({ host, name }: { readonly host: string; readonly name: string }, { scope, retryAfterMs }: SourceLimited): void {
    const waitMs = retryAfterMs ?? unsaidWaitMs;
    if (scope === 'endpoint') this.#closedUntilMs.set(name, Date.now() + waitMs);
    else this.#bucket(host).slowDown(Date.now(), waitMs);
  }

  #mayRetry(error: Error): boolean {
    if (!(error instanceof FenshiError) || !error.retryable || error instanceof SourceLimited || this.#budget < 1) return false;
    this.#budget -= 1;
    return true;
  }

  #bucket(host: string): TokenBucket {
    const { rates, portion } = this.#options;
    const key = everyHost in rates ? everyHost : host;
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      bucket = new TokenBucket(rates[key] ?? anyRate, Date.now());
      this.#buckets.set(key, bucket);
    }
    if (portion !== undefined) bucket.allow(portion());
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
