#!/usr/bin/env node
/**
 * The one entry behind `npm start`, `npm test` and `fenshi`: set-up if needed, then the command.
 *
 * Imports   Node only, so that it runs before anything is installed
 * Parent    npm may be SIGKILLed: then its child, the command, ends too. Started by anything else (a shell, nohup, cron) it goes on alone
 * Signals   SIGINT, SIGTERM and SIGHUP are handed on; a command that a signal ended exits with 128 + its number
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { isatty } from 'node:tty';
import { fileURLToPath } from 'node:url';
import { ensureCockpit } from './setup/cockpit.mjs';
import { ensureInstalled } from './setup/install.mjs';
import { findNatsServer } from './setup/nats-server.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const bin = (name) => join(root, 'node_modules', name);
const launcher = join(root, 'engine', 'cli', 'launch.mjs');

/** What folds whole days makes much that dies young: a larger nursery than Node's 16 MB is a twentieth of its time. */
const nursery = '--max-semi-space-size=64';
const foldsDays = new Set(['replay', 'evaluate']);

/** Commands that are tools, not the product. Everything else goes to the fenshi CLI. */
const tools = {
  test: (args) => [[bin('vitest/vitest.mjs'), 'run', ...args]],
  bench: (args) => [[nursery, '--expose-gc', launcher, 'scenarios/bench/main.ts', ...args]],
  unit: (args) => [[bin('vitest/vitest.mjs'), ...(args.includes('--watch') ? [] : ['run']), '--config', 'vitest.unit.config.ts', ...args]],
  torture: (args) => [
    [bin('vitest/vitest.mjs'), 'run', '--config', 'vitest.torture.config.ts'],
    [launcher, 'scenarios/torture/main.ts', ...args],
  ],
  calibrate: (args) => [[nursery, launcher, 'scenarios/calibrate/main.ts', ...args]],
  planted: (args) => [[nursery, launcher, 'scenarios/planted/main.ts', ...args]],
  mutants: (args) => [[launcher, 'scenarios/mutants/main.ts', ...args]],
  scenario: (args) => [[launcher, 'scenarios/format/main.ts', ...args]],
  schemas: (args) => [[launcher, 'engine/cli/schemas.ts', ...args]],
  check: () => [
    [bin('typescript/bin/tsc')],
    [bin('typescript/bin/tsc'), '-p', 'gateway/cockpit'],
    [bin('@biomejs/biome/bin/biome'), 'check', '.'],
    [bin('oxlint/bin/oxlint'), '--type-aware', '--deny-warnings'],
  ],
};
/** These need a broker; the others start without looking for one. */
const needsBroker = new Set(['up', 'test', 'torture', 'bench']);

/** These serve the page, or look at it. */
const needsCockpit = new Set(['up', 'test', 'setup']);

const [command = 'up', ...args] = process.argv.slice(2);

try {
  checkNode();
  await ensureInstalled(root, say);
  if (needsCockpit.has(command)) await ensureCockpit(root, say).catch((error) => withoutCockpit(command, error));
  if (needsBroker.has(command) || (command === 'mutants' && args.includes('--rules'))) process.env.NATS_SERVER = await findNatsServer(say);
} catch (error) {
  console.error(`fenshi: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

if (command !== 'setup') {
  const runs = tools[command]?.(args) ?? [[...(foldsDays.has(command) ? [nursery] : []), launcher, 'engine/cli/main.ts', command, ...args]];
  for (const run of runs) {
    const code = await runToEnd(run);
    if (code !== 0) process.exit(code);
  }
}

/** The engine and its API run without a page; what looks at the page does not. */
function withoutCockpit(command, error) {
  if (command !== 'up') throw error;
  say(`the cockpit cannot be built here, the API runs without it: ${error instanceof Error ? error.message : String(error)}`);
}

function say(line) {
  process.stderr.write(`fenshi: ${line}\n`);
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new Error(`Node ${process.versions.node} is too old; 20.19 or newer is needed`);
}

function runToEnd(argv) {
  const isTool = tools[command] !== undefined;
  const child = spawn(process.execPath, argv, { stdio: 'inherit', ...(isTool ? { cwd: root } : {}) });
  const forward = (signal) => child.kill(signal);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, signal === 'SIGHUP' && ignoresHangUp() ? () => undefined : forward);
  const parent = process.ppid;
  const startedByNpm = process.env.npm_lifecycle_event !== undefined;
  const watch = setInterval(() => {
    if (!startedByNpm || process.ppid === parent) return;
    clearInterval(watch);
    say('the npm that started this has ended; stopping');
    child.kill('SIGTERM');
  }, 300);
  return new Promise((resolve) => {
    child.on('exit', (code, signal) => {
      clearInterval(watch);
      for (const each of signals) process.removeAllListeners(each);
      resolve(code ?? 128 + (constants.signals[signal] ?? 1));
    });
  });
}

/** Nothing of ours is a terminal (nohup, cron): a hang-up is not meant for us. Node undoes nohup's own ignoring at its start. */
function ignoresHangUp() {
  return ![0, 1, 2].some((fd) => isatty(fd));
}
