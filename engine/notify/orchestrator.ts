/**
 * Which alert goes where and when: pure, by the wall clock it is given, and whole in its image.
 *
 * Rules      every rule that an alert matches names channels; a channel is told of an alert once
 * Cooldown   of a rule and group; what is more severe than the one before passes
 * Digest     what is late (over 60 s), came in a quiet hour, or found the budget of its channel spent, is merged: one digest a channel in `digestSec`
 * Burst      more than three of one look are one message
 * All-clear  of a scope is sent where its raise was
 * Once       a message is marked before it is handed out; one that was handed out and never answered for is handed out once more, marked
 *            as maybe a repeat, and never a third time
 */
import { type NotifyConfig, type NotifyRule, type Severity, severities } from '../../contracts/notify.ts';
import { msOfDay } from '../../contracts/session.ts';
import type { Alert } from './alert.ts';

export type Outcome = 'queued' | 'no-rule' | 'cooldown' | 'quiet' | 'late' | 'budget' | 'not-raised';
export type Message = {
  readonly key: string;
  readonly channel: string;
  readonly severity: Severity;
  readonly title: string;
  readonly lines: readonly string[];
  readonly path: string;
  /** Wall clock of the oldest of what it tells. */
  readonly atMs: number;
  readonly count: number;
  readonly isDigest: boolean;
  /** It may have been sent before. */
  readonly maybeRepeat: boolean;
  readonly tries: number;
};
type Waiting = { readonly message: Message; readonly dueMs: number; readonly out: boolean };

const lateMs = 60_000;
const burstMin = 3;
const linesMax = 12;
const triesMax = 3;
const retryMs = [2000, 10_000] as const;
const minuteMs = 60_000;
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

export type OrchestratorImage = {
  readonly waiting: readonly Waiting[];
  readonly digests: readonly (readonly [channel: string, alerts: readonly Alert[]])[];
  readonly digestMs: readonly (readonly [channel: string, atMs: number])[];
  readonly cooled: readonly (readonly [key: string, value: { readonly atMs: number; readonly severity: Severity }])[];
  readonly raised: readonly string[];
  readonly sentMs: readonly (readonly [channel: string, times: readonly number[]])[];
  readonly seq: number;
};

export class Orchestrator {
  readonly #config: NotifyConfig;
  #waiting: Waiting[] = [];
  readonly #looked = new Map<string, Alert[]>();
  readonly #digests = new Map<string, Alert[]>();
  readonly #digestMs = new Map<string, number>();
  readonly #cooled = new Map<string, { readonly atMs: number; readonly severity: Severity }>();
  /** `<channel> <group>` whose raise was told. */
  readonly #raised = new Set<string>();
  readonly #sentMs = new Map<string, number[]>();
  #seq = 0;

  constructor(config: NotifyConfig) {
    this.#config = config;
  }

  /** What becomes of an alert, channel by channel. */
  take(alert: Alert, nowMs: number): Readonly<Record<string, Outcome>> {
    const outcomes: Record<string, Outcome> = {};
    for (const rule of this.#config.rules) {
      if (!matches(rule, alert)) continue;
      const isCold = this.#isCold(rule, alert, nowMs);
      for (const channel of rule.channels) {
        if (outcomes[channel] !== undefined && outcomes[channel] !== 'cooldown') continue;
        outcomes[channel] = isCold ? 'cooldown' : this.#place(channel, alert, nowMs);
      }
      if (!isCold) this.#cooled.set(`${rule.id} ${alert.group}`, { atMs: nowMs, severity: alert.severity });
    }
    return outcomes;
  }

