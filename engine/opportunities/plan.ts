/**
 * Entry reference, stop, targets, advice and risk notes of an up-opportunity (quant.md §3.0).
 *
 * Worked     E 10.000, σH 1 %, P0 9.80, cost 0.22 %: stop by σ 9.92 (0.8 %); half the impulse would be 9.90, lower, so 9.92;
 *            T1 10.10, T2 10.18; reward over risk (0.10 − 0.022) / 0.08 = 0.97
 */

import type { Plan } from '../../actors/opportunity/context.ts';
import type { Instrument } from '../../contracts/bundle.ts';
import type { Config } from '../../contracts/config.ts';
import { type FeatureId, featureAt } from '../../contracts/features.ts';
import { tickMilli } from '../../contracts/instruments.ts';
import { clamp } from '../../contracts/math.ts';
import type { Advice } from '../../contracts/opportunity.ts';

export type PlanInput = {
  readonly values: Float64Array;
  readonly instrument: Instrument;
  /** Best ask, the last price when nobody asks. */
  readonly entryMilli: number;
  readonly lastMilli: number;
  readonly p0Milli: number;
  readonly limitUpMilli: number | null;
  readonly horizonSec: number;
  readonly tsec: number;
  readonly costs: Config['opportunities'];
};

const value = (input: PlanInput, id: FeatureId): number => input.values[featureAt[id]]!;
/** Under this reward over risk there is no room: the opportunity is not offered. */
const rewardRiskMin = 0.8;
const lateTsec = 12_600;

/** One tick and the round trip as a share of the price. */
export const costOf = (entryMilli: number, costs: Config['opportunities']): number =>
  costs.roundTripCost + tickMilli / entryMilli + costs.impactCost;

/** null: NO_ROOM. Prices are rounded to ticks against the trader. */
export function planOf(input: PlanInput): Plan | null {
  const { entryMilli: entry, p0Milli, lastMilli, horizonSec } = input;
  const atr = value(input, 'atr1m');
  const byAtr = Number.isNaN(atr) ? 0 : (1.25 * atr * Math.sqrt(horizonSec / 60) * 1000) / entry;
  const sigmaH = clamp(Math.max(value(input, 'sigma900') * Math.sqrt(horizonSec / 900), byAtr), 0.006, 0.06);
  const cost = costOf(entry, input.costs);
  let stop = entry * (1 - Math.max(0.8 * sigmaH, 0.006, (3 * tickMilli) / entry));
  const halfImpulse = p0Milli + 0.5 * (lastMilli - p0Milli);
  if (halfImpulse > stop && (entry - halfImpulse) / entry >= 0.004) stop = halfImpulse;
  const cap = input.limitUpMilli ?? Number.POSITIVE_INFINITY;
  const target1 = Math.min(ceilTick(entry * (1 + Math.max(sigmaH, 1.2 * cost))), cap);
  const target2 = Math.min(ceilTick(entry * (1 + 1.8 * sigmaH)), cap);
  const stopMilli = Math.floor(stop / tickMilli) * tickMilli;
  const rewardRisk = (target1 - entry - cost * entry) / (entry - stopMilli);
  if (rewardRisk < rewardRiskMin) return null;
  return { entryMilli: entry, stopMilli, target1Milli: target1, target2Milli: target2, sigmaH, rewardRisk };
}

const ceilTick = (milli: number): number => Math.ceil(milli / tickMilli - 1e-9) * tickMilli;

/** Advice never promises what the data cannot carry: late in the day a new position's night has no statistic here. */
export function adviceOf(input: PlanInput): Advice {
  if (input.tsec >= lateTsec) return 'WATCH';
  return value(input, 'depth5') >= 400_000 ? 'T0_WITH_BASE' : 'WATCH';
}

export const riskNotes = ['R_LIMIT_NEAR', 'R_CHASE', 'R_PVD', 'R_THIN', 'R_ST', 'R_NEW', 'R_MKT_WEAK', 'R_LATE', 'R_T1', 'R_DATA'] as const;
export type RiskNote = (typeof riskNotes)[number];

export function riskNotesOf(input: PlanInput): RiskNote[] {
  const { instrument } = input;
  const chase = (instrument.limitRate ?? 0.1) <= 0.1 ? 0.07 : 0.14;
  const raised: Record<RiskNote, boolean> = {
    R_LIMIT_NEAR: value(input, 'distUp') < 0.02,
    R_CHASE: value(input, 'dayRet') > chase,
    R_PVD: value(input, 'pvd') > 0.5,
    R_THIN: value(input, 'amt5m') < 1_000_000 || value(input, 'depth5') < 400_000,
    R_ST: instrument.riskWarning,
    R_NEW: instrument.listingDayN !== null && instrument.listingDayN <= 10,
    R_MKT_WEAK: value(input, 'mktMed3m') < -0.003 || value(input, 'advShare') < 0.35,
    R_LATE: input.tsec >= lateTsec,
    R_T1: true,
    R_DATA: value(input, 'dqW180') < 0.9,
  };
  return riskNotes.filter((note) => raised[note]);
}
