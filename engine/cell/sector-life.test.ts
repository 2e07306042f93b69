import { beforeAll, describe, expect, test } from 'vitest';
import { profileColumns } from '../../contracts/bundle.ts';
import type { JournalEntry } from '../../contracts/journal.ts';
import type { TapeEntry } from '../../contracts/tape.ts';
import { marketRates } from '../../scenarios/market/episodes.ts';
import { type GeneratedDay, generatedDay } from '../../scenarios/support/days.ts';
import { realForecasts } from '../reference/shipped.ts';
import { Cell } from './cell.ts';
import { decodeImage, encodeImage } from './image.ts';

type Transition = Extract<JournalEntry, { kind: 'transition' }>;
let day: GeneratedDay;
let whole: readonly JournalEntry[];
let cell: Cell;

function fold(
  restoreAt: (n: number) => boolean = () => false,
  entriesOf: readonly TapeEntry[] = day.entries,
): { readonly entries: JournalEntry[]; readonly cell: Cell } {
  const bundle = { ...day.bundle, ...realForecasts };
  let own = new Cell(bundle);
  const entries: JournalEntry[] = [];
  for (const [n, entry] of entriesOf.entries()) {
    if (restoreAt(n)) own = Cell.restore(bundle, decodeImage(encodeImage(own.image())));
    entries.push(...(own.apply(entry).draft?.entries ?? []));
  }
  return { entries, cell: own };
}
const lives = (entries: readonly JournalEntry[]): Transition[] =>
  entries.filter(
    (entry): entry is Transition => entry.kind === 'transition' && entry.machine === 'opportunity' && entry.region === 'lifecycle',
  );
const bornOf = (entries: readonly JournalEntry[], family: string): Transition[] =>
  lives(entries).filter(({ from, data }) => from === null && data.family === family);

beforeAll(() => {
  day = generatedDay({ seed: 3, count: 300, rates: marketRates, until: '11:30', detectors: ['rally', 'rotation'] });
  ({ entries: whole, cell } = fold());
});

describe('an opportunity of a sector', () => {
  test('is about the sector, has its level for a price, says how long heat lasts, and is watched', () => {
    const [born] = bornOf(whole, 'sector');

    expect(born!.data).toMatchObject({
      entity: { kind: 'sector' },
      direction: 'up',
      advice: 'WATCH',
      rank: null,
      predecessorId: null,
      parentId: null,
    });
    expect(born!.data.forecasts).toMatchObject([
      { event: 'heat-lasts', p: expect.closeTo(0.4, 4), p0: expect.closeTo(0.127, 4), source: 'real-bars' },
    ]);
    const { entryMilli, stopMilli, target1Milli } = born!.data.plan as { entryMilli: number; stopMilli: number; target1Milli: number };
    expect([entryMilli > 9000 && entryMilli < 11_000, stopMilli / entryMilli, target1Milli / entryMilli]).toEqual([
      true,
      expect.closeTo(0.994, 4),
      expect.closeTo(1.006, 4),
    ]);
    expect(born!.actorId).toMatch(/^opportunity\.20261123\.[CI]\d+\.up\.sector\.1$/);
  });

  test('is confirmed by its own strategy, and ends by its level as well as by its reasons', () => {
    const own = lives(whole).filter(({ data }) => data.family === 'sector');
    expect(own.some(({ to }) => to === 'confirmed')).toBe(true);
    expect(new Set(own.filter(({ to }) => to === 'ended').map(({ data }) => data.endReason)).size).toBeGreaterThan(1);
  });

  test('is the parent of what its members open while it lives', () => {
    const children = bornOf(whole, 'momentum').filter(({ data }) => data.parentId !== null);
    expect(children.length).toBeGreaterThan(0);
    for (const child of children) {
      const parent = lives(whole).filter(({ actorId }) => actorId === `opportunity.${String(child.data.parentId)}`);
      const [born, ended] = [parent.find(({ from }) => from === null)!, parent.find(({ to }) => to === 'ended')];
      expect(born.tsMs <= child.tsMs && (ended === undefined || ended.tsMs >= child.tsMs)).toBe(true);
      const { key } = born.data.entity as { key: string };
      const row = cell.market.universe.ids.indexOf((child.data.entity as { key: never }).key);
      expect(cell.symbols.subjectOf(row).scopes).toContain(`sector.${key}`);
    }
  });

  test('goes on through a restart at any clock', () => {
    expect(fold((n) => n > 0 && n % 1500 === 0).entries).toEqual(whole);
  });
});

