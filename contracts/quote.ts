/**
 * Level-1 quotes (行情), as one row and as a columnar batch.
 *
 * Subject  `tape.v1.<run>.quote` and `.index`, one batch a message
 * Order    rows in arrival order; the entry's `tsMs` is our receive time of the batch
 * Absent   null in a row; in columns `absentMilli` for prices and NaN for doubles. Never 0
 */
import { bytesOf, decode, encode } from './codec.ts';

export const bookLevels = 5;
/** Absent price in an Int32 column. */
export const absentMilli = -2_147_483_648;

/** Exchange phase code as the feed said it, unified; 0 when the feed says nothing. */
export const phaseCode = {
  unknown: 0,
  start: 1,
  openCall: 2,
  pause: 3,
  continuous: 4,
  lunch: 5,
  closeCall: 6,
  closed: 7,
  halted: 8,
} as const;

/** Bits of `flags`. */
export const quoteFlag = {
  /** The feed carries no volume: shares are amount / last. */
  derivedVolume: 1,
  /** Filled in later by gap repair; detectors do not fire on it. */
  backfilled: 2,
  /** The feed counts lots: shares are known to 100 only. */
  lotVolume: 4,
  /** Two sources disagree about its price. */
  disputed: 8,
  /** The source says that it trades without a price limit today; a limit that is merely absent says nothing. */
  noLimit: 16,
} as const;

/** name → element type and elements a row. Optional ones may be missing from a batch: then every row is null. */
const layout = {
  instrumentNo: [Uint32Array, 1],
  tsExchangeMs: [Float64Array, 1],
  phaseCode: [Uint8Array, 1],
  flags: [Uint8Array, 1],
  lastMilli: [Int32Array, 1],
  preCloseMilli: [Int32Array, 1],
  volumeShares: [Float64Array, 1],
  amountYuan: [Float64Array, 1],
  bidMilli: [Int32Array, bookLevels],
  bidShares: [Float64Array, bookLevels],
  askMilli: [Int32Array, bookLevels],
  askShares: [Float64Array, bookLevels],
} as const;
const optionalLayout = {
  openMilli: [Int32Array, 1],
  highMilli: [Int32Array, 1],
  lowMilli: [Int32Array, 1],
  limitUpMilli: [Int32Array, 1],
  limitDownMilli: [Int32Array, 1],
  outerShares: [Float64Array, 1],
  innerShares: [Float64Array, 1],
} as const;

type ColumnsOf<L extends Record<string, readonly [new (n: number) => unknown, number]>> = {
  [K in keyof L]: InstanceType<L[K][0]>;
};
export type QuoteColumns = ColumnsOf<typeof layout> & { [K in keyof typeof optionalLayout]: ColumnsOf<typeof optionalLayout>[K] | null };

/** A batch: `count` rows in columns. `source` is the feed's name, `tsMs` our receive time. */
export type QuoteBatch = QuoteColumns & { readonly source: string; readonly tsMs: number; readonly count: number };

/** One row as an object: for tests, edges and pages; the hot path stays in columns. */
export type Quote = {
  readonly instrumentNo: number;
  readonly tsExchangeMs: number;
  readonly phaseCode: number;
  readonly flags: number;
  readonly lastMilli: number | null;
  readonly preCloseMilli: number | null;
  readonly openMilli: number | null;
  readonly highMilli: number | null;
  readonly lowMilli: number | null;
  readonly limitUpMilli: number | null;
  readonly limitDownMilli: number | null;
  /** Cumulative since the day's start. */
  readonly volumeShares: number | null;
  readonly amountYuan: number | null;
  readonly outerShares: number | null;
  readonly innerShares: number | null;
  /** Best first; null where the level is empty. */
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
};
/** Shares without a price: what a call auction cannot match yet, told on the second level (contracts/spec/sources.md#auctions). */
export type Level = readonly [milli: number | null, shares: number] | null;

