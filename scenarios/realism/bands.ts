/** By what the preset `real` is accepted. */
import type { Judged } from './judged-facts.ts';

/**
 * The preset `real`, by the product's own features and labels, beside what recorded days gave (contracts/spec/invented-market.md#presets). Means over
 * days: one day's market moves a half hour's p0 by .1.
 */
export const realBands: Readonly<Partial<Record<keyof Judged, readonly [number, number]>>> = {
  p0: [0.2, 0.28],
  riseHit: [0.23, 0.31],
  riseDriftBp: [0, 20],
  fallDriftBp: [0, 100],
  farZ3Percent: [0.1, 1],
  bookAgainstReturn: [-0.25, -0.1],
  bookSd: [0.28, 0.42],
  flowWithReturn: [0.3, 0.5],
  flowNextMinute: [0.05, 0.2],
  momentum: [-0.08, 0.05],
  farDayShare: [0.1, 0.2],
};
/** Counts a market of 5,500 and day: only thousands of symbol-days tell them. */
export const limitBands = { touched: [70, 170], sealed: [43, 123] } as const;
/** Of each half hour. */
export const halfHourP0 = [0.2, 0.28] as const;
export const outOfRealBand = (judged: Judged, of: typeof realBands = realBands): string[] =>
  Object.entries(of).flatMap(([key, [lo, hi]]) => {
    const value = judged[key as Exclude<keyof Judged, 'p0ByHalfHour'>];
    return value >= lo && value <= hi ? [] : [`${key} ${value} not in ${lo}…${hi}`];
  });
