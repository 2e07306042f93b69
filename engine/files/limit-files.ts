/**
 * Daily rows with their limits, limit-up lists and minute bars, from a folder: each file is known by its columns, not by its name.
 * A row that cannot be read is counted by what was wrong with it; a day or a symbol is never guessed.
 */
import { FenshiError } from '../../contracts/errors.ts';
import { tsecOf } from '../../contracts/session.ts';
import type { DailyRow, ListEntry } from '../backtest/limit-days/days.ts';
import type { HighBar } from '../backtest/limit-days/seals.ts';
import { cellsOf, separatorOf } from './cells.ts';
import { type Input, inputsOf } from './inputs.ts';
import { numberIn } from './numbers.ts';
import { symbolOf } from './symbols.ts';
import { linesOf } from './text.ts';
import { clockOn, dayIn, stampOf } from './times.ts';

const dailyColumns = [
  'symbol',
  'date',
  'open',
  'high',
  'low',
  'close',
  'pre_close',
  'up_limit',
  'volume_shares',
  'amount_yuan',
  'turnover_rate',
];
const barColumns = ['symbol', 'datetime', 'high'];
const listColumns = ['trade_date', 'ts_code', 'open_times', 'fd_amount', 'first_time'];

type Kind = 'daily' | 'list' | 'minutes';
export type LimitFile = {
  readonly path: string;
  readonly kind: Kind;
  readonly rows: number;
  readonly refused: Readonly<Record<string, number>>;
};
/** `bars`: one-minute bars labelled by their end; the opening auction's is labelled 09:30. */
export type LimitFiles = {
  readonly daily: readonly DailyRow[];
  readonly list: readonly ListEntry[];
  readonly bars: readonly HighBar[];
  readonly files: readonly LimitFile[];
};

/** @throws FenshiError NOT_FOUND; IMPORT_INVALID when no file has daily rows, or minute bars are of another length */
export async function readLimitFiles(path: string): Promise<LimitFiles> {
  const into = { daily: [] as DailyRow[], list: [] as ListEntry[], bars: [] as HighBar[] };
  const files: LimitFile[] = [];
  for (const input of await inputsOf(path)) {
    const file = await readFile(input, into);
    if (file !== null) files.push(file);
  }
  const last = [...new Set(into.daily.map(({ date }) => date))].sort().at(-1)!;
  const begun = into.daily.filter((row) => row.date < last && isBegun(row)).length;
  if (begun > 0) files.push({ path, kind: 'daily', rows: 0, refused: { begun } });
  if (into.daily.length === 0) throw new FenshiError('IMPORT_INVALID', `${path}: no file with daily rows (${dailyColumns.join(', ')})`);
  return { ...into, files };
}

type Into = { readonly daily: DailyRow[]; readonly list: ListEntry[]; readonly bars: HighBar[] };
/** Takes a line's cells; says why it does not. */
type Take = (cells: readonly string[]) => Refused | null;

/** Null for a file of another kind. */
async function readFile(input: Input, into: Into): Promise<LimitFile | null> {
  const { lines } = await linesOf(await input.open(), null);
  const first = await lines.next();
  const header = first.done === true ? '' : first.value;
  const separator = separatorOf(header);
  const names = cellsOf(header, separator).map((name) => name.toLowerCase());
  const found = takerOf(names, into);
  if (found === null) {
    await lines.return(undefined);
    return null;
  }
  const refused: Record<string, number> = {};
  const barsBefore = into.bars.length;
  let rows = 0;
  for await (const line of lines) {
    if (line.trim() === '') continue;
    rows += 1;
    const why = found.take(cellsOf(line, separator));
    if (why !== null) refused[why] = (refused[why] ?? 0) + 1;
  }
  if (found.kind === 'minutes') checkPeriod(input.path, into.bars.slice(barsBefore));
  return { path: input.path, kind: found.kind, rows, refused };
}

function takerOf(names: readonly string[], into: Into): { readonly kind: Kind; readonly take: Take } | null {
  const placesOf = (columns: readonly string[]): number[] | null =>
    columns.every((column) => names.includes(column)) ? columns.map((column) => names.indexOf(column)) : null;
  const keep =
    <Row extends object>(rows: Row[], read: (cells: readonly string[]) => Row | Refused | null): Take =>
    (cells) => {
      const row = read(cells);
      if (typeof row === 'string') return row;
      if (row !== null) rows.push(row);
      return null;
    };
  const daily = placesOf(dailyColumns);
  if (daily !== null) return { kind: 'daily', take: keep(into.daily, (cells) => dailyOf(cells, daily)) };
  const list = placesOf(listColumns);
  if (list !== null) return { kind: 'list', take: keep(into.list, (cells) => entryOf(cells, list, names.indexOf('limit_type'))) };
  const bars = placesOf(barColumns);
  return bars === null ? null : { kind: 'minutes', take: keep(into.bars, (cells) => barOf(cells, bars)) };
}

