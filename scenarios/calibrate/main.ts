/**
 * `npm run calibrate [-- --preset planted|real --seeds 40 --symbols 300 --write]`: fits what rally says of each event on invented days, seeds 1 to 40, judges it
 * on seeds 41 to 46, prints both, and with `--write` ships it in engine/reference/invented-forecasts.json.
 *
 * Base   how often the event comes for placebos: other symbols at the same moments
 * Map    what the score adds to the base's log-odds; its AUC tells signals from as many moments at the base rate, over days drawn anew
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { addedOdds, type ForecastMap } from '../../contracts/forecast.ts';
import { logit, sigmoid } from '../../contracts/math.ts';
import { fitMap, stratumOffset } from '../../engine/backtest/isotonic.ts';
import { type LabelledEvent, labelledEvents } from '../../engine/backtest/label-pool.ts';
import { quality } from '../../engine/backtest/platt.ts';
import { firedInterval, partsOf, shareOf } from '../../engine/backtest/ranking.ts';
import { scoreOdds } from '../../engine/opportunities/confidence.ts';
import { type DayLabels, dayLabels, type Labelled } from './day-labels.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '40' },
    checks: { type: 'string', default: '6' },
    symbols: { type: 'string', default: '300' },
    preset: { type: 'string', default: 'planted' },
    write: { type: 'boolean', default: false },
  },
});
const preset = values.preset === 'real' ? 'real' : 'planted';
const [seeds, checks, symbols] = [Number(values.seeds), Number(values.checks), Number(values.symbols)];

type Matured = { readonly day: number; readonly score: number; readonly came: boolean; readonly regime: string };
const ofEvent = (days: readonly DayLabels[], pick: (day: DayLabels) => readonly Labelled[], event: LabelledEvent): Matured[] =>
  days.flatMap((each, day) =>
    pick(each).flatMap(({ score, regime, labels }) => {
      const label = labels[event];
      return label === null || label === 'censored' ? [] : [{ day, score, regime, came: label === 1 }];
    }),
  );

function daysOf(from: number, many: number): DayLabels[] {
  return Array.from({ length: many }, (_, i) => {
    const day = dayLabels(from + i, symbols, preset);
    process.stderr.write(`seed ${from + i}: ${day.signals.length} signals, ${day.baseline.length} of the baseline\n`);
    return day;
  });
}

/** Cases a regime needs for a map of its own. */
const stratumMin = 100;
const round = (x: number): number => Number(x.toPrecision(5));
const fitDays = daysOf(1, seeds);
const checkDays = daysOf(seeds + 1, checks);
const about = {
  horizonSec: 900,
  source: 'synthetic',
  data: `invented market, preset ${preset}, seeds 1 to ${seeds}`,
  days: seeds,
} as const;
const shipped = labelledEvents.map((event) => {
  const base = ofEvent(fitDays, ({ baseline }) => baseline, event);
  const placebo = ofEvent(fitDays, ({ placebo: drawn }) => drawn, event);
  const signals = ofEvent(fitDays, ({ signals: spoken }) => spoken, event);
  const p0 = shareOf(placebo);
  console.log(`${event}: B0 ${shareOf(base).toFixed(3)} of ${base.length}, placebos ${p0.toFixed(3)} of ${placebo.length}`);
  const fit = fitMap(signals, p0);
  if (fit === null) throw new RangeError(`${event}: ${signals.length} signals are too few for any map`);
  const knots = fit.knots?.map(([x, odds]): [number, number] => [round(x), round(odds)]);
  const auc95 = firedInterval(signals.map((each) => ({ ...each, base: p0 }))).map(round) as [number, number];
  const map: ForecastMap = { event, ...about, a: round(fit.a), b: round(fit.b), ...(knots ? { knots } : {}), n: signals.length, auc95 };
  report(`  rally, seeds 1–${seeds}`, signals, map, p0);
  if (checks > 0)
    report(
      `  rally, seeds ${seeds + 1}–${seeds + checks}, not fitted on`,
      ofEvent(checkDays, ({ signals: spoken }) => spoken, event),
      map,
      p0,
    );
  const none = { lt: 0, ls: 0, tod: 0, tod2: 0 };
  return { map, signals, base: { event, ...about, b: round(logit(p0)), w: none, clip: null, n: placebo.length } };
});
const regimes = [...new Set(shipped.flatMap(({ signals }) => signals.map(({ regime }) => regime)))].sort();
/** By regime, where it has cases and there is another: the map moved by what the regime's rate is over the whole's. */
const strata = (regimes.length > 1 ? regimes : []).flatMap((regime) => {
  const of = shipped.map(({ map, signals }) => {
    const own = signals.filter((each) => each.regime === regime);
    return { map: moved(map, round(stratumOffset(own, shareOf(signals)))), n: own.length };
  });
  return of.every(({ n }) => n >= stratumMin) ? [[`rally.main@${regime}`, of.map(({ map }) => map)] as const] : [];
});
for (const [key, maps] of strata) console.log(`${key}: ${maps.map(({ event, b }) => `${event} b ${b}`).join(', ')}`);
const file = { baseRates: shipped.map(({ base }) => base), maps: { rally: shipped.map(({ map }) => map), ...Object.fromEntries(strata) } };
console.log(JSON.stringify(file));
const shippedFile = 'engine/reference/invented-forecasts.json';
if (values.write) {
  const all = JSON.parse(readFileSync(shippedFile, 'utf8')) as Record<string, unknown>;
  writeFileSync(shippedFile, `${JSON.stringify({ ...all, [preset]: file }, null, 2)}\n`);
}

/** A map whose every answer is `by` log-odds higher. */
function moved(map: ForecastMap, by: number): ForecastMap {
  const knots = map.knots?.map(([x, odds]): [number, number] => [x, round(odds + by)]);
  return { ...map, b: round(map.b + by), ...(knots ? { knots } : {}) };
}

function report(name: string, signals: readonly Matured[], map: ForecastMap, p0: number): void {
  const said = signals.map((each) => ({ ...each, score: sigmoid(logit(p0) + addedOdds(map, scoreOdds(each.score))) }));
  const { brier, auc } = quality(
    said.map(({ score }) => score),
    said.map(({ came }) => (came ? 1 : 0)),
  );
  const rate = shareOf(signals);
  console.log(`${name}: ${signals.length} labels, came ${rate.toFixed(3)}; AUC ${map.auc95!.join(' to ')} against the base rate`);
  console.log(`    Brier ${brier.toFixed(4)} (always the rate: ${(rate * (1 - rate)).toFixed(4)}), AUC among signals ${auc.toFixed(3)}`);
  const parts = partsOf(said, 5).map(
    (part) => `${(part.reduce((sum, { score }) => sum + score, 0) / part.length).toFixed(2)}→${shareOf(part).toFixed(2)}`,
  );
  console.log(`    said → came ${parts.join('  ')}`);
}
