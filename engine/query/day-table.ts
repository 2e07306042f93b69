/**
 * The day at hand in memory, read from TAPE: last quote of each instrument with its source and times, its minutes, its flow.
 * This is the realtime store; it is rebuilt from the tape in seconds, so it needs no server of its own.
 */
import type { Bundle } from '../../contracts/bundle.ts';
import { bytesOf } from '../../contracts/codec.ts';
import { type Flow, flowsOf } from '../../contracts/flow.ts';
import { absentMilli, bookLevels, emptyColumns, type QuoteBatch, type QuoteColumns } from '../../contracts/quote.ts';
import { tsecOf } from '../../contracts/session.ts';
import type { TapeEntry } from '../../contracts/tape.ts';
import { BarBuilder } from '../store/bar-builder.ts';
import type { StoredBar } from '../store/encode-rows.ts';
import { Auctions, auctionOf } from './auctions.ts';
import { heatmapOf, type LastQuotes, ladderOf, meanGainOf, overviewOf, quotesAt, referenceOf } from './overview.ts';
import { Seals } from './seals.ts';

export type Columnar = { readonly count: number; readonly columns: Record<string, Uint8Array | string[]> };

export class DayTable {
  readonly bundle: Bundle;
  n = -1;
  tsMs = 0;
  readonly #at: ReadonlyMap<number, number>;
  readonly #rows: QuoteColumns;
  /** The same by name: how wide each is, and what it holds where nothing was told. */
  readonly #columns: readonly {
    readonly name: keyof QuoteColumns;
    readonly target: Float64Array;
    readonly width: number;
    readonly none: number;
  }[];
  readonly #recvMs: Float64Array;
  readonly #source: Uint8Array;
  readonly #seen: Uint8Array;
  readonly #sources: string[] = [];
  readonly #builder: BarBuilder;
  readonly #auctions: Auctions;
  readonly #seals: Seals;
  readonly #bars = new Map<number, StoredBar[]>();
  readonly #flows = new Map<string, Map<number, Flow[]>>();
  /** Mean gain at the end of each trading minute that was told. */
  readonly #line = new Map<number, number>();

  constructor(bundle: Bundle) {
    this.bundle = bundle;
    const { length } = bundle.instruments;
    this.#at = new Map(bundle.instruments.map(({ no }, i) => [no, i]));
    this.#rows = emptyColumns(length, true);
    this.#columns = (Object.entries(this.#rows) as [keyof QuoteColumns, Float64Array][]).map(([name, target]) => ({
      name,
      target,
      width: widthOf(name),
      none: target instanceof Float64Array ? Number.NaN : absentMilli,
    }));
    this.#recvMs = new Float64Array(length);
    this.#source = new Uint8Array(length);
    this.#seen = new Uint8Array(length);
    this.#builder = new BarBuilder(bundle);
    this.#auctions = new Auctions(length);
    this.#seals = new Seals(bundle.instruments.map(({ limitUpMilli }) => limitUpMilli));
    for (const [i, each] of bundle.instruments.entries()) blank(this.#rows, i, each.no, each.preCloseMilli);
  }

  apply(n: number, entry: TapeEntry): void {
    this.n = n;
    this.tsMs = Math.max(this.tsMs, entry.tsMs);
    if (entry.type === 'quotes') {
      this.#quotes(entry.batch);
      this.#builder.batch(entry.batch, n);
    } else if (entry.type === 'flow') this.#flow(entry.source, flowsOf(entry));
    else if (entry.type === 'clock' || entry.type === 'day.close')
      this.#tell(this.#builder.take(entry.type === 'clock' ? entry.tsMs : Number.POSITIVE_INFINITY));
  }

  has = (no: number): boolean => this.#at.has(no);

  /** Codes of the sectors that each instrument is in. */
  sectorsOf(): ReadonlyMap<number, readonly string[]> {
    const found = new Map<number, string[]>();
    for (const { code, members } of this.bundle.sectors)
      for (const no of members) {
        const own = found.get(no);
        if (own === undefined) found.set(no, [code]);
        else own.push(code);
      }
    return found;
  }

  /** Rows `after`… of the day's order, or the asked instruments. */
  quotes(asked: readonly number[] | null, after: number, limit: number): Columnar & { readonly next: number | null } {
    const all = asked === null ? Array.from({ length: this.#seen.length }, (_, i) => i) : asked.map((no) => this.#at.get(no)!);
    const rows = all.slice(after, after + limit);
    const columns: Record<string, Uint8Array | string[]> = {};
    for (const [name, column] of Object.entries(this.#rows) as [string, Float64Array][])
      columns[name] = bytesOf(pick(column, rows, widthOf(name)));
    columns.tsRecvMs = bytesOf(pick(this.#recvMs, rows, 1));
    columns.source = rows.map((i) => (this.#seen[i] === 1 ? this.#sources[this.#source[i]!]! : ''));
    return { count: rows.length, columns, next: after + rows.length < all.length ? after + rows.length : null };
  }

  /** Minutes told so far and the one that is growing. */
  minutes(no: number): Columnar {
    const growing = this.#builder.growing(this.#at.get(no)!);
    return barColumns([...(this.#bars.get(no) ?? []), ...(growing === null ? [] : [growing])]);
  }

  /** [trading minute, close] up to an instant. */
  closes(no: number, untilMs: number): [number, number][] {
    const growing = this.#builder.growing(this.#at.get(no)!);
    const all = [...(this.#bars.get(no) ?? []), ...(growing === null ? [] : [growing])];
    return all.flatMap((bar) => (bar.tsMs <= untilMs && bar.closeMilli !== null ? [[minuteAt(bar.tsMs), bar.closeMilli]] : []));
  }

  /** What the whole market shows by its last quotes; as of an instant by the minutes that had ended then. */
  overview = (atMs?: number) => overviewOf(this.#view(atMs), this.#lineUntil(atMs));
  heatmap = (members: number, atMs?: number) => heatmapOf(this.#view(atMs), members);
  ladder = (atMs?: number) => ladderOf(this.#view(atMs), (row) => this.#seals.of(row, atMs));
  sealCurve = (no: number, atMs?: number) => this.#seals.curve(this.#at.get(no)!, atMs);
  auction = (asked: Parameters<typeof auctionOf>[4]) =>
    auctionOf(this.bundle, this.#auctions, (i) => referenceOf(this.#view(), i), this.tsMs, asked);

  #view(atMs?: number): LastQuotes {
    const now = { bundle: this.bundle, rows: this.#rows, seen: this.#seen, at: this.#at };
    return atMs === undefined ? now : quotesAt(now, this.#bars, atMs);
  }
  #lineUntil(atMs = Number.POSITIVE_INFINITY): [number, number][] {
    const until = minuteAt(Math.min(atMs, this.tsMs));
    return [...this.#line].filter(([minute]) => minute < until || atMs === Number.POSITIVE_INFINITY);
  }

  flow(no: number, asked: string | undefined): Columnar & { readonly source: string | null } {
    const source = asked ?? [...this.#flows.keys()].find((each) => this.#flows.get(each)!.has(no)) ?? null;
    return { source, ...flowColumns(source === null ? [] : (this.#flows.get(source)?.get(no) ?? [])) };
  }

  #tell(bars: readonly StoredBar[]): void {
    const last = bars.at(-1);
    if (last !== undefined) {
      const mean = meanGainOf(this.#view());
      if (mean !== null) this.#line.set(minuteAt(last.tsMs), mean);
    }
    for (const bar of bars) {
      const own = this.#bars.get(bar.instrumentNo);
      if (own === undefined) this.#bars.set(bar.instrumentNo, [bar]);
      else if (own.at(-1)!.tsMs === bar.tsMs) own[own.length - 1] = bar;
      else own.push(bar);
    }
  }

  #quotes(batch: QuoteBatch): void {
    let source = this.#sources.indexOf(batch.source);
    if (source < 0) source = this.#sources.push(batch.source) - 1;
    // once a batch, not once a row
    const copies = this.#columns.map(({ name, target, width, none }) => ({
      target,
      width,
      none,
      column: batch[name] as Float64Array | null,
    }));
    for (let i = 0; i < batch.count; i++) {
      const at = this.#at.get(batch.instrumentNo[i]!);
      if (at === undefined || (this.#seen[at] === 1 && batch.tsExchangeMs[i]! < this.#rows.tsExchangeMs[at]!)) continue;
      for (const { target, width, none, column } of copies)
        for (let k = 0; k < width; k++) target[at * width + k] = column === null ? none : column[i * width + k]!;
      this.#auctions.take(batch, i, at);
      this.#seals.take(batch, i, at);
      this.#recvMs[at] = batch.tsMs;
      this.#source[at] = source;
      this.#seen[at] = 1;
    }
  }

  #flow(source: string, flows: readonly Flow[]): void {
    const series = this.#flows.get(source) ?? new Map<number, Flow[]>();
    this.#flows.set(source, series);
    for (const flow of flows) {
      const own = series.get(flow.instrumentNo);
      if (own === undefined) series.set(flow.instrumentNo, [flow]);
      else if (own.at(-1)!.tsExchangeMs < flow.tsExchangeMs) own.push(flow);
    }
  }
}

/** The trading minute that ends at a bar's close; the opening match is minute 0. */
export const minuteAt = (tsMs: number): number => Math.max(Math.ceil(tsecOf(tsMs) / 60) - 1, 0);

const widthOf = (name: string): number => (/^(bid|ask)/.test(name) ? bookLevels : 1);

/** An instrument that was not heard of yet: no price, no totals, an empty book. */
function blank(rows: QuoteColumns, i: number, no: number, preCloseMilli: number | null): void {
  for (const [name, column] of Object.entries(rows) as [string, Float64Array | Int32Array][]) {
    const width = widthOf(name);
    if (column instanceof Int32Array) column.fill(absentMilli, i * width, (i + 1) * width);
    else if (column instanceof Float64Array && name !== 'tsExchangeMs') column.fill(Number.NaN, i * width, (i + 1) * width);
  }
  rows.instrumentNo[i] = no;
  rows.preCloseMilli[i] = preCloseMilli ?? absentMilli;
}

function pick<T extends Float64Array | Int32Array | Uint32Array | Uint8Array>(column: T, rows: readonly number[], width: number): T {
  const out = new (column.constructor as { new (n: number): T })(rows.length * width);
  for (const [to, from] of rows.entries()) for (let k = 0; k < width; k++) out[to * width + k] = column[from * width + k]!;
  return out;
}

const numbers = <T>(rows: readonly T[], of: (row: T) => number | null): Uint8Array =>
  bytesOf(Float64Array.from(rows, (row) => of(row) ?? Number.NaN));

export type BarLike = Pick<StoredBar, 'tsMs' | 'openMilli' | 'highMilli' | 'lowMilli' | 'closeMilli' | 'volumeShares' | 'amountYuan'>;
export const barColumns = (bars: readonly BarLike[]): Columnar => ({
  count: bars.length,
  columns: {
    tsMs: numbers(bars, ({ tsMs }) => tsMs),
    openMilli: numbers(bars, ({ openMilli }) => openMilli),
    highMilli: numbers(bars, ({ highMilli }) => highMilli),
    lowMilli: numbers(bars, ({ lowMilli }) => lowMilli),
    closeMilli: numbers(bars, ({ closeMilli }) => closeMilli),
    volumeShares: numbers(bars, ({ volumeShares }) => volumeShares),
    amountYuan: numbers(bars, ({ amountYuan }) => amountYuan),
  },
});

export type PricedAt = { readonly tsMs: number; readonly lastMilli: number };
export const pathColumns = (points: readonly PricedAt[]): Columnar => ({
  count: points.length,
  columns: { tsMs: numbers(points, ({ tsMs }) => tsMs), lastMilli: numbers(points, ({ lastMilli }) => lastMilli) },
});

export const flowColumns = (flows: readonly Flow[]): Columnar => ({
  count: flows.length,
  columns: {
    tsMs: numbers(flows, ({ tsExchangeMs }) => tsExchangeMs),
    mainYuan: numbers(flows, ({ mainYuan }) => mainYuan),
    superYuan: numbers(flows, ({ superYuan }) => superYuan),
    largeYuan: numbers(flows, ({ largeYuan }) => largeYuan),
    mediumYuan: numbers(flows, ({ mediumYuan }) => mediumYuan),
    smallYuan: numbers(flows, ({ smallYuan }) => smallYuan),
  },
});
