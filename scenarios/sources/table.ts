/**
 * The market as vendors would know it: the last row of each symbol, its minutes, its flow. Fed with quote batches, generated or
 * recorded; asked by the emulated servers. Knows nothing of the feeds.
 */
import { tickMilli } from '../../contracts/instruments.ts';
import { absentMilli, bookLevels, emptyColumns, type QuoteBatch, type QuoteColumns } from '../../contracts/quote.ts';
import { midnightOf, msOfDay } from '../../contracts/session.ts';

export type Listing = {
  readonly no: number;
  readonly name: string;
  /** NaN: unknown. */
  readonly floatShares: number;
  readonly totalShares: number;
  /** Where the rows do not carry them, as some recordings do not. */
  readonly preCloseMilli?: number | null;
  readonly limitUpMilli?: number | null;
  readonly limitDownMilli?: number | null;
  /** Ordinal of its industry. */
  readonly sector: number;
};
/** Minute labels of a day as minutes since midnight: 09:30 … 11:30, 13:01 … 15:00. */
export const minuteLabels: readonly number[] = [
  ...Array.from({ length: 121 }, (_, i) => 570 + i),
  ...Array.from({ length: 120 }, (_, i) => 781 + i),
];
const minuteAt = new Map(minuteLabels.map((minute, i) => [minute, i]));

/** One symbol's minute: prices Milli, totals since the open. Close 0: nothing yet. */
export type Minutes = {
  readonly open: Int32Array;
  readonly high: Int32Array;
  readonly low: Int32Array;
  readonly close: Int32Array;
  readonly shares: Float64Array;
  readonly yuan: Float64Array;
  readonly net: Float64Array;
};

export class MarketTable {
  readonly date: string;
  readonly listings: readonly Listing[];
  /** Run time: what a vendor's clock shows. */
  nowMs: number;
  readonly #rows: QuoteColumns;
  readonly #at: ReadonlyMap<number, number>;
  readonly #seen: Uint8Array;
  readonly #minutes: Minutes[];
  /** The market as it stood when a vendor's feed froze, by vendor. */
  readonly #held = new Map<string, { readonly columns: QuoteColumns; readonly seen: Uint8Array }>();
  #shown: string | null = null;

