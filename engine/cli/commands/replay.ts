/** `fenshi replay`: tick files, archived days or a folder of either, through the whole engine. */
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Config } from '../../../contracts/config.ts';
import { FenshiError } from '../../../contracts/errors.ts';
import { QuoteScratch } from '../../../contracts/quote.ts';
import { clockOf, midnightOf, tsecOf } from '../../../contracts/session.ts';
import type { Cell } from '../../cell/cell.ts';
import { fileBundle } from '../../feeds/tick-files/file-bundle.ts';
import { type FileTold, fileDays } from '../../feeds/tick-files/file-days.ts';
import { readLayout } from '../../files/layout.ts';
import { symbolOf } from '../../files/symbols.ts';
import { dayIn } from '../../files/times.ts';
import { loadBundle } from '../../log/bundle-store.ts';
import { DayFileJournal, DayFileTape } from '../../log/day-files.ts';
import { pace } from '../../log/pacer.ts';
import { orderedRows } from '../../log/row-source.ts';
import { bundleDir, codeVersion, dataDir, root } from '../../runtime/paths.ts';
import { type ReplayOptions, replayDay } from '../../runtime/replay.ts';
import type { DayReport } from '../../runtime/replay-report.ts';
import { featureView } from '../../runtime/view-publisher.ts';
import { loadConfig } from '../config.ts';
import { pruneReplays } from '../up-lock.ts';

type Flags = {
  readonly date?: string;
  readonly symbol?: string;
  readonly map?: string;
  readonly speed: string;
  readonly features?: string;
  readonly json?: boolean;
};

export function registerReplay(program: Command): void {
  program
    .command('replay <input>')
    .description(
      'replay tick files (text in any shipped layout, plain, gzipped or zipped), a folder of them, or an archived day (its date)',
    )
    .option('--date <yyyymmdd>', 'only this day; earlier days of the input still serve as history')
    .option('--symbol <id>', 'only this symbol, for example 600519.SH')
    .option('--map <file>', 'your own layout file; the shipped ones are in engine/files/layouts')
    .option('--speed <speed>', 'max, or a multiple of the tape clock such as 60x', 'max')
    .option(
      '--features <symbol@when>',
      'print the snapshot of a symbol as of a second of the day or of an entry’s ordinal, for example 600519.SH@10:31:00 or 600519.SH@4711',
    )
    .option('--json', 'print one JSON object per day')
    .addHelpText(
      'after',
      '\nExample: fenshi replay ticks_600519_000333_202302.csv.gz --date 20230201\nExit codes: 0 done, 1 refused with a code or no row that counts',
    )
    .action(async (input: string, flags: Flags) => run(input, flags));
}

async function run(input: string, flags: Flags): Promise<void> {
  const { config } = loadConfig(root);
  const id = `replay-${new Date().toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}-${process.pid}`;
  pruneReplays();
  const asked = flags.features === undefined ? null : snapshotAsked(flags.features);
  const options: ReplayOptions = {
    dir: join(dataDir, id),
    bundles: bundleDir,
    speed: speedOf(flags.speed),
    ...(process.stderr.isTTY && !flags.json ? { onProgress: progress() } : {}),
    ...(asked === null
      ? {}
      : { onEntry: (cell, { type }) => isAsked(cell, type, asked) && showSnapshot(cell, asked, flags.json === true) }),
  };
  const reports: DayReport[] = [];
  for await (const report of days(input, flags, config, options)) {
    reports.push(report);
    if (flags.json) console.log(JSON.stringify(report));
  }
  if (flags.json) return;
  console.log(table(reports));
  console.log(`\nday files: ${join('.fenshi', id)}`);
}

