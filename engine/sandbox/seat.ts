/**
 * One user's strategy in a process of its own, asked once a second. It answers within its bounds or is ended, and says for good what for; whoever
 * seated it goes on.
 *
 * Bounds   a call's CPU and memory by its manifest, `patienceMs` of wall time, as many readings as symbols it was shown, one answer to a question
 * Rights   its own folder to read, no other file, no child process, no worker, no environment. The network is not closed to it
 */
import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { Evidence } from '../../contracts/signal.ts';
import { InstrumentId } from '../../contracts/units.ts';
import type { UserStrategy } from './manifest.ts';

/** What a strategy is shown of a symbol: null where a feature is unknown. */
export type ShownMoment = {
  readonly symbol: InstrumentId;
  readonly tsMs: number;
  readonly features: Readonly<Record<string, number | null>>;
};
/** What it holds of one: what it does not name it does not hold. */
export const UserReading = z.strictObject({
  symbol: InstrumentId,
  direction: z.enum(['up', 'down']).default('up'),
  confirmable: z.boolean().default(false),
  path: z.string().max(32).default('main'),
  score: z.number().min(0).max(1),
  evidence: z
    .array(Evidence.partial({ op: true, threshold: true, contrib: true }).extend({ feature: z.string().max(64) }))
    .max(32)
    .default([]),
});
export type UserReading = z.infer<typeof UserReading>;

export const seatFaults = ['THREW', 'TOO_SLOW', 'TOO_BIG', 'TOO_MANY', 'BAD_ANSWER', 'EXITED'] as const;
export type SeatFault = { readonly code: (typeof seatFaults)[number]; readonly message: string };
/** The channel is the strategy's own too: what comes over it is checked whole. */
const Answer = z.strictObject({
  n: z.int(),
  readings: z.unknown().optional(),
  error: z.string().max(4000).optional(),
  cpuMs: z.number().nonnegative().optional(),
});
type Answer = z.infer<typeof Answer>;

/** Calls over their CPU, and throws, in a row that end it. */
const strikes = 3;
const memoryLookMs = 250;
/** More of a look's time than this, so many looks in a row. */
const idleShare = 0.5;
const idleLooksMost = 8;
const childFile = fileURLToPath(new URL('child.mjs', import.meta.url));
const pageBytes = 4096;

export class Seat {
  readonly strategy: UserStrategy;
  readonly params: Readonly<Record<string, unknown>>;
  readonly #patienceMs: number;
  readonly #child: ChildProcess;
  readonly #look: NodeJS.Timeout;
  #fault: SeatFault | null = null;
  #waiting: { readonly n: number; readonly settle: (answer: Answer | null) => void } | null = null;
  #n = 0;
  #slow = 0;
  #threw = 0;
  /** CPU at the last look, and looks in a row at which it had worked between questions. */
  #idleCpuMs = Number.NaN;
  #idleLooks = 0;
  asked = 0;

