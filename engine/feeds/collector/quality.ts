/** Gathers what happened with each source over a window and says it as reports; pure but for the caller's clock. */
import type { QualityClass, QualityReport } from '../../../contracts/quality.ts';
import type { TradeDate } from '../../../contracts/units.ts';
import type { SourceName } from '../adapter.ts';

const minuteMs = 60_000;
/** Requests a minute that a source was seen to bear (contracts/spec/quality.md#ingest). */
export const banBudgets: Readonly<Record<SourceName, number>> = { tencent: 600, sina: 600, eastmoney: 200, tushare: 200 };

type Window = {
  ages: number[];
  polls: number[];
  requests: number[];
  publishes: number[];
  asked: number;
  missing: number;
  rows: number;
  rejected: number;
  compared: number;
  differing: number;
  staleSec: number | null;
};
const empty = (): Window => ({
  ages: [],
  polls: [],
  requests: [],
  publishes: [],
  asked: 0,
  missing: 0,
  rows: 0,
  rejected: 0,
  compared: 0,
  differing: 0,
  staleSec: null,
});

export class QualityMonitor {
  readonly #windows = new Map<SourceName, Window>();
  readonly #requestTimes = new Map<SourceName, number[]>();

  constructor(sources: readonly SourceName[]) {
    for (const source of sources) {
      this.#windows.set(source, empty());
      this.#requestTimes.set(source, []);
    }
  }

  requested(source: SourceName, nowMs: number, ms: number): void {
    this.#windows.get(source)?.requests.push(ms / 1000);
    this.#requestTimes.get(source)?.push(nowMs);
  }

  received(source: SourceName, ageMs: number): void {
    this.#windows.get(source)?.ages.push(ageMs / 1000);
  }

  polled(source: SourceName, ms: number): void {
    this.#windows.get(source)?.polls.push(ms / 1000);
  }

  published(source: SourceName, ms: number): void {
    this.#windows.get(source)?.publishes.push(ms / 1000);
  }

  swept(source: SourceName, asked: number, missing: number, rows: number): void {
    const window = this.#windows.get(source);
    if (window === undefined) return;
    window.asked += asked;
    window.missing += missing;
    window.rows += rows;
  }

  rejected(source: SourceName, many: number): void {
    const window = this.#windows.get(source);
    if (window !== undefined) window.rejected += many;
  }

  compared(source: SourceName, differs: boolean): void {
    const window = this.#windows.get(source);
    if (window === undefined) return;
    window.compared += 1;
    if (differs) window.differing += 1;
  }

  stale(source: SourceName, seconds: number | null): void {
    const window = this.#windows.get(source);
    if (window !== undefined) window.staleSec = seconds;
  }

  /** Reports of the window that ends now; the next begins. */
  take(tradeDate: TradeDate, nowMs: number, windowSec: number): QualityReport[] {
    return [...this.#windows].map(([source, window]) => {
      this.#windows.set(source, empty());
      const recent = this.#requestTimes.get(source)!.filter((at) => at > nowMs - minuteMs);
      this.#requestTimes.set(source, recent);
      const ratio = (part: number, whole: number): number | undefined => (whole === 0 ? undefined : part / whole);
      const all: Readonly<Record<QualityClass, number | undefined>> = {
        ageP50Sec: quantile(window.ages, 0.5),
        ageP99Sec: quantile(window.ages, 0.99),
        pollP50Sec: quantile(window.polls, 0.5),
        pollP99Sec: quantile(window.polls, 0.99),
        requestP99Sec: quantile(window.requests, 0.99),
        publishP99Sec: quantile(window.publishes, 0.99),
        missingRatio: ratio(window.missing, window.asked),
        rejectedRatio: ratio(window.rejected, window.rows + window.rejected),
        disagreementRatio: ratio(window.differing, window.compared),
        staleSec: window.staleSec ?? undefined,
        requestsPerSec: recent.length / 60,
        banBudgetRatio: recent.length / banBudgets[source],
      };
      const values = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Partial<
        Record<QualityClass, number>
      >;
      return { v: 1, tradeDate, tsMs: nowMs, source, windowSec, values };
    });
  }
}

function quantile(values: readonly number[], share: number): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
