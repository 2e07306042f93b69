/**
 * Which alert goes where and when: pure, by the wall clock it is given, and whole in its image.
 *
 * Rules      every rule that an alert matches names channels; a channel is told of an alert once
 * Cooldown   of a rule and group; what is more severe than the one before passes, and an all-clear ends it
 * All-clear  goes where its raise went, whatever the rules say of it
 * Digest     what is late (over 60 s), came in a quiet hour, found its channel's budget spent or could not be sent is merged: one digest a
 *            channel in `digestSec`. In a quiet hour only what is urgent of it
 * Burst      more than three of one look are one message; what is urgent stands alone
 * Once       a message is marked before it is handed out. What was handed out and never answered for, or may have been taken, is handed out
 *            once more, marked as maybe a repeat, and never a third time
 */
import type { NotifyConfig, NotifyRule, Severity } from '../../contracts/notify.ts';
import type { Alert } from './alert.ts';
import { type Digest, Digests, keyOf } from './digests.ts';
import type { Verdict } from './formats.ts';
import { type Draft, type Message, messageOf, rankOf, worstOf } from './message.ts';
import { isBusyMoment, isQuiet, matches } from './rules.ts';

/** Of an alert, by channel. */
export type Outcome = 'queued' | 'cooldown' | 'not-raised';
/** Why it is merged instead of sent. */
export type Held = { readonly channel: string; readonly why: 'late' | 'quiet' | 'budget'; readonly title: string };
/** Of a message: `held` is merged into the next digest, `unknown` may have been taken and is let be. */
export type Answered = 'sent' | 'again' | 'held' | 'failed' | 'unknown';
type Waiting = Draft & { readonly dueMs: number; readonly tries: number; readonly out: boolean };
type Cooled = { readonly untilMs: number; readonly severity: Severity };

const lateMs = 60_000;
const burstMin = 3;
const triesMax = 3;
const retryMs = [2000, 10_000] as const;
const [minuteMs, secondMs] = [60_000, 1000];
/** Messages a minute, under each vendor's own bound: one more may mute a robot for ten. */
export const budgets: Readonly<Record<string, number>> = {
  wecom: 18,
  dingtalk: 16,
  feishu: 60,
  telegram: 18,
  bark: 60,
  webhook: 120,
  smtp: 6,
};

/** And a second, where a vendor counts those too: Feishu bears five, Telegram one a chat. */
const perSecond: Readonly<Record<string, number>> = { feishu: 4, telegram: 1 };

const budgetOf = (kind: string): number => budgets[kind] ?? 10;

export type OrchestratorImage = {
  /** What keys begin with: no other memory has had it. */
  readonly id: string;
  readonly seq: number;
  readonly looked: readonly (readonly [channel: string, alerts: readonly Alert[]])[];
  readonly waiting: readonly Waiting[];
  readonly digests: readonly Digest[];
  readonly digestMs: readonly (readonly [channel: string, atMs: number])[];
  readonly cooled: readonly (readonly [key: string, cooled: Cooled])[];
  readonly raised: readonly (readonly [group: string, channels: readonly string[]])[];
  readonly sentMs: readonly (readonly [channel: string, times: readonly number[]])[];
  readonly pausedMs: readonly (readonly [channel: string, untilMs: number])[];
};

export class Orchestrator {
  readonly #config: NotifyConfig;
  #rules: readonly NotifyRule[];
  #id: string;
  #seq = 0;
  /** Taken since the last look. */
  readonly #looked = new Map<string, Alert[]>();
  #waiting: Waiting[] = [];
  readonly #digests = new Digests();
  readonly #digestMs = new Map<string, number>();
  readonly #cooled = new Map<string, Cooled>();
  /** By `<about> <group>` the channels whose raise was taken. */
  readonly #raised = new Map<string, Set<string>>();
  readonly #sentMs = new Map<string, number[]>();
  /** A vendor that said too often gets no request until then. */
  readonly #pausedMs = new Map<string, number>();

