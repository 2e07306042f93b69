/**
 * `npx tsx scenarios/calibrate/learn.ts [--preset planted|real --seeds 20 --checks 6 --symbols 300 --model logistic|trees --write]`: fits rally-learned on the candidates of
 * invented days, seeds 1 on, by logistic regression, by FTRL in the order of the labels, and by boosted trees, and judges each on later seeds; with
 * `--write` the named one is shipped in engine/detectors/learned-rally.json.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { FeatureId } from '../../contracts/features.ts';
import { sigmoid } from '../../contracts/math.ts';
import { fitBoosting } from '../../engine/backtest/boosting.ts';
import { Ftrl } from '../../engine/backtest/ftrl.ts';
import { type Decision, LabelPool } from '../../engine/backtest/label-pool.ts';
import { type Case, fitLogistic } from '../../engine/backtest/logistic.ts';
import { quality } from '../../engine/backtest/platt.ts';
import { partsOf, shareOf } from '../../engine/backtest/ranking.ts';
import type { Cell } from '../../engine/cell/cell.ts';
import { failedGates } from '../../engine/detectors/gates.ts';
import { isCandidate, rallyLearned } from '../../engine/detectors/rally-learned.ts';
import { type LearnedModel, oddsOf, standardised } from '../../engine/detectors/scorers.ts';
import { costOf } from '../../engine/opportunities/plan.ts';
import { foldDay } from '../../engine/runtime/fold.ts';
import { ratesOf } from '../market/episodes.ts';
import { generatedDay } from '../support/days.ts';

const { values } = parseArgs({
  options: {
    preset: { type: 'string', default: 'planted' },
    seeds: { type: 'string', default: '20' },
    checks: { type: 'string', default: '6' },
    symbols: { type: 'string', default: '300' },
    model: { type: 'string', default: 'logistic' },
    write: { type: 'boolean', default: false },
  },
});
const preset = values.preset === 'real' ? 'real' : 'planted';
const [seeds, checks, symbols] = [Number(values.seeds), Number(values.checks), Number(values.symbols)];
const file = 'engine/detectors/learned-rally.json';
const params = rallyLearned.params.parse({});
const { features } = params.model;
/** Of one rise one moment. */
const coolSec = 300;
/** Features of which more may not say less in a tree. */
const rising: readonly FeatureId[] = ['amtZ1m', 'nar1m', 'ofiN'];

type Candidate = Decision & { readonly day: number; readonly x: readonly number[] };
type Labelled = { readonly day: number; readonly x: readonly number[]; readonly came: boolean };

/** Candidates of a day with the label y_tb, in the order in which they matured. */
function labelledOf(seed: number): Labelled[] {
  const day = generatedDay({
    seed,
    count: symbols,
    preset,
    rates: ratesOf(preset),
    detectors: ['rally-learned'],
    strategies: { 'rally-learned': { mode: 'shadow' } },
  });
  const pool = new LabelPool<Candidate>((entry) => costOf(entry, day.bundle.config.opportunities));
  const cooled = new Map<number, number>();
  let current: Cell;
  const watched = function* () {
    for (const entry of day.entries) {
      yield entry;
      pool.look(current.cleaner.accepted);
    }
  };
  foldDay(day.bundle, watched(), {
    prepare: (cell) => {
      current = cell;
      cell.symbols.observer = {
        snapshot: (s, _snapshot, input) => {
          if (input.tsec < (cooled.get(s) ?? 0) || !isCandidate(input, params) || failedGates(input).length > 0) return;
          cooled.set(s, input.tsec + coolSec);
          const x = features.map(input.feature);
          pool.open({
            s,
            day: seed,
            x,
            sigma600: input.feature('sigma900') * Math.sqrt(600 / 900),
            decidedMs: input.tsMs,
            midMilli: input.midMilli,
          });
        },
      };
    },
  });
  return pool.matured().flatMap(({ decision: { x }, labels }) => {
    const label = labels['net-gain'];
    return label === null || label === 'censored' ? [] : [{ day: seed, x, came: label === 1 }];
  });
}

const daysOf = (from: number, many: number): Labelled[] => Array.from({ length: many }, (_, i) => labelledOf(from + i)).flat();
const fitOn = daysOf(1, seeds);
const checkOn = daysOf(seeds + 1, checks);
const known = (i: number): number[] => fitOn.map(({ x }) => x[i]!).filter((value) => !Number.isNaN(value));
const meanOf = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0) / xs.length;
const round = (x: number): number => Number(x.toPrecision(4));
const mean = features.map((_, i) => round(meanOf(known(i))));
const sd = features.map((_, i) => round(Math.max(1e-9, Math.sqrt(meanOf(known(i).map((x) => (x - mean[i]!) * (x - mean[i]!)))))));
const blank: LearnedModel = { ...params.model, features, mean, sd, data: `invented market, preset ${preset}, seeds 1 to ${seeds}` };
const casesOf = (all: readonly Labelled[]): Case[] =>
  all.flatMap(({ x, came }) => {
    const z = standardised(blank, (id) => x[features.indexOf(id)]!);
    return z === null ? [] : [{ x: z, came }];
  });
const [cases, later] = [casesOf(fitOn), casesOf(checkOn)];
const logistic = fitLogistic(cases);
const online = new Ftrl(features.length);
for (const { x, came } of cases) online.learn(x, came);
const trees = fitBoosting(cases, { rising: new Set(rising.map((id) => features.indexOf(id))) });
const deep = <T>(value: T): T =>
  JSON.parse(JSON.stringify(value), (_key, each: unknown) => (typeof each === 'number' ? round(each) : each)) as T;
const models: Readonly<Record<string, LearnedModel>> = {
  logistic: { ...blank, scorer: { kind: 'logistic', ...deep(logistic), w: deep([...logistic.w]) } },
  ftrl: { ...blank, scorer: { kind: 'logistic', ...deep(online.model), w: deep([...online.model.w]) } },
  trees: { ...blank, scorer: { kind: 'trees', b: round(trees.b), trees: deep(trees.trees) as number[][][] } },
};
const rate = shareOf(later.map(({ came }) => ({ came })));
console.log(
  `${cases.length} candidates of seeds 1–${seeds}, ${later.length} of ${checks} later ones: ${rate.toFixed(3)} gain; Brier of the rate ${(rate * (1 - rate)).toFixed(4)}`,
);
for (const [name, model] of Object.entries(models)) {
  const said = later.map(({ x, came }) => ({ day: 0, score: sigmoid(oddsOf(model, x)), came }));
  const { auc, brier } = quality(
    said.map(({ score }) => score),
    said.map(({ came }) => (came ? 1 : 0)),
  );
  const parts = partsOf(said, 5).map((part) => `${meanOf(part.map(({ score }) => score)).toFixed(2)}→${shareOf(part).toFixed(2)}`);
  console.log(`${name.padEnd(9)} AUC ${auc.toFixed(3)}, Brier ${brier.toFixed(4)}, said → came ${parts.join('  ')}`);
}
if (values.write) writeFileSync(file, `${JSON.stringify(models[values.model] ?? models.logistic)}\n`);
