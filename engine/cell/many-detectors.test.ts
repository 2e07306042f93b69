import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Bundle, StrategyInstance } from '../../contracts/bundle.ts';
import type { JournalEntry } from '../../contracts/journal.ts';
import type { StrategyMode } from '../../contracts/signal.ts';
import type { TapeEntry } from '../../contracts/tape.ts';
import { type GeneratedDay, generatedDay } from '../../scenarios/support/days.ts';
import type { AnyDetector, SymbolDetector } from '../detectors/detector.ts';
import { rally } from '../detectors/rally.ts';
import { MemoryJournal } from '../log/memory.ts';
import { Cell } from './cell.ts';
import { decodeImage, encodeImage } from './image.ts';

/** Rally's twin: of its family the two meet in one opportunity, of another they stand apart. */
const echo: AnyDetector = { ...rally, id: 'echo' };
const apart: AnyDetector = { ...rally, id: 'apart', family: 'risk' };
/** A toy that looks downwards: 0.8 % in three minutes, confirmed after 20 s, over when half of it is back. */
const slide: SymbolDetector<{ readonly fall: number }, { readonly from: number; readonly p0Milli: number; readonly enterMilli: number }> = {
  id: 'slide',
  version: 1,
  variant: 'rule',
  family: 'momentum',
  entity: 'symbol',
  params: z.strictObject({ fall: z.number().default(0.008) }),
  needs: ['ret_3m'],
  horizonSec: () => 600,
  scores: () => ({ enter: 0.5, exit: 0.2 }),
  wakes: ({ ret3m }, { fall }) => ret3m <= -fall,
  initial: { from: 0, p0Milli: 0, enterMilli: 0 },
  step(state, input, { fall }) {
    const ret = input.feature('ret_3m');
    const score = Number.isNaN(ret) ? null : Math.min(1, -ret / 0.02);
    const anchorOf = (p0Milli: number, enterMilli: number) => ({
      p0Milli,
      enterMilli,
      peakMilli: enterMilli,
      impulse: enterMilli / p0Milli - 1,
    });
    if (state.from === 0) {
      if (!(ret <= -fall) || Number.isNaN(input.midAgo3m)) return { state: slide.initial, reading: null, refused: [] };
      const begun = { from: input.tsec, p0Milli: Math.round(input.midAgo3m), enterMilli: Math.round(input.midMilli) };
      const anchor = anchorOf(begun.p0Milli, begun.enterMilli);
      return {
        state: begun,
        reading: { raised: true, opens: true, confirmable: false, path: 'main', direction: 'down', score, evidence: () => [], anchor },
        refused: [],
      };
    }
    const kept = (state.p0Milli - input.midMilli) / (state.p0Milli - state.enterMilli);
    const raised = kept >= 0.5;
    const anchor = anchorOf(state.p0Milli, state.enterMilli);
    const confirmable = raised && input.tsec - state.from >= 20;
    return {
      state: raised ? state : slide.initial,
      reading: { raised, opens: true, confirmable, path: 'main', direction: 'down', score, evidence: () => [], anchor },
      refused: [],
    };
  },
};
const detectors: readonly AnyDetector[] = [rally, echo, apart, slide];

let day: GeneratedDay;
beforeAll(() => {
  day = generatedDay({ seed: 2, count: 30, until: '10:45' });
});

const instance = (detector: AnyDetector, mode: StrategyMode = 'active'): StrategyInstance => ({
  id: detector.id,
  detector: detector.id,
  version: detector.version,
  mode,
  modelId: null,
  params: detector.params.parse({}) as Record<string, unknown>,
  paramHash: 'p',
});
const calibrated: Bundle['calibration'][string] = [
  { event: 'net-gain', horizonSec: 900, a: 1, b: 0.8473, n: 100, source: 'synthetic', data: 'by hand', days: 10, auc95: [0.6, 0.7] },
];
const bundleWith = (...strategies: readonly StrategyInstance[]): Bundle => ({
  ...day.bundle,
  detectors: [...strategies],
  calibration: { ...day.bundle.calibration, echo: calibrated, apart: calibrated, slide: calibrated },
});

function run(bundle: Bundle, restoreAt: (n: number) => boolean = () => false) {
  let cell = new Cell(bundle, [], { detectors });
  const journal = new MemoryJournal('0'.repeat(64));
  const entries: JournalEntry[] = [];
  let restores = 0;
  for (const [n, entry] of day.entries.entries()) {
    if (restoreAt(n)) {
      cell = Cell.restore(bundle, decodeImage(encodeImage(cell.image())), [], { detectors });
      restores += 1;
    }
    const { draft } = cell.apply(entry);
    if (draft === null) continue;
    journal.appendNow(draft);
    entries.push(...draft.entries);
  }
  return { hash: journal.hash, entries, restores, cell };
}
type Transition = Extract<JournalEntry, { kind: 'transition' }>;
const lives = (entries: readonly JournalEntry[]): Transition[] =>
  entries.filter(
    (entry): entry is Transition => entry.kind === 'transition' && entry.machine === 'opportunity' && entry.region === 'lifecycle',
  );
