import { expect, test } from 'vitest';
import { evidenceWords } from '../../contracts/evidence-words.ts';
import { instrumentId } from '../../contracts/units.ts';
import { generatedDay } from '../../scenarios/support/days.ts';
import { foldDay } from '../runtime/fold.ts';
import { lanesOf, whyOf } from '../runtime/why-door.ts';

const day = generatedDay({ count: 30, until: '10:30' });
const open = day.entries.filter(({ type }) => type !== 'day.close');
const first = instrumentId(day.bundle.instruments[0]!.no);

test('asking why at every quote changes nothing that is decided', () => {
  const asked = foldDay(day.bundle, open, { onEntry: (n, _entry, cell) => void (n > 0 && n % 7 === 0 && cell.symbols.explain(n % 30)) });
  expect(asked.steps.map(({ hash }) => hash)).toEqual(foldDay(day.bundle, open).steps.map(({ hash }) => hash));
});

test('what raised a rally was all that it asks, a moment before; every number of it has words', () => {
  let raised = 0;
  foldDay(day.bundle, open, {
    prepare: (cell) => {
      cell.symbols.observer = {
        signal: (s, strategy, { phase, path }) => {
          if (strategy !== 'rally' || phase !== 'enter' || path !== 'main') return;
          raised += 1;
          const { asks } = cell.symbols.explain(s).strategies.find((each) => each.strategy === 'rally')!;
          expect(asks.length).toBe(6);
          for (const { value, op, threshold, feature } of asks) {
            expect(op === '>=' ? value! >= threshold! : value! <= threshold!, feature).toBe(true);
            expect(evidenceWords(feature), feature).not.toBeNull();
          }
        },
      };
    },
  });
  expect(raised).toBeGreaterThan(0);
});

test('names each strategy of symbols, where it stands, and the gates that are shut', () => {
  const { cell } = foldDay(day.bundle, open);
  const { strategies, shutGates, asOf } = whyOf(cell, first);
  expect(strategies.map(({ strategy }) => strategy)).toEqual(
    day.bundle.detectors.filter(({ id }) => !id.startsWith('rotation')).map(({ id }) => id),
  );
  expect(strategies.filter(({ asks }) => asks.length > 0).length).toBeGreaterThan(2);
  expect(asOf.tradeDate).toBe(day.bundle.tradeDate);
  expect(shutGates.every((id) => /^U\d+$/.test(id))).toBe(true);
});

test('tells where a run of a strategy stands and by which opportunity, and that a strategy was put off', () => {
  const { cell } = foldDay(day.bundle, open);
  const rows = day.bundle.instruments.map(({ no }) => whyOf(cell, instrumentId(no)));
  const said = rows.flatMap(({ symbol, strategies }) => strategies.map((each) => ({ symbol, ...each })));
  const live = new Set(cell.desk.views().map(({ id }) => id));
  const led = said.filter(({ opportunity }) => opportunity !== null);
  expect(led.length).toBeGreaterThan(0);
  for (const { opportunity, isRunning } of led) expect([isRunning, live.has(opportunity!)]).toEqual([true, true]);
  // and most stand nowhere
  expect(said.filter(({ isRunning }) => isRunning).length).toBeLessThan(said.length / 2);
  expect(said.some(({ isDisabled }) => isDisabled)).toBe(false);
  cell.apply({ type: 'control', v: 1, tsMs: cell.timeMs, commandId: 'off', command: { name: 'disable', detector: 'rally' } });
  const off = whyOf(cell, first).strategies.filter(({ isDisabled }) => isDisabled);
  expect(off.map(({ strategy }) => strategy)).toEqual(['rally']);
});

test('before anything was heard asks nothing; of a stranger, or without a day, is refused', () => {
  const { cell } = foldDay(day.bundle, open.slice(0, 1));
  expect(whyOf(cell, first).strategies.every(({ asks }) => asks.length === 0)).toBe(true);
  expect(() => whyOf(cell, '600519.SH')).toThrow('NOT_FOUND');
  expect(() => whyOf(null, first)).toThrow('NOT_READY');
});

test('strategies are told as they run: a second change of parameters stands on the first', () => {
  const { cell } = foldDay(day.bundle, open.slice(0, 400));
  const rally = () => lanesOf(cell).lanes.find(({ id }) => id === 'rally')!;
  const retune = (commandId: string, params: Record<string, unknown>): void =>
    void cell.apply({
      type: 'control',
      v: 1,
      tsMs: cell.timeMs,
      commandId,
      command: { name: 'params', strategy: 'rally', params, paramHash: commandId },
    });
  retune('first', { ...rally().params, r3: 0.02 });
  retune('second', { ...rally().params, z3: 2.6 });
  expect(rally()).toMatchObject({ paramHash: 'second', params: { r3: 0.02, z3: 2.6 }, isDisabled: false });
  cell.apply({ type: 'control', v: 1, tsMs: cell.timeMs, commandId: 'third', command: { name: 'disable', detector: 'rally' } });
  expect(rally().isDisabled).toBe(true);
  expect(() => lanesOf(null)).toThrow('NOT_READY');
});
