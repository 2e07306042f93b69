/**
 * The day's models: as what each stands, who speaks for a strategy, and how well it did. A model is an actor; the lane follows it.
 *
 * Speaks   one active and one canary a strategy; another in its place sends it back to the shadow
 * Back     by command or by K14: who was let speak last is retired, and who spoke before it speaks again, at last the strategy's own maps
 */
import type { ModelBy } from '../../actors/model/model.machine.ts';
import type { Bundle, DayModel } from '../../contracts/bundle.ts';
import { featureVersion } from '../../contracts/features.ts';
import { judgedStates, type ModelState, modelSteps } from '../../contracts/model.ts';
import type { Evidence } from '../../contracts/signal.ts';
import * as watch from '../opportunities/model-watch.ts';
import { costOf } from '../opportunities/plan.ts';
import type { Actors } from './actors.ts';
import type { Lane } from './lanes.ts';
import { marketId } from './market-coordinator.ts';
import type { Recorder } from './recorder.ts';
import type { Settings } from './settings.ts';
import type { SignalCase } from './signal-case.ts';

const sigma900To600 = Math.sqrt(600 / 900);
const nothing = (): readonly Evidence[] => [];

export class Models {
  readonly #models: readonly DayModel[];
  readonly #settings: Settings;
  readonly #lanes: readonly Lane[];
  readonly #actors: Actors;
  readonly #recorder: Recorder;
  readonly #records = new Map<string, watch.ModelRecord>();
  /** By strategy: who has spoken for all, the one who does last; null is the strategy's own maps. */
  readonly #spoke = new Map<string, (string | null)[]>();

