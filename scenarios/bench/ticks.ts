/** Replay of a real tick file: each of its days read as `fenshi replay` reads it, encoded once, then folded in rounds like the other benches. */
import { tmpdir } from 'node:os';
import { defaultConfig } from '../../contracts/config.ts';
import { encodeTape } from '../../contracts/tape.ts';
import { Cell } from '../../engine/cell/cell.ts';
import { fileBundle } from '../../engine/feeds/tick-files/file-bundle.ts';
import { fileDays } from '../../engine/feeds/tick-files/file-days.ts';
import { pace } from '../../engine/log/pacer.ts';
import { orderedRows } from '../../engine/log/row-source.ts';
import { bundleSha } from '../../engine/runtime/fold.ts';
import { cpuOf, type Day, fold, median } from './replay.ts';

/** A file's quotes come one by one: with few symbols most of the time is what an entry costs, clocks among them, not what a quote costs. */
export type TickBench = {
  readonly days: number;
  readonly symbols: number;
  readonly quotes: number;
  readonly entries: number;
  readonly nsPerQuote: number;
  readonly steps: number;
};

/** `path`: a tick file of any shipped layout, or a folder of them. */
export async function benchTicks(path: string, rounds: number): Promise<TickBench> {
  const days: Day[] = [];
  let symbols = 0;
  for await (const day of fileDays(path, { scratch: tmpdir(), onFile: () => undefined })) {
    const bundle = fileBundle(day, defaultConfig);
    symbols = Math.max(symbols, bundle.instruments.length);
    const source = orderedRows('file', day.quotes());
    const bodies: Uint8Array[] = [];
    const origin = { tradeDate: day.date, bundle: bundleSha(bundle), codeVersion: 'bench', origin: 'recorded' } as const;
    for (const entry of pace(origin, source)) bodies.push(encodeTape(entry));
    days.push({ bundle, bodies });
  }
  let quotes = 0;
  let steps = 0;
  const ns = Array.from({ length: rounds }, () => {
    const cells = days.map(({ bundle }) => new Cell(bundle));
    const spent = cpuOf(() => {
      for (const [i, { bodies }] of days.entries()) fold(cells[i]!, bodies);
    });
    quotes = cells.reduce((sum, cell) => sum + cell.quotes, 0);
    steps = cells.reduce((sum, cell) => sum + cell.step, 0);
    return spent;
  });
  const entries = days.reduce((sum, { bodies }) => sum + bodies.length, 0);
  return { days: days.length, symbols, quotes, entries, nsPerQuote: median(ns) / quotes, steps };
}
