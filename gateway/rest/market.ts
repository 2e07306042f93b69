/** Symbols, sectors, the ladder and states of the market: the query role's answers and the gateway's own fold. */
import { pinyin } from 'pinyin-pro';
import { z } from 'zod';
import type { LosslessChannel } from '../../contracts/frames.ts';
import { QualityReport } from '../../contracts/quality.ts';
import { type ServiceAnswer, services, whyService } from '../../contracts/services.ts';
import type { StateItem } from '../../contracts/stream-items.ts';
import { TradeDate } from '../../contracts/units.ts';
import { ok, type Route, route } from '../http/table.ts';
import { columnsAsRows } from './columns.ts';
import { placeOf, type RestContext, readDay } from './context.ts';
import { paged } from './opportunities.ts';
import { cursorQuery, given, Listed, limitQuery, msQuery, pageOf, place, SymbolParams } from './shapes.ts';

type Instrument = ServiceAnswer<'instruments'>['rows'][number];
const InstrumentRow = services.instruments.answer.shape.rows.element;
const rowsOf = z.object({ items: z.array(z.record(z.string(), z.unknown())) });
/** null until the feed has reported: every ten seconds while it holds the sources. */
const SourceQuality = QualityReport.omit({ v: true, source: true, tradeDate: true }).nullable();
const StateRow = z.object({
  actor: z.string(),
  region: z.string(),
  state: z.string(),
  sinceMs: z.number(),
  note: z.string().nullable(),
  /** Of a sector: what it was when its state changed. */
  facts: z.record(z.string(), z.unknown()).optional(),
});

const SourceRow = StateRow.extend({ quality: SourceQuality });

function sourcesOf({ day, qualityOf }: RestContext): z.infer<typeof SourceRow>[] {
  return (day.itemsOf('sources') as StateItem[]).map((item) => {
    const report = qualityOf(item.actor.slice('source.'.length));
    if (report === null) return { ...item, quality: null };
    const { tsMs, windowSec, values, asking } = report;
    return { ...item, quality: { tsMs, windowSec, values, ...(asking === undefined ? {} : { asking }) } };
  });
}

