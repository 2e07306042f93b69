/** Opportunities of the day at hand, from the gateway's own fold of JOURNAL. */
import { z } from 'zod';
import { Brief } from '../../contracts/brief.ts';
import { FenshiError } from '../../contracts/errors.ts';
import { type ListedOpportunity, type listed, type OpportunityView, withHistory } from '../../contracts/fold.ts';
import { publicState } from '../../contracts/opportunity.ts';
import { topOf } from '../../contracts/shown.ts';
import { ok, type Route, route } from '../http/table.ts';
import { snapshotFor } from '../ws/channels.ts';
import { briefFor } from './brief.ts';
import { placeOf, type RestContext, readDay } from './context.ts';
import { Change, given, Listed, msQuery, OpportunitiesQuery, OpportunityParams, one, pageOf, place } from './shapes.ts';

const tag = 'opportunities';

export function opportunityRoutes(context: RestContext): Route[] {
  const { day } = context;
  const find = (id: string): OpportunityView => {
    const found = readDay(day).book.get(id);
    if (found === null) throw new FenshiError('NOT_FOUND', id);
    return found;
  };
  const common = { method: 'GET', tag, role: 'viewer', codes: ['NOT_READY', 'NOT_FOUND'] } as const;
  return [
    route({
      ...common,
      path: '/v1/opportunities',
      id: 'listOpportunities',
      summary: 'Newest first, without their histories; `list=top`: the thirty to look at first, by rank',
      query: OpportunitiesQuery,
      answer: pageOf(Listed),
      codes: [...common.codes, 'SERVICE_UNAVAILABLE'],
      handle: async ({ query: { limit, cursor, list, ...asked } }) => {
        const all = snapshotFor('opportunities', given(asked), readDay(day)) as readonly ReturnType<typeof listed>[];
        if (list === 'top') {
          const top = topOf(all, await sectorsOf(context, all));
          return paged(top, ({ id }) => id, { limit, cursor, day, asked: { ...asked, list }, path: '/v1/opportunities' });
        }
        const whole = (): string[] =>
          readDay(day)
            .book.list()
            .map(({ id }) => id);
        return paged(all, ({ id }) => id, { limit, cursor, day, asked, path: '/v1/opportunities', whole });
      },
    }),
    route({
      ...common,
      path: '/v1/opportunities/{id}',
      id: 'getOpportunity',
      summary: 'One, with its history',
      params: OpportunityParams,
      answer: one(Listed.extend({ transitions: z.array(Change) })),
      handle: ({ params: { id } }) => ok({ ...placeOf(day), item: withHistory(find(id)) }),
    }),
    route({
      ...common,
      path: '/v1/opportunities/{id}/brief',
      id: 'getBrief',
      summary: 'All of it at its last change in one object, with words in Chinese and English',
      params: OpportunityParams,
      answer: one(Brief),
      handle: async ({ params: { id } }) =>
        ok({ ...placeOf(day), item: await briefFor(context, find(id), { shown: readDay(day), isPast: false }) }),
    }),
    route({
      ...common,
      path: '/v1/opportunities/{id}/transitions',
      id: 'listTransitions',
      summary: 'Its changes in order',
      params: OpportunityParams,
      answer: z.object({ ...place, items: z.array(Change.omit({ evidence: true })) }),
      handle: ({ params: { id } }) =>
        ok({ ...placeOf(day), items: find(id).transitions.map(({ evidence: _evidence, ...change }) => change) }),
    }),
    route({
      ...common,
      path: '/v1/opportunities/{id}/evidence',
      id: 'listEvidence',
      summary: 'What each change rested on: value, threshold and how far apart they are',
      params: OpportunityParams,
      answer: z.object({
        ...place,
        items: z.array(z.object({ step: z.int(), tsMs: z.number(), event: z.string(), evidence: z.array(z.unknown()) })),
      }),
      handle: ({ params: { id } }) =>
        ok({
          ...placeOf(day),
          items: find(id)
            .transitions.filter(({ evidence }) => evidence.length > 0)
            .map(({ step, tsMs, event, evidence }) => ({ step, tsMs, event, evidence: evidence.map(withMargin) })),
        }),
    }),
    route({
      ...common,
      path: '/v1/opportunities/{id}/state',
      id: 'stateAt',
      summary: 'Its states at an instant: nothing that was journaled later',
      params: OpportunityParams,
      query: z.strictObject({ at: msQuery }),
      answer: z.object({ ...place, at: z.number(), state: z.string().nullable(), regions: z.record(z.string(), z.unknown()) }),
      handle: ({ params: { id }, query: { at } }) => ok({ ...placeOf(day), at, ...stateAt(find(id), at) }),
    }),
  ];
}

