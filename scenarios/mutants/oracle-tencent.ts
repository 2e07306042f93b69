/** The oracle for Tencent's JSON bodies: minutes, flow, boards. */
import { answerOf, collect, idOf, isRecord, keyOf, type Oracle, some, type Verdict } from './oracle.ts';
import { count, decimal, isIndexNo, isStarNo, milli, minute, ofKey, type Value } from './values.ts';

const tencentData = (body: Uint8Array): Record<string, unknown> | null => {
  const answer = answerOf(body);
  return answer !== null && answer.code === 0 && isRecord(answer.data) ? answer.data : null;
};

export const tencentMinutesOracle =
  (no: number, date: string): Oracle =>
  (body) => {
    const entry = tencentData(body)?.[keyOf(no)];
    if (!isRecord(entry) || !isRecord(entry.data)) return 'error';
    const day = entry.data;
    if (day.date !== date) return { rows: [], unsound: true };
    return Array.isArray(day.data) ? minuteRows(no, date, day.data as unknown[]) : 'error';
  };

function minuteRows(no: number, date: string, lines: readonly unknown[]): Verdict {
  const rows: [number, number, number | null, number | null, number | null, number, number, number | null][] = [];
  let unsound = false;
  let [lastLabel, hadShares, hadYuan, unit] = ['', 0, 0, 0];
  const usual = isStarNo(no) ? 1 : 100;
  for (const line of lines) {
    const cells = typeof line === 'string' ? line.split(' ') : [];
    const at = minute(date, cells[0] ?? '');
    if (cells.length < 3 || at === null) {
      unsound = true;
      continue;
    }
    if (at === 'after') continue;
    const [close, volume, amount] = [milli(cells[1]), count(cells[2]), count(cells[3])];
    if (!close || volume === null || volume === undefined || amount === undefined) {
      unsound = true;
      continue;
    }
    const near = (shares: number, yuan: number) =>
      shares === 0 ||
      yuan === 0 ||
      (isIndexNo(no)
        ? yuan / shares >= 2 && yuan / shares < 200
        : (yuan * 1000) / shares < close * 10 && (yuan * 1000) / shares > close / 10);
    if (unit === 0 && volume > 0 && amount) {
      unit = near(volume * usual, amount) ? usual : near(volume * (101 - usual), amount) ? 101 - usual : 0;
      if (unit === 0) {
        unsound = true;
        continue;
      }
    }
    const shares = volume * (unit || usual);
    const [dv, da] = [shares - hadShares, amount === null ? null : amount - hadYuan];
    if (cells[0]! <= lastLabel || dv < 0 || (da !== null && (da < 0 || !near(dv, da)))) {
      unsound = true;
      continue;
    }
    const before = rows.at(-1);
    if (before !== undefined && before[1] === at)
      rows[rows.length - 1] = [no, at, null, null, null, close, before[6] + dv, before[7] === null || da === null ? null : before[7] + da];
    else if (cells[0] !== '1300' || dv > 0) rows.push([no, at, null, null, null, close, dv, da]);
    [lastLabel, hadShares, hadYuan] = [cells[0]!, shares, amount ?? 0];
  }
  return { rows, unsound };
}

export const tencentFlowOracle =
  (no: number, date: string): Oracle =>
  (body) => {
    const data = tencentData(body);
    if (data === null) return 'error';
    const trend = data.todayFundTrend;
    if (trend === null || trend === undefined) return { rows: [], unsound: false };
    const { minList, stockCode } = trend as Record<string, unknown>;
    if (!Array.isArray(minList) || (stockCode !== undefined && stockCode !== keyOf(no))) return 'error';
    const read = collect(minList as unknown[], (each) => {
      const row = isRecord(each) ? each : {};
      const time = String(row.time ?? '');
      const at = time.length === 12 && time.startsWith(date) ? minute(date, time.slice(8)) : null;
      if (at === 'after') return undefined;
      const text = (key: string): Value =>
        row[key] === undefined || row[key] === null ? null : typeof row[key] === 'string' ? decimal(row[key]) : undefined;
      const values = ['MainNetInflow', 'SuperNetInflow', 'BigNetInflow', 'NormalNetInflow', 'SmallNetInflow'].map(text);
      if (at === null || some(values) || values[0] === null) return null;
      const [main, superNet, big] = values as number[];
      if (superNet !== null && big !== null && Math.abs(superNet! + big! - main!) > 2) return null;
      return [idOf(no), at, ...values];
    });
    return { rows: read.rows.sort((a, b) => (a as number[])[1]! - (b as number[])[1]!), unsound: read.unsound };
  };

export const tencentListOracle =
  (of: 'boards' | 'members'): Oracle =>
  (body) => {
    const list = tencentData(body)?.rank_list;
    if (!Array.isArray(list)) return 'error';
    return collect(list as unknown[], (row) => {
      if (!isRecord(row) || typeof row.name !== 'string' || row.name === '') return null;
      if (of === 'members') return ofKey(String(row.code)) === null ? null : [ofKey(String(row.code)), row.name];
      const code = row.code;
      if (typeof code !== 'string' || code.length !== 10 || !code.startsWith('pt') || shanghaiDigits(code.slice(2)) === false) return null;
      const text = (value: unknown): Value =>
        value === undefined || value === null ? null : typeof value === 'string' ? decimal(value) : undefined;
      const [change, main] = [text(row.zdf), text(row.zljlr)];
      if (some([change, main])) return null;
      return [code, row.name, change === null ? null : change! / 100, main === null ? null : main! * 10_000];
    });
  };
const shanghaiDigits = (text: string): boolean => [...text].every((c) => c >= '0' && c <= '9');
