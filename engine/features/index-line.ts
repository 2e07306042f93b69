/** The benchmark index of the day on the grid: 000001.SH, the SSE composite. */
import { log } from '../../contracts/math.ts';
import { absentMilli, type QuoteBatch } from '../../contracts/quote.ts';
import { isContinuous, phaseOf, slotSec, slotsPerDay, tsecOf } from '../../contracts/session.ts';
import { imageOf, restoreColumns } from '../clean/columns.ts';

export const benchmarkIndexNo = 1_000_001;
/** How old the index may be at either end of a return, in slots. */
const ageMax = 12;

export class IndexLine {
  readonly #line = { ln: new Float64Array(slotsPerDay).fill(Number.NaN) };

  add(batch: QuoteBatch): void {
    for (let i = 0; i < batch.count; i++) {
      const at = batch.tsExchangeMs[i]!;
      if (batch.instrumentNo[i] !== benchmarkIndexNo || batch.lastMilli[i] === absentMilli || !isContinuous(phaseOf(at))) continue;
      this.#line.ln[Math.floor(tsecOf(at) / slotSec)] = log(batch.lastMilli[i]!);
    }
  }

  /** ln return over `window` slots up to `slot`; NaN while unknown. */
  ret = (slot: number, window: number): number => this.#at(slot) - this.#at(slot - window);

  #at(slot: number): number {
    for (let j = slot; j >= 0 && j > slot - ageMax; j--) if (!Number.isNaN(this.#line.ln[j]!)) return this.#line.ln[j]!;
    return Number.NaN;
  }

  image = () => imageOf(this.#line);
  restore = (image: ReturnType<typeof imageOf>): void => restoreColumns(this.#line, image);
}
