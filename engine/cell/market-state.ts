/**
 * The market's side of a cell: what was quoted, cleaned and summed, and the cross-section. Nothing here decides anything, so any number of
 * strategies' deciders share one.
 */
import type { Bundle } from '../../contracts/bundle.ts';
import { absentMilli, type QuoteBatch } from '../../contracts/quote.ts';
import { slotSec } from '../../contracts/session.ts';
import { Cleaner, type OnAccepted, type RowVerdict } from '../clean/cleaner.ts';
import { type ColumnImage, imageOf, type OpenImage, restoreColumns, type Taken } from '../clean/columns.ts';
import { type Universe, universeOf } from '../clean/universe.ts';
import { FeatureEngine, type FeatureImage } from '../features/engine.ts';
import { IndexLine } from '../features/index-line.ts';
import { SectorDiffusion } from '../features/sector-diffusion.ts';
import { SectorHeat } from '../features/sector-heat.ts';
import { Sectors } from '../features/sectors.ts';
import { Snapshot } from '../features/snapshot.ts';
import { HotValues } from './hot.ts';
import { Wakes } from './wakes.ts';

/** Who decides about what was accepted; each sees the same market. */
export type Decider = {
  readonly settled: (verdict: Readonly<RowVerdict>, batch: QuoteBatch, i: number) => void;
  readonly halted: (s: number) => void;
  /** Cleaning or features threw on a row of this symbol: it is out for the day. */
  readonly poisoned: (s: number, error: unknown) => void;
};

const everyClocks = 3;

export class MarketState {
  readonly universe: Universe;
  readonly cleaner: Cleaner;
  readonly features: FeatureEngine;
  readonly index = new IndexLine();
  readonly sectors: Sectors;
  readonly sectorHeat: SectorHeat;
  readonly sectorDiffusion: SectorDiffusion;
  /** Of the quote at hand, for whoever decides: computed once. */
  readonly snapshot: Snapshot;
  readonly hot: HotValues;
  readonly wakes = new Wakes();
  /** Changes whenever the market does. */
  serial = 0;
  readonly #poisoned = new Set<number>();
  readonly #deciders: Decider[] = [];
  readonly #handlers: OnAccepted;
  /** Of the quote at hand: how far under its upper limit, a share of the reference price; NaN where either is unknown. */
  toLimit = Number.NaN;
  #clocks = 0;
  quotes = 0;
  /** Exchanges that froze at the last clock. */
  newlyFrozen: readonly string[] = [];

  constructor(bundle: Bundle) {
    this.universe = universeOf(bundle);
    this.cleaner = new Cleaner(this.universe, bundle.tradeDate, bundle.config.clean.staleGuard);
    this.features = new FeatureEngine(this.universe, this.cleaner.accepted);
    this.sectors = new Sectors(bundle, this.universe);
    this.sectorHeat = new SectorHeat(this.features, this.sectors, () => this.serial);
    this.sectorDiffusion = new SectorDiffusion(this.features, this.sectors);
    this.snapshot = new Snapshot(this.features);
    this.hot = new HotValues(this.features);
    this.#handlers = {
      add: (verdict, batch, i) => {
        if (!this.#isOut(verdict.s)) this.features.add(verdict, batch, i);
      },
      settled: (verdict, batch, i) => {
        if (this.#isOut(verdict.s)) return;
        this.serial += 1;
        this.toLimit = this.#toLimit(verdict.s);
        for (const decider of this.#deciders) decider.settled(verdict, batch, i);
      },
      halted: (s) => {
        if (this.#isOut(s)) return;
        for (const decider of this.#deciders) decider.halted(s);
      },
      threw: (s, error) => this.#poison(s, error),
    };
  }

  /** In the order they are asked. */
  join(decider: Decider): void {
    this.#deciders.push(decider);
  }

  /** Rows of sectors lie behind those of the symbols; null for a symbol's. */
  sectorOf(row: number): number | null {
    return row < this.universe.count ? null : row - this.universe.count;
  }

  quoted(batch: QuoteBatch, n: number): void {
    this.quotes += batch.count;
    this.cleaner.batch(batch, n, this.#handlers);
  }

  /** A second of continuous trading passed. True when the cross-section is new. */
  clock(tsec: number): boolean {
    this.serial += 1;
    this.newlyFrozen = this.cleaner.clock(tsec);
    this.#clocks += 1;
    if (this.#clocks % everyClocks !== 0) return false;
    this.features.crossSection.idxRet3m = this.index.ret(Math.floor(tsec / slotSec), 60);
    this.features.updateCrossSection(tsec);
    this.sectors.update(this.features.sectioner);
    this.sectorDiffusion.update(tsec);
    return true;
  }

  /** At the day's end: quotes still held are accepted, since nothing came to refute them. */
  close(): void {
    this.cleaner.flushHeld(this.#handlers);
  }

  #isOut = (s: number): boolean => this.#poisoned.size > 0 && this.#poisoned.has(s);

  #toLimit(s: number): number {
    const { limitUp, preClose, last } = this.cleaner.accepted;
    const upper = limitUp[s]!;
    const reference = preClose[s]!;
    return upper === absentMilli || reference === absentMilli ? Number.NaN : (upper - last[s]!) / reference;
  }

  /** A throw in cleaning or features takes that symbol out for the day; the same tape takes it out again. */
  #poison(s: number, error: unknown): void {
    if (s < 0) throw error;
    if (this.#poisoned.has(s)) return;
    this.#poisoned.add(s);
    for (const decider of this.#deciders) decider.poisoned(s, error);
  }

  image(): MarketImage {
    return { ...this.#imageBut(), features: this.features.image() };
  }

  /** The same image as of now, its large part read out while the market goes on. */
  openImage(): OpenImage<MarketImage<Taken>> {
    const { image, end } = this.features.openImage();
    return { image: { ...this.#imageBut(), features: image }, end };
  }

  #imageBut() {
    return {
      cleaner: this.cleaner.image(),
      sectors: imageOf(this.sectors.columns),
      diffusion: imageOf(this.sectorDiffusion.columns),
      index: this.index.image(),
      poisoned: [...this.#poisoned],
      clocks: this.#clocks,
      quotes: this.quotes,
    };
  }

  restore(image: MarketImage): void {
    this.cleaner.restore(image.cleaner);
    this.features.restore(image.features);
    restoreColumns(this.sectors.columns, image.sectors);
    restoreColumns(this.sectorDiffusion.columns, image.diffusion);
    this.index.restore(image.index);
    for (const s of image.poisoned) this.#poisoned.add(s);
    this.#clocks = image.clocks;
    this.quotes = image.quotes;
  }
}

export type MarketImage<Bytes = Uint8Array> = {
  readonly cleaner: ReturnType<Cleaner['image']>;
  readonly features: FeatureImage<Bytes>;
  readonly sectors: ColumnImage;
  readonly diffusion: ColumnImage;
  readonly index: ReturnType<IndexLine['image']>;
  readonly poisoned: readonly number[];
  readonly clocks: number;
  readonly quotes: number;
};
