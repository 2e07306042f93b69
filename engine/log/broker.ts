/**
 * The embedded nats-server of one run.
 *
 * Store   `.fenshi/<run>/`; two servers on one store destroy it without a word, so `broker.json` there names its holder
 * Adopt   a living broker with our name is used as it is; one that no longer answers is ended by pid
 * Secrets one password a role, made on the first start of the run, readable by the owner only
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FenshiError } from '../../contracts/errors.ts';
import type { BrokerAccess } from './connect.ts';
import { isAlive, isSame, startOf } from './processes.ts';

export const brokerRoles = [
  'engine',
  'feed',
  'store',
  'query',
  'scenarios',
  'control',
  'sandbox',
  'notify',
  'gateway',
  'subscriber',
] as const;
export type BrokerRole = (typeof brokerRoles)[number];
export type BrokerOptions = {
  readonly program: string;
  readonly configFile: string;
  readonly dir: string;
  readonly run: string;
  readonly port: number;
};
export type Broker = {
  readonly port: number;
  readonly pid: number;
  readonly adopted: boolean;
  readonly stop: () => Promise<void>;
  readonly exited: Promise<number | null>;
};

type Holder = {
  readonly pid: number;
  readonly pidStart?: string | null;
  readonly startedMs: number;
  readonly port: number;
  readonly name: string;
};

const startMs = 10_000;

/** @throws FenshiError PORT_IN_USE | RUN_LOCKED | BROKER_UNREACHABLE */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  mkdirSync(options.dir, { recursive: true });
  const holderFile = join(options.dir, 'broker.json');
  const holder = readHolder(holderFile);
  if (holder !== null && isSame(holder)) {
    const name = await serverName(holder.port);
    if (name === holder.name) return adopted(holder);
    if (isNatsServer(holder.pid)) await end(holder.pid);
  }
  const answering = await serverName(options.port);
  if (answering !== null)
    throw new FenshiError(
      'PORT_IN_USE',
      `127.0.0.1:${options.port} is answered by ${answering === '' ? 'another program' : answering}; set nats.port or end it`,
    );
  return launch(options, holderFile);
}

async function launch(options: BrokerOptions, holderFile: string): Promise<Broker> {
  const name = `fenshi-${options.run}`;
  const secrets = ensureSecrets(options.dir);
  const env = {
    ...process.env,
    ...Object.fromEntries(brokerRoles.map((role) => [`FENSHI_PASSWORD_${role.toUpperCase()}`, secrets[role]])),
  };
  const args = ['-c', options.configFile, '-p', String(options.port), '-sd', join(options.dir, 'jetstream'), '-n', name];
  // a group of its own: what a terminal signals to ours (Ctrl-C, a hang-up) is not its business, it is stopped last
  const child = spawn(options.program, args, { env, stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  const log = tailOf(child);
  const exited = new Promise<number | null>((resolve) => child.on('exit', (code) => resolve(code)));
  let spawned = '';
  child.on('error', (error) => {
    spawned = `${error.message} `;
  });
  const pid = child.pid ?? 0;
  // named before it answers: whoever is killed meanwhile leaves no server without a name on the store
  try {
    const holder = { pid, pidStart: startOf(pid), startedMs: Date.now(), port: options.port, name } satisfies Holder;
    if (pid > 0) writeWhole(holderFile, JSON.stringify(holder));
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  const deadline = Date.now() + startMs;
  while ((await serverName(options.port)) !== name) {
    if (pid === 0 || child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new FenshiError('BROKER_UNREACHABLE', `nats-server did not start: ${spawned}${log()}`);
    }
    await sleep(20);
  }
  return { port: options.port, pid, adopted: false, exited, stop: () => stopChild(child, exited) };
}

const adopted = ({ port, pid }: Holder): Broker => ({
  port,
  pid,
  adopted: true,
  stop: () => end(pid),
  exited: gone(pid),
});

/** Resolves when a process that is not our child has ended. */
async function gone(pid: number): Promise<null> {
  while (isAlive(pid)) await sleep(500);
  return null;
}

async function stopChild(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await exited;
  clearTimeout(timer);
}

function tailOf(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-2000);
  });
  return () => text.trim().split('\n').slice(-3).join(' | ');
}

/** Ends whatever broker a run's folder still names and that is ours. */
export async function endOrphan(dir: string): Promise<boolean> {
  const holder = readHolder(join(dir, 'broker.json'));
  if (holder === null || !isSame(holder) || !isNatsServer(holder.pid)) return false;
  await end(holder.pid);
  return true;
}

/** Passwords by role, made once a run. Each begins with a letter: the broker's parser reads an all-digit one as a number. */
export function ensureSecrets(dir: string): Record<BrokerRole, string> {
  const file = join(dir, 'secrets.json');
  const known = knownSecrets(file);
  if (brokerRoles.every((role) => role in known)) return known as Record<BrokerRole, string>;
  const secrets = Object.fromEntries(brokerRoles.map((role) => [role, known[role] ?? `p${randomBytes(18).toString('hex')}`]));
  mkdirSync(dir, { recursive: true });
  writeWhole(file, JSON.stringify(secrets), 0o600);
  return secrets as Record<BrokerRole, string>;
}

/** A file that was cut, by a full disk or a power cut, holds no secret: new ones are made, and a broker that is up is started anew. */
function knownSecrets(file: string): Partial<Record<BrokerRole, string>> {
  try {
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<Record<BrokerRole, string>>) : {};
  } catch {
    return {};
  }
}

/** Whole or not at all. */
function writeWhole(file: string, text: string, mode = 0o644): void {
  writeFileSync(`${file}.tmp`, text, { mode });
  renameSync(`${file}.tmp`, file);
}

export const accessFor = (dir: string, port: number, role: BrokerRole): BrokerAccess => ({
  servers: `127.0.0.1:${port}`,
  user: role,
  password: ensureSecrets(dir)[role],
});

/** Name the server greets with; '' when something else answers, null when nothing does. */
export function serverName(port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    let text = '';
    const done = (name: string | null) => {
      socket.destroy();
      resolve(name);
    };
    socket.setTimeout(500, () => done(''));
    socket.on('error', () => done(null));
    socket.on('close', () => done('')); // took the connection and ended it: no broker
    socket.on('data', (chunk) => {
      text += chunk.toString();
      if (!text.includes('\n')) return;
      const greeting = /^INFO (\{.*\})/.exec(text);
      done(greeting === null ? '' : String((JSON.parse(greeting[1]!) as { server_name?: string }).server_name ?? ''));
    });
  });
}

function readHolder(file: string): Holder | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder;
  } catch {
    return null; // never started, or cut while writing, which is before it could serve anybody
  }
}

/** A pid may have been given to someone else since; only a nats-server is ever ended. */
function isNatsServer(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('nats-server');
  } catch {
    return process.platform !== 'linux';
  }
}

async function end(pid: number): Promise<void> {
  if (!isAlive(pid)) return;
  process.kill(pid, 'SIGTERM');
  for (let i = 0; i < 200 && isAlive(pid); i++) await sleep(25);
  if (isAlive(pid)) process.kill(pid, 'SIGKILL');
}
