/** What a price is shown against when it moves an opportunity. */
import { lifecycleLevels, type OpportunityContext, type Price } from '../../actors/opportunity/context.ts';
import { exitOf, pullOf, stopOf } from '../../actors/opportunity/prices.ts';
import type { Evidence } from '../../contracts/signal.ts';

export function priceEvidence(context: OpportunityContext, price: Price): Evidence[] {
  const line = (feature: string, value: number | null, op: Evidence['op'], threshold: number | null): Evidence => ({
    feature,
    value,
    op,
    threshold,
    contrib: 0,
  });
  const [lost, won] = context.direction === 'up' ? (['<=', '>='] as const) : (['>=', '<='] as const);
  const exit = exitOf(context, price);
  const side = context.direction === 'up' ? 'bidMilli' : 'askMilli';
  return [
    line(side, exit, lost, stopOf(context)),
    line(side, exit, won, context.trailMilli === null ? context.plan.target1Milli : context.plan.target2Milli),
    line('midMilli', price.midMilli, 'info', context.peakMilli),
    line('pullSigma', pullOf(context, price.midMilli), 'info', lifecycleLevels.pullHold),
  ];
}
