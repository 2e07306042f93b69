/** Alerts in, messages out, everything remembered on the way: the part of the role that knows neither broker nor network. */
import { type FoldedEvent, OpportunityBook } from '../../contracts/fold.ts';
import type { JournalStep } from '../../contracts/journal.ts';
import type { NotifyConfig } from '../../contracts/notify.ts';
import type { Origin } from '../../contracts/status.ts';
import { type Alert, alertOfOpportunity, alertOfRisk } from './alert.ts';
import type { Verdict } from './formats.ts';
import type { Ledger } from './ledger.ts';
import { type Message, Orchestrator } from './orchestrator.ts';

export type Send = (message: Message) => Promise<Verdict>;
export type OnSent = (message: Message, outcome: 'sent' | 'again' | 'failed', nowMs: number) => void;

export class NotifyDesk {
  readonly #orchestrator: Orchestrator;
  readonly #ledger: Ledger;
  readonly #send: Send;
  readonly #onSent: OnSent;
  #book = new OpportunityBook();
  #date = '';
  /** Stream sequence up to which everything was taken. */
  #seq: number;
  #busy = new Set<Promise<void>>();

  /** `fromSeq`: what was stored up to it is the past, where nothing is remembered. */
  constructor(config: NotifyConfig, ledger: Ledger, fromSeq: number, send: Send, onSent: OnSent) {
    [this.#ledger, this.#send, this.#onSent] = [ledger, send, onSent];
    this.#orchestrator = new Orchestrator(config);
    const known = ledger.read();
    this.#seq = known?.seq ?? fromSeq;
    if (known !== null) this.#orchestrator.restore(known.image);
  }

  get seq(): number {
    return this.#seq;
  }

  /** A step in its order; what was taken before is folded and not told again. */
  step(date: string, step: JournalStep, seq: number, storedMs: number, nowMs: number): void {
    if (date !== this.#date) [this.#date, this.#book] = [date, new OpportunityBook()];
    const origin = step.origin ?? 'simulated';
    const events = this.#book.apply(step);
    if (seq <= this.#seq) return;
    this.#seq = seq;
    for (const alert of alertsOf(date, step, events, storedMs, origin)) this.take(alert, nowMs);
  }

  take(alert: Alert, nowMs: number): void {
    for (const [channel, outcome] of Object.entries(this.#orchestrator.take(alert, nowMs)))
      if (outcome !== 'queued')
        this.#ledger.note({ atMs: nowMs, channel, outcome, title: alert.title, key: null, count: 1, latencyMs: null, why: null });
  }

  /** Once a second: what is due is remembered as out, and sent. */
  tick(nowMs: number, clock: () => number): void {
    const due = this.#orchestrator.due(nowMs);
    this.#save();
    for (const message of due) {
      const work = this.#deliver(message, clock).finally(() => this.#busy.delete(work));
      this.#busy.add(work);
    }
  }

  async #deliver(message: Message, clock: () => number): Promise<void> {
    const verdict = await this.#send(message);
    const nowMs = clock();
    const again = this.#orchestrator.answered(message.key, verdict, nowMs);
    this.#save();
    const outcome = verdict.sent ? 'sent' : again ? 'again' : 'failed';
    const { key, channel, title, count, atMs } = message;
    this.#ledger.note({ atMs: nowMs, channel, outcome, title, key, count, latencyMs: nowMs - atMs, why: verdict.why });
    this.#onSent(message, outcome, nowMs);
  }

  #save(): void {
    this.#ledger.save({ seq: this.#seq, image: this.#orchestrator.image() });
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
