/** Each service's answer from the day in memory or the store. Throws coded errors; the responder turns them into replies. */

import { FenshiError } from '../../contracts/errors.ts';
import type { Flow } from '../../contracts/flow.ts';
import { type ServiceAnswer, type ServiceName, services } from '../../contracts/services.ts';
import { dashed } from '../../contracts/session.ts';
import { instrumentId, instrumentNo, type TradeDate } from '../../contracts/units.ts';
import type { Store } from '../store/client.ts';
import { database } from '../store/schema.ts';
import type { Which } from './auctions.ts';
import { type BarLike, barColumns, type DayTable, flowColumns, minuteAt, type PricedAt, pathColumns } from './day-table.ts';
import type { PastMarkets } from './past-markets.ts';
import { strategyRows } from './strategies.ts';

/** `past`: whole markets of stored days. */
export type Sources = {
  readonly day: () => DayTable | null;
  readonly store: () => Store | null;
  readonly past?: Pick<PastMarkets, 'of' | 'peek'>;
};
type AsOf = { readonly date?: TradeDate; readonly atMs?: number };
const widestMs = 400 * 86_400_000;
/** A session from 09:30 to 15:00 with its lunch. */
const longestPathMs = 6 * 3_600_000;
const pathMs = 3000;
/** Which bar is told when several know the same minute: our own tape, then gaps repaired, then imports. */
const kinds = "['live', 'backfilled', 'imported']";

export class Answers {
  readonly #from: Sources;

  constructor(from: Sources) {
    this.#from = from;
  }

