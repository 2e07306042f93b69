/**
 * What the models of a strategy would have said of each opening, and what came of it (contracts/spec/detectors.md#models). Pure.
 *
 * Judged   on mids as of every cross-section: `moves-1pct` as it is, `net-gain` as y_tb is, for 900 trading seconds; sixty unseen, it is forgotten
 * Drift    K14, of who speaks: its Brier score of the last two hundred against who would speak in its place, scores that are spread otherwise
 *          than before it spoke, scores that are unknown
 */
import { log, logit, sigmoid } from '../../contracts/math.ts';
import { type Claim, claimKey } from './confidence.ts';
import { labelRule } from './label-rule.ts';

/** Chance by model; '' is the strategy's own maps. */
type Said = Readonly<Record<string, number>>;
/** One event of one opening, of which it is not known yet. `direction`: 1 up, −1 down. */
export type Waiting = {
  readonly event: 'moves-1pct' | 'net-gain';
  readonly row: number;
  readonly midMilli: number;
  readonly direction: 1 | -1;
  /** σ of 600 s, and the round trip, as shares of the price. */
  readonly scale: number;
  readonly cost: number;
  readonly dueTsec: number;
  readonly seenTsec: number;
  readonly said: Said;
};
type Judged = { readonly came: 0 | 1; readonly said: Said };
/** Plain data. `before`: scores of the strategy before somebody else began to speak; `since`: from then on. null: unknown. */
export type ModelRecord = {
  readonly waiting: readonly Waiting[];
  readonly judged: readonly Judged[];
  readonly before: readonly (number | null)[];
  readonly since: readonly (number | null)[];
};
export const newModelRecord: ModelRecord = { waiting: [], judged: [], before: [], since: [] };

export const own = '';
/** How much is kept, from how many cases a verdict is given, and which. */
export const driftRules = { kept: 200, cases: 60, worseBy: 0.02, z: 1.645, psi: 0.25, bins: 10, unknown: 0.2 } as const;

/** An opening as it is put to the models. */
export type Opened = Pick<Waiting, 'row' | 'midMilli' | 'direction' | 'scale' | 'cost'> & {
  readonly tsec: number;
  readonly claims: ReadonlyMap<string, readonly Claim[]>;
};

/** One case for each event that a price of the day itself decides. */
export function asked(record: ModelRecord, { tsec, claims, scale, ...rest }: Opened): ModelRecord {
  const saidOf = (event: Waiting['event']): Said => {
    const key = claimKey({ event, horizonSec: labelRule.horizonSec });
    const told = [...claims].flatMap(([model, said]) => {
      const claim = said.find((each) => claimKey(each) === key);
      return claim === undefined || claim.odds === null ? [] : [{ model, p0: claim.p0, p: sigmoid(logit(claim.p0) + claim.odds) }];
    });
    // where the strategy's own maps are silent the base rate stands
    const silent = told.length > 0 && told.every(({ model }) => model !== own) ? [[own, told[0]!.p0] as const] : [];
    return Object.fromEntries([...silent, ...told.map(({ model, p }) => [model, p] as const)]);
  };
  const dueTsec = Math.min(tsec + labelRule.horizonSec, labelRule.lastTsec);
  const own600 = Math.max(labelRule.scaleMin, Number.isNaN(scale) ? 0 : scale);
  const cases = (['moves-1pct', 'net-gain'] as const).flatMap((event): Waiting[] => {
    const said = saidOf(event);
    return Object.keys(said).length === 0 ? [] : [{ event, ...rest, scale: own600, dueTsec, seenTsec: tsec, said }];
  });
  return cases.length === 0 ? record : { ...record, waiting: [...record.waiting, ...cases] };
}

/** The record at `tsec`, by the mids of now; the same one where nothing is waited for. */
export function ripened(record: ModelRecord, tsec: number, midOf: (row: number) => number): ModelRecord {
  if (record.waiting.length === 0) return record;
  const waiting: Waiting[] = [];
  const judged: Judged[] = [];
  for (const each of record.waiting) {
    const mid = midOf(each.row);
    const came = cameOf(each, tsec, mid);
    if (came === 'forgotten') continue;
    if (came !== null) judged.push({ came, said: each.said });
    else waiting.push(Number.isNaN(mid) ? each : { ...each, seenTsec: tsec });
  }
  return { ...record, waiting, judged: judged.length === 0 ? record.judged : [...record.judged, ...judged].slice(-driftRules.kept) };
}

/** null while open. */
function cameOf({ event, midMilli, direction, scale, cost, dueTsec, seenTsec }: Waiting, tsec: number, mid: number) {
  if (tsec - seenTsec > labelRule.gapSec) return 'forgotten';
  if (Number.isNaN(mid)) return null;
  const moved = mid / midMilli - 1;
  if (event === 'moves-1pct') return Math.abs(moved) >= labelRule.move ? 1 : tsec > dueTsec ? 0 : null;
  const net = direction * moved - cost;
  if (net <= -labelRule.lower * scale) return 0;
  if (net >= labelRule.upper * scale) return 1;
  return tsec > dueTsec ? (net > 0 ? 1 : 0) : null;
}

