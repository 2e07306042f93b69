/**
 * The cell: one deterministic step per tape entry, for one market and one trading day. journal = fold(tape).
 *
 * Time     cell time = max(previous, entry.tsMs); every timer due by it fires first, each at its own due
 * Poison   a throw in a detector, in cleaning, in features or in an actor is journaled as a fault and repeats identically
 * Pure     no clock, no chance, no I/O; the whole state is the image
 */
import type { Bundle } from '../../contracts/bundle.ts';
import type { JournalDraft, JournalEntry } from '../../contracts/journal.ts';
import { absentMilli, bookLevels } from '../../contracts/quote.ts';
import { tsecOf } from '../../contracts/session.ts';
import type { Origin } from '../../contracts/status.ts';
import type { AnyCommand, TapeEntry } from '../../contracts/tape.ts';
import type { Quarantined } from '../clean/cleaner.ts';
import type { OpenImage, Taken } from '../clean/columns.ts';
import type { AnyDetector } from '../detectors/detector.ts';
import { Decisions } from './decisions.ts';
import { type CellImage, imageVersion } from './image.ts';
import { marketId } from './market-coordinator.ts';
import { MarketState } from './market-state.ts';

/** What leaves the cell for one entry. `draft` is null when nothing was concluded. */
export type StepResult = { readonly draft: JournalDraft | null; readonly quarantined: readonly Quarantined[] };

/** What only tests set: other detectors than the product's. */
export type CellOptions = { readonly detectors?: readonly AnyDetector[] };

export class Cell {
  readonly bundle: Bundle;
  readonly market: MarketState;
  readonly decisions: Decisions;
  /** Further deciders over the same market: variants of a backtest. What they conclude is taken by whoever added them. */
  readonly variants: Decisions[] = [];
  readonly #skips: Set<number>;
  /** Ordinal of the next entry, last step, cell time. */
  n = 0;
  step = 0;
  timeMs = 0;
  /** As day.open says it. */
  origin: Origin | undefined;
  closed = false;

  /** `skips`: entries a supervisor has named as crashing, read from the day's controls before the start. */
  constructor(bundle: Bundle, skips: readonly number[] = [], { detectors }: CellOptions = {}) {
    this.bundle = bundle;
    this.market = new MarketState(bundle);
    this.decisions = new Decisions(bundle, this.market, detectors);
    this.#skips = new Set(skips);
  }

  get cleaner() {
    return this.market.cleaner;
  }
  get features() {
    return this.market.features;
  }
  get actors() {
    return this.decisions.actors;
  }
  get desk() {
    return this.decisions.desk;
  }
  get symbols() {
    return this.decisions.symbols;
  }
  get quotes(): number {
    return this.market.quotes;
  }

  /** One more set of strategies over the same market, from the next entry on; before the first, to see the whole day. */
  addVariant(bundle: Bundle, detectors?: readonly AnyDetector[]): Decisions {
    const variant = new Decisions(bundle, this.market, detectors);
    this.variants.push(variant);
    return variant;
  }

  /** Whether the next entry was named to be skipped; it need not even be decoded. */
  get isSkipped(): boolean {
    return this.#skips.has(this.n);
  }

