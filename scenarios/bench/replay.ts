/**
 * Replay throughput on one core: encoded tape bodies through decode, clean, features, strategies, actors and the hash chain.
 *
 * Window   09:45 to 09:55 of the whole market, from a cell restored as it stood at 09:45; the auctions apart. Before 09:33 there is no look-back
 *          and nothing can wake, so the first minutes say little
 * Day      a whole day of fewer symbols, all phases
 * Figure   the median of the rounds, by process CPU time: what else the machine does takes part of the wall
 */
import type { Bundle } from '../../contracts/bundle.ts';
import { decode, encode } from '../../contracts/codec.ts';
import { defaultConfig } from '../../contracts/config.ts';
import { QuoteScratch } from '../../contracts/quote.ts';
import { isContinuous, midnightOf, phaseOf, tsecOf } from '../../contracts/session.ts';
import { decodeTape, encodeTape, type TapeEntry } from '../../contracts/tape.ts';
import { Cell } from '../../engine/cell/cell.ts';
import type { DecisionsImage } from '../../engine/cell/decisions.ts';
import { decodeImage, encodeImage } from '../../engine/cell/image.ts';
import { MarketState } from '../../engine/cell/market-state.ts';
import { Cleaner, type OnAccepted } from '../../engine/clean/cleaner.ts';
import { universeOf } from '../../engine/clean/universe.ts';
import { chain } from '../../engine/log/hash.ts';
import { pace } from '../../engine/log/pacer.ts';
import { bundleSha } from '../../engine/runtime/fold.ts';
import { generatedBundle } from '../market/bundle.ts';
import { ratesOf } from '../market/episodes.ts';
import { MarketDay } from '../market/market-day.ts';
import type { Preset } from '../market/nature.ts';

const date = '20261123';
const at = (clock: string): number => {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return midnightOf(date) + (hours * 60 + minutes) * 60_000;
};
export type Day = { readonly bundle: Bundle; readonly bodies: readonly Uint8Array[] };

/** `planted`: five times as much as a market of its own has; `real`: as recorded days go. */
export function generated(symbols: number, until: string, preset: Preset = 'planted', seed = 1): Day {
  const rates = preset === 'real' ? { rates: ratesOf('real') } : {};
  const market = new MarketDay({ seed, date, day: 0, count: symbols, preset, ...rates, faulty: false });
  const bundle = generatedBundle({ seed, date, issues: market.issues, config: defaultConfig, preset });
  const bodies: Uint8Array[] = [];
  for (const entry of pace({ tradeDate: date, bundle: bundleSha(bundle), codeVersion: 'bench', origin: 'simulated' }, market)) {
    if (entry.tsMs > at(until)) break;
    bodies.push(encodeTape(entry));
  }
  return { bundle, bodies };
}

/** CPU nanoseconds of `work`. */
export function cpuOf(work: () => void): number {
  globalThis.gc?.();
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) * 1000;
}
export const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

export function fold(cell: Cell, bodies: readonly Uint8Array[], variants: readonly { readonly take: () => unknown }[] = []): void {
  let hash = '0'.repeat(64);
  const scratch = new QuoteScratch();
  for (const body of bodies) {
    const { draft } = cell.apply(decodeTape(body, scratch));
    if (draft !== null) {
      const step = chain(hash, draft);
      hash = step.hash;
      encode(step);
    }
    for (const variant of variants) variant.take();
  }
}

export type WindowBench = {
  readonly quotes: number;
  readonly nsPerQuote: number;
  readonly rounds: readonly number[];
  /** The first one, before the code is warm: not among them. */
  readonly coldNs: number;
  readonly evaluatedShare: number;
  readonly actorShare: number;
  readonly auctionNs: number;
  readonly steps: number;
  readonly variantShare: number;
  /** Of a variant whose signals open nothing. */
  readonly shadowShare: number;
  /** Of one in shadow with parameters of its own in every strategy: it shares no answer. */
  readonly ownShare: number;
  readonly rssMb: number;
  /** Heap and buffers of one cell that has folded the morning. */
  readonly cellMb: number;
};

