/** The oracle for series by day and for the market's counts. */
import { answerOf, collect, idOf, isRecord, keyOf, type Oracle, some } from './oracle.ts';
import { balanced, emData, emList, nothing } from './oracle-eastmoney.ts';
import { count, decimal, isStarNo, jsonCount, milli, ofMarket, ranged, shanghai, sharesBy, type Value } from './values.ts';

/** Cells of each line, by its date; the dates rise. */
function series(lines: readonly unknown[], width: number, read: (date: string, cells: string[]) => unknown[] | null) {
  let before = '';
  return collect(lines, (line) => {
    const cells = typeof line === 'string' ? line.split(',') : Array.isArray(line) ? (line as unknown[]) : null;
    if (cells === null || !cells.every((cell): cell is string => typeof cell === 'string')) return null;
    const parts = (cells[0] ?? '').split('-');
    const date = parts.length === 3 && parts.map(({ length }) => length).join() === '4,2,2' ? parts.join('') : '';
    if (shanghai(date, '000000') === null || cells.length < width || date <= before) return null;
    const row = read(date, cells);
    if (row !== null) before = date;
    return row;
  });
}

const bar = (no: number, date: string, cells: string[], hasYuan: boolean, isAdjusted: boolean, usual: 1 | 100): unknown[] | null => {
  const [open, close, high, low] = cells.slice(1, 5).map(milli);
  const [counted, yuan] = [count(cells[5]), hasYuan ? count(cells[6]) : null];
  if (some([open, high, low, yuan]) || !close || counted === null || counted === undefined) return null;
  if (!ranged(close, open, high, low)) return null;
  const shares = isAdjusted ? counted * usual : (sharesBy(no, [counted, yuan, high, low], usual)?.of(counted) ?? null);
  return shares === null ? null : [no, date, open, high, low, close, shares, yuan];
};

const emSeries =
  (code: string, width: number, read: (date: string, cells: string[]) => unknown[] | null): Oracle =>
  (body) => {
    const data = emData(body);
    if (data === undefined || (data !== null && data.code !== code)) return 'error';
    if (data === null) return nothing;
    if (!Array.isArray(data.klines)) return 'error';
    return series(
      (data.klines as unknown[]).map((line) => (Array.isArray(line) ? null : line)),
      width,
      read,
    );
  };

export const emDaysOracle = (no: number, isAdjusted: boolean): Oracle =>
  emSeries(idOf(no).slice(0, 6), 11, (date, cells) => bar(no, date, cells, true, isAdjusted, 100));

export const emDayFlowOracle = (no: number): Oracle =>
  emSeries(idOf(no).slice(0, 6), 6, (date, cells) => {
    const nets = cells.slice(1, 6).map(decimal);
    if (nets.some((net) => net === null || net === undefined)) return null;
    const [main, small, medium, large, superNet] = nets as [number, number, number, number, number];
    if (!balanced(main, superNet, large, medium, small)) return null;
    return [idOf(no), shanghai(date, '150000'), main, superNet, large, medium, small];
  });

export const tencentDaysOracle =
  (no: number, isAdjusted: boolean): Oracle =>
  (body) => {
    const answer = answerOf(body);
    if (answer === null || answer.code !== 0 || !isRecord(answer.data)) return 'error';
    const of = answer.data[keyOf(no)];
    if (!isRecord(of)) return 'error';
    const adjusted = isAdjusted ? of.qfqday : undefined;
    const list = adjusted === undefined || adjusted === null ? of.day : adjusted;
    if (!Array.isArray(list)) return 'error';
    const rows = (list as unknown[]).map((row) => (Array.isArray(row) ? (row as unknown[]).slice(0, 6) : null));
    return series(rows, 6, (date, cells) => bar(no, date, cells, false, isAdjusted, isStarNo(no) ? 1 : 100));
  };

export const emBreadthOracle: Oracle = emList((row) => {
  if (!isRecord(row)) return null;
  const no = ofMarket(row.f13, row.f12);
  const counts = ['f104', 'f105', 'f106'].map((field) => jsonCount(row[field]));
  return no === null || counts.some((each) => typeof each !== 'number') ? null : [no, ...counts];
});

export const emMovesOracle =
  (date: string): Oracle =>
  (body) => {
    const data = emData(body);
    if (data === undefined) return 'error';
    if (data === null) return nothing;
    if (String(data.qdate) !== date) return { rows: [], unsound: true };
    if (!Array.isArray(data.fenbu)) return 'error';
    const seen: number[] = [];
    return collect(data.fenbu as unknown[], (each) => {
      if (!isRecord(each)) return null;
      const keys = Object.keys(each);
      const known = Array.from({ length: 23 }, (_, i) => i - 11);
      const percent = known.find((value) => keys.length === 1 && spellings(value).includes(keys[0]!));
      const stocks = percent === undefined ? undefined : jsonCount(each[keys[0]!]);
      if (percent === undefined || typeof stocks !== 'number' || seen.includes(percent)) return null;
      seen.push(percent);
      return [percent, stocks];
    });
  };

/** With or without a leading zero; zero may carry a sign. */
const spellings = (value: number): string[] => {
  const digits = String(Math.abs(value));
  const both = digits.length === 1 ? [digits, `0${digits}`] : [digits];
  return value < 0 ? both.map((text) => `-${text}`) : value === 0 ? [...both, '-0', '-00'] : both;
};

export const tencentBoardMovesOracle: Oracle = (body) => {
  const answer = answerOf(body);
  if (answer === null || answer.code !== 0 || !Array.isArray(answer.data)) return 'error';
  return collect(answer.data as unknown[], (row) => {
    if (!isRecord(row)) return null;
    const { bd_code: code, bd_name: name } = row;
    const isCode =
      typeof code === 'string' && code.length === 10 && code.startsWith('pt') && [...code.slice(2)].every((c) => c >= '0' && c <= '9');
    const moves = ['bd_zdf', 'bd_zdf5', 'bd_zdf20'].map((key): Value => {
      const value = row[key];
      return value === undefined || value === null ? null : typeof value === 'string' ? decimal(value) : undefined;
    });
    if (!isCode || typeof name !== 'string' || name === '' || some(moves)) return null;
    return [code, name, ...moves.map((move) => (move === null ? null : move! / 100))];
  });
};
