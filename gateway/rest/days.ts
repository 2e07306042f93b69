/** Stored days, and any of them as of an instant: for looking back. Nothing journaled later than the instant is in an answer. */
import { z } from 'zod';
import { Brief } from '../../contracts/brief.ts';
import { Mark } from '../../contracts/door.ts';
import { FenshiError } from '../../contracts/errors.ts';
import { type ListedOpportunity, listed, type OpportunityEvent, type OpportunityView, withHistory } from '../../contracts/fold.ts';
import type { losslessChannels } from '../../contracts/frames.ts';
import { services } from '../../contracts/services.ts';
import { midnightOf } from '../../contracts/session.ts';
import { TradeDate } from '../../contracts/units.ts';
import { ok, type Route, route } from '../http/table.ts';
import type { DayAt } from '../past-days.ts';
import { briefFor } from './brief.ts';
import { placeOf, type RestContext } from './context.ts';
import { paged } from './opportunities.ts';
import { Change, cursorQuery, Listed, limitQuery, msQuery, one, pageOf, place } from './shapes.ts';

const tag = 'days';
const DayParams = z.strictObject({ date: TradeDate });
const AtQuery = z.strictObject({ at: msQuery });
const record = z.record(z.string(), z.unknown());
const states = [
  'market',
  'risk',
  'sources',
  'sectors',
  'strategies',
  'signals',
] as const satisfies readonly (typeof losslessChannels)[number][];
/** Newest changes with their evidence. */
const recentChanges = 60;

export function dayRoutes(context: RestContext): Route[] {
  const { past, ask, day } = context;
  const common = { method: 'GET', tag, role: 'viewer', codes: ['BUSY', 'NOT_FOUND', 'SERVICE_UNAVAILABLE'], deadlineMs: 30_000 } as const;
  return [
    route({
      ...common,
      path: '/v1/days',
      id: 'listDays',
      summary: 'Days whose journal is stored in this run, newest first',
      answer: z.object({ items: z.array(z.object({ date: z.string(), steps: z.int(), beginMs: z.number() })) }),
      handle: async () => ok({ items: (await past.days()).map((each) => ({ ...each, beginMs: midnightOf(each.date) })) }),
    }),
    route({
      ...common,
      path: '/v1/days/{date}/as-of',
      id: 'getDayAsOf',
      summary: 'Everything that was known of a day at an instant: opportunities, states, changes so far',
      params: DayParams,
      query: AtQuery,
      answer: z.object({
        ...place,
        at: z.number(),
        items: z.array(Listed),
        states: z.record(z.string(), z.array(record)),
        marks: z.array(Mark),
        recent: z.array(z.object({ seq: z.int(), id: z.string(), change: Change })),
        reasons: z.record(z.string(), Change),
      }),
      handle: async ({ params: { date }, query: { at } }) => ok(viewOf(await past.at(date, at), at)),
    }),
    route({
      ...common,
      path: '/v1/days/{date}/opportunities/{id}',
      id: 'getPastOpportunity',
      summary: 'One opportunity with its history up to an instant',
      params: DayParams.extend({ id: z.string().min(1).max(96) }),
      query: AtQuery,
      answer: one(Listed.extend({ transitions: z.array(Change) })),
      handle: async ({ params: { date, id }, query: { at } }) => {
        const { day } = await past.at(date, at);
        const item = day.book.get(id);
        if (item === null) throw new FenshiError('NOT_FOUND', `${id} at that instant`);
        return ok({ ...placeOf(day), item: withHistory(item) });
      },
    }),
    route({
      ...common,
      path: '/v1/days/{date}/opportunities/{id}/brief',
      id: 'getPastBrief',
      summary:
        'All of it in one object as it was at an instant: without a quote, and without a limit where the tape of its day is not stored',
      params: DayParams.extend({ id: z.string().min(1).max(96) }),
      query: AtQuery,
      answer: one(Brief),
      handle: async ({ params: { date, id }, query: { at } }) => {
        const { day } = await past.at(date, at);
        const view = day.book.get(id);
        if (view === null) throw new FenshiError('NOT_FOUND', `${id} at that instant`);
        return ok({ ...placeOf(day), item: await briefFor(context, view, { shown: day, isPast: true }) });
      },
    }),
    route({
      ...common,
      path: '/v1/days/{date}/symbols',
      id: 'listPastSymbols',
      summary: 'Its instruments as that day had them: names, reference prices, limits, boards, sectors',
      params: DayParams,
      query: z.strictObject({ limit: limitQuery, cursor: cursorQuery }),
      answer: pageOf(services.instruments.answer.shape.rows.element),
      codes: [...common.codes, 'NOT_READY'],
      handle: async ({ params: { date }, query: { limit, cursor } }) => {
        const { rows } = await ask('instruments', { date });
        return paged(rows, ({ symbol }) => symbol, { limit, cursor, day, asked: {}, path: `/v1/days/${date}/symbols` });
      },
    }),
    route({
      ...common,
      path: '/v1/days/{date}/next',
      id: 'getNextChange',
      summary: 'When the change next to an instant was; null where there is none on that side',
      params: DayParams,
      query: z.strictObject({ at: msQuery, back: z.enum(['0', '1']).default('0') }),
      answer: z.object({ at: z.number().nullable() }),
      handle: async ({ params: { date }, query: { at, back } }) => ok({ at: await past.next(date, at, back === '1') }),
    }),
  ];
}

/** What its strategies said last, of one that is not archived: why it is there. */
function reasonOf({ id, state, transitions }: OpportunityView): (readonly [id: string, change: OpportunityEvent])[] {
  const change =
    state === 'archived' ? undefined : transitions.findLast(({ evidence, event }) => evidence.length > 0 && event.startsWith('signal.'));
  return change === undefined ? [] : [[id, change]];
}

function viewOf({ day, marks }: DayAt, at: number) {
  const items = day.book.list();
  const recent = items
    .flatMap(({ id, transitions }) => transitions.slice(-recentChanges).map((change) => ({ seq: change.step, id, change })))
    .sort((a, b) => b.seq - a.seq || b.change.actorSeq - a.change.actorSeq)
    .slice(0, recentChanges);
  return {
    ...placeOf(day),
    at,
    items: items.map((view): ListedOpportunity => listed(view)),
    states: Object.fromEntries(states.map((channel) => [channel, day.itemsOf(channel)])),
    marks,
    recent,
    reasons: Object.fromEntries(items.flatMap(reasonOf)),
  };
}
