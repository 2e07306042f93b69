/**
 * Rows of one day, read in any order and given back in the order of their time, without holding a whole market in memory: packed records in
 * buckets of five minutes, in memory up to a limit that all days share and in files beyond it. One bucket at a time is sorted.
 *
 * Totals of a delta layout (what was traded since the row before) become totals since the open here, where the rows are in order.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { absentMilli, bookLevels, type Quote, quoteFlag } from '../../../contracts/quote.ts';
import { midnightOf } from '../../../contracts/session.ts';
import type { TradeDate } from '../../../contracts/units.ts';

const bucketMs = 300_000;
const head = 4 + 8 + 1 + 1 + 4 * 4 + 8 * 2;
export const recordBytes = head + bookLevels * 2 * 12;
const [fewest, most] = [16, 1024];

/** The bytes that all days of a reading may hold together. */
export class RowMemory {
  readonly dir: string;
  readonly #limit: number;
  readonly #days: DayRows[] = [];
  #held = 0;
  spilled = 0;

  constructor(dir: string, limit = 512 * 1024 * 1024) {
    this.dir = dir;
    this.#limit = limit;
  }

  join(day: DayRows): void {
    this.#days.push(day);
  }

  took(bytes: number): void {
    this.#held += bytes;
    if (this.#held <= this.#limit) return;
    for (const day of this.#days) this.spilled += day.spill();
    this.#held = 0;
  }
}

type Bucket = { full: Buffer[]; last: Buffer; used: number; isSpilled: boolean };

export class DayRows {
  readonly date: TradeDate;
  rows = 0;
  readonly #memory: RowMemory;
  readonly #buckets = new Map<number, Bucket>();

  constructor(date: TradeDate, memory: RowMemory) {
    this.date = date;
    this.#memory = memory;
    memory.join(this);
  }

  add(quote: Quote): void {
    const key = Math.floor((quote.tsExchangeMs - midnightOf(this.date)) / bucketMs);
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      bucket = { full: [], last: Buffer.allocUnsafe(0), used: 0, isSpilled: false };
      this.#buckets.set(key, bucket);
    }
    if (bucket.used === bucket.last.length) this.#grow(bucket);
    pack(bucket.last, bucket.used, quote);
    bucket.used += recordBytes;
    this.rows += 1;
  }

  #grow(bucket: Bucket): void {
    if (bucket.used > 0) bucket.full.push(bucket.last);
    const records = Math.min(most, Math.max(fewest, (bucket.last.length / recordBytes) * 2));
    bucket.last = Buffer.allocUnsafe(records * recordBytes);
    bucket.used = 0;
    this.#memory.took(bucket.last.length);
  }

