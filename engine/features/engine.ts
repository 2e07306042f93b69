/**
 * The feature engine: quotes in, running sums; on demand the whole FeatureSnapshot of one symbol.
 *
 * Hot    add() for every accepted quote; ret3m() for the wake predicates of strategies
 * Cold   a Snapshot, only for symbols that a strategy is awake for
 * Pure   a function of the bundle and of the accepted quotes so far: nothing after t changes what was computed at t
 */
import { log } from '../../contracts/math.ts';
import { absentMilli, bookLevels, type QuoteBatch } from '../../contracts/quote.ts';
import { minuteOf, slotSec } from '../../contracts/session.ts';
import type { Accepted } from '../clean/accepted.ts';
import type { RowVerdict } from '../clean/cleaner.ts';
import { type ColumnImage, imageOf, type OpenImage, restoreColumns, type Taken } from '../clean/columns.ts';
import type { Universe } from '../clean/universe.ts';
import { Bars } from './bars.ts';
import { depth1Of, midOf, obi5Of } from './book.ts';
import { type CrossSection, CrossSectioner, emptyCrossSection } from './cross-section.ts';
import { activeBuyShare, isLockedRow, orderFlow } from './flow.ts';
import { PriceTrail } from './price-trail.ts';
import { at, hot, Rings, type SlotInput } from './rings.ts';
import { bigThreshold, bucketOf, buckets } from './thresholds.ts';

/** Added to amounts before logarithms, yuan (contracts/spec/features.md#inputs). */
export const amountC = 20_000;
/** Floor of a minute's expected amount, yuan. */
const expectedFloor = 1000;

export class FeatureEngine {
  readonly universe: Universe;
  readonly accepted: Accepted;
  readonly rings: Rings;
  readonly trail: PriceTrail;
  readonly bars: Bars;
  readonly crossSection: CrossSection = emptyCrossSection();
  readonly sectioner: CrossSectioner;
  /** By bucket, then symbol. */
  readonly #bigThresholds: Float64Array;
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

