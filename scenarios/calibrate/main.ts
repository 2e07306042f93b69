/**
 * `npm run calibrate [-- --seeds 40 --symbols 300 --write]`: fits rally's map on invented days, seeds 1 to 40, checks it on seeds 41
 * to 46, prints both, and with `--write` ships it in engine/reference/calibration.json.
 *
 * p0   hit rate of placebos: other symbols at the same moments
 * Map  one per path of the rule: the early path draws other signals than the main one
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Calibration } from '../../contracts/bundle.ts';
import { sigmoid } from '../../contracts/math.ts';
import { fitPlatt, quality } from '../../engine/backtest/platt.ts';
import { scoreOdds } from '../../engine/opportunities/confidence.ts';
import { type DayLabels, dayLabels, type Labelled } from './day-labels.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '40' },
    checks: { type: 'string', default: '6' },
    symbols: { type: 'string', default: '300' },
    write: { type: 'boolean', default: false },
  },
});
const [seeds, checks, symbols] = [Number(values.seeds), Number(values.checks), Number(values.symbols)];

type Pooled = { readonly scores: number[]; readonly labels: (0 | 1)[]; readonly censored: number };

function pooled(all: readonly Labelled[]): Pooled {
  const matured = all.flatMap(({ score, label }) => (label === 'censored' ? [] : [{ score, label }]));
  return { scores: matured.map(({ score }) => score), labels: matured.map(({ label }) => label), censored: all.length - matured.length };
}

function daysOf(from: number, many: number): DayLabels[] {
  return Array.from({ length: many }, (_, i) => {
    const day = dayLabels(from + i, symbols);
    process.stderr.write(`seed ${from + i}: ${day.signals.length} signals, ${day.baseline.length} of the baseline\n`);
    return day;
  });
}

const hitRate = (labels: readonly (0 | 1)[]): number => labels.reduce<number>((sum, y) => sum + y, 0) / labels.length;
const round = (x: number): number => Number(x.toPrecision(6));

const fitDays = daysOf(1, seeds);
const base = pooled(fitDays.flatMap(({ baseline }) => baseline));
const placebo = pooled(fitDays.flatMap(({ placebo: drawn }) => drawn));
const p0 = round(hitRate(placebo.labels));
console.log(`B0, the declared baseline: ${base.labels.length} labels, hit ${hitRate(base.labels).toFixed(3)}, ${base.censored} censored`);
console.log(`B2, placebos, the base rate p0: ${placebo.labels.length} labels, hit ${p0.toFixed(3)}, ${placebo.censored} censored`);
const checkDays = daysOf(seeds + 1, checks);
const shipped: Record<string, Calibration> = {};
for (const [key, path] of Object.entries({ rally: 'main', 'rally.early': 'early' })) {
  const ofPath = (days: readonly DayLabels[]) => pooled(days.flatMap(({ signals }) => signals.filter((each) => each.path === path)));
  const fit = ofPath(fitDays);
  const { a, b } = fitPlatt(fit.scores, fit.labels);
  shipped[key] = { p0, a: round(a), b: round(b), n: fit.labels.length, source: 'synthetic' };
  report(`${key}, seeds 1–${seeds}`, fit, shipped[key]);
  if (checks > 0) report(`${key}, seeds ${seeds + 1}–${seeds + checks}, not fitted on`, ofPath(checkDays), shipped[key]);
}
console.log(JSON.stringify(shipped));
if (values.write) writeFileSync('engine/reference/calibration.json', `${JSON.stringify(shipped, null, 2)}\n`);

function report(name: string, { scores, labels, censored }: Pooled, map: Calibration): void {
  const ps = scores.map((score) => sigmoid(map.a * scoreOdds(score) + map.b));
  const { brier, auc } = quality(ps, labels);
  const rate = hitRate(labels);
  console.log(`${name}: ${labels.length} labels, ${censored} censored, hit ${rate.toFixed(3)}`);
  console.log(`  Brier ${brier.toFixed(4)} (always the hit rate: ${(rate * (1 - rate)).toFixed(4)}), AUC ${auc.toFixed(3)}`);
  for (const [lo, hi] of [
    [0, 0.3],
    [0.3, 0.4],
    [0.4, 0.5],
    [0.5, 0.6],
    [0.6, 0.7],
    [0.7, 0.8],
    [0.8, 1],
  ] as const) {
    const inside = ps.flatMap((p, i) => (p >= lo && p < hi ? [i] : []));
    if (inside.length === 0) continue;
    const said = inside.reduce((sum, i) => sum + ps[i]!, 0) / inside.length;
    console.log(
      `  p ${lo.toFixed(1)}–${hi.toFixed(1)}: ${String(inside.length).padStart(4)} said ${said.toFixed(2)}, came ${hitRate(inside.map((i) => labels[i]!)).toFixed(2)}`,
    );
  }
}
