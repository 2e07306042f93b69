/** Numbers as they are printed. What is unknown is `--`, a minus is a minus sign, and money is in 万 and 亿 or K, M and B. */
export const missing = '--';
const minus = (text: string): string => text.replace('-', '−');

/** Milli as yuan, two decimals: the tick of every A-share. */
export const price = (milli: number | null | undefined): string =>
  milli == null || Number.isNaN(milli) ? missing : (milli / 1000).toFixed(2);

/** A share as a signed per cent. */
export function percent(share: number | null | undefined, digits = 2): string {
  if (share == null || !Number.isFinite(share)) return missing;
  const text = (share * 100).toFixed(digits);
  const isZero = Number(text) === 0;
  return `${isZero ? '' : share > 0 ? '+' : ''}${minus(isZero ? text.replace('-', '') : text)}%`;
}
/** A share of something, without a sign. */
export const share = (value: number | null | undefined, digits = 0): string =>
  value == null || !Number.isFinite(value) ? missing : `${(value * 100).toFixed(digits)}%`;

export function signed(value: number | null | undefined, digits = 2): string {
  if (value == null || !Number.isFinite(value)) return missing;
  const text = value.toFixed(digits);
  return `${value > 0 && Number(text) !== 0 ? '+' : ''}${minus(text)}`;
}

const chinese = [
  [1e8, '亿'],
  [1e4, '万'],
] as const;
const english = [
  [1e9, 'B'],
  [1e6, 'M'],
  [1e3, 'K'],
] as const;
/** Money or a count, three or four digits of it. */
export function money(value: number | null | undefined, language: 'zh' | 'en'): string {
  if (value == null || !Number.isFinite(value)) return missing;
  const found = (language === 'zh' ? chinese : english).find(([size]) => Math.abs(value) >= size);
  if (found === undefined) return minus(value.toFixed(0));
  const scaled = value / found[0];
  return `${minus(scaled.toFixed(Math.abs(scaled) >= 100 ? 0 : Math.abs(scaled) >= 10 ? 1 : 2))}${found[1]}`;
}

/** Direction of a number as a class: up, dn, or fl where it stands or is unknown. */
export const direction = (value: number | null | undefined): 'up' | 'dn' | 'fl' =>
  value == null || !Number.isFinite(value) || value === 0 ? 'fl' : value > 0 ? 'up' : 'dn';

export const gainOf = (last: number | null | undefined, reference: number | null | undefined): number | null =>
  last == null || reference == null || reference <= 0 ? null : last / reference - 1;
