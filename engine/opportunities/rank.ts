/** Rank of an opportunity: expected net return by liquidity, freshness and diversity, less risk (contracts/spec/lifecycle.md#rank-and-cool-down). In basis points. */
import type { Plan } from '../../actors/opportunity/context.ts';
import { exp, log, pow2 } from '../../contracts/math.ts';

export type RankInput = {
  /** null: nothing was fitted, and there is no rank. */
  readonly p: number | null;
  /** Without one nothing ranks above what costs nothing. */
  readonly hasEdge: boolean;
  readonly plan: Plan;
  readonly cost: number;
  readonly amt1m: number;
  readonly ageSec: number;
  readonly activeInSector: number;
  readonly riskLevel: number;
};

/** 0 of 0. */
const fourthRoot = (x: number): number => exp(0.25 * log(x));

/** What gains is worth less where it is thin, old or one of many; what loses is not worth more there. */
export function rankOf({ p, hasEdge, plan, cost, amt1m, ageSec, activeInSector, riskLevel }: RankInput): number | null {
  if (p === null || Number.isNaN(amt1m)) return null;
  // of either direction: what target 1 gains, and what the stop costs
  const win = Math.abs(plan.target1Milli / plan.entryMilli - 1);
  const loss = Math.abs(1 - plan.stopMilli / plan.entryMilli);
  const gain = (p * win - (1 - p) * loss - cost) * 10_000;
  const expected = hasEdge ? gain : Math.min(0, gain);
  if (expected <= 0) return expected - 5 * riskLevel;
  const liquidity = fourthRoot(Math.min(1, amt1m / 2_000_000));
  const diversity = 1 - (0.5 * activeInSector) / 10;
  return expected * liquidity * pow2(-ageSec / 600) * diversity - 5 * riskLevel;
}
