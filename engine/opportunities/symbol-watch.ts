/**
 * Watches over a symbol while an opportunity of it lives (contracts/spec/lifecycle.md#risk). Pure; one step a quote.
 *
 * K7   liquidity evaporates: over the last minute a quarter of the shares at the best prices that stood there before: restricted
 * K8   a wall: of the asks within three ticks of the best, one is over six times the mean of the other levels for 15 s; or in five minutes
 *      three bid walls vanished at whose price nothing was traded: caution
 * K9   the seal melts: within 30 s it halved, or it falls by more than half in a minute: restricted
 *
 * Up at once, down as every watch: 120 trading seconds after the numbers were last as bad. What is unknown asks for nothing and lets go of nothing
 */
import { bookLevels } from '../../contracts/quote.ts';
import { quiet, type WatchState, watched } from './risk-watch.ts';

/** Prices Milli, sizes shares; NaN unknown. `depth1m`: mean size at the two best prices over the last minute, `depth5m` over five. */
export type SymbolNumbers = {
  readonly tsec: number;
  readonly locked: boolean;
  readonly lastMilli: number;
  readonly depth1m: number;
  readonly depth5m: number;
  readonly sealYuan: number;
  /** The levels, best first; prices of absent levels are not positive. */
  readonly bidMilli: Int32Array;
  readonly bidShares: Float64Array;
  readonly askMilli: Int32Array;
  readonly askShares: Float64Array;
  /** Where this quote's levels begin. */
  readonly from: number;
};
export const symbolWatches = ['K7', 'K8', 'K9'] as const;
export type SymbolWatchId = (typeof symbolWatches)[number];

/** Plain data. */
export type SymbolWatch = {
  /** Size at the best prices when it was first looked at; NaN is null in it. */
  readonly depthBase: number | null;
  /** tsec at which it was last locked; null: never since. */
  readonly lockedTsec: number | null;
  /** The bid wall of the quote before, and tsec at which walls vanished in the last five minutes. */
  readonly bidWall: readonly [milli: number, shares: number] | null;
  readonly vanished: readonly number[];
  /** tsec since which an ask wall has stood. */
  readonly askWallSince: number | null;
  /** Seals of the last minute, oldest first. */
  readonly seals: readonly (readonly [tsec: number, yuan: number])[];
  readonly states: Readonly<Record<SymbolWatchId, WatchState>>;
};
export const newSymbolWatch: SymbolWatch = {
  depthBase: null,
  lockedTsec: null,
  bidWall: null,
  vanished: [],
  askWallSince: null,
  seals: [],
  states: { K7: quiet, K8: quiet, K9: quiet },
};

const baseSec = 300;
const depthShareMin = 0.25;
/** What raised a level has to be undone by as much again before it counts as gone. */
const depthShareClear = 0.35;
const wallTimes = 6;
const wallTimesClear = 4.2;
const wallTicks = 3;
const wallSec = 15;
const vanishedMin = 3;
const vanishedSec = 300;
const sealSec = 60;
const halvedSec = 30;
const slopeMin = 0.5;

export function watchedSymbol(watch: SymbolWatch, now: SymbolNumbers): SymbolWatch {
  const lockedTsec = now.locked ? now.tsec : watch.lockedTsec;
  // a seal is no liquidity: five minutes without one are in the mean before it is a measure
  const isMeasure = !Number.isNaN(now.depth5m) && (lockedTsec === null || now.tsec - lockedTsec >= baseSec);
  const depthBase = watch.depthBase ?? (isMeasure ? now.depth5m : null);
  const walls = wallsOf(watch, now);
  const seals = sealsOf(watch.seals, now);
  const { K7, K8, K9 } = watch.states;
  return {
    depthBase,
    lockedTsec,
    ...walls,
    seals,
    states: {
      K7: watched(K7, thinLevel(depthBase, now, K7.level), now.tsec),
      K8: watched(K8, wallLevel(walls, now, K8.level), now.tsec),
      K9: watched(K9, meltLevel(seals, now, K9.level), now.tsec),
    },
  };
}

