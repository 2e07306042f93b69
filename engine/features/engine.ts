/**
 * The feature engine: quotes in, running sums; on demand the whole FeatureSnapshot of one symbol.
 *
 * Hot    add() for every accepted quote, stirs() as the gate before anything expensive
 * Cold   snapshot() only for symbols that stir
 * Pure   a function of the bundle and of the accepted quotes so far: nothing after t changes what was computed at t
 */
import { log } from '../../contracts/math.ts';
import { absentMilli, bookLevels, type QuoteBatch } from '../../contracts/quote.ts';
import { minuteOf, slotSec } from '../../contracts/session.ts';
import type { Cleaner } from '../clean/cleaner.ts';
import { type ColumnImage, type GradualImage, imageOf, RowCopies, restoreColumns } from '../clean/columns.ts';
import { profileUpTo, type Universe } from '../clean/universe.ts';
import { Bars } from './bars.ts';
import { depth1Of, midOf, obi5Of } from './book.ts';
import { type CrossSection, CrossSectioner, emptyCrossSection } from './cross-section.ts';
import { activeBuyShare, orderFlow } from './flow.ts';
import { at, Rings, type SlotInput } from './rings.ts';
import { bigThreshold } from './thresholds.ts';

/** The gate's floor for the 3-minute return, and for amounts against their profile (looser than any detector's). */
const stirRet3m = 0.004;
const stirAmount1m = 1.5;
const stirAmount5m = 2;
/** Added to amounts before logarithms, yuan (quant.md §2.1). */
export const amountC = 20_000;
/** Floor of a minute's expected amount, yuan. */
const expectedFloor = 1000;
const none: readonly RowCopies[] = [];

