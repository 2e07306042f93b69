/** `fenshi up`: an embedded broker and the roles of one run, until SIGTERM or Ctrl-C. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import type { Command } from 'commander';
import { type Config, feedSources } from '../../../contracts/config.ts';
import { FenshiError } from '../../../contracts/errors.ts';
import { opsPortOf, type RoleName, type RoleStart } from '../../../contracts/roles.ts';
import { tradeDateOf } from '../../../contracts/session.ts';
import { runPattern } from '../../../contracts/subjects.ts';
import { accessFor, type Broker, endOrphan, startBroker } from '../../log/broker.ts';
import { recordedDays } from '../../log/day-files.ts';
import { tradingDaysUntil } from '../../reference/calendar.ts';
import { loadConfig } from '../config.ts';
import { demoStart, feedStart } from '../demo-start.ts';
import { PoisonWatch, skipOn } from '../poison-watch.ts';
import { bundleDir, root, runDir } from '../root.ts';
import { Supervisor } from '../supervisor.ts';
import { nextDemo, pruneDemos, releaseUpLock, runFolders, takeUpLock } from '../up-lock.ts';

/** Time for a day under way to be opened. */
const repairAfterMs = 60_000;
const readyMs = 60_000;
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
    .option('--recorded <folder>', 'serve the day files of this folder in place of the invented market')
    .addHelpText(
      'after',
      '\nExample: fenshi up --seed 7\n         fenshi up --sources tencent,sina,eastmoney\n         fenshi up --recorded .fenshi/demo-3/days\nExit codes: 0 stopped by a signal, 1 refused or failed with a code',
    )
    .action(async (flags: Flags) => up(flags));
}

async function up(flags: Flags): Promise<void> {
  const { config } = loadConfig(root, {
    'server.port': number(flags.port),
    'demo.seed': number(flags.seed),
    'demo.recorded': flags.recorded,
  });
  const live = sourcesOf(flags.sources);
  const run = live === null ? (flags.run ?? nextDemo()) : 'live';
  if (!runPattern.test(run)) throw new FenshiError('CONFIG_INVALID', `--run ${run}: expected demo-<n>`);
  assertRecorded(flags, config.demo.recorded);
  const { port } = config.server;
  takeUpLock({ pid: process.pid, run, port, natsPort: config.nats.port, opsPort: config.ops.port, startedMs: Date.now() });
  let broker: Broker | null = null;
  let supervisor: Supervisor | null = null;
  let stopped: Promise<void> | null = null;
  const shutdown = (): Promise<void> => {
    stopped ??= (async () => {
      await supervisor?.stop();
      await broker?.stop();
      releaseUpLock();
    })();
    return stopped;
  };
  const ended = signalled();
  try {
    await assertFree(config.server.host, port, 'server.port');
    for (const dir of runFolders()) if (dir !== runDir(run)) await endOrphan(dir);
    if (flags.run === undefined && live === null) pruneDemos(config.demo.recorded);
    broker = await startBroker({
      program: process.env.NATS_SERVER ?? 'nats-server',
      configFile: `${root}/nats.conf`,
      dir: runDir(run),
      run,
      port: config.nats.port,
    });
    const { port: natsPort } = broker; // an adopted one may have another than is configured
    const failed = new Promise<string>((resolve) => {
      const poison = new PoisonWatch(runDir(run), skipOn(accessFor(runDir(run), natsPort, 'control'), run));
      supervisor = new Supervisor(
        startsOf(run, config, natsPort, live),
        (role, why) => resolve(`${role} ${why}`),
        (role) => (role === 'engine' ? poison.crashed() : Promise.resolve()),
      );
    });
    await Promise.race([
      startAll(supervisor!, port, live, config.demo.recorded),
      ended,
      failed.then((why) => Promise.reject(new FenshiError('NOT_READY', why))),
    ]);
    const why = await Promise.race([ended, failed, broker.exited.then((code) => `nats-server ended with ${code}`)]);
    if (why !== 'signal') throw new FenshiError('NOT_READY', why);
  } finally {
    await shutdown();
  }
}

