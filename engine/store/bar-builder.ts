/**
 * One-minute bars out of the tape, from what cleaning accepts: the same cleaner the cell runs, so that a bad tick is in no bar.
 *
 * Labels   closes, 09:30 for the opening match, 09:31 … 11:30, 13:01 … 14:57, 15:00 for the closing match
 * Closing  its rows are stamped 15:00:00 or later, where the cell's session is over: taken from the tape when the totals go on
 * Late     a row of a minute that was told already tells it again, known later
 * Net      active buying of each accepted quote, split as features split it; unknown for the matches
 * Volume   difference of the day's totals at two closes; the exchange's total is one number, whichever source told it
 */
import type { Bundle } from '../../contracts/bundle.ts';
import { absentMilli, type QuoteBatch } from '../../contracts/quote.ts';
import { midnightOf, msOfDay } from '../../contracts/session.ts';
import type { TradeDate } from '../../contracts/units.ts';
import { Cleaner, type RowVerdict } from '../clean/cleaner.ts';
import { universeOf } from '../clean/universe.ts';
import { netBought } from '../features/flow.ts';
import type { StoredBar } from './encode-rows.ts';

const minuteMs = 60_000;
const openCloseMs = 9.5 * 3_600_000;
const endMs = 15 * 3_600_000;
const noonMs = 11.5 * 3_600_000;
const closingFromMs = (14 * 60 + 57) * 60_000;
/** Trades of 14:56 may be told so late; from then on only the closing match trades. */
const lateTellMs = 30_000;
/** Totals of two sources may be a lot apart; a unit is a hundred times another. */
const lotShares = 100;
const unitFactor = 5;
/** Fixed-price trading after hours begins: apart from the day's bars. */
const closingUntilMs = (15 * 60 + 5) * 60_000;
/** A minute is told once rows of it are no more to be expected. */
const settleMs = 5000;

type Open = {
  ts: number;
  open: number;
  high: number;
  low: number;
  close: number;
  shares: number;
  yuan: number;
  /** NaN before a quote of continuous trading. */
  net: number;
  source: string;
};