async function* days(input: string, flags: Flags, config: Config, options: ReplayOptions): AsyncGenerator<DayReport, void> {
  const wanted = selected(flags);
  const archived = archivedDay(input, wanted.date);
  if (archived !== null) {
    yield await replayArchived(archived.dir, archived.date, options);
    return;
  }
  if (!existsSync(input)) throw new FenshiError('REPLAY_INPUT', `${input}: neither a file, a folder nor an archived day`);
  const selection = {
    ...wanted,
    ...(flags.map === undefined ? {} : { map: readLayout(flags.map) }),
    scratch: scratchDir(),
    onFile: flags.json === true ? sayFileTo(console.error, true) : sayFileTo(console.log, false),
  };
  for await (const day of fileDays(input, selection)) {
    const bundle = fileBundle(day, config);
    const report = await replayDay(
      bundle,
      (sha) => pace({ tradeDate: day.date, bundle: sha, codeVersion, origin: 'recorded' }, orderedRows('file', day.quotes())),
      options,
    );
    yield { ...report, rows: report.rows + day.afterHours, outOfSession: report.outOfSession + day.afterHours };
  }
}

/** `clock`: after the clock entry of that second; or once `n` entries were applied. */
type Asked = { readonly no: number; readonly clock: string } | { readonly no: number; readonly n: number };

/** @throws FenshiError USAGE */
function snapshotAsked(text: string): Asked {
  const [id = '', when = ''] = text.split('@');
  const no = symbolOf(id);
  if (no !== null && /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/.test(when)) return { no, clock: when };
  if (no !== null && /^\d{1,9}$/.test(when)) return { no, n: Number(when) };
  throw new FenshiError(
    'USAGE',
    `--features ${text}: expected a symbol and a time or an ordinal, such as 600519.SH@10:31:00 or 600519.SH@4711`,
  );
}

const isAsked = (cell: Cell, type: string, asked: Asked): boolean =>
  'n' in asked ? cell.n === asked.n : type === 'clock' && clockOf(cell.timeMs) === asked.clock;

function showSnapshot(cell: Cell, { no }: Asked, json: boolean): void {
  const s = cell.market.universe.rowOf(no);
  if (s < 0) return;
  const view = featureView(cell, cell.step, s);
  if (json) return console.log(JSON.stringify(view));
  console.log(`${view.instrument} ${cell.bundle.tradeDate} ${clockOf(cell.timeMs)}, after ${view.n} entries, features ${view.version}`);
  for (const [id, value] of Object.entries(view.values)) console.log(`  ${id.padEnd(12)} ${value === null ? 'null' : value}`);
}

/** @throws FenshiError USAGE for a date or a symbol that is none */
function selected({ date, symbol }: Flags): { readonly date?: string; readonly instrument?: number } {
  const day = date === undefined ? undefined : dayIn(date);
  if (date !== undefined && day === undefined)
    throw new FenshiError('USAGE', `--date ${date}: expected a day such as 20230201 or 2023-02-01`);
  const instrument = symbol === undefined ? undefined : (symbolOf(symbol) ?? undefined);
  if (symbol !== undefined && instrument === undefined)
    throw new FenshiError('USAGE', `--symbol ${symbol}: expected a symbol such as 600519.SH or sh600519`);
  return { ...(day === undefined ? {} : { date: day }), ...(instrument === undefined ? {} : { instrument }) };
}

/** Beside the runs, where the room is: a temporary folder may be memory. */
function scratchDir(): string {
  mkdirSync(dataDir, { recursive: true });
  return dataDir;
}

const sayFileTo =
  (say: (line: string) => void, onlyOdd: boolean) =>
  ({ path, layout, rows, refused, notes }: FileTold): void => {
    if (!onlyOdd || refused > 0 || notes.length > 0)
      say(`${path}: ${rows} rows of ${layout}${refused === 0 ? '' : `, ${refused} refused`}`);
    for (const note of notes) say(`  ${note}`);
  };

