/** `fenshi data …`: import, list, check, export what belongs to no run; check the day files of one that does. */
import { basename, join } from 'node:path';
import type { Command } from 'commander';
import { FenshiError } from '../../../contracts/errors.ts';
import { dayIn } from '../../files/times.ts';
import { bundleDir, runDir } from '../../runtime/paths.ts';
import type { Store } from '../../store/client.ts';
import { crossChecks } from '../../store/datasets/verify.ts';
import { archivedDays, dayRecord, verifyDay } from '../../store/day-archive.ts';
import { withLibrary, withRunStore } from '../../store/library.ts';
import { type Exportable, exportable, exportParquet } from '../../store/parquet.ts';
import { database } from '../../store/schema.ts';
import { runFolders } from '../up-lock.ts';
import { registerBackfill } from './backfill.ts';
import { type ImportFlags, importAll } from './import.ts';

type Json = { readonly json?: boolean };

export function registerData(program: Command): void {
  const data = program.command('data').description('historical data: import, list, verify, export, repair');
  data
    .command('import')
    .argument(
      '<files...>',
      'text files, folders or zips, plain or gzipped, told apart by their columns; or <table>*.parquet as `data export` names them',
    )
    .option('--map <file>', 'your own layout file; the shipped ones are in engine/files/layouts')
    .option('--period <seconds>', 'bar length in seconds, if the labels are ambiguous')
    .option('--labels <kind>', 'bar label convention: start or end')
    .option('--name <dataset>', 'replace this dataset; by default each file is the dataset of its own path')
    .option('--dry-run', 'show how the file is read, and store nothing')
    .option('--licence <text>', 'licence shown by `data ls`', 'not stated')
    .option('--as-of <yyyymmdd>', 'date of lists without a date column; default: eight digits in the file name, else today')
    .option('--json', 'print as JSON')
    .description('read files into the library')
    .addHelpText(
      'after',
      '\nExample: fenshi data import bars_1m_2026.csv.gz --licence MIT\n         fenshi data import minutes/ --dry-run\nExit codes: 0 every file has rows that count, 1 one was refused with a code and its reason',
    )
    .action((files: string[], flags: ImportFlags) => importAll(files, flags));
  data
    .command('ls')
    .option('--json', 'print as JSON')
    .description('datasets and archived days: what, how complete, which hash, label convention, licence')
    .addHelpText('after', '\nExample: fenshi data ls\nExit codes: 0')
    .action((flags: Json) => list(flags));
  data
    .command('verify')
    .option('--run <name>', 'replay the archived days of this run and compare them with their journals')
    .option('--date <yyyymmdd>', 'only this day')
    .option('--json', 'print as JSON')
    .description('check datasets against each other, or archived days against their replay')
    .addHelpText(
      'after',
      '\nExample: fenshi data verify\n         fenshi data verify --run demo-3 --date 20261126\nExit codes: 0 all hold, 1 one does not',
    )
    .action((flags: { readonly run?: string; readonly date?: string } & Json) =>
      flags.run === undefined ? verifySets(flags) : verifyDays(flags.run, flags.date, flags),
    );
  data
    .command('export')
    .requiredOption('--table <name>', exportable.join(', '))
    .requiredOption('--out <file>', 'a Parquet file')
    .option('--run <name>', 'read from the store of this run (running or stopped) instead of the library')
    .option('--from <yyyymmdd>', 'first day')
    .option('--to <yyyymmdd>', 'last day')
    .description('write a table as Parquet')
    .addHelpText(
      'after',
      '\nExample: fenshi data export --table bars --from 20260616 --to 20260730 --out bars.parquet\n         fenshi data export --run demo-3 --table transitions --out transitions.parquet\nExit codes: 0 written, 1 refused',
    )
    .action((flags: ExportFlags) => exportTable(flags));
  registerBackfill(data);
}

type Listed = {
  name: string;
  kind: string;
  rows: number;
  days: number;
  symbols: number;
  from: string;
  to: string;
  label: string;
  licence: string;
  sha: string;
  complete: number;
};

async function list({ json }: Json): Promise<void> {
  const [sets, repaired] = await withLibrary(async (store) => [await datasets(store), await repairs(store)] as const);
  const archived = runFolders().flatMap((dir) =>
    archivedDays(join(dir, 'days')).map((date) => ({ run: basename(dir), ...dayRecord(join(dir, 'days'), date)! })),
  );
  if (json) return console.log(JSON.stringify({ datasets: sets, repaired, days: archived }));
  console.log(
    `${'dataset'.padEnd(38)} ${'kind'.padEnd(20)} ${'rows'.padStart(8)} symbols  days  complete  from      to        label                 licence     sha256`,
  );
  for (const { name, kind, rows, symbols, days, complete, from, to, label, licence, sha } of sets)
    console.log(
      `${name.padEnd(38)} ${kind.padEnd(20)} ${String(rows).padStart(8)} ${String(symbols).padStart(7)} ${String(days).padStart(5)} ${`${Math.round(100 * complete)} %`.padStart(9)}  ${from}  ${to}  ${label.padEnd(21)} ${licence.padEnd(11)} ${sha.slice(0, 12)}`,
    );
  for (const { date, instruments, complete, sources, disagreements } of repaired)
    console.log(
      `${`repaired ${date}`.padEnd(38)} ${'bars'.padEnd(20)} ${String(instruments).padStart(8)} instruments from ${sources.join(', ')}, ${Math.round(100 * complete)} % complete, ${disagreements} conflicting minutes`,
    );
  for (const { run, tradeDate, entries, quotes, steps, hash } of archived)
    console.log(
      `${`${run} ${tradeDate}`.padEnd(38)} archived             ${String(quotes).padStart(8)} quotes, ${entries} entries, ${steps} steps, verified, hash ${hash.slice(0, 12)}`,
    );
}

