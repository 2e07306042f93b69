/**
 * The desk: turns signals into opportunities, and carries prices, locks, halts, gaps and risk to the live ones.
 *
 * Bound   `liveMax` live opportunities; beyond it a signal is journaled as suppressed
 */
import type { OpportunityContext, OpportunityInput } from '../../actors/opportunity/context.ts';
import { lifecycleLevels } from '../../actors/opportunity/context.ts';
import { type CoolDowns, coolDownSec } from '../../actors/opportunity/cool-down.ts';
import type { Bundle, Calibration } from '../../contracts/bundle.ts';
import { featureAt } from '../../contracts/features.ts';
import type { Direction } from '../../contracts/opportunity.ts';
import { opportunityId } from '../../contracts/opportunity.ts';
import { tsecOf } from '../../contracts/session.ts';
import type { Evidence } from '../../contracts/signal.ts';
import { instrumentId, subjectToken } from '../../contracts/units.ts';
import type { Signal } from '../detectors/detector.ts';
import type { RegisteredDetector } from '../detectors/registry.ts';
import { confidenceOf } from '../opportunities/confidence.ts';
import { judge, type KeyRecord, keyOf, newKey } from '../opportunities/identity.ts';
import { adviceOf, costOf, type PlanInput, planOf, riskNotesOf } from '../opportunities/plan.ts';
import { rankOf } from '../opportunities/rank.ts';
import type { ActorEvent, Actors } from './actors.ts';
import { kinds } from './kinds.ts';
import type { Recorder } from './recorder.ts';
import { bandOf, matters, type Watch } from './watch.ts';

export type SignalCase = {
  readonly s: number;
  readonly registered: RegisteredDetector;
  readonly params: unknown;
  readonly signal: Signal;
  readonly plan: Omit<PlanInput, 'costs'>;
  readonly feedHealthy: boolean;
};

const direction: Direction = 'up';
const fallbackCalibration = { p0: 0.3, a: 1, b: 0, n: 0, source: 'synthetic' } as const;

export class Desk {
  readonly #bundle: Bundle;
  readonly #actors: Actors;
  readonly #recorder: Recorder;
  readonly #keys = new Map<string, KeyRecord>();
  readonly #watches = new Map<string, Watch>();
  readonly #byRow = new Map<number, string[]>();
  readonly #coolDowns: CoolDowns;
  /** Risk level and policy by scope: `market` or a symbol's actor id. */
  readonly #risk = new Map<string, { readonly level: number; readonly policy: 'end' | 'hold' }>();

  constructor(bundle: Bundle, actors: Actors, recorder: Recorder) {
    this.#bundle = bundle;
    this.#actors = actors;
    this.#recorder = recorder;
    const {
      coolDownSec: other,
      coolDownTargetSec: target,
      coolDownStopSec: stop,
      coolDownTwoStopsSec: twoStops,
    } = bundle.config.opportunities;
    this.#coolDowns = { other, target, stop, twoStops };
  }

