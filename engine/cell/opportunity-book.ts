/**
 * The opportunity desk: carries what the manager decides to the actors, and prices, locks, halts, gaps and risk to the live ones.
 *
 * Bound     `liveMax` live opportunities; beyond it a signal is refused
 * Feedback  `released` is told of each opportunity that ended: the runs that stood by it are over, or go on without it
 */
import type { Offer, OpportunityContext, OpportunityEvent, Plan, Price, Standing } from '../../actors/opportunity/context.ts';
import { coolDownSec } from '../../actors/opportunity/cool-down.ts';
import type { Bundle } from '../../contracts/bundle.ts';
import { entityActorId } from '../../contracts/entity.ts';
import { type Family, opportunityId } from '../../contracts/opportunity.ts';
import { tsecOf } from '../../contracts/session.ts';
import type { Direction } from '../../contracts/signal.ts';
import * as manager from '../opportunities/manager.ts';
import { RiskDesk } from '../opportunities/risk-desk.ts';
import type { Actors, Evidences } from './actors.ts';
import { linksOf } from './links.ts';
import { LiveRows } from './live-rows.ts';
import { priceEvidence } from './price-evidence.ts';
import type { Recorder } from './recorder.ts';
import { tellRisk } from './risk-guard.ts';
import type { Settings } from './settings.ts';
import { offerOfCase, planOfCase, type SignalCase, type Subject, scopesOf, trackOf } from './signal-case.ts';
import { Standings } from './standings.ts';
import { Watch } from './watch.ts';

export type Verdict = manager.Verdict;

const prefix = 'opportunity.';
const overrideMs = 600_000;

export class OpportunityBook {
  readonly risk: RiskDesk;
  readonly #bundle: Bundle;
  readonly #settings: Settings;
  readonly #actors: Actors;
  readonly #recorder: Recorder;
  readonly #links: Links;
  readonly #standings: Standings;
  readonly #keys = new Map<string, manager.KeyRecord>();
  readonly #watches = new Map<string, Watch>();
  readonly #live: LiveRows;

  constructor(bundle: Bundle, settings: Settings, actors: Actors, recorder: Recorder, links: Links) {
    this.#bundle = bundle;
    this.#settings = settings;
    this.#live = new LiveRows(bundle.instruments.length + bundle.sectors.length);
    this.#actors = actors;
    this.#recorder = recorder;
    this.#links = links;
    this.risk = new RiskDesk(links.isScope);
    this.#standings = new Standings(this.risk, recorder, settings, links.exitScore);
  }

