import { expect, test } from 'vitest';
import type { JournalEntry } from '../../contracts/journal.ts';
import { clockOf, midnightOf, tsecOf } from '../../contracts/session.ts';
import type { TapeEntry } from '../../contracts/tape.ts';
import { generatedDay, testDate } from '../../scenarios/support/days.ts';
import { Cell } from './cell.ts';
import { decodeImage, encodeImage } from './image.ts';

/** From 09:35:00, as a rule to 09:35:30: a market of 600 symbols falls by .7 % in three minutes; before and after it stands. */
function falls(cell: Cell, untilTsec = 330): Cell {
  cell.features.updateCrossSection = (tsec) => {
    Object.assign(cell.features.crossSection, {
      live: 600,
      mktMed3m: tsec >= 300 && tsec < untilTsec ? -0.007 : 0,
      advShare: 0.5,
      nUp: 0,
      nDn: 0,
    });
  };
  return cell;
}

function riskEntries(restoreAt: number | null): string[] {
  const day = generatedDay({ seed: 3, count: 5, until: '09:45' });
  let cell = falls(new Cell(day.bundle));
  const entries: JournalEntry[] = [];
  for (const entry of day.entries) {
    if (restoreAt !== null && entry.tsMs === restoreAt && entry.type === 'clock')
      cell = falls(Cell.restore(day.bundle, decodeImage(encodeImage(cell.image()))));
    entries.push(...(cell.apply(entry).draft?.entries ?? []));
  }
  return entries.flatMap((entry) =>
    entry.kind === 'transition' && entry.machine === 'risk' ? [`${clockOf(entry.tsMs)} ${entry.actorId} ${entry.to} ${entry.note}`] : [],
  );
}

test('a falling market restricts itself at once and is free 120 trading seconds after it stands, through a restart as well', () => {
  const seen = riskEntries(null);

  expect(seen.map((line) => line.slice(9))).toEqual(['risk.market restricted K2 2', 'risk.market normal K2 0']);
  const [raised, freed] = seen.map((line) =>
    tsecOf(
      midnightOf(testDate) +
        line
          .slice(0, 8)
          .split(':')
          .reduce((sum, part) => sum * 60 + Number(part), 0) *
          1000,
    ),
  );
  // at the first of every third clock
  expect([raised! >= 300 && raised! < 303, freed! - raised! >= 150 && freed! - raised! < 156]).toEqual([true, true]);
  expect(riskEntries(midnightOf(testDate) + (9 * 3600 + 36 * 60) * 1000)).toEqual(seen);
});

test('an override holds the market’s watches down for ten minutes of the tape, says so, and is over by itself, through a restart as well', () => {
  const day = generatedDay({ seed: 3, count: 5, until: '09:50' });
  const at = midnightOf(testDate) + (9 * 3600 + 36 * 60) * 1000;
  const command = { name: 'override', scope: 'market', level: 1 } as const;
  const asked = { v: 1, type: 'control', tsMs: at, commandId: 'c1', command } as unknown as TapeEntry;
  const entries = day.entries.toSpliced(
    day.entries.findIndex(({ tsMs }) => tsMs >= at),
    0,
    asked,
  );
  const levels = (restoreAt: number | null): string[] => {
    let cell = falls(new Cell(day.bundle), 1100);
    const said: JournalEntry[] = [];
    for (const [n, entry] of entries.entries()) {
      if (n === restoreAt) cell = falls(Cell.restore(day.bundle, decodeImage(encodeImage(cell.image()))), 1100);
      said.push(...(cell.apply(entry).draft?.entries ?? []));
    }
    return said.flatMap((entry) =>
      entry.kind === 'transition' && entry.machine === 'risk' ? [`${clockOf(entry.tsMs).slice(0, 8)} ${entry.to} ${entry.note}`] : [],
    );
  };

  expect(levels(null)).toEqual([
    expect.stringMatching(/^09:35:0. restricted K2 2$/),
    '09:36:00 caution override 1',
    '09:46:00 restricted override over',
  ]);
  expect(levels(entries.findIndex(({ tsMs }) => tsMs >= at + 300_000))).toEqual(levels(null));
});
