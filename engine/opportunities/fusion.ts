/**
 * One probability from several strategies' tracks (contracts/spec/lifecycle.md#fusion): log-odds against the base rate, pooled with a discount for how alike
 * they are and how old they have become, less what risk takes. Variants of one idea are not pooled: the learned one speaks, else the
 * stronger of the others, a tenth nearer to the base rate. A configuration may ask for a noisy-or of the ideas instead, which says more the more of them there are.
 *
 * Worked   p0 .33, rally .72, moneyflow .60, ρ .60: w = 1 / 1.6 = .625; −.708 + .625 · (1.653 + 1.114) = 1.021 → .735; noisy-or: 1 − (1 − .72)(1 − .4 · .60) = .787
 */
import type { Standing, Track, Tracks } from '../../actors/opportunity/context.ts';
import { familyTraits } from '../../actors/opportunity/families.ts';
import type { Fusion } from '../../contracts/config.ts';
import { type Forecast, intervalOf } from '../../contracts/forecast.ts';
import { clamp, logit, pow2, sigmoid } from '../../contracts/math.ts';
import type { Family } from '../../contracts/opportunity.ts';
import { tsecOf } from '../../contracts/session.ts';
import { type Claim, claimKey, isSameClaim } from './confidence.ts';

/** Prior correlations of residual scores; what is not named is .5. */
const alike: Readonly<Record<string, number>> = {
  'moneyflow|rally': 0.6,
  'approach|rally': 0.6,
  'rally|rotation': 0.35,
  'moneyflow|rotation': 0.3,
  'approach|moneyflow': 0.45,
  'limitup|rotation': 0.4,
};
const alikeOtherwise = 0.5;
const shrink = 0.1;
/** Log-odds that rounding alone may leave of none. */
const nothing = 1e-9;
/** Log-odds taken by risk level 1, 2, 3. */
const penalties = [0, 0.35, 0.9, 0.9] as const;
const shown = { min: 0.05, max: 0.95 } as const;

/** Variants of one idea share the word before the first dash: `rally`, `rally-stat`, `rally-ml`. */
const ideaOf = (strategy: string): string => strategy.split('-')[0]!;

/** An event with what was fitted for it, before anything is said of its chance. */
export type Topic = Omit<Claim, 'odds'>;

export type PoolInput = {
  readonly tracks: Tracks;
  readonly family: Family;
  readonly nowMs: number;
  /** What is spoken of, with the base rate at birth. */
  readonly topics: readonly Topic[];
  readonly riskLevel: number;
  readonly fusion: Fusion;
  /** Contradicted by its opposite at equal strength: never above one half. */
  readonly capped: boolean;
  /** Contradicted by a stronger opposite: weak. */
  readonly yields: boolean;
  /** Exit score by strategy. */
  readonly exitScore: (strategy: string) => number;
};

/** Topics of an opportunity as they were, and those that a strategy adds. */
export function withTopics(before: readonly Topic[], claims: readonly Claim[]): readonly Topic[] {
  const added = claims.filter((claim) => !before.some((topic) => isSameClaim(topic, claim)));
  return added.length === 0 ? before : [...before, ...added.map(({ odds: _odds, ...topic }) => topic)];
}

/** What the tracks say together. */
export function standingOf(input: PoolInput): Standing {
  const { tracks, capped, yields } = input;
  const raised = Object.entries(tracks).filter(([, { raised }]) => raised);
  const scores = raised.flatMap(([, { score }]) => (score === null ? [] : [score]));
  const forecasts = input.topics.map((topic) => forecastOf(topic, input));
  const gain = forecasts.find(isGain);
  return {
    tracks,
    score: scores.length === 0 ? null : Math.max(...scores),
    forecasts,
    p: gain?.p ?? null,
    p0: gain?.p0 ?? null,
    confidenceSource: gain?.source ?? null,
    // an unknown score is not a weak one
    weak: yields || raised.every(([id, { score }]) => score !== null && score < input.exitScore(id)),
    capped,
    yields,
  };
}
const isGain = ({ event }: { readonly event: Forecast['event'] }): boolean => event === 'net-gain';