const bare = (entries: readonly Transition[]) => entries.map(({ actorId, tsMs, from, to, event }) => ({ actorId, tsMs, from, to, event }));

describe('beside rally', () => {
  test('a twin of its family joins its opportunities, both tracks told; of another family it opens its own on the same symbol', () => {
    const merged = lives(run(bundleWith(instance(rally), instance(echo))).entries);
    expect(merged.some(({ data }) => Object.keys(data.tracks as object).join() === 'rally,echo')).toBe(true);
    expect(new Set(merged.map(({ actorId }) => actorId.split('.').slice(2, 4).join())).size).toBe(
      new Set(lives(run(bundleWith(instance(rally))).entries).map(({ actorId }) => actorId.split('.').slice(2, 4).join())).size,
    );

    const both = run(bundleWith(instance(rally), instance(apart))).entries;
    const families = (family: string) =>
      new Set(
        lives(both)
          .filter(({ actorId }) => actorId.includes(`.${family}.`))
          .map(({ actorId }) => actorId.split('.').slice(2, 4).join('.')),
      );
    expect([...families('risk')].sort()).toEqual([...families('momentum')].sort());
    expect(families('risk').size).toBeGreaterThan(3);
  });

  test('a configuration that asks for a noisy-or changes what two ideas say together, and nothing of one alone or of their lives', () => {
    const bundle = bundleWith(instance(rally), instance(echo));
    const opportunities = { ...bundle.config.opportunities, fusion: 'noisy-or' as const };
    const pooled = lives(run(bundle).entries);
    const noisy = lives(run({ ...bundle, config: { ...bundle.config, opportunities } }).entries);
    const saying = ({ data }: Transition): number =>
      Object.values(data.tracks as Record<string, { raised: boolean }>).filter(({ raised }) => raised).length;
    const same = (many: boolean) => pooled.flatMap((entry, i) => (saying(entry) > 1 === many ? [entry.data.p === noisy[i]!.data.p] : []));

    expect(bare(noisy)).toEqual(bare(pooled));
    expect(same(false).length).toBeGreaterThan(0);
    expect(same(true).length).toBeGreaterThan(0);
    expect([new Set(same(false)), same(true).includes(false)]).toEqual([new Set([true]), true]);
  });

  test('a downward one opens down-opportunities, confirms and ends them on its side of the price', () => {
    const down = lives(run(bundleWith(instance(rally), instance(slide))).entries).filter(({ data }) => data.direction === 'down');
    const confirmed = down.filter(({ to }) => to === 'confirmed');

    expect(confirmed.length).toBeGreaterThan(0);
    for (const { data } of confirmed) {
      const { entryMilli, stopMilli, target1Milli } = data.plan as { entryMilli: number; stopMilli: number; target1Milli: number };
      expect(stopMilli > entryMilli && target1Milli < entryMilli).toBe(true);
      expect(data.advice).toBe('REDUCE');
    }
    expect(new Set(down.filter(({ to }) => to === 'ended').map(({ data }) => data.endReason)).size).toBeGreaterThan(1);
  });

  test('in shadow it is journaled and changes no life; as a canary it acts on one instrument in ten', () => {
    const alone = run(bundleWith(instance(rally)));
    const shadowed = run(bundleWith(instance(rally), instance(slide, 'shadow')));
    const said = (entries: readonly JournalEntry[], mode: string) =>
      entries.filter((entry) => entry.kind === 'signal' && entry.signal.strategy.id === 'slide' && entry.signal.strategy.mode === mode);

    expect(said(shadowed.entries, 'shadow').length).toBeGreaterThan(3);
    expect(bare(lives(shadowed.entries))).toEqual(bare(lives(alone.entries)));
    const canary = run(bundleWith(instance(rally), instance(slide, 'canary')));
    const opened = lives(canary.entries).filter(({ from, data }) => from === null && data.direction === 'down');
    const every = lives(run(bundleWith(instance(rally), instance(slide))).entries).filter(
      ({ from, data }) => from === null && data.direction === 'down',
    );
    const isCanary = (actorId: string) => Number(actorId.split('.')[3]) % 10 === 0;
    expect(opened.filter(({ actorId }) => !isCanary(actorId))).toEqual([]);
    expect(opened.map(({ actorId }) => actorId)).toEqual(every.filter(({ actorId }) => isCanary(actorId)).map(({ actorId }) => actorId));
  });

  test('without a calibration map its pattern is confirmed all the same; it has no probability and no rank', () => {
    const { calibration: _none, ...rest } = bundleWith(instance(slide));
    const down = lives(run({ ...rest, calibration: {} }).entries);

    expect(down.filter(({ to }) => to === 'confirmed').length).toBeGreaterThan(0);
    expect(new Set(down.map(({ data }) => data.p))).toEqual(new Set([null]));
    expect(new Set(down.map(({ data }) => data.rank))).toEqual(new Set([null]));
    expect(down.every(({ data }) => (data.forecasts as unknown[]).length === 0)).toBe(true);
  });

  test('no strategy, no signal; one that this code does not have, or in another version, is a fault of the first step', () => {
    expect(run(bundleWith()).entries.filter(({ kind }) => kind === 'signal')).toEqual([]);
    const odd = run(bundleWith({ ...instance(rally), detector: 'gone', id: 'gone' }, { ...instance(rally), version: 2 }));
    expect(odd.entries.slice(0, 2)).toMatchObject([
      { kind: 'fault', scope: 'strategy:gone', code: 'STRATEGY_UNKNOWN' },
      { kind: 'fault', scope: 'strategy:rally', code: 'STRATEGY_VERSION' },
    ]);
    expect(odd.entries.some(({ kind }) => kind === 'signal')).toBe(true);
  });
});