export function marketRoutes(context: RestContext): Route[] {
  const { day, ask, values } = context;
  const search = new Search(context);
  const common = { method: 'GET', tag: 'market', role: 'viewer', codes: ['NOT_READY', 'NOT_FOUND', 'SERVICE_UNAVAILABLE'] } as const;
  const states = (path: string, channel: LosslessChannel, summary: string): Route =>
    route({
      ...common,
      path: `/v1/${path}`,
      id: `list${path[0]!.toUpperCase()}${path.slice(1)}`,
      summary,
      answer: z.object({
        ...place,
        items: z.array(channel === 'signals' || channel === 'strategies' ? z.record(z.string(), z.unknown()) : StateRow),
      }),
      handle: () => ok({ ...placeOf(readDay(day)), items: day.itemsOf(channel) }),
    });
  return [
    states('market', 'market', 'States of the market’s actor: phase, regime, feed'),
    states('risk', 'risk', 'Scopes under risk: level, and who asks for it'),
    route({
      ...common,
      path: '/v1/sources',
      id: 'listSources',
      summary:
        'States of the sources as the engine has them; beside each, how good it was, how it may be asked and what it last failed with',
      answer: z.object({ ...place, items: z.array(SourceRow) }),
      handle: () => ok({ ...placeOf(readDay(day)), items: sourcesOf(context) }),
    }),
    states('signals', 'signals', 'The newest two hundred signals'),
    states('strategies', 'strategies', 'Commands about strategies with their answers, and their faults: the newest two hundred'),
    route({
      ...common,
      path: '/v1/symbols',
      id: 'listSymbols',
      summary: 'By code, name or pinyin initials (`q`), best first; all of the day without it',
      query: z.strictObject({ q: z.string().trim().min(1).max(32).optional(), limit: limitQuery, cursor: cursorQuery }),
      answer: pageOf(InstrumentRow),
      handle: async ({ query: { q, limit, cursor } }) =>
        paged(await search.find(q), ({ symbol }) => symbol, { limit, cursor, day, asked: { q }, path: '/v1/symbols' }),
    }),
    route({
      ...common,
      path: '/v1/symbols/{symbol}',
      id: 'getSymbol',
      summary: 'Name, board, limits, sectors; its opportunities of the day',
      params: SymbolParams,
      answer: z.object({ ...place, item: InstrumentRow, opportunities: z.array(Listed) }),
      handle: async ({ params: { symbol } }) => {
        const { rows } = await ask('instruments', { instruments: [symbol] });
        return ok({ ...placeOf(day), item: rows[0], opportunities: opportunitiesOf(context, symbol) });
      },
    }),
    route({
      ...common,
      path: '/v1/symbols/{symbol}/quote',
      id: 'getQuote',
      summary: 'Its last quote, five levels',
      params: SymbolParams,
      answer: z.object({ asOf: z.record(z.string(), z.unknown()), item: z.record(z.string(), z.unknown()) }),
      handle: async ({ params: { symbol } }) => {
        const { asOf, count, columns } = await ask('quotes', { instruments: [symbol] });
        return ok({ asOf, item: columnsAsRows(count, columns)[0] });
      },
    }),
    route({
      ...common,
      path: '/v1/symbols/{symbol}/why',
      id: 'getWhy',
      summary: 'Why, and why not: what each strategy holds of it and asks of it now, value against threshold; gates that are shut',
      params: SymbolParams,
      answer: whyService.answer.omit({ ok: true }),
      handle: async ({ params: { symbol } }) => {
        const { ok: _ok, ...answer } = await context.why(symbol);
        return ok(answer);
      },
    }),
    route({
      ...common,
      path: '/v1/symbols/{symbol}/minutes',
      id: 'listMinutes',
      summary: 'Its minutes of a day; the day at hand without one',
      params: SymbolParams,
      query: z.strictObject({
        date: TradeDate.optional(),
      }),
      answer: rowsOf.extend({ asOf: z.record(z.string(), z.unknown()) }),
      codes: [...common.codes, 'STORE_UNAVAILABLE'],
      handle: async ({ params: { symbol }, query }) => {
        const { asOf, count, columns } = await ask('minutes', { instrument: symbol, ...given(query) });
        return ok({ asOf, items: columnsAsRows(count, columns) });
      },
    }),
    route({
      ...common,
      path: '/v1/symbols/{symbol}/path',
      id: 'listPath',
      summary: 'Its last price in each three seconds of stored quotes, at most six hours of a day',
      params: SymbolParams,
      query: z.strictObject({ from: msQuery, to: msQuery }),
      answer: rowsOf.extend({ asOf: z.record(z.string(), z.unknown()) }),
      codes: [...common.codes, 'STORE_UNAVAILABLE', 'QUERY_INVALID'],
      handle: async ({ params: { symbol }, query: { from, to } }) => {
        const { asOf, count, columns } = await ask('path', { instrument: symbol, fromMs: from, toMs: to });
        return ok({ asOf, items: columnsAsRows(count, columns) });
      },
    }),
    route({
      ...common,
      path: '/v1/symbols/{symbol}/bars',
      id: 'listBars',
      summary: 'Bars of stored days, at most 400 days and 5,000 bars at once',
      params: SymbolParams,
      query: z.strictObject({ from: msQuery, to: msQuery, period: z.enum(['60', '300', '900', '1800', '3600', '86400']).default('60') }),
      answer: rowsOf.extend({ asOf: z.record(z.string(), z.unknown()), next: z.number().nullable() }),
      codes: [...common.codes, 'STORE_UNAVAILABLE', 'QUERY_INVALID'],
      handle: async ({ params: { symbol }, query: { from, to, period } }) => {
        const { asOf, count, columns, next } = await ask('bars', { instrument: symbol, fromMs: from, toMs: to, periodSec: Number(period) });
        return ok({ asOf, items: columnsAsRows(count, columns), next });
      },
    }),
    route({
      ...common,
      path: '/v1/symbols/{symbol}/flow',
      id: 'listFlow',
      summary: 'Its money flow as one source counts it, of the day at hand or a stored one; sources are never mixed',
      params: SymbolParams,
      query: z.strictObject({
        date: TradeDate.optional(),
        source: z.string().max(40).optional(),
      }),
      answer: rowsOf.extend({ asOf: z.record(z.string(), z.unknown()), source: z.string().nullable() }),
      codes: [...common.codes, 'STORE_UNAVAILABLE', 'QUERY_INVALID'],
      handle: async ({ params: { symbol }, query }) => {
        const { asOf, source, count, columns } = await ask('flow', { instrument: symbol, ...given(query) });
        return ok({ asOf, source, items: columnsAsRows(count, columns) });
      },
    }),
    route({
      ...common,
      path: '/v1/actors',
      id: 'listActors',
      summary:
        'States of every actor at an instant of the stored past, from those whose name begins with `actor`; `next` goes on by `after`',
      query: z.strictObject({ at: msQuery, actor: z.string().max(80).optional(), after: z.string().max(80).optional(), limit: limitQuery }),
      answer: z.object({
        asOf: z.record(z.string(), z.unknown()),
        items: services.state.answer.shape.states,
        next: z.string().nullable(),
      }),
      codes: [...common.codes, 'STORE_UNAVAILABLE', 'QUERY_INVALID'],
      handle: async ({ query: { at, limit, ...rest } }) => {
        const { asOf, states, next } = await ask('state', { tsMs: at, limit, ...given(rest) });
        return ok({ asOf, items: states, next });
      },
    }),
    route({
      ...common,
      path: '/v1/sectors',
      id: 'listSectors',
      summary: 'Sectors of the day with their members, and their states where they have one',
      answer: z.object({ ...place, items: z.array(z.record(z.string(), z.unknown())) }),
      handle: async () => {
        const { rows } = await ask('sectors', {});
        const known = new Map(
          (day.itemsOf('sectors') as readonly { actor: string; state: string; sinceMs: number }[]).map((each) => [each.actor, each]),
        );
        const items = rows.map((row) => ({
          ...row,
          state: known.get(`sector.${row.code}`)?.state ?? 'cold',
          sinceMs: known.get(`sector.${row.code}`)?.sinceMs ?? null,
        }));
        return ok({ ...placeOf(day), items });
      },
    }),
    route({
      ...common,
      path: '/v1/gains',
      id: 'getGains',
      summary: '涨速榜: who gained most over one, five and ten minutes',
      answer: z.object({ asOf: z.number().nullable(), boards: z.array(z.unknown()) }),
      handle: () => {
        const newest = values.newest('gains');
        return ok({ asOf: newest?.tsMs ?? null, boards: newest?.values ?? [] });
      },
    }),
  ];
}

