/** `fenshi up`: an embedded broker and the roles of one run, until SIGTERM or Ctrl-C. */

import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { type Config, feedSources, loopbackHosts } from '../../../contracts/config.ts';
import { FenshiError } from '../../../contracts/errors.ts';
import { Tokens } from '../../../contracts/process/tokens.ts';
import { opsPortOf, type RoleName, type RoleStart } from '../../../contracts/roles.ts';
import { liveRun } from '../../../contracts/run-kind.ts';
import { accessFor, endOrphan } from '../../log/broker.ts';
import { BrokerKeeper } from '../../log/broker-keeper.ts';
import { recordedDays } from '../../log/day-files.ts';
import { ignoresHangUp } from '../../log/processes.ts';
import { bundleDir, codeVersion, dataDir, root, runDir } from '../../runtime/paths.ts';
import { sandboxStart, withEnabled } from '../../sandbox/seating.ts';
import { type Enabled, StrategyStore } from '../../sandbox/store.ts';
import { loadConfig } from '../config.ts';
import { demoStart, feedStart } from '../demo-start.ts';
import { shownHost } from '../hosts.ts';
import { notifyStart } from '../notify-start.ts';
import { PoisonWatch, skipOn } from '../poison-watch.ts';
import { Repair } from '../repair.ts';
import { RunWatch } from '../run-watch.ts';
import { type ShownValue, shownConfig } from '../shown.ts';
import { Supervisor } from '../supervisor.ts';
import { nextDemo, pruneDemos, releaseUpLock, runFolders, takeUpLock } from '../up-lock.ts';

const readyMs = 60_000;
const firstWordMs = 5000;
type Flags = {
  readonly sources?: string;
  readonly run?: string;
  readonly port?: string;
  readonly seed?: string;
  readonly recorded?: string;
};

export function registerUp(program: Command): void {
  program
    .command('up')
    .description(
      'start a new demo on the invented market (or continue one with --run), or the real one with --sources, and open the gateway',
    )
    .option('--sources <names>', `live, from these, preferred first: ${feedSources.join(',')}`)
    .option('--run <name>', 'continue this run, for example demo-3')
    .option('--port <port>', 'port of the page and the API')
    .option('--seed <seed>', 'seed of the invented market')
    .option('--recorded <folder>', 'serve the day files of this folder instead of the invented market')
    .addHelpText(
      'after',
      '\nExample: fenshi up --seed 7\n         fenshi up --sources tencent,sina,eastmoney\n         fenshi up --recorded .fenshi/demo-3/days\nExit codes: 0 stopped by Ctrl-C, SIGTERM or a closed terminal, 1 refused or failed with a code\nnohup fenshi up … & goes on when the terminal is closed.',
    )
    .action(async (flags: Flags) => up(flags));
}

async function up(flags: Flags): Promise<void> {
  const { config: own, origins } = loadConfig(root, {
    'server.port': flags.port === undefined ? undefined : portOf(flags.port),
    'demo.seed': flags.seed === undefined ? undefined : wholeOf('--seed', flags.seed),
    'demo.recorded': flags.recorded,
  });
  const enabled = new StrategyStore(dataDir).enabled((id, why) => say(`strategy ${id} is left out: ${why}`));
  const config = withEnabled(own, enabled);
  const { order: live, tushare } = sourcesOf(flags.sources, config);
  const run = runOf(flags, live !== null);
  assertRecorded(flags, config.demo.recorded);
  const { host, port } = config.server;
  takeUpLock({ pid: process.pid, run, host, port, natsPort: config.nats.port, opsPort: config.ops.port, startedMs: Date.now() });
  const running = new Running();
  const code = randomBytes(18).toString('base64url');
  const ended = signalled();
  try {
    assertBind(config);
    await assertFree(host, port, 'server.port');
    for (const dir of runFolders()) if (dir !== runDir(run)) await endOrphan(dir);
    if (flags.run === undefined && live === null) pruneDemos(config.demo.recorded);
    const program = process.env.NATS_SERVER ?? 'nats-server';
    const keeper = await BrokerKeeper.start(
      { program, configFile: `${root}/nats.conf`, dir: runDir(run), run, port: config.nats.port },
      say,
    );
    running.broker = keeper;
    const failed = new Promise<string>((resolve) => {
      const control = () => accessFor(runDir(run), keeper.port, 'control');
      const poison = new PoisonWatch(runDir(run), skipOn(control(), run));
      running.watch = new RunWatch(control(), run, runDir(run), keeper);
      running.supervisor = new Supervisor({
        // an adopted broker may have another port than is configured
        starts: startsOf(run, config, keeper.port, live, { tushare: live !== null && tushare, enabled, code, shown: shownConfig(origins) }),
        onFailure: (role, why) => resolve(`${role}: ${why}`),
        onCrash: (role) => (role === 'engine' ? poison.crashed() : Promise.resolve()),
        say,
      });
    });
    const stop = Promise.race([ended, failed.then((why) => Promise.reject(new FenshiError('NOT_READY', why)))]);
    stop.catch(() => undefined);
    await Promise.race([
      startAll(running, host, port, live, config.demo.recorded, {
        strategies: enabled.length > 0,
        channels: Object.keys(config.notify.channels).length > 0,
      }),
      stop,
    ]);
    say(`to command from a page or a program, open once: http://${shownHost(host)}:${port}/#code=${code}`);
    await stop;
  } finally {
    await running.stop();
    releaseUpLock();
  }
}