test('four strategies of two families and both directions: twice, and restored at every clock of half an hour, one journal', () => {
  const bundle = bundleWith(instance(rally), instance(echo), instance(apart), instance(slide));
  const whole = run(bundle);
  const several = new Set(lives(whole.entries).map(({ actorId }) => actorId.split('.').slice(2, 4).join()));
  expect(several.size).toBeGreaterThan(3);
  expect(run(bundle).hash).toBe(whole.hash);

  const from = day.entries.findIndex(({ type, tsMs }) => type === 'clock' && tsMs >= day.entries[0]!.tsMs + 85 * 60_000);
  const restored = run(bundle, (n) => n >= from && day.entries[n]!.type === 'clock' && n < from + 5400);
  expect(restored.restores).toBeGreaterThan(1500);
  expect(restored.hash).toBe(whole.hash);
});

test('a variant over the same market concludes what it would alone, and costs the market nothing', () => {
  const bundle = bundleWith(instance(rally));
  const other = bundleWith({ ...instance(rally), params: rally.params.parse({ enter: 0.6 }) as Record<string, unknown> }, instance(slide));
  const cell = new Cell(bundle, [], { detectors });
  const variant = cell.addVariant(other, detectors);
  const own: JournalEntry[] = [];
  const its: JournalEntry[] = [];
  for (const entry of day.entries) {
    const { draft } = cell.apply(entry);
    if (draft !== null) own.push(...draft.entries);
    its.push(...variant.take());
  }

  expect(own).toEqual(run(bundle).entries);
  expect(its).toEqual(run(other).entries);
  expect(its).not.toEqual(own);
});

test('variants that ask the same of a quote share the answer, those that ask something else do not, also once parameters are changed', () => {
  const eager = { ...rally.params.parse({}), az: rally.params.parse({}).az / 2, nar: 1 } as Record<string, unknown>;
  const bundles = [
    bundleWith(instance(rally), instance(slide)),
    bundleWith(instance(rally), instance(slide)),
    bundleWith({ ...instance(rally), params: eager, paramHash: 'eager' }, instance(slide)),
    bundleWith(instance(slide), instance(rally)),
  ];
  const change: TapeEntry = {
    type: 'control',
    v: 1,
    tsMs: day.entries[day.entries.length >> 1]!.tsMs,
    commandId: 'c1',
    command: { name: 'params', strategy: 'rally', params: eager, paramHash: 'eager' },
  };
  const entries = [...day.entries.slice(0, day.entries.length >> 1), change, ...day.entries.slice(day.entries.length >> 1)];
  const alone = bundles.map((bundle) => {
    const cell = new Cell(bundle, [], { detectors });
    return entries.flatMap((entry) => [...(cell.apply(entry).draft?.entries ?? [])]);
  });

  const cell = new Cell(bundles[0]!, [], { detectors });
  const variants = bundles.slice(1).map((bundle) => cell.addVariant(bundle, detectors));
  const together: JournalEntry[][] = bundles.map(() => []);
  for (const entry of entries) {
    together[0]!.push(...(cell.apply(entry).draft?.entries ?? []));
    for (const [k, variant] of variants.entries()) together[k + 1]!.push(...variant.take());
  }

  expect(together).toEqual(alone);
  // one that asks the same asks nothing of its own
  let asked = 0;
  const counting: typeof rally = {
    ...rally,
    wakes: (hot, params) => {
      asked += 1;
      return rally.wakes(hot, params);
    },
  };
  const askedBy = (variantsMore: number): number => {
    asked = 0;
    const counted = new Cell(bundles[0]!, [], { detectors: [counting, slide] });
    for (let k = 0; k < variantsMore; k++) counted.addVariant(bundles[1]!, [counting, slide]);
    for (const entry of day.entries) counted.apply(entry);
    return asked;
  };
  expect(askedBy(2) - askedBy(0)).toBeLessThanOrEqual(1); // nobody knows of another before the first quote
  expect(alone[2]!.filter(({ kind }) => kind === 'signal').length).not.toBe(alone[0]!.filter(({ kind }) => kind === 'signal').length);
});