  constructor(universe: Universe, accepted: Accepted) {
    this.universe = universe;
    this.accepted = accepted;
    this.rings = new Rings(universe.count, universe.staleSec);
    this.trail = new PriceTrail(universe.count);
    this.bars = new Bars(universe);
    this.sectioner = new CrossSectioner(universe, this.rings, accepted);
    this.#bigThresholds = Float64Array.from({ length: universe.count * buckets }, (_, k) => {
      const s = k % universe.count;
      return bigThreshold(universe, s, Math.floor(k / universe.count), universe.preClose[s]!);
    });
  }

  /** Folds one accepted quote in, as cleaning judged it; `accepted` still holds the one before. */
  add({ s, tsec, slot, dv, da, bookOk, stalled }: RowVerdict, batch: QuoteBatch, i: number): void {
    const { accepted } = this;
    const input = this.#input;
    const last = batch.lastMilli[i]!;
    const known = !Number.isNaN(da);
    input.last = last;
    input.mid = midOf(batch, i * bookLevels, last, bookOk);
    input.lnMid = log(input.mid);
    input.dv = known && dv > 0 ? dv : 0;
    input.da = known ? da : 0;
    this.#flow(s, batch, i, slot);
    input.ofi = bookOk && accepted.bookOk[s] === 1 ? orderFlow(accepted, s, batch, i) : 0;
    input.obi = bookOk ? obi5Of(batch, i * bookLevels) : Number.NaN;
    input.depth1 = depth1Of(batch, i * bookLevels);
    input.covers = !stalled;
    const base = this.rings.add(s, slot, input);
    this.trail.add(s, Math.floor(tsec), last);
    const { values } = this.rings;
    this.bars.add(s, minuteOf(slot * slotSec), last, input.lnMid, values[base + at.amount]!, values[base + at.net]!);
  }

  #flow(s: number, batch: QuoteBatch, i: number, slot: number): void {
    const input = this.#input;
    input.net = input.bigNet = input.bigAmount = input.bigCount = 0;
    if (!(input.dv > 0) || !(input.da > 0)) return;
    const locked = isLockedRow(this.accepted, s, batch, i);
    const bought = locked ? 0 : activeBuyShare(this.accepted, s, batch, i, input.dv, input.da);
    input.net = locked ? 0 : (2 * bought - 1) * input.da;
    if (locked || !(input.da >= this.bigThreshold(s, slot))) return;
    input.bigAmount = input.da;
    input.bigNet = bought > 0.5 ? input.da : bought < 0.5 ? -input.da : 0;
    input.bigCount = bought >= 0.7 ? 1 : bought <= 0.3 ? -1 : 0;
  }

  /** Last at the upper limit, the best bid too, nobody asking: of the quote last accepted. */
  isLockedUp(s: number): boolean {
    const { limitUp, last, bid, ask } = this.accepted;
    const limit = limitUp[s]!;
    return limit !== absentMilli && last[s] === limit && bid[s * bookLevels] === limit && ask[s * bookLevels] === absentMilli;
  }

  /** θ1: what counts as a large print of the symbol at this time of day, yuan; NaN where its float is unknown. */
  bigThreshold(s: number, slot: number): number {
    const known = this.#bigThresholds[bucketOf(slot) * this.universe.count + s]!;
    return Number.isNaN(known) ? bigThreshold(this.universe, s, bucketOf(slot), this.accepted.preClose[s]!) : known;
  }

  /** ln-return over three minutes to the head slot, whatever its quality; NaN before there are three. */
  ret3m(s: number): number {
    const { rings } = this;
    const head = rings.head[s]!;
    if (!rings.holds(s, head - 60)) return Number.NaN;
    return rings.hot[rings.hotAt(s, head) + hot.lnMid]! - rings.hot[rings.hotAt(s, head - 60) + hot.lnMid]!;
  }

  /** Yuan traded over the last `slots` slots, whatever its quality; NaN before there are so many. */
  amountOver(s: number, slots: number): number {
    const { rings } = this;
    const head = rings.head[s]!;
    if (!rings.holds(s, head - slots)) return Number.NaN;
    return rings.hot[rings.hotAt(s, head) + hot.amount]! - rings.hot[rings.hotAt(s, head - slots) + hot.amount]!;
  }

  /** Active buying less active selling over the last `slots` slots, yuan, likewise. */
  netOver(s: number, slots: number): number {
    const { rings } = this;
    const head = rings.head[s]!;
    if (!rings.holds(s, head - slots)) return Number.NaN;
    return rings.hot[rings.hotAt(s, head) + hot.net]! - rings.hot[rings.hotAt(s, head - slots) + hot.net]!;
  }

  /** Mean shares at the two best prices over the last `slots` slots; NaN where fewer are held, or none of them had a book. */
  depthOver(s: number, slots: number): number {
    const { rings } = this;
    const head = rings.head[s]!;
    const then = rings.lookBack(s, head - slots);
    if (then < 0) return Number.NaN;
    const now = rings.base(s, head);
    const { values } = rings;
    return (0.5 * (values[now + at.depth1]! - values[then + at.depth1]!)) / (values[now + at.depth1N]! - values[then + at.depth1N]!);
  }

  /** Mid of the last quote in Milli; NaN before the first. */
  midOf = (s: number): number => {
    const head = this.rings.head[s]!;
    return head < 0 ? Number.NaN : this.rings.values[this.rings.base(s, head) + at.mid]!;
  };

  /** The same, NaN also where it is older than `maxSec` at `tsec`. */
  midWithin = (s: number, tsec: number, maxSec: number): number =>
    tsec - this.rings.head[s]! * slotSec > maxSec ? Number.NaN : this.midOf(s);

  /** Expected yuan over the `windowSec` up to `tsec`; NaN while a borrowed profile has no ratio yet. */
  expectedAmount(s: number, tsec: number, windowSec: number): number {
    const { universe } = this;
    const share = universe.profiles.amountShare(s, tsec - windowSec, tsec);
    const yuan = universe.adv20[s]! * share * this.#todayRatio(s);
    return Math.max(yuan, (expectedFloor * windowSec) / 60);
  }

  /** Yuan a day: adv20, or where nobody knows it what today's amount comes to by the profile; NaN in the first minute. */
  advYuan(s: number): number {
    const { universe } = this;
    const known = universe.instruments[s]!.adv20Yuan;
    if (known !== null) return known;
    const tsec = this.rings.head[s]! * slotSec;
    return tsec < 60 ? Number.NaN : this.accepted.amount[s]! / universe.profiles.amountShare(s, 0, tsec);
  }

  /** For a borrowed profile: today's amount over the profile's, up to the last completed minute; NaN before five. */
  #todayRatio(s: number): number {
    if (this.universe.ownProfile[s] === 1) return 1;
    const { state } = this.bars;
    if (state.barsDone[s]! < 5) return Number.NaN;
    const from = this.rings.first[s]! * slotSec;
    const until = (state.doneMinute[s]! + 1) * 60;
    return state.doneAmount[s]! / (this.universe.adv20[s]! * this.universe.profiles.amountShare(s, from, until));
  }

  /** σ(W) over [from, from + W] of tsec: profile variance times the day's multiplier, at least half a tick a minute. */
  sigma(s: number, fromTsec: number, windowSec: number, lastMilli: number): number {
    const sigmaDay = this.universe.sigmaDay[s]!;
    const share = this.universe.profiles.varShare(s, fromTsec, fromTsec + windowSec);
    const halfTick = 5 / lastMilli;
    const variance = Math.max(sigmaDay * sigmaDay * share, (halfTick * halfTick * windowSec) / 60);
    return Math.sqrt(this.bars.volMult(s) * variance);
  }

  /** At every third clock entry of continuous trading. */
  updateCrossSection(tsec: number): void {
    this.sectioner.update(this.crossSection, Math.floor(tsec / slotSec));
  }

  image(): FeatureImage {
    return {
      rings: imageOf(this.rings.columns()),
      trail: imageOf(this.trail.columns()),
      bars: imageOf(this.bars.columns()),
      crossSection: { ...this.crossSection },
    };
  }

  /** The same image as of now, read out while the engine goes on; at most one at a time. */
  openImage(): OpenImage<FeatureImage<Taken>> {
    const { rings, trail, bars } = this;
    return {
      image: {
        rings: rings.imageAsOf().image,
        trail: trail.imageAsOf().image,
        bars: bars.imageAsOf().image,
        crossSection: { ...this.crossSection },
      },
      end: () => {
        for (const part of [rings, trail, bars]) part.endImage();
      },
    };
  }

  restore(image: FeatureImage): void {
    restoreColumns(this.rings.columns(), image.rings);
    this.rings.restoreCopies();
    restoreColumns(this.trail.columns(), image.trail);
    this.trail.restoreCopies();
    restoreColumns(this.bars.columns(), image.bars);
    Object.assign(this.crossSection, image.crossSection);
  }
}

export type FeatureImage<Bytes = Uint8Array> = {
  readonly rings: ColumnImage<Bytes>;
  readonly trail: ColumnImage<Bytes>;
  readonly bars: ColumnImage<Bytes>;
  readonly crossSection: CrossSection;
};