/** The first industry of each symbol that one of them is of. */
async function sectorsOf({ ask }: RestContext, items: readonly ListedOpportunity[]): Promise<(instrument: string) => string | null> {
  const symbols = [...new Set(items.flatMap(({ entity, instrument }) => (entity.kind === 'symbol' ? [instrument] : [])))];
  if (symbols.length === 0) return () => null;
  const [{ rows }, known] = await Promise.all([ask('instruments', { instruments: symbols as never }), ask('sectors', {})]);
  const industries = new Set(known.rows.flatMap(({ code, kind }) => (kind === 'industry' ? [code] : [])));
  const first = new Map(rows.map(({ symbol, sectors }) => [symbol as string, sectors.find((code) => industries.has(code)) ?? null]));
  return (instrument) => first.get(instrument) ?? null;
}

function withMargin(line: OpportunityView['transitions'][number]['evidence'][number]) {
  const { value, threshold } = line;
  return { ...line, margin: value === null || threshold === null ? null : value - threshold };
}

/** By region: state, since when, and the step. Null before its birth. */
function stateAt({ transitions }: OpportunityView, at: number) {
  const regions: Record<string, { state: string; sinceMs: number; step: number }> = {};
  for (const { tsMs, region, to, from, step } of transitions)
    if (tsMs <= at && (from !== to || regions[region] === undefined)) regions[region] = { state: to, sinceMs: tsMs, step };
  return { state: regions.lifecycle === undefined ? null : publicState(regions.lifecycle.state), regions };
}

type Paging<D> = {
  readonly limit: number;
  readonly cursor: string | undefined;
  readonly day: D;
  readonly asked: Readonly<Record<string, unknown>>;
  readonly path: string;
  /** Ids of the whole list that a filter chose from: what leaves the filter keeps its place. */
  readonly whole?: () => readonly string[];
};

/** A page behind the item that the cursor names, which stays where it is when others come. @throws FenshiError BAD_REQUEST */
export function paged<T>(all: readonly T[], idOf: (item: T) => string, paging: Paging<RestContext['day']>) {
  const { limit, cursor, day, asked, path, whole } = paging;
  const after = cursor === undefined ? -1 : placeIn(all.map(idOf), Buffer.from(cursor, 'base64url').toString(), whole);
  const items = all.slice(after + 1, after + 1 + limit);
  const hasMore = after + 1 + limit < all.length;
  const nextCursor = hasMore ? Buffer.from(idOf(items.at(-1)!)).toString('base64url') : null;
  const query = new URLSearchParams({ ...textOf(asked), limit: String(limit), cursor: nextCursor ?? '' });
  return {
    body: { ...placeOf(day), items, page: { nextCursor, hasMore, asOf: day.tsMs } },
    next: nextCursor === null ? null : `${path}?${query}`,
  };
}

/** Index of the last of `ids` that stands no later than `named`. @throws FenshiError BAD_REQUEST */
function placeIn(ids: readonly string[], named: string, whole: (() => readonly string[]) | undefined): number {
  const own = ids.indexOf(named);
  if (own >= 0) return own;
  const order = whole?.() ?? [];
  const at = order.indexOf(named);
  if (at < 0) throw new FenshiError('BAD_REQUEST', 'the cursor is unknown, or what it named has left the list');
  const before = new Set(order.slice(0, at));
  return ids.findLastIndex((id) => before.has(id));
}

const textOf = (asked: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(asked).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])));
