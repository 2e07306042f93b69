/** K4, a dive: what speaks against an opportunity that should rise (contracts/spec/lifecycle.md#states). */

/** A fall from the five-minute peak that had risen as much from the day's low, or a minute that falls by this many sigma. */
const pull = -0.02;
const rise = 0.02;
const sigmas = -4;

/** `pull5`: mid over the peak of five minutes, less 1; `lowMilli`: of the day, null where unknown. NaN is no dive. */
export function isDive(retZ1m: number, pull5: number, midMilli: number, lowMilli: number | null): boolean {
  if (retZ1m <= sigmas) return true;
  return pull5 <= pull && lowMilli !== null && midMilli / (1 + pull5) / lowMilli - 1 >= rise;
}
