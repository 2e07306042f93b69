/**
 * Active flow (主动买卖) of one interval and the order-flow imbalance of one book change.
 *
 * Order   vendor 外盘/内盘 where it fits dv within 2 %; VWAP split against the previous quotes; Lee-Ready on last
 * Source  contracts/spec/features.md#active-flow; Lee and Ready (1991); Cont, Kukanov and Stoikov (2014) with non-strict inequalities
 */

import { tickMilli } from '../../contracts/instruments.ts';
import { clamp } from '../../contracts/math.ts';
import { absentMilli, bookLevels, type QuoteBatch, quoteFlag } from '../../contracts/quote.ts';
import type { Accepted } from '../clean/accepted.ts';

/** Share of the interval's amount that was bought actively, 0..1; 0.5 when nothing tells. `dv` > 0. */
export function activeBuyShare(accepted: Accepted, s: number, batch: QuoteBatch, i: number, dv: number, da: number): number {
  const outer = (batch.outerShares?.[i] ?? Number.NaN) - accepted.outer[s]!;
  const inner = (batch.innerShares?.[i] ?? Number.NaN) - accepted.inner[s]!;
  if (outer >= 0 && inner >= 0 && outer + inner > 0 && Math.abs(outer + inner - dv) <= 0.02 * dv) return outer / (outer + inner);
  const bid = accepted.bookOk[s] === 1 ? accepted.bid[s * bookLevels]! : absentMilli;
  const ask = accepted.bookOk[s] === 1 ? accepted.ask[s * bookLevels]! : absentMilli;
  const bothSides = bid !== absentMilli && ask !== absentMilli && ask > bid;
  if (bothSides && (batch.flags[i]! & quoteFlag.derivedVolume) === 0 && !Number.isNaN(da))
    return vwapSplit(batch, i, bid, ask, (da / dv) * 1000);
  return leeReady(batch.lastMilli[i]!, accepted.last[s]!, bothSides ? (bid + ask) / 2 : Number.NaN);
}

/** A row at the upper limit, the best bid too, nobody asking: nobody there buys actively. */
export function isLockedRow({ limitUp }: Accepted, s: number, batch: QuoteBatch, i: number): boolean {
  const limit = limitUp[s]!;
  return (
    limit !== absentMilli &&
    batch.lastMilli[i] === limit &&
    batch.bidMilli[i * bookLevels] === limit &&
    batch.askMilli[i * bookLevels] === absentMilli
  );
}

/** Yuan bought less yuan sold actively in the interval; 0 where nothing was traded, or at a locked limit. `dv`, `da`: what the interval traded, NaN where unknown. */
export function netBought(accepted: Accepted, s: number, batch: QuoteBatch, i: number, dv: number, da: number): number {
  if (!(dv > 0) || !(da > 0) || isLockedRow(accepted, s, batch, i)) return 0;
  return (2 * activeBuyShare(accepted, s, batch, i, dv, da) - 1) * da;
}

function vwapSplit(batch: QuoteBatch, i: number, bid: number, ask: number, vwap: number): number {
  const bidNow = batch.bidMilli[i * bookLevels]!;
  const askNow = batch.askMilli[i * bookLevels]!;
  const known = bidNow !== absentMilli && askNow !== absentMilli;
  const up = known && bidNow - bid >= tickMilli && askNow - ask >= tickMilli;
  const down = known && bid - bidNow >= tickMilli && ask - askNow >= tickMilli;
  const lower = up || down ? (bid + bidNow) / 2 : bid;
  const upper = up || down ? (ask + askNow) / 2 : ask;
  return clamp((vwap - lower) / (upper - lower), 0, 1);
}

function leeReady(last: number, previous: number, mid: number): number {
  if (last > mid) return 1;
  if (last < mid) return 0;
  if (previous === absentMilli || last === previous) return 0.5;
  return last > previous ? 1 : 0;
}

/** e_k of one book change in shares. A side that is absent before or after contributes nothing. */
export function orderFlow(accepted: Accepted, s: number, batch: QuoteBatch, i: number): number {
  const own = s * bookLevels;
  const theirs = i * bookLevels;
  return (
    sideFlow(batch.bidMilli[theirs]!, batch.bidShares[theirs]!, accepted.bid[own]!, accepted.bidShares[own]!, 1) +
    sideFlow(batch.askMilli[theirs]!, batch.askShares[theirs]!, accepted.ask[own]!, accepted.askShares[own]!, -1)
  );
}

/** Bids: 1{b≥b'}·q − 1{b≤b'}·q'. Asks mirror: −1{a≤a'}·q + 1{a≥a'}·q'. */
function sideFlow(price: number, shares: number, priceBefore: number, sharesBefore: number, sign: 1 | -1): number {
  if (price === absentMilli || priceBefore === absentMilli) return 0;
  const better = (price - priceBefore) * sign;
  return sign * ((better >= 0 ? shares : 0) - (better <= 0 ? sharesBefore : 0));
}
