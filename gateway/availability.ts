/**
 * How much of the time the run was ready, as this gateway saw it, and when it was not. Pure by the clock it is given.
 *
 * Counted  from the first second that was ready: before it the run was starting
 * Rest     while nobody expects it (a closed market; of a live run all but 09:15 to 15:00): that time counts neither way
 * Unseen   while the gateway itself was held (a machine asleep) nothing is known of the run: not counted either
 */
import { msOfDay } from '../contracts/session.ts';
import type { RunVerdict } from './run-status.ts';

/** `toMs` null: it still is. `detail`: of the code, as it began. */
export type Outage = { readonly fromMs: number; readonly toMs: number | null; readonly code: string; readonly detail: string | null };
export type AvailabilityReport = {
  /** Null until it was ready once. */
  readonly sinceMs: number | null;
  readonly readySec: number;
  readonly notReadySec: number;
  /** Null where nothing is counted yet. */
  readonly ratio: number | null;
  /** The newest first. */
  readonly outages: readonly Outage[];
};
const rest: readonly string[] = ['MARKET_CLOSED', 'BEFORE_OPEN', 'AFTER_CLOSE'];
const unseenMs = 10_000;
const keptMax = 50;
const [beginsMs, endsMs] = [(9 * 60 + 15) * 60_000, 15 * 3_600_000];
/** A demo goes on at any hour. */
export const isExpected = (run: string, nowMs: number): boolean =>
  run !== 'live' || (msOfDay(nowMs) >= beginsMs && msOfDay(nowMs) < endsMs);

export class Availability {
  #sinceMs: number | null = null;
  #last: { readonly atMs: number; readonly state: 'ready' | 'rest' | 'out' } | null = null;
  #readyMs = 0;
  #notReadyMs = 0;
  #outages: Outage[] = [];

  /** About once a second. The time since the last look is of the state found then. */
  look({ ready, code, detail }: RunVerdict, nowMs: number, expected = true): void {
    const state = !expected || (!ready && rest.includes(code ?? '')) ? 'rest' : ready ? 'ready' : 'out';
    const passed = this.#last === null ? 0 : nowMs - this.#last.atMs;
    const isSeen = passed >= 0 && passed <= unseenMs;
    if (isSeen && this.#sinceMs !== null) {
      if (this.#last?.state === 'ready') this.#readyMs += passed;
      if (this.#last?.state === 'out') this.#notReadyMs += passed;
    }
    if (state === 'ready') this.#sinceMs ??= nowMs;
    const [newest] = this.#outages;
    const isOpen = newest !== undefined && newest.toMs === null;
    const isSame = isOpen && state === 'out' && newest.code === code && isSeen;
    if (isOpen && !isSame) this.#outages[0] = { ...newest, toMs: isSeen ? nowMs : this.#last!.atMs };
    if (state === 'out' && !isSame && this.#sinceMs !== null)
      this.#outages = [{ fromMs: nowMs, toMs: null, code: code ?? 'STARTING', detail }, ...this.#outages].slice(0, keptMax);
    this.#last = { atMs: nowMs, state };
  }

  report(): AvailabilityReport {
    const counted = this.#readyMs + this.#notReadyMs;
    return {
      sinceMs: this.#sinceMs,
      readySec: this.#readyMs / 1000,
      notReadySec: this.#notReadyMs / 1000,
      ratio: counted === 0 ? null : this.#readyMs / counted,
      outages: this.#outages,
    };
  }
}