  hasLive = (s: number): boolean => this.#byRow.has(s);
  rows = (): readonly number[] => [...this.#byRow.keys()];
  get live(): number {
    return this.#watches.size;
  }

  signal(given: SignalCase): void {
    const { s, registered, signal } = given;
    const actorId = this.#symbolId(s);
    const key = keyOf(s, direction, registered.family);
    const record = this.#keys.get(key) ?? newKey;
    const riskLevel = this.#riskOf(actorId);
    const { id } = registered.detector;
    const calibration = this.#bundle.calibration[`${id}.${signal.path}`] ?? this.#bundle.calibration[id] ?? fallbackCalibration;
    const p = confidenceOf(signal.score, calibration, riskLevel);
    if (signal.phase === 'enter') return this.#enter(given, key, record, p, calibration, riskLevel, actorId);
    if (record.liveId === null || signal.phase === 'exit') return;
    const plan = signal.phase === 'confirm' ? planOf({ ...given.plan, costs: this.#bundle.config.opportunities }) : undefined;
    const event = {
      type: `signal.${signal.phase}`,
      tsMs: this.#recorder.nowMs,
      score: signal.score,
      p,
      ...(plan === undefined ? {} : { plan }),
    };
    this.#send(record.liveId, event, signal.evidence);
  }

  #enter(given: SignalCase, key: string, record: KeyRecord, p: number, calibration: Calibration, riskLevel: number, actorId: string): void {
    const { s, registered, params, signal, feedHealthy } = given;
    const { opportunities } = this.#bundle.config;
    const tsec = tsecOf(this.#recorder.nowMs);
    const verdict = judge(record, { tsec, score: signal.score, live: this.live, liveMax: opportunities.liveMax, riskLevel, feedHealthy });
    const suppress = (reason: string) => this.#recorder.record('suppressed', actorId, { detector: registered.detector.id, reason });
    if (verdict.kind === 'suppress') return suppress(verdict.reason);
    const event = { type: 'signal.enter', tsMs: this.#recorder.nowMs, score: signal.score, p };
    if (verdict.kind === 'join') return this.#send(verdict.id, { ...event, type: 'signal.update' }, signal.evidence);
    if (verdict.kind === 'reopen') return this.#reopen(verdict.id, key, record, s, event, signal.evidence);
    const plan = planOf({ ...given.plan, costs: opportunities });
    if (plan === null) return suppress('NO_ROOM');
    const instrument = this.#bundle.instruments[s]!;
    const seqNo = record.seqNo + 1;
    const id = opportunityId(this.#bundle.tradeDate, instrument.no, direction, registered.family, seqNo);
    const input: OpportunityInput = {
      id,
      tradeDate: this.#bundle.tradeDate,
      instrument: instrumentId(instrument.no),
      family: registered.family,
      detector: registered.detector.id,
      openedMs: this.#recorder.nowMs,
      anchor: { p0Milli: signal.anchor.p0Milli, enterMilli: signal.anchor.enterMilli },
      plan,
      p,
      p0: calibration.p0,
      confidenceSource: calibration.source,
      score: signal.score,
      horizonSec: registered.detector.horizonSec(params),
      confirmSec: 120,
      enterScore: registered.detector.enterScore(params),
      riskLevel,
      coolDowns: this.#coolDowns,
      stopsToday: record.stops,
    };
    this.#keys.set(key, { ...record, seqNo, liveId: id, lastId: id, peakScore: signal.score, reopened: false });
    this.#actors.spawn(kinds.opportunity, `opportunity.${id}`, input, {
      region: 'lifecycle',
      event: 'signal.enter',
      evidence: [...signal.evidence, ...this.#offer(given, plan, p, riskLevel)],
    });
    this.#watchFrom(id, s);
  }

  /** What the offer rests on besides the signal: rank and advice, so that the journal alone explains it. */
  #offer(given: SignalCase, plan: NonNullable<ReturnType<typeof planOf>>, p: number, riskLevel: number): Evidence[] {
    const input = { ...given.plan, costs: this.#bundle.config.opportunities };
    const cost = costOf(plan.entryMilli, input.costs);
    const rank = rankOf({ p, plan, cost, amt1m: given.plan.values[featureAt.amt1m]!, ageSec: 0, activeInSector: 0, riskLevel });
    const info = (name: string, value: number): Evidence => ({ feature: name, value, op: 'info', threshold: null, contrib: 0 });
    return [info('rank', rank), info(`advice:${adviceOf(input)}`, 1), ...riskNotesOf(input).map((note) => info(`note:${note}`, 1))];
  }

  #reopen(id: string, key: string, record: KeyRecord, s: number, event: ActorEvent, evidence: readonly Evidence[]): void {
    this.#keys.set(key, { ...record, liveId: id, reopened: true });
    this.#watchFrom(id, s);
    this.#send(id, { ...event, reopens: true } as ActorEvent, evidence);
  }

  #watchFrom(id: string, s: number): void {
    const actorId = `opportunity.${id}`;
    this.#watches.set(id, { row: s, state: this.#actors.state(actorId, 'lifecycle'), context: this.#actors.context(actorId), band: 0 });
    this.#byRow.set(s, [...(this.#byRow.get(s) ?? []), id]);
  }

  /** One accepted quote of a symbol with live opportunities. `dive` is K4. */
  price(s: number, bidMilli: number | null, midMilli: number, lastMilli: number, dive: boolean): void {
    for (const id of this.#byRow.get(s) ?? []) {
      const watch = this.#watches.get(id)!;
      const tsMs = this.#recorder.nowMs;
      // the quote that confirmed is not the one after it
      if (watch.state === 'confirmed' && watch.context.confirmedMs! < tsMs) this.#send(id, { type: 'snapshot.next', tsMs }, []);
      if (!this.#watches.has(id) || !matters(watch, bidMilli, midMilli, lastMilli, dive)) continue;
      const event = { type: 'price', tsMs, bidMilli, midMilli, lastMilli, dive };
      watch.band = bandOf(watch.context, midMilli);
      this.#send(id, event, priceEvidence(watch, event));
    }
  }

  /** An event for every live opportunity of a symbol. */
  tell(s: number, event: ActorEvent): void {
    for (const id of this.#byRow.get(s) ?? []) this.#send(id, event, []);
  }

  tellAll(event: ActorEvent): void {
    for (const id of [...this.#watches.keys()]) this.#send(id, event, []);
  }

  /** A timer of an opportunity fired. */
  fired(actorId: string, event: ActorEvent): void {
    this.#send(actorId.slice('opportunity.'.length), event, []);
  }

  dismiss(id: string): boolean {
    if (!this.#watches.has(id)) return false;
    this.#send(id, { type: 'operator.dismiss', tsMs: this.#recorder.nowMs }, []);
    return true;
  }

  setRisk(scope: string, level: number, policy: 'end' | 'hold'): boolean {
    if (scope !== 'market' && !scope.startsWith('symbol.')) return false;
    this.#risk.set(scope, { level, policy });
    for (const [id, { row }] of [...this.#watches]) {
      const actorId = this.#symbolId(row);
      if (scope !== 'market' && scope !== actorId) continue;
      this.#send(id, { type: 'risk.changed', tsMs: this.#recorder.nowMs, level: this.#riskOf(actorId), policy } as ActorEvent, []);
    }
    return true;
  }

  #riskOf = (actorId: string): number => Math.max(this.#risk.get('market')?.level ?? 0, this.#risk.get(actorId)?.level ?? 0);

  #send(id: string, event: ActorEvent, evidence: readonly Evidence[]): void {
    const actorId = `opportunity.${id}`;
    this.#actors.send(actorId, event, evidence);
    if (!this.#actors.has(actorId)) return;
    if (this.#actors.hasFailed(actorId)) return this.#abandon(id);
    const state = this.#actors.state(actorId, 'lifecycle');
    const context = this.#actors.context<OpportunityContext>(actorId);
    const watch = this.#watches.get(id);
    if (state === 'archived') return this.#actors.drop(actorId);
    if (watch === undefined) return;
    watch.state = state;
    watch.context = context;
    if (state === 'ended') this.#close(id, watch, context);
  }

  /** Its actor threw: it hears nothing more, takes no place, and its symbol may open another after the usual cool-down. */
  #abandon(id: string): void {
    const watch = this.#watches.get(id);
    if (watch === undefined) return;
    this.#unwatch(id, watch.row);
    const key = keyOf(watch.row, direction, watch.context.family);
    const tsec = tsecOf(this.#recorder.nowMs);
    this.#keys.set(key, {
      ...this.#keys.get(key)!,
      liveId: null,
      lastId: null,
      endedTsec: tsec,
      coolUntilTsec: tsec + this.#coolDowns.other,
    });
  }

  #unwatch(id: string, row: number): void {
    this.#watches.delete(id);
    const rest = this.#byRow.get(row)!.filter((each) => each !== id);
    if (rest.length === 0) this.#byRow.delete(row);
    else this.#byRow.set(row, rest);
  }

  #close(id: string, { row }: Watch, context: OpportunityContext): void {
    this.#unwatch(id, row);
    const key = keyOf(row, direction, context.family);
    const record = this.#keys.get(key)!;
    const reason = context.endReason!;
    const stops = record.stops + (reason === 'STOP' ? 1 : 0);
    const endedTsec = tsecOf(context.endedMs!);
    this.#keys.set(key, {
      ...record,
      liveId: null,
      endReason: reason,
      endedTsec,
      stops,
      coolUntilTsec: endedTsec + coolDownSec(reason, stops, this.#coolDowns),
    });
  }

  #symbolId = (s: number): string => `symbol.${subjectToken(this.#bundle.instruments[s]!.no)}`;

  image(): DeskImage {
    const watches = [...this.#watches].map(([id, { row, band }]) => ({ id, row, band }));
    return { keys: [...this.#keys], watches, risk: [...this.#risk] };
  }

  /** After the actors: a watch takes its thresholds from them. */
  restore({ keys, watches, risk }: DeskImage): void {
    for (const [key, record] of keys) this.#keys.set(key, record);
    for (const [scope, level] of risk) this.#risk.set(scope, level);
    for (const { id, row, band } of watches) {
      this.#watchFrom(id, row);
      this.#watches.get(id)!.band = band;
    }
  }
}

export type DeskImage = {
  readonly keys: readonly (readonly [string, KeyRecord])[];
  readonly watches: readonly { readonly id: string; readonly row: number; readonly band: number }[];
  readonly risk: readonly (readonly [string, { readonly level: number; readonly policy: 'end' | 'hold' }])[];
};

function priceEvidence({ context }: Watch, price: { readonly bidMilli: number | null; readonly midMilli: number }): Evidence[] {
  const line = (name: string, value: number | null, op: Evidence['op'], threshold: number | null): Evidence => ({
    feature: name,
    value,
    op,
    threshold,
    contrib: 0,
  });
  return [
    line('bidMilli', price.bidMilli, '<=', Math.max(context.plan.stopMilli, context.trailMilli ?? 0)),
    line('bidMilli', price.bidMilli, '>=', context.trailMilli === null ? context.plan.target1Milli : context.plan.target2Milli),
    line('midMilli', price.midMilli, 'info', context.peakMilli),
    line('pullSigma', (context.peakMilli - price.midMilli) / context.peakMilli / context.plan.sigmaH, 'info', lifecycleLevels.pullHold),
  ];
}
