/** Numbers and names as vendors print them. */
import iconv from 'iconv-lite';
import { absentMilli } from '../../contracts/quote.ts';
import { codeOf, exchangeOf } from '../../contracts/units.ts';

export const two = (n: number): string => String(n).padStart(2, '0');
/** Milli with two decimals: `1285.57`; absent is `0.00`. */
export const yuan = (milli: number, digits = 2): string => ((milli === absentMilli ? 0 : milli) / 1000).toFixed(digits);
export const lots = (shares: number): string => String(Number.isNaN(shares) ? 0 : Math.floor(shares / 100));
export const prefixed = (no: number): string => `${exchangeOf(no).toLowerCase()}${codeOf(no)}`;
export const isLocked = (prices: Int32Array, from: number): boolean => prices[from] === absentMilli;

const names = new Map<string, string>();
/** A name's GB18030 bytes as latin1 text, so that a whole body can be put together as one string. */
export function gbk(name: string): string {
  let bytes = names.get(name);
  if (bytes === undefined) {
    bytes = iconv.encode(name, 'gb18030').toString('latin1');
    names.set(name, bytes);
  }
  return bytes;
}

/** Shanghai wall clock of an instant, in parts. */
export function partsOf(ms: number): { readonly date: string; readonly dashed: string; readonly clock: string; readonly digits: string } {
  const iso = new Date(ms + 8 * 3_600_000).toISOString();
  const [dashed, clock] = [iso.slice(0, 10), iso.slice(11, 19)];
  return { date: dashed.replaceAll('-', ''), dashed, clock, digits: clock.replaceAll(':', '') };
}

/** `HH:mm` and `HHmm` of a minute since midnight. */
export const hhmm = (minute: number, colon = ''): string => `${two(Math.floor(minute / 60))}${colon}${two(minute % 60)}`;