  hasLive = (row: number): boolean => this.#live.has(row);
  isLive = (id: string): boolean => this.#watches.has(id);
  isDiscovered = (id: string): boolean => this.#watches.get(id)?.path === 'discovered';
  rows = (): readonly number[] => this.#live.rows();
  get live(): number {
    return this.#watches.size;
  }
  /** Live opportunities in the order of their birth, for displays. */
  views = (): { readonly id: string; readonly path: string; readonly row: number; readonly context: OpportunityContext }[] =>
    [...this.#watches].map(([id, { path, subject, context }]) => ({ id, path, row: subject.row, context }));

  /** Whether a raised level may open or join an opportunity now. Changes nothing. */
  judge(given: SignalCase): Verdict {
    const { lane, reading, t0Tsec, feedHealthy } = given;
    const raise = {
      family: lane.detector.family,
      tsec: tsecOf(this.#recorder.nowMs),
      score: reading.score,
      p0Milli: reading.anchor.p0Milli,
      t0Tsec,
      sigma900: given.plan?.feature('sigma900') ?? Number.NaN,
    };
    // a frozen strategy neither opens nor joins, and a frozen account asks for nothing new
    if (this.risk.of([`strategy.${lane.id}`, 'account']).level === 3) return { kind: 'suppress', reason: 'RISK_FROZEN' };
    const now = { live: this.live, liveMax: this.#settings.opportunities.liveMax, riskLevel: this.#riskOf(given), feedHealthy };
    const verdict = manager.judge(this.#supported(given, raise.tsec), raise, now);
    if ((verdict.kind === 'open' || verdict.kind === 'reopen') && given.overlaps?.() === true)
      return { kind: 'suppress', reason: 'OVERLAP' };
    const needsPlan = verdict.kind === 'open' || verdict.kind === 'reopen';
    return needsPlan && this.#planOf(given) === null ? { kind: 'suppress', reason: 'NO_ROOM' } : verdict;
  }

  /** The key's record as of now: a life with a raised track is supported at this moment, news of it or none. */
  #supported(given: SignalCase, tsec: number): manager.KeyRecord {
    const record = this.#record(given);
    const isRaised = (id: string): boolean => Object.values(this.#watches.get(id)?.context.tracks ?? {}).some(({ raised }) => raised);
    return { ...record, lives: record.lives.map((life) => (isRaised(life.id) ? { ...life, supportTsec: tsec } : life)) };
  }

  /** A strategy stands by it no more: disabled, demoted or thrown. What it said is lowered. */
  lower(id: string, strategy: string): void {
    const watch = this.#watches.get(id);
    const track = watch?.context.tracks[strategy];
    if (watch === undefined || track === undefined) return;
    const tracks = { ...watch.context.tracks, [strategy]: { ...track, raised: false, confirmable: false } };
    this.#update(id, this.#standings.pooled(watch.context, watch.subject, tracks));
  }

  #update = (id: string, standing: Standing): void => this.#send(id, { type: 'signal.update', tsMs: this.#recorder.nowMs, standing });

  /** Acts on a verdict that is no refusal; the id of the opportunity that the run now stands by. */
  enter(given: SignalCase, verdict: Exclude<Verdict, { kind: 'suppress' }>): string {
    if (verdict.kind === 'join') {
      this.#stand(verdict.id, given, 'signal.enter');
      // it stands under the scope of one more strategy now
      this.#syncRisk(verdict.id);
      return verdict.id;
    }
    return verdict.kind === 'reopen' ? this.#reopen(verdict.id, given) : this.#open(given);
  }

  /**
   * A level of a run that stands by `id`: told when there is news of it, and for as long as it would confirm what is not confirmed yet, so
   * that a refusal is not the last word.
   */
  level(id: string, given: SignalCase, hasNews: boolean): void {
    const watch = this.#watches.get(id);
    if (watch === undefined) return;
    const { reading } = given;
    if (reading.raised && reading.confirmable && watch.path === 'discovered') return this.#confirm(id, watch, given);
    if (hasNews) this.#stand(id, given, 'signal.update');
  }

  #confirm(id: string, watch: Watch, given: SignalCase): void {
    const standing = this.#standings.withLevel(watch.context, given);
    const plan = this.#planOf(given);
    const offer = plan === null ? watch.context : this.#offerOf(given, plan, standing, watch.context.capped);
    const { advice, risks, rank } = offer;
    this.#note(id, given);
    const event = { type: 'signal.confirm', tsMs: this.#recorder.nowMs, standing, plan, offer: { advice, risks, rank } } as const;
    this.#send(id, event, () => given.reading.evidence());
  }

  #stand(id: string, given: SignalCase, type: 'signal.enter' | 'signal.update'): void {
    const { context } = this.#watches.get(id)!;
    const standing = this.#standings.withLevel(context, given);
    this.#note(id, given);
    const tsMs = this.#recorder.nowMs;
    this.#send(id, type === 'signal.enter' ? { type, tsMs, standing, reopens: null } : { type, tsMs, standing }, () =>
      given.reading.evidence(),
    );
  }

  /** A raised level supports its opportunity: the merge gap begins anew, and the peak to beat rises. */
  #note(id: string, given: SignalCase): void {
    if (!given.reading.raised) return;
    const tsec = tsecOf(this.#recorder.nowMs);
    this.#keys.set(this.#key(given), manager.supported(this.#record(given), id, tsec, given.reading.score));
  }

  #open(given: SignalCase): string {
    const { subject, lane, reading } = given;
    const { family } = lane.detector;
    const record = this.#record(given);
    const id = opportunityId(this.#bundle.tradeDate, subject.entity, reading.direction, family, record.seqNo + 1);
    const nowMs = this.#recorder.nowMs;
    const plan = this.#planOf(given)!;
    const conflict = this.#conflicts(given);
    const { capped } = conflict;
    const standing = this.#standings.withLevel({ tracks: {}, forecasts: [], ...conflict, family }, given);
    this.#keys.set(
      this.#key(given),
      manager.opened(record, { id, p0Milli: reading.anchor.p0Milli, openedTsec: tsecOf(nowMs) }, reading.score),
    );
    this.#actors.spawn(
      'opportunity',
      prefix + id,
      {
        id,
        tradeDate: this.#bundle.tradeDate,
        entity: subject.entity,
        direction: reading.direction,
        family,
        openedMs: nowMs,
        anchor: { p0Milli: reading.anchor.p0Milli, enterMilli: reading.anchor.enterMilli },
        plan,
        standing,
        offer: this.#offerOf(given, plan, standing, capped),
        horizonSec: lane.horizonSec,
        enterScore: lane.scores.enter,
        coolDowns: this.#settings.coolDowns,
        stopsToday: record.stops,
        ...linksOf(this.#keys, given),
      },
      { region: 'lifecycle', event: 'signal.enter', evidence: () => reading.evidence() },
    );
    this.#links.opened(given, standing);
    this.#watch(id, subject);
    this.#syncRisk(id);
    return id;
  }

  #reopen(id: string, given: SignalCase): string {
    const { subject, reading } = given;
    const tsMs = this.#recorder.nowMs;
    const { p0Milli, enterMilli } = reading.anchor;
    this.#keys.set(this.#key(given), manager.reopened(this.#record(given), { id, p0Milli, openedTsec: tsecOf(tsMs) }, reading.score));
    const before = this.#actors.context<OpportunityContext>(prefix + id);
    // a new life has base rates of its own moment
    const standing = this.#standings.withLevel({ ...before, tracks: {}, forecasts: [] }, given);
    const plan = this.#planOf(given)!;
    const reopens = { anchor: { p0Milli, enterMilli }, plan, offer: this.#offerOf(given, plan, standing, before.capped) };
    this.#watch(id, subject);
    this.#send(id, { type: 'signal.enter', tsMs, standing, reopens }, () => reading.evidence());
    this.#syncRisk(id);
    return id;
  }

  /** Meets the opposite direction on the same entity: what this one is told of it. */
  #conflicts(given: SignalCase): { readonly capped: boolean; readonly yields: boolean } {
    const { subject, lane, reading } = given;
    const opposite: Direction = reading.direction === 'up' ? 'down' : 'up';
    const record = this.#keys.get(manager.keyOf(entityActorId(subject.entity), opposite, lane.detector.family));
    const tsec = tsecOf(this.#recorder.nowMs);
    let [capped, yields] = [false, false];
    for (const life of record?.lives ?? []) {
      const { context } = this.#watches.get(life.id)!;
      const outcome = manager.conflictOf(
        { p: trackOf(given, [], this.#recorder.nowMs).p, tsec },
        { p: context.p, openedTsec: life.openedTsec },
      );
      if (outcome === 'yields') yields = true;
      if (outcome === null || outcome === 'yields') continue;
      const told = outcome === 'weakens' ? { ...context, yields: true } : { ...context, capped: true };
      if (outcome === 'caps') capped = true;
      this.#update(life.id, this.#standings.pooled(told, subject, context.tracks));
    }
    return { capped, yields };
  }

  #planOf = (given: SignalCase): Plan | null => planOfCase(given, this.#settings.opportunities);

  #offerOf(given: SignalCase, plan: Plan, standing: Standing, capped: boolean): Offer {
    const { subject } = given;
    const inSector = [...this.#watches.values()].filter((each) => subject.industry >= 0 && each.subject.industry === subject.industry);
    const rest = { standing, capped, riskLevel: this.#riskOf(given), activeInSector: inSector.length, active: this.#watches.size };
    return offerOfCase(given, this.#settings.opportunities, plan, rest);
  }

  #watch(id: string, subject: Subject): void {
    const actorId = prefix + id;
    this.#watches.set(id, new Watch(subject, this.#actors.state(actorId, 'lifecycle'), this.#actors.context(actorId)));
    this.#live.add(subject.row, id);
  }

  /** One accepted quote of a symbol with live opportunities. */
  price(row: number, price: Price): void {
    for (const id of this.#live.of(row)) {
      const watch = this.#watches.get(id)!;
      const tsMs = this.#recorder.nowMs;
      // the quote that confirmed is not the one after it
      if (watch.path === 'confirmed' && watch.context.confirmedMs! < tsMs) this.#send(id, { type: 'snapshot.next', tsMs });
      if (!this.#watches.has(id)) continue;
      const { context } = watch;
      const event = watch.priced(price, tsMs);
      if (event !== null) this.#send(id, event, () => priceEvidence(context, price));
    }
  }

  #tellPeak(id: string, watch: Watch): void {
    const event = watch.untold();
    if (event !== null) this.#actors.send('opportunity', prefix + id, event);
  }

  /** An event for every live opportunity of a symbol. */
  send(row: number, event: OpportunityEvent): void {
    for (const id of this.#live.of(row)) this.#send(id, event);
  }

  broadcast(event: OpportunityEvent): void {
    for (const id of [...this.#watches.keys()]) this.#send(id, event);
  }

  /** A timer of an opportunity fired. */
  fired(actorId: string, event: OpportunityEvent): void {
    this.#send(actorId.slice(prefix.length), event);
  }

  dismiss(id: string): boolean {
    if (!this.#watches.has(id)) return false;
    this.#send(id, { type: 'operator.dismiss', tsMs: this.#recorder.nowMs });
    return true;
  }

  /** False when the day has no such scope. */
  setRisk(scope: string, level: number, policy: 'end' | 'hold', by = 'operator'): boolean {
    if (!this.risk.set(scope, level, policy, by)) return false;
    this.#riskChanged(scope, by);
    return true;
  }

  /** The operator takes the watches of a scope for no more than `level`, for ten minutes; false when the day has no such scope. */
  overrideRisk(scope: string, level: number): boolean {
    if (!this.risk.override(scope, level, this.#recorder.nowMs + overrideMs)) return false;
    this.#riskChanged(scope, 'override');
    return true;
  }

  /** A second passed: what was overridden may be over. */
  lapseOverrides(): void {
    for (const scope of this.risk.lapse(this.#recorder.nowMs)) this.#riskChanged(scope, 'override');
  }

  #riskChanged(scope: string, by: string): void {
    tellRisk(this.#actors, this.risk, scope, by, this.#recorder.nowMs);
    for (const id of [...this.#watches.keys()]) this.#syncRisk(id);
  }

  /** Tells an opportunity the level that concerns it, where it is not what it knows. */
  #syncRisk(id: string): void {
    const watch = this.#watches.get(id);
    if (watch === undefined) return;
    const { level, policy } = this.risk.of(scopesOf(watch.subject, watch.context.tracks));
    if (level === watch.context.risk.level && policy === watch.context.risk.policy) return;
    this.#send(id, { type: 'risk.synced', tsMs: this.#recorder.nowMs, level, policy });
  }

  #send(id: string, event: OpportunityEvent, evidence?: Evidences): void {
    const actorId = prefix + id;
    if (!this.#actors.has(actorId)) return;
    const watch = this.#watches.get(id);
    if (watch !== undefined) this.#tellPeak(id, watch);
    this.#actors.send('opportunity', actorId, event, evidence);
    if (this.#actors.hasFailed(actorId)) return watch === undefined ? undefined : this.#close(id, watch, null);
    const path = this.#actors.state(actorId, 'lifecycle');
    const context = this.#actors.context<OpportunityContext>(actorId);
    if (path === 'archived') return this.#archive(id, context);
    if (watch === undefined) return;
    watch.path = path;
    watch.context = context;
    if (path === 'ended') this.#close(id, watch, context);
  }

  #archive(id: string, context: OpportunityContext): void {
    const key = manager.keyOf(entityActorId(context.entity), context.direction, context.family);
    this.#keys.set(key, manager.archived(this.#keys.get(key)!, id));
    this.#actors.drop(prefix + id);
  }

  /** `context` null: its actor threw; it hears nothing more, takes no place, and its key cools down as usual. */
  #close(id: string, { subject, context: last }: Watch, context: OpportunityContext | null): void {
    this.#watches.delete(id);
    this.#live.remove(subject.row, id);
    const key = manager.keyOf(entityActorId(last.entity), last.direction, last.family);
    const record = this.#keys.get(key)!;
    const reason = context?.endReason ?? null;
    const endedTsec = tsecOf(context?.endedMs ?? this.#recorder.nowMs);
    const stops = record.stops + (reason === 'STOP' ? 1 : 0);
    const cool = reason === null ? last.coolDowns.other : coolDownSec(reason, stops, last.coolDowns);
    this.#keys.set(key, manager.ended(record, id, reason, endedTsec, cool));
    this.#links.released(subject.row, id);
  }

  #riskOf = ({ subject, lane }: SignalCase): number => this.risk.of([...subject.scopes, `strategy.${lane.id}`]).level;
  #key = ({ subject, lane, reading }: SignalCase): string =>
    manager.keyOf(entityActorId(subject.entity), reading.direction, lane.detector.family as Family);
  #record = (given: SignalCase): manager.KeyRecord => this.#keys.get(this.#key(given)) ?? manager.newKey;

  /** To be taken before the actors': they are told of their peaks first. */
  image(): OpportunityBookImage {
    for (const [id, watch] of this.#watches) this.#tellPeak(id, watch);
    return {
      keys: [...this.#keys],
      watches: [...this.#watches].map(([id, { subject }]) => ({ id, row: subject.row })),
      byRow: this.#live.image(),
      risk: this.risk.image(),
    };
  }

  /** After the actors: a watch takes its thresholds from them. */
  restore({ keys, watches, byRow, risk }: OpportunityBookImage): void {
    for (const [key, record] of keys) this.#keys.set(key, record);
    this.risk.restore(risk);
    for (const { id, row } of watches) this.#watch(id, this.#links.subjectOf(row));
    this.#live.restore(byRow);
  }
}

/** What the desk knows of the rest of the cell. */
type Links = {
  readonly isScope: (scope: string) => boolean;
  readonly opened: (given: SignalCase, standing: Standing) => void;
  readonly released: (row: number, id: string) => void;
  readonly subjectOf: (row: number) => Subject;
  readonly exitScore: (strategy: string) => number;
};

export type OpportunityBookImage = {
  readonly keys: readonly (readonly [string, manager.KeyRecord])[];
  readonly watches: readonly { readonly id: string; readonly row: number }[];
  readonly byRow: ReturnType<LiveRows['image']>;
  readonly risk: ReturnType<RiskDesk['image']>;
};
