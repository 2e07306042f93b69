/** What an opportunity is offered with besides its plan: advice, risk notes, rank. */
import type { Offer, Plan } from '../../actors/opportunity/context.ts';
import { adviceOf, costOf, type PlanInput, riskNotesOf } from './plan.ts';
import { rankOf } from './rank.ts';

export type OfferCase = {
  readonly p: number | null;
  /** Contradicted by its opposite at equal strength. */
  readonly capped: boolean;
  readonly riskLevel: number;
  readonly activeInSector: number;
};

export function offerOf(input: PlanInput, plan: Plan, { p, capped, riskLevel, activeInSector }: OfferCase): Offer {
  const cost = costOf(plan.entryMilli, input.costs);
  return {
    advice: adviceOf(input),
    risks: [...riskNotesOf(input), ...(capped ? ['CONFLICT'] : [])],
    rank: rankOf({ p, plan, cost, amt1m: input.feature('amt1m'), ageSec: 0, activeInSector, riskLevel }),
  };
}
