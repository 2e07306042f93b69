/**
 * The price gate of live opportunities: most quotes change nothing their machines care about, and stop here.
 *
 * A watch repeats the thresholds of the machine's context; it lets a quote through when any of the machine's guards could
 * be true. It never decides: the guards do.
 */
import { giveOf, lifecycleLevels as levels, type OpportunityContext, pullOf, stopOf } from '../../actors/opportunity/context.ts';

export type Watch = {
  readonly row: number;
  /** Lifecycle path as last seen. */
  state: string;
  context: OpportunityContext;
  /** Pull-back band of the last price let through: 0 under 0.3 σH, 1 under 0.6, 2 beyond. */
  band: number;
};

export const bandOf = (context: OpportunityContext, midMilli: number): number => {
  const pull = pullOf(context, midMilli);
  return pull < levels.pullHold ? 0 : pull < levels.pullDeep ? 1 : 2;
};

export function matters(
  { state, context, band }: Watch,
  bidMilli: number | null,
  midMilli: number,
  lastMilli: number,
  dive: boolean,
): boolean {
  if (dive) return state === 'discovered' || state.startsWith('tracking');
  if (state === 'discovered') return giveOf(context, midMilli) < levels.giveInvalid;
  if (!state.startsWith('tracking')) return false;
  if ((bidMilli ?? lastMilli) <= stopOf(context) || midMilli > context.peakMilli) return true;
  if (bidMilli !== null && bidMilli >= (context.trailMilli === null ? context.plan.target1Milli : context.plan.target2Milli)) return true;
  return bandOf(context, midMilli) !== band;
}
