/** One role as a process of its own that a test starts, kills and starts again. */

import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RoleName, type RoleStart, roleEnv, roles } from '../../contracts/roles.ts';
import type { BrokerRole } from '../../engine/log/broker.ts';
import { freePort, type TestBroker } from './test-broker.ts';

export const roleStart = async (broker: TestBroker, role: BrokerRole, bundles: string): Promise<RoleStart> => ({
  run: broker.run,
  ...broker.access(role),
  opsHost: '127.0.0.1',
  opsPort: await freePort(),
  dir: broker.dir,
  bundles,
  logLevel: process.env.FENSHI_TEST_LOG ?? 'silent',
});

export class RoleProcess {
  readonly #role: RoleName;
  readonly #start: RoleStart;
  readonly #root: string;
  #child: ChildProcess | null = null;
  /** How it ended when nobody asked it to; null while it runs. */
  ended: string | null = null;

  /** `root`: the folder whose source is run. */
  constructor(role: RoleName, start: RoleStart, root = process.cwd()) {
    this.#role = role;
    this.#start = start;
    this.#root = root;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  start(crash?: string): void {
    const env = { ...process.env, [roleEnv]: JSON.stringify(this.#start), ...(crash === undefined ? {} : { FENSHI_CRASH: crash }) };
    const child = spawn(process.execPath, ['engine/cli/launch.mjs', roles[this.#role].main], {
      env,
      cwd: this.#root,
      stdio: process.env.FENSHI_TEST_LOG ? 'inherit' : 'ignore',
    });
    this.ended = null;
    child.once('exit', (code, signal) => {
      if (this.#child === child) this.ended = signal ?? `exit ${code}`;
    });
    this.#child = child;
  }

  kill = (): Promise<void> => this.#signal('SIGKILL');
  stop = (): Promise<void> => this.#signal('SIGTERM');

  async #signal(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await this.#gone();
  }

  #gone(): Promise<void> {
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
    return new Promise((resolve) => child.once('exit', () => resolve()));
  }

  /** Resolves once its quotes counter has not moved for `quietMs`, or it has ended. */
  async atRest(quietMs = 500): Promise<void> {
    for (let [value, since] = ['', Date.now()]; this.ended === null && Date.now() - since < quietMs; ) {
      const text = await fetch(`http://127.0.0.1:${this.#start.opsPort}/metrics`).then(
        (response) => response.text(),
        () => '',
      );
      const now = /^fenshi_quotes_ingested_total .*$/m.exec(text)?.[0] ?? '';
      if (now === '' || now !== value) [value, since] = [now, Date.now()];
      await sleep(50);
    }
  }
}
