/**
 * Daily rows with their limits, and limit-up lists, from a folder: each file is known by its columns, not by its name.
 * A row that cannot be read is counted by what was wrong with it; a day or a symbol is never guessed.
 */
import { FenshiError } from '../../contracts/errors.ts';
import { tsecOf } from '../../contracts/session.ts';
import type { DailyRow, ListEntry } from '../backtest/limit-days/days.ts';
import { cellsOf, separatorOf } from './cells.ts';
import { type Input, inputsOf } from './inputs.ts';
import { numberIn } from './numbers.ts';
import { symbolOf } from './symbols.ts';
import { linesOf } from './text.ts';
import { clockOn, dayIn } from './times.ts';

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
const listColumns = ['trade_date', 'ts_code', 'open_times', 'fd_amount', 'first_time'];

export type LimitFile = {
  readonly path: string;
  readonly kind: 'daily' | 'list';
  readonly rows: number;
  readonly refused: Readonly<Record<string, number>>;
};
export type LimitFiles = { readonly daily: readonly DailyRow[]; readonly list: readonly ListEntry[]; readonly files: readonly LimitFile[] };

/** @throws FenshiError NOT_FOUND; IMPORT_INVALID when no file has daily rows */
export async function readLimitFiles(path: string): Promise<LimitFiles> {
  const daily: DailyRow[] = [];
  const list: ListEntry[] = [];
  const files: LimitFile[] = [];
  for (const input of await inputsOf(path)) {
    const file = await readFile(input, daily, list);
    if (file !== null) files.push(file);
  }
  if (daily.length === 0) throw new FenshiError('IMPORT_INVALID', `${path}: no file with daily rows (${dailyColumns.join(', ')})`);
  return { daily, list, files };
}

/** Null for a file of another kind. */
async function readFile(input: Input, daily: DailyRow[], list: ListEntry[]): Promise<LimitFile | null> {
  const { lines } = await linesOf(await input.open(), null);
  const first = await lines.next();
  const header = first.done === true ? '' : first.value;
  const separator = separatorOf(header);
  const names = cellsOf(header, separator).map((name) => name.toLowerCase());
  const has = (columns: readonly string[]): boolean => columns.every((column) => names.includes(column));
  const kind = has(dailyColumns) ? 'daily' : has(listColumns) ? 'list' : null;
  if (kind === null) {
    await lines.return(undefined);
    return null;
  }
  const refused: Record<string, number> = {};
  let rows = 0;
  const at = (name: string): number => names.indexOf(name);
  const places = { daily: dailyColumns.map(at), list: listColumns.map(at), type: at('limit_type') };
  for await (const line of lines) {
    if (line.trim() === '') continue;
    rows += 1;
    const cells = cellsOf(line, separator);
    const read = kind === 'daily' ? dailyOf(cells, places.daily) : entryOf(cells, places.list, places.type);
    if (typeof read === 'string') refused[read] = (refused[read] ?? 0) + 1;
    else if (read !== null) (kind === 'daily' ? daily : list).push(read as never);
  }
  return { path: input.path, kind, rows, refused };
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
  if (high < Math.max(open, close, low) || low > Math.min(open, close)) return 'order';
  return { symbol, date, open, high, low, close, preClose, upLimit, volume, amount, turnover };
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
