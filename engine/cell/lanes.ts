/**
 * Lanes: one for each strategy of the day's bundle, with its parameters, its mode and a run for every symbol or sector it has begun with.
 *
 * Run       a detector's state for one row, what was last reported of it, and the opportunity it stands by
 * Outlives  when what a run raised was refused or has ended, its state is the initial one again, or goes on as its detector says; nothing
 *           reported stands for what it raises next
 * Disabled  whole by command, or for one row after a throw, for the rest of the day
 */
import type { Bundle, StrategyInstance } from '../../contracts/bundle.ts';
import type { StrategyMode, StrategyRef } from '../../contracts/signal.ts';
import type { AnyDetector } from '../detectors/detector.ts';
import { strategiesMax } from '../detectors/strategies.ts';
import type { Reported } from '../opportunities/report.ts';
import type { Question } from './wakes.ts';

/** Changed in place: one is written at every quote of it. */
export type Run = { state: unknown; reported: Reported | null; opportunity: string | null };
type Refused = { readonly reason: string; readonly tsec: number };

/** One in this many instruments is a canary's. */
const canaryShare = 10;
/** A refusal that is asked for again within this time, for the same reason, is the same one. Trading seconds. */
const refusedAgainSec = 60;

/** What is asked of every quote, of all lanes of a kind at once: a bit for each lane. */
export class LaneRows {
  /** By row: lanes that have a run, and lanes that threw for it. */
  readonly running: Int32Array;
  readonly thrown: Int32Array;
  enabled = 0;
  /** Raised whenever a lane's parameters have changed. */
  tuned = 0;

  constructor(rows: number) {
    this.running = new Int32Array(rows);
    this.thrown = new Int32Array(rows);
  }

  /** Lanes that may run for a row. */
  openFor = (row: number): number => this.enabled & ~this.thrown[row]!;
}

export class Lane<D extends AnyDetector = AnyDetector> {
  readonly detector: D;
  /** Whose maps speak for it; null: its own. */
  modelId: string | null;
  /** Whose maps speak on one instrument in ten in their place; null: nobody's. */
  canaryId: string | null = null;
  readonly runs = new Map<number, Run>();
  readonly rows: LaneRows;
  readonly bit: number;
  readonly #refused = new Map<number, Refused>();
  /** What the next run of a row begins with, where its detector remembers anything. */
  readonly #remembered = new Map<number, unknown>();
  readonly id: string;
  mode: StrategyMode;
  params: unknown;
  paramHash: string;
  strategy!: StrategyRef;
  #canary!: StrategyRef;
  scores!: { readonly enter: number; readonly exit: number };
  horizonSec!: number;

  /** `place`: its own among the lanes that share `rows`, at most 31. */
  constructor(detector: D, { id, mode, modelId, params, paramHash }: StrategyInstance, rows: LaneRows, place: number) {
    this.rows = rows;
    if (place >= strategiesMax) throw new RangeError(`at most ${strategiesMax} strategies look at symbols, and as many at sectors`);
    this.bit = 1 << place;
    rows.enabled |= this.bit;
    this.detector = detector;
    this.id = id;
    this.mode = mode;
    this.modelId = modelId;
    this.params = params;
    this.paramHash = paramHash;
    this.retune(params, paramHash);
  }

  /** New parameters: what is running goes on under them. */
  retune(params: unknown, paramHash: string): void {
    this.params = params;
    this.paramHash = paramHash;
    this.rows.tuned += 1;
    this.scores = this.detector.scores(params);
    this.horizonSec = this.detector.horizonSec(params);
    this.#refer();
  }

  /** From here on the maps of these models; what has been said stays as it was said. */
  speakFrom(modelId: string | null, canaryId: string | null = null): void {
    this.modelId = modelId;
    this.canaryId = canaryId;
    this.#refer();
  }

