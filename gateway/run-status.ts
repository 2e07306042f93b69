/**
 * What the gateway knows of its run: what each role last said of itself, and its own view of broker and journal. One verdict for `/readyz`,
 * `/v1/status` and the page.
 *
 * Ready   caught up with the journal, connected, and entries are being read and stored, as the engine says
 * Reason  the feed's where it has one: it stands nearest to the cause (no network, weekend, a full disk); else the engine's
 */
import type { NatsConnection } from 'nats';
import { hear } from '../contracts/process/hear.ts';
import { QualityReport } from '../contracts/quality.ts';
import { awayMs, RoleStatus, sayStatus } from '../contracts/status.ts';
import { subjects } from '../contracts/subjects.ts';
import { Availability, isExpected } from './availability.ts';
import type { DayState } from './day-state.ts';

export type RunVerdict = { readonly ready: boolean; readonly code: string | null; readonly detail: string | null };
/** What of the feed stops the run at once, before the engine has noticed the silence. */
const stopping: readonly string[] = ['DISK_FULL', 'NOT_STORED', 'ACCESS_REFUSED'];
/** What of the feed explains nothing. */
const idle: readonly string[] = ['STARTING', 'STANDBY'];

const inWords = (code: string, detail: string | null) => ({ zh: sayStatus(code, detail, 'zh'), en: sayStatus(code, detail, 'en') });

export class RunStatus {
  readonly #day: DayState;
  readonly #roles = new Map<string, RoleStatus>();
  readonly #quality = new Map<string, QualityReport>();
  readonly #availability = new Availability();
  #away: { readonly sinceMs: number; readonly why: string } | null = { sinceMs: Date.now(), why: 'connecting' };

  constructor(day: DayState) {
    this.#day = day;
  }

  watch(nc: NatsConnection, onUnreadable: (reason: string) => void): void {
    this.#away = null;
    void this.#watchBroker(nc);
    const { allStatus, allQuality } = subjects(this.#day.run);
    hear({ nc, subject: allStatus, onUnreadable }, RoleStatus, (status) => this.heard(status));
    hear({ nc, subject: allQuality, onUnreadable }, QualityReport, (report) => this.told(report));
  }

  /** How good each source has been, as the feed last said. */
  get quality(): ReadonlyMap<string, QualityReport> {
    return this.#quality;
  }

  told(report: QualityReport): void {
    this.#quality.set(report.source, report);
  }

  heard(status: RoleStatus): void {
    this.#roles.set(status.role, status);
  }

  verdict(nowMs: number): RunVerdict {
    const not = (code: string, detail: string | null = null): RunVerdict => ({ ready: false, code, detail });
    if (this.#away !== null) return not('BROKER_UNREACHABLE', `${this.#away.why}, ${Math.round((nowMs - this.#away.sinceMs) / 1000)} s`);
    const [engine, feed] = [this.#fresh('engine', nowMs), this.#fresh('feed', nowMs)];
    if (feed !== null && feed.code !== null && stopping.includes(feed.code)) return not(feed.code, feed.detail);
    if (engine === null) return not('ROLE_AWAY', 'engine');
    if (!engine.ready) {
      const explains = feed !== null && feed.code !== null && !idle.includes(feed.code) ? feed : engine;
      return not(explains.code ?? 'STARTING', explains.detail);
    }
    return this.#day.caughtUp ? { ready: true, code: null, detail: null } : not('CATCHING_UP', `${this.#day.epoch} ${this.#day.step}`);
  }

  /** Once a second: what availability is counted of. */
  lookAround(nowMs: number): void {
    this.#availability.look(this.verdict(nowMs), nowMs, isExpected(this.#day.run, nowMs));
  }

  /** Everything, for `/v1/status` and the page. */
  report(nowMs: number): Readonly<Record<string, unknown>> {
    const { ready, code, detail } = this.verdict(nowMs);
    const feed = this.#roles.get('feed');
    return {
      run: this.#day.run,
      /** Null before the first day: nothing is known of its market. */
      origin: this.#day.date === '' ? null : this.#day.origin,
      nowMs,
      ready,
      code,
      why: code === null ? null : inWords(code, detail),
      day: { epoch: this.#day.epoch, tradeDate: this.#day.date, step: this.#day.step, tsMs: this.#day.tsMs, caughtUp: this.#day.caughtUp },
      /** Tape time the engine has come to; null before its first entry. */
      tapeMs: (this.#roles.get('engine')?.facts.cell as { timeMs?: number } | undefined)?.timeMs ?? null,
      source: feed?.facts.active ?? null,
      refusedBoards: feed?.facts.refusedBoards ?? [],
      openedWith: feed?.facts.openedWith ?? null,
      assumed: feed?.facts.assumed ?? [],
      quality: [...this.#quality.values()].map(({ source, tsMs, windowSec, values, asking }) => ({
        source,
        tsMs,
        windowSec,
        values,
        asking: asking ?? null,
      })),
      availability: this.#availabilityInWords(),
      /** As the store role last saw it; null where none has said so. */
      storage: this.#fresh('store', nowMs)?.facts.storage ?? null,
      roles: [...this.#roles.values()]
        .sort((a, b) => (a.role < b.role ? -1 : 1))
        .map((role) => {
          const away = nowMs - role.tsMs > awayMs;
          const own = away ? 'ROLE_AWAY' : role.code;
          const said = own === null ? null : inWords(own, away ? role.role : role.detail);
          return {
            role: role.role,
            ready: role.ready && !away,
            code: own,
            why: said,
            ageMs: nowMs - role.tsMs,
            stages: away ? [] : (role.stages ?? []),
          };
        }),
    };
  }

  #availabilityInWords() {
    const report = this.#availability.report();
    return { ...report, outages: report.outages.map((outage) => ({ ...outage, why: inWords(outage.code, outage.detail) })) };
  }

  #fresh(role: string, nowMs: number): RoleStatus | null {
    const status = this.#roles.get(role);
    return status === undefined || nowMs - status.tsMs > awayMs ? null : status;
  }

  async #watchBroker(nc: NatsConnection): Promise<void> {
    for await (const status of nc.status()) {
      if (status.type === 'disconnect' || status.type === 'staleConnection') this.#away ??= { sinceMs: Date.now(), why: status.type };
      else if (status.type === 'reconnect') this.#away = null;
    }
  }
}
