/** `fenshi source probe` and `fenshi init`: is each source there, and what it answers; which of them to use. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { parse, stringify } from 'yaml';
import { type Config, feedSources } from '../../../contracts/config.ts';
import { FenshiError } from '../../../contracts/errors.ts';
import { clockOf, tradeDateOf } from '../../../contracts/session.ts';
import { instrumentNo } from '../../../contracts/units.ts';
import { type SourceName, sourceNames } from '../../feeds/adapter.ts';
import { eastmoney } from '../../feeds/eastmoney/adapter.ts';
import { SourceHttp } from '../../feeds/http.ts';
import { sina } from '../../feeds/sina/adapter.ts';
import { tencent } from '../../feeds/tencent/adapter.ts';
import { tushareApis, tushareHosts } from '../../feeds/tushare/apis.ts';
import { root, runDir } from '../../runtime/paths.ts';
import { loadConfig } from '../config.ts';
import { readUpLock } from '../up-lock.ts';

/** @throws FenshiError NOTHING_RUNS, USAGE */
async function fault(vendor: string, kind: string, seconds: number): Promise<void> {
  const lock = readUpLock();
  const file = lock === null ? null : join(runDir(lock.run), 'emulators.json');
  if (file === null || !existsSync(file)) throw new FenshiError('NOTHING_RUNS', 'no demo with emulated vendors runs here');
  const urls = new Map(Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>));
  const url = urls.get(vendor);
  if (url === undefined) throw new FenshiError('USAGE', `no emulated vendor is called ${vendor}`);
  const body = JSON.stringify({ kind: kind === 'none' ? null : kind, seconds });
  const response = await fetch(`${url}/-/fault`, { method: 'PUT', body }).catch((error: unknown) => {
    throw new FenshiError('NOTHING_RUNS', `the emulated ${vendor} does not answer`, { cause: error });
  });
  if (!response.ok) throw new FenshiError('USAGE', await response.text());
  console.log(kind === 'none' ? `${vendor}: fault cleared` : `${vendor}: ${kind} for ${seconds} s`);
}

export type Probe = { readonly source: SourceName; readonly ok: boolean; readonly ms: number; readonly said: string };
/** Two exchanges, so that a wrong prefix shows. */
const sample = ['600519.SH', '000001.SZ'].map(instrumentNo);
const adapters = { tencent, sina, eastmoney } as const;

export function registerSource(program: Command): void {
  const source = program.command('source').description('market data sources');
  source
    .command('probe')
    .argument('[names...]', sourceNames.join(', '))
    .option('--json', 'print as JSON')
    .description('send one small request to each source')
    .addHelpText('after', '\nExample: fenshi source probe tencent sina\nExit codes: 0 all answer, 1 one does not')
    .action(async (names: string[], flags: { readonly json?: boolean }) => {
      const { config } = loadConfig(root);
      const probes = await Promise.all(chosen(names).map((name) => probe(name, config)));
      for (const each of probes) console.log(flags.json ? JSON.stringify(each) : lineOf(each));
      if (probes.some(({ ok }) => !ok)) process.exitCode = 1;
    });
  source
    .command('fault')
    .argument('<vendor>', 'tencent, sina, eastmoney or tushare')
    .argument('<kind>', 'for example ban, down, tooMany, html, drift, stale, frozen; none ends it')
    .option('--seconds <n>', 'duration of the fault in seconds', '60')
    .description('break an emulated vendor of the demo that runs here, and see what the collector does')
    .addHelpText('after', '\nExample: fenshi source fault tencent frozen --seconds 90\nExit codes: 0 ordered, 1 refused with a code')
    .action((vendor: string, kind: string, { seconds }: { readonly seconds: string }) => fault(vendor, kind, Number(seconds)));
}

export function registerInit(program: Command): void {
  program
    .command('init')
    .option('--yes', 'accept the defaults without asking')
    .description('choose sources and a token, try each, and write fenshi.local.yaml')
    .addHelpText('after', '\nExample: fenshi init\nExit codes: 0 written, 1 no source answers')
    .action((flags: { readonly yes?: boolean }) => init(flags.yes === true));
}

/** @throws FenshiError USAGE */
function chosen(names: readonly string[]): SourceName[] {
  const wrong = names.filter((name) => !(sourceNames as readonly string[]).includes(name));
  if (wrong.length > 0) throw new FenshiError('USAGE', `${wrong.join(' ')}: one of ${sourceNames.join(', ')}`);
  return names.length === 0 ? [...sourceNames] : (names as SourceName[]);
}

const lineOf = ({ source, ok, ms, said }: Probe): string =>
  `${source.padEnd(10)} ${ok ? 'ok    ' : 'FAILS '} ${String(ms).padStart(5)} ms  ${said}`;

