/**
 * One day of collecting: sweeps every cadence while the exchanges speak, the clock every second of run time, `day.close` at 15:30.
 *
 * Leases  one per source and one for the clock: a second feed beside this one waits until ours run out
 */
import type { KV } from '@nats-io/kv';
import type { Bundle } from '../../contracts/bundle.ts';
import type { HandOver } from '../../contracts/feed.ts';
import type { Log } from '../../contracts/process/log.ts';
import type { Asking, QualityReport } from '../../contracts/quality.ts';
import { isContinuous, midnightOf, msOfDay, type Phase, phaseOf } from '../../contracts/session.ts';
import type { TapeEntry } from '../../contracts/tape.ts';
import { handOverOf, LeaseHolder, SourceLeases } from '../log/feed-bucket.ts';
import type { Verdict } from '../runtime/vitals.ts';
import { feedMetrics } from '../telemetry/feed-metrics.ts';
import { metrics } from '../telemetry/metrics.ts';
import type { SourceName } from './adapter.ts';
import type { Claims } from './claims.ts';
import type { BoardFault } from './collector/board-faults.ts';
import { CircuitState } from './collector/breaker.ts';
import { inRunTime } from './collector/client.ts';
import { Collector } from './collector/collector.ts';
import { Enrichment } from './collector/enrichment.ts';
import { SweepPlanner } from './collector/planner.ts';
import { PushFollower } from './collector/push.ts';
import { QualityMonitor } from './collector/quality.ts';
import { type DaySource, type MarketSource, openSource } from './market-sources.ts';
import type { TapeAppender } from './tape-appender.ts';

const largeCaps = 300;
const spreadShare = 0.8;
const enrichEveryMs = 1000;
const reportMs = 10_000;
const clockCatchUpMax = 120;
const quotedPhases: readonly Phase[] = ['OPEN_CALL_1', 'OPEN_CALL_2', 'OPEN_PAUSE', 'CONT_AM', 'CONT_PM', 'CLOSE_CALL'];
const dayEndMs = 15.5 * 3_600_000;
/** A lease that was lost at the very end is found again, or another's, within this. */
const handOverMs = 15_000;
/** The closing match is stamped 15:00:00 and told some seconds later; the last trades of the morning likewise. */
const tails = [
  [11.5 * 3_600_000, 15_000],
  [15 * 3_600_000, 90_000],
] as const;
const isQuoted = (nowMs: number): boolean =>
  quotedPhases.includes(phaseOf(nowMs)) || tails.some(([end, tail]) => msOfDay(nowMs) >= end && msOfDay(nowMs) < end + tail);

export type FeedDayOptions = {
  readonly handOver: HandOver;
  readonly bundle: Bundle;
  readonly order: readonly MarketSource[];
  readonly indices: readonly number[];
  readonly watch: readonly number[];
  readonly cadenceMs: number;
  /** Tape time of the newest clock entry: the next second follows it. */
  readonly lastClock: () => Promise<number>;
  readonly appender: TapeAppender;
  readonly report: (report: QualityReport) => Promise<void>;
  readonly kv: KV;
  /** Live: what other processes here ask of the same sources. */
  readonly claims: Claims | null;
  readonly owner: string;
  readonly log: Log;
  readonly signal: AbortSignal;
};

export class FeedDay {
  readonly collector: Collector;
  readonly planner: SweepPlanner;
  readonly sources: readonly DaySource[];
  readonly #byTurnover: readonly number[];
  readonly #options: FeedDayOptions;
  readonly #endMs: number;
  readonly #leases: { readonly sources: SourceLeases; readonly clock: LeaseHolder };
  readonly #quality: QualityMonitor;
  /** Boards that the active source's parser refuses whole. */
  faults: readonly (BoardFault & { readonly source: SourceName })[] = [];
  #sweepStartMs = 0;
  #lostTold = 0;
  #clocked = false;
  #closed = false;
  #superseded = false;

