/** Parameters and models swapped by control in mid-day: what was concluded before is untouched, what comes after follows from the tape alone. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Bundle } from '../../contracts/bundle.ts';
import { type AnyCommand, decodeTape, encodeTape, type TapeEntry } from '../../contracts/tape.ts';
import { instrumentNo } from '../../contracts/units.ts';
import { type GeneratedDay, generatedDay } from '../../scenarios/support/days.ts';
import { rally } from '../detectors/rally.ts';
import { givenModels, withModels } from '../reference/shipped.ts';
import { foldDay } from '../runtime/fold.ts';
import { Cell } from './cell.ts';
import { decodeImage, encodeImage } from './image.ts';

let day: GeneratedDay;
let bundle: Bundle;
let cut: number;
beforeAll(() => {
  day = generatedDay({ seed: 2, count: 30, until: '10:30', detectors: ['rally'] });
  const bolder = day.bundle.calibration.rally!.map((map) => ({
    ...map,
    b: map.b + 1,
    knots: map.knots?.map(([x, odds]) => [x, odds + 1] as [number, number]),
  }));
  const models = {
    bolder: { strategy: 'rally', active: false, state: 'shadow' as const, maps: { '': bolder } },
    'of-another': { strategy: 'rotation', active: false, maps: { '': bolder } },
  };
  bundle = {
    ...day.bundle,
    calibration: withModels(day.bundle.calibration, models),
    ...givenModels({ models }),
  };
  cut = day.entries.findIndex(({ tsMs, type }) => type === 'clock' && tsMs >= day.entries[0]!.tsMs + 75 * 60_000);
});
const at = (command: AnyCommand, i: number): TapeEntry => ({
  type: 'control',
  v: 1,
  tsMs: day.entries[cut]!.tsMs,
  commandId: `c${i}`,
  command,
});
const withSwap = (...commands: readonly AnyCommand[]): TapeEntry[] =>
  day.entries.toSpliced(cut, 0, ...commands.map(at)).map((entry) => decodeTape(encodeTape(entry)));
const steps = (entries: readonly TapeEntry[]) => foldDay(bundle, entries).steps;

const swaps: readonly [string, AnyCommand][] = [
  ['parameters', { name: 'params', strategy: 'rally', params: rally.params.parse({ r3: 0.006, ex3: 0.004, z3: 1.5 }), paramHash: 'easy' }],
  ['a value of the configuration', { name: 'config', config: { universe: { adv20Min: 1e12 } } }],
  ['a model', { name: 'model', strategy: 'rally', modelId: 'bolder' }],
];
describe.each(swaps)('%s', (_what, command) => {
  test('before the swap the journal is the one without it, from there on another; twice the same', () => {
    const [plain, swapped] = [steps(day.entries), steps(withSwap(command))];
    const before = plain.filter(({ n }) => n < cut);

    expect(swapped.slice(0, before.length)).toEqual(before);
    expect(swapped[before.length]!.entries.at(-1)).toMatchObject({ kind: 'control', accepted: true });
    expect(swapped.at(-1)!.hash).not.toBe(plain.at(-1)!.hash);
    expect(swapped.slice(before.length + 1).map(({ entries }) => entries)).not.toEqual(
      plain.slice(before.length).map(({ entries }) => entries),
    );
    expect(steps(withSwap(command)).at(-1)!.hash).toBe(swapped.at(-1)!.hash);
  });

  test('it holds through a restart', () => {
    const entries = withSwap(command);
    const cell = new Cell(bundle);
    for (const entry of entries.slice(0, cut + 1)) cell.apply(entry);
    const again = Cell.restore(bundle, decodeImage(encodeImage(cell.image())));
    const rest = (from: Cell) => entries.slice(cut + 1).flatMap((entry) => from.apply(entry).draft?.entries ?? []);

    expect(rest(again)).toEqual(rest(cell));
  });
});

test('a signal names the model it spoke from; rolled back, the strategy speaks from its own again', () => {
  const modelsOf = (entries: readonly TapeEntry[]) =>
    steps(entries)
      .filter(({ n }) => n > cut)
      .flatMap(({ entries: all }) => all.flatMap((entry) => (entry.kind === 'signal' ? [entry.signal.strategy.modelId] : [])));

  expect(new Set(modelsOf(withSwap({ name: 'model', strategy: 'rally', modelId: 'bolder' })))).toEqual(new Set(['bolder']));
  const back = withSwap({ name: 'model', strategy: 'rally', modelId: 'bolder' }, { name: 'model', strategy: 'rally', modelId: null });
  expect(new Set(modelsOf(back))).toEqual(new Set([null]));
});

test('a canary speaks of one instrument in ten, its signals say so, and it does after a restart', () => {
  const large = generatedDay({ seed: 2, count: 60, until: '10:30', detectors: ['rally'] });
  const bundle = { ...large.bundle, models: [{ id: 'bolder', strategy: 'rally', state: 'canary' as const, features: null }] };
  const cell = new Cell(bundle);
  const half = large.entries.findIndex(({ tsMs }) => tsMs >= large.entries[0]!.tsMs + 50 * 60_000);
  for (const entry of large.entries.slice(0, half)) cell.apply(entry);
  const again = Cell.restore(bundle, decodeImage(encodeImage(cell.image())));
  const entries = large.entries.slice(half).flatMap((entry) => again.apply(entry).draft?.entries ?? []);
  const spoken = entries.flatMap((entry) => (entry.kind === 'signal' ? [entry.signal] : []));
  const isOneInTen = (key: string): boolean => instrumentNo(key) % 10 === 0;

  expect(spoken.filter(({ entity }) => isOneInTen(entity.key)).length).toBeGreaterThan(0);
  for (const { entity, strategy } of spoken) expect(strategy.modelId).toBe(isOneInTen(entity.key) ? 'bolder' : null);
});

test('a symbol that is not quoted any more is judged by no price: what it waited for is forgotten', () => {
  const cell = new Cell(bundle);
  const waits = () => cell.decisions.models.image().records.flatMap(([, { waiting }]) => waiting).length;
  const judged = () => cell.decisions.models.image().records.flatMap(([, record]) => record.judged).length;
  let n = 0;
  for (; waits() === 0 || n < cut; n++) cell.apply(day.entries[n]!);
  const [waiting, before] = [waits(), judged()];
  for (let sec = 1; sec <= 90; sec++) cell.apply({ type: 'clock', v: 1, tsMs: cell.timeMs + 1000 });

  expect(waiting).toBeGreaterThan(0);
  expect([waits(), judged()]).toEqual([0, before]);
});

test('a key cools down as the opportunity was born to: no cool-down is none for who is born from there on', () => {
  const none = { coolDownSec: 0, coolDownTargetSec: 0, coolDownStopSec: 0, coolDownTwoStopsSec: 0 };
  const refusedWith = (atMin: number): string[] => {
    const from = day.entries.findIndex(({ tsMs }) => tsMs >= day.entries[0]!.tsMs + atMin * 60_000);
    const command = { ...at({ name: 'config', config: { opportunities: none } }, 0), tsMs: day.entries[from]!.tsMs };
    return steps(day.entries.toSpliced(from, 0, command)).flatMap(({ entries: all }) =>
      all.flatMap((entry) => (entry.kind === 'suppressed' && entry.reason === 'COOL_DOWN' ? [entry.actorId] : [])),
    );
  };
  // born in minute 100, over in minute 107, and raised again at once
  expect([refusedWith(105).includes('symbol.SH.600004'), refusedWith(95).includes('symbol.SH.600004')]).toEqual([true, false]);
});

test('who spoke is taken back: the strategy speaks from its own maps again', () => {
  const entries = withSwap({ name: 'model', strategy: 'rally', modelId: 'bolder' }, { name: 'rollback', strategy: 'rally' });
  const all = steps(entries).flatMap(({ entries: own }) => own);
  const states = all.flatMap((entry) =>
    entry.kind === 'transition' && entry.machine === 'model' ? [[entry.from, entry.to, entry.data.by]] : [],
  );

  const later = all.slice(all.findLastIndex(({ kind }) => kind === 'control'));
  const speaking = later.flatMap((entry) => (entry.kind === 'signal' ? [entry.signal.strategy.modelId] : []));
  expect(speaking.length).toBeGreaterThan(5);
  expect(new Set(speaking)).toEqual(new Set([null]));
  expect(states).toEqual([
    [null, 'shadow', null],
    ['shadow', 'active', 'operator'],
    ['active', 'retired', 'operator'],
  ]);
});

test('a bolder model says more of what comes after it', () => {
  const saidOf = (entries: readonly TapeEntry[]) =>
    steps(entries).flatMap(({ entries: all }) =>
      all.flatMap((entry) => {
        if (
          entry.kind !== 'transition' ||
          entry.machine !== 'opportunity' ||
          entry.to !== 'discovered' ||
          entry.tsMs < day.entries[cut]!.tsMs
        )
          return [];
        const [first] = (entry.data as { readonly forecasts: readonly { readonly p: number | null }[] }).forecasts;
        return first?.p == null ? [] : [first.p];
      }),
    );
  const mean = (values: readonly number[]) => values.reduce((sum, p) => sum + p, 0) / values.length;
  const [plain, bolder] = [saidOf(day.entries), saidOf(withSwap({ name: 'model', strategy: 'rally', modelId: 'bolder' }))];

  expect(plain.length).toBeGreaterThan(2);
  expect(mean(bolder)).toBeGreaterThan(mean(plain));
});

test.each<[string, AnyCommand]>([
  ['a model that the day does not have', { name: 'model', strategy: 'rally', modelId: 'nobody' }],
  ['a model of another strategy', { name: 'model', strategy: 'rally', modelId: 'of-another' }],
  ['a step of a model that the day does not have', { name: 'stage', strategy: 'rally', modelId: 'nobody', state: 'shadow' }],
  ['a step of a strategy that is not there', { name: 'stage', strategy: 'nobody', modelId: 'bolder', state: 'canary' }],
  ['a roll-back of a strategy that is not there', { name: 'rollback', strategy: 'nobody' }],
  ['a strategy that is not there', { name: 'model', strategy: 'nobody', modelId: 'bolder' }],
])('%s: NOT_FOUND, and nothing changes', (_what, command) => {
  const swapped = steps(withSwap(command));
  const answer = swapped.flatMap(({ entries }) => entries).find(({ kind }) => kind === 'control');

  expect(answer).toMatchObject({ accepted: false, code: 'NOT_FOUND' });
  expect(swapped.flatMap(({ entries }) => entries.filter(({ kind }) => kind !== 'control'))).toEqual(
    steps(day.entries).flatMap(({ entries }) => entries),
  );
});