  private constructor(strategy: UserStrategy, params: Readonly<Record<string, unknown>>, patienceMs: number, output: 'ignore' | 'inherit') {
    this.strategy = strategy;
    this.params = params;
    this.#patienceMs = patienceMs;
    this.#child = fork(childFile, [], {
      cwd: strategy.dir,
      env: {},
      execArgv: flagsOf(strategy),
      serialization: 'advanced',
      stdio: ['ignore', output, output, 'ipc'],
    });
    this.#child.on('message', (answer: unknown) => this.#heard(answer));
    this.#child.on('exit', (code, signal) =>
      // how Node ends when the heap is full
      signal === 'SIGABRT' || code === 134
        ? this.#fail('TOO_BIG', 'its heap is full')
        : this.#fail('EXITED', `its process ended with ${signal ?? code}`),
    );
    this.#child.on('error', (error) => this.#fail('EXITED', error.message));
    this.#look = setInterval(() => this.#weigh(), memoryLookMs);
    this.#look.unref();
  }

  /** Its module is loaded; a seat whose module cannot be has its fault. */
  static async take(
    strategy: UserStrategy,
    params: Readonly<Record<string, unknown>>,
    { patienceMs = 2000, output = 'ignore' as 'ignore' | 'inherit' } = {},
  ): Promise<Seat> {
    const seat = new Seat(strategy, params, patienceMs, output);
    const answer = await seat.#ask(0, { main: join(strategy.dir, strategy.manifest.main), params }, patienceMs * 5);
    if (answer?.error !== undefined) seat.#fail('THREW', answer.error);
    return seat;
  }

  /** Why it was ended; null while it runs. */
  get fault(): SeatFault | null {
    return this.#fault;
  }

  /** What it holds of the symbols it is shown; null when it was ended. One question at a time. */
  async ask(moments: readonly ShownMoment[]): Promise<readonly UserReading[] | null> {
    if (this.#fault !== null) return null;
    this.#n += 1;
    this.asked += 1;
    const before = cpuMsOf(this.#child.pid);
    const answer = await this.#ask(this.#n, { n: this.#n, moments }, this.#patienceMs);
    const took = cpuMsOf(this.#child.pid) - before;
    if (answer === null || this.#fault !== null) return null;
    if (answer.error !== undefined) {
      this.#threw += 1;
      if (this.#threw >= strikes) this.#fail('THREW', answer.error);
      return this.#fault === null ? [] : null;
    }
    this.#threw = 0;
    // by the system's count, and by its own where that is more or there is none
    const cpuMs = Math.max(Number.isNaN(took) ? 0 : took, answer.cpuMs ?? 0);
    this.#slow = cpuMs > this.strategy.manifest.limits.cpuMs ? this.#slow + 1 : 0;
    if (this.#slow >= strikes) this.#fail('TOO_SLOW', `${Math.round(cpuMs)} ms of CPU, ${strikes} times in a row`);
    return this.#checked(answer.readings, moments);
  }

  #checked(readings: unknown, moments: readonly ShownMoment[]): readonly UserReading[] | null {
    if (!Array.isArray(readings)) this.#fail('BAD_ANSWER', 'it answered no list');
    else if (readings.length > moments.length) this.#fail('TOO_MANY', `${readings.length} readings of ${moments.length} symbols`);
    if (this.#fault !== null) return null;
    const shown = new Set(moments.map(({ symbol }) => symbol));
    const parsed = z.array(UserReading).safeParse(readings);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      this.#fail('BAD_ANSWER', `${issue!.path.join('.')}: ${issue!.message}`);
      return null;
    }
    const stray = parsed.data.find(({ symbol }) => !shown.delete(symbol));
    if (stray === undefined) return parsed.data;
    this.#fail('BAD_ANSWER', `${stray.symbol} was not shown, or is named twice`);
    return null;
  }

  #ask(n: number, question: object, patienceMs: number): Promise<Answer | null> {
    if (this.#fault !== null) return Promise.resolve(null);
    return new Promise((resolve) => {
      const late = setTimeout(() => this.#fail('TOO_SLOW', `no answer within ${patienceMs} ms`), patienceMs);
      this.#waiting = {
        n,
        settle: (answer) => {
          clearTimeout(late);
          this.#waiting = null;
          resolve(answer);
        },
      };
      this.#child.send(question, (error) => {
        if (error !== null) this.#fail('EXITED', error.message);
      });
    });
  }

  #heard(given: unknown): void {
    if (this.#fault !== null) return;
    const waiting = this.#waiting;
    if (waiting === null) return this.#fail('TOO_MANY', 'it spoke without being asked');
    const answer = Answer.safeParse(given);
    if (!answer.success) return this.#fail('BAD_ANSWER', 'it sent what is no answer');
    if (answer.data.n !== waiting.n) return this.#fail('TOO_MANY', 'it answered what was not asked');
    waiting.settle(answer.data);
  }

  /** Resident memory and work that nobody asked for, where the system tells them; the heap is bounded by its flags as well. */
  #weigh(): void {
    const cpuMs = cpuMsOf(this.#child.pid);
    const works = this.#waiting === null && cpuMs - this.#idleCpuMs > idleShare * memoryLookMs;
    this.#idleLooks = works ? this.#idleLooks + 1 : 0;
    this.#idleCpuMs = cpuMs;
    if (this.#idleLooks >= idleLooksMost) return this.#fail('TOO_SLOW', 'it works without being asked');
    try {
      const pages = Number(readFileSync(`/proc/${this.#child.pid}/statm`, 'utf8').split(' ')[1]);
      const mb = (pages * pageBytes) / 1e6;
      if (mb > this.strategy.manifest.limits.memoryMb)
        this.#fail('TOO_BIG', `${Math.round(mb)} MB of ${this.strategy.manifest.limits.memoryMb}`);
    } catch {
      // no such file: ended, or another system
    }
  }

  #fail(code: SeatFault['code'], message: string): void {
    if (this.#fault !== null) return;
    this.#fault = { code, message };
    this.#end();
  }

  #end(): void {
    clearInterval(this.#look);
    this.#child.kill('SIGKILL');
    if (this.#child.connected) this.#child.disconnect();
    this.#waiting?.settle(null);
  }

  close(): void {
    this.#fault ??= { code: 'EXITED', message: 'closed' };
    this.#end();
  }
}

function flagsOf({ dir, manifest }: UserStrategy): string[] {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const permission =
    major >= 24 || (major === 22 && minor >= 13) || (major === 23 && minor >= 5) ? '--permission' : '--experimental-permission';
  return [
    permission,
    `--allow-fs-read=${childFile}`,
    `--allow-fs-read=${join(dir, '*')}`,
    '--no-warnings',
    `--max-old-space-size=${Math.round(manifest.limits.memoryMb / 2)}`,
  ];
}

const ticksPerSec = 100;
/** CPU of a process so far, ms, to a hundredth of a second; NaN where the system does not tell. */
function cpuMsOf(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSec;
  } catch {
    return Number.NaN;
  }
}
