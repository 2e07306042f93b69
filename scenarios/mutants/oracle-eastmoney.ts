/** The oracle for Eastmoney: lists, depth, series, streams, pools, 盘口异动. */
import { answerOf, collect, idOf, isRecord, type Oracle, some } from './oracle.ts';
import {
  count,
  decimal,
  jsonCount,
  jsonDecimal,
  jsonMilli,
  milli,
  minute,
  ofMarket,
  ranged,
  shanghai,
  sharesBy,
  type Value,
} from './values.ts';

/** undefined: an error. */
export function emData(body: Uint8Array): Record<string, unknown> | null | undefined {
  const answer = answerOf(body);
  if (answer === null || answer.rc !== 0) return undefined;
  return answer.data === null ? null : isRecord(answer.data) ? answer.data : undefined;
}
export const diffIn = (data: Record<string, unknown>): unknown[] | null => {
  const { diff } = data;
  if (Array.isArray(diff)) return diff as unknown[];
  return isRecord(diff)
    ? Object.entries(diff)
        .sort(([a], [b]) => Number(a) - Number(b))
        .map(([, row]) => row)
    : null;
};
const epoch = (value: unknown): number | null =>
  typeof value === 'number' && value % 1 === 0 && value >= 631_152_000 ? value * 1000 : null;
export const nothing = { rows: [], unsound: false };
const emptyBook = [null, null, null, null, null];
const nameOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** A list answer, row by row. */
export const emList =
  (read: (row: unknown) => unknown[] | null | undefined): Oracle =>
  (body) => {
    const data = emData(body);
    if (data === undefined) return 'error';
    if (data === null) return nothing;
    const rows = diffIn(data);
    return rows === null ? 'error' : collect(rows, read);
  };

export const emRow = (row: unknown): unknown[] | null => {
  if (!isRecord(row)) return null;
  const [no, at] = [ofMarket(row.f13, row.f12), epoch(row.f124)];
  const [last, high, low, open, pre] = ['f2', 'f15', 'f16', 'f17', 'f18'].map((f) => jsonMilli(row[f]));
  const [volume, amount, total, float] = [jsonCount(row.f5), jsonCount(row.f6), jsonCount(row.f38), jsonCount(row.f39)];
  if (no === null || at === null || some([last, high, low, open, pre, volume, amount, total, float])) return null;
  const told = ranged(last, open, high, low) ? sharesBy(no, [volume!, amount, high, low], 100) : null;
  if (told === null) return null;
  return [
    no,
    at,
    told.unit === 100 ? 4 : 0,
    last,
    pre,
    open,
    high,
    low,
    null,
    null,
    told.of(volume),
    amount,
    null,
    null,
    emptyBook,
    emptyBook,
    nameOf(row.f14),
    float,
    total,
    null,
  ];
};

export const emQuotesOracle =
  (asked: readonly number[]): Oracle =>
  (body) => {
    const data = emData(body);
    if (data === undefined) return 'error';
    if (data === null) return nothing;
    const diff = diffIn(data);
    if (diff === null) return 'error';
    const seen = new Set<unknown>();
    const { rows, unsound } = collect(diff, emRow);
    return {
      rows: rows.filter(
        (row) => asked.includes((row as number[])[0]!) && !seen.has((row as number[])[0]) && seen.add((row as number[])[0]),
      ),
      unsound,
    };
  };

export const emDepthOracle: Oracle = (body) => {
  const data = emData(body);
  if (data === undefined || data === null) return 'error';
  return collect([data], (row) => {
    const [no, at] = [ofMarket(row.f107, row.f57), epoch(row.f86)];
    const [last, high, low, open, pre, up, down] = ['f43', 'f44', 'f45', 'f46', 'f60', 'f51', 'f52'].map((f) => jsonMilli(row[f]));
    const [volume, outer, inner] = ['f47', 'f49', 'f161'].map((f) => jsonCount(row[f]));
    const [amount, total, float] = ['f48', 'f84', 'f85'].map((f) => jsonCount(row[f]));
    const side = (first: number) =>
      [0, 2, 4, 6, 8].map((k) => [jsonMilli(row[`f${first - k}`]), jsonCount(row[`f${first - k + 1}`], 100)] as const);
    const [bids, asks] = [side(19), side(39)];
    if (
      no === null ||
      at === null ||
      some([last, high, low, open, pre, up, down, volume, outer, inner, amount, total, float, ...bids.flat(), ...asks.flat()])
    )
      return null;
    const told = ranged(last, open, high, low, up, down) ? sharesBy(no, [volume!, amount, high, low], 100) : null;
    if (told === null) return null;
    const book = (levels: typeof bids) => levels.map(([price, shares]) => (price === null && !shares ? null : [price, shares ?? 0]));
    return [
      no,
      at,
      told.unit === 100 ? 4 : 0,
      last,
      pre,
      open,
      high,
      low,
      up,
      down,
      told.of(volume),
      amount,
      told.of(outer),
      told.of(inner),
      book(bids),
      book(asks),
      nameOf(row.f58),
      float,
      total,
      null,
    ];
  });
};

