/**
 * The brief 简报 of an opportunity: one JSON that says all of it at its last change and needs nothing beside it. Pure, from the fold of the
 * journal and what is known of the instrument; what nobody knows is null.
 *
 * Prices Milli, returns and distances fractions but `expectedNetBp`, money yuan, instants epoch ms
 */
import { z } from 'zod';
import { briefText, disclaimer, riskText } from './brief-text.ts';
import { Entity } from './entity.ts';
import { evidenceWords } from './evidence-words.ts';
import type { OpportunityView, Spoken } from './fold.ts';
import { confidenceSources, Forecast, speaks } from './forecast.ts';
import { advices, families, publicStates } from './opportunity.ts';
import { directions, Evidence, variants } from './signal.ts';
import { adviceWords } from './state-words.ts';

const Worded = z.object({ zh: z.string(), en: z.string() });
const nullable = z.number().nullable();

export const Brief = z.object({
  v: z.literal(1),
  id: z.string(),
  /** Its changes so far; a greater one replaces a smaller. */
  ver: z.int(),
  epoch: z.string(),
  step: z.int(),
  hash: z.string(),
  entity: Entity,
  name: z.string().nullable(),
  board: z.string().nullable(),
  family: z.enum(families),
  direction: z.enum(directions),
  state: z.enum(publicStates),
  /** Within it: `rising`, `holding`, `pulling`, `locked`. */
  sub: z.string().nullable(),
  riskLevel: z.string(),
  endReason: z.string().nullable(),
  event: z.string(),
  /** Exchange time of the newest quote that a strategy of it spoke from, and tape time of this change; what lies between where a strategy's word is what changed it. */
  tExMs: nullable,
  tDecideMs: z.number(),
  latencyMs: nullable,
  /** First the one that its family is about; each names its event, horizon and what it was fitted on. */
  forecasts: z.array(Forecast),
  /** Of the first forecast. `measured` false: no edge was, and p is the base rate. null: nothing was fitted. */
  confidence: z
    .object({
      event: z.string(),
      p: nullable,
      lo: nullable,
      hi: nullable,
      source: z.enum(confidenceSources),
      n: z.int(),
      measured: z.boolean(),
    })
    .nullable(),
  score: nullable,
  rank: nullable,
  /** `weight`: its share of the log-odds that its strategies add to the first forecast; null where none adds any. */
  strategies: z.array(
    z.object({
      id: z.string(),
      variant: z.enum(variants),
      path: z.string(),
      raised: z.boolean(),
      score: nullable,
      p: nullable,
      weight: nullable,
    }),
  ),
  entryRef: nullable,
  targetRange: z.tuple([z.number(), z.number()]).nullable(),
  stop: nullable,
  trail: nullable,
  horizonSec: nullable,
  rewardRisk: nullable,
  /** P · target 1 − (1 − P) · stop − cost, of the plan's own target and stop, where P is of y_tb's barriers: an estimate. null without a chance of a net gain. */
  expectedNetBp: nullable,
  advice: z.enum(advices).nullable(),
  adviceText: Worded.nullable(),
  risks: z.array(z.object({ id: z.string(), text: Worded })),
  evidence: z.array(Evidence.extend({ label: Worded.nullable(), unit: z.string().nullable() })),
  /** What a person reads, made of the above alone. */
  text: Worded,
  /** The sector that it is a part of, or that it is. */
  sector: z
    .object({
      id: z.string(),
      name: z.string().nullable(),
      /** Its state, and what it was when that changed. */
      state: z.string().nullable(),
      facts: z.record(z.string(), z.unknown()).nullable(),
      opportunity: z.string().nullable(),
    })
    .nullable(),
  limit: z.object({ upMilli: nullable, distUp: nullable, boards: z.int() }).nullable(),
  /** Of the quote at hand, not of the change; null when looking back. */
  data: z.object({ source: z.string(), lastMilli: nullable, ageMs: nullable, state: z.string() }).nullable(),
  versions: z.array(z.object({ strategy: z.string(), version: z.int(), paramHash: z.string(), modelId: z.string().nullable() })),
  disclaimer: Worded,
});
export type Brief = z.infer<typeof Brief>;

/** What is known beside the journal. */
export type Around = {
  readonly epoch: string;
  readonly instrument: { readonly name: string; readonly board: string } | null;
  /** null for another day than the one at hand. */
  readonly limit: { readonly limitUpMilli: number | null; readonly boards: number } | null;
  readonly sector: {
    readonly id: string;
    readonly name: string | null;
    readonly state: string | null;
    readonly facts: Readonly<Record<string, unknown>> | null;
  } | null;
  readonly quote: { readonly source: string; readonly lastMilli: number | null; readonly ageMs: number | null } | null;
};

/** The part of the facts that it is made of; journals of before some of it was said lack it. */
const Facts = z.object({
  tracks: z.record(
    z.string(),
    z.object({
      variant: z.enum(variants).default('rule'),
      path: z.string().default('main'),
      score: nullable,
      p: nullable,
      odds: z.record(z.string(), z.number()).default({}),
      raised: z.boolean().default(true),
    }),
  ),
  forecasts: z.array(Forecast).default([]),
  p: nullable.default(null),
  score: nullable.default(null),
  rank: nullable.default(null),
  plan: z.object({
    entryMilli: z.number(),
    stopMilli: z.number(),
    target1Milli: z.number(),
    target2Milli: z.number(),
    rewardRisk: z.number(),
  }),
  stopMilli: nullable.default(null),
  trailMilli: nullable.default(null),
  advice: z.enum(advices).nullable().default(null),
  risks: z.array(z.string()).default([]),
  endReason: z.string().nullable().default(null),
  parentId: z.string().nullable().default(null),
});
type Facts = z.infer<typeof Facts>;

