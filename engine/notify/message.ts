/** A message of one alert or of several: what a person reads. Pure. */
import { type Severity, severities } from '../../contracts/notify.ts';
import { clockOf, dashed, tradeDateOf } from '../../contracts/session.ts';
import type { Origin } from '../../contracts/status.ts';
import { InstrumentId } from '../../contracts/units.ts';
import type { Alert } from './alert.ts';

export type Message = {
  readonly key: string;
  readonly channel: string;
  readonly severity: Severity;
  readonly title: string;
  readonly lines: readonly string[];
  readonly path: string;
  /** The one stock it is about; null for several, a sector, risk or the run. */
  readonly symbol: string | null;
  readonly isLive: boolean;
  /** Wall clock of the oldest of what it tells. */
  readonly atMs: number;
  readonly count: number;
  readonly isDigest: boolean;
  /** It may have been sent before. */
  readonly maybeRepeat: boolean;
};
/** `alerts`: oldest first; `count`: of which they are the last words. */
export type Draft = Pick<Message, 'key' | 'channel' | 'count' | 'isDigest' | 'maybeRepeat'> & { readonly alerts: readonly Alert[] };

const linesMax = 12;
const originWords: Readonly<Record<Origin, string>> = { live: '真实行情', recorded: '历史回放', simulated: '模拟行情' };
const disclaimer = '不构成投资建议';

export const rankOf = (severity: Severity): number => severities.indexOf(severity);
export const worstOf = (alerts: readonly Alert[]): Severity =>
  alerts.reduce<Severity>((worst, { severity }) => (rankOf(severity) > rankOf(worst) ? severity : worst), 'info');

/** `nowMs`: what is not of today says its date. */
export function messageOf({ alerts, ...draft }: Draft, nowMs: number): Message {
  const [first] = alerts as readonly [Alert];
  const base = {
    ...draft,
    severity: worstOf(alerts),
    atMs: Math.min(...alerts.map(({ atMs }) => atMs)),
    symbol: alerts.length === 1 && !draft.isDigest ? symbolOf(first) : null,
    isLive: alerts.every(({ origin }) => origin === 'live'),
  };
  const kinds = [...new Set(alerts.flatMap(({ origin }) => (origin === null ? [] : [originWords[origin]])))];
  const closing = [...kinds, disclaimer].join(' · ');
  if (alerts.length === 1 && !draft.isDigest)
    return { ...base, title: first.title, lines: [...first.lines, `${whenOf(first, nowMs)} · ${closing}`], path: first.path };
  // the worst first, then the newest: what is cut is what matters least
  const shown = [...alerts].reverse().sort((a, b) => rankOf(b.severity) - rankOf(a.severity));
  const lines = shown
    .slice(0, linesMax)
    .map((alert) => `${whenOf(alert, nowMs)} ${alert.title}${alert.lines[0] === undefined ? '' : `|${alert.lines[0]}`}`);
  const more = shown.length > linesMax ? [`… 另有 ${shown.length - linesMax} 条`] : [];
  const title = draft.isDigest ? `汇总:${draft.count} 条` : `${draft.count} 条变化`;
  return { ...base, title, lines: [...lines, ...more, closing], path: '/' };
}

/** A sector's opportunity has a code of its own kind. */
const symbolOf = ({ facts: { symbol } }: Alert): string | null =>
  symbol !== undefined && InstrumentId.safeParse(symbol).success ? symbol : null;

function whenOf({ atMs, tsMs }: Alert, nowMs: number): string {
  return tradeDateOf(atMs) === tradeDateOf(nowMs) ? clockOf(tsMs) : `${dashed(tradeDateOf(tsMs)).slice(5)} ${clockOf(tsMs)}`;
}

/** What a channel is tried with. */
export const testMessage = (channel: string, nowMs: number): Message => ({
  key: `test:${channel}:${nowMs}`,
  channel,
  severity: 'notice',
  title: '分时 测试消息',
  lines: [`${clockOf(nowMs)} · 通道 ${channel}`, '不构成投资建议'],
  path: '/',
  symbol: null,
  isLive: false,
  atMs: nowMs,
  count: 1,
  isDigest: false,
  maybeRepeat: false,
});
