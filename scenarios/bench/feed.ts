/**
 * The whole market through the emulated vendors in wall time: every row the collector emits is compared with the generator's own row of
 * that symbol and exchange second.
 */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Quote, type QuoteBatch, rowOf } from '../../contracts/quote.ts';
import { codeOf } from '../../contracts/units.ts';
import { banRule, CircuitState, usualRule } from '../../engine/feeds/collector/breaker.ts';
import { SourceClient } from '../../engine/feeds/collector/client.ts';
import { Collector, type CollectorSource } from '../../engine/feeds/collector/collector.ts';
import { Enrichment } from '../../engine/feeds/collector/enrichment.ts';
import { Heartbeat } from '../../engine/feeds/collector/heartbeat.ts';
import { SweepPlanner } from '../../engine/feeds/collector/planner.ts';
import { eastmoney } from '../../engine/feeds/eastmoney/adapter.ts';
import { SourceHttp } from '../../engine/feeds/http.ts';
import { sourceRates } from '../../engine/feeds/rates.ts';
import { sina } from '../../engine/feeds/sina/adapter.ts';
import { tencent } from '../../engine/feeds/tencent/adapter.ts';
import type { Vendor } from '../sources/faults.ts';
import { marketUntil } from '../support/emulated.ts';
import type { MarketUp, MarketWanted } from './feed-market.ts';

const cadenceMs = 3000;
const adapters = [tencent, sina, eastmoney];

