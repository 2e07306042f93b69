/**
 * Platt's map from a score to a probability: p = σ(a · logit(score) + b), by Newton with a line search and Platt's prior targets
 * (Platt 1999; Lin, Lin, Weng 2007; contracts/spec/detectors.md#calibration). Deterministic.
 */
import { exp, log, sigmoid } from '../../contracts/math.ts';
import { scoreOdds } from '../opportunities/confidence.ts';

export type PlattMap = { readonly a: number; readonly b: number };

const iterations = 50;
const ridge = 1e-9;
/** A Newton step that loses is halved; one of less than this is none. */
const leastStep = 1e-10;

/** @throws RangeError without both outcomes: there is nothing to separate */
export function fitPlatt(scores: readonly number[], labels: readonly (0 | 1)[]): PlattMap {
  const positives = labels.reduce<number>((sum, y) => sum + y, 0);
  const negatives = labels.length - positives;
  if (positives === 0 || negatives === 0) throw new RangeError('needs at least one of each outcome');
  const [high, low] = [(positives + 1) / (positives + 2), 1 / (negatives + 2)];
  const xs = scores.map(scoreOdds);
  const lossOf = (a: number, b: number): number =>
    xs.reduce((sum, x, k) => sum + softplus(a * x + b) - (labels[k] === 1 ? high : low) * (a * x + b), 0);
  let [a, b] = [0, log((positives + 1) / (negatives + 1))];
  let loss = lossOf(a, b);
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
    let share = 1;
    let next = lossOf(a - stepA, b - stepB);
    while (!(next <= loss) && share > leastStep) {
      share /= 2;
      next = lossOf(a - share * stepA, b - share * stepB);
    }
    if (!(next <= loss)) break;
    [a, b, loss] = [a - share * stepA, b - share * stepB, next];
    if (Math.abs(stepA) + Math.abs(stepB) < 1e-12) break;
  }
  return { a, b };
}

/** ln(1 + eˣ) without overflow. */
const softplus = (x: number): number => (x > 0 ? x + log(1 + exp(-x)) : log(1 + exp(x)));

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
