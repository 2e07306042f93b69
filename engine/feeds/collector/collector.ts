/**
 * The market from its sources, cycle by cycle: sweep the active source, ask once more for what is missing, compare a sample with a
 * second source, probe the preferred ones, and say what changed. Timing is the caller's: `sweep` runs one cycle.
 */

import type { z } from 'zod';
import { FenshiError } from '../../../contracts/errors.ts';
import { boardOf } from '../../../contracts/instruments.ts';
import { batchOf, quoteFlag } from '../../../contracts/quote.ts';
import { midnightOf, tradeDateOf } from '../../../contracts/session.ts';
import type { QuotesEntry, SourceFact } from '../../../contracts/tape.ts';
import { codeOf } from '../../../contracts/units.ts';
import type { DataSourceAdapter, Parsed, Rejected, SourceName, SourceQuote } from '../adapter.ts';
import { type BoardFault, boardFaults } from './board-faults.ts';
import { type Answer, OwnRate, type SourceClient } from './client.ts';
import { Comparison } from './comparison.ts';
import { Failover } from './failover.ts';
import type { Heartbeat } from './heartbeat.ts';
import { Hedge } from './hedge.ts';
import { LastRows } from './last-rows.ts';
import type { SweepPlanner } from './planner.ts';

export type CollectorSource = {
  readonly adapter: DataSourceAdapter & { readonly quotes: NonNullable<DataSourceAdapter['quotes']> };
  readonly client: SourceClient;
  readonly heartbeat: Heartbeat;
};
export type Fact = Omit<z.infer<typeof SourceFact>, 'type' | 'v'>;
export type CollectorOptions = {
  readonly sources: readonly CollectorSource[];
  readonly planner: SweepPlanner;
  readonly indices: readonly number[];
  /** Run time: wall time, plus a demo's offset. */
  readonly now: () => number;
  /** False when it could not be stored in time. */
  readonly entry: (entry: QuotesEntry) => Promise<boolean>;
  readonly fact: (fact: Fact) => Promise<void>;
  readonly rejected: (source: SourceName, rejected: readonly Rejected[]) => void;
  /** Boards that the active source's parser refuses whole, when that begins, changes or ends. */
  readonly boardFaults?: (source: SourceName, faults: readonly BoardFault[]) => void;
  readonly compared?: (source: SourceName, differs: boolean) => void;
  /** Of the age of a new row, what polling may have cost, ms: it came up at some time since the symbol was last looked at. */
  readonly polled?: (source: SourceName, ms: number) => void;
  /** Waits until request `i` of `n` is due: a sweep is spread over its cadence. */
  readonly pace?: (i: number, n: number) => Promise<void>;
};
export type SweepReport = {
  readonly source: SourceName;
  readonly asked: number;
  readonly received: number;
  readonly fresh: number;
  readonly older: number;
  /** Without a row, the `idle` ones among them. */
  readonly missing: readonly number[];
  /** Told as not traded: suspended. */
  readonly idle: number;
  readonly good: boolean;
  /** Boards whose rows were refused whole: a fault of the parser; their instruments were asked of a second source. */
  readonly faults: readonly BoardFault[];
  readonly switchedTo: SourceName | null;
};

type Job = {
  readonly rows: readonly SourceQuote[];
  readonly rejected: readonly Rejected[];
  readonly fresh: number;
  readonly older: number;
  readonly missing: readonly number[];
  readonly idle: number;
  readonly heldBack: number;
};

/** Which of the asked instruments a refused row was about, where the parser knew its code alone. */
const withInstrument = (rejected: readonly Rejected[], asked: readonly number[]): readonly Rejected[] =>
  rejected.map((each) => {
    const no = each.no ?? (/^\d{6}$/.test(each.key) ? asked.find((one) => codeOf(one) === each.key) : undefined);
    return no === undefined ? each : { ...each, no };
  });

/** Less than this share of the market in an answer is a bad cycle. */
const enough = 0.9;
const compareEveryCycles = 5;
const probeEveryCycles = 2;
const sampleSize = 60;
/** Q2 judges by the source's learned skew; a stamp this far ahead is no skew, and would keep every honest row of its symbol out. */
const aheadMs = 60_000;

export class Collector {
  readonly rows = new LastRows();
  readonly hedge = new Hedge();
  readonly comparison = new Comparison();
  readonly failover: Failover;
  readonly #options: CollectorOptions;
  readonly #sources: ReadonlyMap<SourceName, CollectorSource>;
  #cycle = 0;
  #toldFaults = '';
  #sampleFrom = 0;

