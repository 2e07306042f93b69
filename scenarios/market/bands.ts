/** The acceptance bands of contracts/spec/invented-market.md#facts, on the mean over several unplanted days: one day's market factor moves them all. */
import type { Facts } from './facts.ts';

export const bands: Readonly<Partial<Record<keyof Facts, readonly [number, number]>>> = {
  firstHalfHour: [0.24, 0.31],
  lastHalfHour: [0.11, 0.18],
  kurtosis1m: [6, 20],
  acf3s: [-0.3, -0.08],
  acf1m: [-0.05, 0.08],
  absAcf1: [0.15, 0.35],
  absAcf5: [0.06, 0.2],
  absAcf20: [0.01, 0.12],
  zero3s: [0.5, 0.8],
  zero1m: [0.15, 0.4],
  spreadBp: [6, 15],
  oneTick: [0.6, 1],
  empty3s: [0.2, 0.55],
  ofiCorr: [0.3, 0.8],
  dailySd: [0.02, 0.035],
  limitUps: [30, 90],
  offTick: [0, 0],
  offLot: [0, 0],
  offSum: [0, 0],
};

export function meanFacts(days: readonly Facts[]): Facts {
  const keys = Object.keys(days[0]!) as (keyof Facts)[];
  return Object.fromEntries(keys.map((key) => [key, days.reduce((sum, day) => sum + day[key], 0) / days.length])) as Facts;
}
export const outOfBand = (facts: Facts): string[] =>
  Object.entries(bands).flatMap(([key, [lo, hi]]) =>
    facts[key as keyof Facts] >= lo && facts[key as keyof Facts] <= hi ? [] : [`${key} ${facts[key as keyof Facts]} not in ${lo}…${hi}`],
  );
