/**
 * Gradient boosting of shallow trees for a yes or no, by Newton's leaves over histograms (Friedman 2001; Chen and Guestrin 2016). Deterministic: no row is
 * left to chance. A monotone feature never splits so that more of it says less.
 */
import { logit, sigmoid } from '../../contracts/math.ts';
import type { Case } from './logistic.ts';

export type Boosting = { readonly b: number; readonly trees: readonly (readonly (readonly number[])[])[] };
export type BoostingOptions = {
  readonly trees: number;
  readonly depth: number;
  readonly minLeaf: number;
  readonly rate: number;
  /** Places of features of which more may not say less. */
  readonly rising: ReadonlySet<number>;
};
const usual: BoostingOptions = { trees: 60, depth: 3, minLeaf: 50, rate: 0.08, rising: new Set() };
const bins = 32;
const ridge = 1;
type Node = number[];
type Split = { readonly feature: number; readonly threshold: number; readonly gain: number };

/** @throws RangeError without both outcomes */
export function fitBoosting(cases: readonly Case[], options: Partial<BoostingOptions> = {}): Boosting {
  const { trees: many, depth, minLeaf, rate, rising } = { ...usual, ...options };
  const came = cases.filter(({ came: yes }) => yes).length;
  if (came === 0 || came === cases.length) throw new RangeError('needs at least one of each outcome');
  const b = logit(came / cases.length);
  const odds = new Float64Array(cases.length).fill(b);
  const edges = edgesOf(cases);
  const trees: Node[][] = [];
  for (let t = 0; t < many; t++) {
    const gradients = Float64Array.from(cases, ({ came: yes }, i) => (yes ? 1 : 0) - sigmoid(odds[i]!));
    const weights = Float64Array.from(odds, (o) => sigmoid(o) * (1 - sigmoid(o)));
    const nodes: Node[] = [];
    const leafOf = (rows: readonly number[]): number => {
      const [g, h] = sums(rows, gradients, weights);
      return (rate * g) / (h + ridge);
    };
    const grow = (rows: readonly number[], left: number): number => {
      const place = nodes.push([0]) - 1;
      const split = left === 0 ? null : bestSplit(cases, rows, edges, gradients, weights, minLeaf, rising);
      if (split === null) {
        const value = leafOf(rows);
        nodes[place] = [value];
        for (const i of rows) odds[i]! += value;
        return place;
      }
      const under = rows.filter((i) => cases[i]!.x[split.feature]! <= split.threshold);
      const over = rows.filter((i) => cases[i]!.x[split.feature]! > split.threshold);
      const [a, c] = [grow(under, left - 1), grow(over, left - 1)];
      nodes[place] = [split.feature, split.threshold, a, c];
      return place;
    };
    grow(
      cases.map((_, i) => i),
      depth,
    );
    trees.push(nodes);
  }
  return { b, trees };
}

/** Upper edges of a feature's bins, by its own quantiles. */
const edgesOf = (cases: readonly Case[]): readonly (readonly number[])[] =>
  (cases[0]?.x ?? []).map((_, f) => {
    const sorted = cases.map(({ x }) => x[f]!).sort((a, b) => a - b);
    const at = Array.from({ length: bins - 1 }, (__, k) => sorted[Math.floor(((k + 1) * sorted.length) / bins)]!);
    return [...new Set(at)].filter((edge) => edge < sorted.at(-1)!);
  });

function sums(rows: readonly number[], gradients: Float64Array, weights: Float64Array): [g: number, h: number] {
  let [g, h] = [0, 0];
  for (const i of rows) {
    g += gradients[i]!;
    h += weights[i]!;
  }
  return [g, h];
}

function bestSplit(
  cases: readonly Case[],
  rows: readonly number[],
  edges: readonly (readonly number[])[],
  gradients: Float64Array,
  weights: Float64Array,
  minLeaf: number,
  rising: ReadonlySet<number>,
): Split | null {
  const [g, h] = sums(rows, gradients, weights);
  const worth = (gradient: number, weight: number): number => (gradient * gradient) / (weight + ridge);
  let best: Split | null = null;
  for (const [feature, own] of edges.entries()) {
    const histogram = own.map(() => ({ n: 0, g: 0, h: 0 }));
    for (const i of rows) {
      const bin = own.findIndex((edge) => cases[i]!.x[feature]! <= edge);
      if (bin < 0) continue;
      const sum = histogram[bin]!;
      sum.n += 1;
      sum.g += gradients[i]!;
      sum.h += weights[i]!;
    }
    let [n, left, weight] = [0, 0, 0];
    for (const [k, sum] of histogram.entries()) {
      n += sum.n;
      left += sum.g;
      weight += sum.h;
      if (n < minLeaf || rows.length - n < minLeaf) continue;
      if (rising.has(feature) && left / (weight + ridge) > (g - left) / (h - weight + ridge)) continue;
      const gain = worth(left, weight) + worth(g - left, h - weight) - worth(g, h);
      if (gain > 1e-9 && gain > (best?.gain ?? 0)) best = { feature, threshold: own[k]!, gain };
    }
  }
  return best;
}
