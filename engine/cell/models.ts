/**
 * The day's models: as what each stands and who speaks for a strategy. A model is an actor; the lane follows it.
 *
 * Speaks   one active and one canary a strategy; another in its place sends it back to the shadow
 * Back     by command or by K14: who is taken back is retired, and who spoke before it and is judged still speaks again, at last the strategy's
 *          own maps
 */
import type { ModelBy } from '../../actors/model/model.machine.ts';
import type { Bundle, DayModel } from '../../contracts/bundle.ts';
import { featureVersion, fitsFeatures } from '../../contracts/features.ts';
import { judgedStates, type ModelState, modelSteps } from '../../contracts/model.ts';
import type { Evidence } from '../../contracts/signal.ts';
import * as watch from '../opportunities/model-watch.ts';
import type { Actors } from './actors.ts';
import type { Lane } from './lanes.ts';
import { marketId } from './market-coordinator.ts';
import { ModelRecords } from './model-records.ts';
import type { Recorder } from './recorder.ts';
import type { Settings } from './settings.ts';
import type { SignalCase } from './signal-case.ts';

type Evidences = () => readonly Evidence[];
const nothing: Evidences = () => [];
/** So many that spoke before are remembered. */
const rememberedMax = 16;

export class Models {
  readonly #models: readonly DayModel[];
  readonly #lanes: readonly Lane[];
  readonly #actors: Actors;
  readonly #recorder: Recorder;
  readonly #records: ModelRecords;
  /** By strategy: who spoke for all before who does now, the last one last; null is the strategy's own maps. */
  readonly #before = new Map<string, readonly (string | null)[]>();

  constructor(models: Bundle['models'], settings: Settings, lanes: readonly Lane[], actors: Actors, recorder: Recorder) {
    this.#models = models ?? [];
    this.#records = new ModelRecords(settings);
    [this.#lanes, this.#actors, this.#recorder] = [lanes, actors, recorder];
  }

  /** Each is born as the bundle says; one that does not fit is said to and is a candidate that stays one. */
  opened(): void {
    for (const model of this.#models) {
      const { id, strategy, state } = model;
      const lane = this.#lanes.find((each) => each.id === strategy);
      if (lane === undefined) continue;
      const fits = fitsFeatures(model.features) || state === 'retired';
      if (!fits) this.#misfit(lane, model);
      const input = { strategy, modelId: id, state: fits ? state : 'candidate' } as const;
      this.#actors.spawn('model', actorOf(lane, id), input, { region: 'state', event: 'day.open', evidence: nothing });
      if (fits && state === 'canary') lane.speakFrom(lane.modelId, id);
    }
  }

  #misfit(lane: Lane, { id, features }: DayModel): void {
    if (lane.modelId === id) lane.speakFrom(null, lane.canaryId);
    const message = `${id} was fitted on features ${features}, this code has ${featureVersion}`;
    this.#recorder.fault(marketId, `strategy:${lane.id}`, 'MODEL_MISFIT', message);
  }

  stateOf = (lane: Lane, id: string): ModelState | null =>
    this.#actors.has(actorOf(lane, id)) ? (this.#actors.state(actorOf(lane, id), 'state') as ModelState) : null;

  #fits = (lane: Lane, id: string): boolean => this.#of(lane).every((model) => model.id !== id || fitsFeatures(model.features));

  /** A step of a model's life. Returns a code, null for done. */
  stage(lane: Lane, id: string, state: ModelState): string | null {
    const now = this.stateOf(lane, id);
    if (now === null) return 'NOT_FOUND';
    if (!modelSteps[now].includes(state)) return 'STAGE_NOT_NEXT';
    if (judgedStates.includes(state) && !this.#fits(lane, id)) return 'MODEL_MISFIT';
    if (now === 'active') {
      this.#withdraw(lane, id, state, 'operator');
      return null;
    }
    if (now === 'canary') this.#speak(lane, lane.modelId, null);
    if (state === 'active') this.#spokenBy(lane, id);
    if (state === 'canary') {
      if (lane.canaryId !== null) this.#send(lane, lane.canaryId, 'shadow', 'replaced');
      this.#speak(lane, lane.modelId, id);
    }
    if (state === 'candidate') this.#records.forget(lane.id, id);
    this.#send(lane, id, state, 'operator');
    return null;
  }

  /** The operator lets one speak at once; or the strategy's own maps, of every instrument. Returns a code, null for done. */
  choose(lane: Lane, id: string | null): string | null {
    if (id !== null && this.stateOf(lane, id) === 'retired') return 'MODEL_RETIRED';
    if (id !== null && !this.#fits(lane, id)) return 'MODEL_MISFIT';
    const { canaryId } = lane;
    if (id === null && canaryId !== null) {
      this.#speak(lane, lane.modelId, null);
      this.#send(lane, canaryId, 'shadow', 'replaced');
    }
    if (id === lane.modelId) return null;
    this.#spokenBy(lane, id);
    if (id !== null) this.#send(lane, id, 'chosen', 'operator');
    return null;
  }

  /** Who was let speak last is retired: a canary before the active one. Returns a code, null for done. */
  rollBack(lane: Lane): string | null {
    const id = lane.canaryId ?? lane.modelId;
    if (id === null) return 'NOTHING_TO_ROLL_BACK';
    this.#takeBack(lane, id, 'operator');
    return null;
  }

  #takeBack(lane: Lane, id: string, by: ModelBy, evidence = nothing): void {
    if (id !== lane.canaryId) return this.#withdraw(lane, id, 'retired', by, evidence);
    this.#speak(lane, lane.modelId, null);
    this.#send(lane, id, 'retired', by, evidence);
  }

  /** The active one steps back to `state`, and who spoke before it speaks again. */
  #withdraw(lane: Lane, id: string, state: ModelState, by: ModelBy, evidence = nothing): void {
    const before = this.#standing(lane);
    const next = before.at(-1) ?? null;
    this.#before.set(lane.id, before.slice(0, -1));
    this.#speak(lane, next, lane.canaryId === next ? null : lane.canaryId);
    this.#send(lane, id, state, by, evidence);
    if (next !== null) this.#send(lane, next, 'chosen', by);
  }