async function startAll(
  supervisor: Supervisor,
  port: number,
  live: Config['feed']['order'] | null,
  recorded: string | null,
): Promise<void> {
  await supervisor.start('engine');
  await Promise.all([
    ...(live === null ? [supervisor.start('scenarios')] : []),
    supervisor.start('feed'),
    supervisor.start('gateway'),
    supervisor.start('query'),
    ...(hasChdb() ? [supervisor.start('store')] : []),
  ]);
  if (!hasChdb()) process.stderr.write('fenshi: chDB is not installed (npm install --include=optional): nothing is archived\n');
  const market = recorded === null ? 'simulated market' : 'recorded market';
  const what = live === null ? market : `live from ${live.join(', ')}`;
  // live, the page is ready with the first trading day, which may be tomorrow's
  if (live === null) await untilReady(port);
  else repairInBackground();
  process.stderr.write(`fenshi: ready: http://127.0.0.1:${port}  (${what}; Ctrl-C stops)\n`);
}

async function untilReady(port: number): Promise<void> {
  const deadline = Date.now() + readyMs;
  while (Date.now() < deadline) {
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new FenshiError('NOT_READY', `the gateway was not ready within ${readyMs / 1000} s`);
}

function startsOf(run: string, config: Config, natsPort: number, live: Config['feed']['order'] | null): Record<RoleName, RoleStart> {
  const dir = runDir(run);
  const base = (name: RoleName): RoleStart => ({
    run,
    ...accessFor(dir, natsPort, name),
    opsHost: '127.0.0.1',
    opsPort: opsPortOf(name, config.ops.port),
    dir,
    bundles: bundleDir,
    logLevel: config.log.level,
  });
  return {
    engine: base('engine'),
    gateway: { ...base('gateway'), gateway: config.server },
    store: base('store'),
    query: base('query'),
    feed: { ...base('feed'), feed: feedStart(config, live) },
    scenarios: { ...base('scenarios'), demo: demoStart(config) },
  };
}

/** @throws FenshiError CONFIG_INVALID, NOT_FOUND */
function assertRecorded({ sources, run, recorded: asked }: Flags, recorded: string | null): void {
  if (asked !== undefined && (sources !== undefined || run !== undefined))
    throw new FenshiError('CONFIG_INVALID', '--recorded begins a new demo: without --sources and --run');
  if (recorded !== null && sources === undefined && recordedDays(recorded).length === 0)
    throw new FenshiError('NOT_FOUND', `${recorded} has no day files (<date>.tape.br)`);
}

/** @throws FenshiError CONFIG_INVALID */
function sourcesOf(text: string | undefined): Config['feed']['order'] | null {
  if (text === undefined) return null;
  const names = text.split(',').map((name) => name.trim());
  const wrong = names.filter((name) => !(feedSources as readonly string[]).includes(name) && name !== 'tushare');
  if (wrong.length > 0) throw new FenshiError('CONFIG_INVALID', `--sources ${wrong.join(',')}: of ${feedSources.join(', ')}, tushare`);
  const order = names.filter((name) => name !== 'tushare') as Config['feed']['order'];
  if (order.length === 0)
    throw new FenshiError('CONFIG_INVALID', '--sources: tushare gives reference data; one that carries quotes is needed beside it');
  return order;
}

/** The minutes of the last five days, as far as the library lacks them, at the sources' own pace; it says what is missing. */
function repairInBackground(): void {
  const days = tradingDaysUntil(tradeDateOf(Date.now() - 86_400_000), 5);
  process.stderr.write(
    `fenshi: minutes from ${days[0]} to ${days.at(-1)} are fetched where they are missing; until then the shipped board profiles stand in\n`,
  );
  // the day that is under way is opened first: one process at a time holds the library
  setTimeout(() => {
    const child = spawn(
      process.execPath,
      [`${root}/engine/cli/launch.mjs`, 'engine/cli/main.ts', 'data', 'backfill', '--from', days[0]!, '--to', days.at(-1)!],
      { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
    );
    process.once('exit', () => child.kill());
  }, repairAfterMs).unref();
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

/** Every further signal is swallowed: npm and its child may both hand one on, and stopping is under way. */
const signalled = (): Promise<'signal'> =>
  new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve('signal'));
  });

const number = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));
