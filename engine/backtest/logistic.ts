/** Logistic regression by Newton with a ridge, deterministic: p = sigmoid(offset + b + Σ w · x). */
import { sigmoid } from '../../contracts/math.ts';

export type Case = { readonly x: readonly number[]; readonly came: boolean; readonly offset?: number };
export type Logistic = { readonly b: number; readonly w: readonly number[] };

const iterations = 50;
const ridge = 1e-6;

/** @throws RangeError without both outcomes: there is nothing to separate */
export function fitLogistic(cases: readonly Case[]): Logistic {
  const came = cases.filter(({ came: yes }) => yes).length;
  if (came === 0 || came === cases.length) throw new RangeError('needs at least one of each outcome');
  const size = (cases[0]?.x.length ?? 0) + 1;
  let beta = new Array<number>(size).fill(0);
  for (let i = 0; i < iterations; i++) {
    const step = solve(...newtonOf(cases, beta));
    beta = beta.map((value, k) => value - step[k]!);
    if (step.every((by) => Math.abs(by) < 1e-10)) break;
  }
  return { b: beta[0]!, w: beta.slice(1) };
}

/** Hessian and gradient at `beta`. */
function newtonOf(cases: readonly Case[], beta: readonly number[]): [number[][], number[]] {
  const size = beta.length;
  const gradient = beta.map((value) => ridge * value);
  const hessian = beta.map((_, r) => beta.map((__, c) => (r === c ? ridge : 0)));
  for (const { x, came, offset = 0 } of cases) {
    let odds = offset + beta[0]!;
    for (let k = 1; k < size; k++) odds += beta[k]! * x[k - 1]!;
    const p = sigmoid(odds);
    const weight = p * (1 - p);
    for (let r = 0; r < size; r++) {
      const xr = r === 0 ? 1 : x[r - 1]!;
      gradient[r]! += (p - (came ? 1 : 0)) * xr;
      for (let c = 0; c < size; c++) hessian[r]![c]! += weight * xr * (c === 0 ? 1 : x[c - 1]!);
    }
  }
  return [hessian, gradient];
}

/** By Gauss with row exchange. */
function solve(matrix: number[][], right: number[]): number[] {
  const rows = matrix.map((row, r) => [...row, right[r]!]);
  for (let c = 0; c < rows.length; c++) {
    const pivot = rows.slice(c).reduce((best, row, i) => (Math.abs(row[c]!) > Math.abs(rows[best]![c]!) ? c + i : best), c);
    [rows[c], rows[pivot]] = [rows[pivot]!, rows[c]!];
    for (let r = 0; r < rows.length; r++) {
      if (r === c) continue;
      const by = rows[r]![c]! / rows[c]![c]!;
      rows[r] = rows[r]!.map((value, k) => value - by * rows[c]![k]!);
    }
  }
  return rows.map((row, r) => row[rows.length]! / row[r]!);
}
