/** `fenshi evaluate`: forecasts of the product's own models against days of your own. */
import type { Command } from 'commander';
import { FenshiError } from '../../../contracts/errors.ts';
import type { NextOpens, StratumFacts } from '../../../contracts/next-open.ts';
import { type StratumKind, stratumEnds, stratumKinds } from '../../../contracts/strata.ts';
import { instrumentId } from '../../../contracts/units.ts';
import { limitDays } from '../../backtest/limit-days/days.ts';
import { evaluateLimits, type LimitReport } from '../../backtest/limit-days/evaluate.ts';
import { nextOpensOf } from '../../backtest/limit-days/next-open.ts';
import { type SealCase, sealCases, sealReport } from '../../backtest/limit-days/seals.ts';
import { type LimitFile, readLimitFiles } from '../../files/limit-files.ts';
import { dayIn } from '../../files/times.ts';
import { registerEvaluateDays } from './evaluate-days.ts';

type Flags = { readonly data?: string; readonly from?: string; readonly json?: boolean };

export function registerEvaluate(program: Command): void {
  const evaluate = program.command('evaluate').description('forecasts against what came');
  registerEvaluateDays(evaluate);
  evaluate
    .command('limit')
    .option('--data <folder>', 'daily rows with limits, and limit-up lists; files are known by their columns')
    .option('--from <yyyymmdd>', 'evaluate from this day; earlier days are history only (default: behind what each model was fitted on)')
    .option('--json', 'print as JSON')
    .description('the limit family: touches the limit today, second board, next open after a seal; each beside its naive ranking')
    .addHelpText('after', '\nExample: fenshi evaluate limit --data history/ --from 20260801\nExit codes: 0 done, 1 refused with a code')
    .action(run);
  evaluate
    .command('seal')
    .option('--data <folder>', 'daily rows with limits, limit-up lists and one-minute bars; files are known by their columns')
    .option('--json', 'print as JSON')
    .description('when minute bars reach the limit, against the first seal of the lists')
    .addHelpText('after', '\nExample: fenshi evaluate seal --data history/\nExit codes: 0 done, 1 refused with a code')
    .action(runSeal);
}

async function runSeal({ data, json }: Omit<Flags, 'from'>): Promise<void> {
  const { daily, list, bars, files } = await readLimitFiles(folderIn(data));
  for (const file of files) sayRefused(file);
  const report = sealReport(sealCases(limitDays(daily, list), bars));
  if (report.n === 0) throw new FenshiError('IMPORT_INVALID', `${data}: no name of a limit-up list has one-minute bars of that day`);
  if (json === true) return console.log(JSON.stringify(report));
  const { n, days, recall, medianErrorSec, within60, early, late, touchedBeforeSealed, afterSealed, missed } = report;
  console.log(
    [
      `seals: ${n} listed names with minutes on ${days} days; found ${recall.toFixed(4)}, median error ${medianErrorSec.toFixed(1)} s, within 60 s ${share(within60)}, earlier ${share(early)}, later ${share(late)}`,
      ...touchedBeforeSealed.map((each) => `  touched before sealed  ${seal(each)}`),
      ...afterSealed.map((each) => `  after the first seal   ${seal(each)}`),
      ...missed.map((each) => `  no bar at the limit    ${seal(each)}`),
    ].join('\n'),
  );
}

const seal = ({ symbol, date, listedMinute, foundMinute }: SealCase): string =>
  `${instrumentId(symbol)} ${date}: listed at minute ${listedMinute.toFixed(1)}, bars ${foundMinute === null ? 'none' : foundMinute.toFixed(1)}`;

export function folderIn(data: string | undefined): string {
  if (data === undefined) throw new FenshiError('USAGE', '--data is missing: a folder with daily rows and limit-up lists');
  return data;
}

