/** A day of minutes as the chart needs it: 241 places, lunch none of them, symmetric about the previous close. Pure. */
import { tsecOf } from '../../../../contracts/session.ts';
import type { Minute } from './queries.ts';

export const places = 241;
/** The place of a minute by its close: 0 is 09:30, 120 is 11:30 and 13:00, 240 is 15:00. */
export const placeAt = (tsMs: number): number => Math.min(Math.round(tsecOf(tsMs) / 60), places - 1);

export type DaySeries = {
  /** Yuan; null where there was no trade yet, or will be. */
  readonly price: readonly (number | null)[];
  readonly average: readonly (number | null)[];
  /** Lots of a hundred shares, and whether the minute rose. */
  readonly lots: readonly (number | null)[];
  readonly rose: readonly boolean[];
  readonly amount: readonly (number | null)[];
  /** Half the height of the axis, in yuan; limits are its ends where the price is near them. */
  readonly half: number;
  readonly last: number;
};

/** A share of the reference within which a limit is drawn. */
const nearLimit = 0.015;

export function daySeries(
  minutes: readonly Minute[],
  referenceMilli: number | null,
  limitUpMilli: number | null,
  limitDownMilli: number | null,
): DaySeries {
  const blank = <T>(): (T | null)[] => new Array<T | null>(places).fill(null);
  const [price, average, lots, amount] = [blank<number>(), blank<number>(), blank<number>(), blank<number>()];
  const rose = new Array<boolean>(places).fill(true);
  let [yuan, shares, before, last] = [0, 0, referenceMilli ?? 0, -1];
  for (const { tsMs, closeMilli, volumeShares, amountYuan } of minutes) {
    if (closeMilli === null) continue;
    const at = placeAt(tsMs);
    yuan += amountYuan ?? 0;
    shares += volumeShares ?? 0;
    price[at] = closeMilli / 1000;
    average[at] = shares > 0 ? yuan / shares : null;
    lots[at] = (lots[at] ?? 0) + (volumeShares ?? 0) / 100;
    amount[at] = (amount[at] ?? 0) + (amountYuan ?? 0);
    rose[at] = closeMilli >= before;
    before = closeMilli;
    last = at;
  }
  const reference = referenceMilli === null ? (price.find((each) => each !== null) ?? 1) : referenceMilli / 1000;
  const known = minutes.flatMap(({ highMilli, lowMilli }) => [highMilli, lowMilli]).filter((each) => each !== null);
  const widest = Math.max(...known.map((milli) => Math.abs(milli / 1000 - reference)), 0.01);
  const limits = [limitUpMilli, limitDownMilli].filter((each) => each !== null).map((milli) => Math.abs(milli / 1000 - reference));
  const near = limits.find((away) => away > 0 && away - widest <= nearLimit * reference);
  return { price, average, lots, rose, amount, half: near ?? widest * 1.05, last };
}

/** `09:30`, … of a place. */
export function placeText(place: number): string {
  const minute = place <= 120 ? 9 * 60 + 30 + place : 13 * 60 + place - 120;
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}
