/**
 * Starts the roles of one run as child processes, keeps them up, and stops them in order.
 *
 * Restart  a role that ends by itself is started again after 0.2 s, doubling to 5 s; ten restarts in a minute end the run
 * Stop     producers first (roles.stopRank), each by SIGTERM, killed after 10 s; the broker last
 */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { hopelessCode, type RoleName, type RoleStart, roleEnv, roles } from '../../contracts/roles.ts';
import { root } from './root.ts';

const launcher = join(root, 'engine', 'cli', 'launch.mjs');
const graceMs = 10_000;
const restartsMax = 10;
const restartWindowMs = 60_000;

/** `up` is called when any of its processes says that it is. */
type Running = { readonly name: RoleName; child: ChildProcess; restarts: number[]; up: () => void };

export class Supervisor {
  readonly #starts: Partial<Record<RoleName, RoleStart>>;
  readonly #running: Running[] = [];
  readonly #onFailure: (role: RoleName, why: string) => void;
  readonly #onCrash: (role: RoleName) => Promise<unknown>;
  readonly #env: NodeJS.ProcessEnv;
  #stopping = false;

  constructor(
    starts: Partial<Record<RoleName, RoleStart>>,
    onFailure: (role: RoleName, why: string) => void,
    /** Awaited before a role that ended by itself is started again. */
    onCrash: (role: RoleName) => Promise<unknown> = () => Promise.resolve(),
    env: NodeJS.ProcessEnv = process.env,
  ) {
    this.#starts = starts;
    this.#onFailure = onFailure;
    this.#onCrash = onCrash;
    this.#env = env;
  }

  /** Starts a role; resolves once it says it is up. */
  async start(name: RoleName): Promise<void> {
    await new Promise<void>((resolve) => {
      const running: Running = { name, child: this.#fork(name), restarts: [], up: resolve };
      this.#running.push(running);
      this.#watch(running);
    });
  }

  pid = (name: RoleName): number | undefined => this.#running.find((each) => each.name === name)?.child.pid;

  #fork(name: RoleName): ChildProcess {
    return fork(launcher, [roles[name].main], {
      env: { ...this.#env, [roleEnv]: JSON.stringify(this.#starts[name]) },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
  }

  #watch(running: Running): void {
    running.child.on('message', () => running.up());
    running.child.on('exit', (code, signal) => {
      if (this.#stopping) return;
      const now = Date.now();
      running.restarts = [...running.restarts.filter((at) => now - at < restartWindowMs), now];
      const why = signal === null ? `ended with ${code}` : `was ended by ${signal}`;
      if (code === hopelessCode || running.restarts.length > restartsMax) return this.#onFailure(running.name, why);
      const pauseMs = Math.min(5000, 100 * 2 ** running.restarts.length);
      void Promise.allSettled([this.#onCrash(running.name), new Promise((resolve) => setTimeout(resolve, pauseMs))]).then(() => {
        if (this.#stopping) return;
        running.child = this.#fork(running.name);
        this.#watch(running);
      });
    });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const ordered = [...this.#running].sort((a, b) => roles[a.name].stopRank - roles[b.name].stopRank);
    for (const { child } of ordered) await end(child);
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await gone;
  clearTimeout(timer);
}
