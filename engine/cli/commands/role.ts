/** `fenshi role <name>`: one role alone against a broker elsewhere; what docker-compose.yml runs. */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { FenshiError } from '../../../contracts/errors.ts';
import { opsPortOf, type RoleName, type RoleStart, roleEnv, roles } from '../../../contracts/roles.ts';
import { liveRun } from '../../../contracts/run-kind.ts';
import { runPattern } from '../../../contracts/subjects.ts';
import { root } from '../../runtime/paths.ts';
import { withEnabled } from '../../sandbox/seating.ts';
import { StrategyStore } from '../../sandbox/store.ts';
import { loadConfig } from '../config.ts';
import { sectionOf } from '../role-section.ts';

type Flags = { readonly run: string; readonly servers: string; readonly dir: string; readonly host: string; readonly opsHost: string };

export function registerRole(program: Command): void {
  program
    .command('role')
    .description('run one role against a remote broker; the password is read from FENSHI_PASSWORD_<ROLE>')
    .argument('<name>', Object.keys(roles).join(', '))
    .requiredOption('--servers <address>', 'the broker, for example nats:4222')
    .option('--run <name>', 'the run this role belongs to', 'demo-1')
    .option('--dir <folder>', 'folder of checkpoints and bundles, shared by the roles of a run', '.fenshi')
    .addOption(new Option('--host <address>', 'where the gateway listens').default('127.0.0.1'))
    .addOption(new Option('--ops-host <address>', 'where /metrics and /healthz listen').default('127.0.0.1'))
    .addHelpText(
      'after',
      '\nExample: FENSHI_PASSWORD_ENGINE=… fenshi role engine --servers nats:4222 --dir /data\nExit codes: the role’s own; 1 refused with a code',
    )
    .action(async (name: string, flags: Flags) => runRole(name, flags));
}

async function runRole(name: string, { run, servers, dir, host, opsHost }: Flags): Promise<void> {
  if (!(name in roles)) throw new FenshiError('USAGE', `no role is called ${name}; there are ${Object.keys(roles).join(', ')}`);
  if (!runPattern.test(run)) throw new FenshiError('USAGE', `--run ${run}: expected live, demo-<n> or replay-<id>`);
  if (name === 'scenarios' && run === liveRun)
    throw new FenshiError('RUN_KIND', `the scenarios role invents a market and does not write into the run ${liveRun}`);
  const role = roles[name as RoleName];
  const secret = `FENSHI_PASSWORD_${name.toUpperCase()}`;
  const password = process.env[secret];
  if (password === undefined) throw new FenshiError('CONFIG_INVALID', `${secret} is not set`);
  const enabled = new StrategyStore(resolve(dir)).enabled((id, why) => console.error(`fenshi: strategy ${id} is left out: ${why}`));
  const { config: own, origins } = loadConfig(root, {});
  const config = withEnabled(own, enabled);
  const start: RoleStart = {
    run,
    servers,
    user: name,
    password,
    opsHost,
    opsPort: opsPortOf(name as RoleName, config.ops.port),
    dir: resolve(dir, run),
    bundles: resolve(dir, 'bundles'),
    logLevel: config.log.level,
    ...sectionOf(name as RoleName, { run, config, origins, enabled, host, dataDir: resolve(dir) }),
  };
  const child = spawn(process.execPath, [`${root}/engine/cli/launch.mjs`, role.main], {
    env: { ...process.env, [roleEnv]: JSON.stringify(start) },
    cwd: root,
    stdio: 'inherit',
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => child.kill(signal));
  process.exitCode = await new Promise<number>((done) => child.once('exit', (code) => done(code ?? 1)));
}