export class BarBuilder {
  readonly #date: TradeDate;
  readonly #midnight: number;
  readonly #cleaner: Cleaner;
  readonly #instruments: Bundle['instruments'];
  readonly #rowOf: ReadonlyMap<number, number>;
  readonly #open: (Open | null)[];
  /** Totals at the last told close. */
  readonly #told: { shares: number; yuan: number }[];
  /** The bar told last, with the totals before it. */
  readonly #last: ({ readonly bar: StoredBar; readonly before: { shares: number; yuan: number } } | null)[];
  readonly #ready: StoredBar[] = [];
  /** Of the quote at hand; NaN for a row of a match. */
  #net = Number.NaN;
  readonly #handlers = {
    add: ({ s, dv, da }: Readonly<RowVerdict>, batch: QuoteBatch, i: number) => {
      this.#opening(s);
      this.#net = netBought(this.#cleaner.accepted, s, batch, i, dv, da);
    },
    settled: ({ s }: Readonly<RowVerdict>, batch: QuoteBatch, i: number) => this.#quote(s, batch, i),
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
    this.#last = bundle.instruments.map(() => null);
    this.#rowOf = new Map(bundle.instruments.map(({ no }, s) => [no, s]));
  }

  batch(batch: QuoteBatch, n: number): void {
    this.#cleaner.batch(batch, n, this.#handlers);
    this.#cleaner.quarantined = [];
    this.#net = Number.NaN;
    for (let i = 0; i < batch.count; i++) this.#closing(batch, i);
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
      net: Number.NaN,
      source: 'tape',
    };
    this.#close(s);
  }

  #quote(s: number, batch: QuoteBatch, i: number): void {
    const last = batch.lastMilli[i]!;
    if (last === absentMilli) return;
    const ms = msOfDay(batch.tsExchangeMs[i]!);
    const label = Math.min(ms === noonMs ? noonMs : (Math.floor(ms / minuteMs) + 1) * minuteMs, endMs);
    this.#add(s, this.#midnight + label, batch, i);
  }

  /** A row of the closing call: trades of 14:56 told late, or the match. */
  #closing(batch: QuoteBatch, i: number): void {
    const at = batch.tsExchangeMs[i]! - this.#midnight;
    if (at < closingFromMs || at >= closingUntilMs) return;
    const s = this.#rowOf.get(batch.instrumentNo[i]!);
    const [last, shares] = [batch.lastMilli[i]!, batch.volumeShares[i]!];
    if (s === undefined || last === absentMilli || last <= 0) return;
    const known = this.#open[s] ?? this.#told[s]!;
    const [more, yuan] = [shares - known.shares, batch.amountYuan[i]! - known.yuan];
    if (!(more > 0) || !(yuan > 0)) return;
    // no cleaner has judged this row: what lies this far from its price is in another unit
    const [most, least] = [(more + lotShares) * last * unitFactor, ((more - lotShares) * last) / unitFactor];
    if (yuan * 1000 > most || yuan * 1000 < least) return;
    const { limitUpMilli, limitDownMilli, limitSource } = this.#instruments[s]!;
    if (limitSource === 'told' && ((limitUpMilli !== null && last > limitUpMilli) || (limitDownMilli !== null && last < limitDownMilli)))
      return;
    this.#add(s, this.#midnight + (at < closingFromMs + lateTellMs ? closingFromMs : endMs), batch, i);
  }

  #add(s: number, ts: number, batch: QuoteBatch, i: number): void {
    const last = batch.lastMilli[i]!;
    const told = this.#last[s]!;
    if (told !== null && ts <= told.bar.tsMs) return void (ts === told.bar.tsMs && this.#again(s, batch, i));
    let bar = this.#open[s]!;
    if (bar !== null && bar.ts < ts) {
      this.#close(s);
      bar = null as never;
    }
    if (bar === null) {
      bar = {
        ts,
        open: last,
        high: last,
        low: last,
        close: last,
        shares: Number.NaN,
        yuan: Number.NaN,
        net: Number.NaN,
        source: batch.source,
      };
      this.#open[s] = bar;
    }
    bar.high = Math.max(bar.high, last);
    bar.low = Math.min(bar.low, last);
    bar.close = last;
    bar.shares = batch.volumeShares[i]!;
    bar.yuan = batch.amountYuan[i]!;
    bar.net = sumOf(bar.net, this.#net);
  }

  #close(s: number): void {
    const bar = this.#open[s]!;
    const told = this.#told[s]!;
    this.#open[s] = null;
    this.#tell(s, this.#barOf(s, bar), { ...told });
    if (!Number.isNaN(bar.shares)) told.shares = bar.shares;
    if (!Number.isNaN(bar.yuan)) told.yuan = bar.yuan;
  }

  #tell(s: number, bar: StoredBar, before: { shares: number; yuan: number }): void {
    this.#ready.push(bar);
    this.#last[s] = { bar, before };
  }

  /** The minute told last, with one more row in it. */
  #again(s: number, batch: QuoteBatch, i: number): void {
    const { bar, before } = this.#last[s]!;
    const [last, shares, yuan] = [batch.lastMilli[i]!, batch.volumeShares[i]!, batch.amountYuan[i]!];
    const more = (total: number, had: number, was: number | null): number | null => (Number.isNaN(total) ? was : Math.max(0, total - had));
    this.#tell(
      s,
      {
        ...bar,
        knownMs: Math.max(batch.tsMs, bar.knownMs + 1),
        highMilli: Math.max(bar.highMilli!, last),
        lowMilli: Math.min(bar.lowMilli!, last),
        closeMilli: last,
        volumeShares: more(shares, before.shares, bar.volumeShares),
        amountYuan: more(yuan, before.yuan, bar.amountYuan),
        netYuan: knownOf(sumOf(bar.netYuan ?? Number.NaN, this.#net)),
      },
      before,
    );
    if (!Number.isNaN(shares)) this.#told[s]!.shares = shares;
    if (!Number.isNaN(yuan)) this.#told[s]!.yuan = yuan;
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
      netYuan: knownOf(bar.net),
    };
  }
}

/** Of what is known of both. */
const sumOf = (sum: number, more: number): number => (Number.isNaN(more) ? sum : Number.isNaN(sum) ? more : sum + more);
const knownOf = (value: number): number | null => (Number.isNaN(value) ? null : value);
