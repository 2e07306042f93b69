/** What a quote costs with the number of symbols: the first four minutes of markets of 500 to 50,000, every strategy on, one core. */
import { isContinuous, phaseOf } from '../../contracts/session.ts';
import { decodeTape } from '../../contracts/tape.ts';
import { Cell } from '../../engine/cell/cell.ts';
import { cpuOf, fold, generated, median } from './replay.ts';

export type CurvePoint = {
  readonly symbols: number;
  readonly quotes: number;
  readonly nsPerQuote: number;
  /** Quotes a second of the market's own time. */
  readonly quotesPerSec: number;
  /** Heap and buffers of one cell after them. */
  readonly cellMb: number;
};
const sizes = [500, 1500, 5500, 15_000, 50_000];
const seconds = 240;

export function* costCurve(rounds: number): Generator<CurvePoint> {
  for (const symbols of sizes) {
    const { bundle, bodies } = generated(symbols, '09:34');
    // the auctions are folded and not counted
    const from = bodies.findIndex((body) => isContinuous(phaseOf(decodeTape(body).tsMs)));
    const ns: number[] = [];
    let [cell, before] = [new Cell(bundle), 0];
    for (let round = 0; round < rounds; round++) {
      cell = new Cell(bundle);
      fold(cell, bodies.slice(0, from));
      before = cell.quotes;
      ns.push(cpuOf(() => fold(cell, bodies.slice(from))));
    }
    const quotes = cell.quotes - before;
    globalThis.gc?.();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    const bytes = heapUsed + arrayBuffers - bodies.reduce((sum, body) => sum + body.byteLength, 0);
    yield { symbols, quotes, nsPerQuote: median(ns) / quotes, quotesPerSec: quotes / seconds, cellMb: Math.round(bytes / 1e6) };
  }
}
