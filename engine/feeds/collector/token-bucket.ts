/** How often a host may be asked: tokens that grow with time. Halved when the host says it is too often, recovering additively. */
export type Rate = { readonly perSec: number; readonly burst: number };

/** Of the full rate, regained in a minute. */
const recovery = 0.1;
const slowest = 1 / 16;

export class TokenBucket {
  #full: Rate;
  readonly #rate: Rate;
  #perSec: number;
  #tokens: number;
  #atMs: number;
  #closedUntilMs = 0;

  constructor(rate: Rate, nowMs: number) {
    this.#full = rate;
    this.#rate = rate;
    this.#perSec = rate.perSec;
    this.#tokens = rate.burst;
    this.#atMs = nowMs;
  }

  /** Takes a token and returns 0, or returns the ms until one will be there. */
  take(nowMs: number): number {
    this.#fill(nowMs);
    if (nowMs < this.#closedUntilMs) return this.#closedUntilMs - nowMs;
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return 0;
    }
    return Math.ceil(((1 - this.#tokens) / this.#perSec) * 1000);
  }

  /** The host complained: half as often from now on, and not at all for `waitMs`. */
  slowDown(nowMs: number, waitMs: number): void {
    this.#fill(nowMs);
    this.#perSec = Math.max(this.#full.perSec * slowest, this.#perSec / 2);
    this.#tokens = Math.min(this.#tokens, 0);
    this.#closedUntilMs = Math.max(this.#closedUntilMs, nowMs + waitMs);
  }

  /** Of the rate, this portion is ours from now on: several processes ask one host. */
  allow(portion: number): void {
    const perSec = this.#rate.perSec * portion;
    if (perSec === this.#full.perSec) return;
    this.#perSec = (this.#perSec / this.#full.perSec) * perSec;
    this.#full = { perSec, burst: Math.max(1, this.#rate.burst * portion) };
    this.#tokens = Math.min(this.#tokens, this.#full.burst);
  }

  /** Requests a second that are allowed at `nowMs`, their share of the full rate, and until when none is; null when some are. */
  standing(nowMs: number): { readonly perSec: number; readonly share: number; readonly closedUntilMs: number | null } {
    this.#fill(nowMs);
    return { perSec: this.#perSec, share: this.share, closedUntilMs: nowMs < this.#closedUntilMs ? this.#closedUntilMs : null };
  }

  /** Share of the full rate that is allowed now. */
  get share(): number {
    return this.#perSec / this.#full.perSec;
  }

  #fill(nowMs: number): void {
    // while it is closed nothing is saved up
    const seconds = Math.max(0, nowMs - Math.max(this.#atMs, this.#closedUntilMs)) / 1000;
    this.#atMs = Math.max(this.#atMs, nowMs);
    this.#tokens = Math.min(this.#full.burst, this.#tokens + seconds * this.#perSec);
    if (nowMs >= this.#closedUntilMs)
      this.#perSec = Math.min(this.#full.perSec, this.#perSec + (seconds / 60) * recovery * this.#full.perSec);
  }
}
