/**
 * The conflated channels: the newest values of VIEW and of the run's report, for whoever has room. What somebody could not take is not kept for
 * him; the next ones are whole.
 *
 * quotes   last price and previous close of the symbols that the filter names, of every one without it; first all of them, then those that changed
 * live     of each live opportunity what moves between two transitions     gains   who gained most
 * heatmap, auction, notifications, ops   what another role says when it is asked (asked.ts)
 */
import { columnOf } from '../../contracts/codec.ts';
import type { ConflatedChannel, Subprotocol } from '../../contracts/frames.ts';
import { absentMilli } from '../../contracts/quote.ts';
import type { QuoteItem } from '../../contracts/stream-types.ts';
import { InstrumentId, instrumentId, instrumentNo } from '../../contracts/units.ts';
import type { GainsView, OpportunitiesView, SymbolsView } from '../../contracts/view.ts';
import { type Message, Shared } from './encode.ts';

/** Channels of what another role is asked for. */
export type AskedChannel = 'heatmap' | 'auction' | 'notifications' | 'ops';

/** What it needs of a connection. `offer` returns false when there is no room. */
export type Listener = {
  readonly protocol: Subprotocol;
  /** Whether an offer would be taken: asked before anything is made for it. */
  readonly hasRoom: () => boolean;
  readonly offer: (message: Message) => boolean;
};
type Quote = { last: number; preClose: number };
/** `numbers`: null for the whole market. */
type QuoteListener = {
  readonly listener: Listener;
  readonly numbers: ReadonlySet<number> | null;
  readonly due: Set<number>;
  wholeDue: boolean;
};

const orNull = (milli: number): number | null => (milli === absentMilli ? null : milli);

export class Values {
  readonly #quotes = new Map<number, Quote>();
  readonly #quoteListeners = new Map<Listener, QuoteListener>();
  /** Those of the whole market. */
  readonly #ofAll = new Set<QuoteListener>();
  /** The whole market as it stands, for all who come to it now. */
  #ofAllNow: Shared | null = null;
  readonly #byNumber = new Map<number, Set<QuoteListener>>();
  readonly #whole = new Map<ConflatedChannel, Set<Listener>>();
  /** Who had no room for the newest. */
  readonly #due = new Map<ConflatedChannel, Set<Listener>>();
  readonly #newest = new Map<ConflatedChannel, { readonly tsMs: number; readonly values: readonly unknown[] }>();
  #tsMs = 0;

  /** Symbols that are none are named. */
  static unknownOf = (symbols: readonly string[]): readonly string[] => symbols.filter((id) => !InstrumentId.safeParse(id).success);

