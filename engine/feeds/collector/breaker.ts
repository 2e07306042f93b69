/**
 * When the circuit of a source's endpoint opens: a cockatiel breaker with two ways to open (contracts/spec/quality.md#ingest).
 *
 * Usual      half of at least 20 answers in 30 s failed, or 5 in a row; open 5 s, doubling to 5 min; one probe
 * Eastmoney  2 empty closes in a row; a probe after 120 s, doubling (contracts/spec/quality.md#ingest)
 */
import {
  type CircuitBreakerPolicy,
  CircuitState,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
  type IBreaker,
  noJitterGenerator,
} from 'cockatiel';
import { FenshiError } from '../../../contracts/errors.ts';

export type BreakerRule = { readonly consecutive: number; readonly firstPauseMs: number; readonly longestPauseMs: number };
export const usualRule: BreakerRule = { consecutive: 5, firstPauseMs: 5000, longestPauseMs: 300_000 };
export const banRule: BreakerRule = { consecutive: 2, firstPauseMs: 120_000, longestPauseMs: 1_800_000 };
const windowMs = 30_000;
const fewest = 20;
const failedShare = 0.5;

/** Opens by rate or by run; cockatiel asks it after each call. */
class Judge implements IBreaker {
  state: unknown = null;
  readonly #consecutive: number;
  #inRow = 0;
  #calls: { readonly atMs: number; readonly failed: boolean }[] = [];

  constructor({ consecutive }: BreakerRule) {
    this.#consecutive = consecutive;
  }

  success(state: CircuitState): void {
    this.#inRow = 0;
    if (state === CircuitState.HalfOpen) this.#calls = [];
    this.#note(false);
  }

  failure(state: CircuitState): boolean {
    this.#inRow += 1;
    this.#note(true);
    const failed = this.#calls.filter((call) => call.failed).length;
    return (
      state === CircuitState.HalfOpen ||
      this.#inRow >= this.#consecutive ||
      (this.#calls.length >= fewest && failed >= failedShare * this.#calls.length)
    );
  }

  #note(failed: boolean): void {
    const atMs = Date.now();
    this.#calls = [...this.#calls.filter((call) => call.atMs > atMs - windowMs), { atMs, failed }];
  }
}

/** What says that a source is ill. A refusal of one question (unknown symbol) does not. */
const isIllness = (error: Error): boolean =>
  error instanceof FenshiError && error.code !== 'SOURCE_REFUSED' && error.code.startsWith('SOURCE_');

export const sourceBreaker = (rule: BreakerRule): CircuitBreakerPolicy =>
  circuitBreaker(handleWhen(isIllness), {
    breaker: new Judge(rule),
    halfOpenAfter: new ExponentialBackoff({
      initialDelay: rule.firstPauseMs,
      maxDelay: rule.longestPauseMs,
      exponent: 2,
      generator: noJitterGenerator,
    }),
  });

export { CircuitState };
