/**
 * A role's own judgement of itself, for `/readyz` and, once a second, for `status.v1.<run>.<role>`.
 *
 * Broker  its connection is watched, not asked: a client that reconnects for ever is never closed. While it is away nothing else counts
 * Disk    the broker does not say that its disk is full, it falls silent: whoever cannot store looks at the disk
 * Rights  a refused permission is no outage and does not pass by itself: it is logged once and stays the verdict
 */
import { statfsSync } from 'node:fs';
import { basename } from 'node:path';
import type { NatsConnection } from 'nats';
import { encode } from '../../contracts/codec.ts';
import type { Log } from '../../contracts/process/log.ts';
import { type RoleStatus, type StageLatency, sayStatus } from '../../contracts/status.ts';
import { subjects } from '../../contracts/subjects.ts';

export type Verdict = {
  readonly code: string | null;
  readonly detail?: string | null | undefined;
  readonly facts?: Readonly<Record<string, unknown>>;
};
const sayEveryMs = 1000;
/** Less room than this is none: the broker writes in blocks of 8 MiB. */
const roomBytes = 16 * 1024 * 1024;
/** What a start goes through: no news for a terminal. */
const passing: readonly string[] = ['STARTING', 'NO_DAY', 'OPENING', 'STANDBY'];

export class Vitals {
  readonly #nc: NatsConnection;
  readonly #role: string;
  readonly #run: string;
  readonly #dir: string;
  readonly #log: Log;
  readonly #judge: () => Verdict;
  readonly #stages: () => readonly StageLatency[];
  readonly #timer: NodeJS.Timeout;
  #away: { readonly sinceMs: number; readonly why: string } | null = null;
  #refused: string | null = null;
  #told: string | null = null;

  constructor(
    nc: NatsConnection,
    role: string,
    { run, dir }: { readonly run: string; readonly dir: string },
    log: Log,
    judge: () => Verdict,
    stages: () => readonly StageLatency[] = () => [],
  ) {
    this.#nc = nc;
    this.#role = role;
    this.#run = run;
    this.#dir = dir;
    this.#log = log;
    this.#judge = judge;
    this.#stages = stages;
    void this.#watch();
    this.#timer = setInterval(() => this.#say(), sayEveryMs);
  }

  status(): RoleStatus {
    const { code, detail = null, facts = {} } = this.#verdict();
    const stages = [...this.#stages()];
    return {
      v: 1,
      role: this.#role,
      tsMs: Date.now(),
      ready: code === null,
      code,
      detail,
      facts,
      ...(stages.length > 0 ? { stages } : {}),
    };
  }

  get isAway(): boolean {
    return this.#away !== null;
  }

  /** For `/readyz`: the same with its sentence. */
  readiness = () => {
    const { ready, code, detail, facts } = this.status();
    return { ready, ...(code === null ? {} : { code, why: sayStatus(code, detail, 'en') }), checks: facts };
  };

  stop(): void {
    clearInterval(this.#timer);
  }

  #verdict(): Verdict {
    const own = this.#judge();
    if (this.#away !== null)
      return { ...own, code: 'BROKER_UNREACHABLE', detail: `${this.#away.why}, ${Math.round((Date.now() - this.#away.sinceMs) / 1000)} s` };
    if (own.code === 'NOT_STORED' && this.#freeBytes() < roomBytes)
      return { ...own, code: 'DISK_FULL', detail: `${Math.round(this.#freeBytes() / 1e6)} MB free under ${basename(this.#dir)}` };
    return this.#refused === null ? own : { ...own, code: 'ACCESS_REFUSED', detail: this.#refused };
  }

  #freeBytes(): number {
    try {
      const { bavail, bsize } = statfsSync(this.#dir);
      return bavail * bsize;
    } catch {
      return Number.POSITIVE_INFINITY; // a role on another machine than the run's folder
    }
  }

  async #watch(): Promise<void> {
    for await (const status of this.#nc.status()) {
      if (status.type === 'disconnect' || status.type === 'staleConnection') this.#away ??= { sinceMs: Date.now(), why: status.type };
      else if (status.type === 'reconnect') {
        this.#log.info({ event: 'broker.back', role: this.#role, awayMs: Date.now() - (this.#away?.sinceMs ?? Date.now()) });
        this.#away = null;
      } else if (status.type === 'error' && /permission/i.test(status.error.message)) {
        if (this.#refused === null) this.#log.error({ event: 'broker.refused', why: status.error.message });
        this.#refused = status.error.message;
      }
    }
  }

  #say(): void {
    const status = this.status();
    if (status.code !== this.#told)
      this.#log[status.ready || passing.includes(status.code ?? '') ? 'info' : 'warn']({
        event: status.ready ? 'role.ready' : 'role.not-ready',
        ...(status.code === null ? {} : { code: status.code, why: sayStatus(status.code, status.detail, 'en') }),
      });
    this.#told = status.code;
    if (this.#away === null && !this.#nc.isClosed()) this.#nc.publish(subjects(this.#run).status(this.#role), encode(status));
  }
}
