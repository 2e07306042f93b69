/** What differs between families of opportunities (contracts/spec/lifecycle.md#identity). Trading seconds. */
import type { Family } from '../../contracts/opportunity.ts';

export type FamilyTraits = {
  /** How long a discovery waits for its confirmation. */
  readonly confirmSec: number;
  /** A lock at the limit: `end` hands over to the board family, `lock` stays with it, `ignore` means nothing here. */
  readonly onLock: 'end' | 'lock' | 'ignore';
  /** A new signal joins an open opportunity this long after the last that supported it. */
  readonly mergeGapSec: number;
  /** A signal's weight in the pool halves in this time. */
  readonly freshSec: number;
};

const wholeDay = 14_400;
export const familyTraits: Readonly<Record<Family, FamilyTraits>> = {
  momentum: { confirmSec: 120, onLock: 'end', mergeGapSec: 180, freshSec: 120 },
  board: { confirmSec: 180, onLock: 'lock', mergeGapSec: wholeDay, freshSec: 600 },
  sector: { confirmSec: 300, onLock: 'ignore', mergeGapSec: 900, freshSec: 600 },
  risk: { confirmSec: 120, onLock: 'ignore', mergeGapSec: 900, freshSec: 300 },
};
