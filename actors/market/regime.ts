/** Market regime from the cross-section (contracts/spec/features.md#market), with 5 points of hysteresis on shares; `unknown` of too few symbols. */
export const regimes = ['unknown', 'panic', 'weak', 'neutral', 'strong', 'euphoric'] as const;
export type Regime = (typeof regimes)[number];

/** Who can say which regime holds. */
export type RegimeSource = { readonly regime: Regime };

type Breadth = {
  readonly nPriced: number;
  readonly mktMed5m: number;
  readonly advShare: number;
  readonly nUp: number;
  readonly nDn: number;
};
const hysteresis = 0.05;
/** Fewer symbols with a price are somebody's list and no market. */
export const marketMin = 500;

/** The regime that the numbers speak for while `current` holds. */
export function regimeOf(current: Regime, { nPriced, mktMed5m, advShare, nUp, nDn }: Breadth): Regime {
  if (nPriced < marketMin) return 'unknown';
  const below = (regime: Regime, share: number) => advShare < share + (current === regime ? hysteresis : 0);
  const above = (regime: Regime, share: number) => advShare > share - (current === regime ? hysteresis : 0);
  if (mktMed5m < -0.008 || nDn > 100 || below('panic', 0.15)) return 'panic';
  if (below('weak', 0.35)) return 'weak';
  if (above('euphoric', 0.75) && nUp >= 100) return 'euphoric';
  return above('strong', 0.6) && nUp >= 50 ? 'strong' : 'neutral';
}
