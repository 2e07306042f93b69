/**
 * Listens to what the roles say of themselves and starts the broker anew where it takes nothing more although there is room: nats-server
 * disables its streams when the disk was full, and answers on as if nothing were.
 */
import type { NatsConnection } from 'nats';
import { hear } from '../../contracts/process/hear.ts';
import { awayMs, RoleStatus } from '../../contracts/status.ts';
import { subjects } from '../../contracts/subjects.ts';
import type { BrokerKeeper } from '../log/broker-keeper.ts';
import { type BrokerAccess, connectBroker } from '../log/connect.ts';
import { diskUnder } from '../store/disk.ts';

const lookMs = 1000;
/** Not stored for this long, with room on the disk: the broker is the cause. */
const patienceMs = 4000;
/** Doubled each time, to ten minutes, until all has been well for a minute: what a new start does not help is not the broker's fault. */
const [firstBetweenMs, longestBetweenMs, wellMs] = [15_000, 600_000, 60_000];
/** Less room than a minute of a whole market needs is none. */
const roomBytes = 32 * 1024 * 1024;
const unstored: readonly string[] = ['DISK_FULL', 'NOT_STORED'];

export class RunWatch {
  readonly #dir: string;
  readonly #keeper: BrokerKeeper;
  readonly #roles = new Map<string, RoleStatus>();
  readonly #timer: NodeJS.Timeout;
  #nc: NatsConnection | null = null;
  #sinceMs: number | null = null;
  #renewedMs = 0;
  #betweenMs = firstBetweenMs;
  #troubledMs = 0;
  #stopped = false;

  constructor(access: BrokerAccess, run: string, dir: string, keeper: BrokerKeeper) {
    this.#dir = dir;
    this.#keeper = keeper;
    void this.#listen(access, run);
    this.#timer = setInterval(() => void this.#look(), lookMs);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#nc?.close();
  }

  async #listen(access: BrokerAccess, run: string): Promise<void> {
    while (this.#nc === null && !this.#stopped) this.#nc = await connectBroker(access, 'fenshi-watch').catch(() => null);
    if (this.#nc === null) return;
    if (this.#stopped) return void (await this.#nc.close());
    // a status that cannot be read is one that was not heard, and its role is away by that
    const onUnreadable = (): void => undefined;
    hear({ nc: this.#nc, subject: subjects(run).allStatus, onUnreadable }, RoleStatus, (status) => this.#roles.set(status.role, status));
  }

  async #look(): Promise<void> {
    const nowMs = Date.now();
    const troubled = ['feed', 'engine', 'scenarios']
      .map((role) => this.#roles.get(role))
      .find((status) => status !== undefined && nowMs - status.tsMs < awayMs && unstored.includes(status.code ?? ''));
    if (troubled === undefined) this.#sinceMs = null;
    else {
      this.#sinceMs ??= nowMs;
      this.#troubledMs = nowMs;
    }
    if (nowMs - this.#troubledMs > wellMs) this.#betweenMs = firstBetweenMs;
    if (this.#sinceMs === null || nowMs - this.#sinceMs < patienceMs || nowMs - this.#renewedMs < this.#betweenMs) return;
    const { freeBytes } = await diskUnder(this.#dir);
    if (freeBytes < roomBytes) return;
    this.#renewedMs = nowMs;
    this.#betweenMs = Math.min(longestBetweenMs, this.#betweenMs * 2);
    this.#sinceMs = null;
    this.#keeper.renew(
      `${troubled!.role} has said ${troubled!.code} for ${patienceMs / 1000} s and there is room (${troubled!.detail ?? ''})`,
    );
  }
}