  constructor(options: FeedDayOptions) {
    const { bundle, kv, owner, handOver } = options;
    this.#options = options;
    this.#endMs = midnightOf(handOver.tradeDate) + dayEndMs;
    this.#leases = { sources: new SourceLeases(kv, options.order, owner), clock: new LeaseHolder(kv, 'clock', owner) };
    this.#byTurnover = [...bundle.instruments].sort((a, b) => (b.adv20Yuan ?? 0) - (a.adv20Yuan ?? 0)).map(({ no }) => no);
    this.#quality = new QualityMonitor(options.order);
    this.sources = options.order.map((name) =>
      openSource(name, {
        host: handOver.hosts?.[name] ?? null,
        watched: this.#byTurnover.slice(0, largeCaps),
        onState: (endpoint, state) => this.#circuit(name, endpoint, state),
        onAnswer: (ms) => this.#quality.requested(name, this.now(), ms),
        portion: options.claims === null ? undefined : () => options.claims!.portion(name),
      }),
    );
    this.planner = new SweepPlanner(
      bundle.instruments.filter(({ suspended }) => !suspended).map(({ no }) => no),
      options.watch,
    );
    this.collector = new Collector({
      sources: this.sources,
      planner: this.planner,
      indices: options.indices,
      now: this.now,
      entry: (entry) => this.#entry(entry),
      fact: async (fact) => void (await options.appender.append({ type: 'source', v: 1, ...fact }, true)),
      rejected: (source, rejected) => {
        this.#quality.rejected(source, rejected.length);
        for (const { reason } of rejected) feedMetrics.rejected.inc({ source, reason });
      },
      boardFaults: (source, faults) => this.#refusing(source, faults),
      compared: (source, differs) => this.#quality.compared(source, differs),
      polled: (source, ms) => {
        feedMetrics.poll.observe({ source }, ms / 1000);
        this.#quality.polled(source, ms);
      },
      pace: (i, n) => this.#until(this.#sweepStartMs + (i * options.cadenceMs * spreadShare) / n),
    });
  }

  /** Run time. */
  now = (): number => Date.now() + this.#options.handOver.runMs - this.#options.handOver.wallMs;