const say = (line: string): void => void process.stderr.write(`fenshi: ${line}\n`);

/** What is up, to be ended in order: what asks the sources first, the broker last. */
class Running {
  broker: BrokerKeeper | null = null;
  supervisor: Supervisor | null = null;
  watch: RunWatch | null = null;
  repair: Repair | null = null;

  async stop(): Promise<void> {
    await this.repair?.stop();
    await this.watch?.stop();
    await this.supervisor?.stop();
    await this.broker?.stop();
  }
}

/** @throws FenshiError RUN_KIND, USAGE: a run's name says what its market is */
function runOf({ run }: Flags, isLive: boolean): string {
  if (isLive && run !== undefined && run !== liveRun)
    throw new FenshiError('RUN_KIND', `--sources is the real market and goes into the run ${liveRun}, not ${run}`);
  if (isLive) return liveRun;
  if (run === liveRun) throw new FenshiError('RUN_KIND', `the run ${liveRun} holds the real market: start it with --sources`);
  if (run !== undefined && !/^demo-\d+$/.test(run)) throw new FenshiError('USAGE', `--run ${run}: expected demo-<n>`);
  return run ?? nextDemo();
}

async function startAll(
  running: Running,
  host: string,
  port: number,
  live: Config['feed']['order'] | null,
  recorded: string | null,
  others: { readonly strategies: boolean; readonly channels: boolean },
): Promise<void> {
  const supervisor = running.supervisor!;
  await supervisor.start('engine');
  await Promise.all([
    ...(live === null ? [supervisor.start('scenarios')] : []),
    supervisor.start('feed'),
    supervisor.start('gateway'),
    supervisor.start('query'),
    ...(others.strategies ? [supervisor.start('sandbox')] : []),
    ...(others.channels ? [supervisor.start('notify')] : []),
    ...(hasChdb() ? [supervisor.start('store')] : []),
  ]);
  if (!hasChdb()) say('chDB is not installed (npm install --include=optional): nothing is archived');
  const address = `http://${shownHost(host)}:${port}`;
  if (live !== null) {
    // live, the first trading day may be tomorrow's: the page and this line say what is waited for
    running.repair = Repair.begin(say);
    return say(`up: ${address}  (live from ${live.join(', ')}; ${await stateOf(address)}; Ctrl-C stops)`);
  }
  await untilReady(address);
  say(`ready: ${address}  (${recorded === null ? 'simulated market' : 'recorded market'}; Ctrl-C stops)`);
}

function gatewayStart({ server: { host, port, auth, hosts, origins } }: Config, code: string): NonNullable<RoleStart['gateway']> {
  return { host, port, hosts, origins, dataDir, needsToken: auth === 'all', code };
}

/** @throws FenshiError CONFIG_INVALID: what others can reach takes a token for everything, and there must be one */
function assertBind({ server: { host } }: Config): void {
  if (loopbackHosts.includes(host)) return;
  if (new Tokens(dataDir).valid(Date.now()) === 0)
    throw new FenshiError('CONFIG_INVALID', `server.host ${host} can be reached by others and no token is valid: fenshi token create`);
}

/** The run's own word on why it is not ready yet. */
async function stateOf(address: string): Promise<string> {
  const deadline = Date.now() + firstWordMs;
  for (;;) {
    const word = await fetch(`${address}/readyz`, { signal: AbortSignal.timeout(1000) }).then(
      (response) => response.json() as Promise<{ ready: boolean; code?: string; why?: string }>,
      () => null,
    );
    const isWord = word !== null && (word.ready || !['STARTING', 'NO_DAY', 'ROLE_AWAY'].includes(word.code ?? ''));
    if (isWord || Date.now() > deadline)
      return word === null ? 'the page does not answer yet' : word.ready ? 'ready' : (word.why ?? 'starting');
    await sleep(200);
  }
}