  constructor(date: string, listings: readonly Listing[]) {
    this.date = date;
    this.listings = listings;
    this.nowMs = midnightOf(date) + 8.5 * 3_600_000;
    this.#rows = unknownRows(listings.length);
    for (const [i, listing] of listings.entries()) fromRecord(this.#rows, i, listing);
    this.#at = new Map(listings.map(({ no }, i) => [no, i]));
    this.#seen = new Uint8Array(listings.length);
    this.#minutes = listings.map(emptyMinutes);
  }

  /** Index of an instrument, −1 when it is not listed here, or is in no row and no record. */
  indexOf = (no: number): number => {
    const i = this.#at.get(no) ?? -1;
    return i >= 0 && this.#seen[i] === 0 && this.listings[i]!.preCloseMilli === null ? -1 : i;
  };
  isSeen = (i: number): boolean => (this.#view?.seen ?? this.#seen)[i] === 1;
  /** Columns to read row `i` from. */
  get columns(): QuoteColumns {
    return this.#view?.columns ?? this.#rows;
  }
  minutes = (i: number): Minutes => this.#minutes[i]!;
  /** Cumulative active buying less selling of symbol `i`, yuan; NaN where no row told it. */
  netYuan = (i: number): number => netOf(this.columns, i);

  /** Main net of some symbols, as far as it is known. */
  mainYuan = (rows: readonly number[]): number =>
    rows.reduce((sum, i) => (Number.isNaN(this.netYuan(i)) ? sum : sum + classesOf(this.netYuan(i)).main), 0);

  get #view(): { readonly columns: QuoteColumns; readonly seen: Uint8Array } | null {
    return this.#shown === null ? null : (this.#held.get(this.#shown) ?? null);
  }

  /** What is read next is read by `vendor`; `frozen`: as the market stood when that began. */
  showTo(vendor: string, frozen: boolean): void {
    this.#shown = vendor;
    if (!frozen) this.#held.delete(vendor);
    else if (!this.#held.has(vendor)) {
      const copy = unknownRows(this.listings.length) as unknown as Record<string, Float64Array>;
      for (const [name, column] of Object.entries(this.#rows) as [string, Float64Array][]) copy[name]!.set(column);
      this.#held.set(vendor, { columns: copy as unknown as QuoteColumns, seen: this.#seen.slice() });
    }
  }

  apply(batch: QuoteBatch): void {
    for (let i = 0; i < batch.count; i++) {
      const at = this.#at.get(batch.instrumentNo[i]!);
      if (at === undefined) continue;
      // a vendor's table keeps the newest state: what arrives late changes nothing
      if (this.#seen[at] === 1 && batch.tsExchangeMs[i]! < this.#rows.tsExchangeMs[at]!) continue;
      const before = soFarOf(this.#rows, at);
      copyRow(batch, i, this.#rows, at);
      this.#seen[at] = 1;
      fromRecord(this.#rows, at, this.listings[at]!);
      complete(this.#rows, at, before);
      this.#note(at);
    }
  }

  #note(at: number): void {
    const last = this.#rows.lastMilli[at]!;
    if (last === absentMilli || last <= 0) return;
    const minute = Math.floor(msOfDay(this.#rows.tsExchangeMs[at]!) / 60_000);
    // labelled by its close; before 09:30 it is the opening match
    const m = minuteAt.get(minute < 570 ? 570 : minute + 1) ?? (minute >= 900 ? 240 : -1);
    if (m < 0) return;
    const bars = this.#minutes[at]!;
    if (bars.close[m] === 0) bars.open[m] = bars.high[m] = bars.low[m] = last;
    bars.high[m] = Math.max(bars.high[m]!, last);
    bars.low[m] = Math.min(bars.low[m]!, last);
    bars.close[m] = last;
    bars.shares[m] = this.#rows.volumeShares[at]!;
    bars.yuan[m] = this.#rows.amountYuan[at]!;
    bars.net[m] = netOf(this.#rows, at);
  }
}

function netOf(rows: QuoteColumns, i: number): number {
  const [outer, inner] = [rows.outerShares![i]!, rows.innerShares![i]!];
  return Math.round(((outer - inner) * rows.lastMilli[i]!) / 1000);
}

const emptyMinutes = (): Minutes => ({
  open: new Int32Array(241),
  high: new Int32Array(241),
  low: new Int32Array(241),
  close: new Int32Array(241),
  shares: new Float64Array(241),
  yuan: new Float64Array(241),
  net: new Float64Array(241),
});

function copyRow(from: QuoteColumns, i: number, to: QuoteColumns, at: number): void {
  for (const [name, target] of Object.entries(to) as [keyof QuoteColumns, Float64Array][]) {
    const column = from[name] as Float64Array | null;
    const width = name.startsWith('bid') || name.startsWith('ask') ? bookLevels : 1;
    const absent = target instanceof Float64Array ? Number.NaN : absentMilli;
    for (let k = 0; k < width; k++) target[at * width + k] = column === null ? absent : column[i * width + k]!;
  }
}

function unknownRows(count: number): QuoteColumns {
  const rows = emptyColumns(count, true);
  for (const column of Object.values(rows) as (Int32Array | Float64Array | Uint8Array | null)[]) {
    if (column instanceof Float64Array) column.fill(Number.NaN);
    if (column instanceof Int32Array) column.fill(absentMilli);
  }
  return rows;
}

/** What every vendor tells and a recording may lack: reference price and limits. */
function fromRecord(rows: QuoteColumns, at: number, { preCloseMilli, limitUpMilli, limitDownMilli }: Listing): void {
  if (rows.preCloseMilli[at] === absentMilli) rows.preCloseMilli[at] = preCloseMilli ?? absentMilli;
  if (rows.limitUpMilli![at] === absentMilli) rows.limitUpMilli![at] = limitUpMilli ?? absentMilli;
  if (rows.limitDownMilli![at] === absentMilli) rows.limitDownMilli![at] = limitDownMilli ?? absentMilli;
}

type SoFar = Readonly<Record<'open' | 'high' | 'low' | 'outer' | 'inner', number>>;
const soFarOf = (rows: QuoteColumns, at: number): SoFar => ({
  open: rows.openMilli![at]!,
  high: rows.highMilli![at]!,
  low: rows.lowMilli![at]!,
  outer: rows.outerShares![at]!,
  inner: rows.innerShares![at]!,
});

/**
 * The day's range from its trades, and the totals of 外盘 and 内盘 as last told. A recording that begins late has traded at other prices
 * before: the range holds the day's average.
 */
function complete(rows: QuoteColumns, at: number, before: SoFar): void {
  if (Number.isNaN(rows.outerShares![at]!)) rows.outerShares![at] = before.outer;
  if (Number.isNaN(rows.innerShares![at]!)) rows.innerShares![at] = before.inner;
  const [last, shares] = [rows.lastMilli[at]!, rows.volumeShares[at]!];
  if (!(shares > 0) || last === absentMilli) return;
  const average = (rows.amountYuan[at]! / shares) * 1000;
  const known = (price: number): number => (price === absentMilli ? last : price);
  if (rows.openMilli![at] === absentMilli) rows.openMilli![at] = known(before.open);
  if (rows.highMilli![at] === absentMilli) rows.highMilli![at] = Math.max(known(before.high), last, onTick(average, Math.ceil));
  if (rows.lowMilli![at] === absentMilli) rows.lowMilli![at] = Math.min(known(before.low), last, onTick(average, Math.floor));
}

const onTick = (milli: number, to: (ticks: number) => number): number => to(milli / tickMilli) * tickMilli;

/** Money flow by classes as a vendor splits it: main = super + large, and all cancel. Whole yuan. */
export function classesOf(net: number): {
  readonly main: number;
  readonly superNet: number;
  readonly large: number;
  readonly medium: number;
  readonly small: number;
} {
  const [superNet, large] = [Math.round(net * 0.35), Math.round(net * 0.25)];
  const main = superNet + large;
  const medium = -Math.round(main * 0.4);
  return { main, superNet, large, medium, small: -main - medium };
}
