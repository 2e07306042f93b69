/**
 * The first start's errand: the minutes of the last five days, as far as the library lacks them, by a process of its own. It is looked
 * after like a role: begun again with a growing pause when it ends badly, ended with the run.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { FenshiError } from '../../contracts/errors.ts';
import { tradeDateOf } from '../../contracts/session.ts';
import { tradingDaysUntil } from '../reference/calendar.ts';
import { root } from '../runtime/paths.ts';

/** Time for a day under way to be opened. */
const afterMs = 60_000;
const [firstPauseMs, longestPauseMs, graceMs] = [30_000, 600_000, 5000];

export class Repair {
  readonly #days: readonly string[];
  readonly #say: (line: string) => void;
  #child: ChildProcess | null = null;
  #timer: NodeJS.Timeout;
  #pauseMs = firstPauseMs;
  #stopped = false;

  private constructor(days: readonly string[], say: (line: string) => void) {
    this.#days = days;
    this.#say = say;
    this.#timer = setTimeout(() => this.#run(), afterMs);
  }

  /** Null where the calendar does not reach back five days. */
  static begin(say: (line: string) => void): Repair | null {
    try {
      const days = tradingDaysUntil(tradeDateOf(Date.now() - 86_400_000), 5);
      say(`minutes from ${days[0]} to ${days.at(-1)} are fetched where they are missing; until then the shipped board profiles stand in`);
      return new Repair(days, say);
    } catch (error) {
      if (!(error instanceof FenshiError)) throw error;
      say(`${error.message}: no earlier minutes are fetched`);
      return null;
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    await gone;
    clearTimeout(timer);
  }

  #run(): void {
    const args = ['engine/cli/main.ts', 'data', 'backfill', '--from', this.#days[0]!, '--to', this.#days.at(-1)!];
    const child = spawn(process.execPath, [`${root}/engine/cli/launch.mjs`, ...args], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child = child;
    child.once('exit', (code, signal) => {
      if (this.#stopped || code === 0) return;
      this.#say(
        `the repair of earlier minutes ${signal === null ? `ended with ${code}` : `was ended by ${signal}`}; it is begun again in ${this.#pauseMs / 1000} s`,
      );
      this.#timer = setTimeout(() => this.#run(), this.#pauseMs);
      this.#pauseMs = Math.min(longestPauseMs, this.#pauseMs * 2);
    });
  }
}
