/**
 * What runs for which symbol: activity, distance to the limit, halts, and the detectors of symbols that stir.
 *
 * Quiet symbols cost one gate a quote. Everything else runs only while a symbol stirs, surges, fades or carries an opportunity
 */

import type { Bundle } from '../../contracts/bundle.ts';
import { featureAt } from '../../contracts/features.ts';
import { absentMilli, bookLevels, type QuoteBatch } from '../../contracts/quote.ts';
import { slotSec } from '../../contracts/session.ts';
import { instrumentId } from '../../contracts/units.ts';
import { neverSlot } from '../clean/accepted.ts';
import { type ColumnImage, imageOf, restoreColumns } from '../clean/columns.ts';
import type { DetectorInput, Signal } from '../detectors/detector.ts';
import { detectors, type RegisteredDetector } from '../detectors/registry.ts';
import type { FeatureEngine } from '../features/engine.ts';
import { at } from '../features/rings.ts';
import { emptySnapshot, type Snapshot, takeSnapshot } from '../features/snapshot.ts';
import type { Actors } from './actors.ts';
import type { Desk } from './desk.ts';
import { kinds } from './kinds.ts';
import type { Recorder } from './recorder.ts';

/** For tests and reports; never part of a decision. */
export type Observer = {
  readonly refused?: (s: number, detector: string, refused: readonly string[], input: DetectorInput) => void;
  readonly signal?: (s: number, detector: string, signal: Signal, input: DetectorInput) => void;
  readonly snapshot?: (s: number, snapshot: Snapshot, input: DetectorInput) => void;
};

/** One detector with its day's parameters and the state of each symbol it has looked at. */
type DetectorSlot = {
  readonly registered: RegisteredDetector;
  readonly params: unknown;
  readonly version: number;
  readonly paramHash: string;
  readonly byRow: Map<number, unknown>;
};

const activity = { quiet: 0, stirring: 1, surging: 2, fading: 3 } as const;
const limit = { free: 0, near: 1, locked: 2, opened: 3 } as const;
/** A symbol goes quiet after this long without stirring, trading seconds. */
const calmSec = 60;
const nearLimit = 0.02;
const leaveLimit = 0.03;
/** K4: a fall from the five-minute peak after a rise, or a minute that falls by this many sigma. */
const divePull = -0.02;
const diveSigma = -4;
const lunchSlot = 2400;

export class SymbolDesk {
  readonly #bundle: Bundle;
  readonly #features: FeatureEngine;
  readonly #actors: Actors;
  readonly #desk: Desk;
  readonly #recorder: Recorder;
  readonly #snapshot: Snapshot = emptySnapshot();
  readonly #states: readonly DetectorSlot[];
  readonly #feedHealthy: () => boolean;
  readonly #disabled = new Set<string>();
  readonly columns: ReturnType<typeof symbolColumns>;
  observer: Observer = {};
  refusals: Record<string, number> = {};
  signals = 0;