export class FeatureEngine {
  readonly universe: Universe;
  readonly cleaner: Cleaner;
  readonly rings: Rings;
  readonly bars: Bars;
  readonly crossSection: CrossSection = emptyCrossSection();
  readonly #sectioner: CrossSectioner;
  /** Images being taken: a row is copied before it changes. */
  #copies: readonly RowCopies[] = none;
  readonly #input: SlotInput = {
    lnMid: 0,
    mid: 0,
    last: 0,
    dv: 0,
    da: 0,
    net: 0,
    bigNet: 0,
    bigAmount: 0,
    bigCount: 0,
    ofi: 0,
    depth1: 0,
    obi: 0,
    covers: true,
  };

  constructor(universe: Universe, cleaner: Cleaner) {
    this.universe = universe;
    this.cleaner = cleaner;
    this.rings = new Rings(universe.count, universe.staleSec);
    this.bars = new Bars(universe);
    this.#sectioner = new CrossSectioner(universe, this.rings, cleaner.accepted);
  }

  /** Folds one accepted quote in; `cleaner.accepted` still holds the one before. */
  add(s: number, batch: QuoteBatch, i: number, slot: number): void {
    for (const copies of this.#copies) copies.keep(s);
    const { cleaner } = this;
    const input = this.#input;
    const last = batch.lastMilli[i]!;
    const known = !Number.isNaN(cleaner.da);
    input.last = last;
    input.mid = midOf(batch, i * bookLevels, last, cleaner.bookOk);
    input.lnMid = log(input.mid);
    input.dv = known && cleaner.dv > 0 ? cleaner.dv : 0;
    input.da = known ? cleaner.da : 0;
    this.#flow(s, batch, i, slot);
    input.ofi = cleaner.bookOk && cleaner.accepted.bookOk[s] === 1 ? orderFlow(cleaner.accepted, s, batch, i) : 0;
    input.obi = cleaner.bookOk ? obi5Of(batch, i * bookLevels) : Number.NaN;
    input.depth1 = depth1Of(batch, i * bookLevels);
    input.covers = !cleaner.isFrozen(s);
    const base = this.rings.add(s, slot, input);
    const { values } = this.rings;
    this.bars.add(s, minuteOf(slot * slotSec), last, input.lnMid, values[base + at.amount]!, values[base + at.net]!);
  }

  #flow(s: number, batch: QuoteBatch, i: number, slot: number): void {
    const input = this.#input;
    input.net = input.bigNet = input.bigAmount = input.bigCount = 0;
    if (!(input.dv > 0) || !(input.da > 0)) return;
    const locked = this.isLockedUp(s, batch, i);
    const bought = locked ? 0 : activeBuyShare(this.cleaner.accepted, s, batch, i, input.dv, input.da);
    input.net = locked ? 0 : (2 * bought - 1) * input.da;
    const threshold = bigThreshold(this.universe, s, slot);
    if (locked || !(input.da >= threshold)) return;
    input.bigAmount = input.da;
    input.bigNet = bought > 0.5 ? input.da : bought < 0.5 ? -input.da : 0;
    input.bigCount = bought >= 0.7 ? 1 : bought <= 0.3 ? -1 : 0;
  }

  /** Last at the upper limit, the best bid too, nobody asking. */
  isLockedUp(s: number, batch: QuoteBatch, i: number): boolean {
    const limit = this.cleaner.accepted.limitUp[s]!;
    return (
      limit !== absentMilli &&
      batch.lastMilli[i] === limit &&
      batch.bidMilli[i * bookLevels] === limit &&
      batch.askMilli[i * bookLevels] === absentMilli
    );
  }

  /**
   * The gate: whether anything a detector looks for can be true of the symbol's head slot. A superset of every
   * detector's entry (ret_3m ≥ 0.4 % with an amount surprise of at least half a sigma), so it hides nothing.
   */
  stirs(s: number): boolean {
    const { rings } = this;
    const head = rings.head[s]!;
    const then = rings.lookBack(s, head - 60);
    if (then < 0) return false;
    const now = rings.base(s, head);
    if (rings.values[now + at.lnMid]! - rings.values[then + at.lnMid]! < stirRet3m) return false;
    return this.#amountStirs(s, head, now, 20, stirAmount1m) || this.#amountStirs(s, head, now, 100, stirAmount5m);
  }

  #amountStirs(s: number, head: number, now: number, slots: number, factor: number): boolean {
    const then = this.rings.lookBack(s, Math.max(head - slots, this.rings.first[s]!));
    const amount = this.rings.values[now + at.amount]! - this.rings.values[then + at.amount]!;
    const expected = this.expectedAmount(s, head * slotSec, slots * slotSec);
    return Number.isNaN(expected) || amount + amountC >= factor * (expected + amountC);
  }

  /** Expected yuan over the `windowSec` up to `tsec`; NaN while a borrowed profile has no ratio yet. */
  expectedAmount(s: number, tsec: number, windowSec: number): number {
    const { universe } = this;
    const instrument = universe.instruments[s]!;
    const sums = universe.amountSums[instrument.profile]!;
    const share = profileUpTo(sums, tsec) - profileUpTo(sums, tsec - windowSec);
    const yuan = universe.adv20[s]! * share * this.#todayRatio(s, sums);
    return Math.max(yuan, (expectedFloor * windowSec) / 60);
  }

  /** For a borrowed profile: today's amount over the profile's, up to the last completed minute; NaN before five. */
  #todayRatio(s: number, sums: Float64Array): number {
    if (this.universe.instruments[s]!.profileSource === 'own') return 1;
    const { state } = this.bars;
    if (state.barsDone[s]! < 5) return Number.NaN;
    const from = this.rings.first[s]! * slotSec;
    const until = (state.doneMinute[s]! + 1) * 60;
    return state.doneAmount[s]! / (this.universe.adv20[s]! * (profileUpTo(sums, until) - profileUpTo(sums, from)));
  }

  /** σ(W) over [from, from + W] of tsec: profile variance times the day's multiplier, at least half a tick a minute. */
  sigma(s: number, fromTsec: number, windowSec: number, lastMilli: number): number {
    const { profile, sigmaDay } = this.universe.instruments[s]!;
    const sums = this.universe.varSums[profile]!;
    const share = profileUpTo(sums, fromTsec + windowSec) - profileUpTo(sums, fromTsec);
    const halfTick = 5 / lastMilli;
    const variance = Math.max(sigmaDay * sigmaDay * share, (halfTick * halfTick * windowSec) / 60);
    return Math.sqrt(this.bars.volMult(s) * variance);
  }

  /** At every third clock entry of continuous trading. */
  updateCrossSection(tsec: number): void {
    this.#sectioner.update(this.crossSection, Math.floor(tsec / slotSec));
  }

  image(): FeatureImage {
    return { rings: imageOf(this.rings.columns()), bars: imageOf(this.bars.columns()), crossSection: { ...this.crossSection } };
  }

  /** The same image as of now, copied row by row while the engine goes on; at most one at a time. */
  beginImage(): GradualImage<FeatureImage> {
    const copies = [
      new RowCopies(this.rings.columns(), this.universe.count),
      new RowCopies(this.bars.columns(), this.universe.count),
    ] as const;
    const crossSection = { ...this.crossSection };
    this.#copies = copies;
    return {
      advance: (rows) => {
        const done = copies.map((each) => each.advance(rows)).every(Boolean);
        if (done) this.#copies = none;
        return done;
      },
      image: () => ({ rings: copies[0].image(), bars: copies[1].image(), crossSection }),
    };
  }

  restore(image: FeatureImage): void {
    restoreColumns(this.rings.columns(), image.rings);
    restoreColumns(this.bars.columns(), image.bars);
    Object.assign(this.crossSection, image.crossSection);
  }
}

export type FeatureImage = { readonly rings: ColumnImage; readonly bars: ColumnImage; readonly crossSection: CrossSection };