/** A batch over columns of `count` rows: one fixed shape, so that the hot path's property reads stay monomorphic. */
export const batchFrom = (source: string, tsMs: number, count: number, c: QuoteColumns): QuoteBatch => ({
  source,
  tsMs,
  count,
  instrumentNo: c.instrumentNo,
  tsExchangeMs: c.tsExchangeMs,
  phaseCode: c.phaseCode,
  flags: c.flags,
  lastMilli: c.lastMilli,
  preCloseMilli: c.preCloseMilli,
  volumeShares: c.volumeShares,
  amountYuan: c.amountYuan,
  bidMilli: c.bidMilli,
  bidShares: c.bidShares,
  askMilli: c.askMilli,
  askShares: c.askShares,
  openMilli: c.openMilli,
  highMilli: c.highMilli,
  lowMilli: c.lowMilli,
  limitUpMilli: c.limitUpMilli,
  limitDownMilli: c.limitDownMilli,
  outerShares: c.outerShares,
  innerShares: c.innerShares,
});

const priceOr = (milli: number | null): number => milli ?? absentMilli;
const doubleOr = (value: number | null): number => value ?? Number.NaN;

export function batchOf(source: string, tsMs: number, quotes: readonly Quote[]): QuoteBatch {
  const columns = emptyColumns(quotes.length, true);
  for (const [i, quote] of quotes.entries()) writeRow(columns, i, quote);
  return batchFrom(source, tsMs, quotes.length, columns);
}

export function writeRow(columns: QuoteColumns, i: number, quote: Quote): void {
  columns.instrumentNo[i] = quote.instrumentNo;
  columns.tsExchangeMs[i] = quote.tsExchangeMs;
  columns.phaseCode[i] = quote.phaseCode;
  columns.flags[i] = quote.flags;
  for (const name of ['lastMilli', 'preCloseMilli', 'openMilli', 'highMilli', 'lowMilli', 'limitUpMilli', 'limitDownMilli'] as const) {
    const column = columns[name];
    if (column !== null) column[i] = priceOr(quote[name]);
  }
  for (const name of ['volumeShares', 'amountYuan', 'outerShares', 'innerShares'] as const) {
    const column = columns[name];
    if (column !== null) column[i] = doubleOr(quote[name]);
  }
  for (let level = 0; level < bookLevels; level++) {
    const at = i * bookLevels + level;
    columns.bidMilli[at] = priceOr(quote.bids[level]?.[0] ?? null);
    columns.bidShares[at] = doubleOr(quote.bids[level]?.[1] ?? null);
    columns.askMilli[at] = priceOr(quote.asks[level]?.[0] ?? null);
    columns.askShares[at] = doubleOr(quote.asks[level]?.[1] ?? null);
  }
}

export function rowOf(batch: QuoteColumns, i: number): Quote {
  const price = (column: Int32Array | null): number | null => (column === null || column[i] === absentMilli ? null : column[i]!);
  const double = (column: Float64Array | null): number | null => (column === null || Number.isNaN(column[i]!) ? null : column[i]!);
  const side = (prices: Int32Array, shares: Float64Array) =>
    Array.from({ length: bookLevels }, (_, level) => {
      const at = i * bookLevels + level;
      if (prices[at] !== absentMilli) return [prices[at]!, shares[at]!] as const;
      return shares[at]! > 0 ? ([null, shares[at]!] as const) : null;
    });
  return {
    instrumentNo: batch.instrumentNo[i]!,
    tsExchangeMs: batch.tsExchangeMs[i]!,
    phaseCode: batch.phaseCode[i]!,
    flags: batch.flags[i]!,
    lastMilli: price(batch.lastMilli),
    preCloseMilli: price(batch.preCloseMilli),
    openMilli: price(batch.openMilli),
    highMilli: price(batch.highMilli),
    lowMilli: price(batch.lowMilli),
    limitUpMilli: price(batch.limitUpMilli),
    limitDownMilli: price(batch.limitDownMilli),
    volumeShares: double(batch.volumeShares),
    amountYuan: double(batch.amountYuan),
    outerShares: double(batch.outerShares),
    innerShares: double(batch.innerShares),
    bids: side(batch.bidMilli, batch.bidShares),
    asks: side(batch.askMilli, batch.askShares),
  };
}

type ColumnSpec = { readonly name: keyof QuoteColumns; readonly type: ColumnType; readonly width: number; readonly optional: boolean };
type ColumnType = {
  new (buffer: ArrayBuffer, offset: number, length: number): QuoteColumns[keyof QuoteColumns];
  readonly BYTES_PER_ELEMENT: number;
};
const specs: readonly ColumnSpec[] = [layout, optionalLayout].flatMap((part) =>
  Object.entries(part).map(([name, [type, width]]) => ({
    name: name as keyof QuoteColumns,
    type: type as unknown as ColumnType,
    width,
    optional: part === optionalLayout,
  })),
);