  /** `feedHealthy`: K1, asked only when a signal speaks. */
  constructor(bundle: Bundle, features: FeatureEngine, actors: Actors, desk: Desk, recorder: Recorder, feedHealthy: () => boolean) {
    this.#feedHealthy = feedHealthy;
    this.#bundle = bundle;
    this.#features = features;
    this.#actors = actors;
    this.#desk = desk;
    this.#recorder = recorder;
    this.columns = symbolColumns(bundle.instruments.length);
    this.#states = detectors.map((registered) => {
      const known = bundle.detectors.find((each) => each.id === registered.detector.id);
      return {
        registered,
        params: registered.paramsOf(bundle.config),
        version: registered.detector.version,
        paramHash: known?.paramHash ?? '',
        byRow: new Map<number, unknown>(),
      };
    });
  }

  /** An accepted quote is in the rings and is the last: gate, limit state, features, detectors, prices of live opportunities. */
  settled(s: number, batch: QuoteBatch, i: number, slot: number): void {
    const { columns } = this;
    if (columns.halted[s] === 1) this.#resumed(s, batch.lastMilli[i]!);
    this.#limitState(s, batch, i);
    const stirs = this.#features.stirs(s);
    if (columns.activity[s] === activity.quiet) {
      if (!stirs) return;
      this.#tell(s, 'gate.stirred');
      columns.activity[s] = activity.stirring;
    }
    if (stirs || columns.activity[s] === activity.surging || this.#desk.hasLive(s)) columns.stirredSlot[s] = slot;
    else if ((slot - columns.stirredSlot[s]!) * slotSec >= calmSec) {
      this.#tell(s, 'gate.calmed');
      columns.activity[s] = activity.quiet;
      return;
    }
    // not stirring and nobody waiting for an answer: no entry can hold, so nothing is computed
    if (stirs || this.#desk.hasLive(s) || this.#states.some(({ byRow }) => byRow.has(s))) this.#evaluate(s, batch, i, slot);
  }

  halted(s: number): void {
    if (this.columns.halted[s] === 1) return;
    this.columns.halted[s] = 1;
    const lastMilli = this.#features.cleaner.accepted.last[s]!;
    this.#tell(s, 'data.halted');
    this.#desk.tell(s, { type: 'halt', tsMs: this.#recorder.nowMs, lastMilli } as never);
    this.#desk.tell(s, { type: 'data.halted', tsMs: this.#recorder.nowMs });
  }

  #resumed(s: number, lastMilli: number): void {
    this.columns.halted[s] = 0;
    this.#tell(s, 'data.fresh');
    this.#desk.tell(s, { type: 'resume', tsMs: this.#recorder.nowMs, lastMilli } as never);
    this.#desk.tell(s, { type: 'data.fresh', tsMs: this.#recorder.nowMs });
  }

  disable(detector: string): boolean {
    if (!this.#states.some(({ registered }) => registered.detector.id === detector)) return false;
    this.#disabled.add(detector);
    return true;
  }

  #limitState(s: number, batch: QuoteBatch, i: number): void {
    const { universe, cleaner } = this.#features;
    const upper = cleaner.accepted.limitUp[s]!;
    if (upper === absentMilli) return;
    const last = batch.lastMilli[i]!;
    const state = this.columns.limit[s]!;
    const distance = (upper - last) / universe.preClose[s]!;
    if (state === limit.free && distance > nearLimit) return;
    const locked = this.#features.isLockedUp(s, batch, i);
    if (locked && state !== limit.locked) this.#setLimit(s, limit.locked, 'limit.locked');
    else if (!locked && state === limit.locked) this.#setLimit(s, limit.opened, 'limit.unlocked');
    else if (state === limit.free) this.#setLimit(s, limit.near, 'limit.neared');
    else if (state !== limit.locked && distance > leaveLimit) this.#setLimit(s, limit.free, 'limit.left');
  }

  #setLimit(s: number, state: number, event: string): void {
    this.columns.limit[s] = state;
    this.#tell(s, event);
    if (event === 'limit.locked' || event === 'limit.unlocked') this.#desk.tell(s, { type: event, tsMs: this.#recorder.nowMs });
  }

  #evaluate(s: number, batch: QuoteBatch, i: number, slot: number): void {
    takeSnapshot(this.#features, s, this.#recorder.nowMs, this.#snapshot);
    const input = this.#inputOf(s, batch, i, slot);
    this.observer.snapshot?.(s, this.#snapshot, input);
    for (const state of this.#states) {
      const { id } = state.registered.detector;
      if (this.#disabled.has(id) || this.#disabled.has(`${id}|${s}`)) continue;
      try {
        this.#runDetector(s, state, input, batch, i);
      } catch (error) {
        this.#disabled.add(`${id}|${s}`);
        this.#recorder.fault(this.#features.universe.actorIds[s]!, `detector:${id}`, 'DETECTOR_THREW', error);
      }
    }
    if (!this.#desk.hasLive(s)) return;
    const bid = batch.bidMilli[i * bookLevels]!;
    this.#desk.price(s, bid === absentMilli ? null : bid, input.midMilli, input.lastMilli, this.#dives());
  }

  #dives(): boolean {
    const { values } = this.#snapshot;
    const fellFromHeight = values[featureAt.pull5]! <= divePull && values[featureAt.rangePos]! >= 0.5;
    return fellFromHeight || values[featureAt.ret_z1m]! <= diveSigma;
  }

  #runDetector(s: number, state: DetectorSlot, input: DetectorInput, batch: QuoteBatch, i: number): void {
    const { detector } = state.registered;
    const result = detector.step(state.byRow.get(s) ?? detector.initial, input, state.params);
    if (result.state === detector.initial) state.byRow.delete(s);
    else state.byRow.set(s, result.state);
    if (result.refused.length > 0) {
      for (const gate of result.refused) this.refusals[gate] = (this.refusals[gate] ?? 0) + 1;
      this.observer.refused?.(s, detector.id, result.refused, input);
    }
    if (result.signal !== null) this.#signal(s, state, result.signal, input, batch, i);
  }

  #signal(s: number, state: DetectorSlot, signal: Signal, input: DetectorInput, batch: QuoteBatch, i: number): void {
    this.signals += 1;
    const { detector } = state.registered;
    this.observer.signal?.(s, detector.id, signal, input);
    this.#recorder.record('signal', this.#features.universe.actorIds[s]!, {
      signal: {
        detector: detector.id,
        version: state.version,
        paramHash: state.paramHash,
        instrument: input.id,
        direction: 'up',
        phase: signal.phase,
        path: signal.path,
        tsExchangeMs: input.tsExchangeMs,
        tsMs: input.tsMs,
        score: signal.score,
        evidence: [...signal.evidence],
        anchor: signal.anchor,
        horizonSec: detector.horizonSec(state.params),
        benchmark: input.benchmark,
        profileSource: input.instrument.profileSource,
      },
    });
    if (signal.phase === 'enter') {
      this.#tell(s, 'signal.entered');
      this.columns.activity[s] = activity.surging;
    }
    if (signal.phase === 'exit') {
      this.#tell(s, 'signal.exited');
      this.columns.activity[s] = activity.fading;
    }
    const ask = batch.askMilli[i * bookLevels]!;
    this.#desk.signal({
      s,
      registered: state.registered,
      params: state.params,
      signal,
      feedHealthy: this.#feedHealthy(),
      plan: {
        values: this.#snapshot.values,
        instrument: input.instrument,
        entryMilli: ask === absentMilli ? input.lastMilli : ask,
        lastMilli: input.lastMilli,
        p0Milli: signal.anchor.p0Milli,
        limitUpMilli: input.limitUpMilli,
        horizonSec: detector.horizonSec(state.params),
        tsec: input.tsec,
      },
    });
  }

  #inputOf(s: number, batch: QuoteBatch, i: number, slot: number): DetectorInput {
    const features = this.#features;
    const { rings, universe, cleaner } = features;
    const base = rings.base(s, slot);
    const ago = rings.lookBack(s, slot - 60);
    const instrument = universe.instruments[s]!;
    return {
      instrument,
      id: instrumentId(instrument.no),
      values: this.#snapshot.values,
      benchmark: this.#snapshot.benchmark,
      tsMs: this.#recorder.nowMs,
      tsExchangeMs: batch.tsExchangeMs[i]!,
      tsec: slot * slotSec,
      slot,
      lastMilli: batch.lastMilli[i]!,
      midMilli: rings.values[base + at.mid]!,
      midAgo3m: ago < 0 ? Number.NaN : rings.values[ago + at.mid]!,
      runAmount: rings.values[base + at.amount]!,
      runVolume: rings.values[base + at.volume]!,
      limitUpMilli: cleaner.accepted.limitUp[s] === absentMilli ? null : cleaner.accepted.limitUp[s]!,
      locked: features.isLockedUp(s, batch, i),
      resumedSlot: cleaner.resumedSlot(s),
      frozen: cleaner.isFrozen(s) || cleaner.accepted.disputed[s] === 1,
      lunchJump: this.#lunchJump(s, slot),
      excludeRiskWarning: this.#bundle.config.universe.excludeRiskWarning,
      adv20Min: this.#bundle.config.universe.adv20Min,
    };
  }

  /** U3: the move over 13:00:00–13:00:06, while it still sits inside the first minute's judgement. */
  #lunchJump(s: number, slot: number): number {
    if (slot < lunchSlot || slot >= lunchSlot + 20) return 0;
    const { rings } = this.#features;
    const before = rings.lookBack(s, lunchSlot - 1);
    const after = rings.lookBack(s, Math.min(slot, lunchSlot + 2));
    return before < 0 || after < 0 ? 0 : rings.values[after + at.lnMid]! - rings.values[before + at.lnMid]!;
  }

  /** Symbol actors are made when they first have something to hear. */
  #tell(s: number, type: string): void {
    const id = this.#features.universe.actorIds[s]!;
    if (!this.#actors.has(id)) this.#actors.spawn(kinds.symbol, id, { instrument: id });
    this.#actors.send(id, { type, tsMs: this.#recorder.nowMs });
  }

  /** Data state of a symbol that carries an opportunity, told when it changes. */
  setData(s: number, state: 'fresh' | 'degraded' | 'stale'): void {
    const code = state === 'fresh' ? 0 : state === 'degraded' ? 1 : 2;
    if (this.columns.data[s] === code || this.columns.halted[s] === 1) return;
    this.columns.data[s] = code;
    this.#tell(s, `data.${state}`);
    this.#desk.tell(s, { type: `data.${state}`, tsMs: this.#recorder.nowMs });
  }

  image(): SymbolImage {
    return {
      columns: imageOf(this.columns),
      detectors: this.#states.map(({ registered, byRow }) => ({ id: registered.detector.id, rows: [...byRow] })),
      disabled: [...this.#disabled],
      refusals: { ...this.refusals },
      signals: this.signals,
    };
  }

  restore(image: SymbolImage): void {
    restoreColumns(this.columns, image.columns);
    for (const { id, rows } of image.detectors) {
      const state = this.#states.find(({ registered }) => registered.detector.id === id);
      for (const [row, value] of rows) state?.byRow.set(row, value);
    }
    for (const key of image.disabled) this.#disabled.add(key);
    this.refusals = { ...image.refusals };
    this.signals = image.signals;
  }
}

const symbolColumns = (count: number) => ({
  activity: new Uint8Array(count),
  limit: new Uint8Array(count),
  halted: new Uint8Array(count),
  data: new Uint8Array(count),
  stirredSlot: new Int32Array(count).fill(neverSlot),
});

export type SymbolImage = {
  readonly columns: ColumnImage;
  readonly detectors: readonly { readonly id: string; readonly rows: readonly (readonly [number, unknown])[] }[];
  readonly disabled: readonly string[];
  readonly refusals: Record<string, number>;
  readonly signals: number;
};