async function run({ data, from, json }: Flags): Promise<void> {
  const folder = folderIn(data);
  const first = from === undefined ? null : dayIn(from);
  if (first === undefined) throw new FenshiError('USAGE', `--from ${from}: expected a day such as 20260801 or 2026-08-01`);
  const { daily, list, files } = await readLimitFiles(folder);
  for (const file of files) sayRefused(file);
  if (list.length === 0) console.error(`fenshi: ${data}: no limit-up list: only the first forecast can be judged`);
  const market = limitDays(daily, list);
  const forecasts = evaluateLimits(market, first);
  if (forecasts.length === 0)
    throw new FenshiError(
      'IMPORT_INVALID',
      `${data}: ${market.days.length} days, none of them with a forecast${first === null ? '' : ` from ${first} on`}`,
    );
  const nextOpens = nextOpensOf(market);
  if (json === true) return console.log(JSON.stringify({ forecasts, nextOpens }));
  for (const forecast of forecasts) console.log(linesOf(forecast));
  if (nextOpens !== null) console.log(strataText(nextOpens));
}

const bp = (value: number): string => `${value < 0 ? '' : '+'}${value.toFixed(0)}`;

function strataText({ from, to, all, strata, oneWord }: NextOpens): string {
  const line = (what: string, { n, grossBp, netBp, net95, gained }: StratumFacts): string =>
    `  ${what.padEnd(26)}${String(n).padStart(6)}  gross ${bp(grossBp).padStart(5)}  net ${bp(netBp).padStart(5)} [${net95.map(bp).join(', ')}]  gained ${share(gained)}`;
  const named = (kind: StratumKind, i: number): string => {
    const ends = stratumEnds[kind];
    const at =
      kind === 'seal-share' ? ends.map((end) => `${100 * end} %`) : kind === 'first-seal' ? ends.map(clockOfMinute) : ends.map(String);
    const [within, beyond] = kind === 'seal-share' ? ['under', 'from'] : ['to', 'above'];
    return `${kind} ${i < ends.length ? `${within} ${at[i]}` : `${beyond} ${at.at(-1)}`}`;
  };
  return [
    `next opens of sealed names, ${from} to ${to}, all days given, basis points:`,
    line('all', all),
    ...stratumKinds.flatMap((kind) => strata[kind].flatMap((each, i) => (each === null ? [] : [line(named(kind, i), each)]))),
    ...(oneWord === null
      ? []
      : [`  ${'one-word, cannot be bought'.padEnd(26)}${String(oneWord.n).padStart(6)}  gross ${bp(oneWord.grossBp).padStart(5)}`]),
  ].join('\n');
}

/** 10:00 of thirty trading minutes. */
function clockOfMinute(minute: number): string {
  const of = 9.5 * 60 + minute + (minute > 120 ? 90 : 0);
  return `${Math.floor(of / 60)}:${String(of % 60).padStart(2, '0')}`;
}

export function sayRefused({ path, rows, refused }: LimitFile): void {
  const what = Object.entries(refused).map(([reason, count]) => `${count} by ${reason}`);
  if (what.length > 0) console.error(`fenshi: ${path}: of ${rows} rows refused: ${what.join(', ')}`);
}

const share = (x: number): string => x.toFixed(3).replace(/^0/, '');

function linesOf({
  event,
  from,
  to,
  days,
  n,
  base,
  auc,
  auc95,
  top20,
  bestFifth,
  naive,
  calibration,
  ahead95,
  speaks,
  inSample,
}: LimitReport): string {
  return [
    `${event}: ${n} cases on ${days} days, ${from} to ${to}; came ${share(base)}${inSample ? '; the model was fitted on some of these days' : ''}`,
    `  model  AUC ${share(auc)} [${auc95.map(share).join(', ')}]  top 20 a day ${share(top20)}  best fifth ${share(bestFifth)}`,
    `  naive  AUC ${share(naive.auc)}               top 20 a day ${share(naive.top20)}  best fifth ${share(naive.bestFifth)}`,
    `  ahead  ${ahead95.map((x) => x.toFixed(3)).join(' to ')}: ${speaks ? 'the model speaks' : 'no edge over the naive ranking measured'}`,
    `  said → came  ${calibration.map(({ said, came }) => `${share(said)}→${share(came)}`).join('  ')}`,
  ].join('\n');
}
