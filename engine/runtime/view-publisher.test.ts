import type { NatsConnection } from 'nats';
import { beforeAll, describe, expect, test } from 'vitest';
import { decode } from '../../contracts/codec.ts';
import { featureIds } from '../../contracts/features.ts';
import { tsecOf } from '../../contracts/session.ts';
import { subjectToken } from '../../contracts/units.ts';
import { FeatureView, GainsView, OpportunitiesView, SymbolsView } from '../../contracts/view.ts';
import { type GeneratedDay, generatedDay } from '../../scenarios/support/days.ts';
import { Cell } from '../cell/cell.ts';
import { decodeImage, encodeImage } from '../cell/image.ts';
import { GainBoard } from '../features/gain-board.ts';
import {
  boardStaleSec,
  featureView,
  gainSpansSec,
  gainsView,
  opportunitiesView,
  shownRows,
  symbolsView,
  ViewPublisher,
} from './view-publisher.ts';

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
    const view = FeatureView.parse({ ...featureView(watching, 7, 3), round: 1, of: 1 });
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

describe('a second’s messages', () => {
  let day: GeneratedDay;
  beforeAll(() => {
    day = generatedDay({ count: 150, until: '09:50' });
  });
  const throws = (error: unknown) => {
    throw error;
  };
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const cellWatching = (watched: number): Cell => {
    const cell = new Cell(day.bundle);
    for (const entry of day.entries) if (entry.type !== 'day.close') cell.apply(entry);
    for (const { no } of cell.market.universe.instruments.slice(0, watched)) cell.decisions.watched.add(no);
    return cell;
  };
  /** A connection that notes what it is given; every message takes its time. */
  const noting = () => {
    const sent: string[] = [];
    const closed = { now: false };
    const bodies: Record<string, unknown>[] = [];
    const publish = (subject: string, body: Uint8Array) => {
      for (const until = performance.now() + 1; performance.now() < until; );
      sent.push(subject);
      bodies.push(decode(body) as Record<string, unknown>);
    };
    return { sent, bodies, closed, nc: { publish, isClosed: () => closed.now, isDraining: () => false } as unknown as NatsConnection };
  };

  test('are made a few at a time, each of them once, by turns with what else there is to do', async () => {
    const cell = cellWatching(60);
    const { sent, bodies, nc } = noting();
    const publisher = new ViewPublisher(nc, 'demo-1', throws);

    publisher.publish(cell, cell.step);
    const atOnce = sent.length;
    for (let i = 0; i < 200; i++) await turn();

    expect(atOnce).toBeLessThan(20);
    expect(sent.slice(0, 3)).toEqual(['view.v1.demo-1.symbols', 'view.v1.demo-1.opportunities', 'view.v1.demo-1.gains']);
    const shown = shownRows(cell).map((s) => `feature.v1.demo-1.${subjectToken(cell.market.universe.instruments[s]!.no)}`);
    expect(shown.length).toBeGreaterThanOrEqual(60);
    expect(sent.slice(3)).toEqual(shown);
    expect(bodies.slice(3).map(({ round, of }) => [round, of])).toEqual(shown.map(() => [1, shown.length]));
  });

  test('that cannot be made are told and cost their second, not what comes after', async () => {
    const cell = cellWatching(60);
    const { sent, nc } = noting();
    const told: string[] = [];
    const publisher = new ViewPublisher(nc, 'demo-1', (error) => told.push(String(error)));
    const { cleaner } = cell;
    const accepted = cleaner.accepted;
    Object.assign(cleaner, { accepted: undefined });
    publisher.publish(cell, cell.step);
    for (let i = 0; i < 20; i++) await turn();
    Object.assign(cleaner, { accepted });

    expect(told).toEqual([expect.stringContaining('TypeError')]);
    expect(sent).toEqual([]);
  });

  test('wait while the cell has concluded what is not stored, and go on with the step that is', async () => {
    const cell = cellWatching(60);
    const { sent, nc } = noting();
    const publisher = new ViewPublisher(nc, 'demo-1', throws);

    publisher.publish(cell, cell.step);
    cell.step += 1;
    const before = sent.length;
    for (let i = 0; i < 200; i++) await turn();
    expect(sent).toHaveLength(before);

    publisher.publish(cell, cell.step);
    for (let i = 0; i < 200; i++) await turn();
    expect(sent).toHaveLength(3 + shownRows(cell).length);
  });

  test('of a day that is over are not sent beside the next one’s, and none once the connection is closed', async () => {
    const { sent, closed, nc } = noting();
    const publisher = new ViewPublisher(nc, 'demo-1', throws);
    const [old, next] = [cellWatching(60), new Cell(day.bundle)];

    publisher.publish(old, old.step);
    publisher.publish(next, next.step);
    const before = sent.length;
    for (let i = 0; i < 200; i++) await turn();
    expect(sent).toHaveLength(before);

    const third = noting();
    const other = new ViewPublisher(third.nc, 'demo-1', throws);
    other.publish(old, old.step);
    third.closed.now = true;
    const then = third.sent.length;
    for (let i = 0; i < 200; i++) await turn();
    expect(third.sent).toHaveLength(then);
    expect(closed.now).toBe(false);
  });
});
