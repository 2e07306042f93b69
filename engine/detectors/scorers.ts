/**
 * What a learned model says of a symbol's features (contracts/spec/detectors.md#learned-variant): a logistic sum or boosted trees, over features in their own
 * deviations. Pure; a model is plain data and travels as a parameter.
 */
import { z } from 'zod';
import { type FeatureId, featureIds } from '../../contracts/features.ts';
import { clamp, sigmoid } from '../../contracts/math.ts';

const Logistic = z.strictObject({ kind: z.literal('logistic'), b: z.number(), w: z.array(z.number()) });
/** A tree is its nodes: a split `[feature, threshold, left, right]` by places, or a leaf `[value]`; the first is the root, children come later. */
const Trees = z.strictObject({ kind: z.literal('trees'), b: z.number(), trees: z.array(z.array(z.array(z.number())).min(1)).max(80) });

export const LearnedModel = z
  .strictObject({
    features: z.array(z.enum(featureIds)).min(1).max(64),
    mean: z.array(z.number()),
    sd: z.array(z.number().positive()),
    scorer: z.discriminatedUnion('kind', [Logistic, Trees]),
    /** What it was fitted on, for people. */
    data: z.string(),
  })
  .refine(
    ({ features, mean, sd, scorer }) =>
      mean.length === features.length && sd.length === features.length && (scorer.kind === 'trees' || scorer.w.length === features.length),
    'as many means, deviations and weights as features',
  )
  .refine(
    ({ features, scorer }) => scorer.kind === 'logistic' || scorer.trees.every((tree) => isTree(tree, features.length)),
    'trees whose splits go forward',
  );
export type LearnedModel = z.infer<typeof LearnedModel>;

/** Beyond this many deviations a feature says no more. */
const mostDeviations = 5;
/** A share of unknown features above which there is no score. */
const unknownMost = 0.4;

/** Features in deviations, an unknown one at its mean; null where too many are unknown. */
export function standardised({ features, mean, sd }: LearnedModel, feature: (id: FeatureId) => number): number[] | null {
  let unknown = 0;
  const x = features.map((id, i) => {
    const value = feature(id);
    if (Number.isNaN(value)) unknown += 1;
    return Number.isNaN(value) ? 0 : clamp((value - mean[i]!) / sd[i]!, -mostDeviations, mostDeviations);
  });
  return unknown > unknownMost * features.length ? null : x;
}

/** The model's probability; null where too little is known. */
export function learnedScore(model: LearnedModel, feature: (id: FeatureId) => number): number | null {
  const x = standardised(model, feature);
  return x === null ? null : sigmoid(oddsOf(model, x));
}

export function oddsOf({ scorer }: LearnedModel, x: readonly number[]): number {
  if (scorer.kind === 'logistic') return scorer.w.reduce((sum, w, i) => sum + w * x[i]!, scorer.b);
  return scorer.trees.reduce((sum, tree) => sum + leafOf(tree, x), scorer.b);
}

function leafOf(tree: readonly (readonly number[])[], x: readonly number[]): number {
  let node = tree[0]!;
  while (node.length > 1) node = tree[x[node[0]!]! <= node[1]! ? node[2]! : node[3]!]!;
  return node[0]!;
}

function isTree(tree: readonly (readonly number[])[], features: number): boolean {
  return tree.every((node, i) => {
    if (node.length === 1) return true;
    const [feature, , left, right] = node;
    const goesOn = (to: number | undefined): boolean => Number.isInteger(to) && to! > i && to! < tree.length;
    return node.length === 4 && Number.isInteger(feature) && feature! >= 0 && feature! < features && goesOn(left) && goesOn(right);
  });
}
