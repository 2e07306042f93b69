/** Which rule an alert matches, and when a channel is to be left in peace. Pure. */
import type { NotifyConfig, NotifyRule } from '../../contracts/notify.ts';
import { msOfDay } from '../../contracts/session.ts';
import type { Alert } from './alert.ts';
import { rankOf } from './message.ts';

export function matches(rule: NotifyRule, { about, severity, group, facts }: Alert): boolean {
  const { state, update, family, strategy, symbol, sector, list, scope, pMin } = rule;
  return (
    rule.about === about &&
    rankOf(severity) >= rankOf(rule.severity) &&
    (update === undefined ? facts.updates === undefined : (facts.updates ?? []).some((kind) => update.includes(kind))) &&
    (state === undefined || state.includes(facts.state as never)) &&
    (family === undefined || family.includes(facts.family as never)) &&
    (strategy === undefined || (facts.strategies ?? []).some((id) => strategy.includes(id))) &&
    (symbol === undefined || symbol.includes(facts.symbol ?? '')) &&
    (sector === undefined || mayBeAmong(sector, facts.sectors)) &&
    (list === undefined || mayBeAmong(list, facts.lists)) &&
    (scope === undefined || scope.some((begin) => group.startsWith(begin))) &&
    (pMin === undefined || (typeof facts.p === 'number' && facts.p >= pMin))
  );
}

/** Where it is not known, one too many is better than one lost. */
const mayBeAmong = (wanted: readonly string[], known: readonly string[] | null | undefined): boolean =>
  known === null || (known ?? []).some((each) => wanted.includes(each));

export function isQuiet({ quiet }: Pick<NotifyConfig, 'quiet'>, nowMs: number): boolean {
  const ms = msOfDay(nowMs);
  return quiet.some(({ from, to }) => {
    const [start, end] = [clockMs(from), clockMs(to)];
    return start <= end ? ms >= start && ms < end : ms >= start || ms < end;
  });
}

const clockMs = (clock: string): number => {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return (hours * 60 + minutes) * 60_000;
};

/** Feishu asks everybody to keep clear of the full and the half hour. */
const [busyEveryMs, busyMs] = [1_800_000, 15_000];
export const isBusyMoment = (kind: string | undefined, nowMs: number): boolean =>
  kind === 'feishu' && msOfDay(nowMs) % busyEveryMs < busyMs;
