/**
 * Platt's map from a score to a probability: p = σ(a · logit(score) + b), by Newton with Platt's prior targets
 * (Platt 1999; Lin, Lin, Weng 2007; contracts/spec/detectors.md#calibration). Deterministic.
 */
import { log, sigmoid } from '../../contracts/math.ts';
import { scoreOdds } from '../opportunities/confidence.ts';

export type PlattMap = { readonly a: number; readonly b: number };

const iterations = 50;
const ridge = 1e-9;

/** @throws RangeError without both outcomes: there is nothing to separate */
export function fitPlatt(scores: readonly number[], labels: readonly (0 | 1)[]): PlattMap {
  const positives = labels.reduce<number>((sum, y) => sum + y, 0);
  const negatives = labels.length - positives;
  if (positives === 0 || negatives === 0) throw new RangeError('needs at least one of each outcome');
  const [high, low] = [(positives + 1) / (positives + 2), 1 / (negatives + 2)];
  const xs = scores.map(scoreOdds);
  let [a, b] = [1, 0];
  for (let i = 0; i < iterations; i++) {
    let [gradA, gradB, haa, hab, hbb] = [0, 0, ridge, 0, ridge];
    for (const [k, x] of xs.entries()) {
      const p = sigmoid(a * x + b);
      const [error, weight] = [p - (labels[k] === 1 ? high : low), p * (1 - p)];
      gradA += error * x;
      gradB += error;
      haa += weight * x * x;
      hab += weight * x;
      hbb += weight;
    }
    const determinant = haa * hbb - hab * hab;
    const [stepA, stepB] = [(hbb * gradA - hab * gradB) / determinant, (haa * gradB - hab * gradA) / determinant];
    a -= stepA;
    b -= stepB;
    if (Math.abs(stepA) + Math.abs(stepB) < 1e-12) break;
  }
  return { a, b };
}

/** Mean squared error of probabilities, and the area under the ROC curve (ties count half). */
export function quality(
  ps: readonly number[],
  labels: readonly (0 | 1)[],
): { readonly brier: number; readonly logLoss: number; readonly auc: number } {
  let [brier, loss] = [0, 0];
  for (const [i, p] of ps.entries()) {
    brier += (p - labels[i]!) * (p - labels[i]!);
    loss -= log(labels[i] === 1 ? p : 1 - p);
  }
  let [above, pairs] = [0, 0];
  for (const [i, y] of labels.entries()) {
    if (y !== 1) continue;
    for (const [j, other] of labels.entries()) {
      if (other !== 0) continue;
      pairs += 1;
      above += ps[i]! > ps[j]! ? 1 : ps[i] === ps[j] ? 0.5 : 0;
    }
  }
  return { brier: brier / ps.length, logLoss: loss / ps.length, auc: above / pairs };
}
