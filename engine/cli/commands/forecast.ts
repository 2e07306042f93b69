/** `fenshi forecast limit`: the lists of a day from daily rows and limit-up lists of your own. */
import type { Command } from 'commander';
import { FenshiError } from '../../../contracts/errors.ts';
import { instrumentId } from '../../../contracts/units.ts';
import { limitDays } from '../../backtest/limit-days/days.ts';
import { type LimitList, listsOf } from '../../backtest/limit-days/lists.ts';
import { readLimitFiles } from '../../files/limit-files.ts';
import { dayIn } from '../../files/times.ts';
import { folderIn, sayRefused } from './evaluate.ts';

type Flags = { readonly data?: string; readonly date?: string; readonly top: string; readonly json?: boolean };

export function registerForecast(program: Command): void {
  program
    .command('forecast')
    .description('lists of names with the chance of an event')
    .command('limit')
    .option('--data <folder>', 'daily rows with limits, and limit-up lists; files are known by their columns')
    .option('--date <yyyymmdd>', 'the day (default: the last in the folder)')
    .option('--top <names>', 'names of each list', '20')
    .option('--json', 'print as JSON')
    .description('who touches the limit today, second boards, next opens after a seal; each beside its naive ranking')
    .addHelpText('after', '\nExample: fenshi forecast limit --data history/ --date 20260730\nExit codes: 0 done, 1 refused with a code')
    .action(run);
}

async function run({ data, date, top, json }: Flags): Promise<void> {
  const folder = folderIn(data);
  const day = date === undefined ? null : dayIn(date);
  if (day === undefined) throw new FenshiError('USAGE', `--date ${date}: expected a day such as 20260730 or 2026-07-30`);
  const many = Number(top);
  if (!Number.isInteger(many) || many < 1) throw new FenshiError('USAGE', `--top ${top}: expected a number of names from 1 on`);
  const { daily, list, files } = await readLimitFiles(folder);
  for (const file of files) sayRefused(file);
  const market = limitDays(daily, list);
  const wanted = day ?? market.days.at(-1)?.date;
  if (wanted === undefined || !market.days.some((each) => each.date === wanted))
    throw new FenshiError('IMPORT_INVALID', `${data}: ${wanted === undefined ? 'no day' : `no rows of ${wanted}`} in it`);
  const lists = listsOf(market, wanted, many);
  if (lists.length === 0)
    throw new FenshiError('IMPORT_INVALID', `${data}: nobody to speak of on ${wanted}; forecasts need the days before`);
  if (json === true) return console.log(JSON.stringify({ lists }));
  for (const each of lists) console.log(linesOf(each));
}

const share = (x: number): string => x.toFixed(3).replace(/^0/, '');

function linesOf({ event, date, knownAt, speaks, base, auc95, n, names }: LimitList): string {
  const how = speaks
    ? `AUC ${auc95.map(share).join(' to ')} on later days`
    : 'the model does not beat one number: ordered by that, the chance is the base rate';
  return [
    `${event}, known at the ${knownAt} of ${date}: ${n} names, base rate ${share(base)}; ${how}`,
    ...names.map(
      ({ symbol, p, naive, naiveRank }) =>
        `  ${instrumentId(symbol)}  ${share(p)}  naive ${naive === null ? 'unknown' : naive.toFixed(3)} (place ${naiveRank})`,
    ),
  ].join('\n');
}