  constructor(options: CollectorOptions) {
    this.#options = options;
    this.#sources = new Map(options.sources.map((source) => [source.adapter.name, source]));
    this.failover = new Failover(options.sources.map(({ adapter }) => adapter));
  }

  /** Facts of the start: who is active, who waits. */
  async open(): Promise<void> {
    for (const [name] of this.#sources) await this.#fact(name, name === this.failover.active ? 'connected' : 'standby', null);
  }

  async sweep(): Promise<SweepReport> {
    this.#cycle += 1;
    const source = this.#sources.get(this.failover.active)!;
    const { batches } = this.#options.planner.sweep(source.adapter.quotes.batch);
    const jobs = [
      ...batches.map((instruments) => ({ instruments, isIndex: false })),
      ...(this.#options.indices.length > 0 ? [{ instruments: this.#options.indices, isIndex: true }] : []),
    ];
    const done = await Promise.all(jobs.map(({ instruments, isIndex }, i) => this.#job(source, instruments, isIndex, i, jobs.length)));
    const all = batches.reduce((sum, each) => sum + each.length, 0);
    // what our own rate kept us from asking says nothing of the source
    const asked = all - done.reduce((sum, each) => sum + each.heldBack, 0);
    const market = done.slice(0, batches.length);
    const rows = market.flatMap((each) => each.rows);
    const nowMs = this.#options.now();
    source.heartbeat.observe(
      rows.filter(({ quote }) => quote.tsExchangeMs <= nowMs + aheadMs),
      nowMs,
    );
    const status = source.heartbeat.status(nowMs);
    const idle = market.reduce((sum, each) => sum + each.idle, 0);
    if (asked < all) this.#options.planner.goOn(asked);
    const had = new Set(rows.map(({ quote }) => quote.instrumentNo));
    const rejected = market.flatMap((each) => each.rejected);
    const faults = asked < all ? [] : boardFaults(batches.flat(), had, rejected);
    this.#tellFaults(source.adapter.name, faults);
    const filled =
      faults.length === 0
        ? new Set<number>()
        : await this.#fillBoards(
            batches.flat().filter((no) => !had.has(no)),
            faults,
          );
    const received = rows.length + filled.size;
    const refused = faults.reduce((sum, each) => sum + each.refused, 0);
    const good = rows.length + idle >= enough * (asked - refused) && !status.stalled && !status.late;
    const switchedTo = this.failover.report(source.adapter.name, good, nowMs);
    if (switchedTo !== null)
      await this.#switched(source.adapter.name, switchedTo, status.stalled ? 'stalled' : status.late ? 'late' : 'bad cycles');
    await this.#probe();
    if (this.#cycle % compareEveryCycles === 0) await this.#compare();
    return {
      source: source.adapter.name,
      asked,
      received,
      fresh: done.reduce((sum, each) => sum + each.fresh, 0),
      older: done.reduce((sum, each) => sum + each.older, 0),
      missing: market.flatMap((each) => each.missing).filter((no) => !filled.has(no)),
      idle,
      good,
      faults,
      switchedTo,
    };
  }

  /** The active symbols once more, between two sweeps. */
  async between(): Promise<number> {
    const source = this.#sources.get(this.failover.active)!;
    const instruments = this.#options.planner.between(source.adapter.quotes.batch);
    if (instruments.length === 0) return 0;
    return (await this.#job(source, instruments, false, 0, 1)).fresh;
  }

  async #job(source: CollectorSource, instruments: readonly number[], isIndex: boolean, i: number, n: number): Promise<Job> {
    await this.#options.pace?.(i, n);
    const first = await this.#ask(source, instruments, true);
    const none = { rows: [], rejected: [], fresh: 0, older: 0, idle: 0 };
    if (first === 'heldBack') return { ...none, missing: [], heldBack: isIndex ? 0 : instruments.length };
    if (first === null) return { ...none, missing: instruments, heldBack: 0 };
    let taken = await this.#publish(first.parsed, first.source, isIndex);
    let rows = first.parsed.rows;
    const idle = first.parsed.anomalies?.noTrade ?? 0;
    let rejected = withInstrument(first.parsed.rejected, instruments);
    const had = new Set(rows.map(({ quote }) => quote.instrumentNo));
    // a row that was refused with its code would be refused again; what a cut answer lost would not
    const refused = new Set(rejected.map(({ no }) => no));
    const missing = instruments.filter((no) => !had.has(no) && !refused.has(no));
    // a cut answer is asked for once more; what no answer ever has is not asked for in every cycle
    if (missing.length > 0 && first.parsed.rejected.length > 0) {
      const second = await this.#ask(source, missing, false);
      if (second !== null && second !== 'heldBack') {
        const more = await this.#publish(second.parsed, second.source, isIndex);
        taken = { fresh: taken.fresh + more.fresh, older: taken.older + more.older };
        rows = [...rows, ...second.parsed.rows];
        rejected = [...rejected, ...withInstrument(second.parsed.rejected, instruments)];
        for (const { quote } of second.parsed.rows) had.add(quote.instrumentNo);
      }
    }
    return { rows, rejected, ...taken, missing: instruments.filter((no) => !had.has(no)), idle, heldBack: 0 };
  }

  /** Says a parser's fault once when it begins, changes or ends. */
  #tellFaults(source: SourceName, faults: readonly BoardFault[]): void {
    const key = `${source} ${faults.map(({ board, reason }) => `${board} ${reason}`).join()}`;
    if (key === this.#toldFaults) return;
    if (faults.length > 0 || this.#toldFaults !== '') this.#options.boardFaults?.(source, faults);
    this.#toldFaults = faults.length === 0 ? '' : key;
  }

  /** Asks a second source for boards that the active one's parser refuses. Returns whom it told. */
  async #fillBoards(missing: readonly number[], faults: readonly BoardFault[]): Promise<ReadonlySet<number>> {
    const backup = this.failover.backup === null ? null : this.#sources.get(this.failover.backup)!;
    const boards = new Set(faults.map(({ board }) => board));
    const wanted = missing.filter((no) => boards.has(boardOf(no)!));
    const told = new Set<number>();
    if (backup === null) return told;
    const { batch } = backup.adapter.quotes;
    for (let from = 0; from < wanted.length; from += batch) {
      const answer = await this.#ask(backup, wanted.slice(from, from + batch), false);
      if (answer === null || answer === 'heldBack') break;
      await this.#publish(answer.parsed, answer.source, false);
      for (const { quote } of answer.parsed.rows) told.add(quote.instrumentNo);
    }
    return told;
  }

  /** An answer, from a second source when the first is slow; null when nobody gave one; `heldBack` by our own rate. */
  async #ask(
    source: CollectorSource,
    instruments: readonly number[],
    mayHedge: boolean,
  ): Promise<{ parsed: Answer<SourceQuote>; source: SourceName } | 'heldBack' | null> {
    const backup = mayHedge && this.failover.backup !== null ? this.#sources.get(this.failover.backup)! : null;
    // a faster answer with fewer symbols in it would be none for the others
    const second = backup !== null && instruments.length <= backup.adapter.quotes.batch ? backup : null;
    const from = (of: CollectorSource) => (signal: AbortSignal) => of.client.ask(of.adapter.quotes, { instruments }, signal);
    try {
      const { answer, hedged } = await this.hedge.race(from(source), second === null ? null : from(second));
      return { parsed: answer, source: hedged ? second!.adapter.name : source.adapter.name };
    } catch (error) {
      if (error instanceof OwnRate) return 'heldBack';
      if (error instanceof FenshiError) return null;
      throw error;
    }
  }

  /** Rows of today that are not ahead of the clock; rejected where they are, passed over where they are yesterday's. */
  #ofToday(rows: readonly SourceQuote[], source: SourceName): readonly SourceQuote[] {
    const nowMs = this.#options.now();
    const midnight = midnightOf(tradeDateOf(nowMs));
    const ahead = rows.filter(({ quote }) => quote.tsExchangeMs > nowMs + aheadMs);
    if (ahead.length > 0)
      this.#options.rejected(
        source,
        ahead.map(({ quote }) => ({ key: String(quote.instrumentNo), reason: 'TIME' })),
      );
    return rows.filter(({ quote }) => quote.tsExchangeMs <= nowMs + aheadMs && quote.tsExchangeMs >= midnight);
  }

  async #publish(parsed: Parsed<SourceQuote>, source: SourceName, isIndex: boolean): Promise<{ fresh: number; older: number }> {
    if (parsed.rejected.length > 0) this.#options.rejected(source, parsed.rejected);
    const tsMs = this.#options.now();
    const today = this.#ofToday(parsed.rows, source);
    let older = parsed.rows.length - today.length;
    const fresh = today.filter((row) => {
      const { instrumentNo, tsExchangeMs } = row.quote;
      const looked = this.rows.originOf(instrumentNo, 'price');
      const verdict = this.rows.take(row, source, tsMs);
      if (verdict === 'older') older += 1;
      if (verdict === 'new' && looked !== null) this.#options.polled?.(source, Math.max(0, tsMs - Math.max(looked.tsRecvMs, tsExchangeMs)));
      return verdict === 'new';
    });
    if (fresh.length === 0) return { fresh: 0, older };
    const quotes = fresh.map(({ quote }) =>
      this.comparison.isDisputed(quote.instrumentNo) ? { ...quote, flags: quote.flags | quoteFlag.disputed } : quote,
    );
    const stored = await this.#options.entry({ type: isIndex ? 'index' : 'quotes', tsMs, batch: batchOf(source, tsMs, quotes) });
    if (!stored) this.rows.forget(quotes.map(({ instrumentNo }) => instrumentNo));
    return { fresh: stored ? fresh.length : 0, older };
  }

