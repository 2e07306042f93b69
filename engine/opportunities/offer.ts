/** What an opportunity is offered with besides its plan: advice, risk notes, rank. */
import type { Offer, Plan, Standing } from '../../actors/opportunity/context.ts';
import { hasEdge } from '../../contracts/forecast.ts';
import { adviceOf, costOf, type PlanInput, riskNotesOf } from './plan.ts';
import { rankOf } from './rank.ts';

export type OfferCase = {
  readonly standing: Pick<Standing, 'p' | 'forecasts'>;
  /** Contradicted by its opposite at equal strength. */
  readonly capped: boolean;
  /** Nobody can buy it: 一字. */
  readonly unfillable: boolean;
  readonly riskLevel: number;
  readonly activeInSector: number;
  /** Of all that live. */
  readonly active: number;
};

/** K12: of at least ten that live more than 40 % are of one sector; the rank counts them as well. */
export const isConcentrated = (inSector: number, active: number): boolean => active >= 10 && inSector > 0.4 * active;

export function offerOf(
  input: PlanInput,
  plan: Plan,
  { standing, capped, unfillable, riskLevel, activeInSector, active }: OfferCase,
): Offer {
  const cost = costOf(plan.entryMilli, input.costs);
  const edge = hasEdge(standing.forecasts);
  return {
    advice: unfillable ? 'AVOID' : adviceOf(input, edge),
    risks: [...riskNotesOf(input), ...(capped ? ['CONFLICT'] : []), ...(isConcentrated(activeInSector, active) ? ['R_CONCENTRATED'] : [])],
    rank: rankOf({ p: standing.p, hasEdge: edge, plan, cost, amt1m: input.feature('amt1m'), ageSec: 0, activeInSector, riskLevel }),
  };
}
