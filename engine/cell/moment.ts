/** What a symbol's detectors see at one accepted quote. */
import type { Bundle } from '../../contracts/bundle.ts';
import { absentMilli, type QuoteBatch } from '../../contracts/quote.ts';
import { slotSec } from '../../contracts/session.ts';
import { instrumentId } from '../../contracts/units.ts';
import type { RowVerdict } from '../clean/cleaner.ts';
import type { DetectorInput } from '../detectors/detector.ts';
import type { FeatureEngine } from '../features/engine.ts';
import { at } from '../features/rings.ts';
import type { Snapshot } from '../features/snapshot.ts';
import type { MarketState } from './market-state.ts';

const lunchSlot = 2400;

export function momentOf(
  { features, universe, cleaner }: MarketState,
  { universe: chosen }: Bundle['config'],
  { s, slot }: Readonly<RowVerdict>,
  batch: QuoteBatch,
  i: number,
  given: { readonly snapshot: Snapshot; readonly regime: DetectorInput['regime']; readonly nowMs: number },
): DetectorInput {
  const { rings } = features;
  const base = rings.base(s, slot);
  const ago = rings.lookBack(s, slot - 60);
  const instrument = universe.instruments[s]!;
  const { snapshot } = given;
  const { accepted } = cleaner;
  const milliOf = (milli: number): number | null => (milli === absentMilli ? null : milli);
  return {
    instrument,
    id: instrumentId(instrument.no),
    feature: snapshot.feature,
    get benchmark() {
      return snapshot.benchmark;
    },
    regime: given.regime,
    tsMs: given.nowMs,
    tsExchangeMs: batch.tsExchangeMs[i]!,
    tsec: slot * slotSec,
    slot,
    lastMilli: batch.lastMilli[i]!,
    midMilli: rings.values[base + at.mid]!,
    midAgo3m: ago < 0 ? Number.NaN : rings.values[ago + at.mid]!,
    runAmount: rings.values[base + at.amount]!,
    runVolume: rings.values[base + at.volume]!,
    limitUpMilli: milliOf(accepted.limitUp[s]!),
    preCloseMilli: milliOf(accepted.preClose[s]!),
    advYuan: features.advYuan(s),
    locked: features.isLockedUp(s),
    resumedSlot: cleaner.resumedSlot(s),
    frozen: cleaner.isFrozen(s) || accepted.disputed[s] === 1,
    lunchJump: lunchJump(features, s, slot),
    excludeRiskWarning: chosen.excludeRiskWarning,
    adv20Min: chosen.adv20Min,
  };
}

/** U3: the move over 13:00:00–13:00:06, while it still sits inside the first minute's judgement. */
function lunchJump({ rings }: FeatureEngine, s: number, slot: number): number {
  if (slot < lunchSlot || slot >= lunchSlot + 20) return 0;
  const before = rings.lookBack(s, lunchSlot - 1);
  const after = rings.lookBack(s, Math.min(slot, lunchSlot + 2));
  return before < 0 || after < 0 ? 0 : rings.values[after + at.lnMid]! - rings.values[before + at.lnMid]!;
}