/** A recorded tape is re-read unchanged: no pacer, the bundle its day.open names, and the entries its journal says were skipped. */
async function replayArchived(dir: string, date: string, options: ReplayOptions): Promise<DayReport> {
  for await (const first of new DayFileTape(dir, date).entries(0)) {
    if (first.type !== 'day.open') throw new FenshiError('TAPE_CORRUPT', `${dir}: the tape of ${date} does not begin with day.open`);
    const skips: number[] = [];
    for await (const { n, entries } of new DayFileJournal(dir, date, first.bundle).steps(0))
      if (entries.some((entry) => entry.kind === 'fault' && entry.code === 'ENTRY_SKIPPED')) skips.push(n);
    return replayDay(loadBundle(options.bundles, first.bundle), () => new DayFileTape(dir, date).entries(0, new QuoteScratch()), {
      ...options,
      skips,
    });
  }
  throw new FenshiError('TAPE_CORRUPT', `${dir}: the tape of ${date} is empty`);
}

/** `20261123` → the newest run that archived it; a folder with day files → its day. */
function archivedDay(input: string, date: string | undefined): { readonly dir: string; readonly date: string } | null {
  const has = (dir: string, day: string) => existsSync(join(dir, `${day}.tape.br`));
  if (/^\d{8}$/.test(input)) {
    const runs = existsSync(dataDir) ? readdirSync(dataDir).map((name) => join(dataDir, name)) : [];
    const found = runs.filter((dir) => has(dir, input)).sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
    return found === undefined ? null : { dir: found, date: input };
  }
  if (!existsSync(input) || !statSync(input).isDirectory()) return null;
  const kept = readdirSync(input)
    .filter((name) => name.endsWith('.tape.br'))
    .map((name) => name.slice(0, 8))
    .sort();
  const day = date ?? kept[0];
  return day !== undefined && has(input, day) ? { dir: input, date: day } : null;
}

function speedOf(text: string): number | null {
  if (text === 'max') return null;
  const speed = Number(/^(\d+(?:\.\d+)?)x$/.exec(text)?.[1]);
  if (!(speed > 0)) throw new FenshiError('USAGE', `--speed ${text}: expected max or a multiple such as 60x`);
  return speed;
}

function progress(): (timeMs: number, quotes: number) => void {
  let shownAt = 0;
  return (timeMs, quotes) => {
    if (Date.now() - shownAt < 200) return;
    shownAt = Date.now();
    const share =
      (timeMs - midnightOf(new Date(timeMs + 28_800_000).toISOString().slice(0, 10).replaceAll('-', '')) - 30_600_000) / 25_200_000;
    const bar = '█'.repeat(Math.round(share * 30)).padEnd(30, '░');
    process.stderr.write(
      `\r${clockOf(timeMs)} ${bar} ${(tsecOf(timeMs) / 60).toFixed(0).padStart(3)} min ${quotes.toLocaleString('en')} quotes `,
    );
  };
}

function table(reports: readonly DayReport[]): string {
  const parts = (record: Readonly<Record<string, number>>) =>
    Object.entries(record)
      .sort(([, a], [, b]) => b - a)
      .map(([key, value]) => `${key} ${value}`)
      .join(', ') || 'none';
  return reports
    .map((day) => {
      const quarantined = Object.values(day.quarantined).reduce((sum, n) => sum + n, 0);
      const sum = day.accepted + day.duplicate + day.outOfSession + quarantined;
      return [
        `\n${day.date}  ${day.rows} rows = ${day.accepted} accepted + ${day.duplicate} duplicate + ${day.outOfSession} out of session + ${quarantined} quarantined${sum === day.rows ? '' : `  (sum ${sum}!)`}`,
        `  quarantined    ${parts(day.quarantined)}; books dropped ${day.bookDropped}`,
        `  signals        ${parts(day.signals)}`,
        `  opportunities  ${parts(day.opportunities)}`,
        `  refused        ${parts(day.refused)}`,
        `  suppressed     ${parts(day.suppressed)}; faults ${day.faults}`,
        `  transitions    ${day.transitions} in ${day.steps} steps; ${day.actorEvents} actor events (${((100 * day.actorEvents) / Math.max(1, day.rows)).toFixed(2)} % of quotes)`,
        `  hash           ${day.hash}`,
        ...day.assumed.map((line) => `  assumed        ${line}`),
      ].join('\n');
    })
    .join('\n');
}
