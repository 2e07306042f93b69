/**
 * Starts the roles of one run as child processes, keeps them up, and stops them in order.
 *
 * Restart  a role that ends by itself is started again after 0.2 s, doubling to 30 s while it lives for less than 10 s; a longer life sets
 *          that back. Each end is told on stderr in the role's own sentence, and counted
 * Give up  a role that says it will not do better (exit `hopelessCode`), or never came up in five tries. One the run cannot be without
 *          ends the run; one that only reads is left out, and its absence shows
 * Stop     producers first (roles.stopRank), each by SIGTERM, killed after 10 s; the broker last
 */

import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hopelessCode, type RoleName, type RoleStart, roleEnv, roles } from '../../contracts/roles.ts';
import { root } from '../runtime/paths.ts';

const launcher = join(root, 'engine', 'cli', 'launch.mjs');
const graceMs = 10_000;
const stableMs = 10_000;
const firstPauseMs = 200;
const longestPauseMs = 30_000;
const triesMax = 5;

type Message = { readonly type: 'up' } | { readonly type: 'failed'; readonly code: string; readonly message: string };
type Running = {
  readonly name: RoleName;
  child: ChildProcess;
  startedMs: number;
  /** Ends within `stableMs` of their start, in a row. */
  quick: number;
  restarts: number;
  wasUp: boolean;
  /** What it said it failed with, this time. */
  said: string | null;
  readonly up: () => void;
};

export type SupervisorOptions = {
  readonly starts: Partial<Record<RoleName, RoleStart>>;
  /** A role that the run cannot be without has given up. */
  readonly onFailure: (role: RoleName, why: string) => void;
  /** Awaited before a role that ended by itself is started again. */
  readonly onCrash?: (role: RoleName) => Promise<unknown>;
  readonly say?: (line: string) => void;
  readonly env?: NodeJS.ProcessEnv;
};

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #running: Running[] = [];
  #stopping = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** Starts a role; resolves once it says it is up. */
  async start(name: RoleName): Promise<void> {
    await new Promise<void>((resolve) => {
      const running: Running = {
        name,
        child: this.#fork(name, 0),
        startedMs: Date.now(),
        quick: 0,
        restarts: 0,
        wasUp: false,
        said: null,
        up: resolve,
      };
      this.#running.push(running);
      this.#watch(running);
    });
  }

  pid = (name: RoleName): number | undefined => this.#running.find((each) => each.name === name)?.child.pid;
  restarts = (name: RoleName): number => this.#running.find((each) => each.name === name)?.restarts ?? 0;

  #fork(name: RoleName, restarts: number): ChildProcess {
    const { starts, env = process.env } = this.#options;
    return fork(launcher, [roles[name].main], {
      env: { ...env, [roleEnv]: JSON.stringify({ ...starts[name], restarts }) },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
  }

  #watch(running: Running): void {
    running.child.on('message', (message: Message) => {
      if (message.type === 'failed') running.said = message.message;
      else {
        running.wasUp = true;
        running.up();
      }
    });
    running.child.on('exit', (code, signal) => {
      if (!this.#stopping) this.#ended(running, code, signal);
    });
  }

  #ended(running: Running, code: number | null, signal: NodeJS.Signals | null): void {
    const why = running.said ?? (signal === null ? `ended with ${code}` : `was ended by ${signal}`);
    running.said = null;
    running.quick = Date.now() - running.startedMs >= stableMs ? 0 : running.quick + 1;
    const { name } = running;
    const isHopeless = code === hopelessCode || (!running.wasUp && running.quick >= triesMax);
    if (isHopeless && roles[name].essential) return this.#options.onFailure(name, why);
    if (isHopeless) {
      running.up(); // nobody waits for it any more
      return this.#options.say?.(`${name}: ${why}; the run goes on without it`);
    }
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.max(0, running.quick - 1));
    running.restarts += 1;
    this.#options.say?.(`${name}: ${why}; it is started again in ${pauseMs / 1000} s (restart ${running.restarts})`);
    const pause = sleep(pauseMs);
    void Promise.allSettled([this.#options.onCrash?.(name) ?? Promise.resolve(), pause]).then(() => {
      if (this.#stopping) return;
      running.child = this.#fork(name, running.restarts);
      running.startedMs = Date.now();
      this.#watch(running);
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
  child.kill('SIGCONT'); // a stopped process takes no signal
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await gone;
  clearTimeout(timer);
}
