/** JOURNAL into the store: what it says by entry, and its own bytes last, so that the greatest step there says where to go on. */

import { readStep } from '../../contracts/compat/read.ts';
import { FenshiError } from '../../contracts/errors.ts';
import { dashed } from '../../contracts/session.ts';
import type { TradeDate } from '../../contracts/units.ts';
import { chain } from '../log/hash.ts';
import type { Store } from './client.ts';
import { entryRows, journalRow } from './encode-rows.ts';
import { RowBinary } from './row-binary.ts';
import { database } from './schema.ts';

const rowsMax = 5000;

export class JournalArchive {
  readonly #store: Pick<Store, 'rows' | 'insert'>;
  readonly #date: TradeDate;
  readonly #journal = new RowBinary();
  readonly #transitions = new RowBinary();
  readonly #signals = new RowBinary();
  #stored = 0;
  #taken = 0;

  constructor(store: Pick<Store, 'rows' | 'insert'>, date: TradeDate) {
    this.#store = store;
    this.#date = date;
  }

  /** Last step of the day that is stored. */
  async open(): Promise<number> {
    const [row] = await this.#store.rows<{ step: number }>(
      `SELECT max(step) AS step FROM ${database}.journal WHERE trade_date = {date:Date}`,
      { date: dashed(this.#date) },
    );
    this.#stored = row?.step ?? 0;
    this.#taken = this.#stored;
    return this.#stored;
  }

  get step(): number {
    return this.#stored;
  }

  /** Takes the next step's bytes. @throws FenshiError JOURNAL_GAP */
  async append(body: Uint8Array): Promise<void> {
    const step = readStep(body);
    if (step.step <= this.#taken) return;
    if (step.step !== this.#taken + 1) throw new FenshiError('JOURNAL_GAP', `step ${step.step} after ${this.#taken}`);
    this.#taken = step.step;
    entryRows(this.#transitions, this.#signals, this.#date, step);
    journalRow(this.#journal, this.#date, step, body);
    if (this.#journal.rows >= rowsMax) await this.flush();
  }

  async flush(): Promise<void> {
    for (const [table, rows] of [
      ['transitions', this.#transitions],
      ['signals', this.#signals],
      ['journal', this.#journal],
    ] as const) {
      await this.#store.insert(`${database}.${table}`, rows);
      rows.clear();
    }
    this.#stored = this.#taken;
  }
}

/** The hash chain worked out again from the stored rows. @throws FenshiError JOURNAL_FORK, JOURNAL_GAP */
export async function chainInStore(
  store: Store,
  date: TradeDate,
  firstHash: string,
): Promise<{ readonly steps: number; readonly hash: string }> {
  let hash = firstHash;
  let steps = 0;
  for (;;) {
    const rows = await store.rows<{ step: number; hash: string; body: string }>(
      `SELECT step, hash, base64Encode(body) AS body FROM ${database}.journal FINAL WHERE trade_date = {date:Date} AND step > {after:UInt32} ORDER BY step LIMIT 5000`,
      { date: dashed(date), after: steps },
    );
    if (rows.length === 0) return { steps, hash };
    for (const row of rows) {
      if (row.step !== steps + 1) throw new FenshiError('JOURNAL_GAP', `the store holds step ${row.step} after ${steps}`);
      const step = readStep(new Uint8Array(Buffer.from(row.body, 'base64')));
      const again = chain(hash, step).hash;
      if (again !== row.hash || again !== step.hash)
        throw new FenshiError('JOURNAL_FORK', `step ${row.step} in the store has another hash`);
      hash = again;
      steps = row.step;
    }
  }
}
