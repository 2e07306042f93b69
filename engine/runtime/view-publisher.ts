/**
 * VIEW: prices, what moves of live opportunities, who gains most: once a wall second, after the step they belong to is on disk. Never a
 * decision. A second's messages are made a few at a time between entries: all at once, beside two hundred live opportunities, they held
 * the next entry for 25 ms.
 */
import type { NatsConnection } from 'nats';
import { pullOf } from '../../actors/opportunity/prices.ts';
import { bytesOf, encode } from '../../contracts/codec.ts';
import { type FeatureId, featureIds, featureVersion } from '../../contracts/features.ts';
import { slotSec, tsecOf } from '../../contracts/session.ts';
import { subjects } from '../../contracts/subjects.ts';
import { subjectToken } from '../../contracts/units.ts';
import type { FeatureView, GainsView, OpportunitiesView, SymbolsView } from '../../contracts/view.ts';
import type { Cell } from '../cell/cell.ts';
import { external } from '../detectors/external.ts';
import { GainBoard } from '../features/gain-board.ts';

const everyMs = 1000;
export const gainSpansSec = [60, 300, 600] as const;
const boardSize = 100;
/** A symbol without a quote for this long is not on a board, trading seconds. */
export const boardStaleSec = 60;

/** How long messages are made in one go, ms: at least one is. */
const atOnceMs = 2;
/** Symbols whose features are read in one go. */
const rowsAtOnce = 8;

type Message = { readonly subject: string; readonly body: unknown };
/** What makes some of a second's messages. */
type Job = (cell: Cell, step: number) => Iterable<Message>;

export class ViewPublisher {
  readonly #nc: NatsConnection;
  readonly #run: string;
  readonly #onFailure: (error: unknown) => void;
  #lastMs = 0;
  #cell: Cell | null = null;
  #board: GainBoard | null = null;
  /** Of the second under way, in their order: what does not wait for the features of the one before, and those. */
  #first: Job[] = [];
  #features: Job[] = [];
  #round = 0;
  #isWaiting = false;

  /** `onFailure`: a message that cannot be made costs its second, and no decision. */
  constructor(nc: NatsConnection, run: string, onFailure: (error: unknown) => void) {
    this.#nc = nc;
    this.#run = run;
    this.#onFailure = onFailure;
  }

