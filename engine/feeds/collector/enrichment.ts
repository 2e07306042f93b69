/**
 * What the market's quotes do not carry, as far as the budget goes: Eastmoney's money flow of the whole market, one page of 100 at a
 * time and never a full round in under 60 s; while Eastmoney's circuit is open, Tencent's for the active symbols.
 */

import { FenshiError } from '../../../contracts/errors.ts';
import type { FlowBatch } from '../../../contracts/flow.ts';
import { type Flow, flowBatchOf } from '../../../contracts/flow.ts';
import { tradeDateOf } from '../../../contracts/session.ts';
import { instrumentNo, type TradeDate } from '../../../contracts/units.ts';
import type { SourceFlow, SourceName } from '../adapter.ts';
import { emFlowPage, pageRows } from '../eastmoney/quotes.ts';
import { tencentFlow } from '../tencent/flow.ts';
import type { SourceClient } from './client.ts';
import type { LastRows } from './last-rows.ts';
import type { SweepPlanner } from './planner.ts';

const roundMs = 60_000;

export type EnrichmentOptions = {
  readonly date: TradeDate;
  readonly eastmoney: SourceClient | null;
  readonly tencent: SourceClient | null;
  readonly planner: SweepPlanner;
  readonly rows: LastRows;
  readonly now: () => number;
  readonly entry: (entry: FlowBatch) => Promise<void>;
};

/** 0 for a failure that the client has counted and judged. */
const counted = (asking: Promise<number>): Promise<number> =>
  asking.catch((error: unknown) => (error instanceof FenshiError ? 0 : Promise.reject(error as Error)));

export class Enrichment {
  readonly #options: EnrichmentOptions;
  #page = 1;
  #roundMs = 0;
  #turn = 0;

  constructor(options: EnrichmentOptions) {
    this.#options = options;
  }

  /** One question. Returns how many flows it brought. */
  async step(): Promise<number> {
    const { eastmoney, tencent, now } = this.#options;
    if (eastmoney !== null) {
      const isOpen = eastmoney.isOpen(emFlowPage.name);
      if (!isOpen && this.#page === 1 && now() - this.#roundMs < roundMs) return 0;
      // also while the circuit is open: the request becomes the half-open probe; earlier ones fail locally
      const flows = await counted(this.#nextPage(eastmoney));
      if (flows > 0 || !eastmoney.isOpen(emFlowPage.name)) return flows;
    }
    return tencent === null ? 0 : counted(this.#active(tencent));
  }

  async #nextPage(client: SourceClient): Promise<number> {
    if (this.#page === 1) this.#roundMs = this.#options.now();
    const { rows, rejected, total = 0 } = await client.ask(emFlowPage, { page: this.#page });
    // a page of refused rows is no end of the list
    this.#page = rows.length + rejected.length === 0 || this.#page * pageRows >= total ? 1 : this.#page + 1;
    return this.#publish('eastmoney', rows);
  }

  async #active(client: SourceClient): Promise<number> {
    const first = this.#options.planner.first;
    if (first.length === 0) return 0;
    const instrument = first[this.#turn++ % first.length]!;
    const { rows } = await client.ask(tencentFlow, { instrument, date: this.#options.date });
    return this.#publish('tencent', rows.slice(-1));
  }

  async #publish(source: SourceName, rows: readonly SourceFlow[]): Promise<number> {
    const { now, entry, rows: known } = this.#options;
    const tsMs = now();
    // a holiday is answered with the day before
    const today = rows.filter(({ tsMs: at }) => tradeDateOf(at) === this.#options.date);
    const flows: Flow[] = today.map(({ entity, tsMs: tsExchangeMs, ...rest }) => ({
      instrumentNo: instrumentNo(entity),
      tsExchangeMs,
      ...rest,
    }));
    if (flows.length === 0) return 0;
    for (const flow of flows) known.flowed(flow.instrumentNo, { source, tsExchangeMs: flow.tsExchangeMs, tsRecvMs: tsMs });
    await entry(flowBatchOf(source, tsMs, flows));
    return flows.length;
  }
}
