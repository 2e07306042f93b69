/** VIEW: prices and what moves of live opportunities, once a wall second, after the step they belong to is on disk. Never a decision. */
import type { NatsConnection } from 'nats';
import { pullOf } from '../../actors/opportunity/prices.ts';
import { bytesOf, encode } from '../../contracts/codec.ts';
import { subjects } from '../../contracts/subjects.ts';
import type { OpportunitiesView, SymbolsView } from '../../contracts/view.ts';
import type { Cell } from '../cell/cell.ts';

const everyMs = 1000;

export class ViewPublisher {
  readonly #nc: NatsConnection;
  readonly #run: string;
  #lastMs = 0;

  constructor(nc: NatsConnection, run: string) {
    this.#nc = nc;
    this.#run = run;
  }

  publish(cell: Cell, step: number): void {
    const now = Date.now();
    if (now - this.#lastMs < everyMs) return;
    this.#lastMs = now;
    const on = subjects(this.#run);
    this.#nc.publish(on.view('symbols'), encode(symbolsView(cell, step)));
    this.#nc.publish(on.view('opportunities'), encode(opportunitiesView(cell, step)));
  }
}

export function symbolsView(cell: Cell, step: number): SymbolsView {
  const { universe } = cell.market;
  const { last, preClose } = cell.cleaner.accepted;
  return {
    v: 1,
    step,
    tsMs: cell.timeMs,
    count: universe.count,
    columns: {
      instrumentNo: bytesOf(Uint32Array.from(universe.instruments, ({ no }) => no)),
      lastMilli: bytesOf(last).slice(),
      preCloseMilli: bytesOf(preClose).slice(),
      awake: cell.symbols.awakeAt(cell.timeMs),
    },
  };
}

export function opportunitiesView(cell: Cell, step: number): OpportunitiesView {
  const { rings } = cell.features;
  const live = cell.desk.views().map(({ id, row, context }) => {
    const mid = rings.midOf(row);
    const { p, score, peakMilli, trailMilli } = context;
    return { id, p, score, peakMilli, trailMilli, pull: mid === null ? null : pullOf(context, mid) };
  });
  return { v: 1, step, tsMs: cell.timeMs, live };
}
