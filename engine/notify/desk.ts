/** Alerts in, messages out, everything remembered on the way: the part of the role that knows neither broker nor network. */
import { randomBytes } from 'node:crypto';
import { type FoldedEvent, OpportunityBook } from '../../contracts/fold.ts';
import type { JournalStep } from '../../contracts/journal.ts';
import type { DeliveryLine, NotifyConfig, NotifyRule } from '../../contracts/notify.ts';
import type { Origin } from '../../contracts/status.ts';
import { type Alert, alertOfNewDay, alertOfOpportunity, alertOfRisk } from './alert.ts';
import { EngineWatch } from './engine-watch.ts';
import type { Verdict } from './formats.ts';
import type { GroupFacts } from './groups.ts';
import type { Ledger } from './ledger.ts';
import { type Message, testMessage } from './message.ts';
import { type Answered, Orchestrator } from './orchestrator.ts';
import { matches } from './rules.ts';
import { alertOfUpdate } from './update-alert.ts';
import { Updates } from './updates.ts';

export type Send = (message: Message) => Promise<Verdict>;
export type DeskHooks = {
  /** Groups that a stock or a sector is in. */
  readonly groupsOf: (code: string) => GroupFacts;
  readonly onAnswered: (message: Message, answered: Answered, nowMs: number) => void;
  /** What cannot be remembered, once a reason; null: it can again. */
  readonly onFault: (why: string | null) => void;
};

/** A busy day has some hundred changes of states, and as many others. */
const [triedMax, shownMax] = [5000, 10];

export class NotifyDesk {
  readonly watch: EngineWatch;
  readonly #orchestrator: Orchestrator;
  readonly #ledger: Ledger;
  readonly #send: Send;
  readonly #hooks: DeskHooks;
  #book = new OpportunityBook();
  #updates = new Updates();
  #date = '';
  /** Stream sequence up to which everything was taken; null: nothing is remembered, and it is not known yet what is the past. */
  #seq: number | null;
  #fault: string | null = null;
  readonly #busy = new Set<Promise<void>>();
  /** Alerts of the day, told or not: what a rule is tried on. */
  #day: Alert[] = [];

