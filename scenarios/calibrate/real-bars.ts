/**
 * `npx tsx scenarios/calibrate/real-bars.ts <bar file>… [--write]`: from one-minute bars of real days, how often a price touches 1 % either way
 * within 15 minutes as a function of price, sigma and time, and by how much a rally changes that and the label y_tb. Fitted on the
 * first 60 % of the days, judged on the later ones; with `--write` they stand in engine/reference/forecasts.json.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { baseRateAt } from '../../contracts/forecast.ts';
import { log, logit } from '../../contracts/math.ts';
import { fitLogistic } from '../../engine/backtest/logistic.ts';
import { aucOf, firedInterval, intervalsOf, partsOf, quantileOf, type Scored, shareOf } from '../../engine/backtest/ranking.ts';
import { type BarDay, barDays } from './bar-days.ts';
import { type BarMoment, momentsOf } from './bar-moments.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { write: { type: 'boolean', default: false } } });
const bySymbol = new Map<string, BarDay[]>();
for (const day of positionals.flatMap(barDays)) bySymbol.set(day.symbol, [...(bySymbol.get(day.symbol) ?? []), day]);
const moments = [...bySymbol.values()].flatMap((days) => [...momentsOf(days)]);
const dates = [...new Set(moments.map(({ day }) => day))].sort();
const split = dates[Math.floor(0.6 * dates.length)]!;
const grid = moments.filter(({ minute, rallies }) => minute % 5 === 0 && !rallies);
const train = grid.filter(({ day }) => day < split);
const later = grid.filter(({ day }) => day >= split);
console.log(
  `${moments.length} moments of ${bySymbol.size} symbols on ${dates.length} days, ${dates[0]} to ${dates.at(-1)}; later from ${split}`,
);

const x = ({ tickBp, sigma600, minute }: BarMoment): number[] => [log(tickBp), log(sigma600), minute / 237, (minute / 237) ** 2];
const rounded = (value: number): number => Number(value.toPrecision(5));
const fit = fitLogistic(train.map((each) => ({ x: x(each), came: each.moves })));
const [lt, ls, tod, tod2] = fit.w.map(rounded) as [number, number, number, number];
const ends = (of: (each: BarMoment) => number): [number, number] => {
  const values = train.map(of);
  return [rounded(quantileOf(values, 0.005)), rounded(quantileOf(values, 0.995))];
};
const clip = { lt: ends(({ tickBp }) => log(tickBp)), ls: ends(({ sigma600 }) => log(sigma600)) };
const moveBase = { b: rounded(fit.b), w: { lt, ls, tod, tod2 }, clip };
/** The published fit of y_tb's rate on the same names; it named no range. */
const shippedP0 = { b: 2.5926, w: { lt: -0.548, ls: 0.4709, tod: -0.3596, tod2: 0.0815 }, clip };
const baseOf = (base: typeof moveBase, { tickBp, sigma600, minute }: BarMoment): number =>
  baseRateAt(base, { tickBp, sigma600, tsec: minute * 60 })!;
const oddsOf = (base: typeof moveBase, each: BarMoment): number => logit(baseOf(base, each));
const dayNo = new Map(dates.map((date, i) => [date, i]));
const scored = (cases: readonly BarMoment[], score: (each: BarMoment) => number, came: (each: BarMoment) => boolean): Scored[] =>
  cases.map((each) => ({ day: dayNo.get(each.day)!, score: score(each), came: came(each) }));
const f = (value: number): string => value.toFixed(3);

function tell(name: string, cases: readonly Scored[]): void {
  const { auc } = intervalsOf(cases, cases);
  console.log(`${name}: n ${cases.length}, came ${f(shareOf(cases))}, AUC ${f(aucOf(cases))} [${auc.map(f).join(', ')}]`);
  const parts = partsOf(cases, 5).map((part) => `${f(part.reduce((sum, { score }) => sum + score, 0) / part.length)}→${f(shareOf(part))}`);
  console.log(`  said → came ${parts.join('  ')}`);
}
tell(
  'moves 1 %, base, later days',
  scored(
    later,
    (each) => baseOf(moveBase, each),
    (each) => each.moves,
  ),
);
tell(
  'y_tb, shipped base, later days',
  scored(
    later,
    (each) => baseOf(shippedP0, each),
    (each) => each.gains,
  ),
);