  /** @throws FenshiError QUERY_INVALID, NOT_FOUND, NOT_READY, STORE_UNAVAILABLE */
  async answer<N extends ServiceName>(name: N, raw: unknown): Promise<ServiceAnswer<N>> {
    const parsed = services[name].request.safeParse(raw ?? {});
    if (!parsed.success)
      throw new FenshiError('QUERY_INVALID', parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
    const work = this.#works[name] as (request: unknown) => Promise<object>;
    const body = await work(parsed.data);
    const { date } = parsed.data as { date?: TradeDate };
    const day = (date === undefined ? null : this.#from.past?.peek(date)) ?? this.#from.day();
    const asOf = { tradeDate: day?.bundle.tradeDate ?? '00000000', tsMs: day?.tsMs ?? 0, n: day?.n ?? -1 };
    return { ok: true, asOf, ...body } as ServiceAnswer<N>;
  }

  readonly #works = {
    quotes: async ({ instruments, after, limit }: { instruments?: string[]; after: number; limit: number }) => {
      const day = this.#day();
      const asked = instruments?.map((id) => this.#known(day, id)) ?? null;
      return day.quotes(asked, after, limit);
    },
    minutes: async ({ instrument, date }: { instrument: string; date?: string }) => {
      const day = await this.#inMemory(date);
      if (day !== null) return day.minutes(this.#known(day, instrument));
      return barColumns(await this.#bars(instrument, 60, { date: date! }));
    },
    bars: async ({
      instrument,
      periodSec,
      fromMs,
      toMs,
      limit,
    }: {
      instrument: string;
      periodSec: number;
      fromMs: number;
      toMs: number;
      limit: number;
    }) => {
      if (toMs < fromMs || toMs - fromMs > widestMs) throw new FenshiError('QUERY_INVALID', 'fromMs to toMs: at most 400 days, in order');
      const bars = await this.#bars(instrument, periodSec, { fromMs, toMs, limit: limit + 1 });
      return { ...barColumns(bars.slice(0, limit)), next: bars.length > limit ? bars[limit]!.tsMs : null };
    },
    path: async ({ instrument, fromMs, toMs }: { instrument: string; fromMs: number; toMs: number }) => {
      if (toMs < fromMs || toMs - fromMs > longestPathMs)
        throw new FenshiError('QUERY_INVALID', 'fromMs to toMs: at most six hours, in order');
      return pathColumns(await this.#path(instrument, fromMs, toMs));
    },
    flow: async ({ instrument, source, date }: { instrument: string; source?: string; date?: string }) => {
      const day = this.#from.day();
      if (day !== null && (date === undefined || date === day.bundle.tradeDate)) return day.flow(this.#known(day, instrument), source);
      return this.#storedFlow(instrument, date ?? '', source ?? null);
    },
    instruments: async ({ instruments, date }: { instruments?: string[]; date?: TradeDate }) => {
      const day = await this.#dayOf(date);
      const wanted = instruments === undefined ? null : new Set(instruments.map((id) => this.#known(day, id)));
      const sectorsOf = day.sectorsOf();
      const rows = day.bundle.instruments.flatMap((each) => {
        if (wanted !== null && !wanted.has(each.no)) return [];
        const { no, name, board, riskWarning, listing, suspended, preCloseMilli, limitUpMilli, limitDownMilli, boards } = each;
        const sectors = sectorsOf.get(no) ?? [];
        const symbol = instrumentId(no);
        return [{ symbol, name, board, riskWarning, listing, suspended, preCloseMilli, limitUpMilli, limitDownMilli, boards, sectors }];
      });
      return { rows };
    },
    sectors: async ({ date }: AsOf) => ({
      rows: (await this.#dayOf(date)).bundle.sectors.map(({ code, name, kind, asOf, members }) => ({
        code,
        name,
        kind,
        asOf,
        members: members.map(instrumentId),
      })),
    }),
    auction: async ({ which, order, limit, date }: { which?: Which; order: 'yuan' | 'limit'; limit: number; date?: TradeDate }) => {
      const { rows, ...rest } = (await this.#dayOf(date)).auction({ which, order });
      return { ...rest, rows: rows.slice(0, limit) };
    },
    ladder: async ({ date, atMs }: AsOf) => ({ rows: (await this.#dayOf(date)).ladder(atMs) }),
    seals: async ({ instruments, date, atMs }: AsOf & { instruments: string[] }) => {
      const day = await this.#dayOf(date);
      const rows = instruments.flatMap((symbol) => {
        const curve = day.sealCurve(this.#known(day, symbol), atMs);
        return curve === null ? [] : [{ symbol, points: [...curve.points], openedMs: [...curve.openedMs] }];
      });
      return { rows };
    },
    overview: async ({ date, atMs }: AsOf) => (await this.#dayOf(date)).overview(atMs),
    heatmap: async ({ members, date, atMs }: AsOf & { members: number }) => (await this.#dayOf(date)).heatmap(members, atMs),
    strategies: async () => ({ rows: strategyRows(this.#day().bundle) }),
    sparks: async ({
      instruments,
      date,
      untilMs = Number.MAX_SAFE_INTEGER,
    }: {
      instruments: string[];
      date?: string;
      untilMs?: number;
    }) => {
      const day = await this.#inMemory(date);
      if (day !== null) {
        // one that the day has not is left out: a list of rows may name a sector's, or another day's
        const known = instruments.filter((id) => day.has(instrumentNo(id)));
        return { rows: known.map((symbol) => ({ symbol, closes: day.closes(instrumentNo(symbol), untilMs) })) };
      }
      return { rows: await this.#storedCloses(instruments, date!, untilMs) };
    },
    state: async ({ tsMs, actor, after, limit }: { tsMs: number; actor: string; after: string; limit: number }) => {
      const states = await this.#store().rows<{ actor: string; region: string; state: string; sinceMs: number; step: number }>(
        `SELECT actor, region, argMax(t.to_state, (t.step, t.idx)) AS state, toFloat64(max(t.ts_ms)) AS sinceMs, max(t.step) AS step FROM ${database}.transitions AS t FINAL
         WHERE trade_date = toDate(toDateTime({ts:Int64} / 1000, 'Asia/Shanghai'), 'Asia/Shanghai') AND ts_ms <= {ts:Int64} AND startsWith(actor, {actor:String})
           AND concat(actor, '|', region) > {after:String}
         GROUP BY actor, region ORDER BY concat(actor, '|', region) LIMIT {limit:UInt32}`,
        { ts: tsMs, actor, after, limit: limit + 1 },
      );
      const page = states.slice(0, limit);
      const last = page.at(-1);
      return { states: page, next: states.length > limit && last !== undefined ? `${last.actor}|${last.region}` : null };
    },
  };

  /** LIMIT 1 BY takes one row of a bar that is there twice as well, so FINAL would be paid for nothing. */
  async #bars(
    instrument: string,
    periodSec: number,
    range: { date?: TradeDate; fromMs?: number; toMs?: number; limit?: number },
  ): Promise<BarLike[]> {
    const where = range.date === undefined ? 'ts_ms >= {from:Int64} AND ts_ms <= {to:Int64}' : 'trade_date = {date:Date}';
    return this.#store().rows<BarLike>(
      `SELECT toFloat64(ts_ms) AS tsMs, open_milli AS openMilli, high_milli AS highMilli, low_milli AS lowMilli, close_milli AS closeMilli,
              volume_shares AS volumeShares, amount_yuan AS amountYuan
       FROM ${database}.bars WHERE period_sec = {period:UInt32} AND instrument = {no:UInt32} AND ${where}
       ORDER BY ts_ms, indexOf(${kinds}, kind), source != 'merged', source, known_ms DESC LIMIT 1 BY ts_ms LIMIT {limit:UInt32}`,
      {
        period: periodSec,
        no: instrumentNo(instrument),
        limit: range.limit ?? 5000,
        ...(range.date === undefined ? { from: range.fromMs, to: range.toMs } : { date: dashed(range.date) }),
      },
    );
  }

  /** Quotes count in the order of their own times, as everywhere. */
  async #path(instrument: string, fromMs: number, toMs: number) {
    return this.#store().rows<PricedAt>(
      `SELECT toFloat64(intDiv(ts_exchange_ms, {every:Int64}) * {every:Int64}) AS tsMs, argMax(last_milli, (ts_exchange_ms, n, row)) AS lastMilli
       FROM ${database}.quotes WHERE instrument = {no:UInt32} AND ts_exchange_ms >= {from:Int64} AND ts_exchange_ms <= {to:Int64} AND last_milli IS NOT NULL
         AND trade_date = toDate(toDateTime({from:Int64} / 1000, 'Asia/Shanghai'), 'Asia/Shanghai')
       GROUP BY tsMs ORDER BY tsMs LIMIT 8000`,
      { no: instrumentNo(instrument), from: fromMs, to: toMs, every: pathMs },
    );
  }

  async #storedCloses(instruments: readonly string[], date: TradeDate, untilMs: number) {
    const bars = await this.#store().rows<{ no: number; tsMs: number; closeMilli: number }>(
      `SELECT instrument AS no, toFloat64(ts_ms) AS tsMs, close_milli AS closeMilli
       FROM ${database}.bars WHERE period_sec = 60 AND instrument IN {nos:Array(UInt32)} AND trade_date = {date:Date} AND ts_ms <= {until:Int64} AND close_milli IS NOT NULL
       ORDER BY instrument, ts_ms, indexOf(${kinds}, kind), source != 'merged', source, known_ms DESC LIMIT 1 BY instrument, ts_ms LIMIT 60000`,
      { nos: instruments.map(instrumentNo), date: dashed(date), until: untilMs },
    );
    const closes = new Map<number, [number, number][]>();
    for (const bar of bars) {
      const own = closes.get(bar.no);
      const close: [number, number] = [minuteAt(bar.tsMs), bar.closeMilli];
      if (own === undefined) closes.set(bar.no, [close]);
      else own.push(close);
    }
    return instruments.flatMap((symbol) => {
      const own = closes.get(instrumentNo(symbol));
      return own === undefined ? [] : [{ symbol, closes: own }];
    });
  }

  async #storedFlow(instrument: string, date: string, asked: string | null): Promise<object> {
    const rows = await this.#store().rows<Flow & { source: string }>(
      `SELECT source, instrument AS instrumentNo, toFloat64(ts_ms) AS tsExchangeMs, main_yuan AS mainYuan, super_yuan AS superYuan, large_yuan AS largeYuan, medium_yuan AS mediumYuan, small_yuan AS smallYuan
       FROM ${database}.flow FINAL WHERE trade_date = {date:Date} AND instrument = {no:UInt32} ORDER BY source, ts_ms LIMIT 5000`,
      { date: dashed(date), no: instrumentNo(instrument) },
    );
    const source = asked ?? rows[0]?.source ?? null;
    return { source, ...flowColumns(rows.filter((row) => row.source === source)) };
  }

  #day(): DayTable {
    const day = this.#from.day();
    if (day === null) throw new FenshiError('NOT_READY', 'no day has been read yet');
    return day;
  }

  async #dayOf(date: TradeDate | undefined): Promise<DayTable> {
    const day = this.#from.day();
    if (date === undefined || date === day?.bundle.tradeDate) return this.#day();
    if (this.#from.past === undefined) throw new FenshiError('NOT_FOUND', `no tape of ${date} is stored in this run`);
    return this.#from.past.of(date);
  }

  /** The day at hand, or a stored one where there is no store to ask. Null: the store has it, with what was repaired since. */
  async #inMemory(date: TradeDate | undefined): Promise<DayTable | null> {
    if (date === undefined || date === this.#from.day()?.bundle.tradeDate) return this.#day();
    return this.#from.store() === null ? this.#dayOf(date) : null;
  }

  #store(): Store {
    const store = this.#from.store();
    if (store === null) throw new FenshiError('STORE_UNAVAILABLE', 'the store role is not up');
    return store;
  }

  #known(day: DayTable, id: string): number {
    const no = instrumentNo(id);
    if (!day.has(no)) throw new FenshiError('NOT_FOUND', `${id} is not in the day's bundle`);
    return no;
  }
}