  constructor(config: NotifyConfig, ledger: Ledger, send: Send, hooks: DeskHooks, nowMs: number) {
    [this.#ledger, this.#send, this.#hooks] = [ledger, send, hooks];
    this.#orchestrator = new Orchestrator(config, randomBytes(4).toString('hex'));
    const known = ledger.read((why) => hooks.onFault(`state.json: ${why}`));
    this.#seq = known?.seq ?? null;
    if (known !== null) this.#orchestrator.restore(known.image);
    this.watch = new EngineWatch(nowMs, known?.isTold ?? false);
  }

  /** Of what was read last; empty before the first step. */
  get date(): string {
    return this.#date;
  }
  get seq(): number | null {
    return this.#seq;
  }
  /** Why it cannot remember; messages are sent all the same. */
  get fault(): string | null {
    return this.#fault;
  }

  /** Where nothing is remembered, what was stored up to `seq` is the past. */
  begin(seq: number): void {
    this.#seq ??= seq;
  }

  /** A step in its order; what was taken before is folded and not told again. */
  step(date: string, step: JournalStep, seq: number, storedMs: number, nowMs: number): void {
    if (date !== this.#date) [this.#date, this.#book, this.#updates, this.#day] = [date, new OpportunityBook(), new Updates(), []];
    const origin = step.origin ?? 'simulated';
    const events = this.#book.apply(step);
    const updates = this.#updates.take(events, this.#book.get, step.entries.at(-1)?.tsMs ?? storedMs);
    const alerts = [
      ...alertsOf(date, step, events, storedMs, origin),
      ...updates.map((update, i) => alertOfUpdate(update, `${date}:${step.step}:u${i}`, storedMs, origin)),
    ];
    if (alerts.length > 0) this.#day = [...this.#day, ...alerts].slice(-triedMax);
    if (seq <= (this.#seq ?? 0)) return;
    this.#seq = seq;
    if (step.step === 1)
      for (const scope of this.#orchestrator.raisedScopes())
        this.take(alertOfNewDay(scope, date, step.entries[0]?.tsMs ?? storedMs, storedMs, origin), nowMs);
    for (const alert of alerts) this.take(alert, nowMs);
  }

  use = (rules: readonly NotifyRule[]): void => this.#orchestrator.use(rules);

  /** What a rule would have said yes to today, an all-clear apart: that goes where its raise went. */
  tried(rule: NotifyRule): { readonly of: number; readonly matched: number; readonly newest: readonly { tsMs: number; title: string }[] } {
    const alerts = this.#day.filter(({ isClear }) => !isClear);
    const matched = alerts.filter((alert) => matches(rule, this.#grouped(alert)));
    const newest = matched
      .slice(-shownMax)
      .reverse()
      .map(({ tsMs, title }) => ({ tsMs, title }));
    return { of: alerts.length, matched: matched.length, newest };
  }

  #grouped(alert: Alert): Alert {
    const { symbol } = alert.facts;
    return symbol === undefined ? alert : { ...alert, facts: { ...alert.facts, ...this.#hooks.groupsOf(symbol) } };
  }

  take(told: Alert, nowMs: number): void {
    const alert = this.#grouped(told);
    for (const [channel, outcome] of Object.entries(this.#orchestrator.take(alert, nowMs)))
      if (outcome !== 'queued') this.#note({ atMs: nowMs, channel, outcome, title: alert.title });
  }

  /** Once a second: what is due is remembered as out, and sent. */
  tick(nowMs: number, connected: boolean, clock: () => number): void {
    const alert = this.watch.look(nowMs, connected);
    if (alert !== null) {
      this.#day = [...this.#day, alert].slice(-triedMax);
      this.take(alert, nowMs);
    }
    const { messages, held } = this.#orchestrator.due(nowMs);
    for (const { channel, why, title } of held) this.#note({ atMs: nowMs, channel, outcome: why, title });
    this.#save();
    for (const message of messages) {
      const work = this.#deliver(message, clock).finally(() => this.#busy.delete(work));
      this.#busy.add(work);
    }
  }

  async #deliver(message: Message, clock: () => number): Promise<void> {
    const verdict = await this.#send(message);
    const nowMs = clock();
    const outcome = this.#orchestrator.answered(message.key, verdict, nowMs);
    this.#save();
    const { key, channel, title, count, atMs } = message;
    this.#note({ atMs: nowMs, channel, outcome, title, key, count, latencyMs: nowMs - atMs, why: verdict.why });
    this.#hooks.onAnswered(message, outcome, nowMs);
  }

  #note(line: Pick<DeliveryLine, 'atMs' | 'channel' | 'outcome' | 'title'> & Partial<DeliveryLine>): void {
    this.#keep(() => this.#ledger.note({ key: null, count: 1, latencyMs: null, why: null, ...line }));
  }

  #save(): void {
    this.#keep(() => this.#ledger.save({ v: 1, seq: this.#seq, isTold: this.watch.isTold, image: this.#orchestrator.image() }));
  }

  /** A full disk costs the memory, and at worst a repeat that is not marked; it keeps nobody from being told of it. */
  #keep(write: () => void): void {
    let fault: string | null = null;
    try {
      write();
    } catch (error) {
      fault = (error as { code?: string }).code ?? String(error);
    }
    if (fault !== this.#fault) this.#hooks.onFault(fault);
    this.#fault = fault;
  }

  /** For people: channels with what they have sent, and the newest deliveries, newest first. */
  shown(limit: number, nowMs: number) {
    return { channels: this.#orchestrator.channels(nowMs), deliveries: this.#ledger.lines(limit).reverse() };
  }

  /** A message past the rules, not past what the channel bears; noted like all others. */
  async test(
    channel: string,
    clock: () => number,
  ): Promise<{ readonly outcome: string; readonly why: string | null; readonly latencyMs: number }> {
    const nowMs = clock();
    const message = testMessage(channel, nowMs);
    const { outcome, why } = this.#orchestrator.spend(channel, nowMs)
      ? await this.#send(message)
      : { outcome: 'held', why: 'the channel bears no more messages now' };
    const latencyMs = clock() - nowMs;
    this.#note({ atMs: clock(), channel, outcome, title: message.title, key: message.key, latencyMs, why });
    return { outcome, why, latencyMs };
  }

  /** Resolves once nothing is out. */
  settled = async (): Promise<void> => {
    while (this.#busy.size > 0) await Promise.all(this.#busy);
  };
}

function alertsOf(date: string, step: JournalStep, events: readonly FoldedEvent[], atMs: number, origin: Origin): Alert[] {
  const changes = events.flatMap((event, i) => alertOfOpportunity(event, `${date}:${step.step}:o${i}`, atMs, origin) ?? []);
  const risks = step.entries.flatMap((entry, i) =>
    entry.kind === 'transition' && entry.machine === 'risk' && entry.from !== entry.to
      ? [alertOfRisk(entry, `${date}:${step.step}:r${i}`, atMs, origin)]
      : [],
  );
  return [...risks, ...changes];
}
