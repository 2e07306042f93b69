import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { JournalEntry } from '../../contracts/journal.ts';
import type { QuotesEntry } from '../../contracts/tape.ts';
import { subjectToken } from '../../contracts/units.ts';
import { type GeneratedDay, generatedDay } from '../../scenarios/support/days.ts';
import { rally } from '../detectors/rally.ts';
import { MemoryJournal } from '../log/memory.ts';
import { foldDay } from '../runtime/fold.ts';
import { Cell } from './cell.ts';
import { decodeImage, encodeImage } from './image.ts';

let day: GeneratedDay;
/** A symbol that raises an opportunity when nothing is wrong. */
let victim: number;
const ofVictim = (entry: JournalEntry): boolean => entry.actorId.includes(subjectToken(day.bundle.instruments[victim]!.no));
const all = (fold: ReturnType<typeof foldDay>): JournalEntry[] => fold.steps.flatMap(({ entries }) => entries);
const opened = (entries: readonly JournalEntry[]) =>
  entries.filter((entry) => entry.kind === 'transition' && entry.machine === 'opportunity' && entry.from === null);

beforeAll(() => {
  day = generatedDay({ detectors: ['rally'], count: 60 });
  const first = opened(all(foldDay(day.bundle, day.entries)))[0]!;
  victim = day.bundle.instruments.findIndex(({ no }) => first.actorId.includes(subjectToken(no)));
});
afterEach(() => vi.restoreAllMocks());

describe('what throws is shut off, said, and leaves the rest alone', () => {
  const plain = () => all(foldDay(day.bundle, day.entries));

  test('a detector that throws for a symbol is off for that symbol all day', () => {
    const before = plain();
    const step = rally.step;
    let calls = 0;
    vi.spyOn(rally, 'step').mockImplementation((state, input, params) => {
      if (input.instrument.no !== day.bundle.instruments[victim]!.no) return step(state, input, params);
      calls += 1;
      throw new Error('division by cucumber');
    });
    const fold = foldDay(day.bundle, day.entries);
    const entries = all(fold);
    const faults = entries.filter((entry) => entry.kind === 'fault');

    expect(calls, 'asked once, never again').toBe(1);
    expect(faults).toMatchObject([{ scope: 'strategy:rally', code: 'DETECTOR_THREW', message: 'division by cucumber' }]);
    expect(ofVictim(faults[0]!)).toBe(true);
    expect(opened(entries).filter(ofVictim)).toEqual([]);
    expect(opened(entries).map(({ actorId }) => actorId)).toEqual(
      opened(before)
        .filter((entry) => !ofVictim(entry))
        .map(({ actorId }) => actorId),
    );
    calls = 0;
    expect(foldDay(day.bundle, day.entries).journal.hash, 'the same tape shuts it off the same way').toBe(fold.journal.hash);
  });

  test('a symbol whose features throw is out for the day; the others are what they were', () => {
    const before = plain();
    const prepare = (cell: Cell) => {
      const add = cell.features.add.bind(cell.features);
      cell.features.add = (verdict, batch, i) => {
        if (verdict.s === victim && verdict.slot >= 100) throw new Error('ring fell over');
        add(verdict, batch, i);
      };
    };
    const entries = all(foldDay(day.bundle, day.entries, { prepare }));

    expect(entries.filter((entry) => entry.kind === 'fault')).toMatchObject([{ code: 'SYMBOL_THREW', message: 'ring fell over' }]);
    expect(opened(entries).filter(ofVictim)).toEqual([]);
    const others = (list: readonly JournalEntry[]) => opened(list).filter((entry) => !ofVictim(entry)).length;
    expect(others(entries)).toBeGreaterThan(others(before) - 2); // the cross-section lost one symbol
  });

  test('a row that throws in cleaning takes its symbol out, its opportunity with it, and no other', () => {
    let thrown = false;
    const prepare = (cell: Cell) => {
      const { accepted } = cell.cleaner;
      const last = accepted.last;
      const original = cell.cleaner.freshness;
      Object.defineProperty(cell.cleaner, 'freshness', {
        get: () => {
          if (thrown || !cell.desk.hasLive(victim) || last[victim] === undefined) return original;
          thrown = true;
          throw new Error('no such column');
        },
      });
    };
    const entries = all(foldDay(day.bundle, day.entries, { prepare }));
    const faults = entries.filter((entry) => entry.kind === 'fault');

    expect(faults).toMatchObject([{ code: 'SYMBOL_THREW', message: 'no such column' }]);
    expect(opened(entries.slice(entries.indexOf(faults[0]!))).length).toBeGreaterThan(0);
  });

  test('an actor that throws hears nothing more; its last state stays', () => {
    let thrownAt = 0;
    const onEntry = (n: number, _entry: unknown, cell: Cell) => {
      if (thrownAt !== 0 || !cell.desk.hasLive(victim)) return;
      thrownAt = n;
      const event = {
        type: 'price',
        tsMs: cell.timeMs,
        bidMilli: 20_000_000,
        askMilli: 1,
        midMilli: 1,
        lastMilli: 20_000_000,
        dive: false,
        locked: false,
      } as const;
      Object.defineProperty(event, 'midMilli', { get: () => expect.fail('no mid') });
      cell.desk.send(victim, event);
    };
    const fold = foldDay(day.bundle, day.entries, { onEntry });
    const entries = all(fold);
    const faults = entries.filter((entry) => entry.kind === 'fault');

    expect(faults).toMatchObject([{ code: 'ACTOR_THREW' }]);
    const after = entries.slice(entries.indexOf(faults[0]!) + 1);
    expect(after.filter(({ actorId }) => actorId === faults[0]!.actorId)).toEqual([]);
    expect(opened(after).length).toBeGreaterThan(0);
    expect(fold.cell.desk.live).toBe(0);

    // taken down to bytes afterwards and made anew, the cell goes on alike
    let cell = new Cell(day.bundle);
    const journal = new MemoryJournal(day.sha);
    const again = thrownAt;
    thrownAt = 0;
    for (const [n, entry] of day.entries.entries()) {
      onEntry(n, entry, cell);
      if (n === again + 40) cell = Cell.restore(day.bundle, decodeImage(encodeImage(cell.image())));
      const { draft } = cell.apply(entry);
      if (draft !== null) journal.appendNow(draft);
    }
    expect(journal.hash).toBe(fold.journal.hash);
  });
});