  /** Until the day is closed, the signal comes, or another hand-over takes the place of ours. */
  async run(): Promise<'closed' | 'stopped'> {
    const ended = new AbortController();
    const following = this.#following(AbortSignal.any([ended.signal, this.#options.signal]));
    const clocking = this.#clocking().finally(() => {
      this.#clocked = true;
    });
    await Promise.all([this.#renewing(), clocking, this.#sweeping(), this.#active(), this.#enriching(), this.#reporting()]);
    ended.abort();
    await following;
    await Promise.all([this.#leases.sources.release(), this.#leases.clock.release()]);
    await Promise.all(this.sources.map(({ http }) => http.close()));
    return this.#closed ? 'closed' : 'stopped';
  }

  /** Whether what is collected is stored, and if not, why not. */
  verdict(): Verdict {
    const { appender, handOver } = this.#options;
    const facts = {
      tradeDate: handOver.tradeDate,
      active: this.collector.failover.active,
      refusedBoards: this.faults,
      storedMs: appender.storedMs,
      lost: appender.lost,
      isHolder: this.#leases.sources.isHeld,
    };
    const { trouble } = appender;
    if (trouble !== null && !appender.isStoring)
      return { code: trouble.code, detail: `${trouble.why}, ${Math.round((Date.now() - trouble.sinceMs) / 1000)} s`, facts };
    if (this.now() >= this.#endMs) return { code: 'AFTER_CLOSE', facts };
    return { code: this.#leases.clock.isHeld || this.#leases.sources.isHeld ? null : 'STANDBY', facts };
  }

  get #over(): boolean {
    return this.#superseded || this.#options.signal.aborted || this.now() >= this.#endMs;
  }

  /** Until the last clock has been written, which may be after the day's end: without the lease nobody would close it. */
  async #renewing(): Promise<void> {
    while (!this.#superseded && !this.#options.signal.aborted && !this.#clocked) {
      await Promise.all([this.#leases.sources.renew(), this.#leases.clock.renew()]);
      const newest = await handOverOf(this.#options.kv).catch(() => null);
      if (newest !== null && newest.wallMs !== this.#options.handOver.wallMs) this.#superseded = true;
      await this.#until(this.now() + 1000);
    }
  }

  async #clocking(): Promise<void> {
    const { appender, handOver, signal } = this.#options;
    const id = (second: number): string => `${handOver.tradeDate}:clock:${second}`;
    let next: number | null = null;
    while (!signal.aborted && !this.#superseded && (next ?? 0) * 1000 < this.#endMs) {
      if (!this.#leases.clock.isHeld) {
        next = null; // another writes it; the tape will say how far
        if (this.now() >= this.#endMs + handOverMs) return; // whoever took it over has closed the day
        await this.#until(this.now() + 200);
        continue;
      }
      next ??= Math.floor(Math.max(handOver.runMs, await this.#options.lastClock()) / 1000) + 1;
      await this.#until(next * 1000);
      const behind: number = Math.floor(this.now() / 1000) - next;
      if (behind > clockCatchUpMax) next += behind; // nobody was here: the tape was not either
      await appender.append({ type: 'clock', v: 1, tsMs: next * 1000 }, true, id(next));
      next += 1;
    }
    if (signal.aborted || this.#superseded || !this.#leases.clock.isHeld) return;
    this.#closed = await appender.append(
      { type: 'day.close', v: 1, tsMs: this.#endMs, tradeDate: handOver.tradeDate },
      true,
      `${handOver.tradeDate}:close`,
    );
  }

  async #sweeping(): Promise<void> {
    const { cadenceMs, log } = this.#options;
    let opened = false;
    while (!this.#over) {
      const due = Math.ceil((this.now() + 1) / cadenceMs) * cadenceMs;
      await this.#until(due);
      if (this.#over || !this.#leases.sources.isHeld || !isQuoted(this.now())) continue;
      if (!this.#options.appender.isStoring) continue; // what cannot be stored is not fetched; the clock goes on trying
      if (!opened) await this.collector.open();
      opened = true;
      this.#sweepStartMs = this.now();
      const report = await this.collector.sweep();
      const missing = Math.max(0, report.missing.length - report.idle);
      this.#observe(report.source, report.asked === 0 ? 0 : missing / report.asked);
      this.#quality.swept(report.source, report.asked, missing, report.received);
      feedMetrics.rows.inc({ source: report.source, fate: 'new' }, report.fresh);
      feedMetrics.rows.inc({ source: report.source, fate: 'older' }, report.older);
      if (report.switchedTo !== null) log.warn({ event: 'feed.switched', from: report.source, to: report.switchedTo });
    }
  }

  /** Half a cadence after each sweep began: what is active, once more. */
  async #active(): Promise<void> {
    const { cadenceMs } = this.#options;
    while (!this.#over) {
      await this.#until(Math.ceil((this.now() + 1) / cadenceMs - 0.5) * cadenceMs + cadenceMs / 2);
      if (this.#over || !this.#leases.sources.isHeld || !isContinuous(phaseOf(this.now())) || !this.#options.appender.isStoring) continue;
      feedMetrics.rows.inc({ source: this.collector.failover.active, fate: 'new' }, await this.collector.between());
    }
  }

  /** Every ten seconds what each source was worth, as a message and as metrics. */
  async #reporting(): Promise<void> {
    while (!this.#over) {
      await this.#until(this.now() + reportMs);
      if (this.#over || !this.#leases.sources.isHeld) continue;
      const nowMs = this.now();
      for (const { adapter, heartbeat } of this.sources) {
        const { changeMs } = heartbeat.status(nowMs);
        this.#quality.stale(adapter.name, changeMs === null || !isContinuous(phaseOf(nowMs)) ? null : (nowMs - changeMs) / 1000);
      }
      for (const report of this.#quality.take(this.#options.handOver.tradeDate, nowMs, reportMs / 1000)) {
        for (const [name, value] of Object.entries(report.values)) feedMetrics.quality.set({ source: report.source, class: name }, value);
        await this.#options.report({ ...report, asking: this.#askingOf(report.source) });
      }
    }
  }

  #askingOf(source: string): Asking {
    const { runMs, wallMs } = this.#options.handOver;
    const standing = this.sources.find(({ adapter }) => adapter.name === source)!.client.standing(Date.now());
    return inRunTime(standing, runMs - wallMs);
  }

  async #enriching(): Promise<void> {
    const { handOver, appender } = this.#options;
    const client = (name: SourceName) => this.sources.find(({ adapter }) => adapter.name === name)?.client ?? null;
    const enrichment = new Enrichment({
      date: handOver.tradeDate,
      eastmoney: client('eastmoney'),
      tencent: client('tencent'),
      planner: this.planner,
      rows: this.collector.rows,
      now: this.now,
      entry: async (entry) => void (await appender.append(entry, false)),
    });
    while (!this.#over) {
      await this.#until(this.now() + enrichEveryMs);
      if (this.#over || !this.#leases.sources.isHeld || !isContinuous(phaseOf(this.now())) || !this.#options.appender.isStoring) continue;
      const flows = await enrichment.step();
      if (flows > 0) feedMetrics.flows.inc(flows);
    }
  }

  /** The watch-list and the largest caps, as the sources push them, while we hold the lease. */
  async #following(signal: AbortSignal): Promise<void> {
    const instruments = [...new Set([...this.#options.watch, ...this.#byTurnover.slice(0, largeCaps)])];
    await Promise.all(
      this.sources.map(async ({ adapter, http }) => {
        if (adapter.push === undefined) return;
        while (!signal.aborted && !this.#leases.sources.isHeld) await this.#until(this.now() + 1000);
        const { name, push } = adapter;
        await new PushFollower({
          channel: push,
          url: (path) => http.url(push.host, path),
          instruments,
          frame: async (frame) => {
            if (!this.#leases.sources.isHeld || !isQuoted(this.now())) return;
            feedMetrics.pushed.inc({ source: name }, frame.rows.length);
            await this.collector.pushed(name, frame);
          },
          state: (state, reason) => {
            feedMetrics.push.set({ source: name }, state === 'connected' ? 1 : 0);
            this.#options.log[state === 'connected' ? 'info' : 'warn']({ event: `source.push.${state}`, source: name, reason });
          },
        }).run(signal);
      }),
    );
  }

  /** A board our parser cannot read is said under its name, and is nobody's illness. */
  #refusing(source: SourceName, faults: readonly BoardFault[]): void {
    this.faults = faults.map((each) => ({ source, ...each }));
    feedMetrics.boardRefused.reset();
    for (const { board, reason, refused } of faults) feedMetrics.boardRefused.set({ source, board, reason }, refused);
    if (faults.length === 0) this.#options.log.info({ event: 'source.boards-well', source });
    for (const each of faults) this.#options.log.error({ event: 'source.board-refused', source, ...each });
  }

  #observe(source: string, missing: number): void {
    const nowMs = this.now();
    feedMetrics.missing.set({ source }, missing);
    feedMetrics.disputed.set(this.collector.comparison.disputed.length);
    feedMetrics.hedged.set(this.collector.hedge.load);
    feedMetrics.lost.inc(this.#options.appender.lost - this.#lostTold);
    this.#lostTold = this.#options.appender.lost;
    for (const { adapter, heartbeat, client } of this.sources) {
      const { changeMs } = heartbeat.status(nowMs);
      feedMetrics.active.set({ source: adapter.name }, adapter.name === this.collector.failover.active ? 1 : 0);
      const isSilent = changeMs === null || !isContinuous(phaseOf(nowMs));
      feedMetrics.stale.set({ source: adapter.name }, isSilent ? 0 : (nowMs - changeMs) / 1000);
      for (const host of Object.keys(adapter.hosts)) feedMetrics.rate.set({ source: adapter.name, host }, client.share(host));
    }
  }

  async #entry(entry: Extract<TapeEntry, { type: 'quotes' | 'index' }>): Promise<boolean> {
    const { source, tsMs, count, tsExchangeMs } = entry.batch;
    for (let i = 0; i < count; i++) {
      const ageMs = Math.max(0, tsMs - tsExchangeMs[i]!);
      feedMetrics.age.observe({ source }, ageMs / 1000);
      this.#quality.received(source as SourceName, ageMs);
    }
    const startedMs = performance.now();
    const stored = await this.#options.appender.append(entry, false);
    const ms = performance.now() - startedMs;
    this.#quality.published(source as SourceName, ms);
    metrics.pipeline.observe({ stage: 'feed' }, ms / 1000);
    return stored;
  }

  /** What the breaker does is what the source actor shows. */
  #circuit(source: SourceName, endpoint: string, state: CircuitState): void {
    feedMetrics.circuit.set({ source, endpoint }, state);
    const event = state === CircuitState.Open ? 'failed' : state === CircuitState.HalfOpen ? 'probing' : 'recovered';
    const actor = endpoint === 'quotes' ? source : `${source}.${endpoint}`;
    this.#options.log.warn({ event: `source.${event}`, source, endpoint });
    void this.#options.appender.append({ type: 'source', v: 1, tsMs: this.now(), source: actor, event, reason: endpoint }, true);
  }

  #until(runMs: number): Promise<void> {
    const { signal } = this.#options;
    const wait = runMs - this.now();
    if (wait <= 0 || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(done, wait);
      function done(): void {
        signal.removeEventListener('abort', done);
        clearTimeout(timer);
        resolve();
      }
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
