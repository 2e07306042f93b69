/**
 * Entry reference, stop, targets, advice and risk notes of an opportunity of either direction (contracts/spec/lifecycle.md#plan).
 *
 * Worked     E 10.000, σH 1 %, P0 9.80, cost 0.22 %: stop by σ 9.92 (0.8 %); half the impulse would be 9.90, lower, so 9.92;
 *            T1 10.10, T2 10.18; reward over risk (0.10 − 0.022) / 0.08 = 0.97
 */

import type { Plan } from '../../actors/opportunity/context.ts';
import type { Instrument } from '../../contracts/bundle.ts';
import type { Config } from '../../contracts/config.ts';
import type { FeatureId } from '../../contracts/features.ts';
import { tickMilli } from '../../contracts/instruments.ts';
import { clamp } from '../../contracts/math.ts';
import type { Advice } from '../../contracts/opportunity.ts';
import type { Direction } from '../../contracts/signal.ts';

export type PlanInput = {
  readonly feature: (id: FeatureId) => number;
  readonly instrument: Instrument;
  readonly direction: Direction;
  /** Best ask for up, best bid for down; the last price when nobody stands there. */
  readonly entryMilli: number;
  readonly lastMilli: number;
  readonly p0Milli: number;
  /** The limit that the targets cannot pass: the upper for up, the lower for down. */
  readonly limitMilli: number | null;
  readonly horizonSec: number;
  readonly tsec: number;
  /** On the exchanges' list of closely watched instruments. */
  readonly monitored: boolean;
  readonly costs: Config['opportunities'];
};

/** Under this reward over risk there is no room: the opportunity is not offered. */
const rewardRiskMin = 0.8;
const lateTsec = 12_600;

/** One tick and the round trip as a share of the price. */
export const costOf = (entryMilli: number, costs: Config['opportunities']): number =>
  costs.roundTripCost + tickMilli / entryMilli + costs.impactCost;

/** null: NO_ROOM. Prices are rounded to ticks against the trader. `sign` turns a down-opportunity into an up one and back. */
export function planOf(input: PlanInput): Plan | null {
  const { entryMilli: entry, p0Milli, lastMilli, horizonSec } = input;
  const sign = input.direction === 'up' ? 1 : -1;
  const atr = input.feature('atr1m');
  const byAtr = Number.isNaN(atr) ? 0 : (1.25 * atr * Math.sqrt(horizonSec / 60) * 1000) / entry;
  const sigmaH = clamp(Math.max(input.feature('sigma900') * Math.sqrt(horizonSec / 900), byAtr), 0.006, 0.06);
  const cost = costOf(entry, input.costs);
  let stop = entry * (1 - sign * Math.max(0.8 * sigmaH, 0.006, (3 * tickMilli) / entry));
  const halfImpulse = p0Milli + 0.5 * (lastMilli - p0Milli);
  if (sign * (halfImpulse - stop) > 0 && (sign * (entry - halfImpulse)) / entry >= 0.004) stop = halfImpulse;
  const target = (share: number): number => {
    const away = roundAway(entry * (1 + sign * share), sign);
    return input.limitMilli !== null && sign * (away - input.limitMilli) > 0 ? input.limitMilli : away;
  };
  const target1Milli = target(Math.max(sigmaH, 1.2 * cost));
  const stopMilli = sign === 1 ? Math.floor(stop / tickMilli) * tickMilli : Math.ceil(stop / tickMilli) * tickMilli;
  const rewardRisk = (sign * (target1Milli - entry) - cost * entry) / (sign * (entry - stopMilli));
  // a σ or an impulse nobody knows gives no plan either
  if (!(rewardRisk >= rewardRiskMin)) return null;
  return { entryMilli: entry, stopMilli, target1Milli, target2Milli: target(1.8 * sigmaH), sigmaH, rewardRisk };
}

/**
 * A board's targets are not of today: medians and upper quarters of the next open after a seal, by boards in a row, in basis points before costs
 * (whole market, 51 days, contracts/spec/lifecycle.md#plan). Its stop is a lost seal that falls 3 %.
 */
const nextOpenBp: readonly (readonly [median: number, upper: number])[] = [
  [82, 292],
  [72, 390],
  [169, 606],
];
const boardStop = 0.03;