test('a change of a sector’s state says what it was: heat, breadth, how far it has spread and how fast, who leads', () => {
  const changes = whole.filter((entry): entry is Transition => entry.kind === 'transition' && entry.machine === 'sector');
  const { sectors, universe } = cell.market;
  for (const { actorId, data } of changes) {
    const k = sectors.codes.indexOf(actorId.slice('sector.'.length));
    const members = [...sectors.members.subarray(sectors.from[k]!, sectors.from[k + 1]!)].map((row) => universe.ids[row]!);
    expect(Object.keys(data)).toEqual(['heat', 'breadth', 'diffusion', 'diffusionSpeed', 'leader']);
    // before 09:35 nobody has risen for five minutes
    expect([null, ...members]).toContain(data.leader);
    expect([data.breadth, data.diffusion].map((share) => share === null)).toEqual([data.leader === null, data.leader === null]);
    for (const share of [data.breadth, data.diffusion] as number[]) expect(share >= 0 && share <= 1).toBe(true);
  }
  const late = changes.filter(({ tsMs }) => tsMs > day.entries[0]!.tsMs + 60 * 60_000);
  const speeds = late.map(({ data }) => data.diffusionSpeed);
  expect(speeds.length).toBeGreaterThan(10);
  for (const speed of speeds as number[]) expect(Math.abs(speed) <= 0.2).toBe(true);
  expect(new Set(speeds).size).toBeGreaterThan(5);
  // who gets hot has mostly spread, who cools mostly has not
  const mean = (to: string): number => {
    const own = late.filter((change) => change.to === to).map(({ data }) => data.diffusion as number);
    return own.reduce((sum, share) => sum + share, 0) / own.length;
  };
  expect(mean('hot')).toBeGreaterThan(mean('cold'));
});

describe('a sector under a feed that is late or gone', () => {
  /** Quotes five seconds later: a minute's last ones come after the first look at the minute. */
  const late = (): TapeEntry[] =>
    day.entries
      .map((entry) => (entry.type === 'quotes' ? { ...entry, tsMs: entry.tsMs + 5000 } : entry))
      .sort((a, b) => a.tsMs - b.tsMs || (a.type === 'day.open' ? -1 : 0));

  test('is the same through a restart within a minute', () => {
    const entries = late();
    const plain = fold(() => false, entries).entries;
    const seconds = new Set([6, 27]);
    const restarted = fold((n) => {
      const { type, tsMs } = entries[n]!;
      return n > 0 && type === 'clock' && (tsMs / 60_000) % 5 < 1 && seconds.has(Math.floor(tsMs / 1000) % 60);
    }, entries).entries;

    expect(bornOf(plain, 'sector').length).toBeGreaterThan(0);
    expect(restarted).toEqual(plain);
  });

  test('ends by the gap when nobody of it was heard of for two minutes, and at no price of before', () => {
    const [born] = bornOf(whole, 'sector');
    const { key } = born!.data.entity as { key: string };
    const { sectors } = cell.market;
    const k = sectors.codes.indexOf(key);
    const members = new Set(
      [...sectors.members.subarray(sectors.from[k]!, sectors.from[k + 1]!)].map((s) => day.bundle.instruments[s]!.no),
    );
    // the whole feed falls silent half a minute after it was born: there is no quote of a member either
    expect(members.size).toBeGreaterThan(0);
    const silent = day.entries.filter(({ type, tsMs }) => type !== 'quotes' || tsMs < born!.tsMs + 30_000);
    const ended = lives(fold(() => false, silent).entries).find(({ actorId, to }) => actorId === born!.actorId && to === 'ended')!;

    expect(ended.data.endReason).toBe('DATA');
    expect(ended.tsMs - born!.tsMs).toBeGreaterThan(120_000);
  });
});

test('a strategy of sectors that is demoted lowers what it stood by, and one that is promoted may open what it ran with', () => {
  const bundle = { ...day.bundle, ...realForecasts };
  const at = (mode: 'shadow' | 'active') => {
    const own = new Cell({
      ...bundle,
      detectors: bundle.detectors.map((each) => (each.id === 'rotation' && mode === 'active' ? { ...each, mode: 'shadow' } : each)),
    });
    const entries: JournalEntry[] = [];
    const born = bornOf(whole, 'sector')[0]!;
    for (const entry of day.entries) {
      if (entry.tsMs > born.tsMs + 240_000) break;
      entries.push(...(own.apply(entry).draft?.entries ?? []));
      if (entry.type === 'clock' && entry.tsMs === Math.ceil(born.tsMs / 1000) * 1000 + 9000)
        entries.push(
          ...(own.apply({
            type: 'control',
            v: 1,
            tsMs: entry.tsMs,
            commandId: 'c',
            command: { name: 'promote', strategy: 'rotation', mode },
          }).draft?.entries ?? []),
        );
    }
    return { own, born, entries };
  };
  const demoted = at('shadow');
  const lane = demoted.own.decisions.lanes.find(({ id }) => id === 'rotation')!;
  expect(demoted.own.desk.views().every(({ context }) => !(context.tracks.rotation?.raised ?? false))).toBe(true);
  expect([...lane.runs.values()].every(({ opportunity }) => opportunity === null)).toBe(true);
  const promoted = at('active');
  expect(
    bornOf(promoted.entries, 'sector').some(({ actorId, tsMs }) => actorId === promoted.born.actorId && tsMs > promoted.born.tsMs),
  ).toBe(true);
});