export const balanced = (main: number, superNet: Value, large: Value, medium: Value, small: Value): boolean => {
  if (superNet === null || large === null) return true;
  const slack = 10 + Math.abs(main) / 1e6;
  return (
    Math.abs(superNet! + large! - main) <= slack && (medium === null || small === null || Math.abs(main + medium! + small!) <= 1000 + slack)
  );
};

export const emFlowPageOracle: Oracle = emList((row) => {
  if (!isRecord(row)) return null;
  const code = typeof row.f12 === 'number' ? String(row.f12).padStart(6, '0') : row.f12;
  const guessed = typeof code === 'string' && '569'.includes(code[0] ?? '?') && !code.startsWith('92') ? 1 : 0;
  const [no, at] = [ofMarket(row.f13 === undefined ? guessed : row.f13, row.f12), epoch(row.f124)];
  const values = ['f62', 'f66', 'f72', 'f78', 'f84'].map((f) => jsonDecimal(row[f]));
  if (no === null || at === null || some(values)) return null;
  if (values[0] === null) return undefined;
  return balanced(...(values as [number, Value, Value, Value, Value])) ? [idOf(no), at, ...values] : null;
});

const csvOracle =
  (list: 'trends' | 'klines', code: string, date: string, width: number, read: (at: number, cells: string[]) => unknown[] | null): Oracle =>
  (body) => {
    const data = emData(body);
    if (data === undefined || (data !== null && data.code !== code)) return 'error';
    if (data === null) return nothing;
    const lines = data[list];
    if (!Array.isArray(lines)) return 'error';
    let before = 0;
    return collect(lines as unknown[], (line) => {
      const cells = typeof line === 'string' ? line.split(',') : [];
      const time = cells[0] ?? '';
      const shape = time.length === 16 && time[4] === '-' && time[7] === '-' && time[10] === ' ' && time[13] === ':';
      if (!shape || time.slice(0, 10).split('-').join('') !== date || cells.length < width) return null;
      const at = minute(date, time.slice(11, 13) + time.slice(14));
      if (at === 'after') return undefined;
      if (at === null || at <= before) return null;
      const row = read(at, cells);
      if (row !== null) before = at;
      return row;
    });
  };

export const emMinutesOracle = (no: number, date: string): Oracle =>
  csvOracle('trends', idOf(no).slice(0, 6), date, 8, (at, cells) => {
    const [open, close, high, low] = cells.slice(1, 5).map(milli);
    const [volume, amount] = [count(cells[5]), count(cells[6])];
    if (some([open, high, low, amount]) || !close || volume === null || volume === undefined) return null;
    if (high && low && (high < low || close > high || close < low)) return null;
    const shares = sharesBy(no, [volume, amount, high, low], 100, 0.05)?.of(volume) ?? null;
    return shares === null ? null : [no, at, open, high, low, close, shares, amount];
  });

export const emFlowOracle = (entity: string, date: string): Oracle =>
  csvOracle('klines', entity, date, 6, (at, cells) => {
    const [main, small, medium, large, superNet] = cells.slice(1).map(decimal);
    if ([main, small, medium, large, superNet].some((value) => value === null || value === undefined)) return null;
    return balanced(main!, superNet, large, medium, small) ? [entity, at, main, superNet, large, medium, small] : null;
  });

/** A whole stream: events apart by blank lines; the first that cannot be read ends it. */
export const emStreamOracle: Oracle = (body) => {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body, { stream: true }); // a stream may end inside a letter
  } catch {
    return 'error';
  }
  const table: Record<string, Record<string, unknown>> = {};
  let whole = false;
  const rows: unknown[] = [];
  let unsound = false;
  for (const block of text.split(/\r?\n\r?\n/).slice(0, -1)) {
    const data = block
      .split(/\r?\n/)
      .filter((line) => line.startsWith('data:'))
      .map((line) => line.slice(5).replace(/^\s+/, ''));
    if (data.length === 0) continue;
    let event: unknown;
    try {
      event = JSON.parse(data.join('\n'));
    } catch {
      return 'error';
    }
    if (!isRecord(event) || event.rc !== 0) return 'error';
    if (event.data === null) continue;
    if (!isRecord(event.data)) return 'error';
    const { diff } = event.data;
    if (typeof diff !== 'object' || diff === null) return 'error';
    const changes = Object.entries(diff as Record<string, unknown>);
    if (event.full === 1) {
      whole = true;
      for (const key of Object.keys(table)) delete table[key];
      for (const [key, row] of changes) if (isRecord(row)) table[key] = row;
    } else if (!whole) return 'error';
    else for (const [key, row] of changes) if (isRecord(row)) table[key] = { ...table[key], ...row };
    const read = collect(changes, ([key, row]) => (isRecord(row) ? emRow(table[key]) : null));
    rows.push(...read.rows);
    unsound ||= read.unsound;
  }
  return { rows, unsound };
};

