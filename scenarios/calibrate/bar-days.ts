/** One-minute bars of text files as days of a symbol, by trading minute. A bar is stamped at its close. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { minutesPerDay } from '../../contracts/bundle.ts';

export type BarDay = {
  readonly symbol: string;
  readonly date: string;
  /** Yuan; NaN where there is no bar. */
  readonly close: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly open: Float64Array;
  /** Yuan; 0 where there is no bar. */
  readonly amount: Float64Array;
};
const nan = (): Float64Array => new Float64Array(minutesPerDay).fill(Number.NaN);

/** Columns by name; a file of `price` and `volume_shares` alone has one price a minute. Indices are left out. */
export function barDays(path: string): BarDay[] {
  const [header, ...lines] = gunzipSync(readFileSync(path)).toString('utf8').trimEnd().split('\n');
  const columns = header!.split(',');
  const at = (name: string): number => columns.indexOf(name);
  const [datetime, volume, amount] = [at('datetime'), at('volume_shares'), at('amount_yuan')];
  const close = at('close') < 0 ? at('price') : at('close');
  const other = (name: string): number => (at(name) < 0 ? close : at(name));
  const days = new Map<string, BarDay>();
  for (const line of lines) {
    const cells = line.split(',');
    const symbol = cells[0]!;
    if (symbol === '000001.SH') continue;
    const [date, clock] = cells[datetime]!.split(' ');
    const m = minuteEndingAt(clock!);
    if (m === null) continue;
    const key = `${symbol} ${date}`;
    const day = days.get(key) ?? { symbol, date: date!, close: nan(), high: nan(), low: nan(), open: nan(), amount: nan().fill(0) };
    days.set(key, day);
    day.open[m] = Number(cells[other('open')]);
    day.high[m] = Number(cells[other('high')]);
    day.low[m] = Number(cells[other('low')]);
    day.close[m] = Number(cells[close]);
    day.amount[m] = amount < 0 ? day.close[m]! * Number(cells[volume]) : Number(cells[amount]);
  }
  return [...days.values()].sort((a, b) => (a.symbol === b.symbol ? (a.date < b.date ? -1 : 1) : a.symbol < b.symbol ? -1 : 1));
}

/** 09:31 → 0, 11:30 → 119, 13:01 → 120, 15:00 → 239; null for what is no minute of trading. */
function minuteEndingAt(clock: string): number | null {
  const [hour, minute] = clock.split(':').map(Number);
  const since = hour! * 60 + minute! - (9 * 60 + 31);
  if (since >= 0 && since < 120) return since;
  const afternoon = since - 90;
  return afternoon >= 120 && afternoon < minutesPerDay ? afternoon : null;
}
