/** The list that a person looks at first, over REST. */
import { describe, expect, test } from 'vitest';
import { FenshiError } from '../../contracts/errors.ts';
import { foldDay } from '../../engine/runtime/fold.ts';
import { generatedDay } from '../../scenarios/support/days.ts';
import { DayState } from '../day-state.ts';
import { opportunityRoutes } from './opportunities.ts';

const made = generatedDay({ count: 240, until: '10:10' });
const { steps } = foldDay(made.bundle, made.entries);
const living = ({ state }: { readonly state: string }): boolean => state !== 'ended' && state !== 'archived';
/** As of the step at which most of it lived. */
const day = (() => {
  const probe = new DayState('test-1');
  const alive = steps.map((step) => {
    probe.apply(made.bundle.tradeDate, step);
    return probe.book.list().filter(living).length;
  });
  const until = alive.indexOf(Math.max(...alive)) + 1;
  const shown = new DayState('test-1');
  for (const step of steps.slice(0, until)) shown.apply(made.bundle.tradeDate, step);
  shown.caughtUp = true;
  return shown;
})();
type Body = {
  items: { id: string; instrument: string; state: string; facts: { rank: number | null } }[];
  page: { nextCursor: string | null };
};

async function list(query: object, sectorsOf: (symbol: string) => string[] = () => []): Promise<Body> {
  const ask = async (name: string, { instruments = [] }: { instruments?: string[] }) => {
    if (name === 'sectors')
      return {
        rows: [
          { code: 'BK0', kind: 'concept' },
          { code: 'BK1', kind: 'industry' },
        ],
      };
    expect(name).toBe('instruments');
    return { rows: instruments.map((symbol) => ({ symbol, sectors: sectorsOf(symbol) })) };
  };
  const row = opportunityRoutes({ day, ask } as never).find(({ id }) => id === 'listOpportunities')!;
  const { body } = await row.handle({ query: row.query!.parse(query) } as never);
  return row.answer!.parse(body) as Body;
}

describe('list=top', () => {
  test('has what lives, by rank, what has none behind; the whole list is as it was', async () => {
    const whole = await list({ limit: '500' });
    const { items } = await list({ list: 'top' });
    expect(items.length).toBeGreaterThan(8);
    expect(whole.items.length).toBeGreaterThan(items.length);
    expect(items.map(({ id }) => id).sort()).toEqual(
      whole.items
        .filter(living)
        .map(({ id }) => id)
        .sort(),
    );
    const ranks = items.map(({ facts: { rank } }) => rank ?? Number.NEGATIVE_INFINITY);
    expect(ranks).toEqual([...ranks].sort((a, b) => (a === b ? 0 : b - a)));
  });

  test('of symbols of one industry eight, however many of one concept, and of those that a filter lets through', async () => {
    const all = (await list({ list: 'top' })).items;
    expect((await list({ list: 'top' }, () => ['BK0'])).items).toEqual(all);
    const { items } = await list({ list: 'top' }, () => ['BK0', 'BK1']);
    const symbols = all.filter(({ id }) => !id.includes('.sector.'));
    expect(items.filter(({ id }) => !id.includes('.sector.')).map(({ id }) => id)).toEqual(symbols.slice(0, 8).map(({ id }) => id));
    const one = symbols.at(-1)!.instrument;
    expect(new Set((await list({ list: 'top', symbol: one })).items.map(({ instrument }) => instrument))).toEqual(new Set([one]));
  });

  test('goes on by cursor in its own order', async () => {
    const { items } = await list({ list: 'top' });
    const first = await list({ list: 'top', limit: '3' });
    const next = await list({ list: 'top', limit: '3', cursor: first.page.nextCursor! });
    expect([...first.items, ...next.items].map(({ id }) => id)).toEqual(items.slice(0, 6).map(({ id }) => id));
  });

  test('where nobody says what is of which sector it is not given', async () => {
    const row = opportunityRoutes({
      day,
      ask: async () => {
        throw new FenshiError('SERVICE_UNAVAILABLE', 'query');
      },
    } as never).find(({ id }) => id === 'listOpportunities')!;
    await expect(row.handle({ query: row.query!.parse({ list: 'top' }) } as never)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(row.codes).toContain('SERVICE_UNAVAILABLE');
  });

  test('another word is refused', () => {
    const row = opportunityRoutes({ day } as never).find(({ id }) => id === 'listOpportunities')!;
    expect(row.query!.safeParse({ list: 'best' }).success).toBe(false);
  });
});
