import { beforeAll, describe, expect, test } from 'vitest';
import { featureIds } from '../../contracts/features.ts';
import { tsecOf } from '../../contracts/session.ts';
import { FeatureView, GainsView, OpportunitiesView, SymbolsView } from '../../contracts/view.ts';
import { type GeneratedDay, generatedDay } from '../../scenarios/support/days.ts';
import { Cell } from '../cell/cell.ts';
import { decodeImage, encodeImage } from '../cell/image.ts';
import { GainBoard } from '../features/gain-board.ts';
import { boardStaleSec, featureView, gainSpansSec, gainsView, opportunitiesView, shownRows, symbolsView } from './view-publisher.ts';

const size = 100;
const boardOf = (cell: Cell) => new GainBoard(cell.features.trail, gainSpansSec, size);

describe('what is shown once a second', () => {
  let day: GeneratedDay;
  let cell: Cell;
  beforeAll(() => {
    day = generatedDay({ count: 150, until: '09:50' });
    cell = new Cell(day.bundle);
    for (const entry of day.entries) if (entry.type !== 'day.close') cell.apply(entry);
  });

  test('prices: of every instrument the last, its reference, and whether a strategy had use for it', () => {
    const { columns, count } = SymbolsView.parse(symbolsView(cell, 7));
    const last = new Int32Array(columns.lastMilli.slice().buffer);
    expect(count).toBe(150);
    expect(last).toEqual(cell.cleaner.accepted.last);
    expect(new Uint32Array(columns.instrumentNo.slice().buffer)[3]).toBe(day.bundle.instruments[3]!.no);
    expect(columns.awake).toHaveLength(150);
  });

  test('gains: the best hundred, from the tape’s own rows, to the second', () => {
    const view = GainsView.parse(gainsView(cell, 7, boardOf(cell)));
    expect(view).toMatchObject({ step: 7, tsMs: cell.timeMs });
    expect(view.boards.map(({ spanSec }) => spanSec)).toEqual([60, 300, 600]);

    const trailOf = new Map<number, [sec: number, milli: number][]>();
    for (const entry of day.entries) {
      if (entry.type !== 'quotes') continue;
      const { batch } = entry;
      for (let i = 0; i < batch.count; i++) {
        const sec = Math.floor(tsecOf(batch.tsExchangeMs[i]!));
        if (sec > 0) trailOf.set(batch.instrumentNo[i]!, [...(trailOf.get(batch.instrumentNo[i]!) ?? []), [sec, batch.lastMilli[i]!]]);
      }
    }
    for (const { spanSec, instrumentNo, gain } of view.boards) {
      expect(instrumentNo.length).toBeGreaterThan(80);
      expect([...gain].sort((a, b) => b - a)).toEqual(gain);
      instrumentNo.slice(0, 20).forEach((no, rank) => {
        const [sec, milli] = trailOf.get(no)!.at(-1)!;
        const ago = trailOf.get(no)!.findLast(([then]) => then <= sec - spanSec)!;
        expect(gain[rank], `${no} over ${spanSec} s`).toBe(milli / ago[1] - 1);
        expect(tsecOf(cell.timeMs) - sec).toBeLessThanOrEqual(boardStaleSec);
      });
    }
  });

  test('gains: a cell that was restored shows the same', () => {
    const restored = Cell.restore(day.bundle, decodeImage(encodeImage(cell.image())));
    expect(gainsView(restored, 7, boardOf(restored))).toEqual(gainsView(cell, 7, boardOf(cell)));
  });

  test('features: of the watched and of those with a live opportunity, null where unknown, the same in a cell that was restored', () => {
    const watching = Cell.restore(day.bundle, decodeImage(encodeImage(cell.image())));
    const { instruments, ids } = watching.market.universe;
    watching.decisions.watched.add(instruments[3]!.no);
    const rows = shownRows(watching);

    expect(rows).toEqual([...new Set([3, ...cell.desk.rows()])].sort((a, b) => a - b));
    const view = FeatureView.parse(featureView(watching, 7, 3));
    expect(view).toMatchObject({ step: 7, tsMs: cell.timeMs, instrument: ids[3] });
    expect(Object.keys(view.values)).toEqual([...featureIds]);
    expect(view.values).toEqual(featureView(cell, 7, 3).values);
    expect(view.values.ret_3m).toBe(cell.symbols.featureOf(3, 'ret_3m'));
    // shown is not decided: what follows is the same
    const before = new Cell(day.bundle);
    for (const entry of day.entries) if (entry.type !== 'day.close') before.apply(entry);
    const last = day.entries.at(-1)!;
    expect(watching.apply(last).draft?.entries).toEqual(before.apply(last).draft?.entries);
  });

  test('features: before its first quote all of a symbol is unknown', () => {
    const { values } = featureView(new Cell(day.bundle), 0, 3);
    expect(new Set(Object.values(values))).toEqual(new Set([null]));
  });

  test('opportunities: each live one as its actor stands', () => {
    const { live } = OpportunitiesView.parse(opportunitiesView(cell, 7));
    expect(live.length).toBeGreaterThan(0);
    expect(live.map(({ id, p, score, peakMilli, trailMilli }) => ({ id, p, score, peakMilli, trailMilli }))).toEqual(
      cell.desk.views().map(({ id, context: { p, score, peakMilli, trailMilli } }) => ({ id, p, score, peakMilli, trailMilli })),
    );
  });
});
