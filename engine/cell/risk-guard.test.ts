import { expect, test } from 'vitest';
import type { JournalEntry } from '../../contracts/journal.ts';
import { clockOf, midnightOf, tsecOf } from '../../contracts/session.ts';
import { generatedDay, testDate } from '../../scenarios/support/days.ts';
import { Cell } from './cell.ts';
import { decodeImage, encodeImage } from './image.ts';

/** 09:35:00 to 09:35:30: a market of 600 symbols falls by .7 % in three minutes; before and after it stands. */
function falls(cell: Cell): Cell {
  cell.features.updateCrossSection = (tsec) => {
    Object.assign(cell.features.crossSection, {
      live: 600,
      mktMed3m: tsec >= 300 && tsec < 330 ? -0.007 : 0,
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
