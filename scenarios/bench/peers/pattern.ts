/** W3 through the product's own trail and a lane with a detector: an impulse that is held for half a minute. */
import { z } from 'zod';
import type { StrategyInstance } from '../../../contracts/bundle.ts';
import { log } from '../../../contracts/math.ts';
import { Lane, LaneRows } from '../../../engine/cell/lanes.ts';
import type { DetectorInput, Hot, SymbolDetector } from '../../../engine/detectors/detector.ts';
import { LookBack, PriceTrail } from '../../../engine/features/price-trail.ts';
import { inputWith } from '../../support/detector-input.ts';
import type { Rows } from './rows.ts';

type Pending = { readonly sinceSec: number; readonly base: number; readonly top: number };
const impulse = 0.015;
/** A hair under the ln-return of an impulse: a predicate may wake too often, never too seldom. */
const wakesFrom = 0.0148;

export const heldImpulse: SymbolDetector<object, Pending | null> = {
  id: 'held-impulse',
  version: 1,
  variant: 'rule',
  entity: 'symbol',
  family: 'momentum',
  params: z.object({}),
  horizonSec: () => 600,
  scores: () => ({ enter: 0.6, exit: 0.4 }),
  needs: [],
  wakes: (hot) => hot.ret3m >= wakesFrom,
  initial: null,
  step: (state, input) => {
    const { tsec, lastMilli, midAgo3m } = input;
    const pending = state !== null && tsec - state.sinceSec <= 90 ? state : null;
    if (pending === null) {
      const begins = lastMilli / midAgo3m - 1 >= impulse;
      return { state: begins ? { sinceSec: tsec, base: midAgo3m, top: lastMilli } : null, reading: null, refused: [] };
    }
    const held = tsec - pending.sinceSec >= 30 && lastMilli >= pending.base + 0.75 * (pending.top - pending.base);
    if (!held) return { state: pending, reading: null, refused: [] };
    const anchor = { p0Milli: pending.base, peakMilli: pending.top, enterMilli: lastMilli, impulse: pending.top / pending.base - 1 };
    const reading = {
      raised: true,
      opens: true,
      confirmable: true,
      path: 'held',
      direction: 'up',
      score: 1,
      evidence: () => [],
      anchor,
    } as const;
    return { state: null, reading, refused: [] };
  },
};

const instance: StrategyInstance = {
  id: 'held-impulse',
  detector: 'held-impulse',
  version: 1,
  mode: 'active',
  modelId: null,
  params: {},
  paramHash: '',
};

/** As patternLimit. */
export function pattern(rows: Rows, keys: number, signals: Int32Array): number {
  const trail = new PriceTrail(keys);
  const lookBack = new LookBack(trail, 180);
  const lane = new Lane(heldImpulse, instance, new LaneRows(keys), 0);
  const hot = {
    ret3m: Number.NaN,
    toLimit: Number.NaN,
    amountSurprise: () => Number.NaN,
    flowRatio: () => Number.NaN,
    flowSurprise: () => Number.NaN,
  } satisfies Hot;
  const input: { -readonly [K in keyof DetectorInput]: DetectorInput[K] } = { ...inputWith() };
  let found = 0;
  for (let row = 0; row < rows.key.length; row++) {
    const k = rows.key[row]!;
    const price = rows.milli[row]!;
    trail.add(k, rows.sec[row]!, price);
    const ago = lookBack.milliOf(k);
    hot.ret3m = ago === 0 ? Number.NaN : log(price / ago);
    if (!lane.runsFor(k) || (!lane.isRunning(k) && !lane.detector.wakes(hot, {}))) continue;
    const state = (lane.runs.get(k)?.state ?? null) as Pending | null;
    input.tsec = rows.sec[row]!;
    input.lastMilli = input.midMilli = price;
    input.midAgo3m = ago === 0 ? Number.NaN : ago;
    const result = lane.detector.step(state, input, {});
    lane.keep(k, result.state);
    if (result.reading?.confirmable) signals.set([k, state!.sinceSec, input.tsec], 3 * found++);
  }
  return found;
}