  #isCold({ id, cooldownSec }: NotifyRule, { group, severity }: Alert, nowMs: number): boolean {
    const last = this.#cooled.get(`${id} ${group}`);
    return cooldownSec > 0 && last !== undefined && nowMs - last.atMs < cooldownSec * 1000 && rankOf(severity) <= rankOf(last.severity);
  }

  #place(channel: string, alert: Alert, nowMs: number): Outcome {
    const raise = `${channel} ${alert.group}`;
    if (alert.about !== 'opportunity') {
      const isClear = alert.title.startsWith('✅');
      if (isClear && !this.#raised.delete(raise)) return 'not-raised';
      if (!isClear) this.#raised.add(raise);
    }
    const held = nowMs - alert.atMs > lateMs ? 'late' : alert.severity !== 'urgent' && this.#isQuiet(nowMs) ? 'quiet' : null;
    const into = held === null ? this.#looked : this.#digests;
    into.set(channel, [...(into.get(channel) ?? []), alert]);
    return held ?? 'queued';
  }

  #isQuiet(nowMs: number): boolean {
    const ms = msOfDay(nowMs);
    return this.#config.quiet.some(({ from, to }) => {
      const [start, end] = [clockMs(from), clockMs(to)];
      return start <= end ? ms >= start && ms < end : ms >= start || ms < end;
    });
  }

  /** What is to be sent now; each is out until `answered`. To be called about once a second. */
  due(nowMs: number): readonly Message[] {
    for (const [channel, alerts] of this.#looked) this.#bundle(channel, alerts, nowMs);
    this.#looked.clear();
    for (const [channel, alerts] of this.#digests) {
      if (
        alerts.length === 0 ||
        this.#isQuiet(nowMs) ||
        this.#room(channel, nowMs) <= 0 ||
        nowMs - (this.#digestMs.get(channel) ?? 0) < this.#config.digestSec * 1000
      )
        continue;
      this.#digestMs.set(channel, nowMs);
      this.#digests.set(channel, []);
      this.#push(this.#merged(channel, alerts, true), nowMs);
    }
    const ready: Message[] = [];
    this.#waiting = this.#waiting.map((each) => {
      if (each.out || each.dueMs > nowMs || !this.#spend(each.message.channel, nowMs)) return each;
      ready.push(each.message);
      return { ...each, out: true };
    });
    return ready;
  }

  #bundle(channel: string, alerts: readonly Alert[], nowMs: number): void {
    const room = this.#room(channel, nowMs) - this.#waiting.filter(({ message, out }) => message.channel === channel && !out).length;
    if (room <= 0 && alerts.every(({ severity }) => severity !== 'urgent')) {
      this.#digests.set(channel, [...(this.#digests.get(channel) ?? []), ...alerts]);
      return;
    }
    if (alerts.length > burstMin) return this.#push(this.#merged(channel, alerts, false), nowMs);
    for (const alert of alerts) this.#push(this.#merged(channel, [alert], false), nowMs);
  }

  /** The newest first; of an opportunity its last word alone. */
  #merged(channel: string, alerts: readonly Alert[], isDigest: boolean): Message {
    this.#seq += 1;
    const [first] = alerts as readonly [Alert];
    const base = {
      key: `${channel}:${this.#seq}`,
      channel,
      severity: alerts.reduce<Severity>((worst, { severity }) => (rankOf(severity) > rankOf(worst) ? severity : worst), 'info'),
      atMs: Math.min(...alerts.map(({ atMs }) => atMs)),
      count: alerts.length,
      isDigest,
      maybeRepeat: false,
      tries: 0,
    };
    if (alerts.length === 1 && !isDigest) return { ...base, title: first.title, lines: first.lines, path: first.path };
    const last = [...new Map(alerts.map((alert) => [alert.group, alert])).values()].reverse();
    const more = last.length > linesMax ? [`… 另有 ${last.length - linesMax} 条`] : [];
    const lines = [
      ...last.slice(0, linesMax).map(({ title, lines: own }) => (own[0] === undefined ? title : `${title}|${own[0]}`)),
      ...more,
    ];
    return { ...base, title: isDigest ? `汇总:${alerts.length} 条` : `${alerts.length} 条变化`, lines, path: '/' };
  }

  #push(message: Message, dueMs: number): void {
    this.#waiting.push({ message, dueMs, out: false });
  }

  #room(channel: string, nowMs: number): number {
    const sent = (this.#sentMs.get(channel) ?? []).filter((at) => nowMs - at < minuteMs);
    this.#sentMs.set(channel, sent);
    return (budgets[this.#config.channels[channel]?.kind ?? ''] ?? 10) - sent.length;
  }

  #spend(channel: string, nowMs: number): boolean {
    if (this.#room(channel, nowMs) <= 0) return false;
    this.#sentMs.get(channel)!.push(nowMs);
    return true;
  }

  /** `again`: it may succeed later. True where it is tried again. */
  answered(key: string, { sent, again }: { readonly sent: boolean; readonly again: boolean }, nowMs: number): boolean {
    const own = this.#waiting.find(({ message }) => message.key === key);
    this.#waiting = this.#waiting.filter(({ message }) => message.key !== key);
    if (own === undefined || sent || !again) return false;
    const tries = own.message.tries + 1;
    if (tries >= triesMax) return false;
    this.#push({ ...own.message, tries }, nowMs + retryMs[tries - 1]!);
    return true;
  }

  image = (): OrchestratorImage => ({
    waiting: this.#waiting,
    digests: [...this.#digests, ...this.#looked],
    digestMs: [...this.#digestMs],
    cooled: [...this.#cooled],
    raised: [...this.#raised],
    sentMs: [...this.#sentMs],
    seq: this.#seq,
  });

  /** After a crash: what was out may have arrived. */
  restore({ waiting, digests, digestMs, cooled, raised, sentMs, seq }: OrchestratorImage): void {
    this.#waiting = waiting.flatMap(({ message, dueMs, out }) => {
      if (!out) return [{ message, dueMs, out }];
      return message.maybeRepeat ? [] : [{ message: { ...message, maybeRepeat: true }, dueMs, out: false }];
    });
    for (const [channel, alerts] of digests) this.#digests.set(channel, [...(this.#digests.get(channel) ?? []), ...alerts]);
    for (const [channel, at] of digestMs) this.#digestMs.set(channel, at);
    for (const [key, value] of cooled) this.#cooled.set(key, value);
    for (const each of raised) this.#raised.add(each);
    for (const [channel, times] of sentMs) this.#sentMs.set(channel, [...times]);
    this.#seq = seq;
  }
}

const rankOf = (severity: Severity): number => severities.indexOf(severity);
const clockMs = (clock: string): number => {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return (hours * 60 + minutes) * minuteMs;
};

export function matches(rule: NotifyRule, { about, severity, group, facts }: Alert): boolean {
  const { state, family, strategy, symbol, scope, pMin } = rule;
  return (
    rule.about === about &&
    rankOf(severity) >= rankOf(rule.severity) &&
    (state === undefined || state.includes(facts.state as never)) &&
    (family === undefined || family.includes(facts.family as never)) &&
    (strategy === undefined || (facts.strategies ?? []).some((id) => strategy.includes(id))) &&
    (symbol === undefined || symbol.includes(facts.symbol ?? '')) &&
    (scope === undefined || scope.some((begin) => group.startsWith(begin))) &&
    (pMin === undefined || (typeof facts.p === 'number' && facts.p >= pMin))
  );
}