export async function feedBench(seconds: number, withFaults: boolean, count = 5500): Promise<void> {
  const faults: MarketWanted['faults'] = withFaults
    ? [
        { vendor: 'eastmoney', kind: 'ban', fromMs: 60_000, toMs: 360_000 },
        { vendor: 'tencent', kind: 'down', fromMs: 180_000, toMs: 240_000 },
      ]
    : [];
  const wanted: MarketWanted = { count, seed: 1, clock: '10:00', faults };
  const child = fork('engine/cli/launch.mjs', ['scenarios/bench/feed-market.ts', JSON.stringify(wanted)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [up] = (await once(child, 'message')) as [MarketUp];
  const run = new Run(
    up,
    marketUntil('08:31', { count }).market.issues.map(({ no }) => no),
  );
  await run.until(seconds);
  child.send('requests');
  const [told] = (await once(child, 'message')) as [{ requests: Record<Vendor, number> }];
  child.kill();
  run.report(seconds, count, told.requests);
}

class Run {
  readonly #batches: QuoteBatch[] = [];
  readonly #ages: number[] = [];
  readonly #sweeps: number[] = [];
  readonly #facts: string[] = [];
  readonly #sources: CollectorSource[];
  readonly #collector: Collector;
  readonly #enrichment: Enrichment;
  readonly #now: () => number;
  readonly #staleMs: number[] = [];
  #rejected = 0;
  #flows = 0;
  #cpu = process.cpuUsage();
  #sweepMs = 0;

  constructor(up: MarketUp, instruments: readonly number[]) {
    this.#now = () => Date.now() - up.wallMs + up.runMs;
    this.#sources = adapters.map((adapter) => this.#source(adapter, up, instruments.slice(0, 300)));
    const planner = new SweepPlanner(instruments);
    this.#collector = new Collector({
      sources: this.#sources,
      planner,
      indices: [],
      now: this.#now,
      entry: ({ batch }) => {
        this.#batches.push(batch);
        for (let i = 0; i < batch.count; i++) this.#ages.push(batch.tsMs - batch.tsExchangeMs[i]!);
        return Promise.resolve(true);
      },
      fact: ({ tsMs, source, event, reason }) =>
        Promise.resolve(
          void this.#facts.push(`${((tsMs - up.runMs) / 1000).toFixed(0)} s ${source} ${event}${reason === null ? '' : ` (${reason})`}`),
        ),
      rejected: (_source, rejected) => {
        this.#rejected += rejected.length;
      },
      pace: (i, n) => wait(this.#sweepMs + (i * cadenceMs * 0.8) / n - Date.now()),
    });
    this.#enrichment = new Enrichment({
      date: up.date,
      eastmoney: this.#sources[2]!.client,
      tencent: this.#sources[0]!.client,
      planner,
      rows: this.#collector.rows,
      now: this.#now,
      entry: () => Promise.resolve(),
    });
  }

  #source(adapter: (typeof adapters)[number], up: MarketUp, caps: readonly number[]): CollectorSource {
    const http = new SourceHttp(Object.fromEntries(Object.keys(adapter.hosts).map((host) => [host, up.urls[adapter.name]!])), {
      totalMs: 4000,
    });
    const heartbeat = new Heartbeat(caps);
    const onState = (endpoint: string, state: CircuitState) =>
      this.#facts.push(`${((this.#now() - up.runMs) / 1000).toFixed(0)} s ${adapter.name}.${endpoint} circuit ${CircuitState[state]}`);
    const client = new SourceClient({
      name: adapter.name,
      http,
      rates: sourceRates[adapter.name],
      breaker: adapter.name === 'eastmoney' ? banRule : usualRule,
      heartbeat,
      onState,
      onAnswer: () => undefined,
    });
    return { adapter, client, heartbeat };
  }

  async until(seconds: number): Promise<void> {
    const end = Date.now() + seconds * 1000;
    this.#cpu = process.cpuUsage();
    const enriching = (async () => {
      while (Date.now() < end) {
        this.#flows += await this.#enrichment.step();
        await wait(1000);
      }
    })();
    while (Date.now() < end) {
      this.#sweepMs = Date.now();
      await this.#collector.sweep();
      this.#sweeps.push(Date.now() - this.#sweepMs);
      this.#staleMs.push(this.#collector.rows.ages('price', this.#now()).at(-1) ?? 0);
      await wait(this.#sweepMs + cadenceMs - Date.now());
    }
    await enriching;
  }

  report(seconds: number, count: number, requests: Record<Vendor, number>): void {
    const cpu = process.cpuUsage(this.#cpu);
    const cpuSeconds = (cpu.user + cpu.system) / 1e6;
    const { rows, wrong, unknown, zero } = this.#judge(count, seconds);
    const ages = Float64Array.from(this.#ages).sort();
    const at = (share: number): string => ((ages[Math.floor(ages.length * share)] ?? 0) / 1000).toFixed(2);
    console.log(
      `feed           ${count} symbols, ${seconds} s, ${this.#sweeps.length} sweeps, ${rows} rows emitted (${(rows / seconds).toFixed(0)}/s)`,
    );
    console.log(
      `truth          ${wrong} differ from the generator, ${unknown} it never had, ${zero} prices of 0, ${this.#rejected} refused by parsers`,
    );
    console.log(`exchange age   p50 ${at(0.5)} s, p99 ${at(0.99)} s (poll phase and exchange second included)`);
    console.log(`oldest answer  of any symbol at the end of a sweep, at most ${(Math.max(...this.#staleMs) / 1000).toFixed(1)} s`);
    console.log(`cpu            ${((100 * cpuSeconds) / seconds).toFixed(1)} % of one core`);
    console.log(
      `requests       ${Object.entries(requests)
        .map(([vendor, n]) => `${vendor} ${n} (${((60 * n) / seconds).toFixed(0)}/min)`)
        .join(', ')}; eastmoney's ban budget is 200/min`,
    );
    console.log(
      `flow           ${this.#flows} rows; hedged ${(100 * this.#collector.hedge.load).toFixed(1)} %, disputed ${this.#collector.comparison.disputed.length}`,
    );
    for (const fact of this.#facts) console.log(`fact           ${fact}`);
  }

  /** Every emitted row beside the generator's of that symbol and second, field by field at the vendor's precision. */
  #judge(count: number, seconds: number): { rows: number; wrong: number; unknown: number; zero: number } {
    const emitted = new Map<number, Map<number, Emitted[]>>();
    let [rows, zero] = [0, 0];
    for (const batch of this.#batches)
      for (let i = 0; i < batch.count; i++) {
        rows += 1;
        if (batch.lastMilli[i] === 0) zero += 1;
        const own = emitted.get(batch.instrumentNo[i]!) ?? new Map<number, Emitted[]>();
        emitted.set(batch.instrumentNo[i]!, own);
        const at = own.get(batch.tsExchangeMs[i]!) ?? [];
        own.set(batch.tsExchangeMs[i]!, [...at, { batch, i, verdict: null }]);
      }
    const { market, table } = marketUntil('09:50', { count });
    const until = table.nowMs + 600_000 + (seconds + 10) * 1000;
    for (let ms = table.nowMs + 1000; ms <= until; ms += 1000)
      for (const entry of market.take(ms)) {
        if (entry.type !== 'quotes') continue;
        const { batch } = entry;
        for (let i = 0; i < batch.count; i++)
          for (const each of emitted.get(batch.instrumentNo[i]!)?.get(batch.tsExchangeMs[i]!) ?? [])
            each.verdict =
              each.verdict === 'same' || isSame(rowOf(each.batch, each.i), rowOf(batch, i), each.batch.source) ? 'same' : 'other';
      }
    const verdicts = [...emitted.values()].flatMap((own) => [...own.values()].flat()).map(({ verdict }) => verdict);
    return {
      rows,
      zero,
      wrong: verdicts.filter((each) => each === 'other').length,
      unknown: verdicts.filter((each) => each === null).length,
    };
  }
}

type Emitted = { readonly batch: QuoteBatch; readonly i: number; verdict: 'same' | 'other' | null };

/** Tencent tells lots (of STAR shares, but for the depth) and whole yuan, Sina shares and neither limits nor outer and inner, Eastmoney lots and no book. */
function isSame(row: Quote, truth: Quote, source: string): boolean {
  const shares = (value: number | null): number | null => (value === null || source === 'sina' ? value : Math.floor(value / 100) * 100);
  const isWhole = source === 'tencent' && /^68[89]/.test(codeOf(truth.instrumentNo));
  const total = (value: number | null): number | null => (isWhole ? value : shares(value));
  const yuan = source === 'tencent' ? Math.round(truth.amountYuan ?? 0) : (truth.amountYuan ?? 0);
  const level = (side: Quote['bids'], n: number): string => {
    const at = side[n] ?? null;
    return at === null ? '-' : `${at[0]}x${at[1]}`;
  };
  const lots = (side: Quote['bids']): Quote['bids'] => side.map((at) => (at === null ? null : [at[0], shares(at[1])!]));
  const hasBook = source !== 'eastmoney';
  const hasMore = source === 'tencent';
  return (
    prices.every((name) => row[name] === truth[name]) &&
    row.volumeShares === total(truth.volumeShares) &&
    Math.abs((row.amountYuan ?? Number.NaN) - yuan) < 0.006 &&
    [0, 1, 2, 3, 4].every(
      (n) => !hasBook || (level(row.bids, n) === level(lots(truth.bids), n) && level(row.asks, n) === level(lots(truth.asks), n)),
    ) &&
    more.every((name) => row[name] === (hasMore ? (name.endsWith('Shares') ? total(truth[name]) : truth[name]) : null))
  );
}
const prices = ['lastMilli', 'preCloseMilli', 'openMilli', 'highMilli', 'lowMilli'] as const;
const more = ['limitUpMilli', 'limitDownMilli', 'outerShares', 'innerShares'] as const;

const wait = (ms: number): Promise<void> => (ms <= 0 ? Promise.resolve() : sleep(ms));
