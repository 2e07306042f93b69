/**
 * What a price means to an opportunity of either direction: one `sign` turns every comparison.
 *
 * up     leaves at the bid, gains as it rises; a stop is crossed from above
 * down   leaves at the ask, gains as it falls; a stop is crossed from below
 */
import { lifecycleLevels as levels, type OpportunityContext, type Plan, type Price } from './context.ts';
import { familyTraits } from './families.ts';

type Directed = Pick<OpportunityContext, 'direction'>;
export const signOf = ({ direction }: Directed): 1 | -1 => (direction === 'up' ? 1 : -1);

/** The side it would leave at; null when nobody stands there. */
export const exitOf = (context: Directed, { bidMilli, askMilli }: Price): number | null =>
  context.direction === 'up' ? bidMilli : askMilli;

/** Whether `milli` is at least as good as `level`. */
const reaches = (context: Directed, milli: number, level: number): boolean => signOf(context) * (milli - level) >= 0;
const better = (context: Directed, a: number, b: number): number => (reaches(context, a, b) ? a : b);

/** Pull-back from the peak in units of σ over the horizon. */
export const pullOf = (context: OpportunityContext, midMilli: number): number =>
  (signOf(context) * (context.peakMilli - midMilli)) / context.peakMilli / context.plan.sigmaH;

/** Share of the impulse that is left: (mid − P0) / (entry signal − P0). */
export const retainedImpulse = ({ anchor }: Pick<OpportunityContext, 'anchor'>, midMilli: number): number =>
  (midMilli - anchor.p0Milli) / (anchor.enterMilli - anchor.p0Milli);

/** The stop in force: the plan's, half as far under restricted risk, or the trail; the tightest of them. */
export function stopOf(context: OpportunityContext): number {
  const { plan, tightened, trailMilli } = context;
  let stop = plan.stopMilli;
  if (tightened) stop = better(context, tightStop(context, plan), stop);
  return trailMilli === null ? stop : better(context, trailMilli, stop);
}

/** Halfway from entry to stop, rounded towards the stop (contracts/spec/lifecycle.md#risk). */
function tightStop(context: Directed, { entryMilli, stopMilli }: Plan): number {
  const half = entryMilli - 0.5 * (entryMilli - stopMilli);
  return context.direction === 'up' ? Math.floor(half) : Math.ceil(half);
}

/** 40 % of the gain behind the peak, and never worse than entry or stop. */
export function trailOf(context: OpportunityContext, peakMilli: number): number {
  const { entryMilli, stopMilli } = context.plan;
  const behind = peakMilli - levels.trailGain * (peakMilli - entryMilli);
  const rounded = context.direction === 'up' ? Math.floor(behind) : Math.ceil(behind);
  return better(context, better(context, rounded, entryMilli), stopMilli);
}

/** Stopped: the side it leaves at, or the last price when nobody stands there, is no better than the stop. */
export const isStopped = (context: OpportunityContext, price: Price): boolean =>
  reaches(context, stopOf(context), exitOf(context, price) ?? price.lastMilli);

const touches = (context: OpportunityContext, price: Price, level: number): boolean => {
  const exit = exitOf(context, price);
  return exit !== null && reaches(context, exit, level);
};
export const reachesTarget2 = (context: OpportunityContext, price: Price): boolean => touches(context, price, context.plan.target2Milli);
export const reachesTarget1 = (context: OpportunityContext, price: Price): boolean =>
  context.trailMilli === null && touches(context, price, context.plan.target1Milli);
export const isNewPeak = (context: OpportunityContext, { midMilli }: Price): boolean =>
  signOf(context) * (midMilli - context.peakMilli) > 0;
export const isLost = (context: OpportunityContext, { midMilli }: Price): boolean =>
  retainedImpulse(context, midMilli) < levels.giveInvalid;
/** K4 speaks against what should rise; said once a life. */
export const dives = (context: Pick<OpportunityContext, 'direction' | 'dived'>, { dive }: Pick<Price, 'dive'>): boolean =>
  dive && context.direction === 'up' && !context.dived;
const isPulling = (context: OpportunityContext): boolean => 'pullHold' in context.timers;
export const startsPull = (context: OpportunityContext, { midMilli }: Price): boolean =>
  !isPulling(context) && pullOf(context, midMilli) >= levels.pullHold;
export const endsPull = (context: OpportunityContext, { midMilli }: Price): boolean =>
  isPulling(context) && pullOf(context, midMilli) < levels.pullHold;
export const isDeepPull = (context: OpportunityContext, { midMilli }: Price): boolean => pullOf(context, midMilli) >= levels.pullDeep;
/** Born at a lock, or followed into one that its family stays with. */
export const standsLocked = ({ direction, family }: Pick<OpportunityContext, 'direction' | 'family'>, { locked }: Price): boolean =>
  locked && direction === 'up' && familyTraits[family].onLock === 'lock';
export const isRecovered = (context: OpportunityContext, { midMilli }: Price): boolean => pullOf(context, midMilli) < levels.pullHold;

/**
 * Whether any guard of the state the opportunity is in would be true of the price: the machine's own guards, asked before the event is
 * made, since most quotes change nothing. The price that follows a confirmation begins the tracking (`snapshot.next`), and is asked after.
 */
export function wants(path: string, context: OpportunityContext, price: Price): boolean {
  if (path === 'discovered') return isLost(context, price) || dives(context, price);
  if (!path.startsWith('tracking.')) return false;
  if (isStopped(context, price) || dives(context, price) || reachesTarget2(context, price) || reachesTarget1(context, price)) return true;
  if (path === 'tracking.locked') return false;
  if (path === 'tracking.rising' && standsLocked(context, price)) return true;
  if (isNewPeak(context, price)) return true;
  if (path === 'tracking.rising') return startsPull(context, price) || endsPull(context, price);
  return path === 'tracking.holding' ? isDeepPull(context, price) : isRecovered(context, price);
}

/** What a new peak changes. */
export const risen = (context: OpportunityContext, midMilli: number): Pick<OpportunityContext, 'peakMilli' | 'trailMilli'> => ({
  peakMilli: midMilli,
  trailMilli: context.trailMilli === null ? null : trailOf(context, midMilli),
});

/**
 * Whether a price that is wanted does nothing but raise the peak: most of them. Several come to what the last of them does, so that the
 * machine need not hear of each.
 */
export function onlyRises(path: string, context: OpportunityContext, price: Price): boolean {
  return (
    path === 'tracking.rising' &&
    isNewPeak(context, price) &&
    !isPulling(context) &&
    !isStopped(context, price) &&
    !dives(context, price) &&
    !reachesTarget2(context, price) &&
    !reachesTarget1(context, price) &&
    !standsLocked(context, price)
  );
}