/** Risk and a contradiction weigh on what is gained, not on whether a price moves. */
function forecastOf(topic: Topic, input: PoolInput): Forecast {
  const { event, horizonSec, p0, source, data, days, n, auc95 } = topic;
  const pooledP = pooled(topic, input);
  if (pooledP === null) return { event, horizonSec, p0, source, data, days, n, auc95, p: null, lo: null, hi: null };
  const p = clamp(isGain(topic) && input.capped ? Math.min(pooledP, 0.5) : pooledP, shown.min, shown.max);
  const [lo, hi] = intervalOf(p, n);
  return { event, horizonSec, p0, source, data, days, n, auc95, p, lo, hi };
}

function pooled(topic: Topic, { tracks, family, nowMs, riskLevel, fusion }: PoolInput): number | null {
  const ideas = byIdea(tracks, topic);
  if (ideas.length === 0) return null;
  const base = logit(topic.p0);
  const { freshSec } = familyTraits[family];
  const said = ideas.map(({ idea, p, atMs }) => ({
    idea,
    odds: pow2(-(tsecOf(nowMs) - tsecOf(atMs)) / freshSec) * (logit(p) - base),
  }));
  const odds = fusion === 'noisy-or' ? noisyOr(said, base) : base + weighed(said);
  return sigmoid(odds - (isGain(topic) ? (penalties[riskLevel] ?? penalties[3]) : 0));
}

type Said = { readonly idea: string; readonly odds: number };

/** The sum of what ideas add, by how alike they are. */
function weighed(said: readonly Said[]): number {
  const weight = said.length === 1 ? 1 : 1 / (1 + (said.length - 1) * meanAlike(said.map(({ idea }) => idea)));
  return weight * said.reduce((sum, { odds }) => sum + odds, 0);
}

/**
 * Log-odds that at least one of them is right: the strongest whole, each next one by what it does not share with those before it. What adds
 * nothing to the base is no second reason, and what speaks against takes as much as it does in a pool.
 */
function noisyOr(said: readonly Said[], base: number): number {
  const against = said.filter(({ odds }) => odds < -nothing);
  const strongest = said.filter(({ odds }) => odds > nothing).sort((a, b) => b.odds - a.odds);
  if (strongest.length === 0) return base + weighed(said);
  let none = 1;
  for (const [i, { idea, odds }] of strongest.entries()) {
    const own = strongest.slice(0, i).reduce((share, before) => share * (1 - alikeOf(idea, before.idea)), 1);
    none *= 1 - own * sigmoid(base + odds);
  }
  return logit(1 - none) + (against.length === 0 ? 0 : weighed(against));
}

type Idea = { readonly idea: string; readonly p: number; readonly atMs: number };
type Saying = { readonly variant: Track['variant']; readonly p: number; readonly atMs: number };

/** One probability an idea, in the order of ideas' names: sums of doubles depend on their order. */
function byIdea(tracks: Tracks, topic: Topic): readonly Idea[] {
  const key = claimKey(topic);
  const ids = Object.keys(tracks);
  const groups = new Map<string, Saying[]>();
  for (const id of ids.length > 1 ? ids.sort() : ids) {
    const { raised, odds, variant, atMs } = tracks[id]!;
    const adds = odds[key];
    if (!raised || adds === undefined) continue;
    const said = { variant, atMs, p: sigmoid(logit(topic.p0) + adds) };
    const idea = ideaOf(id);
    const group = groups.get(idea);
    if (group === undefined) groups.set(idea, [said]);
    else group.push(said);
  }
  return Array.from(groups, ([idea, members]) => ({ idea, ...spokenBy(members, topic.p0) }));
}

/** Variants of one idea: the learned one, else the stronger of the others, a tenth nearer to the base rate. */
function spokenBy(members: readonly Saying[], p0: number): { readonly p: number; readonly atMs: number } {
  const only = members.find(({ variant }) => variant === 'ml') ?? (members.length === 1 ? members[0] : undefined);
  if (only !== undefined) return { p: only.p, atMs: only.atMs };
  const best = members.reduce((a, b) => (b.p > a.p ? b : a));
  return { p: best.p + shrink * (p0 - best.p), atMs: best.atMs };
}

function meanAlike(ideas: readonly string[]): number {
  let sum = 0;
  let pairs = 0;
  for (const [i, a] of ideas.entries())
    for (const b of ideas.slice(i + 1)) {
      sum += alikeOf(a, b);
      pairs += 1;
    }
  return pairs === 0 ? 0 : sum / pairs;
}

const alikeOf = (a: string, b: string): number => alike[a < b ? `${a}|${b}` : `${b}|${a}`] ?? alikeOtherwise;
