/** The market in one look, sectors as a map, minutes of many at once, strategies as they run, and the machines' definitions. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { FenshiError } from '../../contracts/errors.ts';
import { MachineSketch } from '../../contracts/machine-sketch.ts';
import { NextOpenFacts, nextOpenFacts } from '../../contracts/next-open.ts';
import { AsOf, lanesService, services } from '../../contracts/services.ts';
import { InstrumentId, TradeDate } from '../../contracts/units.ts';
import { ok, type Route, route } from '../http/table.ts';
import { type RestContext, runningStrategies } from './context.ts';
import { given, listOf, msQuery, wholeNumber } from './shapes.ts';

const machines = JSON.parse(readFileSync(new URL('../../contracts/schemas/machines.json', import.meta.url), 'utf8')) as MachineSketch[];

const Running = z.object({
  asOf: AsOf,
  rows: z.array(
    services.strategies.answer.shape.rows.element.extend({
      isDisabled: z.boolean(),
      ...lanesService.answer.shape.lanes.element.pick({ canaryId: true, models: true }).shape,
    }),
  ),
});

export function overviewRoutes(context: RestContext): Route[] {
  const { ask } = context;
  const common = {
    method: 'GET',
    tag: 'market',
    role: 'viewer',
    codes: ['NOT_READY', 'BUSY', 'NOT_FOUND', 'SERVICE_UNAVAILABLE'],
  } as const;
  return [
    route({
      ...common,
      path: '/v1/overview',
      id: 'getOverview',
      summary: 'Breadth, limits, amount and mean gain of the market by the last quotes',
      query: AtQuery,
      answer: services.overview.answer.omit({ ok: true }),
      handle: async ({ query }) => withoutOk(await ask('overview', asOfOf(query))),
    }),
    route({
      ...common,
      path: '/v1/heatmap',
      id: 'getHeatmap',
      summary: 'Sectors by amount and mean gain, with their largest members',
      query: AtQuery.extend({ members: wholeNumber(0, 200).default(30) }),
      answer: services.heatmap.answer.omit({ ok: true }),
      handle: async ({ query: { members, ...asked } }) => withoutOk(await ask('heatmap', { members, ...asOfOf(asked) })),
    }),
    route({
      ...common,
      path: '/v1/ladder',
      id: 'getLadder',
      summary: '连板梯队: who is at its upper limit, or was today, by boards in a row',
      query: AtQuery,
      answer: services.ladder.answer.omit({ ok: true }),
      handle: async ({ query }) => withoutOk(await ask('ladder', asOfOf(query))),
    }),
    route({
      method: 'GET',
      tag: 'market',
      role: 'viewer',
      path: '/v1/next-open',
      id: 'getNextOpen',
      summary: 'Next opens of names that had closed at their upper limit, on recorded days, by what the close shows',
      answer: NextOpenFacts,
      handle: () => ok(nextOpenFacts),
    }),
    route({
      ...common,
      path: '/v1/seals',
      id: 'listSeals',
      summary: '封单曲线: what stood at the upper limit of up to forty symbols, by trading minute, and when each was opened',
      query: AtQuery.extend({ symbols: listOf(InstrumentId, 40) }),
      answer: services.seals.answer.omit({ ok: true }),
      handle: async ({ query: { symbols, ...asked } }) => withoutOk(await ask('seals', { instruments: symbols, ...asOfOf(asked) })),
    }),
    route({
      ...common,
      path: '/v1/auction',
      id: 'getAuction',
      summary: '集合竞价: the virtual match while an auction runs, and what it matched; most yuan first, or nearest to the upper limit',
      query: z.strictObject({
        which: z.enum(['open', 'close']).optional(),
        order: z.enum(['yuan', 'limit']).default('yuan'),
        limit: wholeNumber(1, 6000).default(300),
        date: TradeDate.optional(),
      }),
      answer: services.auction.answer.omit({ ok: true }),
      handle: async ({ query: { order, limit, ...asked } }) => withoutOk(await ask('auction', { order, limit, ...given(asked) })),
    }),
    route({
      ...common,
      path: '/v1/sparks',
      id: 'listSparks',
      summary: 'Minute closes of up to two hundred symbols, up to an instant; of the day at hand without a date',
      query: z.strictObject({
        symbols: listOf(InstrumentId, 200),
        date: TradeDate.optional(),
        until: msQuery.optional(),
      }),
      answer: services.sparks.answer.omit({ ok: true }),
      codes: [...common.codes, 'STORE_UNAVAILABLE'],
      handle: async ({ query: { symbols, date, until } }) =>
        withoutOk(
          await ask('sparks', {
            instruments: symbols,
            ...(date === undefined ? {} : { date }),
            ...(until === undefined ? {} : { untilMs: until }),
          }),
        ),
    }),
    route({
      ...common,
      path: '/v1/strategies/running',
      id: 'listRunningStrategies',
      summary: 'Strategies as they run now, after the commands of the day: mode, version, parameters and their schema',
      answer: Running,
      handle: async () => ok(await runningStrategies(context)),
    }),
    route({
      method: 'GET',
      tag: 'system',
      role: 'viewer',
      path: '/v1/machines',
      id: 'listMachines',
      summary: 'Definitions of the state machines that run',
      answer: z.object({ items: z.array(MachineSketch) }),
      handle: () => ok({ items: machines }),
    }),
    route({
      method: 'GET',
      tag: 'system',
      role: 'viewer',
      path: '/v1/machines/{id}',
      id: 'getMachine',
      summary: 'One definition: states, transitions in the order they are tried, and a Mermaid drawing',
      params: z.strictObject({ id: z.string().max(40) }),
      answer: MachineSketch.extend({ mermaid: z.string() }),
      codes: ['NOT_FOUND'],
      handle: ({ params: { id } }) => {
        const found = machines.find((each) => each.id === id);
        if (found === undefined) throw new FenshiError('NOT_FOUND', id);
        return ok({ ...found, mermaid: mermaidOf(found) });
      },
    }),
  ];
}

/** `at`: as it was at that instant of `date`. */
const AtQuery = z.strictObject({ date: TradeDate.optional(), at: msQuery.optional() });
const asOfOf = ({ date, at }: z.output<typeof AtQuery>) => ({
  ...(date === undefined ? {} : { date }),
  ...(at === undefined ? {} : { atMs: at }),
});

const withoutOk = ({ ok: _ok, ...answer }: { readonly ok: true }) => ok(answer);

/** Changes of state alone: what stays where it is would hide them. */
export function mermaidOf({ edges }: MachineSketch): string {
  const name = (path: string): string => (path === '' ? 'machine' : path.replaceAll('.', '_'));
  const lines = edges.flatMap(({ from, to, event, asks }) =>
    to.map((target) => `  ${name(from)} --> ${name(target)}: ${event}${asks === '' ? '' : ` [${asks.replaceAll(/[;:]/g, ',')}]`}`),
  );
  return ['stateDiagram-v2', ...lines, ''].join('\n');
}
