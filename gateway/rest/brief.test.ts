/** Briefs as the door gives them: every opportunity of a generated day, now and as of an instant, whoever answers. */
import { describe, expect, test } from 'vitest';
import type { Brief } from '../../contracts/brief.ts';
import { FenshiError } from '../../contracts/errors.ts';
import type { OpportunityView } from '../../contracts/fold.ts';
import { foldDay } from '../../engine/runtime/fold.ts';
import { generatedDay } from '../../scenarios/support/days.ts';
import { DayState } from '../day-state.ts';
import { PastDays } from '../past-days.ts';
import { dayRoutes } from './days.ts';
import { opportunityRoutes } from './opportunities.ts';

const made = generatedDay({ count: 40 });
const date = made.bundle.tradeDate;
const { steps } = foldDay(made.bundle, made.entries);
const day = new DayState('test-1');
for (const step of steps) day.apply(date, step);
day.caughtUp = true;
const past = new PastDays({ days: async () => [{ date, steps: steps.length }], steps: async (_date, have) => steps.slice(have) }, 'test-1');

const asOf = { tradeDate: date, tsMs: 10_000, n: 1 };
const instrument = { name: '测试', board: 'MAIN', limitUpMilli: 11_000, boards: 1, sectors: ['BK1', 'BK2'] };
const answers: Record<string, (request: { readonly date?: string }) => unknown> = {
  instruments: () => ({ asOf, rows: [instrument] }),
  sectors: () => ({ asOf, rows: [{ code: 'BK1', name: '板块一' }] }),
  quotes: () => ({
    asOf,
    count: 1,
    columns: {
      lastMilli: new Uint8Array(Int32Array.of(10_000).buffer),
      tsRecvMs: new Uint8Array(Float64Array.of(8_500).buffer),
      source: ['tencent'],
    },
  }),
};
const contextOf = (given: typeof answers, shown = day) =>
  ({ day: shown, past, ask: async (name: string, request: object) => given[name]!(request) }) as never;
const away = (): never => {
  throw new FenshiError('SERVICE_UNAVAILABLE', 'query');
};
const nobody = { instruments: away, sectors: away, quotes: away };

async function get(context: never, id: string, params: object, query: object = {}): Promise<Brief> {
  const row = [...opportunityRoutes(context), ...dayRoutes(context)].find((each) => each.id === id)!;
  const { body } = await row.handle({ params: row.params?.parse(params), query: row.query?.parse(query) } as never);
  return (row.answer!.parse(body) as { item: Brief }).item;
}
const all = day.book.list();

describe('now', () => {
  test('of every opportunity of the day, whole', async () => {
    expect(all.length).toBeGreaterThan(5);
    for (const { id, transitions, entity, spoken } of all) {
      const brief = await get(contextOf(answers), 'getBrief', { id });
      expect(brief).toMatchObject({ id, ver: transitions.length, step: transitions.at(-1)!.step, epoch: day.epoch });
      expect(brief.versions.map(({ strategy }) => strategy)).toEqual(spoken.map((each) => each.id));
      expect(spoken.length).toBeGreaterThan(0);
      // nobody's word of after its end is its own
      const ended = transitions.findLast(({ to }) => to === 'ended');
      for (const { step } of spoken) expect(step).toBeLessThanOrEqual((ended ?? transitions.at(-1)!).step);
      if (entity.kind === 'symbol')
        expect(brief).toMatchObject({
          name: '测试',
          limit: { upMilli: 11_000, boards: 1 },
          data: { source: 'tencent', lastMilli: 10_000, ageMs: 1500 },
          sector: { id: 'BK1', name: '板块一' },
        });
      else expect(brief).toMatchObject({ limit: null, data: null, sector: { id: entity.key } });
    }
  });

  test('of a live market the quote ages by the wall, also where the query role stands still', async () => {
    const live = new DayState('test-1');
    for (const step of steps) live.apply(date, { ...step, origin: 'live' });
    live.caughtUp = true;
    const { id } = all.find(({ entity }) => entity.kind === 'symbol')!;
    const before = Date.now();
    const { data } = await get(contextOf(answers, live), 'getBrief', { id });
    expect(data!.ageMs).toBeGreaterThanOrEqual(before - 8_500);
  });

  test('nobody answers: the journal’s own part, and null beside it', async () => {
    const { id } = all.find(({ entity }) => entity.kind === 'symbol')!;
    expect(await get(contextOf(nobody), 'getBrief', { id })).toMatchObject({ name: null, limit: null, data: null, sector: null });
  });

  test('one that is not there', async () => {
    await expect(get(contextOf(answers), 'getBrief', { id: 'nobody' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('as of an instant', () => {
  const { id, transitions }: OpportunityView = all.find(({ transitions: own, entity }) => own.length > 3 && entity.kind === 'symbol')!;
  const then = transitions[1]!;

  test('it is as it was: later changes are not in it, and no quote', async () => {
    const brief = await get(contextOf(answers), 'getPastBrief', { date, id }, { at: String(then.tsMs) });
    expect(brief.step).toBe(transitions.findLast(({ tsMs }) => tsMs <= then.tsMs)!.step);
    expect(brief).toMatchObject({ data: null, limit: { upMilli: 11_000, distUp: null }, state: expect.any(String) });
    expect(brief.ver).toBeLessThan(transitions.length);
  });

  test('of another day than the one at hand name and limit are those of then; where that day is not stored its limit is not known', async () => {
    const stored = {
      ...answers,
      instruments: ({ date: of }: { readonly date?: string }) => ({
        asOf,
        rows: [of === date ? { ...instrument, name: '旧名', limitUpMilli: 12_340 } : instrument],
      }),
    };
    const at = { at: String(then.tsMs) };
    const other = (given: typeof answers) => get(contextOf(given, new DayState('test-1')), 'getPastBrief', { date, id }, at);
    expect(await other(stored)).toMatchObject({ name: '旧名', limit: { upMilli: 12_340 } });
    const gone = {
      ...answers,
      instruments: (request: { readonly date?: string }) => (request.date === undefined ? answers.instruments!(request) : away()),
    };
    expect(await other(gone)).toMatchObject({ name: '测试', limit: null });
  });

  test('before its birth it is not there', async () => {
    const early = String(transitions[0]!.tsMs - 1);
    await expect(get(contextOf(answers), 'getPastBrief', { date, id }, { at: early })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