/** 09:45–09:55 of `day`, which ends at 09:55, and its auctions. */
export function benchWindow({ bundle, bodies }: Day, rounds: number): WindowBench {
  const entries = bodies.map((body) => decodeTape(body).tsMs);
  const cut = (clock: string) => entries.findIndex((tsMs) => tsMs >= at(clock));
  const [open, from] = [cut('09:30'), cut('09:45')];
  const before = ownBytes();
  let cell = new Cell(bundle);
  const auctions = Array.from({ length: rounds }, () => {
    cell = new Cell(bundle);
    return cpuOf(() => fold(cell, bodies.slice(0, open)));
  });
  const auctionQuotes = cell.quotes;
  fold(cell, bodies.slice(open, from));
  const cellMb = Math.round((ownBytes() - before) / 1e6);
  const image = encodeImage(cell.image());
  const window = bodies.slice(from);
  let last = cell;
  const shadow: Bundle = { ...bundle, detectors: bundle.detectors.map((each) => ({ ...each, mode: 'shadow' })) };
  const own: Bundle = {
    ...shadow,
    detectors: shadow.detectors.map((each) => ({ ...each, params: nudged(each.params), paramHash: 'own' })),
  };
  const begun = begunAtOpen(bundle, bodies.slice(0, from), [bundle, shadow, own]);
  const round = (variant?: Bundle): number => {
    last = Cell.restore(bundle, decodeImage(image));
    const added = variant === undefined ? [] : Array.from({ length: several }, () => last.addVariant(variant));
    for (const each of added) each.restore(decode(begun.get(variant!)!) as DecisionsImage, false);
    return cpuOf(() => fold(last, window, added));
  };
  const alone: number[] = [];
  const withOne: number[] = [];
  const withShadow: number[] = [];
  const withOwn: number[] = [];
  const cold = round();
  for (let k = 0; k < rounds; k++) {
    alone.push(round());
    withOne.push(round(bundle));
    withShadow.push(round(shadow));
    withOwn.push(round(own));
  }
  round();
  const quotes = last.quotes - cell.quotes;
  return {
    quotes,
    nsPerQuote: median(alone) / quotes,
    rounds: alone.map((ns) => Math.round(ns / quotes)),
    coldNs: cold / quotes,
    evaluatedShare: (last.symbols.evaluated - cell.symbols.evaluated) / quotes,
    actorShare: (last.actors.events - cell.actors.events) / quotes,
    auctionNs: median(auctions) / auctionQuotes,
    steps: last.step - cell.step,
    variantShare: shareOf(withOne, alone),
    shadowShare: shareOf(withShadow, alone),
    ownShare: shareOf(withOwn, alone),
    rssMb: Math.round(process.memoryUsage().rss / 1e6),
    cellMb,
  };
}

/**
 * Each variant as it stands after `bodies`. One begun later finds the feed not resumed and its risk unset: it refuses for minutes what the
 * others decided long ago, and costs more than it does on any day.
 */
function begunAtOpen(bundle: Bundle, bodies: readonly Uint8Array[], variants: readonly Bundle[]): Map<Bundle, Uint8Array> {
  const cell = new Cell(bundle);
  const added = variants.map((variant) => cell.addVariant(variant));
  fold(cell, bodies, added);
  return new Map(added.map((variant, k) => [variants[k]!, encode(variant.image())]));
}

/** Variants at once: what one costs is less than what two rounds alone differ by. */
const several = 4;
const shareOf = (together: readonly number[], alone: readonly number[]): number => (median(together) / median(alone) - 1) / several;

/** Parameters that ask other questions and conclude alike: each fraction a little higher. */
const nudged = (params: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      typeof value === 'number' && !Number.isInteger(value) ? value * (1 + 1e-9) : value,
    ]),
  );

/** What is alive, bytes. */
function ownBytes(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const nobody: OnAccepted = {
  add: () => undefined,
  settled: () => undefined,
  halted: () => undefined,
  threw: (_s, error) => {
    throw error;
  },
};

/** CPU nanoseconds a quote of 09:45–09:55 up to each stage; each stage is run from the start, alone. */
export function benchStages({ bundle, bodies }: Day): Readonly<Record<string, number>> {
  const stage = (make: () => (entry: TapeEntry, n: number) => void): number => {
    run(make()); // warm
    return run(make());
  };
  const scratch = new QuoteScratch();
  const run = (step: (entry: TapeEntry, n: number) => void): number => {
    let quotes = 0;
    let n = 0;
    const apply = (body: Uint8Array): void => {
      const entry = decodeTape(body, scratch);
      if (entry.type === 'quotes') quotes += entry.batch.count;
      step(entry, n++);
    };
    const from = bodies.findIndex((body) => decodeTape(body).tsMs >= at('09:45'));
    for (const body of bodies.slice(0, from)) apply(body);
    quotes = 0;
    const ns = cpuOf(() => {
      for (const body of bodies.slice(from)) apply(body);
    });
    return ns / quotes;
  };
  const marketStep = (withClock: boolean) => () => {
    const market = new MarketState(bundle);
    return (entry: TapeEntry, n: number) => {
      if (entry.type === 'quotes') market.quoted(entry.batch, n);
      else if (withClock && entry.type === 'clock' && isContinuous(phaseOf(entry.tsMs))) market.clock(tsecOf(entry.tsMs));
      market.cleaner.quarantined = [];
    };
  };
  return {
    decode: stage(() => () => undefined),
    'and clean': stage(() => {
      const cleaner = new Cleaner(universeOf(bundle), bundle.tradeDate, true);
      return (entry, n) => {
        if (entry.type === 'quotes') cleaner.batch(entry.batch, n, nobody);
        cleaner.quarantined = [];
      };
    }),
    'and features': stage(marketStep(false)),
    'and cross-section, sectors': stage(marketStep(true)),
    'a cell without a strategy': stage(() => {
      const cell = new Cell({ ...bundle, detectors: [] });
      return (entry) => void cell.apply(entry);
    }),
  };
}

export type DayBench = {
  readonly quotes: number;
  readonly nsPerQuote: number;
  readonly evaluatedShare: number;
  readonly steps: number;
};

/** A whole day, auctions and lunch included; `day` must end after the close. */
export function benchDay({ bundle, bodies }: Day, rounds: number): DayBench {
  let cell = new Cell(bundle);
  const ns = Array.from({ length: rounds }, () => {
    cell = new Cell(bundle);
    return cpuOf(() => fold(cell, bodies));
  });
  const { quotes } = cell;
  return { quotes, nsPerQuote: median(ns) / quotes, evaluatedShare: cell.symbols.evaluated / quotes, steps: cell.step };
}