  /** Those who spoke before the one who does, but it, and are judged still. One that the day did not list stands as it is. */
  #standing(lane: Lane): readonly (string | null)[] {
    return (this.#before.get(lane.id) ?? []).filter((id) => {
      if (id === null) return true;
      const state = this.stateOf(lane, id);
      return id !== lane.modelId && (state === null || judgedStates.includes(state));
    });
  }

  /** `id` speaks for all from here on, and who did goes to the shadow. */
  #spokenBy(lane: Lane, id: string | null): void {
    const former = lane.modelId;
    this.#before.set(lane.id, [...(this.#before.get(lane.id) ?? []), former].slice(-rememberedMax));
    this.#speak(lane, id, lane.canaryId === id ? null : lane.canaryId);
    if (former !== null) this.#send(lane, former, 'shadow', 'replaced');
  }

  #speak(lane: Lane, modelId: string | null, canaryId: string | null): void {
    lane.speakFrom(modelId, canaryId);
    this.#records.spokeAnew(lane.id);
  }

  #send(lane: Lane, id: string, state: ModelState | 'chosen', by: ModelBy, evidence = nothing): void {
    this.#actors.send('model', actorOf(lane, id), { type: `model.${state}`, tsMs: this.#recorder.nowMs, by }, evidence);
  }

  #of = (lane: Lane): readonly DayModel[] => this.#models.filter(({ strategy }) => strategy === lane.id);

  /** An opening, put to every model that is judged. */
  note(given: SignalCase, tsec: number): void {
    const { lane } = given;
    const own = this.#of(lane);
    if (own.length === 0) return;
    const judged = own.map(({ id }) => id).filter((id) => judgedStates.includes(this.stateOf(lane, id)!));
    this.#records.note(given, tsec, judged);
  }

  /** A strategy raised a signal: its score is one more of how they are spread. */
  scored(lane: Lane, score: number | null): void {
    if (this.#models.length > 0 && this.#of(lane).length > 0) this.#records.scored(lane.id, score);
  }

  retuned = (lane: Lane): void => this.#records.retuned(lane.id);

  /** A new cross-section: what is due has ripened, and who drifts is taken back. */
  update(tsec: number, midOf: (row: number) => number): void {
    this.#records.ripen(tsec, midOf);
    for (const strategy of this.#records.strategies()) {
      const lane = this.#lanes.find(({ id }) => id === strategy)!;
      this.#watch(lane, lane.canaryId, lane.modelId);
      this.#watch(lane, lane.modelId, this.#standing(lane).at(-1) ?? null);
    }
  }

  /** `other`: who would speak in the place of `id`. How scores are spread is asked of who was let speak last alone. */
  #watch(lane: Lane, id: string | null, other: string | null): void {
    if (id === null) return;
    const record = this.#records.of(lane.id);
    const isLast = lane.canaryId === null || lane.canaryId === id;
    const drift = watch.worseThan(record, id, other ?? watch.own) ?? (isLast ? watch.scoresDrift(record) : null);
    if (drift !== null) this.#takeBack(lane, id, 'K14', () => [evidenceOf(drift)]);
  }

  /** For people: each model of a strategy, as what it stands, and its Brier score beside that of the strategy's own maps. */
  report(lane: Lane) {
    return this.#of(lane).flatMap(({ id }) => {
      const state = this.stateOf(lane, id);
      return state === null ? [] : [{ id, state, ...watch.standingOf(this.#records.of(lane.id), id, watch.own) }];
    });
  }

  image = () => ({ records: this.#records.image(), before: [...this.#before] });

  restore({ records, before }: ReturnType<Models['image']>): void {
    this.#records.restore(records);
    for (const [id, models] of before) this.#before.set(id, models);
  }
}

const actorOf = (lane: Lane, id: string): string => `model.${lane.id}.${id}`;
const evidenceOf = ({ feature, value, bound }: watch.Drift): Evidence => ({ feature, value, op: '<=', threshold: bound, contrib: 0 });