export function scored(record: ModelRecord, score: number | null): ModelRecord {
  return { ...record, since: [...record.since, score].slice(-driftRules.kept) };
}

/** The strategy scores otherwise from here on: what its scores were says nothing of what they are. */
export const retuned = (record: ModelRecord): ModelRecord => ({ ...record, before: [], since: [] });

/** A model begins anew: what it said is not held against it. */
export function forgotten(record: ModelRecord, model: string): ModelRecord {
  const without = <E extends { readonly said: Said }>(all: readonly E[]): E[] =>
    all.map((each) => ({ ...each, said: Object.fromEntries(Object.entries(each.said).filter(([id]) => id !== model)) }));
  return { ...record, waiting: without(record.waiting), judged: without(record.judged) };
}

/** Somebody else speaks from here on: what scores were until now is what they are compared with. */
export function spokeAnew(record: ModelRecord): ModelRecord {
  return { ...record, before: [...record.before, ...record.since].slice(-driftRules.kept), since: [] };
}

const square = (x: number): number => x * x;

/** Mean squared distance of what a model said from what came, beside that of another on the same cases; null: there is no such case. */
export type Standing = { readonly n: number; readonly brier: number | null; readonly against: number | null };
export function standingOf({ judged }: ModelRecord, model: string, other: string): Standing {
  const pairs = pairsOf(judged, model, other);
  const mean = (at: 0 | 1): number | null => (pairs.length === 0 ? null : pairs.reduce((sum, pair) => sum + pair[at], 0) / pairs.length);
  return { n: pairs.length, brier: mean(0), against: mean(1) };
}

function pairsOf(judged: readonly Judged[], model: string, other: string): (readonly [number, number])[] {
  return judged.flatMap(({ came, said }): (readonly [number, number])[] => {
    // a model may be called as what every object has
    if (!Object.hasOwn(said, model) || !Object.hasOwn(said, other)) return [];
    return [[square(said[model]! - came), square(said[other]! - came)]];
  });
}

/** Why who speaks is taken back: which number, what it was, and what is borne. */
export type Drift = { readonly feature: 'modelBrier' | 'scorePsi' | 'scoreUnknown'; readonly value: number; readonly bound: number };

/** What the strategy's own scores say against who was let speak last; null: nothing. */
export function scoresDrift({ since, before }: ModelRecord): Drift | null {
  const unknown = since.filter((score) => score === null).length / Math.max(1, since.length);
  if (since.length >= driftRules.cases && unknown > driftRules.unknown)
    return { feature: 'scoreUnknown', value: unknown, bound: driftRules.unknown };
  const psi = psiOf(known(before), known(since));
  return psi > driftRules.psi ? { feature: 'scorePsi', value: psi, bound: driftRules.psi } : null;
}
const known = (scores: readonly (number | null)[]): readonly number[] => scores.filter((score) => score !== null);

/** Worse than `other`, who would speak in its place, by more than .02 on the same cases, and by more than chance would make it (one-sided 5 %); null: it is not. */
export function worseThan({ judged }: ModelRecord, model: string, other: string): Drift | null {
  const pairs = pairsOf(judged, model, other);
  const n = pairs.length;
  if (n < driftRules.cases) return null;
  const [value, bound] = [0, 1].map((at) => pairs.reduce((sum, pair) => sum + pair[at]!, 0) / n) as [number, number];
  const gap = value - bound;
  const variance = pairs.reduce((sum, [a, b]) => sum + square(a - b - gap), 0) / (n - 1);
  const chance = driftRules.z * Math.sqrt(variance / n);
  if (gap <= driftRules.worseBy || gap <= chance) return null;
  return { feature: 'modelBrier', value, bound: bound + Math.max(driftRules.worseBy, chance) };
}

/** Population stability index over tenths of 0 to 1; 0 before both are whole. A tenth that was never seen counts as half a case. */
export function psiOf(before: readonly number[], since: readonly number[]): number {
  if (before.length < driftRules.kept || since.length < driftRules.kept) return 0;
  const shares = (scores: readonly number[]): number[] => {
    const counts = new Array<number>(driftRules.bins).fill(0);
    for (const score of scores) counts[Math.min(driftRules.bins - 1, Math.max(0, Math.floor(score * driftRules.bins)))]! += 1;
    return counts.map((count) => Math.max(count, 0.5) / scores.length);
  };
  const [was, is] = [shares(before), shares(since)];
  return is.reduce((sum, share, i) => sum + (share - was[i]!) * log(share / was[i]!), 0);
}