const clock = (date: string, value: unknown): number | null => {
  if (typeof value !== 'number' || value % 1 !== 0 || value < 0 || value > 235_959) return null;
  return shanghai(date, String(value).padStart(6, '0'));
};

/** By its prefix, where no market is told. */
const stockOf = (code: unknown): number | null => {
  const text = typeof code === 'number' ? String(code).padStart(6, '0') : code;
  const guessed = typeof text === 'string' && '569'.includes(text[0] ?? '?') && !text.startsWith('92') ? 1 : 0;
  return ofMarket(guessed, code);
};

export const emBoardsOracle = (kind: string): Oracle =>
  emList((row) => {
    if (!isRecord(row) || typeof row.f12 !== 'string' || row.f12.length !== 6 || !row.f12.startsWith('BK')) return null;
    if (![...row.f12.slice(2)].every((c) => c >= '0' && c <= '9') || nameOf(row.f14) === null) return null;
    const change = jsonDecimal(row.f3);
    const values = [
      change === null || change === undefined ? change : change / 100,
      jsonDecimal(row.f62),
      jsonCount(row.f104),
      jsonCount(row.f105),
    ];
    return some(values) ? null : [row.f12, row.f14, kind, ...values, stockOf(row.f140)];
  });

export const emMembersOracle = (board: string): Oracle =>
  emList((row) => {
    const no = isRecord(row) ? ofMarket(row.f13, row.f12) : null;
    return !isRecord(row) || no === null || nameOf(row.f14) === null ? null : [board, no, row.f14];
  });

export const emPoolOracle =
  (date: string): Oracle =>
  (body) => {
    const answer = answerOf(body);
    if (answer !== null && answer.rc === 102 && answer.data === null) return nothing;
    const data = emData(body);
    if (data === undefined) return 'error';
    if (data === null) return nothing;
    if (String(data.qdate) !== date) return { rows: [], unsound: true };
    if (!Array.isArray(data.pool)) return 'error';
    return collect(data.pool as unknown[], (row) => {
      if (!isRecord(row)) return null;
      const code = typeof row.c === 'number' ? String(row.c).padStart(6, '0') : row.c;
      const guessed = typeof code === 'string' && '569'.includes(code[0] ?? '?') && !code.startsWith('92') ? 1 : 0;
      const no = ofMarket(row.m === undefined ? guessed : row.m, row.c);
      const pick = (...keys: string[]) => keys.map((key) => row[key]).find((value) => value !== undefined);
      const time = (value: unknown): Value =>
        typeof jsonDecimal(value) === 'number' ? (clock(date, value) ?? undefined) : jsonDecimal(value);
      const price = jsonDecimal(row.p);
      const last = typeof price === 'number' ? jsonMilli(price / 1000) : price;
      const change = jsonDecimal(row.zdp);
      const values = [last, change === null || change === undefined ? change : change / 100, jsonCount(row.amount)];
      const seals = [
        jsonCount(pick('lbc', 'ylbc', 'days')),
        jsonCount(row.fund),
        time(pick('fbt', 'yfbt')),
        time(row.lbt),
        jsonCount(pick('zbc', 'oc')),
      ];
      if (no === null || nameOf(row.n) === null || some([...values, ...seals])) return null;
      return [no, row.n, ...values, nameOf(row.hybk), ...seals];
    });
  };

export const emChangesOracle =
  (date: string): Oracle =>
  (body) => {
    const data = emData(body);
    if (data === undefined) return 'error';
    if (data === null) return nothing;
    if (!Array.isArray(data.allstock)) return 'error';
    return collect(data.allstock as unknown[], (row) => {
      if (!isRecord(row)) return null;
      const [no, at] = [ofMarket(row.m, row.c), clock(date, row.tm)];
      if (no === null || at === null || nameOf(row.n) === null || typeof row.t !== 'number' || typeof row.i !== 'string') return null;
      const values = row.i.split(',').map(decimal);
      return values.some((value) => typeof value !== 'number') ? null : [at, no, row.n, row.t, values];
    });
  };
