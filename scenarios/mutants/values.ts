/** The oracle's own reading of numbers, clocks and instruments: character by character, sharing nothing with the feeds. */

/** null absent, undefined unsound. */
export type Value = number | null | undefined;

const isDigit = (c: string): boolean => c >= '0' && c <= '9';

/** [sign, whole, fraction] of a plain decimal. */
function partsOf(text: string): { readonly negative: boolean; readonly whole: string; readonly fraction: string } | null {
  let i = 0;
  const negative = text[0] === '-';
  if (negative || text[0] === '+') i = 1;
  let whole = '';
  while (i < text.length && isDigit(text[i]!)) whole += text[i++];
  if (whole === '') return null;
  if (i === text.length) return { negative, whole, fraction: '' };
  if (text[i] !== '.') return null;
  const fraction = text.slice(i + 1);
  return fraction !== '' && [...fraction].every(isDigit) ? { negative, whole, fraction } : null;
}

export function decimal(text: string | undefined): Value {
  if (text === undefined || text === '' || text === '-') return null;
  const parts = partsOf(text);
  return parts === null ? undefined : Number.parseFloat(text);
}

/** Thousandths, exactly: digits past the third must be zeros; a sign is unsound, zero is absent. */
export function milli(text: string | undefined): Value {
  if (text === undefined || text === '' || text === '-') return null;
  const parts = partsOf(text);
  if (parts === null || text.startsWith('+') || parts.negative || [...parts.fraction.slice(3)].some((c) => c !== '0')) return undefined;
  const value = BigInt(parts.whole) * 1000n + BigInt(parts.fraction.slice(0, 3).padEnd(3, '0'));
  if (value > 2_147_483_647n) return undefined;
  return value === 0n ? null : Number(value);
}

export function count(text: string | undefined, unit = 1): Value {
  const value = decimal(text);
  return typeof value === 'number' ? (value < 0 ? undefined : value * unit) : value;
}

/** A JSON value that should be a number. */
export function jsonCount(value: unknown, unit = 1): Value {
  const number = jsonDecimal(value);
  return typeof number === 'number' ? (number < 0 ? undefined : number * unit) : number;
}
export function jsonDecimal(value: unknown): Value {
  if (value === undefined || value === null || value === '' || value === '-') return null;
  return typeof value === 'number' && Math.abs(value) !== Number.POSITIVE_INFINITY ? value : undefined;
}
export const jsonMilli = (value: unknown): Value => {
  const number = jsonDecimal(value);
  if (typeof number !== 'number') return number;
  const text = String(number);
  return text.includes('e') ? undefined : milli(text);
};

const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Epoch ms of a Shanghai instant given in digits; null when there is no such instant. */
export function shanghai(date: string, clock: string): number | null {
  if (date.length !== 8 || clock.length !== 6 || ![...date, ...clock].every(isDigit)) return null;
  const [y, mo, d] = [+date.slice(0, 4), +date.slice(4, 6), +date.slice(6, 8)];
  const [h, mi, s] = [+clock.slice(0, 2), +clock.slice(2, 4), +clock.slice(4, 6)];
  const leap = y % 4 === 0 && (y % 100 !== 0 || y % 400 === 0);
  if (y < 1990 || y > 2100 || mo < 1 || mo > 12 || d < 1 || d > monthDays[mo - 1]! + (mo === 2 && leap ? 1 : 0)) return null;
  if (h > 23 || mi > 59 || s > 59) return null;
  return Date.UTC(y, mo - 1, d, h - 8, mi, s);
}

/** Minute label of a session row: its close, 'after', or null for no minute of the session. 13:00 closes at 13:01. */
export function minute(date: string, hhmm: string): number | 'after' | null {
  const at = shanghai(date, `${hhmm}00`);
  if (at === null) return null;
  if (hhmm === '1300') return at + 60_000;
  if ((hhmm >= '0930' && hhmm <= '1130') || (hhmm >= '1301' && hhmm <= '1500')) return at;
  return hhmm > '1500' && hhmm <= '1530' ? 'after' : null;
}