type Repaired = { date: string; instruments: number; complete: number; sources: string[]; disagreements: number };

/** What gap repair has: completeness is minutes had among 241 of the instruments that traded. */
const repairs = (store: Store): Promise<Repaired[]> =>
  store.rows<Repaired>(
    `SELECT date, instruments, complete, sources, toUInt32(n) AS disagreements FROM (
       SELECT trade_date, formatDateTime(trade_date, '%Y%m%d') AS date, toUInt32(countIf(minutes > 0)) AS instruments,
              if(instruments = 0, 0, avgIf(minutes, minutes > 0) / 241) AS complete, arraySort(groupUniqArrayArray(sources)) AS sources
       FROM ${database}.repairs FINAL GROUP BY trade_date
     ) AS told LEFT JOIN (
       SELECT trade_date, count() AS n FROM ${database}.bars FINAL WHERE kind = 'backfilled' AND source != 'merged' GROUP BY trade_date
     ) AS otherwise USING trade_date ORDER BY date`,
  );

/** Completeness: days of the file among the trading days between its first and last. */
async function datasets(store: Store): Promise<Listed[]> {
  const rows = await store.rows<Omit<Listed, 'complete'>>(
    `SELECT name, kind, rows, days, symbols, formatDateTime(from_date, '%Y%m%d') AS from, formatDateTime(to_date, '%Y%m%d') AS to, label, licence, sha FROM ${database}.datasets FINAL ORDER BY name`,
  );
  const { tradingDays } = await import('../../reference/calendar.ts');
  return rows.map((row) => {
    const expected = row.label === 'day' && row.kind === 'calendar' ? row.days : tradingDays(row.from, row.to);
    return { ...row, complete: expected === null || expected === 0 ? 1 : Math.min(1, row.days / expected) };
  });
}

async function verifySets({ json }: Json): Promise<void> {
  const checks = await withLibrary((store) => crossChecks(store));
  if (json) console.log(JSON.stringify(checks));
  else
    for (const { name, found, holds } of checks)
      console.log(
        `${holds === null ? 'not imported' : holds ? 'holds       ' : 'FAILS       '} ${name}: ${Object.entries(found)
          .map(([key, value]) => `${key} ${value}`)
          .join(', ')}`,
      );
  if (checks.some(({ holds }) => holds === false)) process.exitCode = 1;
}

async function verifyDays(run: string, only: string | undefined, { json }: Json): Promise<void> {
  const dir = join(runDir(run), 'days');
  const days = archivedDays(dir).filter((date) => only === undefined || date === only);
  if (days.length === 0) throw new FenshiError('NOT_FOUND', `${run} has no archived day${only === undefined ? '' : ` ${only}`}`);
  for (const date of days) {
    const [again, kept] = [await verifyDay(dir, bundleDir, date), dayRecord(dir, date)!];
    const same = again.hash === kept.hash && again.files.tape === kept.files.tape && again.files.journal === kept.files.journal;
    if (!same) process.exitCode = 1;
    console.log(
      json
        ? JSON.stringify({ ...again, same })
        : `${date}: ${again.entries} entries, ${again.quotes} quotes, ${again.steps} steps, hash ${again.hash.slice(0, 12)} ${same ? 'as archived' : 'OTHER THAN ARCHIVED'}`,
    );
  }
}

/** @throws FenshiError USAGE */
function dayFlag(name: 'from' | 'to', text: string | undefined): { readonly from?: string; readonly to?: string } {
  if (text === undefined) return {};
  const day = dayIn(text);
  if (day === undefined) throw new FenshiError('USAGE', `--${name} ${text}: expected a day such as 20260616 or 2026-06-16`);
  return { [name]: day };
}

type ExportFlags = { readonly table: string; readonly out: string; readonly run?: string; readonly from?: string; readonly to?: string };

async function exportTable({ table, out, run, from, to }: ExportFlags): Promise<void> {
  if (!(exportable as readonly string[]).includes(table))
    throw new FenshiError('USAGE', `--table ${table}: one of ${exportable.join(', ')}`);
  const within = <T>(work: (store: Store) => Promise<T>): Promise<T> =>
    run === undefined ? withLibrary(work) : withRunStore(runDir(run), work);
  const range = { ...dayFlag('from', from), ...dayFlag('to', to) };
  const rows = await within((store) => exportParquet(store, table as Exportable, out, range));
  console.log(`${out}: ${rows} rows`);
}