export function briefOf(view: OpportunityView, { epoch, instrument, limit, sector, quote }: Around): Brief {
  const facts = Facts.parse(view.facts);
  const { id, entity, direction, path } = view;
  const change = view.transitions.at(-1)!;
  // what its strategies said last: what a price was beside its stop is no reason for it
  const evidence = view.transitions.findLast((each) => each.evidence.length > 0 && each.event.startsWith('signal.'))?.evidence ?? [];
  const tExMs = newestOf(view.spoken);
  const spokenNow = newestOf(view.spoken.filter(({ step }) => step === change.step));
  const { plan } = facts;
  const parts = {
    v: 1 as const,
    id,
    ver: view.transitions.length,
    epoch,
    step: change.step,
    hash: change.hash,
    entity,
    name: instrument?.name ?? (entity.kind === 'sector' ? (sector?.name ?? null) : null),
    board: instrument?.board ?? null,
    family: view.family as Brief['family'],
    direction,
    state: view.state as Brief['state'],
    sub: path.includes('.') ? path.slice(path.indexOf('.') + 1) : null,
    riskLevel: view.risk,
    endReason: facts.endReason,
    event: change.event,
    tExMs,
    tDecideMs: change.tsMs,
    latencyMs: spokenNow === null ? null : change.tsMs - spokenNow,
    forecasts: facts.forecasts,
    confidence: confidenceOf(facts.forecasts),
    score: facts.score,
    rank: facts.rank,
    strategies: strategiesOf(facts),
    entryRef: plan.entryMilli,
    targetRange: [plan.target1Milli, plan.target2Milli] as [number, number],
    stop: facts.stopMilli ?? plan.stopMilli,
    trail: facts.trailMilli,
    horizonSec: view.spoken[0]?.horizonSec ?? null,
    rewardRisk: plan.rewardRisk,
    expectedNetBp: expectedOf(facts),
    advice: facts.advice,
    adviceText: facts.advice === null ? null : { zh: adviceWords.zh[facts.advice], en: adviceWords.en[facts.advice] },
    risks: facts.risks.map((risk) => ({ id: risk, text: { zh: riskText(risk, 'zh'), en: riskText(risk, 'en') } })),
    evidence: evidence.map((line) => ({ ...line, ...labelOf(line.feature) })),
    sector: sector === null ? null : { ...sector, opportunity: facts.parentId },
    limit: limit === null ? null : limitOf(limit, quote?.lastMilli ?? null),
    data: quote === null ? null : { ...quote, state: view.dataState },
    versions: view.spoken.map(({ id: strategy, version, paramHash, modelId }) => ({ strategy, version, paramHash, modelId })),
    disclaimer,
  };
  return { ...parts, text: { zh: briefText(parts, 'zh'), en: briefText(parts, 'en') } };
}

const newestOf = (spoken: readonly Spoken[]): number | null =>
  spoken.length === 0 ? null : Math.max(...spoken.map(({ tsExchangeMs }) => tsExchangeMs));

function confidenceOf([first]: readonly Forecast[]): Brief['confidence'] {
  if (first === undefined) return null;
  const { event, p, lo, hi, source, n } = first;
  return { event, p, lo, hi, source, n, measured: speaks(first) };
}

function strategiesOf({ tracks, forecasts: [first] }: Facts): Brief['strategies'] {
  const added = (odds: Readonly<Record<string, number>>): number =>
    first === undefined ? 0 : Math.abs(odds[`${first.event}@${first.horizonSec}`] ?? 0);
  const all = Object.values(tracks).reduce((sum, { odds, raised }) => sum + (raised ? added(odds) : 0), 0);
  return Object.entries(tracks).map(([id, { odds, ...track }]) => ({
    id,
    ...track,
    weight: all === 0 ? null : track.raised ? added(odds) / all : 0,
  }));
}

/** The cost is the plan's own: reward over risk is target 1 less it, over the stop. */
function expectedOf({ p, plan: { entryMilli, stopMilli, target1Milli, rewardRisk } }: Facts): number | null {
  if (p === null) return null;
  const [win, loss] = [Math.abs(target1Milli / entryMilli - 1), Math.abs(1 - stopMilli / entryMilli)];
  const cost = win - rewardRisk * loss;
  return (p * win - (1 - p) * loss - cost) * 10_000;
}

function limitOf({ limitUpMilli, boards }: NonNullable<Around['limit']>, lastMilli: number | null): Brief['limit'] {
  return { upMilli: limitUpMilli, distUp: limitUpMilli === null || lastMilli === null ? null : limitUpMilli / lastMilli - 1, boards };
}

function labelOf(feature: string): { label: Brief['evidence'][number]['label']; unit: string | null } {
  const words = evidenceWords(feature);
  return words === null ? { label: null, unit: null } : { label: { zh: words.zh, en: words.en }, unit: words.unit };
}
