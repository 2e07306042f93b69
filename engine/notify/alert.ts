/** What there is to tell, made from journal entries: pure. Its text leads with the conditions that hit. */

import { pathOfOpportunity } from '../../contracts/door.ts';
import { sentenceOf } from '../../contracts/evidence-words.ts';
import type { FoldedEvent, ListedOpportunity } from '../../contracts/fold.ts';
import type { Transition } from '../../contracts/journal.ts';
import type { Severity, UpdateKind } from '../../contracts/notify.ts';
import { dashed } from '../../contracts/session.ts';
import { endWords, eventWords, riskWords, stateWords } from '../../contracts/state-words.ts';
import type { Origin } from '../../contracts/status.ts';

export type Alert = {
  /** `<date>:<step>:<place in it>`, or of the run itself `system:<code>:<ms>`. */
  readonly id: string;
  readonly about: 'opportunity' | 'risk' | 'system';
  /** Opportunity or scope: what cools down and is grouped by. */
  readonly group: string;
  readonly severity: Severity;
  /** Wall clock at which it came to be. */
  readonly atMs: number;
  /** Time of the market at which it was; of the run itself the wall clock. */
  readonly tsMs: number;
  /** Kind of market; null of the run itself. */
  readonly origin: Origin | null;
  /** What was raised of the group is over. */
  readonly isClear: boolean;
  readonly title: string;
  readonly lines: readonly string[];
  /** Path of a deep link. */
  readonly path: string;
  /** What rules ask for. */
  readonly facts: {
    readonly state?: string;
    readonly family?: string;
    readonly strategies?: readonly string[];
    readonly symbol?: string;
    /** Sectors that it is in, and watch-lists; null: not known yet. */
    readonly sectors?: readonly string[] | null;
    readonly lists?: readonly string[] | null;
    readonly p?: number | null;
    /** Of one whose state stands: what is another. */
    readonly updates?: readonly UpdateKind[];
  };
};

/** A word that a newer engine says and this one has not yet stands as it is. */
export const wordOf = (words: Readonly<Record<string, string>>, said: string): string => words[said] ?? said;
const riskStates = Object.keys(riskWords.zh);
export const levelOf = (risk: string): number => Math.max(0, riskStates.indexOf(risk));
const levels = Object.values(riskWords.zh);

export type Forecast = {
  readonly event: string;
  readonly p: number | null;
  readonly p0: number;
  readonly auc95: readonly number[] | null;
  readonly source: string;
};
export const yuan = (milli: unknown): string => (typeof milli === 'number' ? (milli / 1000).toFixed(2) : '–');
export const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** Null for what is no change of the public state: its details are for who looks. */
export function alertOfOpportunity(event: FoldedEvent, id: string, atMs: number, origin: Origin): Alert | null {
  const { opportunity, was, change } = event;
  const { state, facts, instrument, family, strategies, entity } = opportunity;
  if (change.region !== 'lifecycle' || state === 'archived' || (was !== null && was.state === state)) return null;
  // a halt and its end are no change that a person is told of
  const isHalt = (path: string | undefined): boolean => path?.startsWith('suspended') === true;
  if (isHalt(opportunity.path) || (isHalt(was?.path) && state !== 'ended')) return null;
  const reason = state === 'ended' && typeof facts.endReason === 'string' ? `(${wordOf(endWords.zh, facts.endReason)})` : '';
  const what = `${headOf(opportunity)}|${was === null ? '' : `${wordOf(stateWords.zh, was.state)} → `}${wordOf(stateWords.zh, state)}${reason}`;
  const { entryMilli, stopMilli } = (facts.plan ?? {}) as { entryMilli?: number; stopMilli?: number };
  return {
    id,
    about: 'opportunity',
    group: event.id,
    severity: state === 'confirmed' ? 'notice' : 'info',
    atMs,
    tsMs: change.tsMs,
    origin,
    isClear: false,
    title: what,
    lines: [
      ...(change.evidence.length === 0 ? [] : [`命中:${sentenceOf(change.evidence, 'zh')}`]),
      ...chances((facts.forecasts ?? []) as readonly Forecast[]),
      ...(state === 'ended' || entity.kind === 'sector' ? [] : [`参考 ${yuan(entryMilli)} · 失效 ${yuan(stopMilli)}`]),
    ],
    path: pathOfOpportunity(event.id),
    facts: { state, family, strategies, symbol: instrument, p: typeof facts.p === 'number' ? facts.p : null },
  };
}

/** Direction, and what it is of. */
export const headOf = ({ direction, entity, instrument }: Pick<ListedOpportunity, 'direction' | 'entity' | 'instrument'>): string =>
  `${direction === 'up' ? '🔴▲' : '🟢▼'} ${entity.kind === 'sector' ? `板块 ${instrument}` : instrument}`;

/** The event that the family is about, never a chance without its name, its base and whether it was measured. */
export function chances([first]: readonly Forecast[]): string[] {
  if (first === undefined || first.p === null) return [];
  const measured = first.auc95 !== null && first.auc95[0]! > 0.5;
  return [
    `${wordOf(eventWords.zh, first.event)} ${measured ? percent(first.p) : `未测得优势,基准 ${percent(first.p0)}`}${measured ? `(基准 ${percent(first.p0)},${first.source})` : ''}`,
  ];
}

export function alertOfRisk({ actorId, from, to, note, tsMs }: Transition, id: string, atMs: number, origin: Origin): Alert {
  const [level, before] = [levelOf(to), levelOf(from ?? 'normal')];
  const scope = actorId.replace(/^risk\./, '');
  return {
    id,
    about: 'risk',
    group: scope,
    severity: level >= 2 || before >= 2 ? 'urgent' : 'notice',
    atMs,
    tsMs,
    origin,
    isClear: level === 0,
    title: level === 0 ? `✅ 风控解除|${scope}` : `⚠️ 风控${levels[level]}|${scope}`,
    lines: [...(note === null ? [] : [`由 ${note}`]), `${levels[before]} → ${levels[level]}`],
    path: '/risk',
    facts: {},
  };
}

/** A scope that a new day begins without: the cell's risk is of its day. */
export const alertOfNewDay = (scope: string, date: string, tsMs: number, atMs: number, origin: Origin): Alert => ({
  id: `${date}:1:${scope}`,
  about: 'risk',
  group: scope,
  severity: 'notice',
  atMs,
  tsMs,
  origin,
  isClear: true,
  title: `✅ 风控解除|${scope}`,
  lines: [`新交易日 ${dashed(date)},风控重新开始`],
  path: '/risk',
  facts: {},
});

/** Of the run itself, in its words. */
export const alertOfRun = (isClear: boolean, why: string, atMs: number): Alert => ({
  id: `system:engine:${atMs}`,
  about: 'system',
  group: 'engine',
  severity: 'urgent',
  atMs,
  tsMs: atMs,
  origin: null,
  isClear,
  title: isClear ? '✅ 引擎恢复' : '⛔ 引擎中断',
  lines: [why],
  path: '/',
  facts: {},
});
