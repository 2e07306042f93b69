/**
 * A day of TAPE into the store, each row once: an insert holds whole entries and is stored whole or not at all, so the greatest n there
 * says where to go on. Bars are worked out again from the day's start; a bar told twice is the same bar.
 */

import type { Bundle } from '../../contracts/bundle.ts';
import { dashed } from '../../contracts/session.ts';
import type { TapeEntry } from '../../contracts/tape.ts';
import { BarBuilder } from './bar-builder.ts';
import type { Store } from './client.ts';
import { barRow, flowRows, quoteRows, referenceRow } from './encode-rows.ts';
import { RowBinary } from './row-binary.ts';
import { database } from './schema.ts';

/** Rows an insert holds at most: one part, so atomic. */
const defaultRowsMax = 20_000;

export class TapeArchive {
  readonly #store: Pick<Store, 'rows' | 'insert'>;
  readonly #rowsMax: number;
  readonly #bundle: Bundle;
  readonly #bars: BarBuilder;
  readonly #quotes = new RowBinary(1 << 20);
  readonly #flow = new RowBinary();
  readonly #barRows = new RowBinary();
  /** Greatest n stored, by table. */
  #stored = { quotes: -1, flow: -1 };
  rows = { quotes: 0, flow: 0, bars: 0 };

  constructor(store: Pick<Store, 'rows' | 'insert'>, bundle: Bundle, rowsMax = defaultRowsMax) {
    this.#store = store;
    this.#rowsMax = rowsMax;
    this.#bundle = bundle;
    this.#bars = new BarBuilder(bundle);
  }

  /** Where the store stands; also says what the day's bundle said. */
  async open(): Promise<void> {
    const greatest = async (table: 'quotes' | 'flow'): Promise<number> => {
      const [row] = await this.#store.rows<{ n: number; some: number }>(
        `SELECT max(n) AS n, count() AS some FROM ${database}.${table} WHERE trade_date = {date:Date}`,
        {
          date: dashed(this.#bundle.tradeDate),
        },
      );
      return row === undefined || Number(row.some) === 0 ? -1 : row.n;
    };
    this.#stored = { quotes: await greatest('quotes'), flow: await greatest('flow') };
    const rows = new RowBinary();
    for (const each of this.#bundle.instruments) referenceRow(rows, this.#bundle.tradeDate, each);
    await this.#store.insert(`${database}.reference`, rows);
  }

  /** Takes the day's `n`-th entry. */
  async entry(n: number, entry: TapeEntry): Promise<void> {
    if (entry.type === 'quotes') {
      this.#bars.batch(entry.batch, n);
      if (n > this.#stored.quotes) quoteRows(this.#quotes, this.#bundle.tradeDate, n, entry.batch);
    } else if (entry.type === 'flow') {
      if (n > this.#stored.flow) flowRows(this.#flow, this.#bundle.tradeDate, n, entry);
    } else if (entry.type === 'clock' || entry.type === 'day.close') {
      for (const bar of this.#bars.take(entry.type === 'clock' ? entry.tsMs : Number.POSITIVE_INFINITY)) barRow(this.#barRows, bar);
    }
    if (
      this.#quotes.rows >= this.#rowsMax ||
      this.#barRows.rows >= this.#rowsMax ||
      this.#flow.rows >= this.#rowsMax ||
      entry.type === 'day.close'
    )
      await this.flush();
  }

  async flush(): Promise<void> {
    for (const [table, buffer] of [
      ['quotes', this.#quotes],
      ['flow', this.#flow],
      ['bars', this.#barRows],
    ] as const) {
      if (buffer.rows === 0) continue;
      await this.#store.insert(`${database}.${table}`, buffer);
      this.rows[table] += buffer.rows;
      buffer.clear();
    }
  }
}
