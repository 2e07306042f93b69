/**
 * A market, invented or recorded, behind emulated vendors, in run time: second by second the day goes on, and the servers answer with
 * what a vendor would know by then. The hand-over tells the feed where they are and how far run time is from wall time.
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JetStreamManager } from '@nats-io/jetstream';
import type { KV } from '@nats-io/kv';
import type { Log } from '../contracts/process/log.ts';
import { midnightOf } from '../contracts/session.ts';
import type { TapeEntry } from '../contracts/tape.ts';
import type { TradeDate } from '../contracts/units.ts';
import { handOver, handOverOf, isCurrent } from '../engine/log/feed-bucket.ts';
import { lastClock, newestDay } from '../engine/log/jetstream-tape.ts';
import type { AsyncRowSource } from '../engine/log/pacer.ts';
import { type Emulators, startEmulators } from './sources/emulators.ts';
import type { Vendor } from './sources/faults.ts';
import { type Listing, MarketTable } from './sources/table.ts';

const dayEndMs = 15.5 * 3_600_000;
const seconds = 1000;

export type ServeOptions = {
  readonly kv: KV;
  readonly jsm: JetStreamManager;
  readonly run: string;
  readonly dir: string;
  readonly log: Log;
  readonly signal: AbortSignal;
};

/** One day of a market: asked once for every second, in order. */
export type ServedDay = AsyncRowSource & { readonly date: TradeDate; readonly listings: readonly Listing[] };

export class LiveMarket {
  readonly #market: ServedDay;
  readonly #table: MarketTable;
  readonly #from: number;

  constructor(market: ServedDay, from: number) {
    this.#market = market;
    this.#from = from;
    this.#table = new MarketTable(market.date, market.listings);
  }

  /** The market's rows for the pacer; the vendors' table sees them too. */
  get rows(): AsyncRowSource {
    return { take: (secondMs) => this.#take(secondMs) };
  }

  /** Whether the day was handed over already: its paced part is written. */
  async resumable(kv: KV): Promise<boolean> {
    return (await handOverOf(kv))?.tradeDate === this.#market.date;
  }

  /** Serves until the day is closed on TAPE or the signal comes. */
  async serve(options: ServeOptions): Promise<void> {
    const { dir, log, signal } = options;
    // before anybody asks: a vendor's market is never that of this morning
    const last = Math.max(this.#from, await lastClock(options.jsm, options.run));
    await this.#takeUntil(last);
    const emulators = await startEmulators(this.#table, { ports: portsIn(dir) });
    writeFileSync(join(dir, 'emulators.json'), JSON.stringify(emulators.urls));
    const offset = await this.#handOver(options, emulators, last);
    log.info({ event: 'day.collected', date: this.#market.date, ...emulators.urls });
    const end = midnightOf(this.#market.date) + dayEndMs;
    while (!signal.aborted) {
      const nowMs = Date.now() + offset;
      await this.#takeUntil(Math.min(nowMs, end));
      if (nowMs >= end && (await newestDay(options.jsm, options.run))?.closed === true) break;
      await sleep(seconds - (nowMs % seconds));
    }
    await emulators.close();
  }

  /** Run time less wall time. A run that goes on after a rest is handed over anew. */
  async #handOver({ kv }: ServeOptions, { urls }: Emulators, last: number): Promise<number> {
    const known = await handOverOf(kv);
    const same = known?.tradeDate === this.#market.date && JSON.stringify(known.hosts) === JSON.stringify(urls);
    if (same && isCurrent(known, last)) return known.runMs - known.wallMs;
    const wallMs = Date.now();
    await handOver(kv, { v: 1, tradeDate: this.#market.date, runMs: last, wallMs, hosts: urls });
    return last - wallMs;
  }

  async #takeUntil(untilMs: number): Promise<void> {
    for (let ms = this.#table.nowMs + seconds; ms <= untilMs; ms += seconds) await this.#take(ms);
  }

  async #take(secondMs: number): Promise<TapeEntry[]> {
    const entries = await this.#market.take(secondMs);
    for (const entry of entries) if (entry.type === 'quotes' || entry.type === 'index') this.#table.apply(entry.batch);
    this.#table.nowMs = secondMs;
    return entries;
  }
}

/** The addresses a restart keeps, so that the feed finds its sources again. */
function portsIn(dir: string): Partial<Record<Vendor, number>> {
  const file = join(dir, 'emulators.json');
  if (!existsSync(file)) return {};
  const urls = JSON.parse(readFileSync(file, 'utf8')) as Record<Vendor, string>;
  return Object.fromEntries(Object.entries(urls).map(([vendor, url]) => [vendor, Number(new URL(url).port)]));
}
