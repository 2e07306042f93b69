/** `fenshi up`: an embedded broker and the roles of one run, until SIGTERM or Ctrl-C. */
import { createServer } from 'node:net';
import type { Command } from 'commander';
import type { Config } from '../../../contracts/config.ts';
import { FenshiError } from '../../../contracts/errors.ts';
import { opsPortOf, type RoleName, type RoleStart } from '../../../contracts/roles.ts';
import { runPattern } from '../../../contracts/subjects.ts';
import { accessFor, type Broker, endOrphan, startBroker } from '../../log/broker.ts';
import { loadConfig } from '../config.ts';
import { demoStart, feedStart } from '../demo-start.ts';
import { PoisonWatch, skipOn } from '../poison-watch.ts';
import { bundleDir, root, runDir } from '../root.ts';
import { Supervisor } from '../supervisor.ts';
import { nextDemo, pruneDemos, releaseUpLock, runFolders, takeUpLock } from '../up-lock.ts';

const readyMs = 60_000;
type Flags = { readonly run?: string; readonly port?: string; readonly seed?: string };

export function registerUp(program: Command): void {
  program
    .command('up')
    .description('start a new demo on the invented market (or continue one with --run) and open the gateway')
    .option('--run <name>', 'continue this run, for example demo-3')
    .option('--port <port>', 'port of the page and the API')
    .option('--seed <seed>', 'seed of the invented market')
    .addHelpText('after', '\nExample: fenshi up --seed 7\nExit codes: 0 stopped by a signal, 1 refused or failed with a code')
    .action(async (flags: Flags) => up(flags));
}

async function up(flags: Flags): Promise<void> {
  const { config } = loadConfig(root, { 'server.port': number(flags.port), 'demo.seed': number(flags.seed) });
  const run = flags.run ?? nextDemo();
  if (!runPattern.test(run)) throw new FenshiError('CONFIG_INVALID', `--run ${run}: expected demo-<n>`);
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
    if (flags.run === undefined) pruneDemos();
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
        startsOf(run, config, natsPort),
        (role, why) => resolve(`${role} ${why}`),
        (role) => (role === 'engine' ? poison.crashed() : Promise.resolve()),
      );
    });
    await Promise.race([startAll(supervisor!, port), ended, failed.then((why) => Promise.reject(new FenshiError('NOT_READY', why)))]);
    const why = await Promise.race([ended, failed, broker.exited.then((code) => `nats-server ended with ${code}`)]);
    if (why !== 'signal') throw new FenshiError('NOT_READY', why);
  } finally {
    await shutdown();
  }
}

async function startAll(supervisor: Supervisor, port: number): Promise<void> {
  await supervisor.start('engine');
  await Promise.all([
    supervisor.start('scenarios'),
    supervisor.start('feed'),
    supervisor.start('gateway'),
    supervisor.start('query'),
    ...(hasChdb() ? [supervisor.start('store')] : []),
  ]);
  if (!hasChdb()) process.stderr.write('fenshi: chDB is not installed (npm install --include=optional): nothing is archived\n');
  await untilReady(port);
  process.stderr.write(`fenshi: ready: http://127.0.0.1:${port}  (simulated market; Ctrl-C stops)\n`);
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

function startsOf(run: string, config: Config, natsPort: number): Record<RoleName, RoleStart> {
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
    feed: { ...base('feed'), feed: feedStart(config) },
    scenarios: { ...base('scenarios'), demo: demoStart(config) },
  };
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