export async function probe(source: SourceName, config: Pick<Config, 'feed' | 'tushare'>): Promise<Probe> {
  const startedMs = Date.now();
  const done = (ok: boolean, said: string): Probe => ({ source, ok, ms: Date.now() - startedMs, said });
  if (source === 'tushare' && config.tushare.token === null)
    return done(false, 'no token: set tushare.token, by environment variable or file');
  const own = config.feed.hosts[source];
  const hosts = source === 'tushare' ? { api: tushareHosts.api } : adapters[source].hosts;
  const http = new SourceHttp(own === undefined ? hosts : Object.fromEntries(Object.keys(hosts).map((host) => [host, own])));
  try {
    return done(true, source === 'tushare' ? await askTushare(http, config.tushare.token!) : await askQuotes(http, source));
  } catch (error) {
    if (!(error instanceof FenshiError)) throw error;
    const network = /ENOTFOUND|EAI_AGAIN|ENETUNREACH/.exec(error.message);
    return done(false, network === null ? error.message : `no network (${network[0]})`);
  } finally {
    await http.close();
  }
}

async function askQuotes(http: SourceHttp, source: keyof typeof adapters): Promise<string> {
  const { quotes } = adapters[source];
  const params = { instruments: sample };
  const { rows, rejected } = quotes.parse((await http.fetch(quotes.host, quotes.request(params))).body, params);
  if (rows.length === 0)
    throw new FenshiError(
      'SOURCE_BODY',
      `no row of ${sample.length} could be used${rejected[0] === undefined ? '' : `: ${rejected[0].reason}`}`,
    );
  return rows
    .map(
      ({ name, quote }) =>
        `${name ?? '?'} ${quote.lastMilli === null ? 'no trade yet' : (quote.lastMilli / 1000).toFixed(2)} at ${tradeDateOf(quote.tsExchangeMs)} ${clockOf(quote.tsExchangeMs)}`,
    )
    .join(', ');
}

async function askTushare(http: SourceHttp, token: string): Promise<string> {
  const { tradeCal } = tushareApis(token);
  const today = tradeDateOf(Date.now());
  const params = { exchange: 'SSE', start_date: today, end_date: today };
  const { rows } = tradeCal.parse((await http.fetch(tradeCal.host, tradeCal.request(params))).body, params);
  return rows[0] === undefined ? 'answers, without a calendar of today' : `${today} is ${rows[0].isOpen ? 'a trading day' : 'closed'}`;
}

async function init(silent: boolean): Promise<void> {
  const { config } = loadConfig(root);
  const ask = silent ? null : createInterface({ input: process.stdin, output: process.stderr });
  const ended = new Promise<never>((_, reject) =>
    ask?.once('close', () => reject(new FenshiError('USAGE', 'end of input; `fenshi init --yes` accepts the defaults without asking'))),
  );
  ended.catch(() => undefined);
  const answer = async (question: string, otherwise: string): Promise<string> =>
    ask === null ? otherwise : (await Promise.race([ask.question(`${question} [${otherwise}] `), ended])).trim() || otherwise;
  const order = (await answer(`Sources, preferred first, of ${feedSources.join(', ')}`, config.feed.order.join(',')))
    .split(',')
    .map((name) => name.trim());
  const variable = await answer(
    'Environment variable that holds a Tushare token, - for none',
    process.env.TUSHARE_TOKEN === undefined ? '-' : 'TUSHARE_TOKEN',
  );
  ask?.close();
  const names = chosen(order).filter((name): name is (typeof feedSources)[number] => name !== 'tushare');
  const token = variable === '-' ? null : (process.env[variable] ?? null);
  const probes = await Promise.all(
    [...names, ...(token === null ? [] : (['tushare'] as const))].map((name) => probe(name, { ...config, tushare: { token } })),
  );
  for (const each of probes) process.stderr.write(`${lineOf(each)}\n`);
  const good = names.filter((name) => probes.some(({ source, ok }) => source === name && ok));
  if (good.length === 0) throw new FenshiError('SOURCE_UNREACHABLE', 'none of the chosen sources answers; nothing was written');
  const file = join(root, 'fenshi.local.yaml');
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the configuration's own way of naming a secret
  const secret = '${env:NAME}'.replace('NAME', variable);
  // what the user has written besides stays
  const own = existsSync(file) ? ((parse(readFileSync(file, 'utf8')) ?? {}) as Record<string, Record<string, unknown>>) : {};
  const settings = {
    ...own,
    feed: { ...own.feed, order: good },
    ...(token === null ? {} : { tushare: { ...own.tushare, token: secret } }),
  };
  writeFileSync(`${file}.tmp`, stringify(settings));
  renameSync(`${file}.tmp`, file);
  process.stderr.write(`fenshi: wrote fenshi.local.yaml; start with: fenshi up --sources ${good.join(',')}\n`);
}
