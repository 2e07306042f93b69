/**
 * Universal gates U1–U11 of every up-detector (contracts/spec/detectors.md#gates). A gate that cannot be judged is failed.
 * U12 (market lift) is in the rule itself: it changes which return is tested.
 */

import type { FeatureId } from '../../contracts/features.ts';
import { tickMilli } from '../../contracts/instruments.ts';
import type { DetectorInput } from './detector.ts';

export const gates: Readonly<Record<string, (input: DetectorInput) => boolean>> = {
  /** Continuous, 09:31:00–14:51:00. */
  U1: ({ tsec }) => tsec >= 60 && tsec <= 13_860,
  /** The first five minutes want a real amount surprise. */
  U2: (input) => input.tsec >= 300 || input.feature('amtZ1m') >= 3,
  /** A window over lunch must not be made by the jump at 13:00. */
  U3: (input) => input.lunchJump === 0 || Math.abs(input.lunchJump) < 0.5 * Math.abs(input.feature('ret_3m')),
  /** Past the days without a limit. Named C on days 2 to 5: not counted, and past the first. */
  U4: ({ instrument: { noLimit, listing, listingDayN, board } }) =>
    !noLimit && (listingDayN === null ? listing !== 'new' || board === 'BSE' : listingDayN >= (board === 'BSE' ? 2 : 6)),
  U5: ({ instrument, preCloseMilli }) => !instrument.exDate || preCloseMilli !== null,
  U6: ({ instrument, excludeRiskWarning }) => !instrument.delisting && !(excludeRiskWarning && instrument.riskWarning),
  /** Fillable: not locked, at least 0.5 % or three ticks under the limit. */
  U7: (input) => !input.locked && input.feature('distUp') >= Math.max(0.005, (3 * tickMilli) / (input.preCloseMilli ?? Number.NaN)),
  U8: (input) =>
    input.advYuan >= input.adv20Min &&
    input.feature('amt5m') >= 500_000 &&
    input.feature('spreadTk') <= Math.max(3, (0.0015 * input.lastMilli) / tickMilli) &&
    input.feature('depth5') >= 200_000,
  U9: (input) => input.feature('dqW180') >= 0.8 && input.feature('age') <= 9 && input.feature('feedHealth') >= 0.9 && !input.frozen,
  /** 120 trading seconds after a gap, a halt or a frozen feed. */
  U10: ({ slot, resumedSlot }) => slot - resumedSlot >= 40,
  U11: (input) => input.feature('burst') <= 0.6 || input.feature('active20') >= 3,
};

/** What the gates ask for: part of the needs of every detector that uses them. */
export const gateNeeds: readonly FeatureId[] = [
  'amtZ1m',
  'ret_3m',
  'distUp',
  'amt5m',
  'spreadTk',
  'depth5',
  'dqW180',
  'age',
  'feedHealth',
  'burst',
  'active20',
];

const gateList = Object.entries(gates);
const none: readonly string[] = [];

/** Ids of the gates that are shut; the same empty list while all are open. */
export function failedGates(input: DetectorInput): readonly string[] {
  let failed: string[] | null = null;
  for (const [id, isOpen] of gateList) {
    if (isOpen(input)) continue;
    failed ??= [];
    failed.push(id);
  }
  return failed ?? none;
}
