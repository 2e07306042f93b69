/** `fenshi data backfill`: minutes of past days from the sources into the library. */
import { constants } from 'node:os';
import type { Command } from 'commander';
import type { Config } from '../../../contracts/config.ts';
import { FenshiError } from '../../../contracts/errors.ts';
import { boardOf } from '../../../contracts/instruments.ts';
import { midnightOf } from '../../../contracts/session.ts';
import { instrumentNo, type TradeDate } from '../../../contracts/units.ts';
import { type BackfillReport, backfill } from '../../feeds/backfill/backfill.ts';
import { type MinuteSourceName, minuteSource, minuteSourceNames } from '../../feeds/backfill/minute-sources.ts';
import { Claims } from '../../feeds/claims.ts';
import { referenceClients } from '../../feeds/live-open.ts';
import { referenceSources } from '../../feeds/reference/sources.ts';
import { dayKind, nextTradingDay } from '../../reference/calendar.ts';
import { dataDir, root, runDir } from '../../runtime/paths.ts';
import type { Store } from '../../store/client.ts';
import { withLibrary, withRunningStore } from '../../store/library.ts';
import { loadConfig } from '../config.ts';

type Flags = {
  readonly from: string;
  readonly to: string;
  readonly symbol?: readonly string[];
  readonly source?: readonly string[];
  readonly dryRun?: boolean;
  readonly json?: boolean;
};
const tellEveryMs = 5000;
/** A day's minutes are whole once its closing match has been told. */
const toldFromMs = (15 * 60 + 5) * 60_000;

export function registerBackfill(data: Command): void {
  data
    .command('backfill')
    .requiredOption('--from <yyyymmdd>', 'first day')
    .requiredOption('--to <yyyymmdd>', 'last day')
    .option('--symbol <ids...>', 'only these instruments, for example 600519.SH; default: all listed')
    .option('--source <names...>', `at least two of ${minuteSourceNames.join(', ')}`)
    .option('--dry-run', 'print the requests it would send and how long they would take')
    .option('--json', 'print as JSON')
    .description('fetch minutes of past days from at least two sources, merge them, keep conflicting ones apart')
    .addHelpText(
      'after',
      '\nExample: fenshi data backfill --from 20261119 --to 20261125 --symbol 600519.SH 000858.SZ\nExit codes: 0 done or nothing to do, 1 refused with a code\nIt may be stopped and started again: whole days are not asked for twice.',
    )
    .action((flags: Flags) => run(flags));
}

async function run({ from, to, symbol, source, dryRun, json }: Flags): Promise<void> {
  const { config } = loadConfig(root);
  const names = chosen(source, config.tushare.token !== null);
  const days = daysBetween(from, to);
  const stop = endable();
  await withLibrary(async (store) => {
    const instruments = symbol?.map(instrumentNo) ?? (await listedNow(store, config));
    if (instruments.length === 0)
      throw new FenshiError(
        'REFERENCE_MISSING',
        'no source and no imported list says which instruments are listed: name them with --symbol',
      );
    const requests = days.length * instruments.length * names.length;
    if (dryRun === true)
      return console.log(
        json
          ? JSON.stringify({ days, instruments: instruments.length, sources: names, requests })
          : `${days.length} days x ${instruments.length} instruments from ${names.join(', ')}: at most ${requests} requests, about ${Math.ceil(requests / names.length / 60)} min at one per second`,
      );
    const claims = new Claims(dataDir, 'repair', names);
    const sources = names.map((name) =>
      minuteSource(name, {
        hosts: config.feed.hosts,
        signal: stop.signal,
        portion: (source) => claims.portion(source),
        ...(config.tushare.token === null ? {} : { token: config.tushare.token }),
      }),
    );
    let toldMs = Date.now();
    const onDone = (so: BackfillReport): void => {
      if (json || Date.now() - toldMs < tellEveryMs) return;
      toldMs = Date.now();
      process.stderr.write(
        `fenshi: ${so.whole + so.skipped} of ${days.length * instruments.length} whole, ${so.written} bars written, ${so.failed.length} questions failed\n`,
      );
    };
    const onRunLost = ({ code }: FenshiError): void =>
      void process.stderr.write(`fenshi: ${code}: live store unavailable; writing to the library only\n`);
    let report: BackfillReport;
    try {
      report = await withRunningStore(runDir('live'), (run) =>
        backfill({ days, instruments }, { store, run, onRunLost, sources, signal: stop.signal, onDone }),
      );
    } finally {
      for (const each of sources) await each.close();
      claims.release();
    }
    if (json) return console.log(JSON.stringify(report));
    console.log(
      `${report.written} bars written, ${report.whole} complete days written, ${report.skipped} already complete, ${report.holes} minutes missing everywhere, ${report.otherwise} conflicting minutes kept, ${report.failed.length} requests failed`,
    );
    for (const { what, why } of report.failed.slice(0, 10)) console.log(`  ${what}: ${why}`);
  });
}

/** Ended by a signal, or with the run whose child it is; what is under way is given up, what is stored stays. */
function endable(): AbortController {
  const stop = new AbortController();
  for (const [signal, number] of [
    ['SIGINT', constants.signals.SIGINT],
    ['SIGTERM', constants.signals.SIGTERM],
  ] as const)
    process.once(signal, () => {
      process.exitCode = 128 + number;
      stop.abort();
    });
  process.once('disconnect', () => stop.abort());
  process.channel?.unref(); // listening to the parent is no work of its own
  return stop;
}

/** @throws FenshiError USAGE */
function chosen(asked: readonly string[] | undefined, hasToken: boolean): MinuteSourceName[] {
  const names = [...new Set(asked ?? ['tencent', 'eastmoney', ...(hasToken ? ['tushare'] : [])])];
  const wrong = names.filter((name) => !(minuteSourceNames as readonly string[]).includes(name));
  if (wrong.length > 0) throw new FenshiError('USAGE', `--source ${wrong.join(' ')}: one of ${minuteSourceNames.join(', ')}`);
  return names as MinuteSourceName[];
}

/** @throws FenshiError CALENDAR_UNKNOWN, USAGE */
function daysBetween(from: TradeDate, to: TradeDate): TradeDate[] {
  if (!/^\d{8}$/.test(from) || !/^\d{8}$/.test(to) || from > to) throw new FenshiError('USAGE', '--from and --to are yyyymmdd, in order');
  const days: TradeDate[] = dayKind(from) === 'TRADING' ? [from] : [];
  for (let day = nextTradingDay(from); day <= to; day = nextTradingDay(day)) days.push(day);
  return days.filter((day) => midnightOf(day) + toldFromMs <= Date.now());
}

/** As a live day would list them: Tushare, the library, Tencent's rank list. Shares only. */
async function listedNow(store: Store, { feed, tushare }: Config): Promise<number[]> {
  const clients = referenceClients(feed.order, feed.hosts, tushare.token);
  const listed = await referenceSources({ ...clients, library: store, previous: null, monitoredFile: null })
    .listed()
    .finally(() => clients.close());
  return listed
    .map(({ no }) => no)
    .filter((no) => boardOf(no) !== null)
    .sort((a, b) => a - b);
}