  constructor(models: Bundle['models'], settings: Settings, lanes: readonly Lane[], actors: Actors, recorder: Recorder) {
    this.#models = models ?? [];
    [this.#settings, this.#lanes, this.#actors, this.#recorder] = [settings, lanes, actors, recorder];
  }

  /** Each is born as the bundle says; one that does not fit is said to and stays a candidate. */
  opened(): void {
    for (const { id, strategy, state, features } of this.#models) {
      const lane = this.#lanes.find((each) => each.id === strategy);
      if (lane === undefined) continue;
      const fits = features === null || features === featureVersion;
      if (!fits) this.#misfit(lane, id, features);
      const input = { strategy, modelId: id, state: fits ? state : 'candidate' } as const;
      this.#actors.spawn('model', actorOf(lane, id), input, { region: 'state', event: 'day.open', evidence: nothing });
      if (fits && state === 'canary') lane.speakFrom(lane.modelId, id);
    }
  }

  #misfit(lane: Lane, id: string, features: string): void {
    if (lane.modelId === id) lane.speakFrom(null);
    this.#recorder.fault(
      marketId,
      `strategy:${lane.id}`,
      'MODEL_MISFIT',
      `${id} was fitted on features ${features}, this code has ${featureVersion}`,
    );
  }

  stateOf = (lane: Lane, id: string): ModelState | null =>
    this.#actors.has(actorOf(lane, id)) ? (this.#actors.state(actorOf(lane, id), 'state') as ModelState) : null;

  /** A step of a model's life. Returns a code, null for done. */
  stage(lane: Lane, id: string, state: ModelState): string | null {
    const now = this.stateOf(lane, id);
    if (now === null) return 'NOT_FOUND';
    if (!modelSteps[now].includes(state)) return 'STAGE_NOT_NEXT';
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
    this.#send(lane, id, state, 'operator');
    return null;
  }

  /** The operator lets one speak at once, or the strategy's own maps. Returns a code, null for done. */
  choose(lane: Lane, id: string | null): string | null {
    if (id !== null && this.stateOf(lane, id) === 'retired') return 'MODEL_RETIRED';
    if (id === lane.modelId) return null;
    this.#spokenBy(lane, id);
    if (id !== null) this.#send(lane, id, 'chosen', 'operator');
    return null;
  }

  /** Who was let speak last is retired: a canary before the active one. Returns a code, null for done. */
  rollBack(lane: Lane, by: ModelBy = 'operator', evidence = nothing): string | null {
    const { canaryId, modelId } = lane;
    if (canaryId !== null) {
      this.#speak(lane, modelId, null);
      this.#send(lane, canaryId, 'retired', by, evidence);
    } else if (modelId !== null) this.#withdraw(lane, modelId, 'retired', by, evidence);
    else return 'NOTHING_TO_ROLL_BACK';
    return null;
  }

  /** The active one steps back to `state`, and who spoke before it speaks again. */
  #withdraw(lane: Lane, id: string, state: ModelState, by: ModelBy, evidence = nothing): void {
    const before = this.#before(lane);
    this.#spoke.set(lane.id, before);
    const next = before.at(-1) ?? null;
    this.#speak(lane, next, lane.canaryId === next ? null : lane.canaryId);
    this.#send(lane, id, state, by, evidence);
    if (next !== null) this.#send(lane, next, 'chosen', by);
  }

  /** Those who spoke before and were not retired since. */
  #before(lane: Lane): (string | null)[] {
    const before = (this.#spoke.get(lane.id) ?? []).slice(0, -1);
    return before.filter((id) => id === null || this.stateOf(lane, id) !== 'retired');
  }

  /** `id` speaks for all from here on, and who did goes to the shadow. */
  #spokenBy(lane: Lane, id: string | null): void {
    const former = lane.modelId;
    this.#spoke.set(lane.id, [...(this.#spoke.get(lane.id) ?? [former]), id]);
    this.#speak(lane, id, lane.canaryId === id ? null : lane.canaryId);
    if (former !== null) this.#send(lane, former, 'shadow', 'replaced');
  }

  #speak(lane: Lane, modelId: string | null, canaryId: string | null): void {
    lane.speakFrom(modelId, canaryId);
    const record = this.#records.get(lane.id);
    if (record !== undefined) this.#records.set(lane.id, watch.spokeAnew(record));
  }

  #send(lane: Lane, id: string, state: ModelState | 'chosen', by: ModelBy, evidence = nothing): void {
    this.#actors.send('model', actorOf(lane, id), { type: `model.${state}`, tsMs: this.#recorder.nowMs, by }, evidence);
  }

  #of = (lane: Lane): readonly DayModel[] => this.#models.filter(({ strategy }) => strategy === lane.id);

  /** An opening, put to every model that is judged and to the strategy's own maps. Sectors and boards have no price that a quarter of an hour could judge. */
  note({ lane, plan, reading, subject, claims }: SignalCase, tsec: number): void {
    if (plan === null || lane.detector.family === 'board' || this.#of(lane).length === 0) return;
    const judged = this.#of(lane).filter(({ id }) => judgedStates.includes(this.stateOf(lane, id)!));
    const opened = {
      row: subject.row,
      midMilli: plan.lastMilli,
      direction: reading.direction === 'up' ? (1 as const) : (-1 as const),
      scale: plan.feature('sigma900') * sigma900To600,
      cost: costOf(plan.entryMilli, this.#settings.opportunities),
      tsec,
      claims: new Map([[watch.own, claims(null)], ...judged.map(({ id }) => [id, claims(id)] as const)]),
    };
    this.#records.set(lane.id, watch.asked(this.#recordOf(lane), opened));
  }

  /** A strategy raised a signal: its score is one more of how they are spread. */
  scored(lane: Lane, score: number | null): void {
    if (this.#models.length > 0 && this.#of(lane).length > 0) this.#records.set(lane.id, watch.scored(this.#recordOf(lane), score));
  }

  /** A new cross-section: what is due has ripened, and who drifts is taken back. */
  update(tsec: number, midOf: (row: number) => number): void {
    for (const [strategy, record] of this.#records) {
      const now = watch.ripened(record, tsec, midOf);
      this.#records.set(strategy, now);
      const lane = this.#lanes.find(({ id }) => id === strategy)!;
      const speaking = lane.canaryId ?? lane.modelId;
      if (speaking === null) continue;
      const drift = watch.driftOf(now, speaking, this.#otherOf(lane));
      if (drift !== null) this.rollBack(lane, 'K14', () => [evidenceOf(drift)]);
    }
  }

  /** Who would speak in the place of who was let speak last. */
  #otherOf(lane: Lane): string {
    return (lane.canaryId !== null ? lane.modelId : this.#before(lane).at(-1)) ?? watch.own;
  }

  #recordOf = (lane: Lane): watch.ModelRecord => this.#records.get(lane.id) ?? watch.newModelRecord;

  /** For people: each model of a strategy, as what it stands, and its Brier score beside that of the strategy's own maps. */
  report(lane: Lane) {
    return this.#of(lane).flatMap(({ id }) => {
      const state = this.stateOf(lane, id);
      return state === null ? [] : [{ id, state, ...watch.standingOf(this.#recordOf(lane), id, watch.own) }];
    });
  }

  image = () => ({ records: [...this.#records], spoke: [...this.#spoke].map(([id, models]) => [id, [...models]] as const) });

  restore({ records, spoke }: ReturnType<Models['image']>): void {
    for (const [id, record] of records) this.#records.set(id, record);
    for (const [id, models] of spoke) this.#spoke.set(id, [...models]);
  }
}

const actorOf = (lane: Lane, id: string): string => `model.${lane.id}.${id}`;
const evidenceOf = ({ feature, value, bound }: watch.Drift): Evidence => ({ feature, value, op: '<=', threshold: bound, contrib: 0 });
