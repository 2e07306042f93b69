/** Rows waiting for delivery, by the second they are received in; taken out as sorted tape batches. */
import { absentMilli, batchFrom, bookLevels, emptyColumns, phaseCode, type QuoteBatch, type QuoteColumns } from '../../contracts/quote.ts';
import type { IssueDay } from './issue-day.ts';

const source = 'generator';
/** Rows an entry holds at most (contracts/spec/engine.md#fold). */
export const batchRows = 1024;

type Bucket = { columns: QuoteColumns; recv: Float64Array; count: number };

export class RowBuckets {
  readonly #buckets = new Map<number, Bucket>();
  readonly #room: number;

  /** `issues`: how many are quoted; of a few, a second has few rows. */
  constructor(issues: number) {
    this.#room = Math.min(256, Math.max(8, issues >> 1));
  }

  /** Room for one row received at `recvMs`; returns the columns and the row to fill. */
  claim(recvMs: number): { readonly columns: QuoteColumns; readonly i: number } {
    const second = Math.ceil(recvMs / 1000);
    let bucket = this.#buckets.get(second);
    if (bucket === undefined) {
      bucket = { columns: emptyColumns(this.#room, true), recv: new Float64Array(this.#room), count: 0 };
      this.#buckets.set(second, bucket);
    }
    if (bucket.count === bucket.recv.length) grow(bucket);
    bucket.recv[bucket.count] = recvMs;
    return { columns: bucket.columns, i: bucket.count++ };
  }

  /** Batches of the second ending at `second`, in order (tsRecvMs, exchange, code, as written), at most 1,024 rows each. */
  take(second: number): QuoteBatch[] {
    const bucket = this.#buckets.get(second);
    if (bucket === undefined) return [];
    this.#buckets.delete(second);
    const { columns, recv, count } = bucket;
    const order = Array.from({ length: count }, (_, i) => i).sort(
      (a, b) => recv[a]! - recv[b]! || columns.instrumentNo[a]! - columns.instrumentNo[b]! || a - b,
    );
    const batches: QuoteBatch[] = [];
    for (let from = 0; from < count; from += batchRows) {
      const rows = order.slice(from, from + batchRows);
      batches.push(batchFrom(source, second * 1000, rows.length, gather(columns, rows)));
    }
    return batches;
  }
}

function grow(bucket: Bucket): void {
  const wider = emptyColumns(bucket.recv.length * 2, true);
  for (const [name, column] of Object.entries(bucket.columns))
    (wider as unknown as Record<string, Float64Array>)[name]!.set(column as Float64Array);
  const recv = new Float64Array(bucket.recv.length * 2);
  recv.set(bucket.recv);
  bucket.columns = wider;
  bucket.recv = recv;
}

export function gather(columns: QuoteColumns, rows: readonly number[]): QuoteColumns {
  const out = emptyColumns(rows.length, true) as unknown as Record<string, Float64Array>;
  for (const [name, column] of Object.entries(columns) as [string, Float64Array][]) {
    const target = out[name]!;
    const width = target.length / Math.max(1, rows.length);
    for (let to = 0; to < rows.length; to++) for (let j = 0; j < width; j++) target[to * width + j] = column[rows[to]! * width + j]!;
  }
  return out as unknown as QuoteColumns;
}

/** Writes the issue's present state as a quote. */
export function writeIssue(columns: QuoteColumns, i: number, day: IssueDay, tsExchangeMs: number): void {
  columns.instrumentNo[i] = day.issue.no;
  columns.tsExchangeMs[i] = tsExchangeMs;
  columns.phaseCode[i] = day.halted ? phaseCode.halted : phaseCode.continuous;
  columns.flags[i] = 0;
  columns.lastMilli[i] = day.lastMilli;
  columns.preCloseMilli[i] = day.preCloseMilli;
  columns.openMilli![i] = day.openMilli;
  columns.highMilli![i] = day.highMilli;
  columns.lowMilli![i] = day.lowMilli;
  columns.limitUpMilli![i] = day.unlimited ? absentMilli : day.limits.upMilli;
  columns.limitDownMilli![i] = day.unlimited ? absentMilli : day.limits.downMilli;
  columns.volumeShares[i] = day.shares;
  columns.amountYuan[i] = day.fen / 100;
  columns.outerShares![i] = day.outer;
  columns.innerShares![i] = day.inner;
  for (let level = 0; level < bookLevels; level++) {
    const at = i * bookLevels + level;
    const bid = day.bidMilli === absentMilli ? absentMilli : day.bidMilli - 10 * level;
    const ask = day.askMilli === absentMilli ? absentMilli : day.askMilli + 10 * level;
    const bidOk = bid !== absentMilli && bid >= day.limits.downMilli;
    const askOk = ask !== absentMilli && ask <= day.limits.upMilli;
    columns.bidMilli[at] = bidOk ? bid : absentMilli;
    columns.bidShares[at] = bidOk ? day.bidShares[level]! : Number.NaN;
    columns.askMilli[at] = askOk ? ask : absentMilli;
    columns.askShares[at] = askOk ? day.askShares[level]! : Number.NaN;
  }
}
