/** K7, K13, K15 and K16 in the cell: who asks for what of which scope, until when, and through a restart as well. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { JournalEntry } from '../../contracts/journal.ts';
import { bookLevels } from '../../contracts/quote.ts';
import { clockOf } from '../../contracts/session.ts';
import { decodeTape, encodeTape, type TapeEntry } from '../../contracts/tape.ts';
import { type GeneratedDay, generatedDay } from '../../scenarios/support/days.ts';
import { Cell } from './cell.ts';
import { decodeImage, encodeImage } from './image.ts';

let day: GeneratedDay;
beforeAll(() => {
  day = generatedDay({ seed: 2, count: 30, until: '10:15', detectors: ['rally'] });
});

/** Folded with a restart at each of `restarts`; what `change` makes of an entry is folded in its place. */
function fold(change: (entry: TapeEntry) => TapeEntry, restarts: readonly number[] = []): { entries: JournalEntry[]; cell: Cell } {
  let cell = new Cell(day.bundle);
  const entries: JournalEntry[] = [];
  for (const [n, entry] of day.entries.entries()) {
    if (restarts.includes(n)) cell = Cell.restore(day.bundle, decodeImage(encodeImage(cell.image())));
    entries.push(...(cell.apply(decodeTape(encodeTape(change(entry)))).draft?.entries ?? []));
  }
  return { entries, cell };
}
const opened = (entries: readonly JournalEntry[]) =>
  entries.flatMap((entry) =>
    entry.kind === 'transition' && entry.machine === 'opportunity' && entry.from === null && entry.region === 'lifecycle' ? [entry] : [],
  );
const risk = (entries: readonly JournalEntry[]) =>
  entries.flatMap((entry) =>
    entry.kind === 'transition' && entry.machine === 'risk' ? [`${clockOf(entry.tsMs)} ${entry.actorId} ${entry.to} ${entry.note}`] : [],
  );

describe('K7: the book of a symbol that lives empties', () => {
  /** Its sizes are a tenth from a second after its opportunity opened. */
  function thinned() {
    const first = opened(fold((entry) => entry).entries)[0]!;
    const [, , exchange, code] = first.actorId.split('.');
    const row = day.bundle.instruments.findIndex(({ no }) => String(no).endsWith(code!.slice(-6)));
    const { no } = day.bundle.instruments[row]!;
    const change = (entry: TapeEntry): TapeEntry => {
      if (entry.type !== 'quotes' || entry.tsMs <= first.tsMs + 1000) return entry;
      const i = entry.batch.instrumentNo.indexOf(no);
      if (i < 0) return entry;
      const tenth = (column: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> =>
        column.map((shares, at) => (Math.floor(at / bookLevels) === i ? Math.ceil(shares / 1000) * 100 : shares));
      return { ...entry, batch: { ...entry.batch, bidShares: tenth(entry.batch.bidShares), askShares: tenth(entry.batch.askShares) } };
    };
    return { scope: `symbol.${exchange}.${code}`, change, from: day.entries.findIndex(({ tsMs }) => tsMs > first.tsMs + 30_000) };
  }

  test('its scope is restricted by K7, and free when nothing of it lives; the same through restarts', () => {
    const { scope, change, from } = thinned();
    const seen = risk(fold(change).entries);
    expect(seen.map((line) => line.slice(9))).toEqual(
      expect.arrayContaining([`risk.${scope} restricted K7 2`, `risk.${scope} normal K7 0`]),
    );
    // left as it is, its book empties much later
    expect(risk(fold((entry) => entry).entries)[0]! > seen.find((line) => line.includes('normal K7'))!).toBe(true);
    expect(risk(fold(change, [from, from + 40, from + 200]).entries)).toEqual(seen);
  });
});

describe('K15: an account', () => {
  const at = 2000;
  const told = (stopsInRow: number): TapeEntry => ({
    type: 'control',
    v: 1,
    tsMs: day.entries[at]!.tsMs,
    commandId: 'a',
    command: { name: 'account', figures: { dayLoss: null, drawdown: null, largest: null, stopsInRow } },
  });
  const withAccount = (stopsInRow: number) => fold((entry) => (entry === day.entries[at] ? told(stopsInRow) : entry)).entries;

  test('that has stopped five times in a row opens nothing new, and what lives is none of its business', () => {
    const plain = opened(withAccount(4));
    const before = plain.filter(({ tsMs }) => tsMs < day.entries[at]!.tsMs);
    expect(plain.length).toBeGreaterThan(before.length);
    const frozen = withAccount(5);
    expect(opened(frozen).map(({ actorId }) => actorId)).toEqual(before.map(({ actorId }) => actorId));
    expect(frozen.filter((entry) => entry.kind === 'suppressed').some(({ reason }) => reason === 'RISK_FROZEN')).toBe(true);
    expect(risk(frozen).map((line) => line.slice(9))).toEqual(['risk.account frozen K15 3']);
  });
});

describe('K13 and K16', () => {
  test('what opened matures after a quarter of an hour against its base rate, through a restart as well', () => {
    const { cell } = fold((entry) => entry);
    const { records } = cell.image().decisions.openings;
    const record = new Map(records).get('rally')!;
    const first = opened(fold((entry) => entry).entries).filter(({ tsMs }) => tsMs + 900_000 <= day.entries.at(-2)!.tsMs);
    expect(record.matured.length).toBe(first.length);
    expect(record.matured.every(({ p0 }) => p0 > 0 && p0 < 1)).toBe(true);
    const restarted = fold((entry) => entry, [2000, 5000]).cell.image().decisions.openings;
    expect(restarted).toEqual(cell.image().decisions.openings);
  });

  test('a strategy that never gains is restricted once thirty matured, and the market is by a storm', () => {
    const cell = new Cell(day.bundle);
    const openings = (cell.decisions as unknown as { readonly openings: { restore: (image: unknown) => void; image: () => never } })
      .openings;
    const at = day.entries.findIndex(({ type, tsMs }) => type === 'clock' && clockOf(tsMs).startsWith('10:00:00'));
    const entries: JournalEntry[] = [];
    for (const [n, entry] of day.entries.entries()) {
      if (n === at) {
        const pending = Array.from({ length: 30 }, () => ({ row: 0, midMilli: 1e9, direction: 1, cost: 0, p0: 0.3, dueTsec: 1800 }));
        openings.restore({ recent: Array(30).fill(1799), before: 10, records: [['rally', { pending, matured: [], level: 0 }]] });
      }
      entries.push(...(cell.apply(entry).draft?.entries ?? []));
    }
    expect(risk(entries.filter(({ actorId }) => !actorId.startsWith('risk.symbol'))).map((line) => line.slice(9))).toEqual([
      'risk.market restricted K16 2',
      'risk.strategy.rally restricted K13 2',
      'risk.market normal K16 0',
    ]);
  });
});
