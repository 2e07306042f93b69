/**
 * Replicas of a vendor's 盘口异动 types (getAllStockChanges), as yardsticks and never as truth: their thresholds are not published, these are the
 * community's reading of them.
 *
 * 8201 火箭发射   2 % in three minutes and near the day's high        8202 快速反弹   2 % off a low that lay 1 % under what came before it, no new high
 * 8203 高台跳水   2 % off a peak of five minutes that had risen 2 %    8204 加速下跌   falls 1 % in a minute, half as fast again as the four before
 * 8193 大笔买入, 8194 大笔卖出   a 3-second print of a million yuan that is at least a third of the minute, bought or sold
 * 4 封涨停板, 16 打开涨停板     locked at the upper limit, and no longer
 */
import type { FeatureEngine } from '../../engine/features/engine.ts';
import { hot } from '../../engine/features/rings.ts';

export const yardsticks = {
  8201: { family: 'rally', zh: '火箭发射' },
  8202: { family: 'rally', zh: '快速反弹' },
  8203: { family: 'none', zh: '高台跳水' },
  8204: { family: 'none', zh: '加速下跌' },
  8193: { family: 'moneyflow', zh: '大笔买入' },
  8194: { family: 'moneyflow', zh: '大笔卖出' },
  4: { family: 'limitup', zh: '封涨停板' },
  16: { family: 'limitup', zh: '打开涨停板' },
} as const;
export type YardstickId = keyof typeof yardsticks;

/** What is looked at, of one symbol at its head slot; ln-returns, money yuan, NaN where unknown. */
export type Look = {
  readonly ret1m: number;
  readonly ret3m: number;
  readonly ret5m: number;
  /** Last under the day's high, mid under the peak and over the low of five minutes, shares of them. */
  readonly distHigh: number;
  readonly fromPeak: number;
  readonly fromLow: number;
  /** The low of five minutes against where they began, the peak likewise. */
  readonly lowBelow: number;
  readonly peakAbove: number;
  /** The last slot's amount and net, and the minute's amount. */
  readonly print: number;
  readonly printNet: number;
  readonly amount1m: number;
  readonly locked: boolean;
  readonly wasLocked: boolean;
};

const printYuan = 1_000_000;

export const typesOf = (look: Look): readonly YardstickId[] =>
  (
    [
      [8201, look.ret3m >= 0.02 && look.distHigh >= -0.003],
      [8202, look.lowBelow <= -0.01 && look.fromLow >= 0.02 && look.distHigh < -0.003],
      [8203, look.peakAbove >= 0.02 && look.fromPeak <= -0.02],
      [8204, look.ret1m <= -0.01 && look.ret5m - look.ret1m < 0 && look.ret1m <= 1.5 * ((look.ret5m - look.ret1m) / 4)],
      [8193, look.print >= printYuan && look.print >= look.amount1m / 3 && look.printNet > 0.5 * look.print],
      [8194, look.print >= printYuan && look.print >= look.amount1m / 3 && look.printNet < -0.5 * look.print],
      [4, look.locked && !look.wasLocked],
      [16, !look.locked && look.wasLocked],
    ] as const
  ).flatMap(([id, holds]) => (holds ? [id] : []));

/** The look at symbol `s`; null where its last quote is older than six seconds or five minutes are not held. */
export function lookAt(features: FeatureEngine, s: number, tsec: number, wasLocked: boolean): Look | null {
  const { rings, accepted } = features;
  const head = rings.head[s]!;
  if (head * 3 < tsec - 6 || !rings.holds(s, head - 100)) return null;
  const values = rings.hot;
  const lnAt = (back: number): number => values[rings.hotAt(s, head - back) + hot.lnMid]!;
  const now = lnAt(0);
  const began = lnAt(100);
  let [low, peak] = [now, now];
  for (let back = 1; back <= 100; back++) {
    low = Math.min(low, lnAt(back));
    peak = Math.max(peak, lnAt(back));
  }
  const money = (field: number, back: number): number =>
    values[rings.hotAt(s, head) + field]! - values[rings.hotAt(s, head - back) + field]!;
  return {
    ret1m: now - lnAt(20),
    ret3m: now - lnAt(60),
    ret5m: now - began,
    distHigh: accepted.last[s]! / accepted.high[s]! - 1,
    fromPeak: now - peak,
    fromLow: now - low,
    lowBelow: low - began,
    peakAbove: peak - began,
    print: money(hot.amount, 1),
    printNet: money(hot.net, 1),
    amount1m: money(hot.amount, 20),
    locked: features.isLockedUp(s),
    wasLocked,
  };
}

export type Overlap = { readonly theirs: number; readonly ours: number; readonly met: number; readonly shared: number };
export const noOverlap: Overlap = { theirs: 0, ours: 0, met: 0, shared: 0 };
const withinSec = 60;

/** How many of theirs have one of ours within a minute either way (`met`), and how many of ours one of theirs (`shared`). */
export function overlapOf(
  theirs: readonly { readonly key: string; readonly tsec: number }[],
  ours: readonly { readonly key: string; readonly tsec: number }[],
): Overlap {
  const near = (one: (typeof theirs)[number], many: typeof theirs): boolean =>
    many.some(({ key, tsec }) => key === one.key && Math.abs(tsec - one.tsec) <= withinSec);
  return {
    theirs: theirs.length,
    ours: ours.length,
    met: theirs.filter((each) => near(each, ours)).length,
    shared: ours.filter((each) => near(each, theirs)).length,
  };
}
