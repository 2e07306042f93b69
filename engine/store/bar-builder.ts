/**
 * One-minute bars out of the tape, from what cleaning accepts: the same cleaner the cell runs, so that a bad tick is in no bar.
 *
 * Labels   closes, 09:30 for the opening match, 09:31 … 11:30, 13:01 … 15:00
 * Volume   difference of the day's totals at two closes; the exchange's total is one number, whichever source told it
 */
import type { Bundle } from '../../contracts/bundle.ts';
import { absentMilli, type QuoteBatch } from '../../contracts/quote.ts';
import { midnightOf, msOfDay } from '../../contracts/session.ts';
import type { TradeDate } from '../../contracts/units.ts';
import { Cleaner } from '../clean/cleaner.ts';
import { universeOf } from '../clean/universe.ts';
import type { StoredBar } from './encode-rows.ts';

const minuteMs = 60_000;
const openCloseMs = 9.5 * 3_600_000;
const endMs = 15 * 3_600_000;
const noonMs = 11.5 * 3_600_000;
/** A minute is told once rows of it are no more to be expected. */
const settleMs = 5000;

type Open = { ts: number; open: number; high: number; low: number; close: number; shares: number; yuan: number; source: string };

export class BarBuilder {
  readonly #date: TradeDate;
  readonly #midnight: number;
  readonly #cleaner: Cleaner;
  readonly #instruments: Bundle['instruments'];
  readonly #open: (Open | null)[];
  /** Totals at the last told close. */
  readonly #told: { shares: number; yuan: number }[];
  readonly #ready: StoredBar[] = [];
  readonly #handlers = {
    add: (s: number) => this.#opening(s),
    settled: (s: number, batch: QuoteBatch, i: number) => this.#quote(s, batch, i),
    halted: () => undefined,
    threw: (_s: number, error: unknown) => {
      throw error;
    },
  };

  constructor(bundle: Bundle) {
    this.#date = bundle.tradeDate;
    this.#midnight = midnightOf(bundle.tradeDate);
    this.#cleaner = new Cleaner(universeOf(bundle), bundle.tradeDate, bundle.config.clean.staleGuard);
    this.#instruments = bundle.instruments;
    this.#open = bundle.instruments.map(() => null);
    this.#told = bundle.instruments.map(() => ({ shares: 0, yuan: 0 }));
  }

  batch(batch: QuoteBatch, n: number): void {
    this.#cleaner.batch(batch, n, this.#handlers);
    this.#cleaner.quarantined = [];
  }

  /** Bars whose minute is over at tape time `nowMs`; all of them with Infinity. */
  take(nowMs: number): StoredBar[] {
    if (nowMs === Number.POSITIVE_INFINITY) this.#cleaner.flushHeld(this.#handlers);
    for (const [s, bar] of this.#open.entries()) if (bar !== null && bar.ts + settleMs <= nowMs) this.#close(s);
    return this.#ready.splice(0);
  }

  /** The bar of symbol row `s` that is not over yet; null between two. */
  growing(s: number): StoredBar | null {
    return this.#open[s] === null ? null : this.#barOf(s, this.#open[s]!);
  }

  /** Before the first quote of continuous trading: what the opening match traded. */
  #opening(s: number): void {
    const { accepted } = this.#cleaner;
    if (this.#open[s] !== null || this.#told[s]!.shares > 0 || accepted.seen[s] === 0 || !(accepted.volume[s]! > 0)) return;
    const price = accepted.last[s]!;
    if (price === absentMilli) return;
    this.#open[s] = {
      ts: this.#midnight + openCloseMs,
      open: price,
      high: price,
      low: price,
      close: price,
      shares: accepted.volume[s]!,
      yuan: accepted.amount[s]!,
      source: 'tape',
    };
    this.#close(s);
  }

  #quote(s: number, batch: QuoteBatch, i: number): void {
    const last = batch.lastMilli[i]!;
    if (last === absentMilli) return;
    const ms = msOfDay(batch.tsExchangeMs[i]!);
    const label = Math.min(ms === noonMs ? noonMs : (Math.floor(ms / minuteMs) + 1) * minuteMs, endMs);
    const ts = this.#midnight + label;
    let bar = this.#open[s]!;
    if (bar !== null && bar.ts < ts) {
      this.#close(s);
      bar = null as never;
    }
    if (bar === null) {
      bar = { ts, open: last, high: last, low: last, close: last, shares: Number.NaN, yuan: Number.NaN, source: batch.source };
      this.#open[s] = bar;
    }
    bar.high = Math.max(bar.high, last);
    bar.low = Math.min(bar.low, last);
    bar.close = last;
    bar.shares = batch.volumeShares[i]!;
    bar.yuan = batch.amountYuan[i]!;
  }

  #close(s: number): void {
    const bar = this.#open[s]!;
    const told = this.#told[s]!;
    this.#open[s] = null;
    this.#ready.push(this.#barOf(s, bar));
    if (!Number.isNaN(bar.shares)) told.shares = bar.shares;
    if (!Number.isNaN(bar.yuan)) told.yuan = bar.yuan;
  }

  #barOf(s: number, bar: Open): StoredBar {
    const told = this.#told[s]!;
    const more = (total: number, had: number): number | null => (Number.isNaN(total) ? null : Math.max(0, total - had));
    return {
      date: this.#date,
      periodSec: 60,
      instrumentNo: this.#instruments[s]!.no,
      tsMs: bar.ts,
      source: 'tape',
      kind: 'live',
      knownMs: bar.ts + settleMs,
      openMilli: bar.open,
      highMilli: bar.high,
      lowMilli: bar.low,
      closeMilli: bar.close,
      volumeShares: more(bar.shares, told.shares),
      amountYuan: more(bar.yuan, told.yuan),
    };
  }
}
