/** VIEW: last prices in columns, once a wall second, after the step they belong to is on disk. For displays; never a decision. */
import type { NatsConnection } from 'nats';
import { bytesOf, encode } from '../../contracts/codec.ts';
import { absentMilli } from '../../contracts/quote.ts';
import { subjects } from '../../contracts/subjects.ts';
import type { SymbolsView } from '../../contracts/view.ts';
import type { Cell } from '../cell/cell.ts';

const everyMs = 1000;

export class ViewPublisher {
  readonly #nc: NatsConnection;
  readonly #subject: string;
  #lastMs = 0;

  constructor(nc: NatsConnection, run: string) {
    this.#nc = nc;
    this.#subject = subjects(run).view('symbols');
  }

  publish(cell: Cell, step: number): void {
    const now = Date.now();
    if (now - this.#lastMs < everyMs) return;
    this.#lastMs = now;
    const { universe } = cell.features;
    const last = Int32Array.from({ length: universe.count }, (_, s) => cell.lastOf(s)?.lastMilli ?? absentMilli);
    const view: SymbolsView = {
      v: 1,
      step,
      tsMs: cell.timeMs,
      count: universe.count,
      columns: {
        instrumentNo: bytesOf(Uint32Array.from(universe.instruments, ({ no }) => no)),
        lastMilli: bytesOf(last),
        preCloseMilli: bytesOf(universe.preClose),
      },
    };
    this.#nc.publish(this.#subject, encode(view));
  }
}
