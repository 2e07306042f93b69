import { expect, test, vi } from 'vitest';
import { bytesOf } from '../../contracts/codec.ts';
import { DayState } from '../day-state.ts';
import { marketRoutes } from './market.ts';

const asked: [string, unknown][] = [];
const quality = {
  v: 1,
  tradeDate: '20261123',
  tsMs: 1_795_735_800_000,
  source: 'tencent',
  windowSec: 10,
  values: { requestsPerSec: 0.4, banBudgetRatio: 0.04 },
  asking: {
    hosts: [{ host: 'quotes', perSec: 5, share: 0.5, closedUntilMs: 1_795_735_860_000 }],
    open: [],
    waiting: [],
    lastFailure: { endpoint: 'quotes', code: 'SOURCE_LIMITED', message: 'HTTP 429', tsMs: 1_795_735_799_000 },
  },
} as const;
const asOf = { tradeDate: '20261123', tsMs: 1, n: 1 };
const answers: Readonly<Record<string, unknown>> = {
  flow: {
    asOf,
    source: 'eastmoney',
    count: 1,
    columns: { tsExchangeMs: bytesOf(Float64Array.of(7)), mainYuan: bytesOf(Float64Array.of(-5e6)) },
  },
  state: { asOf, states: [{ actor: 'market', region: 'phase', state: 'LUNCH', sinceMs: 5, step: 2 }], next: 'market|phase' },
};
const day = new DayState('test-1');
const routes = marketRoutes({
  day,
  qualityOf: (source: string) => (source === 'tencent' ? quality : null),
  ask: async (name: string, request: unknown) => {
    asked.push([name, request]);
    return answers[name];
  },
} as never);
/** As the door does: what is asked and what is answered are of the row's own schemas. */
async function get(id: string, params: object, query: object): Promise<unknown> {
  const row = routes.find((each) => each.id === id)!;
  const { body } = await row.handle({ params: row.params?.parse(params), query: row.query?.parse(query) } as never);
  return row.answer!.parse(body);
}

test('money flow is of one source, the day at hand or a stored one', async () => {
  const item = { tsExchangeMs: 7, mainYuan: -5e6 };
  expect(await get('listFlow', { symbol: '600519.SH' }, {})).toEqual({ asOf, source: 'eastmoney', items: [item] });
  await get('listFlow', { symbol: '600519.SH' }, { date: '20261120', source: 'eastmoney' });
  expect(asked.splice(0)).toEqual([
    ['flow', { instrument: '600519.SH' }],
    ['flow', { instrument: '600519.SH', date: '20261120', source: 'eastmoney' }],
  ]);
});

test('states of every actor at an instant, a page at a time', async () => {
  const { state } = answers as { state: { states: unknown[]; next: string } };
  expect(await get('listActors', {}, { at: '1795735800000' })).toEqual({ asOf, items: state.states, next: 'market|phase' });
  await get('listActors', {}, { at: '1795735800000', actor: 'risk.', after: 'risk.market|level', limit: '20' });
  expect(asked).toEqual([
    ['state', { tsMs: 1_795_735_800_000, limit: 50 }],
    ['state', { tsMs: 1_795_735_800_000, actor: 'risk.', after: 'risk.market|level', limit: 20 }],
  ]);
});

test('beside the state of a source stands how it may be asked; null where the feed has not reported', async () => {
  day.caughtUp = true;
  vi.spyOn(day, 'step', 'get').mockReturnValue(1);
  const state = (actor: string) => ({ actor, region: 'state', state: 'live', sinceMs: 5, note: null });
  vi.spyOn(day, 'itemsOf').mockReturnValue([state('source.tencent'), state('source.sina')]);
  const { tsMs, windowSec, values, asking } = quality;

  expect(await get('listSources', {}, {})).toMatchObject({
    items: [
      { ...state('source.tencent'), quality: { tsMs, windowSec, values, asking } },
      { ...state('source.sina'), quality: null },
    ],
  });
});