/** Columns of `count` rows of zeros, one behind the other in one buffer; without the optional ones they are null. */
export function emptyColumns(count: number, optional: boolean): QuoteColumns {
  const has = (spec: ColumnSpec): boolean => optional || !spec.optional;
  let size = 0;
  for (const spec of specs) if (has(spec)) size += sizeOf(spec, count);
  return columnsOver(new ArrayBuffer(size), count, has);
}

/** The batch as a message body: `{type, v, source, tsMs, count, columns}`; columns are little-endian `bin`s. */
export function encodeQuotes(type: 'quotes' | 'index', batch: QuoteBatch): Uint8Array {
  const columns: Record<string, Uint8Array> = {};
  for (const { name } of specs) {
    const column = batch[name];
    if (column !== null) columns[name] = bytesOf(column);
  }
  return encode({ type, v: 1, source: batch.source, tsMs: batch.tsMs, count: batch.count, columns });
}

type Body = { readonly source: string; readonly tsMs: number; readonly count: number; readonly columns: Readonly<Record<string, unknown>> };

/** Columns that a reader fills again and again, so that what it reads is good until it reads the next batch. */
export class QuoteScratch {
  #buffer = new ArrayBuffer(0);
  #bytes = new Uint8Array(0);
  /** Of the layout before: batches of a feed mostly have the same rows and columns. */
  #layout = '';
  #columns: QuoteColumns | null = null;

  /** At least `size` bytes; what lay in them is lost. */
  take(size: number): Uint8Array {
    if (size > this.#buffer.byteLength) {
      this.#buffer = new ArrayBuffer(2 * size);
      this.#bytes = new Uint8Array(this.#buffer);
      this.#columns = null;
    }
    return this.#bytes;
  }

  /** The columns over them, made anew only where the layout differs. */
  columns(layout: string, make: () => QuoteColumns): QuoteColumns {
    if (this.#columns === null || this.#layout !== layout) {
      this.#columns = make();
      this.#layout = layout;
    }
    return this.#columns;
  }
}

/**
 * The columns of a body, copied into one aligned buffer: a message's bytes are neither aligned nor ours to keep. With a scratch they are
 * the scratch's, good until its next batch.
 * @throws RangeError when a column is missing, not a `bin`, or its length disagrees with `count`
 */
export function quotesOf({ source, tsMs, count, columns }: Body, scratch?: QuoteScratch): QuoteBatch {
  let size = 0;
  let layout = `${count}`;
  for (const { name, type, width, optional } of specs) {
    const bytes = columns[name];
    layout += bytes === undefined ? '-' : '+';
    if (bytes === undefined && optional) continue;
    const want = count * width * type.BYTES_PER_ELEMENT;
    if (!(bytes instanceof Uint8Array) || bytes.byteLength !== want)
      throw new RangeError(`quote batch: column ${name} is not ${want} bytes`);
    size += aligned(want);
  }
  const target = scratch?.take(size) ?? new Uint8Array(size);
  let offset = 0;
  for (const { name } of specs) {
    const bytes = columns[name] as Uint8Array | undefined;
    if (bytes === undefined) continue;
    target.set(bytes, offset);
    offset += aligned(bytes.byteLength);
  }
  const make = () => columnsOver(target.buffer as ArrayBuffer, count, ({ name }) => columns[name] !== undefined);
  return batchFrom(source, tsMs, count, scratch?.columns(layout, make) ?? make());
}

/** Bytes up to where the next column may begin. */
const aligned = (bytes: number): number => (bytes + 7) & ~7;
const sizeOf = ({ type, width }: ColumnSpec, count: number): number => aligned(count * width * type.BYTES_PER_ELEMENT);

/** Views of the columns that are there, one behind the other from the buffer's start. */
function columnsOver(buffer: ArrayBuffer, count: number, has: (spec: ColumnSpec) => boolean): QuoteColumns {
  const out: Record<string, unknown> = {};
  let offset = 0;
  for (const spec of specs) {
    const isPresent = has(spec);
    out[spec.name] = isPresent ? new spec.type(buffer, offset, count * spec.width) : null;
    if (isPresent) offset += sizeOf(spec, count);
  }
  return out as QuoteColumns;
}

export const decodeQuotes = (bytes: Uint8Array): QuoteBatch => quotesOf(decode(bytes) as Body);
