/** What a row shows of an opportunity, worked out of its facts and of what moves between two changes. Pure. */
import { topOf } from '../../../../contracts/shown.ts';
import { secondsLeft } from './clock-math.ts';
import type { Forecast, LiveValues, Opportunity, Plan } from './shapes.ts';

export type Timer = { readonly id: string; readonly leftSec: number; readonly dueMs: number | null; readonly stands: boolean };
export type Reading = {
  readonly forecast: Forecast | null;
  /** Stop that holds now: the trail where one is armed. */
  readonly stopMilli: number | null;
  readonly peakMilli: number | null;
  /** The next target that has not been touched. */
  readonly nextMilli: number | null;
  readonly plan: Plan | null;
  readonly timer: Timer | null;
  /** Share of the phase’s time that is used. */
  readonly used: number;
  readonly isLive: boolean;
};

const spans: Readonly<Record<string, number>> = { confirmDeadline: 120, horizon: 900, coolDown: 600 };

/** Timers as they stand: some are armed and dropped between two changes, and the newest word of them holds. */
export const withLive = <T extends Opportunity>(opportunity: T, live: LiveValues | undefined): T =>
  live?.timers === undefined
    ? opportunity
    : { ...opportunity, facts: { ...opportunity.facts, timers: live.timers, paused: live.paused ?? {} } };

/** The timer that fires first; those set aside stand still. */
export function timerOf(facts: Opportunity['facts'], nowMs: number): Timer | null {
  const running = Object.entries(facts.timers ?? {})
    .filter(([id]) => id !== 'riskDwell')
    .sort(([, a], [, b]) => a - b)[0];
  if (running !== undefined) {
    const [id, dueMs] = running;
    // a halt is counted by the wall, all else by trading time
    const leftSec = id === 'suspendLimit' ? Math.max(Math.round((dueMs - nowMs) / 1000), 0) : secondsLeft(nowMs, dueMs);
    return { id, dueMs, leftSec, stands: false };
  }
  const paused = Object.entries(facts.paused ?? {}).sort(([, a], [, b]) => a - b)[0];
  return paused === undefined ? null : { id: paused[0], dueMs: null, leftSec: paused[1], stands: true };
}

/** A chance as it moves between two changes; the interval belongs to what was journaled and moves with it no further. */
export function forecastOf(facts: Opportunity['facts'], live: LiveValues | undefined): Forecast | null {
  const first = facts.forecasts?.[0];
  if (first === undefined) return null;
  return first.event === 'net-gain' && live?.p != null ? { ...first, p: live.p } : first;
}

/** A forecast without a measured edge shows its base rate. */
export const speaks = ({ auc95, p }: Forecast): boolean => p !== null && auc95 !== null && auc95[0] > 0.5;

export function readingOf(opportunity: Opportunity, live: LiveValues | undefined, nowMs: number): Reading {
  const { facts, state } = withLive(opportunity, live);
  const isLive = state !== 'ended' && state !== 'archived';
  const plan = facts.plan ?? null;
  const trail = live?.trailMilli ?? facts.trailMilli ?? null;
  const timer = timerOf(facts, nowMs);
  const reached1 = trail !== null;
  const span = timer === null ? 0 : (spans[timer.id] ?? 120);
  return {
    forecast: forecastOf(facts, live),
    plan,
    stopMilli: trail ?? facts.stopMilli ?? plan?.stopMilli ?? null,
    peakMilli: live?.peakMilli ?? facts.peakMilli ?? null,
    nextMilli: plan === null ? null : reached1 ? plan.target2Milli : plan.target1Milli,
    timer,
    used: timer === null ? 0 : 1 - timer.leftSec / Math.max(span, timer.leftSec),
    isLive,
  };
}

export const tabs = ['active', 'top', 'discovered', 'confirmed', 'tracking', 'ended', 'archived', 'all'] as const;
export type Tab = (typeof tabs)[number];
export const isActive = ({ state }: Pick<Opportunity, 'state'>): boolean => state !== 'ended' && state !== 'archived';
export const inTab = (tab: Tab, opportunity: Pick<Opportunity, 'state'>): boolean =>
  tab === 'all' || (tab === 'active' || tab === 'top' ? isActive(opportunity) : opportunity.state === tab);

/** `top`: what lives, of which the list shows the first by rank (contracts/shown.ts). */
export type Filters = { readonly tab: Tab; readonly strategy: string | null; readonly sort: Sort };
export const sorts = ['news', 'p', 'rank', 'timer'] as const;
export type Sort = (typeof sorts)[number];
export const usualSort = (tab: Tab): Sort => (tab === 'top' ? 'rank' : 'news');

/** Rows in the order that was asked for, by what they show; pinned ones first. Equal ones stand newest first. */
export function ordered(
  items: Iterable<Opportunity>,
  { tab, strategy, sort }: Filters,
  nowMs: number,
  isPinned: (id: string) => boolean = () => false,
  liveOf: (id: string) => LiveValues | undefined = () => undefined,
  sectorOf: (instrument: string) => string | null = () => null,
): Opportunity[] {
  const passed = [...items].filter((each) => inTab(tab, each) && (strategy === null || each.strategies.includes(strategy)));
  const rows = tab === 'top' ? topOf(passed, sectorOf) : passed;
  const value: Readonly<Record<Sort, (each: Opportunity) => number>> = {
    news: (each) => each.updatedMs,
    p: ({ facts, id }) => forecastOf(facts, liveOf(id))?.p ?? -1,
    rank: ({ facts }) => facts.rank ?? Number.NEGATIVE_INFINITY,
    timer: (each) => -(timerOf(withLive(each, liveOf(each.id)).facts, nowMs)?.leftSec ?? Number.POSITIVE_INFINITY),
  };
  const of = value[sort];
  return rows.sort(
    (a, b) => Number(isPinned(b.id)) - Number(isPinned(a.id)) || compare(of(b), of(a)) || b.openedMs - a.openedMs || (a.id < b.id ? -1 : 1),
  );
}
const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);

/**
 * The order on the screen: where nobody is in the list it is the wanted one; where somebody is, what stands stays where it is, what has left the
 * list goes, and what is new waits.
 */
export function frozenOrder(
  shown: readonly string[],
  wanted: readonly string[],
  isFrozen: boolean,
): { readonly order: readonly string[]; readonly waiting: number } {
  if (!isFrozen) return { order: wanted, waiting: 0 };
  const there = new Set(shown);
  return { order: shown, waiting: wanted.filter((id) => !there.has(id)).length };
}