describe('an entry named to be skipped', () => {
  test('becomes a fault in its place and says nothing', () => {
    const n = day.entries.findIndex((entry, i) => i > 9000 && entry.type === 'quotes');
    const fold = foldDay(day.bundle, day.entries, { skips: [n] });
    const faults = all(fold).filter((entry) => entry.kind === 'fault');

    expect(faults).toMatchObject([{ scope: `entry:${n}`, code: 'ENTRY_SKIPPED' }]);
    expect(fold.steps.find(({ entries }) => entries.includes(faults[0]!))!.n).toBe(n);
    const { count } = (day.entries[n] as QuotesEntry).batch;
    expect(fold.cell.quotes).toBe(foldDay(day.bundle, day.entries).cell.quotes - count);
  });

  test('a skip of what was decided long ago is refused', () => {
    const at = 12_000;
    const entries = day.entries.toSpliced(at, 0, {
      type: 'control',
      v: 1,
      tsMs: day.entries[at]!.tsMs,
      commandId: 'late',
      command: { name: 'skip', tradeDate: day.market.date, n: 500 },
    });
    const answers = all(foldDay(day.bundle, entries)).filter((entry) => entry.kind === 'control');

    expect(answers).toMatchObject([{ commandId: 'late', accepted: false, code: 'ALREADY_DECIDED' }]);
  });

  test('a skip of an entry to come is kept, of another day refused; known beforehand or not, the journal is one', () => {
    const at = 12_000;
    const tsMs = day.entries[at]!.tsMs;
    const n = day.entries.findIndex((entry, i) => i > at + 50 && entry.type === 'quotes');
    const skip = (tradeDate: string) =>
      ({ type: 'control', v: 1, tsMs, commandId: tradeDate, command: { name: 'skip', tradeDate, n } }) as const;
    const entries = day.entries.toSpliced(at, 0, skip(day.market.date), skip('20261124'));
    const fold = foldDay(day.bundle, entries);

    expect(all(fold).filter(({ kind }) => kind === 'control')).toMatchObject([
      { accepted: true, code: null },
      { accepted: false, code: 'OTHER_DAY' },
    ]);
    expect(all(fold).filter(({ kind }) => kind === 'fault')).toMatchObject([{ scope: `entry:${n}`, code: 'ENTRY_SKIPPED' }]);
    expect(foldDay(day.bundle, entries, { skips: [n] }).journal.hash).toBe(fold.journal.hash);
  });
});
