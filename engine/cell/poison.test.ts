import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { JournalEntry } from '../../contracts/journal.ts';
import type { QuotesEntry } from '../../contracts/tape.ts';
import { subjectToken } from '../../contracts/units.ts';
import { type GeneratedDay, generatedDay } from '../../scenarios/support/days.ts';
import { rally } from '../detectors/rally.ts';
import { foldDay } from '../runtime/fold.ts';
import type { Cell } from './cell.ts';

let day: GeneratedDay;
/** A symbol that raises an opportunity when nothing is wrong. */
let victim: number;
const ofVictim = (entry: JournalEntry): boolean => entry.actorId.includes(subjectToken(day.bundle.instruments[victim]!.no));
const all = (fold: ReturnType<typeof foldDay>): JournalEntry[] => fold.steps.flatMap(({ entries }) => entries);
const opened = (entries: readonly JournalEntry[]) =>
  entries.filter((entry) => entry.kind === 'transition' && entry.machine === 'opportunity' && entry.from === null);

beforeAll(() => {
  day = generatedDay({ count: 60 });
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
    expect(faults).toMatchObject([{ scope: 'detector:rally', code: 'DETECTOR_THREW', message: 'division by cucumber' }]);
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
      cell.features.add = (s, batch, i, slot) => {
        if (s === victim && slot >= 100) throw new Error('ring fell over');
        add(s, batch, i, slot);
      };
    };
    const entries = all(foldDay(day.bundle, day.entries, { prepare }));

    expect(entries.filter((entry) => entry.kind === 'fault')).toMatchObject([{ code: 'SYMBOL_THREW', message: 'ring fell over' }]);
    expect(opened(entries).filter(ofVictim)).toEqual([]);
    const others = (list: readonly JournalEntry[]) => opened(list).filter((entry) => !ofVictim(entry)).length;
    expect(others(entries)).toBeGreaterThan(others(before) - 2); // the cross-section lost one symbol
  });

  test('an actor that throws hears nothing more; its last state stays', () => {
    let thrown = '';
    const onEntry = (_n: number, _entry: unknown, cell: Cell) => {
      if (thrown !== '' || !cell.desk.hasLive(victim)) return;
      thrown = 'now';
      const event = { type: 'price', tsMs: cell.timeMs, bidMilli: 1, lastMilli: 1, dive: false };
      Object.defineProperty(event, 'midMilli', { get: () => expect.fail('no mid') });
      cell.desk.tell(victim, event);
    };
    const entries = all(foldDay(day.bundle, day.entries, { onEntry }));
    const faults = entries.filter((entry) => entry.kind === 'fault');

    expect(faults).toMatchObject([{ code: 'ACTOR_THREW' }]);
    const after = entries.slice(entries.indexOf(faults[0]!) + 1);
    expect(after.filter(({ actorId }) => actorId === faults[0]!.actorId)).toEqual([]);
    expect(opened(after).length).toBeGreaterThan(0);
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
      command: { name: 'skip', n: 500 },
    });
    const answers = all(foldDay(day.bundle, entries)).filter((entry) => entry.kind === 'control');

    expect(answers).toMatchObject([{ commandId: 'late', accepted: false, code: 'ALREADY_DECIDED' }]);
  });
});