const rallies = moments.filter(({ rallies: yes }) => yes);
const priorCases = 50;

/**
 * What a rally adds to the base's log-odds, drawn towards nothing by 50 cases; and over days drawn anew the AUC with which "it fired" tells
 * what came from as many moments at the base rate.
 */
function lift(name: string, base: typeof moveBase, came: (each: BarMoment) => boolean) {
  const { b } = fitLogistic(rallies.map((each) => ({ x: [], came: came(each), offset: oddsOf(base, each) })));
  const drawn = (b * rallies.length) / (rallies.length + priorCases);
  const fired = rallies.map((each) => ({ day: dayNo.get(each.day)!, base: baseOf(base, each), came: came(each) }));
  const auc95 = firedInterval(fired).map(rounded) as [number, number];
  const days = new Set(fired.map(({ day }) => day)).size;
  const n = rallies.length;
  const meanBase = fired.reduce((sum, each) => sum + each.base, 0) / n;
  console.log(
    `${name}: ${n} rallies on ${days} days, base ${f(meanBase)}, came ${f(shareOf(fired))}; adds ${f(b)}, drawn in ${f(drawn)}; AUC [${auc95.map(f).join(', ')}]`,
  );
  return { b: rounded(drawn), n, days, auc95 };
}

const moves = lift('moves 1 %', moveBase, (each) => each.moves);
const gains = lift('y_tb', shippedP0, (each) => each.gains);
/**
 * Published of boards (contracts/spec/detectors.md#limit-up), not fitted here: 5,765 touches of 51 days; of 557 touches in 2025, 384 whose quarter of an hour closed
 * at the limit and 173 whose did not; 1,449 seals that were no 一字. The interval of the lift is the worst and best of the two shares' own.
 */
const close = { horizonSec: 14_400, source: 'real-bars' } as const;
const flat = { w: { lt: 0, ls: 0, tod: 0, tod2: 0 }, clip: null };
const touched = {
  event: 'sealed-at-close',
  ...close,
  data: 'daily rows and limit lists of the whole market, 2026-05-12 to 2026-07-30',
  days: 51,
  n: 5765,
} as const;
const opened = { event: 'next-open-gain', ...close, data: touched.data, days: 21, n: 1449 } as const;
const board = {
  event: 'sealed-at-close',
  ...close,
  a: 0,
  data: 'quarter-hour bars of 120 Shanghai names, 2025',
  days: 198,
  n: 557,
  auc95: [0.577, 0.691],
} as const;
const overnight = { ...opened, a: 0, b: 0, auc95: null };
const over = (rate: number): number => rounded(logit(rate) - logit(0.703));

/** Of `scenarios/calibrate/sector-heat.ts`, which prints it. */
const heat = {
  event: 'heat-lasts',
  horizonSec: 1800,
  source: 'real-bars',
  data: 'quarter-hour bars of 120 Shanghai names in 134 groups, 2025',
  days: 178,
} as const;

const told = { source: 'real-bars', data: `one-minute bars of ${bySymbol.size} names, ${dates[0]} to ${dates.at(-1)}` } as const;
const shipped = {
  baseRates: [
    { event: 'moves-1pct', horizonSec: 900, ...moveBase, ...told, days: dates.filter((date) => date < split).length, n: train.length },
    { event: 'net-gain', horizonSec: 900, ...shippedP0, ...told, days: 229, n: 155_072 },
    { ...touched, b: rounded(logit(0.703)), ...flat },
    { ...opened, b: rounded(logit(0.5135)), ...flat },
    { ...heat, n: 333_928, b: rounded(logit(0.127)), ...flat },
  ],
  maps: {
    rally: [
      { event: 'moves-1pct', horizonSec: 900, a: 0, ...moves, ...told },
      { event: 'net-gain', horizonSec: 900, a: 0, ...gains, ...told },
    ],
    rotation: [{ ...heat, n: 44_525, a: 0, b: rounded(logit(0.4) - logit(0.127)), auc95: [0.654, 0.674] }],
    limitup: [{ ...board, b: over(0.758) }, overnight],
    'limitup.opened': [{ ...board, b: over(0.48) }, overnight],
  },
};
if (values.write) writeFileSync('engine/reference/real-forecasts.json', `${JSON.stringify(shipped, null, 2)}\n`);