describe('heat', () => {
  test('is the members’ share of the market’s amount against what is usual, over fifteen completed minutes', () => {
    const { sectors, features, universe } = cell.market;
    const minute = 120;
    const sums = (rows: Iterable<number>): number => {
      let [amount, usual] = [0, 0];
      for (const s of rows) {
        const at = (m: number): number => {
          for (let k = m; k > m - 5; k--)
            if (!Number.isNaN(features.bars.amount[features.bars.at(s, k)]!)) return features.bars.amount[features.bars.at(s, k)]!;
          return Number.NaN;
        };
        const traded = at(minute - 1) - at(minute - 16);
        if (Number.isNaN(traded) || universe.instruments[s]!.suspended) continue;
        amount += traded;
        const { amountShare } = profileColumns(cell.bundle.profiles[universe.instruments[s]!.profile]!);
        const share = amountShare.subarray(minute - 15, minute).reduce((sum, x) => sum + x, 0);
        usual += universe.instruments[s]!.adv20Yuan! * share;
      }
      return amount / usual;
    };
    const all = sums(universe.instruments.keys());
    const own = cell.decisions.sectors;
    for (const k of [0, 5, 11]) {
      const members = sectors.members.subarray(sectors.from[k]!, sectors.from[k + 1]!);
      expect(own.heatOf(k, minute * 60)).toBeCloseTo(Math.log(sums(members) / all) / 0.311, 6);
    }
    expect(own.heatOf(0, 14 * 60)).toBeNaN();
  });
});

describe('sectors that overlap', () => {
  /** The day with a second name for the sector that lives first. */
  const doubled = (share: number) => {
    const [born] = bornOf(whole, 'sector');
    const { key } = born!.data.entity as { key: string };
    const own = day.bundle.sectors.find(({ code }) => code === key)!;
    const others = day.bundle.instruments.map(({ no }) => no).filter((no) => !own.members.includes(no));
    const kept = own.members.slice(0, Math.ceil(share * own.members.length));
    // as many of others as were left out
    const twin = {
      ...own,
      code: `${key}X`,
      kind: 'concept' as const,
      members: [...kept, ...others.slice(0, own.members.length - kept.length)],
    };
    const bundle = { ...day.bundle, ...realForecasts, sectors: [...day.bundle.sectors, twin] };
    const again = new Cell(bundle);
    const entries = day.entries.flatMap((entry) => again.apply(entry).draft?.entries ?? []);
    return { key, entries, cell: again };
  };

  test('one that is mostly another that lives opens nothing beside it, and says so', () => {
    const { key, entries } = doubled(1);
    const refused = entries.filter((entry) => entry.kind === 'suppressed' && entry.reason === 'OVERLAP');

    expect(refused.map(({ actorId }) => actorId)).toContain(`sector.${key}X`);
    const spans = lives(entries).filter(({ actorId }) => actorId.includes(`.${key}.up.sector.`) || actorId.includes(`.${key}X.up.sector.`));
    let live = 0;
    for (const { from, to } of spans) {
      live += from === null ? 1 : to === 'ended' ? -1 : 0;
      expect(live).toBeLessThanOrEqual(1);
    }
  });

  test('shares are counted of what either has', () => {
    const { sectors } = doubled(0.5).cell.market;
    const [a, b] = [0, sectors.count - 1];
    const of = (k: number) => new Set(sectors.members.subarray(sectors.from[k]!, sectors.from[k + 1]!));
    const shared = [...of(a)].filter((row) => of(b).has(row)).length;
    expect(sectors.overlap(a, b)).toBeCloseTo(shared / (of(a).size + of(b).size - shared), 12);
    expect([sectors.overlap(a, a), sectors.overlap(a, b) === sectors.overlap(b, a)]).toEqual([1, true]);
  });
});