  /** To be called whenever all that the cell has concluded is stored, up to `step`. What is begun goes on by itself for as long as that holds. */
  publish(cell: Cell, step: number): void {
    const now = Date.now();
    if (this.#cell !== cell) [this.#cell, this.#board, this.#first, this.#features] = [cell, null, [], []]; // a new day's
    if (now - this.#lastMs >= everyMs) {
      this.#lastMs = now;
      this.#first = this.#views();
      if (this.#features.length === 0) this.#features = this.#roundOf(cell);
    }
    this.#some(cell, step);
  }

  #some(cell: Cell, step: number): void {
    const until = performance.now() + atOnceMs;
    try {
      do for (const { subject, body } of this.#next()?.(cell, step) ?? []) this.#nc.publish(subject, encode(body));
      while (this.#left > 0 && performance.now() < until);
    } catch (error) {
      [this.#first, this.#features] = [[], []];
      this.#onFailure(error);
    }
    if (this.#left === 0 || this.#isWaiting) return;
    this.#isWaiting = true;
    setImmediate(() => {
      this.#isWaiting = false;
      const isShown = cell === this.#cell && cell.step === step && !this.#nc.isClosed() && !this.#nc.isDraining();
      if (isShown) this.#some(cell, step); // else with the next step that is stored
    });
  }

  #next = (): Job | undefined => this.#first.shift() ?? this.#features.shift();
  get #left(): number {
    return this.#first.length + this.#features.length;
  }

  #views(): Job[] {
    const on = subjects(this.#run);
    return [
      (from, step) => [{ subject: on.view('symbols'), body: symbolsView(from, step) }],
      (from, step) => [{ subject: on.view('opportunities'), body: opportunitiesView(from, step) }],
      (from, step) => {
        this.#board ??= new GainBoard(from.features.trail, gainSpansSec, boardSize);
        return [{ subject: on.view('gains'), body: gainsView(from, step, this.#board) }];
      },
    ];
  }

  /** A message a symbol, each as of the moment it is made at, and which of one round. */
  #roundOf(cell: Cell): Job[] {
    const on = subjects(this.#run);
    const rows = shownRows(cell);
    this.#round += 1;
    const shown = { round: this.#round, of: rows.length };
    const features = (some: readonly number[]): Job =>
      function* (from, step) {
        for (const s of some) {
          const body: FeatureView = { ...featureView(from, step, s), ...shown };
          yield { subject: on.feature(subjectToken(from.market.universe.instruments[s]!.no)), body };
        }
      };
    return Array.from({ length: Math.ceil(rows.length / rowsAtOnce) }, (_, k) =>
      features(rows.slice(k * rowsAtOnce, (k + 1) * rowsAtOnce)),
    );
  }
}

/** At most so many symbols that only stir are shown to strategies outside the cell. */
const mostStirring = 300;

/** Rows of watched symbols, of those with a live opportunity and, where a strategy outside the cell looks on, of those that stir. */
export function shownRows(cell: Cell): number[] {
  const watched = [...cell.decisions.watched].map((no) => cell.market.universe.rowOf(no)).filter((s) => s >= 0);
  const live = cell.desk.rows().filter((row) => cell.market.sectorOf(row) === null);
  const looksOn = cell.decisions.lanes.some(({ detector, disabled }) => detector.id === external.id && !disabled);
  return [...new Set([...watched, ...live, ...(looksOn ? activeRows(cell) : [])])].sort((a, b) => a - b);
}

function activeRows(cell: Cell): number[] {
  const awake = cell.symbols.awakeAt(cell.timeMs);
  const rows: number[] = [];
  for (let s = 0; s < awake.length && rows.length < mostStirring; s++) if (awake[s] === 1) rows.push(s);
  return rows;
}

/** A symbol's whole snapshot as of the last entry; null where unknown, and all of it before its first quote. */
export function featureView(cell: Cell, step: number, s: number): Omit<FeatureView, 'round' | 'of'> {
  const snapshot = cell.features.rings.head[s]! >= 0 ? cell.symbols.snapshotOf(s) : null;
  const known = (id: FeatureId): number | null => {
    const value = snapshot?.feature(id) ?? Number.NaN;
    return Number.isNaN(value) ? null : value;
  };
  const values = Object.fromEntries(featureIds.map((id) => [id, known(id)]));
  return { v: 1, step, n: cell.n, tsMs: cell.timeMs, version: featureVersion, instrument: cell.market.universe.ids[s]!, values };
}

export function symbolsView(cell: Cell, step: number): SymbolsView {
  const { universe } = cell.market;
  const { last, preClose } = cell.cleaner.accepted;
  return {
    v: 1,
    step,
    tsMs: cell.timeMs,
    count: universe.count,
    columns: {
      instrumentNo: bytesOf(Uint32Array.from(universe.instruments, ({ no }) => no)),
      lastMilli: bytesOf(last).slice(),
      preCloseMilli: bytesOf(preClose).slice(),
      awake: cell.symbols.awakeAt(cell.timeMs),
    },
  };
}

export function opportunitiesView(cell: Cell, step: number): OpportunitiesView {
  const { rings } = cell.features;
  const live = cell.desk.views().map(({ id, row, context }) => {
    const k = cell.market.sectorOf(row);
    const level =
      k === null
        ? null
        : cell.market.sectors.levelOf(k, cell.cleaner.accepted, Math.floor((tsecOf(cell.timeMs) - boardStaleSec) / slotSec));
    const mid = level === null ? rings.midOf(row) : Number.isNaN(level) ? null : level;
    const { p, score, peakMilli, trailMilli, timers, paused } = context;
    return {
      id,
      p,
      score,
      peakMilli,
      trailMilli,
      pull: mid === null ? null : pullOf(context, mid),
      timers: { ...timers },
      paused: { ...paused },
    };
  });
  return { v: 1, step, tsMs: cell.timeMs, live };
}

export function gainsView(cell: Cell, step: number, board: GainBoard): GainsView {
  board.update(tsecOf(cell.timeMs) - boardStaleSec);
  const { instruments } = cell.market.universe;
  const boards = board.leaders.map(({ spanSec, rows, gains, length }) => {
    const listed = [...rows.subarray(0, length)];
    return { spanSec, instrumentNo: listed.map((s) => instruments[s]!.no), gain: listed.map((s) => gains[s]!) };
  });
  return { v: 1, step, tsMs: cell.timeMs, boards };
}