  /** `symbols`: of `quotes`; null for every one there is. */
  join(listener: Listener, ch: ConflatedChannel, symbols: readonly string[] | null): void {
    this.leave(listener, ch);
    if (ch !== 'quotes') {
      const own = this.#whole.get(ch) ?? new Set<Listener>();
      this.#whole.set(ch, own.add(listener));
      const newest = this.#newest.get(ch);
      if (newest !== undefined) this.#offer(ch, listener, wholeOf(ch, newest));
      return;
    }
    const numbers = symbols === null ? null : new Set(symbols.map((id) => instrumentNo(id as InstrumentId)));
    const entry = { listener, numbers, due: new Set(numbers ?? this.#quotes.keys()), wholeDue: true };
    this.#quoteListeners.set(listener, entry);
    if (numbers === null) this.#ofAll.add(entry);
    for (const no of numbers ?? []) {
      const own = this.#byNumber.get(no) ?? new Set<QuoteListener>();
      this.#byNumber.set(no, own.add(entry));
    }
    this.#flush(entry);
  }

  leave(listener: Listener, ch: ConflatedChannel): void {
    this.#whole.get(ch)?.delete(listener);
    this.#due.get(ch)?.delete(listener);
    if (ch !== 'quotes') return;
    const entry = this.#quoteListeners.get(listener);
    if (entry === undefined) return;
    this.#quoteListeners.delete(listener);
    this.#ofAll.delete(entry);
    for (const no of entry.numbers ?? []) {
      const own = this.#byNumber.get(no);
      own?.delete(entry);
      if (own?.size === 0) this.#byNumber.delete(no);
    }
  }

  symbols({ tsMs, count, columns }: SymbolsView): void {
    this.#tsMs = tsMs;
    const numbers = columnOf(Uint32Array, columns.instrumentNo);
    const last = columnOf(Int32Array, columns.lastMilli);
    const preClose = columnOf(Int32Array, columns.preCloseMilli);
    const changed = new Set<number>();
    this.#ofAllNow = null;
    for (let i = 0; i < count; i++) {
      const no = numbers[i]!;
      const was = this.#quotes.get(no);
      if (was !== undefined && was.last === last[i] && was.preClose === preClose[i]) continue;
      if (was === undefined) this.#quotes.set(no, { last: last[i]!, preClose: preClose[i]! });
      else [was.last, was.preClose] = [last[i]!, preClose[i]!];
      for (const { due } of this.#byNumber.get(no) ?? []) due.add(no);
      changed.add(no);
    }
    this.#toAll(changed);
    this.#flushDue();
  }

  /** One frame for all who have had everything before it; for the others it is due. */
  #toAll(changed: ReadonlySet<number>): void {
    let frame: Shared | null = null;
    for (const entry of this.#ofAll) {
      const isInStep = !entry.wholeDue && entry.due.size === 0;
      if (isInStep && changed.size > 0 && entry.listener.hasRoom()) {
        frame ??= this.#quotesFrame(changed, false);
        if (entry.listener.offer(frame.in(entry.listener.protocol))) continue;
      }
      for (const no of changed) entry.due.add(no);
    }
  }

  /** What somebody had no room for, once he has: he would wait for the next of the market else. To be called now and then. */
  readonly catchUp = (): void => this.#flushDue();

  #flushDue(): void {
    for (const entry of this.#quoteListeners.values()) if (entry.wholeDue || entry.due.size > 0) this.#flush(entry);
  }

  #wholeMarket(): Shared {
    this.#ofAllNow ??= this.#quotesFrame(this.#quotes.keys(), true);
    return this.#ofAllNow;
  }

  #quotesFrame(numbers: Iterable<number>, whole: boolean): Shared {
    const values = [...numbers].flatMap((no): QuoteItem[] => {
      const quote = this.#quotes.get(no);
      return quote === undefined
        ? []
        : [{ symbol: instrumentId(no), lastMilli: orNull(quote.last), preCloseMilli: orNull(quote.preClose) }];
    });
    return new Shared({ ch: 'quotes', type: 'values', ts: this.#tsMs, whole, values });
  }

  live = ({ tsMs, live }: OpportunitiesView): void => this.#tell('live', tsMs, live);
  gains = ({ tsMs, boards }: GainsView): void => this.#tell('gains', tsMs, boards);
  asked = (ch: AskedChannel, tsMs: number, values: readonly unknown[]): void => this.#tell(ch, tsMs, values);
  /** Nobody listens: what was told last would be old news to the next who does. */
  forget = (ch: AskedChannel): boolean => this.#newest.delete(ch);
  hasListeners = (ch: ConflatedChannel): boolean => (this.#whole.get(ch)?.size ?? 0) > 0;

  /** The newest of what is told whole; null before there was one. */
  newest = (ch: ConflatedChannel): { readonly tsMs: number; readonly values: readonly unknown[] } | null => this.#newest.get(ch) ?? null;

  #tell(ch: ConflatedChannel, tsMs: number, values: readonly unknown[]): void {
    const newest = { tsMs, values };
    this.#newest.set(ch, newest);
    const frame = wholeOf(ch, newest);
    for (const listener of this.#whole.get(ch) ?? []) this.#offer(ch, listener, frame);
  }

  #offer(ch: ConflatedChannel, listener: Listener, frame: Shared): void {
    const due = this.#due.get(ch) ?? new Set<Listener>();
    this.#due.set(ch, due);
    if (listener.offer(frame.in(listener.protocol))) due.delete(listener);
    else due.add(listener);
  }

  /** Once more to who had no room: a channel that seldom changes would leave him without it. */
  again(ch: AskedChannel): void {
    const newest = this.#newest.get(ch);
    const due = this.#due.get(ch);
    if (newest === undefined || due === undefined || due.size === 0) return;
    const frame = wholeOf(ch, newest);
    for (const listener of [...due]) this.#offer(ch, listener, frame);
  }

  /** What is due of a listener, if it has room; else it stays due, and the newest of it is sent then. */
  #flush(entry: QuoteListener): void {
    const { listener, due, wholeDue, numbers } = entry;
    if (!listener.hasRoom()) return;
    const frame = wholeDue && numbers === null ? this.#wholeMarket() : this.#quotesFrame(due, wholeDue);
    if (!listener.offer(frame.in(listener.protocol))) return;
    due.clear();
    entry.wholeDue = false;
  }
}

const wholeOf = (ch: ConflatedChannel, { tsMs, values }: { readonly tsMs: number; readonly values: readonly unknown[] }): Shared =>
  new Shared({ ch, type: 'values', ts: tsMs, whole: true, values: [...values] });