  /** Passes over the next entry, at the time reached: a fault in its place, and nothing of what it said. The day's end ends the day all the same. */
  skip(isClose = false): StepResult {
    const skipped = this.#conclude(this.timeMs, (n) =>
      this.#each(({ recorder }) => recorder.fault(marketId, `entry:${n}`, 'ENTRY_SKIPPED', 'named by a control entry')),
    );
    // a cell that stayed open would read on into the next day
    if (isClose) this.closed = true;
    return skipped;
  }

  /** Applies the next entry of the day's tape. */
  apply(entry: TapeEntry): StepResult {
    return this.isSkipped ? this.skip(entry.type === 'day.close') : this.#conclude(entry.tsMs, (n) => this.#dispatch(entry, n));
  }

  #each(work: (decisions: Decisions) => void): void {
    work(this.decisions);
    for (const variant of this.variants) work(variant);
  }

  #conclude(tsMs: number, work: (n: number) => void): StepResult {
    const n = this.n;
    this.n += 1;
    this.timeMs = Math.max(this.timeMs, tsMs);
    this.#each((decisions) => decisions.advance(this.timeMs));
    work(n);
    const entries: readonly JournalEntry[] = this.decisions.take();
    const { quarantined } = this.cleaner;
    if (quarantined.length > 0) this.cleaner.quarantined = [];
    if (entries.length === 0) return { draft: null, quarantined };
    this.step += 1;
    return { draft: { step: this.step, n, ...(this.origin === undefined ? {} : { origin: this.origin }), entries }, quarantined };
  }

  #dispatch(entry: TapeEntry, n: number): void {
    switch (entry.type) {
      case 'quotes':
        this.#each((decisions) => decisions.batchFrom(entry.batch.source));
        return this.market.quoted(entry.batch, n);
      case 'clock':
        return this.#clock();
      case 'index':
        return this.market.index.add(entry.batch);
      case 'flow':
      case 'sector':
        return; // recorded; no feature reads it
      case 'ext':
        return this.#each((decisions) => decisions.external(entry));
      case 'source':
        return this.#each((decisions) => decisions.fact(entry));
      case 'control':
        return this.#each((decisions) => decisions.control(entry.commandId, entry.command, (command) => this.#skip(command, n)));
      case 'day.close':
        return this.#close();
      case 'day.open':
        this.origin = entry.origin;
        return this.#each((decisions) => decisions.opened());
    }
  }

  #clock(): void {
    let continuous = false;
    this.#each((decisions) => {
      continuous = decisions.phaseClock();
    });
    if (!continuous) return;
    const isNew = this.market.clock(tsecOf(this.timeMs));
    this.#each((decisions) => decisions.clock(isNew));
  }

  /** Null when done, else why not. */
  #skip(command: AnyCommand, n: number): string | null {
    if (command.name !== 'skip' || command.tradeDate !== this.bundle.tradeDate) return 'OTHER_DAY';
    if (command.n <= n) return this.#skips.has(command.n) ? null : 'ALREADY_DECIDED';
    this.#skips.add(command.n);
    return null;
  }

  #close(): void {
    this.market.close();
    this.#each((decisions) => decisions.close());
    this.closed = true;
  }

  image(): CellImage {
    return { ...this.#imageBut(), market: this.market.image() };
  }

  /** The same image as of now, its large part read out while the cell goes on. */
  openImage(): OpenImage<CellImage<Taken>> {
    const { image, end } = this.market.openImage();
    return { image: { ...this.#imageBut(), market: image }, end };
  }

  #imageBut(): Omit<CellImage, 'market'> {
    return {
      v: imageVersion,
      tradeDate: this.bundle.tradeDate,
      n: this.n,
      step: this.step,
      timeMs: this.timeMs,
      closed: this.closed,
      origin: this.origin,
      decisions: this.decisions.image(),
    };
  }

  /** A cell exactly as `image` left it. */
  static restore(bundle: Bundle, image: CellImage, skips: readonly number[] = [], options: CellOptions = {}): Cell {
    const cell = new Cell(bundle, skips, options);
    cell.market.restore(image.market);
    cell.decisions.restore(image.decisions, image.closed);
    cell.origin = image.origin;
    Object.assign(cell, { n: image.n, step: image.step, timeMs: image.timeMs, closed: image.closed });
    return cell;
  }

  /** Best bid and ask, last and day's change of a symbol, for displays; null before its first quote. */
  lastOf(s: number): { readonly lastMilli: number; readonly bidMilli: number | null; readonly askMilli: number | null } | null {
    const { accepted } = this.cleaner;
    if (accepted.last[s] === absentMilli) return null;
    const side = (column: Int32Array) => (column[s * bookLevels] === absentMilli ? null : column[s * bookLevels]!);
    return { lastMilli: accepted.last[s]!, bidMilli: side(accepted.bid), askMilli: side(accepted.ask) };
  }
}