/** Never without room: nothing is bought at a locked limit, and it is followed all the same. null without a limit. */
export function boardPlanOf(input: PlanInput): Plan | null {
  const { limitMilli, instrument, horizonSec } = input;
  if (limitMilli === null) return null;
  const [median, upper] = nextOpenBp[Math.min(instrument.boards, nextOpenBp.length - 1)]!;
  const target1Milli = roundAway(limitMilli * (1 + median / 10_000), 1);
  const stopMilli = Math.floor((limitMilli * (1 - boardStop)) / tickMilli) * tickMilli;
  const sigma900 = input.feature('sigma900');
  const sigmaH = clamp(Number.isNaN(sigma900) ? 0 : sigma900 * Math.sqrt(horizonSec / 900), 0.006, 0.06);
  const rewardRisk = (target1Milli - limitMilli - costOf(limitMilli, input.costs) * limitMilli) / (limitMilli - stopMilli);
  return {
    entryMilli: limitMilli,
    stopMilli,
    target1Milli,
    target2Milli: roundAway(limitMilli * (1 + upper / 10_000), 1),
    sigmaH,
    rewardRisk,
  };
}

/** Of a sector's level: .6 % against it, .6 and 1.2 % along. Nobody trades a level; it says when the move is over. */
export function sectorPlanOf(levelMilli: number): Plan {
  const at = (share: number): number => Math.round(levelMilli * (1 + share));
  return { entryMilli: levelMilli, stopMilli: at(-0.006), target1Milli: at(0.006), target2Milli: at(0.012), sigmaH: 0.006, rewardRisk: 1 };
}

/** To the next tick on the far side. */
const roundAway = (milli: number, sign: 1 | -1): number =>
  sign === 1 ? Math.ceil(milli / tickMilli - 1e-9) * tickMilli : Math.floor(milli / tickMilli + 1e-9) * tickMilli;

/** Advice never promises what the data cannot carry: without a measured edge, or late in the day, when a new position's night has no statistic here. */
export function adviceOf(input: PlanInput, hasEdge: boolean): Advice {
  if (input.direction === 'down') return 'REDUCE';
  if (!hasEdge || input.tsec >= lateTsec) return 'WATCH';
  return input.feature('depth5') >= 400_000 ? 'T0_WITH_BASE' : 'WATCH';
}

export const riskNotes = [
  'R_LIMIT_NEAR',
  'R_CHASE',
  'R_DIVERGENCE',
  'R_DISTRIBUTION',
  'R_THIN',
  'R_ST',
  'R_NEW',
  'R_EX_DATE',
  'R_MONITORED',
  'R_ABNORMAL',
  'R_MKT_WEAK',
  'R_LATE',
  'R_T1',
  'R_DATA',
] as const;
export type RiskNote = (typeof riskNotes)[number];

/** A stock whose three days deviate by so much is published as abnormal 异常波动 and may be halted; of the index nothing is taken off, so this comes early, never late, in a rising market. */
const abnormalAt = { MAIN: 0.2, CHINEXT: 0.3, STAR: 0.3, BSE: 0.4 } as const;
const headroomMin = 0.03;

/** K10: what three days, today's last, may still move before that; NaN where the closes of three days are not known. */
export function abnormalHeadroom({ board, recentCloses }: Instrument, lastMilli: number, direction: Direction): number {
  const from = recentCloses[2];
  if (from === undefined) return Number.NaN;
  const moved = (lastMilli / from - 1) * (direction === 'up' ? 1 : -1);
  return abnormalAt[board] - moved;
}

export function riskNotesOf(input: PlanInput): RiskNote[] {
  const { instrument } = input;
  const chase = (instrument.limitRate ?? 0.1) <= 0.1 ? 0.07 : 0.14;
  const raised: Record<RiskNote, boolean> = {
    R_LIMIT_NEAR: input.feature('distUp') < 0.02,
    R_CHASE: input.feature('dayRet') > chase,
    // K6: a top on less money than the one before it; price far ahead of volume was worth nothing on real days
    R_DIVERGENCE: input.feature('pvDivTop') === 1,
    // K5: much money, a price that stands near its high, and sellers who are active
    R_DISTRIBUTION:
      input.feature('amtZ5m') >= 2 &&
      Math.abs(input.feature('ret_z5m')) < 0.7 &&
      input.feature('distHigh') > -0.01 &&
      input.feature('nar3m') < -0.1,
    R_THIN: input.feature('amt5m') < 1_000_000 || input.feature('depth5') < 400_000,
    R_ST: instrument.riskWarning,
    // K11
    R_EX_DATE: instrument.exDate,
    R_MONITORED: input.monitored,
    R_ABNORMAL: abnormalHeadroom(instrument, input.lastMilli, input.direction) < headroomMin,
    R_NEW: instrument.listingDayN !== null && instrument.listingDayN <= 10,
    R_MKT_WEAK: input.feature('mktMed3m') < -0.003 || input.feature('advShare') < 0.35,
    R_LATE: input.tsec >= lateTsec,
    R_T1: true,
    R_DATA: input.feature('dqW180') < 0.9,
  };
  return riskNotes.filter((note) => raised[note]);
}
