/** Numbers as vendors write them. `undefined` means unsound, null means absent: '' and '-' are absent, never 0 (contracts/spec/sources.md#common). */
import { midnightOf } from '../../contracts/session.ts';

export type Field = number | null | undefined;

const decimal = /^[+-]?\d+(\.\d+)?$/;
const wholeMilli = /^\d+(\.\d{1,3}0*)?$/;
const largest = 2_147_483_647;

/** A plain decimal; exponents, hex and blanks are unsound. */
export function decimalOf(text: string | undefined): Field {
  if (text === undefined || text === '' || text === '-') return null;
  return decimal.test(text) ? Number(text) : undefined;
}

/** Yuan as text to Milli; 0 is absent; less, more than the Int32 column holds, or a part of a Milli is unsound. */
export function milliOf(text: string | undefined): Field {
  const yuan = decimalOf(text);
  return typeof yuan !== 'number' ? yuan : wholeMilli.test(text!) ? priceOf(yuan) : undefined;
}

/** An index in yuan's place: points with any decimals, to the nearest thousandth. */
export function pointsOf(text: string | undefined): Field {
  const points = decimalOf(text);
  if (typeof points !== 'number') return points;
  const milli = Math.round(points * 1000);
  return points < 0 || milli > largest ? undefined : milli > 0 ? milli : null;
}

export function priceOf(yuan: Field): Field {
  if (yuan === undefined || yuan === null) return yuan;
  const milli = Math.round(yuan * 1000);
  if (milli < 0 || milli > largest || Math.abs(yuan * 1000 - milli) > 1e-6 * Math.max(1, milli * 1e-3)) return undefined;
  return milli > 0 ? milli : null;
}

/** A count of 0 or more, times `unit`. */
export function countOf(text: string | undefined, unit = 1): Field {
  return scaled(decimalOf(text), unit);
}

export function scaled(value: Field, unit: number): Field {
  if (value === undefined || value === null) return value;
  return value < 0 ? undefined : value * unit;
}

/** A JSON field that is a number, or '-' for absent. Missing is absent too; anything else is unsound. */
export function jsonNumber(value: unknown): Field {
  if (value === undefined || value === null || value === '-' || value === '') return null;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  return undefined;
}

/** Lots of 100 shares. */
export const lot = 100;
export const tenThousand = 10_000;

/** `yyyyMMddHHmmss` in Shanghai to epoch ms; undefined when it is no such instant. */
export function stampOf(text: string): number | undefined {
  const found = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text);
  if (found === null) return undefined;
  const [, year, month, day, h, m, s] = found as unknown as string[];
  return instant(`${year}${month}${day}`, Number(h), Number(m), Number(s));
}

export function instant(date: string, hours: number, minutes: number, seconds: number): number | undefined {
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const midnight = dateOf(date);
  return midnight === undefined ? undefined : midnight + ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

/** Midnight of `yyyymmdd`; undefined for the 30th of February and the like. */
export function dateOf(date: string): number | undefined {
  if (date !== newest.date) newest = { date, midnight: midnightIn(date) };
  return newest.midnight;
}

/** Rows of a file mostly are of one day. */
let newest: { readonly date: string; readonly midnight: number | undefined } = { date: '', midnight: undefined };

function midnightIn(date: string): number | undefined {
  if (!/^\d{8}$/.test(date)) return undefined;
  const [year, month, day] = [Number(date.slice(0, 4)), Number(date.slice(4, 6)), Number(date.slice(6, 8))];
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (year < 1990 || year > 2100 || month < 1 || month > 12 || day < 1 || day > days) return undefined;
  return midnightOf(date);
}

/** HHMMSS as an integer with its leading zeros lost: 92500 is 09:25:00. */
export function clockOfInt(date: string, value: number): number | undefined {
  if (!Number.isInteger(value) || value < 0 || value > 235_959) return undefined;
  return instant(date, Math.floor(value / 10_000), Math.floor(value / 100) % 100, value % 100);
}
