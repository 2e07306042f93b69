/** Rows of a file into rows of a table: judged bars, days and ticks, and lists as their kinds read them. */
import { batchOf, quoteFlag } from '../../../contracts/quote.ts';
import type { BarRow } from '../../files/judge-bars.ts';
import { comparable } from '../../files/layout.ts';
import type { FileRows } from '../../files/reader.ts';
import { anonymousNo, kindOfInstrument } from '../../files/symbols.ts';
import { lot } from '../../wire/numbers.ts';
import { barRow, quoteRows } from '../encode-rows.ts';
import type { RowBinary } from '../row-binary.ts';
import { type Cells, type Kind, RowRefused, type Written } from './cells.ts';
import { kinds } from './kinds.ts';

export type Writer = {
  readonly table: string;
  readonly kind: string;
  /** What a label means, for `data ls`. */
  readonly label: string;
  readonly counters: Record<string, number>;
  /** What of the landing table goes to its place, where that is not all of it as it stands. */
  readonly select?: string;
  readonly write: (out: RowBinary) => AsyncGenerator<Written, void>;
};
export type Told = { readonly dataset: string; readonly asOf: string; readonly isAsOfTold: boolean };

export function writerOf(file: FileRows, told: Told): Writer {
  const { what, name } = file.sheet.layout;
  const counters: Record<string, number> = {};
  const count = (word: string): void => {
    counters[word] = (counters[word] ?? 0) + 1;
  };
  const base = { kind: name, counters };
  if (what === 'bars')
    return {
      ...base,
      table: 'bars',
      label: `${file.shape!.labels}, ${file.shape!.periodSec / 60} min`,
      write: (out) => bars(file, told, out, count),
    };
  if (what === 'daily') return { ...base, table: 'daily', label: 'day', write: (out) => days(file, told, out, count) };
  if (what === 'ticks')
    return { ...base, table: 'ticks', label: 'exchange time', select: totalsOf(file), write: (out) => ticks(file, told, out, count) };
  const kind = kinds.find((each) => each.name === name)!;
  return { ...base, table: kind.table, label: kind.label.replace('{asOf}', told.asOf), write: (out) => list(file, kind, told, out, count) };
}
type Count = (word: string) => void;

async function* bars(file: FileRows, { dataset }: Told, out: RowBinary, count: Count): AsyncGenerator<Written, void> {
  const periodSec = file.shape!.periodSec;
  let last: BarRow | null = null;
  for await (const bar of file.bars()) {
    odd(bar, count);
    if (last !== null && last.no === bar.no && last.date === bar.date && bar.tsMs < last.tsMs) count('unordered');
    last = bar;
    barRow(out, {
      date: bar.date,
      periodSec,
      instrumentNo: bar.no,
      tsMs: bar.tsMs,
      source: dataset,
      kind: 'imported',
      knownMs: 0,
      openMilli: bar.openMilli,
      highMilli: bar.highMilli,
      lowMilli: bar.lowMilli,
      closeMilli: bar.closeMilli,
      volumeShares: bar.shares,
      amountYuan: bar.yuan,
      netYuan: null,
    });
    yield { date: bar.date, instrument: bar.no };
  }
}

/** What is odd about a bar and no fault of it. */
function odd({ no, closeMilli, shares }: BarRow, count: Count): void {
  if (closeMilli === null) count('suspended');
  if (closeMilli !== null && shares === 0) count('zeroVolume');
  if (shares !== null && shares % lot !== 0) count('oddLot');
  if (kindOfInstrument(no) === 'index') count('indexInLots');
  if (no > anonymousNo) count('anonymous');
}

async function* days(file: FileRows, { dataset }: Told, out: RowBinary, count: Count): AsyncGenerator<Written, void> {
  for await (const bar of file.bars()) {
    odd(bar, count);
    out.date(bar.date).u32(bar.no).string(dataset);
    for (const milli of [bar.openMilli, bar.highMilli, bar.lowMilli, bar.closeMilli, bar.preCloseMilli, null, null]) out.milli(milli);
    for (const value of [bar.shares, bar.yuan]) out.double(value);
    out.milli(null).double(null).double(null).double(null).u8(0).endRow();
    yield { date: bar.date, instrument: bar.no };
  }
}

async function* ticks(file: FileRows, { dataset }: Told, out: RowBinary, count: Count): AsyncGenerator<Written, void> {
  let seq = 0;
  for await (const { date, quote } of file.ticks()) {
    if (quote.lastMilli === null) count('noPrice');
    if (typeof quote.bids[0]?.[0] !== typeof quote.asks[0]?.[0]) count('oneSided');
    quoteRows(out, date, seq, batchOf(dataset, quote.tsExchangeMs, [quote]));
    seq += 1;
    yield { date, instrument: quote.instrumentNo };
  }
}

/** A delta layout tells what was traded since the row before: totals are summed in the order of time, whatever order the file has. */
function totalsOf(file: FileRows): string {
  if (file.sheet.layout.totals !== 'delta') return '*';
  const shares = 'if(last_milli IS NULL, 0, round(ifNull(amount_yuan, 0) * 1000 / last_milli))';
  const over = (sum: string): string =>
    `sum(${sum}) OVER (PARTITION BY instrument, trade_date ORDER BY ts_exchange_ms, n ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)`;
  return `* REPLACE (if(bitAnd(flags, ${quoteFlag.derivedVolume}) = 0, volume_shares, ${over(shares)}) AS volume_shares, ${over('ifNull(amount_yuan, 0)')} AS amount_yuan)`;
}

async function* list(file: FileRows, kind: Kind, told: Told, out: RowBinary, count: Count): AsyncGenerator<Written, void> {
  const { header } = file.sheet;
  const at = new Map(header.map((column, i) => [comparable(column), i]));
  let cells: readonly string[] = [];
  const reader: Cells = {
    get: (name) => cells[at.get(comparable(name)) ?? -1] ?? '',
    has: (name) => at.has(comparable(name)),
    all: () => Object.fromEntries(header.map((name, i) => [name, cells[i] ?? ''])),
  };
  let seq = 0;
  for await (const row of file.rows()) {
    cells = row.cells;
    if (cells.length !== header.length) {
      file.refuse('SHAPE', row.line, `${cells.length} cells under ${header.length} columns`);
      continue;
    }
    const mark = out.mark;
    let written: Written;
    try {
      written = kind.write(out, { cells: reader, seq, ...told, count });
    } catch (error) {
      if (!(error instanceof RowRefused)) throw error;
      out.back(mark);
      file.refuse(error.reason, row.line, error.message);
      continue;
    }
    seq += 1;
    yield written;
  }
}