  constructor(config: NotifyConfig, id: string) {
    [this.#config, this.#rules, this.#id] = [config, config.rules, id];
  }

  /** From the next alert on; what waits goes its way, and a rule that is gone or another now cools nothing down any more. */
  use(rules: readonly NotifyRule[]): void {
    const now = new Map(rules.map((rule) => [rule.id, JSON.stringify(rule)]));
    const changed = new Set(this.#rules.filter((rule) => now.get(rule.id) !== JSON.stringify(rule)).map(({ id }) => id));
    for (const key of this.#cooled.keys()) if (changed.has(key.slice(0, key.indexOf(' ')))) this.#cooled.delete(key);
    this.#rules = rules;
  }

  /** What becomes of an alert, channel by channel. */
  take(alert: Alert, nowMs: number): Readonly<Record<string, Outcome>> {
    if (alert.isClear) return this.#clear(alert);
    const outcomes: Record<string, Outcome> = {};
    for (const rule of this.#rules) {
      if (!matches(rule, alert)) continue;
      const isCold = this.#isCold(rule, alert, nowMs);
      for (const channel of rule.channels) {
        if (outcomes[channel] === 'queued') continue;
        outcomes[channel] = isCold ? 'cooldown' : 'queued';
        if (!isCold) this.#place(channel, alert);
      }
      if (!isCold && rule.cooldownSec > 0)
        this.#cooled.set(`${rule.id} ${alert.group}`, { untilMs: nowMs + rule.cooldownSec * 1000, severity: alert.severity });
    }
    return outcomes;
  }

  #isCold({ id }: NotifyRule, { group, severity }: Alert, nowMs: number): boolean {
    const last = this.#cooled.get(`${id} ${group}`);
    return last !== undefined && nowMs < last.untilMs && rankOf(severity) <= rankOf(last.severity);
  }

  #clear(alert: Alert): Readonly<Record<string, Outcome>> {
    const told = this.#raised.get(`${alert.about} ${alert.group}`) ?? new Set<string>();
    this.#raised.delete(`${alert.about} ${alert.group}`);
    const outcomes: Record<string, Outcome> = {};
    for (const rule of this.#rules) {
      this.#cooled.delete(`${rule.id} ${alert.group}`);
      if (matches(rule, alert)) for (const channel of rule.channels) outcomes[channel] = 'not-raised';
    }
    for (const channel of told) {
      outcomes[channel] = 'queued';
      this.#look(channel, alert);
    }
    return outcomes;
  }

  #place(channel: string, alert: Alert): void {
    const group = `${alert.about} ${alert.group}`;
    if (alert.about !== 'opportunity') this.#raised.set(group, (this.#raised.get(group) ?? new Set()).add(channel));
    this.#look(channel, alert);
  }

