/**
 * The unit of a count, decided from the row that carries it: vendors count shares here and lots there, by board, endpoint and year, and
 * a table of who does what was wrong once (STAR at Tencent). What the exchange guarantees is not: money ÷ shares lies among the prices.
 *
 * Witness  Tencent 688256 of 2026-06-03 and 688825 of 2026-09-02 (shares) beside 600519 of 2026-09-10 (lots); Sina's Shanghai index
 *          (lots) beside its Shenzhen index (shares) of 2026-07-21
 * Silence  where a row proves nothing (no money, one lot or less), its vendor's usual unit for the board stands
 */
import { codeOf } from '../../contracts/units.ts';
import { lot } from './numbers.ts';

/** Shares a count stands for. */
export type CountUnit = 1 | typeof lot;
export type Evidence = {
  readonly count: number | null;
  readonly yuan: number | null;
  /** The prices between which all of it was traded, Milli. */
  readonly lowMilli: number | null;
  readonly highMilli: number | null;
  /** Shares by another way: turnover × float. */
  readonly shares?: number | null;
};

/** An average price may leave its range by this share: rounding, and trades that no snapshot showed. */
export const rangeSlack = 0.01;
const wide = 0.1;
/** Turnover is told to a hundredth of a per cent, float shares may be days old: enough to tell 1 from 100. */
const coarse = 10;

const isStar = (no: number): boolean => no < 2_000_000 && /^68[89]/.test(codeOf(no));
/** What Tencent counts in: shares on STAR, lots elsewhere. Used where a row proves nothing. */
export const tencentUnit = (no: number): CountUnit => (isStar(no) ? 1 : lot);

/**
 * Whether `count` × `unit` shares for `yuan` average within the prices. A count of lots is known to a lot.
 * Off by 100 is lots for shares, by 10,000 万 for yuan.
 */
export function isPriced(count: number, unit: CountUnit, yuan: number, lowMilli: number, highMilli: number, slack = rangeSlack): boolean {
  const known = unit === 1 ? 0 : lot;
  const most = ((count * unit + known) * highMilli * (1 + slack)) / 1000 + 1;
  // a slack of several times is one both ways
  const least = ((count * unit - known) * lowMilli * (slack < wide ? 1 - slack : 1 / (1 + slack))) / 1000 - 1;
  return yuan <= most && yuan >= least;
}

/** The unit in which the row is true, the usual one first; null when it is true in none: the row is refused. */
export function unitOf({ count, yuan, lowMilli, highMilli, shares }: Evidence, usual: CountUnit, slack = rangeSlack): CountUnit | null {
  if (count === null || count === 0) return usual;
  const units: readonly CountUnit[] = usual === 1 ? [1, lot] : [lot, 1];
  if (yuan !== null && lowMilli !== null && highMilli !== null)
    return units.find((unit) => isPriced(count, unit, yuan, lowMilli, highMilli, slack)) ?? null;
  if (shares !== undefined && shares !== null && shares > 0)
    return units.find((unit) => count * unit < shares * coarse && count * unit > shares / coarse) ?? null;
  return usual;
}

/** Average prices of a share over a whole index, yuan: 18.7 to 24.1 on the recorded rows. A hundredfold range holds one unit only. */
const indexAverage = { low: 2, high: 200 } as const;
export const isIndexAverage = (yuan: number): boolean => yuan >= indexAverage.low && yuan < indexAverage.high;

/** Unit of an index's volume; null when neither gives a share a price that shares have. */
export function indexUnitOf(count: number | null, yuan: number | null, usual: CountUnit): CountUnit | null {
  if (count === null || count === 0 || yuan === null || yuan === 0) return usual;
  const units: readonly CountUnit[] = usual === 1 ? [1, lot] : [lot, 1];
  return units.find((unit) => isIndexAverage(yuan / (count * unit))) ?? null;
}
