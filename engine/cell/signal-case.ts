/** A level of a detector as the desks hand it on: whom it is about, what it says and what it takes to act on it. */
import type { Offer, OpportunityContext, Plan, Track } from '../../actors/opportunity/context.ts';
import type { Config } from '../../contracts/config.ts';
import type { Entity } from '../../contracts/entity.ts';
import { logit, sigmoid } from '../../contracts/math.ts';
import type { Reading } from '../detectors/detector.ts';
import { type Claim, claimKey, isSameClaim } from '../opportunities/confidence.ts';
import type { Topic } from '../opportunities/fusion.ts';
import { type OfferCase, offerOf } from '../opportunities/offer.ts';
import { boardPlanOf, type PlanInput, planOf, sectorPlanOf } from '../opportunities/plan.ts';
import type { Lane } from './lanes.ts';

/** What an opportunity is about, as the cell knows it: `row` of the symbol, its sectors as risk scopes, its industry. */
export type Subject = { readonly entity: Entity; readonly row: number; readonly scopes: readonly string[]; readonly industry: number };

/** A level that news came of, with what it takes to act on it. */
export type SignalCase = {
  readonly subject: Subject;
  readonly lane: Lane;
  readonly reading: Reading;
  /** What its score says of each event, by the maps of whoever speaks or of another model; none where nothing was fitted. Asked for by what acts on it. */
  readonly claims: (modelId?: string | null) => readonly Claim[];
  /** null for a sector, which has a level and no price. */
  readonly plan: Omit<PlanInput, 'costs'> | null;
  /** The sector's level where `plan` is null. */
  readonly levelMilli?: number;
  /** tsec at which the impulse began. */
  readonly t0Tsec: number;
  readonly feedHealthy: boolean;
  /** Something that lives already is of mostly the same symbols; asked for where it would open. */
  readonly overlaps?: () => boolean;
};
/** Every scope whose risk concerns an opportunity: its symbol's, and one of each strategy that stands by it. */
export const scopesOf = ({ scopes }: Subject, tracks: OpportunityContext['tracks']): string[] => [
  ...scopes,
  ...Object.keys(tracks).map((id) => `strategy.${id}`),
];

/** `topics`: what was spoken of before; a base rate stays as it was. */
export function trackOf({ lane, reading, ...given }: SignalCase, topics: readonly Topic[], atMs: number): Track {
  const claims = given.claims();
  const { score, path, raised, confirmable } = reading;
  const odds: Record<string, number> = {};
  for (const claim of claims) if (claim.odds !== null) odds[claimKey(claim)] = claim.odds;
  return { variant: lane.strategy.variant, path, score, p: gainOf(claims, topics), odds, raised, confirmable, atMs };
}

/** Chance of a net gain by one strategy alone, against the base rate of the topic's birth; null where it does not speak of it. */
function gainOf(claims: readonly Claim[], topics: readonly Topic[]): number | null {
  const claim = claims.find(({ event }) => event === 'net-gain');
  if (claim === undefined || claim.odds === null) return null;
  const p0 = topics.find((topic) => isSameClaim(topic, claim))?.p0 ?? claim.p0;
  return sigmoid(logit(p0) + claim.odds);
}

type Costs = Config['opportunities'];

export function planOfCase({ lane, plan, levelMilli }: SignalCase, costs: Costs): Plan | null {
  if (plan === null) return levelMilli === undefined || Number.isNaN(levelMilli) ? null : sectorPlanOf(levelMilli);
  return lane.detector.family === 'board' ? boardPlanOf({ ...plan, costs }) : planOf({ ...plan, costs });
}

/** A sector is watched: what of it a person might buy is another opportunity's to say. */
const sectorOffer: Offer = { advice: 'WATCH', risks: ['R_T1'], rank: null };
export const offerOfCase = ({ plan: input, reading }: SignalCase, costs: Costs, plan: Plan, rest: Omit<OfferCase, 'unfillable'>): Offer =>
  input === null ? sectorOffer : offerOf({ ...input, costs }, plan, { ...rest, unfillable: reading.path === 'one-word' });