  async #switched(from: SourceName, to: SourceName, reason: string): Promise<void> {
    await this.#fact(from, 'standby', reason);
    await this.#fact(to, 'active', `instead of ${from}: ${reason}`);
    await this.#fact(to, 'connected', null);
  }

  /** One small request to each source preferred to the active one: has it recovered? */
  async #probe(): Promise<void> {
    if (this.#cycle % probeEveryCycles !== 0) return;
    for (const name of this.failover.preferred) {
      const { adapter, client, heartbeat } = this.#sources.get(name)!;
      const caps = heartbeat.sample(sampleSize);
      const instruments = caps.length > 0 ? caps : this.#options.planner.sweep(sampleSize).batches[0]!;
      const answer = await client.ask(adapter.quotes, { instruments }).catch((error: unknown) => {
        if (error instanceof FenshiError) return null;
        throw error;
      });
      const nowMs = this.#options.now();
      if (answer !== null) heartbeat.observe(answer.rows, nowMs);
      const { stalled, late } = heartbeat.status(nowMs);
      const good =
        answer !== null && answer.rows.length + (answer.anomalies?.noTrade ?? 0) >= enough * instruments.length && !stalled && !late;
      const was = this.failover.active;
      const now = this.failover.report(name, good, nowMs);
      if (now !== null) await this.#switched(was, now, `${name} has recovered`);
    }
  }

  /** A turning sample of the market, asked of a second source and compared with what is known. */
  async #compare(): Promise<void> {
    const backup = this.failover.backup;
    if (backup === null) return;
    const { adapter, client } = this.#sources.get(backup)!;
    const all = this.#options.planner.sweep(Number.MAX_SAFE_INTEGER).batches[0] ?? [];
    const sample = [
      ...new Set([
        ...this.comparison.suspected,
        ...Array.from({ length: Math.min(sampleSize, all.length) }, (_, i) => all[(this.#sampleFrom + i) % all.length]!),
      ]),
    ];
    this.#sampleFrom += sampleSize;
    const answer = await client.ask(adapter.quotes, { instruments: sample.slice(0, adapter.quotes.batch) }).catch((error: unknown) => {
      if (error instanceof FenshiError) return null;
      throw error;
    });
    this.#beside(adapter.name, answer?.rows ?? []);
  }

  /** Rows of a source that is not the active one, beside what is known. */
  #beside(source: SourceName, rows: readonly SourceQuote[]): void {
    for (const { quote } of rows) {
      const own = this.rows.quoteOf(quote.instrumentNo);
      const verdict = own === null ? 'incomparable' : this.comparison.compare(own, quote);
      if (verdict !== 'incomparable') this.#options.compared?.(source, verdict === 'differs');
    }
  }

  /**
   * Rows that a source pushed. To the tape while it is the active one; else they are compared and go nowhere: one source at a time
   * carries the market.
   */
  async pushed(name: SourceName, parsed: Parsed<SourceQuote>): Promise<number> {
    this.#sources.get(name)!.heartbeat.received(Date.now());
    if (name === this.failover.active) return (await this.#publish(parsed, name, false)).fresh;
    if (parsed.rejected.length > 0) this.#options.rejected(name, parsed.rejected);
    this.#beside(name, parsed.rows);
    return 0;
  }

  #fact(source: SourceName, event: Fact['event'], reason: string | null): Promise<void> {
    return this.#options.fact({ tsMs: this.#options.now(), source, event, reason });
  }
}