  #look(channel: string, alert: Alert): void {
    this.#looked.set(channel, [...(this.#looked.get(channel) ?? []), alert]);
  }

  /** What each channel has sent in the last minute, and what it bears. */
  channels = (nowMs: number) =>
    Object.entries(this.#config.channels).map(([name, { kind }]) => {
      const paused = this.#pausedMs.get(name) ?? 0;
      const sent = (this.#sentMs.get(name) ?? []).filter((at) => nowMs - at < minuteMs).length;
      return { name, kind, sent, budget: budgetOf(kind), pausedUntilMs: paused > nowMs ? paused : null };
    });

  /** Scopes of which a raise was taken and no all-clear. */
  raisedScopes = (): readonly string[] => [...this.#raised.keys()].flatMap((group) => (group.startsWith('risk ') ? [group.slice(5)] : []));

  /** What is to be sent now, each out until `answered`; and what is merged instead. To be called about once a second. */
  due(nowMs: number): { readonly messages: readonly Message[]; readonly held: readonly Held[] } {
    for (const [key, { untilMs }] of this.#cooled) if (untilMs <= nowMs) this.#cooled.delete(key);
    const held: Held[] = [];
    for (const [channel, alerts] of this.#looked) this.#bundle(channel, alerts, nowMs, held);
    this.#looked.clear();
    this.#waiting = this.#waiting.filter((each) => !this.#isTooLate(each, nowMs, held));
    for (const channel of this.#digests.channels()) this.#merge(channel, nowMs);
    const messages: Message[] = [];
    this.#waiting = this.#waiting.map((each) => {
      if (each.out || each.dueMs > nowMs || !this.#spend(each, nowMs)) return each;
      messages.push(messageOf(draftOf(each), nowMs));
      return { ...each, out: true };
    });
    return { messages, held };
  }

  #heldBy({ atMs, severity }: Alert, nowMs: number): 'late' | 'quiet' | null {
    if (nowMs - atMs > lateMs) return 'late';
    return severity !== 'urgent' && isQuiet(this.#config, nowMs) ? 'quiet' : null;
  }

  #bundle(channel: string, alerts: readonly Alert[], nowMs: number, held: Held[]): void {
    const room = this.#room(channel, nowMs) - this.#waiting.filter((each) => each.channel === channel && !each.out).length;
    const now: Alert[] = [];
    for (const alert of alerts) {
      const why = this.#heldBy(alert, nowMs) ?? (room <= 0 && alert.severity !== 'urgent' ? 'budget' : null);
      if (why === null) now.push(alert);
      else this.#hold(channel, [alert], why, held);
    }
    const usual = now.filter(({ severity }) => severity !== 'urgent');
    for (const alert of now) if (alert.severity === 'urgent' || usual.length <= burstMin) this.#push(channel, [alert], 1, nowMs);
    if (usual.length > burstMin) this.#push(channel, lastWords(usual), usual.length, nowMs);
  }

  #hold(channel: string, alerts: readonly Alert[], why: Held['why'], held: Held[], count = alerts.length, maybeRepeat = false): void {
    this.#digests.add(channel, alerts, count, maybeRepeat);
    held.push(...alerts.map(({ title }) => ({ channel, why, title })));
  }

  /** What waited for room, for another try or over the role's own end, and is no news any more or not now. */
  #isTooLate({ out, channel, alerts, count, maybeRepeat, isDigest }: Waiting, nowMs: number, held: Held[]): boolean {
    if (out) return false;
    const reasons = alerts.map((alert) => this.#heldBy(alert, nowMs));
    // a digest is late by its nature, and only kept from a quiet hour
    const why = isDigest ? (isQuiet(this.#config, nowMs) && worstOf(alerts) !== 'urgent' ? 'quiet' : null) : reasons.find(Boolean);
    if (why == null) return false;
    this.#hold(channel, alerts, why, held, count, maybeRepeat);
    return true;
  }

  #merge(channel: string, nowMs: number): void {
    const last = this.#digestMs.get(channel) ?? Number.NEGATIVE_INFINITY;
    if (this.#room(channel, nowMs) <= 0 || nowMs - last < this.#config.digestSec * 1000) return;
    const digest = this.#digests.take(channel, isQuiet(this.#config, nowMs));
    if (digest === null) return;
    this.#digestMs.set(channel, nowMs);
    this.#push(channel, digest.alerts, digest.count, nowMs, { isDigest: true, maybeRepeat: digest.maybeRepeat });
  }

  #push(channel: string, alerts: readonly Alert[], count: number, dueMs: number, more: Partial<Waiting> = {}): void {
    this.#seq += 1;
    const key = `${this.#id}:${channel}:${this.#seq}`;
    this.#waiting.push({ key, channel, alerts, count, isDigest: false, maybeRepeat: false, dueMs, tries: 0, out: false, ...more });
  }

  #room(channel: string, nowMs: number): number {
    if (nowMs < (this.#pausedMs.get(channel) ?? 0)) return 0;
    const sent = (this.#sentMs.get(channel) ?? []).filter((at) => nowMs - at < minuteMs);
    this.#sentMs.set(channel, sent);
    return budgetOf(this.#config.channels[channel]?.kind ?? '') - sent.length;
  }

  #spend({ channel, alerts }: Waiting, nowMs: number): boolean {
    if (worstOf(alerts) !== 'urgent' && isBusyMoment(this.#config.channels[channel]?.kind, nowMs)) return false;
    return this.spend(channel, nowMs);
  }

  /** Counts a message of a channel; false where that would be one too many. */
  spend(channel: string, nowMs: number): boolean {
    if (this.#room(channel, nowMs) <= 0) return false;
    const sent = this.#sentMs.get(channel)!;
    const most = perSecond[this.#config.channels[channel]?.kind ?? ''] ?? Number.POSITIVE_INFINITY;
    if (sent.filter((at) => nowMs - at < secondMs).length >= most) return false;
    sent.push(nowMs);
    return true;
  }

  answered(key: string, { outcome, waitMs }: Pick<Verdict, 'outcome' | 'waitMs'>, nowMs: number): Answered {
    const own = this.#waiting.find((each) => each.key === key);
    this.#waiting = this.#waiting.filter((each) => each.key !== key);
    if (outcome === 'sent' || own === undefined) return 'sent';
    if (outcome === 'refused') return 'failed';
    if (outcome === 'unknown' && own.maybeRepeat) return 'unknown';
    const maybeRepeat = own.maybeRepeat || outcome === 'unknown';
    const tries = own.tries + 1;
    if (waitMs > 0) this.#pausedMs.set(own.channel, nowMs + waitMs);
    if (waitMs === 0 && tries < triesMax) {
      this.#waiting.push({ ...own, tries, maybeRepeat, out: false, dueMs: nowMs + retryMs[tries - 1]! });
      return 'again';
    }
    this.#digests.add(own.channel, own.alerts, own.count, maybeRepeat);
    return 'held';
  }

  image = (): OrchestratorImage => ({
    id: this.#id,
    seq: this.#seq,
    looked: [...this.#looked],
    waiting: this.#waiting,
    digests: this.#digests.image(),
    digestMs: [...this.#digestMs],
    cooled: [...this.#cooled],
    raised: [...this.#raised].map(([group, channels]) => [group, [...channels]]),
    sentMs: [...this.#sentMs],
    pausedMs: [...this.#pausedMs],
  });

  /** After a crash: what was out may have arrived. */
  restore(image: OrchestratorImage): void {
    [this.#id, this.#seq] = [image.id, image.seq];
    this.#waiting = image.waiting.flatMap((each) => {
      if (!each.out) return [each];
      return each.maybeRepeat ? [] : [{ ...each, maybeRepeat: true, out: false }];
    });
    for (const [channel, alerts] of image.looked) this.#looked.set(channel, [...alerts]);
    for (const { channel, alerts, count, maybeRepeat } of image.digests) this.#digests.add(channel, alerts, count, maybeRepeat);
    for (const [channel, at] of image.digestMs) this.#digestMs.set(channel, at);
    for (const [key, value] of image.cooled) this.#cooled.set(key, value);
    for (const [group, channels] of image.raised) this.#raised.set(group, new Set(channels));
    for (const [channel, times] of image.sentMs) this.#sentMs.set(channel, [...times]);
    for (const [channel, until] of image.pausedMs) this.#pausedMs.set(channel, until);
  }
}

const draftOf = ({ key, channel, alerts, count, isDigest, maybeRepeat }: Waiting): Draft => ({
  key,
  channel,
  alerts,
  count,
  isDigest,
  maybeRepeat,
});
/** Of each opportunity or scope, in the order in which they were said. */
const lastWords = (alerts: readonly Alert[]): Alert[] => [
  ...alerts
    .reduce((last, alert) => {
      last.delete(keyOf(alert));
      return last.set(keyOf(alert), alert);
    }, new Map<string, Alert>())
    .values(),
];
