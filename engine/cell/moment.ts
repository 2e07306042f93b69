/** What a symbol's detectors see at one accepted quote. One object for all of them, good until the next quote. */
import type { Instrument } from '../../contracts/bundle.ts';
import { absentMilli, bookLevels, type QuoteBatch } from '../../contracts/quote.ts';
import { slotSec } from '../../contracts/session.ts';
import type { RowVerdict } from '../clean/cleaner.ts';
import type { DetectorInput } from '../detectors/detector.ts';
import { askYuanOf } from '../features/book.ts';
import { at } from '../features/rings.ts';
import type { Snapshot } from '../features/snapshot.ts';
import type { MarketState } from './market-state.ts';
import type { Settings } from './settings.ts';

const lunchSlot = 2400;
const nan = Number.NaN;
const milliOf = (milli: number): number | null => (milli === absentMilli ? null : milli);

export class Moment implements DetectorInput {
  readonly #state: MarketState;
  readonly #snapshot: Snapshot;
  readonly feature: DetectorInput['feature'];
  readonly #settings: Settings;
  instrument!: Instrument;
  id!: DetectorInput['id'];
  regime: DetectorInput['regime'] = 'unknown';
  tsMs = 0;
  tsExchangeMs = 0;
  tsec = 0;
  slot = 0;
  lastMilli = 0;
  midMilli = nan;
  midAgo3m = nan;
  runAmount = nan;
  runVolume = nan;
  #s = 0;

  constructor(state: MarketState, settings: Settings) {
    this.#settings = settings;
    this.#state = state;
    this.#snapshot = state.snapshot;
    this.feature = state.snapshot.feature;
  }

  get excludeRiskWarning(): boolean {
    return this.#settings.universe.excludeRiskWarning;
  }
  get adv20Min(): number {
    return this.#settings.universe.adv20Min;
  }

  /** Turns to the quote that was just accepted. */
  take({ s, slot }: Readonly<RowVerdict>, batch: QuoteBatch, i: number, regime: DetectorInput['regime'], nowMs: number): this {
    this.#turn(s, slot, regime, nowMs);
    this.tsExchangeMs = batch.tsExchangeMs[i]!;
    this.lastMilli = batch.lastMilli[i]!;
    return this;
  }

  /** Turns to a symbol's last accepted quote, between two entries; what is heard next turns away from it. */
  look(s: number, regime: DetectorInput['regime'], nowMs: number): this {
    const { features, cleaner } = this.#state;
    this.#turn(s, features.rings.head[s]!, regime, nowMs);
    this.tsExchangeMs = nowMs;
    this.lastMilli = cleaner.accepted.last[s]!;
    return this;
  }

  #turn(s: number, slot: number, regime: DetectorInput['regime'], nowMs: number): void {
    const { features, universe } = this.#state;
    const { rings } = features;
    const base = rings.base(s, slot);
    const ago = rings.lookBack(s, slot - 60);
    this.#snapshot.take(s, nowMs, this.#state.serial);
    this.#s = s;
    this.instrument = universe.instruments[s]!;
    this.id = universe.ids[s]!;
    this.regime = regime;
    this.tsMs = nowMs;
    this.tsec = slot * slotSec;
    this.slot = slot;
    this.midMilli = rings.values[base + at.mid]!;
    this.midAgo3m = ago < 0 ? nan : rings.values[ago + at.mid]!;
    this.runAmount = rings.values[base + at.amount]!;
    this.runVolume = rings.values[base + at.volume]!;
  }

  get benchmark(): string {
    return this.#snapshot.benchmark;
  }
  get limitUpMilli(): number | null {
    return milliOf(this.#state.cleaner.accepted.limitUp[this.#s]!);
  }
  get askYuan(): number {
    const { bookOk, ask, askShares } = this.#state.cleaner.accepted;
    return bookOk[this.#s] === 0 ? nan : askYuanOf(ask, askShares, this.#s * bookLevels);
  }
  get preCloseMilli(): number | null {
    return milliOf(this.#state.cleaner.accepted.preClose[this.#s]!);
  }
  get advYuan(): number {
    return this.#state.features.advYuan(this.#s);
  }
  get locked(): boolean {
    return this.#state.features.isLockedUp(this.#s);
  }
  get isOneWord(): boolean {
    const { low, limitUp } = this.#state.cleaner.accepted;
    return limitUp[this.#s] !== absentMilli && low[this.#s]! >= limitUp[this.#s]!;
  }
  get resumedSlot(): number {
    return this.#state.cleaner.resumedSlot(this.#s);
  }
  get frozen(): boolean {
    return this.#state.cleaner.isStalled(this.#s) || this.#state.cleaner.accepted.disputed[this.#s] === 1;
  }

  /** U3: the move over 13:00:00–13:00:06, while it still sits inside the first minute's judgement. */
  get lunchJump(): number {
    if (this.slot < lunchSlot || this.slot >= lunchSlot + 20) return 0;
    const { rings } = this.#state.features;
    const before = rings.lookBack(this.#s, lunchSlot - 1);
    const after = rings.lookBack(this.#s, Math.min(this.slot, lunchSlot + 2));
    return before < 0 || after < 0 ? 0 : rings.values[after + at.lnMid]! - rings.values[before + at.lnMid]!;
  }
}
