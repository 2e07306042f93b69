/** What a symbol is on a day (contracts/spec/invented-market.md#universe): newly listed, suspended, ex-date, in its delisting period, sealed the day before. */
import { randomOf } from './random.ts';
import type { Issue } from './universe.ts';

export type DayStatus = {
  /** 1 on the listing day; null: long listed. */
  readonly listingDayN: number | null;
  readonly suspended: boolean;
  readonly exDate: boolean;
  readonly delisting: boolean;
};
const ordinary: DayStatus = { listingDayN: null, suspended: false, exDate: false, delisting: false };
const of5500 = (many: number): number => many / 5500;
const [listed, suspended, exDates, delisted] = [10, 15, 20, 5].map(of5500) as [number, number, number, number];
/** Listing days 1 to 5 have no limit; one symbol in five of those is on its first. */
const unlimitedDays = 5;

export function statusOf(seed: number, day: number, issue: Issue): DayStatus {
  const random = randomOf(seed, day, issue.no, 'status');
  const luck = random.uniform();
  const dayN = 1 + random.int(unlimitedDays);
  if (luck < listed) return issue.riskWarning ? ordinary : { ...ordinary, listingDayN: issue.board === 'BSE' ? 1 : dayN };
  if (luck < listed + suspended) return { ...ordinary, suspended: true };
  if (luck < listed + suspended + exDates) return { ...ordinary, exDate: true };
  return luck < listed + suspended + exDates + delisted ? { ...ordinary, delisting: true } : ordinary;
}