const opportunitiesOf = ({ day }: RestContext, symbol: string): unknown[] =>
  day.book.list().flatMap(({ transitions: _history, ...view }) => (view.instrument === symbol ? [view] : []));

type Entry = { readonly row: Instrument; readonly initials: string };
const searchMs = 60_000;

/** 键盘精灵: instruments by code, name or initials; asked of the query role once a minute and day. */
class Search {
  readonly #context: RestContext;
  #known: { readonly epoch: string; readonly atMs: number; readonly entries: readonly Entry[] } | null = null;

  constructor(context: RestContext) {
    this.#context = context;
  }

  async find(q: string | undefined): Promise<readonly Instrument[]> {
    const entries = await this.#entries();
    if (q === undefined) return entries.map(({ row }) => row);
    const word = q.toLowerCase();
    const scored = entries.flatMap(({ row, initials }) => {
      const score = scoreOf(word, row, initials);
      return score === null ? [] : [{ row, score }];
    });
    return scored.sort((a, b) => a.score - b.score || (a.row.symbol < b.row.symbol ? -1 : 1)).map(({ row }) => row);
  }

  async #entries(): Promise<readonly Entry[]> {
    const { day, ask } = this.#context;
    const { epoch } = readDay(day);
    if (this.#known !== null && this.#known.epoch === epoch && Date.now() - this.#known.atMs < searchMs) return this.#known.entries;
    const { rows } = await ask('instruments', {});
    const entries = rows.map((row) => ({ row, initials: initialsOf(row.name) }));
    this.#known = { epoch, atMs: Date.now(), entries };
    return entries;
  }
}

export const initialsOf = (name: string): string =>
  pinyin(name, { pattern: 'first', toneType: 'none', type: 'array' }).join('').toLowerCase();

/** The lower the better; null where it is not found. */
function scoreOf(word: string, { symbol, name }: Instrument, initials: string): number | null {
  const code = symbol.slice(0, 6);
  if (code === word || symbol.toLowerCase() === word || name.toLowerCase() === word) return 0;
  if (code.startsWith(word)) return 1;
  if (initials.startsWith(word)) return 2;
  if (name.toLowerCase().includes(word)) return 3;
  return initials.includes(word) ? 4 : null;
}
