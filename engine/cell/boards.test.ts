import { expect, test } from 'vitest';
import type { JournalEntry } from '../../contracts/journal.ts';
import { midnightOf } from '../../contracts/session.ts';
import { scenarioBundle, scenarioRows } from '../../scenarios/format/day.ts';
import { scenarioFiles } from '../../scenarios/format/files.ts';
import { pace } from '../log/pacer.ts';
import { realForecasts } from '../reference/shipped.ts';
import { bundleSha, foldDay } from '../runtime/fold.ts';
import { Cell } from './cell.ts';
import { decodeImage, encodeImage } from './image.ts';

/** The board's transitions of a scenario, with what real days know of boards. */
function boardOf(name: string) {
  const scenario = scenarioFiles().find((each) => each.name === name)!;
  const bundle = { ...scenarioBundle(scenario), ...realForecasts };
  const open = { tradeDate: scenario.date, bundle: bundleSha(bundle), codeVersion: 'test', origin: 'simulated' } as const;
  const entries = foldDay(bundle, pace(open, scenarioRows(scenario))).steps.flatMap((step) => step.entries);
  const lives = entries.filter(
    (entry): entry is Extract<JournalEntry, { kind: 'transition' }> => entry.kind === 'transition' && entry.machine === 'opportunity',
  );
  return { entries, board: lives.filter(({ data }) => data.family === 'board'), rest: lives.filter(({ data }) => data.family !== 'board') };
}

test('a board knows the opportunity that ended at the limit before it, says its chance to stay sealed, and is to be watched', () => {
  const { board, rest } = boardOf('limitup/rally-hands-over');
  const before = rest.find(({ data }) => data.endReason === 'LIMIT')!;
  const born = board[0]!;

  expect(before.data.handover).toMatchObject({ family: 'board' });
  expect(born.data.predecessorId).toBe(before.actorId.slice('opportunity.'.length));
  // base .703, sealed .758; what opens next morning is known as a rate only
  expect(born.data.forecasts).toMatchObject([
    { event: 'sealed-at-close', p: expect.closeTo(0.758, 4), p0: expect.closeTo(0.703, 4), source: 'real-bars' },
    { event: 'next-open-gain', p: expect.closeTo(0.5135, 4), p0: expect.closeTo(0.5135, 4) },
  ]);
  expect([born.data.advice, born.data.p, born.data.rank]).toEqual(['WATCH', null, null]);
  // the limit 21.70, 3 % under it, and the median and upper quarter of next opens after a first board
  expect(born.data.plan).toMatchObject({ entryMilli: 21_700, stopMilli: 21_040, target1Milli: 21_880, target2Milli: 22_340 });
});

test('an opened board is said to be less likely to close sealed', () => {
  const { entries } = boardOf('limitup/sealed-opened-resealed');
  const { board } = boardOf('limitup/sealed-opened-resealed');
  const chances = (path: string) =>
    board.flatMap(({ data }) => {
      const { limitup } = data.tracks as { limitup?: { path: string } };
      return limitup?.path === path ? [(data.forecasts as { p: number }[])[0]!.p] : [];
    });

  expect(entries.flatMap((entry) => (entry.kind === 'signal' ? [entry.signal.path] : [])).filter((path) => path !== 'touched')).toContain(
    'opened',
  );
  expect(chances('sealed')[0]).toBeCloseTo(0.758, 4);
  // the base's odds of .703 at the weight of the moment it is read
  expect(chances('opened').length).toBeGreaterThan(0);
  expect(chances('opened').every((p) => p < 0.6)).toBe(true);
});

test('a board that stands sealed before and after a gap of the feed is no sealed-again one; what opens after it is', () => {
  const { entries } = boardOf('limitup/sealed-over-a-gap');
  const signals = entries.flatMap((entry) => (entry.kind === 'signal' ? [entry.signal] : []));
  const said = signals.map(({ phase, path }) => `${phase} ${path}`).filter((each, i, all) => each !== all[i - 1]);

  expect(said).toEqual([
    'enter touched',
    'enter sealed',
    'confirm sealed',
    // the gap: refused until the feed is healthy, then as it was
    'enter sealed',
    'confirm sealed',
    'update opened',
    'update resealed',
  ]);
});

test('who was never a rally has no predecessor; one that nobody could buy is to be avoided', () => {
  const { board } = boardOf('limitup/sealed-opened-resealed');
  expect(board[0]!.data.predecessorId).toBeNull();
  const oneWord = boardOf('limitup/one-word').board;
  expect(oneWord[0]!.data.advice).toBe('AVOID');
});

test('what a run knew of the day outlives it, and a restart', () => {
  const scenario = scenarioFiles().find((each) => each.name === 'limitup/sealed-opened-resealed')!;
  const bundle = scenarioBundle(scenario);
  const open = { tradeDate: scenario.date, bundle: bundleSha(bundle), codeVersion: 'test', origin: 'simulated' } as const;
  const noon = midnightOf(scenario.date) + (10 * 3600 + 6 * 60 + 30) * 1000;
  const entries = [...pace(open, scenarioRows(scenario))].filter(({ type, tsMs }) => type !== 'day.close' && tsMs <= noon + 180_000);
  const pathsOf = (restore: boolean): string[] => {
    let cell = new Cell(bundle);
    const paths: string[] = [];
    for (const entry of entries) {
      if (entry.tsMs === noon && entry.type === 'clock') {
        // the run is over whatever it stood by
        for (const lane of cell.decisions.lanes) for (const row of [...lane.runs.keys()]) lane.release(row);
        if (restore) cell = Cell.restore(bundle, decodeImage(encodeImage(cell.image())));
      }
      for (const concluded of cell.apply(entry).draft?.entries ?? [])
        if (concluded.kind === 'signal' && entry.tsMs > noon) paths.push(concluded.signal.path);
    }
    return paths;
  };
  expect(new Set(pathsOf(false))).toEqual(new Set(['touched', 'resealed']));
  expect(pathsOf(true)).toEqual(pathsOf(false));
});
