/** A level of a detector as the desks hand it on: whom it is about, what it says and what it takes to act on it. */
import type { OpportunityContext } from '../../actors/opportunity/context.ts';
import type { Calibration } from '../../contracts/bundle.ts';
import type { Entity } from '../../contracts/entity.ts';
import type { Reading } from '../detectors/detector.ts';
import type { PlanInput } from '../opportunities/plan.ts';
import type { Lane } from './lanes.ts';

/** What an opportunity is about, as the cell knows it: `row` of the symbol, its sectors as risk scopes, its industry. */
export type Subject = { readonly entity: Entity; readonly row: number; readonly scopes: readonly string[]; readonly industry: number };

/** A level that news came of, with what it takes to act on it. */
export type SignalCase = {
  readonly subject: Subject;
  readonly lane: Lane;
  readonly reading: Reading;
  readonly calibration: Calibration | null;
  readonly plan: Omit<PlanInput, 'costs'>;
  /** tsec at which the impulse began. */
  readonly t0Tsec: number;
  readonly feedHealthy: boolean;
};
/** Every scope whose risk concerns an opportunity: its symbol's, and one of each strategy that stands by it. */
export const scopesOf = ({ scopes }: Subject, tracks: OpportunityContext['tracks']): string[] => [
  ...scopes,
  ...Object.keys(tracks).map((id) => `strategy.${id}`),
];