const exchangeDigit: Readonly<Record<string, number>> = { sh: 1, sz: 2, bj: 3, SH: 1, SZ: 2, BJ: 3 };
export const ofKey = (key: string): number | null =>
  key.length === 8 &&
  exchangeDigit[key.slice(0, 2)] !== undefined &&
  key.slice(0, 2) === key.slice(0, 2).toLowerCase() &&
  [...key.slice(2)].every(isDigit)
    ? exchangeDigit[key.slice(0, 2)]! * 1_000_000 + Number(key.slice(2))
    : null;
export const ofId = (id: unknown): number | null =>
  typeof id === 'string' &&
  id.length === 9 &&
  id[6] === '.' &&
  exchangeDigit[id.slice(7)] !== undefined &&
  [...id.slice(0, 6)].every(isDigit) &&
  id.slice(7) === id.slice(7).toUpperCase()
    ? exchangeDigit[id.slice(7)]! * 1_000_000 + Number(id.slice(0, 6))
    : null;

/** Eastmoney: market 1 is Shanghai, 0 Shenzhen or, by the code's beginning, Beijing. */
export function ofMarket(market: unknown, code: unknown): number | null {
  const text = typeof code === 'number' ? String(code).padStart(6, '0') : typeof code === 'string' ? code : '';
  if (text.length !== 6 || ![...text].every(isDigit)) return null;
  if (market === 1) return 1_000_000 + Number(text);
  if (market !== 0) return null;
  const beijing = ['92', '43', '83', '87', '88'].includes(text.slice(0, 2)) || text.startsWith('899');
  return (beijing ? 3_000_000 : 2_000_000) + Number(text);
}

/** Shares a count stands for, 1 or 100, by its money; `usual` where that tells nothing, null where it is neither. */
export function unitBy(count: Value, amount: Value, high: Value, low: Value, usual: 1 | 100, slack = 0.01): 1 | 100 | null {
  if (!count || amount === null || amount === undefined || !high || !low) return usual;
  const holds = (unit: number): boolean => {
    const near = unit === 100 ? 100 : 0;
    return (
      amount * 1000 <= (count * unit + near) * high * (1 + slack) + 1000 &&
      amount * 1000 >= (count * unit - near) * low * (1 - slack) - 1000
    );
  };
  const other = usual === 1 ? 100 : 1;
  return holds(usual) ? usual : holds(other) ? other : null;
}

/** An index: what makes a share cost between 2 and 200 yuan. */
export function indexUnitBy(count: Value, amount: Value, usual: 1 | 100): 1 | 100 | null {
  if (!count || !amount) return usual;
  const holds = (unit: number): boolean => amount / (count * unit) >= 2 && amount / (count * unit) < 200;
  const other = usual === 1 ? 100 : 1;
  return holds(usual) ? usual : holds(other) ? other : null;
}

/** Code alone is not enough: 000688 of Shanghai is an index. */
export const isIndexNo = (no: number): boolean => {
  const [exchange, code] = [Math.floor(no / 1_000_000), String(no % 1_000_000).padStart(6, '0')];
  return code.startsWith(['', '000', '399', '899'][exchange]!);
};
export const isStarNo = (no: number): boolean => no >= 1_688_000 && no < 1_690_000;

/** The row's count in shares, and the unit it was told in; shares null for an index that proves none. Null: true in neither unit. */
export function sharesBy(
  no: number,
  [counted, amount, high, low]: readonly [counted: number | null, amount: Value, high: Value, low: Value],
  usual: 1 | 100,
  slack = 0.01,
): { readonly unit: 1 | 100; readonly of: (value: Value) => number | null } | null {
  const unit = isIndexNo(no) ? indexUnitBy(counted, amount, usual) : unitBy(counted, amount, high, low, usual, slack);
  if (unit === null && !isIndexNo(no)) return null;
  return { unit: unit ?? usual, of: (value) => (unit === null || typeof value !== 'number' ? null : value * unit) };
}

/** The day's range holds last and open; limits are not the wrong way round. */
export function ranged(last: Value, open: Value, high: Value, low: Value, up: Value = null, down: Value = null): boolean {
  if (up && down && up <= down) return false;
  if (!high || !low) return true;
  return high >= low && [last, open].every((price) => !price || (price <= high && price >= low));
}
