/** Rank of an opportunity: expected net return by liquidity, freshness and diversity, less risk (quant.md §4.4). In basis points. */
import type { Plan } from '../../actors/opportunity/context.ts';
import { exp, log, pow2 } from '../../contracts/math.ts';

export type RankInput = {
  readonly p: number;
  readonly plan: Plan;
  readonly cost: number;
  readonly amt1m: number;
  readonly ageSec: number;
  readonly activeInSector: number;
  readonly riskLevel: number;
};

const fourthRoot = (x: number): number => (x <= 0 ? 0 : exp(0.25 * log(x)));

export function rankOf({ p, plan, cost, amt1m, ageSec, activeInSector, riskLevel }: RankInput): number {
  const win = plan.target1Milli / plan.entryMilli - 1;
  const loss = 1 - plan.stopMilli / plan.entryMilli;
  const expected = (p * win - (1 - p) * loss - cost) * 10_000;
  const liquidity = fourthRoot(Math.min(1, (Number.isNaN(amt1m) ? 0 : amt1m) / 2_000_000));
  const diversity = 1 - (0.5 * activeInSector) / 10;
  return expected * liquidity * pow2(-ageSec / 600) * diversity - 5 * riskLevel;
}