  /** What its wake predicate asks. */
  get question(): Question {
    return { bit: this.bit, detector: this.detector, params: JSON.stringify(this.params) };
  }

  #isCanarys = (no: number): boolean => this.canaryId !== null && no % canaryShare === 0;
  /** Whose maps speak of instrument `no`; of a sector, without one, there is no one in ten. */
  modelFor = (no: number | null): string | null => (no !== null && this.#isCanarys(no) ? this.canaryId : this.modelId);
  /** Who speaks of instrument `no`. */
  strategyFor = (no: number): StrategyRef => (this.#isCanarys(no) ? this.#canary : this.strategy);

  promote(mode: StrategyMode): void {
    this.mode = mode;
    this.#refer();
  }

  #refer(): void {
    const { variant, version } = this.detector;
    const { id, paramHash, modelId, mode } = this;
    this.strategy = { id, variant, version, paramHash, modelId, mode };
    this.#canary = { ...this.strategy, modelId: this.canaryId };
  }

  get disabled(): boolean {
    return (this.rows.enabled & this.bit) === 0;
  }
  set disabled(disabled: boolean) {
    this.rows.enabled = disabled ? this.rows.enabled & ~this.bit : this.rows.enabled | this.bit;
  }

  runsFor = (row: number): boolean => (this.rows.openFor(row) & this.bit) !== 0;
  isRunning = (row: number): boolean => (this.rows.running[row]! & this.bit) !== 0;

  /** Whether its signals on instrument `no` open opportunities. */
  actsOn(no: number): boolean {
    return this.mode === 'active' || (this.mode === 'canary' && no % canaryShare === 0);
  }

  /** What a row's next step is given. */
  stateOf(row: number): unknown {
    const run = this.runs.get(row);
    return run === undefined ? (this.#remembered.get(row) ?? this.detector.initial) : run.state;
  }

  /** Keeps a detector's state; the initial one is none. */
  keep(row: number, state: unknown): void {
    const run = this.runs.get(row);
    if (state === this.detector.initial) return this.release(row);
    if (run !== undefined) {
      run.state = state;
      return;
    }
    this.rows.running[row]! |= this.bit;
    this.runs.set(row, { state, reported: null, opportunity: null });
  }

  /** What was reported of a run, if it still is one. */
  report(row: number, reported: Reported, opportunity: string | null): void {
    const run = this.runs.get(row);
    if (run === undefined) return;
    run.reported = reported;
    run.opportunity = opportunity;
  }

  /** What was raised is over, though the detector goes on: its next raise is a new one. */
  over(row: number): void {
    const run = this.runs.get(row);
    if (run === undefined) return;
    run.reported = null;
    run.opportunity = null;
  }

  /** What a run stood by has ended, or was refused: it is over, or goes on with nothing reported. */
  outlive(row: number): void {
    const run = this.runs.get(row);
    const goesOn = this.detector.entity === 'symbol' ? this.detector.goesOn : undefined;
    if (run === undefined || goesOn === undefined) return this.release(row);
    run.state = goesOn(run.state);
    this.over(row);
  }

  release(row: number): void {
    const run = this.runs.get(row);
    const { detector } = this;
    const facts = run !== undefined && detector.entity === 'symbol' ? (detector.remembered?.(run.state) ?? null) : null;
    if (facts !== null) this.#remembered.set(row, facts);
    this.rows.running[row]! &= ~this.bit;
    this.runs.delete(row);
  }

  threw(row: number): void {
    this.rows.thrown[row]! |= this.bit;
    this.release(row);
  }

  /** Notes a refusal; true when it goes on as it was: asked again within a minute, for the same reason. */
  refuses(row: number, reason: string, tsec: number): boolean {
    const last = this.#refused.get(row);
    this.#refused.set(row, { reason, tsec });
    return last !== undefined && last.reason === reason && tsec - last.tsec < refusedAgainSec;
  }

  /** Whether it was refused within the last minute. */
  wasRefused(row: number, tsec: number): boolean {
    const last = this.#refused.get(row);
    return last !== undefined && tsec - last.tsec < refusedAgainSec;
  }

  image(): LaneImage {
    const { id, mode, modelId, canaryId, params, paramHash, disabled } = this;
    return {
      id,
      mode,
      modelId,
      canaryId,
      params,
      paramHash,
      disabled,
      runs: [...this.runs].map(([row, run]) => [row, { ...run }] as const),
      refused: [...this.#refused],
      remembered: [...this.#remembered],
      thrown: [...this.rows.thrown.keys()].filter((row) => (this.rows.thrown[row]! & this.bit) !== 0),
    };
  }

  restore(image: LaneImage): void {
    this.mode = image.mode;
    this.modelId = image.modelId;
    this.canaryId = image.canaryId;
    this.retune(image.params, image.paramHash);
    this.disabled = image.disabled;
    for (const [row, run] of image.runs) {
      this.runs.set(row, { ...run });
      this.rows.running[row]! |= this.bit;
    }
    for (const [row, refused] of image.refused) this.#refused.set(row, refused);
    for (const [row, facts] of image.remembered) this.#remembered.set(row, facts);
    for (const row of image.thrown) this.rows.thrown[row]! |= this.bit;
  }
}

export type LaneImage = {
  readonly id: string;
  readonly mode: StrategyMode;
  readonly modelId: string | null;
  readonly canaryId: string | null;
  readonly params: unknown;
  readonly paramHash: string;
  readonly disabled: boolean;
  readonly runs: readonly (readonly [number, Readonly<Run>])[];
  readonly refused: readonly (readonly [number, Refused])[];
  readonly remembered: readonly (readonly [number, unknown])[];
  readonly thrown: readonly number[];
};

/** What a bundle asked for and this code does not have as it was named. */
export type Mismatch = { readonly id: string; readonly code: 'STRATEGY_UNKNOWN' | 'STRATEGY_VERSION'; readonly message: string };

/** In the bundle's order. */
export function lanesOf(
  { detectors: wanted }: Pick<Bundle, 'detectors'>,
  registered: readonly AnyDetector[],
  rows: Readonly<Record<AnyDetector['entity'], number>>,
) {
  const lanes: Lane[] = [];
  const kinds = { symbol: new LaneRows(rows.symbol), sector: new LaneRows(rows.sector) };
  const mismatches: Mismatch[] = [];
  for (const instance of wanted) {
    const detector = registered.find(({ id }) => id === instance.detector);
    if (detector === undefined) {
      mismatches.push({ id: instance.id, code: 'STRATEGY_UNKNOWN', message: `there is no detector ${instance.detector} in this code` });
      continue;
    }
    const { params, left } = paramsFor(detector, instance);
    if (detector.version !== instance.version) {
      const without = left.length === 0 ? '' : `, which does not know ${left.join(', ')}`;
      const message = `the bundle was made for version ${instance.version}, this code has ${detector.version}${without}`;
      mismatches.push({ id: instance.id, code: 'STRATEGY_VERSION', message });
    }
    const place = lanes.filter(({ rows: shared }) => shared === kinds[detector.entity]).length;
    lanes.push(new Lane(detector, { ...instance, params }, kinds[detector.entity], place));
  }
  return { lanes, mismatches };
}

/** A bundle of another version's parameters: what this one does not know is left out and named. Of this version they are whole. */
function paramsFor(detector: AnyDetector, { version, params }: StrategyInstance) {
  const parsed = detector.params.safeParse(params);
  if (parsed.success || version === detector.version) return { params: detector.params.parse(params) as Record<string, unknown>, left: [] };
  const left = parsed.error.issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []));
  const known = Object.fromEntries(Object.entries(params).filter(([key]) => !left.includes(key)));
  return { params: detector.params.parse(known) as Record<string, unknown>, left };
}