async function untilReady(address: string): Promise<void> {
  const deadline = Date.now() + readyMs;
  let why = 'the gateway does not answer';
  while (Date.now() < deadline) {
    const answer = await fetch(`${address}/readyz`, { signal: AbortSignal.timeout(1000) }).then(
      (response) => response.json() as Promise<{ ready: boolean; why?: string }>,
      () => null,
    );
    if (answer?.ready === true) return;
    why = answer?.why ?? why;
    await sleep(50);
  }
  throw new FenshiError('NOT_READY', `the run was not ready within ${readyMs / 1000} s: ${why}`);
}

/** `shown`: of the configuration, for the gateway. */
type Told = {
  readonly tushare: boolean;
  readonly enabled: readonly Enabled[];
  readonly code: string;
  readonly shown: readonly ShownValue[];
};

function startsOf(
  run: string,
  config: Config,
  natsPort: number,
  live: Config['feed']['order'] | null,
  { tushare, enabled, code, shown }: Told,
): Record<RoleName, RoleStart> {
  const dir = runDir(run);
  const base = (name: RoleName): RoleStart => ({
    run,
    ...accessFor(dir, natsPort, name),
    opsHost: '127.0.0.1',
    opsPort: opsPortOf(name, config.ops.port),
    dir,
    bundles: bundleDir,
    logLevel: config.log.level,
    version: codeVersion,
  });
  return {
    engine: base('engine'),
    gateway: { ...base('gateway'), gateway: { ...gatewayStart(config, code), config: [...shown] } },
    store: base('store'),
    query: base('query'),
    feed: { ...base('feed'), feed: feedStart(tushare ? config : { ...config, tushare: { token: null } }, live) },
    scenarios: { ...base('scenarios'), demo: demoStart(config) },
    sandbox: { ...base('sandbox'), sandbox: sandboxStart(enabled) },
    notify: { ...base('notify'), notify: notifyStart(config) },
  };
}

/** @throws FenshiError USAGE, NOT_FOUND */
function assertRecorded({ sources, run, recorded: asked }: Flags, recorded: string | null): void {
  if (asked !== undefined && (sources !== undefined || run !== undefined))
    throw new FenshiError('USAGE', '--recorded begins a new demo: without --sources and --run');
  if (recorded !== null && sources === undefined && recordedDays(recorded).length === 0)
    throw new FenshiError('NOT_FOUND', `${recorded} has no day files (<date>.tape.br)`);
}

/**
 * `tushare` is asked for reference data where it is named, and needs a token then; a token that stands unused is said.
 * @throws FenshiError USAGE
 */
function sourcesOf(
  text: string | undefined,
  config: Config,
): { readonly order: Config['feed']['order'] | null; readonly tushare: boolean } {
  if (text === undefined) return { order: null, tushare: false };
  const names = text.split(',').map((name) => name.trim());
  const wrong = names.filter((name) => !(feedSources as readonly string[]).includes(name) && name !== 'tushare');
  if (wrong.length > 0) throw new FenshiError('USAGE', `--sources ${wrong.join(',')}: of ${feedSources.join(', ')}, tushare`);
  const order = names.filter((name) => name !== 'tushare') as Config['feed']['order'];
  if (order.length === 0) throw new FenshiError('USAGE', '--sources: tushare has no quotes; add a source that has');
  const hasToken = config.tushare.token !== null;
  if (names.includes('tushare') && !hasToken)
    throw new FenshiError('USAGE', '--sources tushare: there is no token; set tushare.token, by environment variable or file');
  if (hasToken && !names.includes('tushare')) say('a Tushare token is configured but tushare is not among --sources: it is not used');
  return { order, tushare: names.includes('tushare') };
}

/** chDB is optional: some platforms have no build of it. */
function hasChdb(): boolean {
  try {
    return import.meta.resolve('chdb') !== '';
  } catch {
    return false;
  }
}

/** @throws FenshiError PORT_IN_USE */
function assertFree(host: string, port: number, key: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', () =>
      reject(new FenshiError('PORT_IN_USE', `${host}:${port} is taken; set ${key} (or --port) or end what listens there`)),
    );
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
}

/**
 * Every further signal is swallowed: npm and its child may both hand one on, and stopping is under way. A closed terminal stops the run in
 * order as Ctrl-C does; under nohup the hang-up is ignored, and stays so.
 */
const signalled = (): Promise<'signal'> =>
  new Promise((resolve) => {
    const signals = ['SIGTERM', 'SIGINT', ...(ignoresHangUp() ? [] : (['SIGHUP'] as const))] as const;
    for (const signal of signals)
      process.on(signal, () => {
        if (signal === 'SIGHUP') process.stderr.on('error', () => undefined); // the terminal is gone
        resolve('signal');
      });
  });

/** @throws FenshiError USAGE */
function wholeOf(flag: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new FenshiError('USAGE', `${flag} ${text}: expected a whole number`);
  return Number(text);
}

/** @throws FenshiError USAGE */
function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new FenshiError('USAGE', `--port ${text}: expected a port, 1 to 65535`);
  return port;
}
