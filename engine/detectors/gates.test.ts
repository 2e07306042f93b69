import { describe, expect, test } from 'vitest';
import { type Change, inputWith } from '../../scenarios/support/detector-input.ts';
import { failedGates, gates } from './gates.ts';

describe('universal gates (contracts/spec/detectors.md#gates)', () => {
  test('an ordinary quote passes all eleven', () => {
    expect(failedGates(inputWith())).toEqual([]);
    expect(Object.keys(gates)).toHaveLength(11);
  });

  test.each<[gate: string, why: string, change: Change]>([
    ['U1', '09:30:57', { tsec: 57, values: { amtZ1m: 3 } }],
    ['U1', '14:51:03', { tsec: 13_863 }],
    ['U2', 'the first five minutes without a surprise of 3', { tsec: 297, values: { amtZ1m: 2.9 } }],
    ['U2', 'the first five minutes without a profile', { tsec: 297, values: { amtZ1m: Number.NaN } }],
    ['U3', 'half the move made at 13:00', { lunchJump: 0.01 }],
    ['U4', 'no limit today', { instrument: { noLimit: true } }],
    ['U4', 'fifth listing day', { instrument: { listingDayN: 5 } }],
    ['U4', 'named C: days 2 to 5', { instrument: { listing: 'new' } }],
    ['U4', 'first day on BSE', { instrument: { listingDayN: 1, board: 'BSE' } }],
    ['U5', 'ex-date without the adjusted close', { instrument: { exDate: true }, preCloseMilli: null, values: { distUp: 0.05 } }],
    ['U6', 'risk warning', { instrument: { riskWarning: true } }],
    ['U6', 'delisting, even if ST is allowed', { instrument: { delisting: true }, excludeRiskWarning: false }],
    ['U7', 'locked', { locked: true }],
    ['U7', '0.4 % under the limit', { values: { distUp: 0.004 } }],
    ['U7', 'two ticks under the limit of a 1-yuan stock', { preCloseMilli: 1000, values: { distUp: 0.02 } }],
    ['U2', 'the surprise a hair under 3', { tsec: 299, values: { amtZ1m: 2.999 } }],
    ['U7', 'the reference price unknown', { preCloseMilli: null }],
    ['U8', 'a yuan under 30 million a day', { advYuan: 30e6 - 1 }],
    ['U8', 'nobody knows what it turns over', { advYuan: Number.NaN }],
    ['U8', '499,000 yuan in five minutes', { values: { amt5m: 499_000 } }],
    ['U8', 'four ticks of spread', { values: { spreadTk: 4 } }],
    ['U8', '199,000 yuan in the book', { values: { depth5: 199_000 } }],
    ['U8', 'no book', { values: { depth5: Number.NaN } }],
    ['U9', '79 % of three minutes covered', { values: { dqW180: 0.79 } }],
    ['U9', 'ten seconds old', { values: { age: 10 } }],
    ['U9', '89 % of the feed healthy', { values: { feedHealth: 0.89 } }],
    ['U9', 'a frozen exchange', { frozen: true }],
    ['U10', '117 s after a gap', { resumedSlot: 561 }],
    ['U11', 'one print in three', { values: { burst: 0.61, active20: 2 } }],
    ['U11', 'nothing traded at all', { values: { burst: Number.NaN, active20: 0 } }],
  ])('%s refuses: %s', (gate, _why, change) => {
    expect(failedGates(inputWith(change))).toContain(gate);
  });

  test.each<[gate: string, why: string, change: Change]>([
    ['U1', '09:31:00', { tsec: 60, values: { amtZ1m: 3 } }],
    ['U1', '14:51:00', { tsec: 13_860 }],
    ['U2', 'from 09:35 on', { tsec: 300 }],
    ['U3', 'less than half the move made at 13:00', { lunchJump: 0.0099 }],
    ['U4', 'sixth listing day', { instrument: { listingDayN: 6 } }],
    ['U4', 'named C on BSE', { instrument: { listing: 'new', board: 'BSE' } }],
    ['U4', 'second day on BSE', { instrument: { listingDayN: 2, board: 'BSE' } }],
    ['U6', 'risk warning where it is allowed', { instrument: { riskWarning: true }, excludeRiskWarning: false }],
    ['U7', '0.5 % under the limit', { values: { distUp: 0.005 } }],
    ['U2', 'a surprise of exactly 3', { tsec: 60, values: { amtZ1m: 3 } }],
    ['U8', 'exactly at its floors', { advYuan: 30e6, values: { amt5m: 500_000, depth5: 200_000, spreadTk: 3 } }],
    ['U9', 'exactly at its floors', { values: { dqW180: 0.8, feedHealth: 0.9 } }],
    ['U11', 'a burst of exactly .6', { values: { burst: 0.6, active20: 0 } }],
    ['U8', 'four ticks at 100 yuan', { values: { spreadTk: 4 }, lastMilli: 100_000 }],
    ['U9', 'nine seconds old', { values: { age: 9 } }],
    ['U10', '120 s after a gap', { resumedSlot: 560 }],
    ['U11', 'one large print among three', { values: { burst: 0.9, active20: 3 } }],
  ])('%s lets through: %s', (gate, _why, change) => {
    expect(failedGates(inputWith(change))).not.toContain(gate);
  });
});