/** Bars of five minutes would date a seal two minutes off. */
function checkPeriod(path: string, bars: readonly HighBar[]): void {
  const labels = [...new Set(bars.map(({ endMinute }) => endMinute))].sort((a, b) => a - b);
  const shortest = Math.min(...labels.slice(1).map((label, i) => label - labels[i]!));
  if (bars.length > 0 && shortest !== 1) throw new FenshiError('IMPORT_INVALID', `${path}: expected one-minute bars`);
}

type Refused = 'symbol' | 'date' | 'number' | 'order';

function dailyOf(cells: readonly string[], at: readonly number[]): DailyRow | Refused {
  const symbol = symbolOf(cells[at[0]!] ?? '');
  const date = dayIn(cells[at[1]!] ?? '');
  if (symbol === null) return 'symbol';
  if (date === undefined) return 'date';
  const numbers = at.slice(2).map((place) => numberIn(cells[place]));
  if (numbers.includes(undefined)) return 'number';
  const [open, high, low, close, preClose, upLimit, volume, amount, turnover] = numbers.map((value) => value ?? Number.NaN) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const row = { symbol, date, open, high, low, close, preClose, upLimit, volume, amount, turnover };
  // as a day begins: some write nothing for what has not come, some 0
  if (open > 0 && [high, low, close, volume, amount].every((value) => !(value > 0))) return openOnly(row);
  if (high < Math.max(open, close, low) || low > Math.min(open, close)) return 'order';
  return row;
}
/** An open and nothing else: what the last day may have, and an earlier one not. */
const isBegun = ({ close, volume }: DailyRow): boolean => Number.isNaN(close) && Number.isNaN(volume);
const openOnly = (row: DailyRow): DailyRow => ({
  ...row,
  high: Number.NaN,
  low: Number.NaN,
  close: Number.NaN,
  volume: Number.NaN,
  amount: Number.NaN,
  turnover: Number.NaN,
});

function barOf(cells: readonly string[], at: readonly number[]): HighBar | Refused {
  const symbol = symbolOf(cells[at[0]!] ?? '');
  const stamp = stampOf(cells[at[1]!] ?? '');
  const high = numberIn(cells[at[2]!]);
  if (symbol === null) return 'symbol';
  if (stamp === undefined) return 'date';
  if (high === undefined || high === null) return 'number';
  return { symbol, date: stamp.date, endMinute: Math.round(tsecOf(stamp.ms) / 60), high };
}

/** Null for a row of another list: names at the lower limit, or that touched and did not hold. */
function entryOf(cells: readonly string[], at: readonly number[], type: number): ListEntry | Refused | null {
  if (type >= 0 && cells[type] !== 'U') return null;
  const date = dayIn(cells[at[0]!] ?? '');
  const symbol = symbolOf(cells[at[1]!] ?? '');
  if (symbol === null) return 'symbol';
  if (date === undefined) return 'date';
  const [opens, sealAmount] = [numberIn(cells[at[2]!]), numberIn(cells[at[3]!])];
  if (opens === undefined || sealAmount === undefined) return 'number';
  const text = (cells[at[4]!] ?? '').replace(/\.0$/, '');
  const sealedAt = text === '' ? undefined : clockOn(date, text.includes(':') ? text : text.padStart(6, '0'));
  return {
    symbol,
    date,
    opens: opens ?? Number.NaN,
    sealAmount: sealAmount ?? Number.NaN,
    firstMinute: sealedAt === undefined ? Number.NaN : minuteOf(sealedAt),
  };
}

/** Trading minutes since 09:30; before it, wall minutes, so that 09:25 is −5. */
function minuteOf(ms: number): number {
  const tsec = tsecOf(ms);
  return tsec > 0 ? tsec / 60 : -wallMinutesBefore(ms);
}
const wallMinutesBefore = (ms: number): number => Math.max(0, 570 - ((((ms / 60_000 + 480) % 1440) + 1440) % 1440));
