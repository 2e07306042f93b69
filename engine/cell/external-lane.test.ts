/** A strategy outside the cell, by the entries it leaves on the tape: what it opens, what it may not, and that a replay needs nothing but the tape. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Bundle } from '../../contracts/bundle.ts';
import { sectorEntity, symbolEntity } from '../../contracts/entity.ts';
import type { JournalEntry } from '../../contracts/journal.ts';
import { isContinuous, phaseOf } from '../../contracts/session.ts';
import { decodeTape, type ExternalReading, encodeTape, type TapeEntry } from '../../contracts/tape.ts';
import { type GeneratedDay, generatedDay } from '../../scenarios/support/days.ts';
import { external } from '../detectors/external.ts';
import { Cell } from './cell.ts';
import { decodeImage, encodeImage } from './image.ts';

const params = external.params.parse({ package: 'mine@1.0.0', sha256: 'a'.repeat(64), enter: 0.1 });
let day: GeneratedDay;
let bundle: Bundle;
/** The day with what `mine` said of one symbol written into it, every 9 s from its first rise of 1 % in three minutes on, for five minutes. */
let tape: readonly TapeEntry[];

beforeAll(() => {
  day = generatedDay({ seed: 3, count: 60, until: '10:30', faulty: false, detectors: [] });
  bundle = {
    ...day.bundle,
    detectors: [{ id: 'mine', detector: 'external', version: 1, mode: 'active', modelId: null, params, paramHash: 'p' }],
  };
  const cell = new Cell(bundle);
  let [row, until] = [-1, 0];
  tape = day.entries.flatMap((entry): TapeEntry[] => {
    cell.apply(entry);
    if (entry.type !== 'clock' || !isContinuous(phaseOf(entry.tsMs)) || cell.symbols.featureOf(0, 'age') < 0) return [entry];
    if (row < 0) {
      row = bundle.instruments.findIndex(
        ({ preCloseMilli }, s) => (preCloseMilli ?? 0) > 10_000 && isLiquid(cell, s) && cell.symbols.featureOf(s, 'ret_3m') >= 0.01,
      );
      until = entry.tsMs + 300_000;
    }
    if (row < 0 || entry.tsMs > until || entry.tsMs % 9000 !== 0) return [entry];
    return [entry, says(entry.tsMs, bundle.instruments[row]!.no, entry.tsMs > until - 200_000)];
  });
});

const isLiquid = (cell: Cell, s: number): boolean =>
  cell.symbols.featureOf(s, 'amt5m') >= 2e6 && cell.symbols.featureOf(s, 'depth5') >= 5e5 && cell.symbols.featureOf(s, 'distUp') >= 0.03;

const says = (tsMs: number, no: number, confirmable: boolean): ExternalReading => ({
  type: 'ext',
  v: 1,
  tsMs,
  strategy: 'mine',
  entity: symbolEntity(no),
  direction: 'up',
  raised: true,
  confirmable,
  path: 'main',
  score: 0.6,
  evidence: [],
});

function fold(entries: readonly TapeEntry[], using: Bundle = bundle) {
  const cell = new Cell(using);
  const concluded: JournalEntry[] = [];
  for (const entry of entries) concluded.push(...(cell.apply(decodeTape(encodeTape(entry))).draft?.entries ?? []));
  return { cell, concluded };
}
const told = (entries: readonly JournalEntry[]) =>
  entries.flatMap((entry) =>
    entry.kind === 'signal' && entry.signal.strategy.id === 'mine'
      ? [entry.signal.phase]
      : entry.kind === 'transition' && entry.machine === 'opportunity' && entry.region === 'lifecycle'
        ? [`→ ${entry.to}`]
        : [],
  );

describe('its entries', () => {
  test('open an opportunity, confirm it, and lower it when they end', () => {
    const said = told(fold(tape).concluded);

    expect(said.slice(0, 2)).toEqual(['enter', '→ discovered']);
    expect(said).toContain('confirm');
    expect(said).toContain('exit');
  });

  test('are all that a replay needs: twice the same, and from an image at any of them', () => {
    const whole = fold(tape).concluded;
    expect(fold(tape).concluded).toEqual(whole);
    const cuts = tape.flatMap((entry, i) => (entry.type === 'ext' ? [i + 1] : [])).filter((_cut, k) => k % 7 === 0);
    expect(cuts.length).toBeGreaterThan(3);
    for (const cut of cuts) {
      const before = fold(tape.slice(0, cut));
      const cell = Cell.restore(bundle, decodeImage(encodeImage(before.cell.image())));
      const after = tape.slice(cut).flatMap((entry) => cell.apply(entry).draft?.entries ?? []);
      expect([...before.concluded, ...after]).toEqual(whole);
    }
  });

  test('in shadow are journaled and open nothing', () => {
    const shadow: Bundle = { ...bundle, detectors: bundle.detectors.map((each) => ({ ...each, mode: 'shadow' })) };
    const said = told(fold(tape, shadow).concluded);

    expect(said).toContain('enter');
    expect(said.filter((line) => line.startsWith('→'))).toEqual([]);
  });

  test('of a strategy that was disabled are refused, and what it stood by is lowered', () => {
    const first = tape.findIndex(({ type }) => type === 'ext');
    const cut = first + 200;
    const disable: TapeEntry = {
      type: 'control',
      v: 1,
      tsMs: tape[cut]!.tsMs,
      commandId: 'x',
      command: { name: 'disable', detector: 'mine' },
    };
    const { concluded } = fold([...tape.slice(0, cut), disable, ...tape.slice(cut)]);
    const after = concluded.slice(concluded.findIndex(({ kind }) => kind === 'control') + 1);

    // said once, however often it speaks on
    expect(after.filter((entry) => entry.kind === 'suppressed').map((entry) => entry.reason)).toEqual(['STRATEGY_DISABLED']);
    expect(told(after).filter((line) => !line.startsWith('→'))).toEqual([]);
  });

  test.each<[string, Record<string, unknown>, string | null]>([
    ['how long its word counts', { holdSec: 60, enter: 0.2 }, null],
    ['what its code was started with', { of: { rise: 9 } }, 'PARAMS_INVALID'],
    ['whose code it is', { sha256: 'b'.repeat(64) }, 'PARAMS_INVALID'],
  ])('control may change %s: %j → %s', (_what, change, code) => {
    const { cell } = fold(tape.slice(0, 5));
    const command = { name: 'params', strategy: 'mine', params: { ...params, ...change }, paramHash: 'q' } as const;
    const answer = cell.apply({ type: 'control', v: 1, tsMs: tape[5]!.tsMs, commandId: 'x', command }).draft?.entries[0];

    expect(answer).toMatchObject({ kind: 'control', accepted: code === null, code });
  });

  test.each([
    ['a symbol that is not in the day', symbolEntity(1_600_999)],
    ['a sector', sectorEntity('I01')],
  ])('about %s are answered UNKNOWN_ENTITY', (_what, entity) => {
    const { cell } = fold(tape.slice(0, 5));
    const entry = { ...says(tape[5]!.tsMs, 1_600_519, false), entity };

    expect(cell.apply(decodeTape(encodeTape(entry))).draft?.entries).toMatchObject([{ kind: 'suppressed', reason: 'UNKNOWN_ENTITY' }]);
  });
});