/** A locked book has one side, and says nothing of liquidity. */
function thinLevel(base: number | null, { locked, depth1m }: SymbolNumbers, current: number): number {
  if (base === null || Number.isNaN(depth1m)) return current;
  return !locked && depth1m < base * (current > 0 ? depthShareClear : depthShareMin) ? 2 : 0;
}

type Walls = Pick<SymbolWatch, 'bidWall' | 'vanished' | 'askWallSince'>;

function wallsOf(watch: SymbolWatch, now: SymbolNumbers): Walls {
  const { tsec, locked } = now;
  const ask = locked ? null : wallIn(now.askMilli, now.askShares, now.from, watch.states.K8.level > 0 ? wallTimesClear : wallTimes);
  const recent = watch.vanished.filter((at) => tsec - at <= vanishedSec);
  return {
    askWallSince: ask === null ? null : (watch.askWallSince ?? tsec),
    bidWall: locked ? null : wallIn(now.bidMilli, now.bidShares, now.from, wallTimes),
    vanished: hasVanished(watch.bidWall, now) ? [...recent, tsec].slice(-vanishedMin) : recent,
  };
}

/** A level within three ticks of the best that is over `times` the mean of the others; null where there is none, or no other level. */
function wallIn(milli: Int32Array, shares: Float64Array, from: number, times: number): readonly [milli: number, shares: number] | null {
  let [sum, levels, most] = [0, 0, -1];
  for (let at = from; at < from + bookLevels; at++) {
    if (milli[at]! <= 0) continue;
    sum += shares[at]!;
    levels += 1;
    const near = Math.abs(milli[at]! - milli[from]!) <= wallTicks * 10;
    if (near && (most < 0 || shares[at]! > shares[most]!)) most = at;
  }
  if (most < 0) return null;
  // of no other level the mean is NaN, which nothing is over
  const others = (sum - shares[most]!) / (levels - 1);
  return others > 0 && shares[most]! > times * others ? [milli[most]!, shares[most]!] : null;
}

/** A third of it is left or less, and the price never came down to it. */
function hasVanished(wall: SymbolWatch['bidWall'], { lastMilli, bidMilli, bidShares, from, locked }: SymbolNumbers): boolean {
  if (wall === null || locked || lastMilli <= wall[0]) return false;
  const shown = bidMilli.subarray(from, from + bookLevels);
  // a price under five levels has not vanished, it is out of sight; a book with an absent level hides nothing
  if (wall[0] < Math.min(...shown)) return false;
  const at = shown.indexOf(wall[0]);
  return at < 0 || bidShares[from + at]! <= wall[1] / 3;
}

function wallLevel({ askWallSince, vanished }: Walls, { tsec }: SymbolNumbers, current: number): number {
  const stands = askWallSince !== null && tsec - askWallSince >= (current > 0 ? 0 : wallSec);
  return stands || vanished.length >= vanishedMin ? 1 : 0;
}

/** An unknown seal leaves what was known. */
function sealsOf(seals: SymbolWatch['seals'], { locked, sealYuan, tsec }: SymbolNumbers): SymbolWatch['seals'] {
  if (!locked) return [];
  if (Number.isNaN(sealYuan)) return seals;
  return [...seals.filter(([at]) => tsec - at <= sealSec), [tsec, sealYuan] as const];
}

/** What opened is no melting seal: that is the board's own affair. */
function meltLevel(seals: SymbolWatch['seals'], { locked, sealYuan, tsec }: SymbolNumbers, current: number): number {
  if (!locked) return 0;
  if (Number.isNaN(sealYuan)) return current;
  const within = (sec: number): number => Math.max(...seals.filter(([at]) => tsec - at <= sec).map(([, yuan]) => yuan));
  return sealYuan <= within(halvedSec) / 2 || sealYuan < within(sealSec) * slopeMin ? 2 : 0;
}
