/**
 * Sequential monitors over blocks of fifteen trading seconds (contracts/spec/detectors.md#monitors). Pure, plain data: each takes what it was and a block,
 * and gives what it is.
 *
 * CUSUM         C ← max(0, C + x − k): alarm at h; Siegmund's run lengths hold for independent normal x, which these are not
 * Hawkes-like   A ← A·e^(−Δ/τ) + 1 at an event; against a Poisson stream of the same rate, in its deviations
 */
import { clamp, exp, log } from '../../contracts/math.ts';

export const blockSec = 15;

/** What stood when a block began: the end of the one before. */
export type BlockStart = { readonly tsec: number; readonly mid: number; readonly net: number; readonly amount: number };
/** A block that is over: its length, ln-return, net active buying and amount, yuan. */
export type Block = { readonly sec: number; readonly ret: number; readonly net: number; readonly amount: number };

/** The block that ended, and where the next begins; null while it goes on. */
export function blockAfter(start: BlockStart, now: BlockStart): Block | null {
  const sec = now.tsec - start.tsec;
  if (sec < blockSec) return null;
  return { sec, ret: log(now.mid / start.mid), net: now.net - start.net, amount: now.amount - start.amount };
}

export const cusum = (before: number, x: number, k: number): number => Math.max(0, before + x - k);

/** Seconds after which an event counts 1/e. */
const memorySec = 30;
export const excited = (before: number, sec: number, happened: boolean): number => before * exp(-sec / memorySec) + (happened ? 1 : 0);
/** Deviations of the excitement from that of a Poisson stream of `ratePerSec`. */
export function excitementZ(excitement: number, ratePerSec: number): number {
  const usual = ratePerSec * memorySec;
  return (excitement - usual) / Math.sqrt(usual / 2 + 1);
}

/** What a block's return, flow and amount say together, in deviations; 0 where nothing is usual. NaN where any is unknown. */
export const blended = (x: number, flow: number, amountZ: number): number =>
  (clamp(x, -4, 4) + 2 * clamp(flow, -1, 1) + 0.5 * clamp(amountZ, -1, 4) - 0.3) / 1.22;
