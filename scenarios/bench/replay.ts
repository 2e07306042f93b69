/** Replay throughput on one core: encoded tape bodies through decode, clean, features, detectors, actors and the hash chain. */
import { defaultConfig } from '../../contracts/config.ts';
import { midnightOf } from '../../contracts/session.ts';
import { decodeTape, encodeTape } from '../../contracts/tape.ts';
import { Cell } from '../../engine/cell/cell.ts';
import { MemoryJournal } from '../../engine/log/memory.ts';
import { pace } from '../../engine/log/pacer.ts';
import { bundleSha } from '../../engine/runtime/fold.ts';
import { generatedBundle } from '../market/bundle.ts';
import { MarketDay } from '../market/market-day.ts';

export type ReplayBench = {
  readonly symbols: number;
  readonly quotes: number;
  readonly quotesPerSec: number;
  readonly actorShare: number;
  readonly rssMb: number;
  readonly bytesPerActor: number;
};

/** The first `minutes` of continuous trading of a generated day, replayed `rounds` times; the best round counts. */
export function benchReplay(symbols: number, minutes: number, rounds: number): ReplayBench {
  const date = '20261123';
  const market = new MarketDay({ seed: 1, date, day: 0, count: symbols, faulty: false });
  const bundle = generatedBundle({ seed: 1, date, issues: market.issues, config: defaultConfig });
  const sha = bundleSha(bundle);
  const until = midnightOf(date) + 9.5 * 3_600_000 + minutes * 60_000;
  const bodies: Uint8Array[] = [];
  for (const entry of pace({ tradeDate: date, bundle: sha, codeVersion: 'bench', origin: 'simulated' }, market)) {
    if (entry.tsMs > until) break;
    bodies.push(encodeTape(entry));
  }
  let best = Number.POSITIVE_INFINITY;
  let cell = new Cell(bundle);
  for (let round = 0; round < rounds; round++) {
    cell = new Cell(bundle);
    const journal = new MemoryJournal(sha);
    globalThis.gc?.();
    const startMs = performance.now();
    for (const body of bodies) {
      const { draft } = cell.apply(decodeTape(body));
      if (draft !== null) journal.appendNow(draft);
    }
    best = Math.min(best, performance.now() - startMs);
  }
  return {
    symbols,
    quotes: cell.quotes,
    quotesPerSec: Math.round(cell.quotes / (best / 1000)),
    actorShare: cell.actors.events / cell.quotes,
    rssMb: Math.round(process.memoryUsage().rss / 1e6),
    bytesPerActor: bytesPerActor(),
  };
}

/** Heap of 5,000 live opportunities and their symbols, spawned and sent one event each. */
function bytesPerActor(): number {
  const market = new MarketDay({ seed: 2, date: '20261123', day: 0, count: 1000, faulty: false });
  const bundle = generatedBundle({ seed: 2, date: '20261123', issues: market.issues, config: defaultConfig });
  const cell = new Cell(bundle);
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  for (let s = 0; s < 1000; s++) cell.symbols.states.halted(s);
  globalThis.gc?.();
  return Math.round((process.memoryUsage().heapUsed - before) / 1000);
}