  /** Moves what is held to files; how many bytes. A bucket that is being filled goes on with an empty part. */
  spill(): number {
    let bytes = 0;
    for (const [key, bucket] of this.#buckets) {
      const held = Buffer.concat([...bucket.full, bucket.last.subarray(0, bucket.used)]);
      bytes += held.length;
      if (held.length > 0) appendFileSync(this.#path(key), held);
      bucket.full = [];
      bucket.last = Buffer.allocUnsafe(fewest * recordBytes);
      bucket.used = 0;
      bucket.isSpilled ||= held.length > 0;
    }
    return bytes;
  }

  #path(key: number): string {
    return join(this.#memory.dir, `${this.date}-${key}.rows`);
  }

  /** By time, then instrument, then as they were read. */
  *inOrder(): Generator<Quote, void> {
    const totals = new Map<number, Totals>();
    for (const key of [...this.#buckets.keys()].sort((a, b) => a - b)) {
      const bucket = this.#buckets.get(key)!;
      const spilled = bucket.isSpilled && existsSync(this.#path(key)) ? [readFileSync(this.#path(key))] : [];
      const bytes = Buffer.concat([...spilled, ...bucket.full, bucket.last.subarray(0, bucket.used)]);
      let before = -1;
      for (const at of orderOf(bytes)) {
        // a row told twice was traded once
        const isTwin = before >= 0 && bytes.compare(bytes, before, before + recordBytes, at, at + recordBytes) === 0;
        before = at;
        yield summed(unpack(bytes, at), totals, isTwin);
      }
    }
  }
}

function orderOf(bytes: Buffer): number[] {
  const count = bytes.length / recordBytes;
  const ms = new Float64Array(count);
  const no = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    no[i] = bytes.readUInt32LE(i * recordBytes);
    ms[i] = bytes.readDoubleLE(i * recordBytes + 4);
  }
  const order = Uint32Array.from({ length: count }, (_, i) => i).sort((a, b) => ms[a]! - ms[b]! || no[a]! - no[b]! || a - b);
  return Array.from(order, (i) => i * recordBytes);
}

type Totals = { shares: number; yuan: number };
/** A delta row's money and shares (money / price) added to what its instrument had before. */
function summed(quote: Quote, totals: Map<number, Totals>, isTwin: boolean): Quote {
  if ((quote.flags & quoteFlag.derivedVolume) === 0) return quote;
  const sum = totals.get(quote.instrumentNo) ?? { shares: 0, yuan: 0 };
  totals.set(quote.instrumentNo, sum);
  const yuan = isTwin ? 0 : (quote.amountYuan ?? 0);
  sum.yuan += yuan;
  if (quote.lastMilli !== null) sum.shares += Math.round((yuan * 1000) / quote.lastMilli);
  return { ...quote, volumeShares: sum.shares, amountYuan: sum.yuan };
}

function pack(into: Buffer, from: number, quote: Quote): void {
  into.writeUInt32LE(quote.instrumentNo, from);
  into.writeDoubleLE(quote.tsExchangeMs, from + 4);
  into.writeUInt8(quote.phaseCode, from + 12);
  into.writeUInt8(quote.flags, from + 13);
  let at = from + 14;
  for (const milli of [quote.lastMilli, quote.preCloseMilli, quote.limitUpMilli, quote.limitDownMilli])
    at = into.writeInt32LE(milli ?? absentMilli, at);
  for (const value of [quote.volumeShares, quote.amountYuan]) at = into.writeDoubleLE(value ?? Number.NaN, at);
  for (const side of [quote.bids, quote.asks])
    for (let i = 0; i < bookLevels; i++) {
      const level = side[i] ?? null;
      at = into.writeInt32LE(level?.[0] ?? absentMilli, at);
      at = into.writeDoubleLE(level === null ? Number.NaN : level[1], at);
    }
}

function unpack(bytes: Buffer, from: number): Quote {
  const milli = (at: number): number | null => {
    const value = bytes.readInt32LE(at);
    return value === absentMilli ? null : value;
  };
  const double = (at: number): number | null => {
    const value = bytes.readDoubleLE(at);
    return Number.isNaN(value) ? null : value;
  };
  const side = (start: number): Quote['bids'] =>
    Array.from({ length: bookLevels }, (_, i) => {
      const price = milli(start + i * 12);
      const shares = double(start + i * 12 + 4);
      return price === null && shares === null ? null : ([price, shares ?? Number.NaN] as const);
    });
  return {
    instrumentNo: bytes.readUInt32LE(from),
    tsExchangeMs: bytes.readDoubleLE(from + 4),
    phaseCode: bytes.readUInt8(from + 12),
    flags: bytes.readUInt8(from + 13),
    lastMilli: milli(from + 14),
    preCloseMilli: milli(from + 18),
    openMilli: null,
    highMilli: null,
    lowMilli: null,
    limitUpMilli: milli(from + 22),
    limitDownMilli: milli(from + 26),
    volumeShares: double(from + 30),
    amountYuan: double(from + 38),
    outerShares: null,
    innerShares: null,
    bids: side(from + head),
    asks: side(from + head + bookLevels * 12),
  };
}
